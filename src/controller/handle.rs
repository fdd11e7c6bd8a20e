//! How the rest of the broker asks the controller for changes.
//!
//! Each call is decided on the controller's thread against the newest image, written to the metadata log, and answered
//! once what it wrote is on stable storage and published. The queue is bounded: callers wait when it is full.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::client_quotas::{self, AlterClientQuotas, AlterQuotaOutcome};
use super::config_request::{AlterConfigs, ConfigError};
use super::configs;
use super::error::ControllerError;
use super::feature_update::{self, FeatureError, UpdateFeatures};
use super::job::{Decision, Job, Situation, job};
use super::producer_ids::{self, ProducerIdBlock};
use super::push::{self, MetadataPush, PushError, Pushed, PushedBroker};
use super::replica_request::{
    AddPartitions, AlterReassignments, AssignDirectories, ElectLeaders, ElectionError, PartitionRef, ReassignmentError,
};
use super::replicas;
use super::topic_request::{CreateTopicOutcome, CreateTopics, DeleteTopicOutcome, TopicError, TopicRef};
use super::topics;
use crate::ids::BrokerId;
use crate::metadata::{MetadataHandle, MetadataPublisher, Record};
use crate::quota::Mutations;

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
    mutations: Mutations,
}

impl ControllerHandle {
    pub(super) fn new(messages: mpsc::Sender<Message>, metadata: MetadataHandle) -> ControllerHandle {
        ControllerHandle {
            messages,
            metadata,
            mutations: Mutations::unlimited(),
        }
    }

    /// A way to the controller on which partitions that are created or deleted are accounted for with `mutations`.
    pub fn limited(&self, mutations: &Mutations) -> ControllerHandle {
        ControllerHandle {
            mutations: mutations.clone(),
            ..self.clone()
        }
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

    /// Adds partitions; one outcome for each topic, names that occur twice first.
    pub async fn add_partitions(
        &self,
        request: AddPartitions,
    ) -> Result<Vec<(String, Result<(), TopicError>)>, ControllerError> {
        self.run(move |situation| topics::add(situation, request)).await
    }

    /// Elects leaders; an outcome for each partition, except, where none was named, for those that need no election.
    pub async fn elect_leaders(
        &self,
        request: ElectLeaders,
    ) -> Result<Vec<(PartitionRef, Result<(), ElectionError>)>, ControllerError> {
        self.run(move |situation| {
            situation.check_owner()?;
            Ok(replicas::elect(situation, request))
        })
        .await
    }

    /// Moves partitions to other brokers, or takes that back; an outcome for each partition, in the request's order.
    pub async fn alter_reassignments(
        &self,
        request: AlterReassignments,
    ) -> Result<Vec<(PartitionRef, Result<(), ReassignmentError>)>, ControllerError> {
        self.run(move |situation| {
            situation.check_owner()?;
            Ok(replicas::alter(situation, request))
        })
        .await
    }

    /// Takes a broker out of the cluster for good.
    pub async fn unregister_broker(&self, broker: BrokerId) -> Result<(), ControllerError> {
        self.run(move |situation| replicas::unregister(situation, broker)).await
    }

    /// Notes in which log directories replicas of `broker` lie.
    pub async fn assign_directories(
        &self,
        broker: BrokerId,
        request: AssignDirectories,
    ) -> Result<(), ControllerError> {
        self.decide(move |situation| replicas::assign(situation, broker, &request))
            .await
    }

    /// Changes the levels of features: all of those named, or none.
    pub async fn update_features(&self, request: UpdateFeatures) -> Result<Result<(), FeatureError>, ControllerError> {
        self.decide(move |situation| feature_update::update(situation, request))
            .await
    }

    /// Changes configs; one outcome for each resource, in the request's order.
    pub async fn alter_configs(&self, request: AlterConfigs) -> Result<Vec<Result<(), ConfigError>>, ControllerError> {
        self.run(move |situation| configs::alter(situation, request)).await
    }

    /// Takes the next block of producer ids; none of them was ever given out before.
    pub async fn allocate_producer_ids(&self) -> Result<ProducerIdBlock, ControllerError> {
        self.run(producer_ids::allocate).await
    }

    /// Applies what an external controller pushes: all of it, or nothing.
    pub async fn push(&self, push: MetadataPush) -> Result<Result<Pushed, PushError>, ControllerError> {
        self.run(move |situation| Ok(push::decide(situation, &push))).await
    }

    /// Registers a storage service that reports to this controller, as it is now; nothing is written if that is known.
    pub async fn register_storage(&self, broker: PushedBroker) -> Result<(), ControllerError> {
        self.run(move |situation| Ok(push::register(situation, broker))).await
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
        let mutations = self.mutations.clone();
        let (job, answer) = job(move |situation: &Situation<'_>| {
            decide(&Situation {
                mutations: &mutations,
                ..*situation
            })
        });
        self.messages
            .send(Message::Job(job))
            .await
            .map_err(|_| ControllerError::Stopped)?;
        answer.await.map_err(|_| ControllerError::Stopped)?
    }
}
