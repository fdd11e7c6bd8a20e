//! AlterClientQuotas: sets and removes the quotas of users, clients and addresses.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The changes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct AlterClientQuotasRequest {
    /// The changes, by entity.
    #[field(versions = "0+")]
    pub entries: Vec<RequestEntryData>,
    /// Only check whether it could be done.
    #[field(versions = "0+")]
    pub validate_only: bool,
}

/// The changes for one entity.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestEntryData {
    /// Whose quotas they are.
    #[field(versions = "0+")]
    pub entity: Vec<EntityData>,
    /// What to change.
    #[field(versions = "0+")]
    pub ops: Vec<OpData>,
}

/// One part of an entity.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct EntityData {
    /// The part: `user`, `client-id`, `ip`.
    #[field(versions = "0+")]
    pub entity_type: StrBytes,
    /// The name; null for the default.
    #[field(versions = "0+", nullable = "0+")]
    pub entity_name: Option<StrBytes>,
}

/// A change to one quota.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OpData {
    /// The quota's name: `producer_byte_rate`.
    #[field(versions = "0+")]
    pub key: StrBytes,
    /// The quota: bytes, changes or connections a second, or percent of time.
    #[field(versions = "0+")]
    pub value: f64,
    /// Whether to remove the quota instead.
    #[field(versions = "0+")]
    pub remove: bool,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct AlterClientQuotasResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of each entity.
    #[field(versions = "0+")]
    pub entries: Vec<ResponseEntryData>,
}

/// What became of one entity.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponseEntryData {
    /// Why the quotas were not changed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// Whose quotas they are.
    #[field(versions = "0+")]
    pub entity: Vec<EntityData>,
}
