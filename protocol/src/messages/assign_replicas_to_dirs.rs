//! AssignReplicasToDirs: tells the controller in which log directories a broker's replicas lie.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::uuid::Uuid;

/// The replicas, by directory.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AssignReplicasToDirsRequest {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log; −1 if it is not known.
    #[field(versions = "0+", default = "-1")]
    pub broker_epoch: i64,
    /// The log directories.
    #[field(versions = "0+")]
    pub directories: Vec<RequestDirectoryData>,
}

/// A log directory, and what lies in it.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestDirectoryData {
    /// The directory's id.
    #[field(versions = "0+")]
    pub id: Uuid,
    /// The replicas, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<RequestTopicData>,
}

/// A topic's replicas.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestTopicData {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The replicas, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<RequestPartitionData>,
}

/// A replica.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestPartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AssignReplicasToDirsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was noted, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The log directories.
    #[field(versions = "0+")]
    pub directories: Vec<ResponseDirectoryData>,
}

/// What became of the replicas in a directory.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponseDirectoryData {
    /// The directory's id.
    #[field(versions = "0+")]
    pub id: Uuid,
    /// The replicas, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<ResponseTopicData>,
}

/// What became of a topic's replicas.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponseTopicData {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// What became of each.
    #[field(versions = "0+")]
    pub partitions: Vec<ResponsePartitionData>,
}

/// What became of a replica.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponsePartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why this one was not noted, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
