//! Metadata pushed by an external controller over REST, turned into Kafka's metadata records.
//!
//! A push says what changed, or everything; what it does not name stays. All of it is one group of records together with
//! the version that it brings, so it applies as a whole, and the order of pushes survives a restart with it.
//!
//! Pure: it knows nothing of JSON, HTTP, Kafka's error codes or the log.

mod brokers;
mod partitions;
mod state;

pub use brokers::REST_LISTENER;
pub use state::{PushedState, leader_epoch as pushed_leader_epoch};

use super::job::{Decision, Situation};
use crate::ids::{BrokerId, PartitionId, TopicId};

/// What a controller pushes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetadataPush {
    /// Orders pushes. None: this push is ordered by its timestamp instead, and leaves the version.
    pub version: Option<i64>,
    /// The controller's time, in ms since 1970.
    pub timestamp_ms: Option<i64>,
    /// Brokers that are new or have changed; no id occurs twice.
    pub brokers: Vec<PushedBroker>,
    /// Partitions that are new or have changed; none occurs twice.
    pub partitions: Vec<PushedPartition>,
}

/// A broker as the controller knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedBroker {
    /// Its `node.id`.
    pub id: BrokerId,
    /// Where its REST interface listens.
    pub host: String,
    /// The port of its REST interface.
    pub port: u16,
    /// Where its Kafka listener is.
    pub kafka_host: String,
    /// The port of its Kafka listener.
    pub kafka_port: u16,
    /// Whether it may be shown to clients.
    pub alive: bool,
}

/// A partition as the controller wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedPartition {
    /// The topic's name, a legal one.
    pub topic: String,
    /// The topic's id, from controllers that give topics ids.
    pub topic_id: Option<TopicId>,
    /// The partition's number, not negative.
    pub partition: PartitionId,
    /// The leader; none while there is none.
    pub leader: Option<BrokerId>,
    /// The other replicas.
    pub followers: Vec<BrokerId>,
    /// The replicas in sync; none means all of them.
    pub isr: Option<Vec<BrokerId>>,
    /// The controller's epoch of the leadership: a 64-bit number, unlike Kafka's. None: as it was, or one more when the
    /// leader changes.
    pub leader_epoch: Option<i64>,
}

/// What became of a push that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It holds now.
    Applied,
    /// Its version was the current one already.
    Unchanged,
}

/// Why a push changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Something newer was pushed before.
    #[error("the pushed version {pushed} is lower than the current version {current}")]
    StaleVersion {
        /// The version in force.
        current: i64,
        /// The one that came.
        pushed: i64,
    },
    /// Something newer was pushed before, by the timestamps that order pushes without a version.
    #[error("the pushed timestamp {pushed} is older than {current}, that of the last push")]
    StaleTimestamp {
        /// The timestamp of the last push.
        current: i64,
        /// The one that came.
        pushed: i64,
    },
    /// A newer leadership of this partition was pushed before.
    #[error("the pushed leader epoch {pushed} of {topic}-{partition} is lower than the current one, {current}")]
    StaleLeaderEpoch {
        /// The topic.
        topic: String,
        /// The partition.
        partition: PartitionId,
        /// The epoch in force.
        current: i64,
        /// The one that came.
        pushed: i64,
    },
    /// The topic exists under another id: it was deleted and made again at the controller, and its data are still here.
    #[error("the topic {topic} has the id {current} here and {pushed} at the controller; delete it here first")]
    OtherTopic {
        /// The topic.
        topic: String,
        /// Its id here.
        current: TopicId,
        /// Its id at the controller.
        pushed: TopicId,
    },
    /// The push contradicts itself or the rules of partitions.
    #[error("{0}")]
    Invalid(String),
}

/// Decides a push: all of it, or why nothing.
pub(super) fn decide(situation: &Situation<'_>, push: &MetadataPush) -> Decision<Result<Pushed, PushError>> {
    let state = PushedState::of(situation.image);
    match state.admits(push) {
        Ok(true) => {}
        Ok(false) => return Decision::answer(Ok(Pushed::Unchanged)),
        Err(error) => return Decision::answer(Err(error)),
    }
    let mut records = brokers::records(situation, &push.brokers);
    match partitions::records(situation, &push.partitions) {
        Ok(more) => records.extend(more),
        Err(error) => return Decision::answer(Err(error)),
    }
    records.extend(state.after(push, situation.now_ms));
    Decision {
        records,
        response: Ok(Pushed::Applied),
    }
}

/// Registers one broker, as it reports itself.
pub(super) fn register(situation: &Situation<'_>, broker: PushedBroker) -> Decision<()> {
    Decision {
        records: brokers::records(situation, &[broker]),
        response: (),
    }
}

#[cfg(test)]
mod tests;
