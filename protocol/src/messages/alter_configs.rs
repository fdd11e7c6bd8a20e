//! AlterConfigs: replaces all settings of topics and brokers at once. Superseded by IncrementalAlterConfigs.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The new settings.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct AlterConfigsRequest {
    /// Whose settings to replace.
    #[field(versions = "0+")]
    pub resources: Vec<AlterConfigsResource>,
    /// Only check whether it could be done.
    #[field(versions = "0+")]
    pub validate_only: bool,
}

/// One thing with settings.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterConfigsResource {
    /// The kind of thing: 2 a topic, 4 a broker, 8 the logger of a broker, 16 client metrics, 32 a group.
    #[field(versions = "0+")]
    pub resource_type: i8,
    /// The thing's name.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
    /// All its settings from now on.
    #[field(versions = "0+")]
    pub configs: Vec<AlterableConfig>,
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterableConfig {
    /// The setting's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The setting's value; null for the default.
    #[field(versions = "0+", nullable = "0+")]
    pub value: Option<StrBytes>,
}

/// What became of each change.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "2+")]
pub struct AlterConfigsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of each.
    #[field(versions = "0+")]
    pub responses: Vec<AlterConfigsResourceResponse>,
}

/// What became of the settings of one thing.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterConfigsResourceResponse {
    /// Why the settings were not replaced, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// The kind of thing: 2 a topic, 4 a broker, 8 the logger of a broker, 16 client metrics, 32 a group.
    #[field(versions = "0+")]
    pub resource_type: i8,
    /// The thing's name.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
}
