//! The controller's thread: takes jobs, decides them one after the other, writes what they decided in one append and one
//! sync, publishes the image, answers.
//!
//! Invariants: a job sees the effect of every job before it; what is published is durable; an answer follows the
//! publishing. Crash story: jobs that were not answered may or may not have happened, each whole or not at all.
//! After the log has failed nothing is accepted any more, because what it holds is unknown.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use super::error::{ControllerError, LogFailure};
use super::handle::Message;
use super::job::{Job, Situation};
use super::log::MetadataLog;
use super::registration;
use crate::config::Settings;
use crate::env::{Clock, Random};
use crate::limits::CONTROLLER_JOBS_PER_SYNC_MAX;
use crate::log::LogError;
use crate::metadata::{METADATA_VERSION, MetadataDelta, MetadataImage, MetadataWriter, Provenance, Record};
use crate::quota::Mutations;

/// The state of the controller's thread.
pub(super) struct Actor {
    pub messages: mpsc::Receiver<Message>,
    pub log: MetadataLog,
    pub writer: MetadataWriter,
    pub settings: Arc<Settings>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Why the log takes nothing more.
    pub failed: Option<String>,
}

type Finish = Box<dyn FnOnce(Result<(), ControllerError>) + Send>;

/// Jobs that were decided together.
struct Turn {
    delta: MetadataDelta,
    groups: Vec<Vec<Record>>,
    finishes: Vec<Finish>,
}

impl Actor {
    /// Works until told to stop or until every handle is gone.
    pub fn run(mut self) {
        while let Some(first) = self.messages.blocking_recv() {
            let mut turn = Turn {
                delta: MetadataDelta::new(&self.image()),
                groups: Vec::new(),
                finishes: Vec::new(),
            };
            let mut next = Some(first);
            let mut after = None;
            while let Some(message) = next.take() {
                match message {
                    Message::Job(job) => self.decide(job, &mut turn),
                    other => {
                        after = Some(other);
                        break;
                    }
                }
                if turn.finishes.len() < CONTROLLER_JOBS_PER_SYNC_MAX {
                    next = self.messages.try_recv().ok();
                }
            }
            self.finish(turn);
            match after {
                Some(Message::Register(publisher, done)) => {
                    self.writer.register(publisher);
                    // Whoever asked may have gone meanwhile.
                    let _ = done.send(());
                }
                Some(Message::Stop(done)) => return self.stop(done),
                Some(Message::Job(_)) | None => {}
            }
        }
    }

    fn image(&self) -> Arc<MetadataImage> {
        self.writer.handle().load_full()
    }

    /// Decides one job on top of those before it. A job whose records do not apply is refused and leaves no trace.
    fn decide(&self, job: Job, turn: &mut Turn) {
        let situation = Situation {
            image: turn.delta.image(),
            settings: &self.settings,
            now_ms: self.clock.now_ms(),
            random: self.random.as_ref(),
            mutations: &Mutations::unlimited(),
        };
        let decided = job(&situation);
        if let Some(reason) = &self.failed {
            return (decided.finish)(Err(ControllerError::LogFailed { reason: reason.clone() }));
        }
        let mut delta = turn.delta.clone();
        let applied = decided
            .records
            .iter()
            .try_for_each(|record| delta.apply(record).map_err(|e| e.to_string()));
        let whole = applied.and_then(|()| match delta.in_transaction() {
            true => Err("it leaves a transaction open".to_owned()),
            false => Ok(()),
        });
        if let Err(reason) = whole {
            return (decided.finish)(Err(ControllerError::Inapplicable { reason }));
        }
        turn.delta = delta;
        turn.groups.push(decided.records);
        turn.finishes.push(decided.finish);
    }

    /// Writes, syncs, publishes, answers.
    fn finish(&mut self, turn: Turn) {
        let Turn {
            delta,
            groups,
            finishes,
        } = turn;
        let result = self.write(&groups).map_err(|failure| self.fail(failure));
        if result.is_ok() && groups.iter().any(|group| !group.is_empty()) {
            let provenance = Provenance {
                last_offset: self.log.end_offset().plus(-1),
                last_epoch: self.log.epoch(),
                last_timestamp_ms: self.clock.now_ms(),
            };
            let (image, changes) = delta.finish(provenance);
            self.writer.publish(image.clone(), &changes);
            if let Err(error) = self.log.snapshot_if_due(&image) {
                warn!(%error, "the metadata snapshot was not written; the metadata log grows until one is");
            }
        }
        for finish in finishes {
            finish(result.clone());
        }
    }

    fn write(&mut self, groups: &[Vec<Record>]) -> Result<(), LogFailure> {
        if groups.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let version = self.image().features.level(METADATA_VERSION);
        self.log.append(groups, version)?;
        self.log.flush()
    }

    /// A full disk or records that cannot be written refuse one append; an error of the storage ends the log.
    fn fail(&mut self, failure: LogFailure) -> ControllerError {
        let reason = failure.to_string();
        let fatal = match failure {
            LogFailure::Log(error) if error.is_passing() => false,
            LogFailure::Log(error) => error.is_storage() || error == LogError::Closed,
            _ => false,
        };
        if fatal {
            error!(%reason, "the metadata log has failed; the cluster's metadata cannot change any more");
            self.failed = Some(reason.clone());
        } else {
            warn!(%reason, "a change of the cluster's metadata was refused");
        }
        ControllerError::LogFailed { reason }
    }

    /// Takes this broker out of service, so that another process may register in its place at once.
    fn stop(mut self, done: oneshot::Sender<Result<(), ControllerError>>) {
        let node = self.settings.broker().node_id;
        let registered = self.image().cluster.broker(node).cloned();
        let mut result = match &self.failed {
            Some(reason) => Err(ControllerError::LogFailed { reason: reason.clone() }),
            None => Ok(()),
        };
        if let (Ok(()), Some(broker)) = (&result, registered) {
            let fence = vec![registration::fence(node, broker.epoch)];
            result = self.write(&[fence]).map_err(|failure| self.fail(failure));
        }
        let closed = self.log.close().map_err(|error| ControllerError::LogFailed {
            reason: error.to_string(),
        });
        drop(done.send(result.and(closed)));
    }
}
