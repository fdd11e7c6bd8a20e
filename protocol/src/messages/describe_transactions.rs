//! DescribeTransactions: tells about transactional ids and their transactions.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The transactional ids to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeTransactionsRequest {
    /// The transactional ids.
    #[field(versions = "0+")]
    pub transactional_ids: Vec<StrBytes>,
}

/// The transactions.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeTransactionsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// The transactions.
    #[field(versions = "0+")]
    pub transaction_states: Vec<TransactionState>,
}

/// A transactional id and its transaction.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TransactionState {
    /// Why it is not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The transactional id.
    #[field(versions = "0+")]
    pub transactional_id: StrBytes,
    /// The transaction's state: `Ongoing`, `PrepareCommit`.
    #[field(versions = "0+")]
    pub transaction_state: StrBytes,
    /// How long its transactions may stay open, in milliseconds.
    #[field(versions = "0+")]
    pub transaction_timeout_ms: i32,
    /// When the transaction began, in milliseconds since 1970; −1 if there is none.
    #[field(versions = "0+")]
    pub transaction_start_time_ms: i64,
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The producer's epoch: earlier ones are fenced.
    #[field(versions = "0+")]
    pub producer_epoch: i16,
    /// The partitions that are part of the transaction, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<TopicData>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicData {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}
