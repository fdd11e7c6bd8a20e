//! InitProducerId: gives a producer its id and epoch, for idempotence and for transactions.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Asks for a producer id.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "2+")]
pub struct InitProducerIdRequest {
    /// The producer's `transactional.id`; null if it is only idempotent.
    #[field(versions = "0+", nullable = "0+")]
    pub transactional_id: Option<StrBytes>,
    /// How long a transaction may stay open, in milliseconds. Of no meaning without a transactional id.
    #[field(versions = "0+")]
    pub transaction_timeout_ms: i32,
    /// The producer's id, to have its epoch raised; −1 for a new one.
    #[field(versions = "3+", default = "-1")]
    pub producer_id: i64,
    /// The producer's epoch; −1 with a new id.
    #[field(versions = "3+", default = "-1")]
    pub producer_epoch: i16,
    /// Whether the producer takes part in a two-phase commit.
    #[field(versions = "6+")]
    pub enable_2pc: bool,
    /// Whether to keep a prepared transaction rather than to abort it.
    #[field(versions = "6+")]
    pub keep_prepared_txn: bool,
}

/// A producer id.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "2+")]
pub struct InitProducerIdResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why there is none, if there is none.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The producer's id; −1 if there is none.
    #[field(versions = "0+", default = "-1")]
    pub producer_id: i64,
    /// The producer's epoch.
    #[field(versions = "0+")]
    pub producer_epoch: i16,
    /// The producer id of the prepared transaction; −1 if there is none.
    #[field(versions = "6+", default = "-1")]
    pub ongoing_txn_producer_id: i64,
    /// The epoch of the prepared transaction; −1 if there is none.
    #[field(versions = "6+", default = "-1")]
    pub ongoing_txn_producer_epoch: i16,
}
