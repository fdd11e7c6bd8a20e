//! ListPartitionReassignments: tells which partitions are moving.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The partitions to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ListPartitionReassignmentsRequest {
    /// How long to wait for the outcome, in milliseconds.
    #[field(versions = "0+", default = "60000")]
    pub timeout_ms: i32,
    /// The topics; null for all.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub topics: Option<Vec<ListPartitionReassignmentsTopics>>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ListPartitionReassignmentsTopics {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partition_indexes: Vec<i32>,
}

/// The partitions that are moving.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ListPartitionReassignmentsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing is told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// The topics with partitions that are moving.
    #[field(versions = "0+")]
    pub topics: Vec<OngoingTopicReassignment>,
}

/// A topic with partitions that are moving.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OngoingTopicReassignment {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions that are moving.
    #[field(versions = "0+")]
    pub partitions: Vec<OngoingPartitionReassignment>,
}

/// A partition that is moving.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OngoingPartitionReassignment {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The brokers that have replicas now, those to come and to go included.
    #[field(versions = "0+")]
    pub replicas: Vec<i32>,
    /// The brokers that are to get a replica.
    #[field(versions = "0+")]
    pub adding_replicas: Vec<i32>,
    /// The brokers that are to lose theirs.
    #[field(versions = "0+")]
    pub removing_replicas: Vec<i32>,
}
