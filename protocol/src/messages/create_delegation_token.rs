//! CreateDelegationToken: makes a token by which others can act for a principal.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Whom the token is for.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct CreateDelegationTokenRequest {
    /// The kind of the owner: `User`; null for the client itself.
    #[field(versions = "3+", nullable = "3+")]
    pub owner_principal_type: Option<StrBytes>,
    /// The owner's name; null for the client itself.
    #[field(versions = "3+", nullable = "3+")]
    pub owner_principal_name: Option<StrBytes>,
    /// Who may renew the token, beside its owner.
    #[field(versions = "0+")]
    pub renewers: Vec<CreatableRenewers>,
    /// After how long the token expires for good, in milliseconds; −1 for as the broker has it.
    #[field(versions = "0+")]
    pub max_lifetime_ms: i64,
}

/// Somebody who may renew the token.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatableRenewers {
    /// The kind of principal: `User`.
    #[field(versions = "0+")]
    pub principal_type: StrBytes,
    /// The principal's name.
    #[field(versions = "0+")]
    pub principal_name: StrBytes,
}

/// The token.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct CreateDelegationTokenResponse {
    /// Why there is no token, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
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
    pub issue_timestamp_ms: i64,
    /// When the token expires unless it is renewed, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub expiry_timestamp_ms: i64,
    /// When the token expires for good, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub max_timestamp_ms: i64,
    /// The token's name.
    #[field(versions = "0+")]
    pub token_id: StrBytes,
    /// The token itself: its secret.
    #[field(versions = "0+")]
    pub hmac: Bytes,
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
}
