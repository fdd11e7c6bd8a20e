//! How the rest of the broker asks the controller for changes.
//!
//! Each call is decided on the controller's thread against the newest image, written to the metadata log, and answered
//! once what it wrote is on stable storage and published. The queue is bounded: callers wait when it is full.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::client_quotas::{self, AlterClientQuotas, AlterQuotaOutcome};
use super::error::ControllerError;
use super::job::{Decision, Job, Situation, job};
use super::producer_ids::{self, ProducerIdBlock};
use super::topic_request::{CreateTopicOutcome, CreateTopics, DeleteTopicOutcome, TopicRef};
use super::topics;
use crate::metadata::{MetadataHandle, MetadataPublisher, Record};

/// What the controller's thread is sent.
pub(super) enum Message {
    /// Decide, write, answer.
    Job(Job),
    /// Register a publisher, then say so.
    Register(Arc<dyn MetadataPublisher>, oneshot::Sender<()>),
    /// Stop, then say how it went.
    Stop(oneshot::Sender<Result<(), ControllerError>>),
}

/// A way to the controller; clones lead to the same one.
#[derive(Debug, Clone)]
pub struct ControllerHandle {
    messages: mpsc::Sender<Message>,
    metadata: MetadataHandle,
}

impl ControllerHandle {
    pub(super) fn new(messages: mpsc::Sender<Message>, metadata: MetadataHandle) -> ControllerHandle {
        ControllerHandle { messages, metadata }
    }

    /// Where the current image is found.
    pub fn metadata(&self) -> &MetadataHandle {
        &self.metadata
    }

    /// Creates topics; one outcome for each name, names that occur twice last.
    pub async fn create_topics(&self, request: CreateTopics) -> Result<Vec<CreateTopicOutcome>, ControllerError> {
        self.run(move |situation| topics::create(situation, request)).await
    }

    /// Deletes topics; one outcome for each name or id, in the request's order.
    pub async fn delete_topics(&self, topics: Vec<TopicRef>) -> Result<Vec<DeleteTopicOutcome>, ControllerError> {
        self.run(move |situation| topics::delete(situation, topics)).await
    }

    /// Changes clients' quotas; one outcome for each entity.
    pub async fn alter_client_quotas(
        &self,
        request: AlterClientQuotas,
    ) -> Result<Vec<AlterQuotaOutcome>, ControllerError> {
        self.run(move |situation| client_quotas::alter(situation, request))
            .await
    }

    /// Takes the next block of producer ids; none of them was ever given out before.
    pub async fn allocate_producer_ids(&self) -> Result<ProducerIdBlock, ControllerError> {
        self.run(producer_ids::allocate).await
    }

    /// Writes these records as one atomic group.
    pub async fn submit(&self, records: Vec<Record>) -> Result<(), ControllerError> {
        self.decide(move |_| Decision { records, response: () }).await
    }

    /// Runs `decide` against the newest image, writes the records that it returns as one atomic group, and gives back
    /// its response once they are published.
    pub async fn decide<R, F>(&self, decide: F) -> Result<R, ControllerError>
    where
        R: Send + 'static,
        F: FnOnce(&Situation<'_>) -> Decision<R> + Send + 'static,
    {
        self.run(move |situation| Ok(decide(situation))).await
    }

    /// Shows `publisher` the current image and from now on every one; returns after the first call.
    pub async fn register_publisher(&self, publisher: Arc<dyn MetadataPublisher>) -> Result<(), ControllerError> {
        let (done, registered) = oneshot::channel();
        let message = Message::Register(publisher, done);
        self.messages
            .send(message)
            .await
            .map_err(|_| ControllerError::Stopped)?;
        registered.await.map_err(|_| ControllerError::Stopped)
    }

    pub(super) async fn stop(&self) -> Result<(), ControllerError> {
        let (done, stopped) = oneshot::channel();
        self.messages
            .send(Message::Stop(done))
            .await
            .map_err(|_| ControllerError::Stopped)?;
        stopped.await.map_err(|_| ControllerError::Stopped)?
    }

    async fn run<R, F>(&self, decide: F) -> Result<R, ControllerError>
    where
        R: Send + 'static,
        F: FnOnce(&Situation<'_>) -> Result<Decision<R>, ControllerError> + Send + 'static,
    {
        let (job, answer) = job(decide);
        self.messages
            .send(Message::Job(job))
            .await
            .map_err(|_| ControllerError::Stopped)?;
        answer.await.map_err(|_| ControllerError::Stopped)?
    }
}
