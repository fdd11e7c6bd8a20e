//! AddPartitionsToTxn: makes partitions part of transactions, or asks whether they are.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The partitions.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct AddPartitionsToTxnRequest {
    /// The transactions, from brokers that ask for several.
    #[field(versions = "4+")]
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    /// The transactional id, from a client.
    #[field(versions = "0-3")]
    pub v3_and_below_transactional_id: StrBytes,
    /// The producer's id, from a client.
    #[field(versions = "0-3")]
    pub v3_and_below_producer_id: i64,
    /// The producer's epoch, from a client.
    #[field(versions = "0-3")]
    pub v3_and_below_producer_epoch: i16,
    /// The partitions by topic, from a client.
    #[field(versions = "0-3")]
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AddPartitionsToTxnTransaction {
    /// The transactional id.
    #[field(versions = "4+")]
    pub transactional_id: StrBytes,
    /// The producer's id.
    #[field(versions = "4+")]
    pub producer_id: i64,
    /// The producer's epoch: earlier ones are fenced.
    #[field(versions = "4+")]
    pub producer_epoch: i16,
    /// Only ask whether they are part of it.
    #[field(versions = "4+")]
    pub verify_only: bool,
    /// The partitions, by topic.
    #[field(versions = "4+")]
    pub topics: Vec<AddPartitionsToTxnTopic>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AddPartitionsToTxnTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct AddPartitionsToTxnResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was done, if so.
    #[field(versions = "4+", ignorable)]
    pub error_code: ErrorCode,
    /// What became of the partitions, by transaction.
    #[field(versions = "4+")]
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    /// What became of the partitions by topic, for a client.
    #[field(versions = "0-3")]
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
}

/// What became of a transaction's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AddPartitionsToTxnResult {
    /// The transactional id.
    #[field(versions = "4+")]
    pub transactional_id: StrBytes,
    /// What became of them, by topic.
    #[field(versions = "4+")]
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
}

/// What became of a topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AddPartitionsToTxnTopicResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// What became of each.
    #[field(versions = "0+")]
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}

/// What became of a partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AddPartitionsToTxnPartitionResult {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the partition is not part of the transaction, if so.
    #[field(versions = "0+")]
    pub partition_error_code: ErrorCode,
}
