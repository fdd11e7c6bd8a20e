//! AlterReplicaLogDirs: moves partitions' logs between log directories of a broker.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Where logs shall lie.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "2+")]
pub struct AlterReplicaLogDirsRequest {
    /// The log directories.
    #[field(versions = "0+")]
    pub dirs: Vec<AlterReplicaLogDir>,
}

/// A log directory, and what shall lie in it.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterReplicaLogDir {
    /// The directory's absolute path.
    #[field(versions = "0+")]
    pub path: StrBytes,
    /// What shall lie in it.
    #[field(versions = "0+")]
    pub topics: Vec<AlterReplicaLogDirTopic>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterReplicaLogDirTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "2+")]
pub struct AlterReplicaLogDirsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of each topic.
    #[field(versions = "0+")]
    pub results: Vec<AlterReplicaLogDirTopicResult>,
}

/// What became of one topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterReplicaLogDirTopicResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// What became of each partition.
    #[field(versions = "0+")]
    pub partitions: Vec<AlterReplicaLogDirPartitionResult>,
}

/// What became of one partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterReplicaLogDirPartitionResult {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the log does not move, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
