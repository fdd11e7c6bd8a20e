//! One change on its way through the controller: what it decides on, what it decides, how its asker is answered.
//!
//! A job is a pure function of the situation; everything it wants to happen is in the records it returns. It knows
//! nothing of the log, the queue or other jobs.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::error::ControllerError;
use crate::config::{EffectiveSettings, Settings};
use crate::env::Random;
use crate::metadata::{MetadataImage, Record};
use crate::quota::Mutations;

/// What a decision may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The newest image, with the effect of every earlier decision, also of those not durable yet.
    pub image: &'a MetadataImage,
    /// The settings of this process.
    pub settings: &'a Arc<Settings>,
    /// The time, in ms since 1970.
    pub now_ms: i64,
    /// For ids.
    pub random: &'a dyn Random,
    /// Where partitions that are created or deleted are accounted for: all that a decision changes beside its records.
    pub mutations: &'a Mutations,
}

impl Situation<'_> {
    /// The settings in force: those of the start with what was set at run time on top.
    pub fn effective(&self) -> EffectiveSettings {
        self.image.configs.effective(self.settings).0
    }

    /// Refuses to make what an external controller would not know of.
    pub(super) fn check_owner(&self) -> Result<(), ControllerError> {
        match &self.settings.broker().metadata_service_url {
            Some(url) => Err(ControllerError::OwnedElsewhere { url: url.clone() }),
            None => Ok(()),
        }
    }
}

/// What a decision leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<R> {
    /// What to write: all of it or nothing, in this order.
    pub records: Vec<Record>,
    /// What to answer once it is written.
    pub response: R,
}

impl<R> Decision<R> {
    /// Nothing to write.
    pub fn answer(response: R) -> Decision<R> {
        Decision {
            records: Vec::new(),
            response,
        }
    }
}

/// A decided job: its records, and the way to tell its asker.
pub(super) struct Decided {
    pub records: Vec<Record>,
    pub finish: Box<dyn FnOnce(Result<(), ControllerError>) + Send>,
}

/// A job that waits for its decision.
pub(super) type Job = Box<dyn FnOnce(&Situation<'_>) -> Decided + Send>;

/// A job that runs `decide`, and where its answer will be.
pub(super) fn job<R, F>(decide: F) -> (Job, oneshot::Receiver<Result<R, ControllerError>>)
where
    R: Send + 'static,
    F: FnOnce(&Situation<'_>) -> Result<Decision<R>, ControllerError> + Send + 'static,
{
    let (answer, receiver) = oneshot::channel();
    let job = Box::new(move |situation: &Situation<'_>| match decide(situation) {
        Ok(Decision { records, response }) => Decided {
            records,
            // An asker that no longer waits has its change all the same.
            finish: Box::new(move |written| drop(answer.send(written.map(|()| response)))),
        },
        Err(refused) => Decided {
            records: Vec::new(),
            finish: Box::new(move |written| drop(answer.send(written.and(Err(refused))))),
        },
    });
    (job, receiver)
}
