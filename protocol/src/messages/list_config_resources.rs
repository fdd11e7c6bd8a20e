//! ListConfigResources: names the things that have settings of their own.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The kinds of things to name.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct ListConfigResourcesRequest {
    /// The kinds to name; empty for all.
    #[field(versions = "1+")]
    pub resource_types: Vec<i8>,
}

/// The things.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct ListConfigResourcesResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why they are not named, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The things.
    #[field(versions = "0+")]
    pub config_resources: Vec<ConfigResource>,
}

/// One thing with settings.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ConfigResource {
    /// The thing's name.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
    /// The kind of thing: 2 a topic, 4 a broker, 8 the logger of a broker, 16 client metrics, 32 a group.
    #[field(versions = "1+", default = "16", ignorable)]
    pub resource_type: i8,
}
