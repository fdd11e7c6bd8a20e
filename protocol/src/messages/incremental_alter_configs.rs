//! IncrementalAlterConfigs: changes single settings and leaves the others alone.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The changes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct IncrementalAlterConfigsRequest {
    /// Whose settings to change.
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
    /// What to change.
    #[field(versions = "0+")]
    pub configs: Vec<AlterableConfig>,
}

/// A change to one setting.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterableConfig {
    /// The setting's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// 0 to set, 1 to go back to the default, 2 to append to a list, 3 to take from a list.
    #[field(versions = "0+")]
    pub config_operation: i8,
    /// What to set, append or take away; null where a value makes no sense.
    #[field(versions = "0+", nullable = "0+")]
    pub value: Option<StrBytes>,
}

/// What became of each change.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct IncrementalAlterConfigsResponse {
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
    /// Why the settings were not changed, if so.
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
