//! RenewDelegationToken: lets a token live longer.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;

/// The token.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "2+")]
pub struct RenewDelegationTokenRequest {
    /// The token itself: its secret.
    #[field(versions = "0+")]
    pub hmac: Bytes,
    /// How much longer, in milliseconds.
    #[field(versions = "0+")]
    pub renew_period_ms: i64,
}

/// Until when it lives.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "2+")]
pub struct RenewDelegationTokenResponse {
    /// Why it was not renewed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// When the token expires unless it is renewed, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub expiry_timestamp_ms: i64,
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
}
