//! AlterPartitionReassignments: moves partitions to other brokers, or calls that off.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Where partitions shall be.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct AlterPartitionReassignmentsRequest {
    /// How long to wait for the outcome, in milliseconds.
    #[field(versions = "0+", default = "60000")]
    pub timeout_ms: i32,
    /// Whether the number of replicas may change.
    #[field(versions = "1+", default = "true")]
    pub allow_replication_factor_change: bool,
    /// The topics to move.
    #[field(versions = "0+")]
    pub topics: Vec<ReassignableTopic>,
}

/// A topic to move.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReassignableTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions to move.
    #[field(versions = "0+")]
    pub partitions: Vec<ReassignablePartition>,
}

/// A partition to move.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReassignablePartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The brokers, the preferred leader first; null to call off a move that is under way.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub replicas: Option<Vec<i32>>,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct AlterPartitionReassignmentsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Whether the number of replicas could change.
    #[field(versions = "1+", default = "true", ignorable)]
    pub allow_replication_factor_change: bool,
    /// Why nothing moves, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// What became of each topic.
    #[field(versions = "0+")]
    pub responses: Vec<ReassignableTopicResponse>,
}

/// What became of one topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReassignableTopicResponse {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// What became of each partition.
    #[field(versions = "0+")]
    pub partitions: Vec<ReassignablePartitionResponse>,
}

/// What became of one partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReassignablePartitionResponse {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the partition does not move, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
}
