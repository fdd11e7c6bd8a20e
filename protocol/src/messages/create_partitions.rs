//! CreatePartitions: adds partitions to topics.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The topics, and how many partitions they shall have.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-3", flexible = "2+")]
pub struct CreatePartitionsRequest {
    /// The topics to change.
    #[field(versions = "0+")]
    pub topics: Vec<CreatePartitionsTopic>,
    /// How long to wait for the outcome, in milliseconds.
    #[field(versions = "0+")]
    pub timeout_ms: i32,
    /// Only check whether it could be done.
    #[field(versions = "0+")]
    pub validate_only: bool,
}

/// A topic to change.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatePartitionsTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// How many partitions it shall have, those it has included.
    #[field(versions = "0+")]
    pub count: i32,
    /// Where the new partitions' replicas go; null to leave that to the controller.
    #[field(versions = "0+", nullable = "0+")]
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
}

/// Where one new partition's replicas go.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatePartitionsAssignment {
    /// The brokers, the preferred leader first.
    #[field(versions = "0+")]
    pub broker_ids: Vec<i32>,
}

/// What became of each topic.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-3", flexible = "2+")]
pub struct CreatePartitionsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of each topic.
    #[field(versions = "0+")]
    pub results: Vec<CreatePartitionsTopicResult>,
}

/// What became of one topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatePartitionsTopicResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// Why no partitions were added, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
}
