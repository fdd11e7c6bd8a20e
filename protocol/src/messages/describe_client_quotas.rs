//! DescribeClientQuotas: tells the quotas of users, clients and addresses.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Whose quotas to tell.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct DescribeClientQuotasRequest {
    /// What the entity must be.
    #[field(versions = "0+")]
    pub components: Vec<ComponentData>,
    /// Whether entities with further parts are left out.
    #[field(versions = "0+")]
    pub strict: bool,
}

/// A condition on one part of the entity.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ComponentData {
    /// The part: `user`, `client-id`, `ip`.
    #[field(versions = "0+")]
    pub entity_type: StrBytes,
    /// 0 this name, 1 the default, 2 any name.
    #[field(versions = "0+")]
    pub match_type: i8,
    /// The name to match; null where none is compared.
    #[field(versions = "0+", nullable = "0+")]
    pub r#match: Option<StrBytes>,
}

/// The quotas.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct DescribeClientQuotasResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing is told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// The quotas; null after an error.
    #[field(versions = "0+", nullable = "0+")]
    pub entries: Option<Vec<EntryData>>,
}

/// One entity's quotas.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct EntryData {
    /// Whose quotas they are.
    #[field(versions = "0+")]
    pub entity: Vec<EntityData>,
    /// The quotas.
    #[field(versions = "0+")]
    pub values: Vec<ValueData>,
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

/// A quota.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ValueData {
    /// The quota's name: `producer_byte_rate`.
    #[field(versions = "0+")]
    pub key: StrBytes,
    /// The quota: bytes, changes or connections a second, or percent of time.
    #[field(versions = "0+")]
    pub value: f64,
}
