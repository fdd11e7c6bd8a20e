//! DescribeConfigs: tells the settings of topics, brokers, loggers, client metrics and groups.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Whose settings to tell.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-4", flexible = "4+")]
pub struct DescribeConfigsRequest {
    /// Whose settings to tell.
    #[field(versions = "0+")]
    pub resources: Vec<DescribeConfigsResource>,
    /// Also tell where else the value could come from, in order of precedence.
    #[field(versions = "1+")]
    pub include_synonyms: bool,
    /// Also tell what each setting does.
    #[field(versions = "3+")]
    pub include_documentation: bool,
}

/// One thing with settings.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeConfigsResource {
    /// The kind of thing: 2 a topic, 4 a broker, 8 the logger of a broker, 16 client metrics, 32 a group.
    #[field(versions = "0+")]
    pub resource_type: i8,
    /// The thing's name.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
    /// The settings to tell; null for all.
    #[field(versions = "0+", nullable = "0+")]
    pub configuration_keys: Option<Vec<StrBytes>>,
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-4", flexible = "4+")]
pub struct DescribeConfigsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// The settings, by thing.
    #[field(versions = "0+")]
    pub results: Vec<DescribeConfigsResult>,
}

/// One thing's settings.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeConfigsResult {
    /// Why the settings are not told, if so.
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
    /// The settings.
    #[field(versions = "0+")]
    pub configs: Vec<DescribeConfigsResourceResult>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeConfigsResourceResult {
    /// The setting's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The setting's value; null if it is a secret or has none.
    #[field(versions = "0+", nullable = "0+")]
    pub value: Option<StrBytes>,
    /// Whether it cannot be changed while the broker runs.
    #[field(versions = "0+")]
    pub read_only: bool,
    /// Where the value comes from: 1 topic, 2 broker, 3 all brokers, 4 the settings file, 5 the default, 6 logger, 7
    /// client metrics, 8 group.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub config_source: i8,
    /// Whether the value is a secret.
    #[field(versions = "0+")]
    pub is_sensitive: bool,
    /// Where the value could come from, the first being the one in force.
    #[field(versions = "1+", ignorable)]
    pub synonyms: Vec<DescribeConfigsSynonym>,
    /// The type: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password; 0 unknown.
    #[field(versions = "3+", ignorable)]
    pub config_type: i8,
    /// What the setting does; null if that was not asked for.
    #[field(versions = "3+", nullable = "3+", ignorable)]
    pub documentation: Option<StrBytes>,
}

/// A place that a value could come from.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeConfigsSynonym {
    /// The name that the setting has there.
    #[field(versions = "1+")]
    pub name: StrBytes,
    /// The setting's value; null if it is a secret or has none.
    #[field(versions = "1+", nullable = "1+")]
    pub value: Option<StrBytes>,
    /// The place, numbered as `config_source` is.
    #[field(versions = "1+")]
    pub source: i8,
}
