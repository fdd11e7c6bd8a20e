//! ElectLeaders: makes the preferred replicas leaders, or any replica where none is in sync.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Where to elect.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct ElectLeadersRequest {
    /// 0 for the preferred replica, 1 for any that lives: an unclean election.
    #[field(versions = "1+")]
    pub election_type: i8,
    /// The partitions; null for all.
    #[field(versions = "0+", nullable = "0+")]
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// How long to wait for the outcome, in milliseconds.
    #[field(versions = "0+", default = "60000")]
    pub timeout_ms: i32,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicPartitions {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// What became of each partition.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct ElectLeadersResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was elected, if so.
    #[field(versions = "1+")]
    pub error_code: ErrorCode,
    /// What became of each topic.
    #[field(versions = "0+")]
    pub replica_election_results: Vec<ReplicaElectionResult>,
}

/// What became of one topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReplicaElectionResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// What became of each partition.
    #[field(versions = "0+")]
    pub partition_result: Vec<PartitionResult>,
}

/// What became of one partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionResult {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_id: i32,
    /// Why there is no new leader, if so: ELECTION_NOT_NEEDED if the right one leads already.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
}
