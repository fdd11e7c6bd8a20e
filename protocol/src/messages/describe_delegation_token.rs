//! DescribeDelegationToken: tells about tokens.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Whose tokens to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct DescribeDelegationTokenRequest {
    /// The owners; null for all.
    #[field(versions = "0+", nullable = "0+")]
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
}

/// An owner.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeDelegationTokenOwner {
    /// The principal's kind: `User`.
    #[field(versions = "0+")]
    pub principal_type: StrBytes,
    /// The principal's name.
    #[field(versions = "0+")]
    pub principal_name: StrBytes,
}

/// The tokens.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct DescribeDelegationTokenResponse {
    /// Why nothing is told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The tokens.
    #[field(versions = "0+")]
    pub tokens: Vec<DescribedDelegationToken>,
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribedDelegationToken {
    /// The kind of the owner: `User`.
    #[field(versions = "0+")]
    pub principal_type: StrBytes,
    /// The owner's name.
    #[field(versions = "0+")]
    pub principal_name: StrBytes,
    /// The kind of the principal who asked for the token.
    #[field(versions = "3+")]
    pub token_requester_principal_type: StrBytes,
    /// The name of the principal who asked for the token.
    #[field(versions = "3+")]
    pub token_requester_principal_name: StrBytes,
    /// When the token was made, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub issue_timestamp: i64,
    /// When the token expires unless it is renewed, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub expiry_timestamp: i64,
    /// When the token expires for good, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub max_timestamp: i64,
    /// The token's name.
    #[field(versions = "0+")]
    pub token_id: StrBytes,
    /// The token itself: its secret.
    #[field(versions = "0+")]
    pub hmac: Bytes,
    /// Who may renew the token, beside its owner.
    #[field(versions = "0+")]
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
}

/// Somebody who may renew the token.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribedDelegationTokenRenewer {
    /// The principal's kind: `User`.
    #[field(versions = "0+")]
    pub principal_type: StrBytes,
    /// The principal's name.
    #[field(versions = "0+")]
    pub principal_name: StrBytes,
}
