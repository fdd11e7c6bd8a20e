//! ExpireDelegationToken: lets a token end sooner, or at once.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;

/// The token.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "2+")]
pub struct ExpireDelegationTokenRequest {
    /// The token itself: its secret.
    #[field(versions = "0+")]
    pub hmac: Bytes,
    /// After how long it ends, in milliseconds; below 0 at once.
    #[field(versions = "0+")]
    pub expiry_time_period_ms: i64,
}

/// Until when it lives.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "2+")]
pub struct ExpireDelegationTokenResponse {
    /// Why its end was not set, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// When the token expires unless it is renewed, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub expiry_timestamp_ms: i64,
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
}
