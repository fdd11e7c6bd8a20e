//! AlterUserScramCredentials: sets and removes SCRAM credentials of users.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The changes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AlterUserScramCredentialsRequest {
    /// The credentials to remove.
    #[field(versions = "0+")]
    pub deletions: Vec<ScramCredentialDeletion>,
    /// The credentials to set.
    #[field(versions = "0+")]
    pub upsertions: Vec<ScramCredentialUpsertion>,
}

/// A credential to remove.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ScramCredentialDeletion {
    /// The user's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.
    #[field(versions = "0+")]
    pub mechanism: i8,
}

/// A credential to set.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ScramCredentialUpsertion {
    /// The user's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.
    #[field(versions = "0+")]
    pub mechanism: i8,
    /// How many times the password is hashed.
    #[field(versions = "0+")]
    pub iterations: i32,
    /// Random bytes, hashed with the password.
    #[field(versions = "0+")]
    pub salt: Bytes,
    /// The password, salted and hashed.
    #[field(versions = "0+")]
    pub salted_password: Bytes,
}

/// What became of each user.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AlterUserScramCredentialsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of each user.
    #[field(versions = "0+")]
    pub results: Vec<AlterUserScramCredentialsResult>,
}

/// What became of a user.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterUserScramCredentialsResult {
    /// The user's name.
    #[field(versions = "0+")]
    pub user: StrBytes,
    /// Why the user's credentials were not changed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
}
