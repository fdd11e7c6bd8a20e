//! Why a partition refuses a request. The api layer gives each a Kafka code.

use crate::ids::{BrokerId, LeaderEpoch, Offset, TopicPartition};
use crate::log::LogError;

/// A request that a partition did not serve.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PartitionError {
    /// Another broker leads, or none.
    #[error("this broker does not lead the partition (leader: {})", leader.map_or("none".to_owned(), |id| id.to_string()))]
    NotLeader {
        /// The leader, where one is known.
        leader: Option<BrokerId>,
        /// The epoch of its leadership.
        leader_epoch: LeaderEpoch,
    },
    /// The client believes in a leadership that has ended.
    #[error("leader epoch {requested} has been superseded by {current}")]
    FencedLeaderEpoch {
        /// The epoch in force.
        current: LeaderEpoch,
        /// The client's.
        requested: LeaderEpoch,
    },
    /// The client knows of a leadership that this broker has not learnt of yet.
    #[error("leader epoch {requested} is newer than {current}, the one known here")]
    UnknownLeaderEpoch {
        /// The epoch in force here.
        current: LeaderEpoch,
        /// The client's.
        requested: LeaderEpoch,
    },
    /// `acks=all` with fewer in-sync replicas than `min.insync.replicas`.
    #[error("{isr} replica(s) in sync, {required} are required")]
    NotEnoughReplicas {
        /// How many are in sync.
        isr: usize,
        /// How many must be.
        required: usize,
    },
    /// The log does not hold this offset.
    #[error("offset {offset} is not within {start}..={end}")]
    OffsetOutOfRange {
        /// The offset asked for.
        offset: Offset,
        /// The first offset there is.
        start: Offset,
        /// The first offset that is not there yet.
        end: Offset,
    },
    /// The topic is compacted only: nothing of it is removed on request.
    #[error("records of {0} cannot be deleted: its cleanup.policy is compact")]
    CompactedOnly(TopicPartition),
    /// The data directory has too little room left to take records.
    #[error(
        "the data directory has {free} bytes left, fewer than log.dir.min.free.bytes ({min}): no records are taken"
    )]
    LowOnSpace {
        /// Bytes that are free.
        free: u64,
        /// Bytes that must be.
        min: u64,
    },
    /// The log directory failed; nothing more is read from or written to it.
    #[error("the log directory of this partition has failed")]
    StorageFailed,
    /// The log refused the records.
    #[error(transparent)]
    Log(#[from] LogError),
}
