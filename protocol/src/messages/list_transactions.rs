//! ListTransactions: names the transactional ids that a broker coordinates.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Which transactional ids to name.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct ListTransactionsRequest {
    /// The states to name those in; empty for all.
    #[field(versions = "0+")]
    pub state_filters: Vec<StrBytes>,
    /// The producer ids to name those of; empty for all.
    #[field(versions = "0+")]
    pub producer_id_filters: Vec<i64>,
    /// Only those with a transaction that runs for longer, in milliseconds; below 0 for all.
    #[field(versions = "1+", default = "-1")]
    pub duration_filter: i64,
    /// Only those that match the pattern; null for all.
    #[field(versions = "2+", nullable = "2+", default = "null")]
    pub transactional_id_pattern: Option<StrBytes>,
}

/// The transactional ids.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct ListTransactionsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why they are not named, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The states asked for that do not exist.
    #[field(versions = "0+")]
    pub unknown_state_filters: Vec<StrBytes>,
    /// The transactional ids.
    #[field(versions = "0+")]
    pub transaction_states: Vec<TransactionState>,
}

/// A transactional id.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TransactionState {
    /// The transactional id.
    #[field(versions = "0+")]
    pub transactional_id: StrBytes,
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The transaction's state: `Ongoing`, `PrepareCommit`.
    #[field(versions = "0+")]
    pub transaction_state: StrBytes,
}
