//! InitializeShareGroupState: gives share-partitions their first state. Group coordinators send it to share
//! coordinators.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The states.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct InitializeShareGroupStateRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The share-partitions, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<InitializeStateData>,
}

/// A topic's share-partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct InitializeStateData {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The share-partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionData>,
}

/// A share-partition's first state.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The epoch of the share-partition's state: it grows when the state is set anew.
    #[field(versions = "0+")]
    pub state_epoch: i32,
    /// The offset to begin at; −1 to leave that open.
    #[field(versions = "0+")]
    pub start_offset: i64,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct InitializeShareGroupStateResponse {
    /// What became of them, by topic.
    #[field(versions = "0+")]
    pub results: Vec<InitializeStateResult>,
}

/// What became of a topic's share-partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct InitializeStateResult {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// What became of each.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionResult>,
}

/// What became of a share-partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionResult {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// What failed, if anything.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
}
