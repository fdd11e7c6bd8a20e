//! What can be asked of the controller about topics, what it answers, and why it refuses.
//!
//! The refusals' texts are Kafka's, because tools and tests show them; which Kafka code each gets is the api layer's.

use crate::ids::{BrokerId, PartitionId, TopicId};
use crate::quota::MutationsExceeded;

/// Topics to create, each accepted or refused alone; the accepted ones appear together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateTopics {
    /// The topics.
    pub topics: Vec<NewTopic>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// A topic to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// How many partitions; −1 for the broker's default (and with `assignments`).
    pub num_partitions: i32,
    /// How many replicas of each partition; −1 for the broker's default (and with `assignments`).
    pub replication_factor: i16,
    /// Which brokers hold which partition; empty lets the controller choose.
    pub assignments: Vec<ReplicaAssignment>,
    /// Configs of the topic; a value of `None` is refused, as by Kafka.
    pub configs: Vec<(String, Option<String>)>,
}

impl NewTopic {
    /// A topic with the broker's defaults, as auto-creation makes it.
    pub fn with_defaults(name: &str) -> NewTopic {
        NewTopic {
            name: name.to_owned(),
            num_partitions: -1,
            replication_factor: -1,
            assignments: Vec::new(),
            configs: Vec::new(),
        }
    }
}

/// The brokers that shall hold one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaAssignment {
    /// The partition.
    pub partition: PartitionId,
    /// Its replicas; the first is the preferred leader.
    pub replicas: Vec<BrokerId>,
}

/// What became of one topic of a [`CreateTopics`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTopicOutcome {
    /// The topic's name as asked for.
    pub name: String,
    /// What was made, or why not.
    pub result: Result<CreatedTopic, TopicError>,
}

/// A topic as it was (or with `validate_only` would be) created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its new id; with `validate_only` an id that will not be used.
    pub id: TopicId,
    /// How many partitions it has.
    pub num_partitions: i32,
    /// How many replicas each partition has.
    pub replication_factor: i16,
    /// Every topic config that is in effect for it, in the order of the names.
    pub configs: Vec<EffectiveTopicConfig>,
}

/// The value of one config of a topic and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveTopicConfig {
    /// The topic config's name.
    pub name: String,
    /// Its value; none when it has none or is sensitive.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: TopicConfigSource,
    /// Whether the value must not be shown.
    pub is_sensitive: bool,
}

/// Where the value of a topic's config comes from, by Kafka's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum TopicConfigSource {
    /// Set for the topic.
    Topic = 1,
    /// Set at run time for this broker.
    Broker = 2,
    /// Set at run time for all brokers.
    AllBrokers = 3,
    /// Set when this broker's process was started.
    BrokerStart = 4,
    /// Nowhere set.
    Default = 5,
}

/// A topic to delete, named one way or the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TopicRef {
    /// By name.
    Name(String),
    /// By id.
    Id(TopicId),
}

/// What became of one topic of a delete request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteTopicOutcome {
    /// The topic as it was asked for.
    pub topic: TopicRef,
    /// The deleted topic's name and id, or why it was not deleted.
    pub result: Result<(String, TopicId), TopicError>,
}

/// Why one topic was not created or deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopicError {
    /// The name is not one that a topic may have. (INVALID_TOPIC_EXCEPTION)
    #[error("Topic name is invalid: {0}")]
    InvalidName(InvalidTopicName),
    /// The name differs from an existing one in `.` and `_` only. (INVALID_TOPIC_EXCEPTION)
    #[error("Topic '{name}' collides with existing topic: {existing}")]
    NameCollision {
        /// The name asked for.
        name: String,
        /// The topic that exists.
        existing: String,
    },
    /// (TOPIC_ALREADY_EXISTS)
    #[error("Topic '{0}' already exists.")]
    AlreadyExists(String),
    /// (INVALID_PARTITIONS)
    #[error("Number of partitions was set to an invalid non-positive value.")]
    NonPositivePartitions,
    /// A topic cannot have fewer partitions than it has, nor get none. (INVALID_PARTITIONS)
    #[error("{0}")]
    InvalidPartitions(String),
    /// (INVALID_REPLICATION_FACTOR)
    #[error("Replication factor must be larger than 0, or -1 to use the default value.")]
    NonPositiveReplicationFactor,
    /// The brokers there are cannot hold that many replicas. (INVALID_REPLICATION_FACTOR)
    #[error("Unable to replicate the partition {replication_factor} time(s): {reason}")]
    Unplaceable {
        /// The replication factor in question.
        replication_factor: i16,
        /// What is in the way.
        reason: String,
    },
    /// (INVALID_REPLICA_ASSIGNMENT)
    #[error("{0}")]
    InvalidAssignment(String),
    /// (INVALID_CONFIG)
    #[error("{0}")]
    InvalidConfig(String),
    /// The request contradicts itself. (INVALID_REQUEST)
    #[error("{0}")]
    InvalidRequest(String),
    /// The client creates and deletes too many partitions. (THROTTLING_QUOTA_EXCEEDED)
    #[error(transparent)]
    Throttled(#[from] MutationsExceeded),
    /// (UNKNOWN_TOPIC_OR_PARTITION)
    #[error("This server does not host this topic-partition.")]
    UnknownName,
    /// (UNKNOWN_TOPIC_ID)
    #[error("This server does not host this topic ID.")]
    UnknownId,
    /// The name is that of a topic whose id the request names too. (INVALID_REQUEST)
    #[error("The provided topic name maps to an ID that was already supplied.")]
    NamedBothWays(TopicId),
    /// `delete.topic.enable` is false. (TOPIC_DELETION_DISABLED; INVALID_REQUEST to clients that do not know it)
    #[error("Topic deletion is disabled.")]
    DeletionDisabled,
}

/// What is wrong with a topic's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopicName {
    /// It has no character.
    #[error("the empty string is not allowed")]
    Empty,
    /// It would be a directory of its own meaning.
    #[error("'{0}' is not allowed")]
    Dots(String),
    /// It is longer than a directory name can be.
    #[error("the length of '{name}' is longer than the max allowed length {max}")]
    TooLong {
        /// The name.
        name: String,
        /// How long it may be.
        max: usize,
    },
    /// It has a character that it may not have.
    #[error("'{0}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")]
    IllegalCharacter(String),
}
