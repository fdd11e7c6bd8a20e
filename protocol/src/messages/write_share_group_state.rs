//! WriteShareGroupState: writes the state of share-partitions. Their leaders send it to share coordinators.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The states.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct WriteShareGroupStateRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The share-partitions, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<WriteStateData>,
}

/// A topic's share-partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct WriteStateData {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The share-partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionData>,
}

/// What has changed about a share-partition's state.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The epoch of the share-partition's state: it grows when the state is set anew.
    #[field(versions = "0+")]
    pub state_epoch: i32,
    /// The epoch of the share-partition's leader, by which late ones are fenced.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The first offset that is not yet done with; −1 for no change.
    #[field(versions = "0+")]
    pub start_offset: i64,
    /// How many records from the start offset on are done with; −1 if that is not known.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub delivery_complete_count: i32,
    /// What became of records since the last time.
    #[field(versions = "0+")]
    pub state_batches: Vec<StateBatch>,
}

/// What became of records next to each other.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct StateBatch {
    /// The first offset.
    #[field(versions = "0+")]
    pub first_offset: i64,
    /// The last offset.
    #[field(versions = "0+")]
    pub last_offset: i64,
    /// 0 available, 2 acknowledged, 4 archived.
    #[field(versions = "0+")]
    pub delivery_state: i8,
    /// How often the records have been handed out.
    #[field(versions = "0+")]
    pub delivery_count: i16,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct WriteShareGroupStateResponse {
    /// What became of them, by topic.
    #[field(versions = "0+")]
    pub results: Vec<WriteStateResult>,
}

/// What became of a topic's share-partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct WriteStateResult {
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
