//! Envelope: wraps a client's request that a broker passes on to the controller.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;

/// The request, and who it is from.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct EnvelopeRequest {
    /// The client's request, from its header on.
    #[field(versions = "0+")]
    pub request_data: Bytes,
    /// Who the client is: a DefaultPrincipalData after its version.
    #[field(versions = "0+", nullable = "0+")]
    pub request_principal: Option<Bytes>,
    /// The client's address, in 4 or 16 bytes.
    #[field(versions = "0+")]
    pub client_host_address: Bytes,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct EnvelopeResponse {
    /// The answer, from its header on; null if there is none.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub response_data: Option<Bytes>,
    /// Why the request was not looked at, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
