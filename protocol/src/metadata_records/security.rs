//! Records about who may do what: ACLs, SCRAM credentials, delegation tokens.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// An ACL exists.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AccessControlEntryRecord {
    /// The ACL's id.
    #[field(versions = "0+")]
    pub id: Uuid,
    /// What it is about; see ACL resource types.
    #[field(versions = "0+")]
    pub resource_type: i8,
    /// The name, or the beginning of it, of what it is about.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
    /// 3 if the name is literal, 4 if it is a prefix.
    #[field(versions = "0+")]
    pub pattern_type: i8,
    /// Whom it is for, such as `User:alice`.
    #[field(versions = "0+")]
    pub principal: StrBytes,
    /// Where from; `*` for anywhere.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// What is done; see ACL operations.
    #[field(versions = "0+")]
    pub operation: i8,
    /// 2 if it is denied, 3 if it is allowed.
    #[field(versions = "0+")]
    pub permission_type: i8,
}

/// An ACL exists no more.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoveAccessControlEntryRecord {
    /// The ACL's id.
    #[field(versions = "0+")]
    pub id: Uuid,
}

/// A user can authenticate by SCRAM.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct UserScramCredentialRecord {
    /// The user's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.
    #[field(versions = "0+")]
    pub mechanism: i8,
    /// The salt.
    #[field(versions = "0+")]
    pub salt: Bytes,
    /// The hash that proves the client.
    #[field(versions = "0+")]
    pub stored_key: Bytes,
    /// The key that proves the server.
    #[field(versions = "0+")]
    pub server_key: Bytes,
    /// How often the password was hashed.
    #[field(versions = "0+")]
    pub iterations: i32,
}

/// A user cannot authenticate by that mechanism any more.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoveUserScramCredentialRecord {
    /// The user's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// 1 SCRAM-SHA-256, 2 SCRAM-SHA-512.
    #[field(versions = "0+")]
    pub mechanism: i8,
}

/// A delegation token exists, or has another expiry.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DelegationTokenRecord {
    /// The principal that the token stands for.
    #[field(versions = "0+")]
    pub owner: StrBytes,
    /// The principal that asked for it.
    #[field(versions = "0+")]
    pub requester: StrBytes,
    /// The principals that may renew it.
    #[field(versions = "0+")]
    pub renewers: Vec<StrBytes>,
    /// When it was issued, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub issue_timestamp: i64,
    /// When it ends whatever happens, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub max_timestamp: i64,
    /// When it ends if nobody renews it, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub expiration_timestamp: i64,
    /// The token's id.
    #[field(versions = "0+")]
    pub token_id: StrBytes,
}

/// A delegation token exists no more.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoveDelegationTokenRecord {
    /// The token's id.
    #[field(versions = "0+")]
    pub token_id: StrBytes,
}
