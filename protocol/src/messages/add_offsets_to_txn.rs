//! AddOffsetsToTxn: makes a group's offsets part of a transaction.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The transaction and the group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "3+")]
pub struct AddOffsetsToTxnRequest {
    /// The transactional id.
    #[field(versions = "0+")]
    pub transactional_id: StrBytes,
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The producer's epoch: earlier ones are fenced.
    #[field(versions = "0+")]
    pub producer_epoch: i16,
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
}

/// Whether they are part of it.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "3+")]
pub struct AddOffsetsToTxnResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why they are not, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
