//! SaslAuthenticate: carries the messages of the mechanism chosen.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// What the client says.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct SaslAuthenticateRequest {
    /// The message, as the mechanism has it.
    #[field(versions = "0+")]
    pub auth_bytes: Bytes,
}

/// What the broker answers.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct SaslAuthenticateResponse {
    /// Why the client is not authenticated, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// The message, as the mechanism has it.
    #[field(versions = "0+")]
    pub auth_bytes: Bytes,
    /// After how long the client must authenticate again, in milliseconds; 0 for never.
    #[field(versions = "1+", ignorable)]
    pub session_lifetime_ms: i64,
}
