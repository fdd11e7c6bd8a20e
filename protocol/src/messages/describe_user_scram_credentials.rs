//! DescribeUserScramCredentials: tells which users have SCRAM credentials.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The users to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeUserScramCredentialsRequest {
    /// The users; null or none for all.
    #[field(versions = "0+", nullable = "0+")]
    pub users: Option<Vec<UserName>>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct UserName {
    /// The user's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
}

/// The credentials, without secrets.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeUserScramCredentialsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing is told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// The credentials, by user.
    #[field(versions = "0+")]
    pub results: Vec<DescribeUserScramCredentialsResult>,
}

/// A user's credentials.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeUserScramCredentialsResult {
    /// The user's name.
    #[field(versions = "0+")]
    pub user: StrBytes,
    /// Why the user's credentials are not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// The credentials.
    #[field(versions = "0+")]
    pub credential_infos: Vec<CredentialInfo>,
}

/// A credential.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CredentialInfo {
    /// The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.
    #[field(versions = "0+")]
    pub mechanism: i8,
    /// How many times the password is hashed.
    #[field(versions = "0+")]
    pub iterations: i32,
}
