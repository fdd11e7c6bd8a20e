//! DeleteRecords: forgets the records before given offsets.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Where each log shall begin.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct DeleteRecordsRequest {
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<DeleteRecordsTopic>,
    /// How long to wait for the outcome, in milliseconds.
    #[field(versions = "0+")]
    pub timeout_ms: i32,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DeleteRecordsTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<DeleteRecordsPartition>,
}

/// Where one log shall begin.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DeleteRecordsPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The first offset to keep; −1 for the high watermark.
    #[field(versions = "0+")]
    pub offset: i64,
}

/// Where each log begins.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct DeleteRecordsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<DeleteRecordsTopicResult>,
}

/// One topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DeleteRecordsTopicResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<DeleteRecordsPartitionResult>,
}

/// Where one log begins.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DeleteRecordsPartitionResult {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The first offset that every replica still has; −1 after an error.
    #[field(versions = "0+")]
    pub low_watermark: i64,
    /// Why nothing was deleted, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
