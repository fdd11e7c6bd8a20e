//! AllocateProducerIds: gives a broker a block of producer ids to give out.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;

/// The broker.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AllocateProducerIdsRequest {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log; −1 if it is not known.
    #[field(versions = "0+", default = "-1")]
    pub broker_epoch: i64,
}

/// The block.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AllocateProducerIdsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why there is none, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The first id of the block.
    #[field(versions = "0+")]
    pub producer_id_start: i64,
    /// How many ids it has.
    #[field(versions = "0+")]
    pub producer_id_len: i32,
}
