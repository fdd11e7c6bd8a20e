//! DescribeProducers: tells who has been writing to partitions.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The partitions to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeProducersRequest {
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<TopicRequest>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicRequest {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partition_indexes: Vec<i32>,
}

/// The producers.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeProducersResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<TopicResponse>,
}

/// One topic's producers.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicResponse {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The producers, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionResponse>,
}

/// One partition's producers.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionResponse {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the producers are not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// The producers that the leader remembers.
    #[field(versions = "0+")]
    pub active_producers: Vec<ProducerState>,
}

/// A producer that has written to the partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ProducerState {
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The producer's newest epoch.
    #[field(versions = "0+")]
    pub producer_epoch: i32,
    /// The sequence number of its last record; −1 if it has none.
    #[field(versions = "0+", default = "-1")]
    pub last_sequence: i32,
    /// When it wrote last, in milliseconds since 1970; −1 if that is not known.
    #[field(versions = "0+", default = "-1")]
    pub last_timestamp: i64,
    /// The epoch of the coordinator that ended its last transaction.
    #[field(versions = "0+")]
    pub coordinator_epoch: i32,
    /// Where its open transaction begins; −1 if there is none.
    #[field(versions = "0+", default = "-1")]
    pub current_txn_start_offset: i64,
}
