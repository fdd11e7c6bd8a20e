//! What can be asked of the controller about the replicas of partitions, what it answers, and why it refuses.
//!
//! The refusals' texts are Kafka's; which Kafka code each gets is the api layer's.

use crate::ids::{BrokerId, PartitionId, TopicId};
use crate::metadata::DirectoryId;

/// Topics that are to get more partitions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddPartitions {
    /// The topics.
    pub topics: Vec<MorePartitions>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// How many partitions a topic is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MorePartitions {
    /// The topic.
    pub topic: String,
    /// All of its partitions, those that it has included.
    pub count: i32,
    /// The replicas of each new partition; none leaves the choice to the controller.
    pub assignments: Option<Vec<Vec<BrokerId>>>,
}

/// One partition, named by its topic's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionRef {
    /// The topic's name.
    pub topic: String,
    /// The partition's number.
    pub partition: PartitionId,
}

/// Leaders to elect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectLeaders {
    /// Which leader.
    pub kind: ElectionKind,
    /// The partitions; none for all of them.
    pub partitions: Option<Vec<PartitionRef>>,
}

/// Which leader is to be elected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElectionKind {
    /// The first of the replicas.
    Preferred,
    /// Any replica, for a partition without leader.
    Unclean,
}

/// Why a partition gets no other leader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElectionError {
    /// (UNKNOWN_TOPIC_OR_PARTITION)
    #[error("No such topic as {0}")]
    NoSuchTopic(String),
    /// (UNKNOWN_TOPIC_OR_PARTITION)
    #[error("No such partition as {topic}-{partition}")]
    NoSuchPartition {
        /// The topic.
        topic: String,
        /// The partition that it does not have.
        partition: PartitionId,
    },
    /// The leader is the one that is wanted. (ELECTION_NOT_NEEDED)
    #[error("Leader election not needed for topic partition.")]
    NotNeeded,
    /// (PREFERRED_LEADER_NOT_AVAILABLE)
    #[error("The preferred leader was not available.")]
    PreferredUnavailable,
    /// (ELIGIBLE_LEADERS_NOT_AVAILABLE)
    #[error("Eligible topic partition leaders are not available.")]
    NoneEligible,
}

/// Partitions to move to other brokers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterReassignments {
    /// Each partition with its future replicas; none takes back what is under way.
    pub partitions: Vec<(PartitionRef, Option<Vec<BrokerId>>)>,
    /// Whether a partition may get more or fewer replicas than it has.
    pub may_change_factor: bool,
}

/// Why a partition is not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReassignmentError {
    /// (UNKNOWN_TOPIC_OR_PARTITION)
    #[error("Unable to find a topic named {0}.")]
    NoSuchTopic(String),
    /// (UNKNOWN_TOPIC_OR_PARTITION)
    #[error("Unable to find partition {topic}:{partition}.")]
    NoSuchPartition {
        /// The topic.
        topic: String,
        /// The partition that it does not have.
        partition: PartitionId,
    },
    /// There is nothing to take back. (NO_REASSIGNMENT_IN_PROGRESS)
    #[error("No partition reassignment is in progress.")]
    NoneInProgress,
    /// (INVALID_REPLICA_ASSIGNMENT)
    #[error("{0}")]
    InvalidAssignment(String),
    /// (INVALID_REPLICATION_FACTOR)
    #[error("The replication factor is changed from {from} to {to}")]
    FactorChanged {
        /// How many replicas there are, or would be once what is under way is done.
        from: usize,
        /// How many are asked for.
        to: usize,
    },
}

/// Where replicas of a broker lie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssignDirectories {
    /// Each replica with its directory.
    pub assignments: Vec<(TopicId, PartitionId, DirectoryId)>,
}
