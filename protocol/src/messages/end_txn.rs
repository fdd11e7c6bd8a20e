//! EndTxn: commits or aborts a transaction.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The transaction, and how it ends.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct EndTxnRequest {
    /// The transactional id.
    #[field(versions = "0+")]
    pub transactional_id: StrBytes,
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The producer's epoch: earlier ones are fenced.
    #[field(versions = "0+")]
    pub producer_epoch: i16,
    /// True to commit, false to abort.
    #[field(versions = "0+")]
    pub committed: bool,
}

/// Whether it has ended.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct EndTxnResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why it has not ended, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The id to go on with; −1 after an error.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub producer_id: i64,
    /// The epoch to go on with; −1 after an error.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub producer_epoch: i16,
}
