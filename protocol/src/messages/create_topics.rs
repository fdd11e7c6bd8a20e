//! CreateTopics: creates topics, or says whether they could be created.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The topics to create.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-7", flexible = "5+")]
pub struct CreateTopicsRequest {
    /// The topics to create.
    #[field(versions = "0+")]
    pub topics: Vec<CreatableTopic>,
    /// How long to wait for the topics, in milliseconds.
    #[field(versions = "0+", default = "60000")]
    pub timeout_ms: i32,
    /// Only check whether the topics could be created.
    #[field(versions = "1+")]
    pub validate_only: bool,
}

/// A topic to create.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatableTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// How many partitions it gets; −1 for the broker's default, or with assignments.
    #[field(versions = "0+")]
    pub num_partitions: i32,
    /// How many replicas each partition gets; −1 for the broker's default, or with assignments.
    #[field(versions = "0+")]
    pub replication_factor: i16,
    /// Where the replicas go; empty to leave that to the controller.
    #[field(versions = "0+")]
    pub assignments: Vec<CreatableReplicaAssignment>,
    /// The topic's settings.
    #[field(versions = "0+")]
    pub configs: Vec<CreatableTopicConfig>,
}

/// Where one partition's replicas go.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatableReplicaAssignment {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The brokers, the preferred leader first.
    #[field(versions = "0+")]
    pub broker_ids: Vec<i32>,
}

/// A setting of a topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatableTopicConfig {
    /// The setting's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The setting's value.
    #[field(versions = "0+", nullable = "0+")]
    pub value: Option<StrBytes>,
}

/// What became of each topic.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-7", flexible = "5+")]
pub struct CreateTopicsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "2+", ignorable)]
    pub throttle_time_ms: i32,
    /// The topics that were to be created.
    #[field(versions = "0+")]
    pub topics: Vec<CreatableTopicResult>,
}

/// A topic that was created, or why it was not.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatableTopicResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The topic's id; zero if it was not created.
    #[field(versions = "7+", ignorable)]
    pub topic_id: Uuid,
    /// Why the topic was not created, if it was not.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "1+", nullable = "1+", ignorable)]
    pub error_message: Option<StrBytes>,
    /// Why the settings are not given, if they are not: TOPIC_AUTHORIZATION_FAILED.
    #[field(versions = "5+", tag = 0, tagged_versions = "5+", ignorable)]
    pub topic_config_error_code: ErrorCode,
    /// How many partitions it has; −1 if that is not given.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub num_partitions: i32,
    /// How many replicas each partition has; −1 if that is not given.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub replication_factor: i16,
    /// The topic's settings in force; null if they are not given.
    #[field(versions = "5+", nullable = "5+", ignorable)]
    pub configs: Option<Vec<CreatableTopicConfigs>>,
}

/// A setting in force.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CreatableTopicConfigs {
    /// The setting's name.
    #[field(versions = "5+")]
    pub name: StrBytes,
    /// The setting's value; null if it is a secret or has none.
    #[field(versions = "5+", nullable = "5+")]
    pub value: Option<StrBytes>,
    /// Whether it cannot be changed.
    #[field(versions = "5+")]
    pub read_only: bool,
    /// Where the value comes from; see DescribeConfigs.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub config_source: i8,
    /// Whether the value is a secret.
    #[field(versions = "5+")]
    pub is_sensitive: bool,
}
