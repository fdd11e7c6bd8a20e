//! SaslHandshake: chooses how to authenticate.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The mechanism to use.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "none")]
pub struct SaslHandshakeRequest {
    /// The mechanism's name: `SCRAM-SHA-256`.
    #[field(versions = "0+")]
    pub mechanism: StrBytes,
}

/// Whether it can be used.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "none")]
pub struct SaslHandshakeResponse {
    /// UNSUPPORTED_SASL_MECHANISM if the mechanism is not among those.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The mechanisms that can be used.
    #[field(versions = "0+")]
    pub mechanisms: Vec<StrBytes>,
}
