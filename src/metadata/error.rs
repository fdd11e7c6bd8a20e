//! Why a metadata record does not fit the image it shall change.
//!
//! Each is either a bug of the one who wrote the record or damage; the image is as it was before the record.

use dmq_protocol::Uuid;

use crate::ids::{BrokerId, PartitionId, TopicId};

/// A record that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The record is about a topic that the image does not have.
    #[error("{record}: there is no topic with id {topic}")]
    UnknownTopic {
        /// The record's type.
        record: &'static str,
        /// The id it names.
        topic: TopicId,
    },
    /// The record is about a topic that the image does not have.
    #[error("{record}: there is no topic named '{topic}'")]
    UnknownTopicName {
        /// The record's type.
        record: &'static str,
        /// The name it names.
        topic: String,
    },
    /// The record is about a partition that the topic does not have.
    #[error("{record}: topic {topic} has no partition {partition}")]
    UnknownPartition {
        /// The record's type.
        record: &'static str,
        /// The topic.
        topic: TopicId,
        /// The partition it names.
        partition: PartitionId,
    },
    /// A new topic has the name or the id of one that exists.
    #[error("TopicRecord: '{name}' with id {topic} exists already, by name or by id")]
    TopicExists {
        /// The new topic's name.
        name: String,
        /// The new topic's id.
        topic: TopicId,
    },
    /// The record is about a broker that is not registered.
    #[error("{record}: broker {broker} is not registered")]
    UnknownBroker {
        /// The record's type.
        record: &'static str,
        /// The broker it names.
        broker: BrokerId,
    },
    /// The record is about another incarnation of the broker.
    #[error("{record}: broker {broker} has epoch {present}, not {named}")]
    BrokerEpochMismatch {
        /// The record's type.
        record: &'static str,
        /// The broker.
        broker: BrokerId,
        /// The broker's epoch in the image.
        present: i64,
        /// The epoch that the record names.
        named: i64,
    },
    /// A field's value is none that it may have.
    #[error("{record}: {field} may not be {value}")]
    InvalidField {
        /// The record's type.
        record: &'static str,
        /// The field's name.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// The record removes something that the image does not have.
    #[error("{record}: there is no {what}")]
    NothingToRemove {
        /// The record's type.
        record: &'static str,
        /// What it would remove.
        what: String,
    },
    /// An access control entry with this id exists.
    #[error("AccessControlEntryRecord: the id {0} is taken")]
    AclExists(Uuid),
    /// Producer ids that were given out would be given out again.
    #[error("ProducerIdsRecord: the next producer id may not go from {present} back to {named}")]
    ProducerIdsGoBack {
        /// The image's next producer id.
        present: i64,
        /// The record's.
        named: i64,
    },
    /// A group of records begins inside another.
    #[error("BeginTransactionRecord: a transaction is open already")]
    NestedTransaction,
    /// A group of records ends that never began.
    #[error("{record}: no transaction is open")]
    NoTransaction {
        /// The record's type.
        record: &'static str,
    },
}
