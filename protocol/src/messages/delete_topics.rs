//! DeleteTopics: deletes topics, by name or, from version 6 on, by id.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The topics to delete.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-6", flexible = "4+")]
pub struct DeleteTopicsRequest {
    /// The topics to delete, from version 6 on.
    #[field(versions = "6+")]
    pub topics: Vec<DeleteTopicState>,
    /// The names of the topics to delete, up to version 5.
    #[field(versions = "0-5", ignorable)]
    pub topic_names: Vec<StrBytes>,
    /// How long to wait for the deletion, in milliseconds.
    #[field(versions = "0+")]
    pub timeout_ms: i32,
}

/// A topic to delete, by name or by id.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DeleteTopicState {
    /// The topic's name; null if it is given by id.
    #[field(versions = "6+", nullable = "6+", default = "null")]
    pub name: Option<StrBytes>,
    /// The topic's id; zero if it is given by name.
    #[field(versions = "6+")]
    pub topic_id: Uuid,
}

/// What became of each topic.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-6", flexible = "4+")]
pub struct DeleteTopicsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// The topics that were to be deleted.
    #[field(versions = "0+")]
    pub responses: Vec<DeletableTopicResult>,
}

/// A topic that was deleted, or why it was not.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DeletableTopicResult {
    /// The topic's name; null if its id is unknown, or its name not to be told.
    #[field(versions = "0+", nullable = "6+")]
    pub name: Option<StrBytes>,
    /// The topic's id.
    #[field(versions = "6+", ignorable)]
    pub topic_id: Uuid,
    /// Why the topic was not deleted, if it was not.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub error_message: Option<StrBytes>,
}
