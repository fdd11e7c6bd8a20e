//! ReadShareGroupStateSummary: reads how far share-partitions have come. Group coordinators send it to share
//! coordinators.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The share-partitions.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct ReadShareGroupStateSummaryRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The share-partitions, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<ReadStateSummaryData>,
}

/// A topic's share-partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReadStateSummaryData {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The share-partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionData>,
}

/// A share-partition to read.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The epoch of the share-partition's leader, by which late ones are fenced.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
}

/// How far they have come.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct ReadShareGroupStateSummaryResponse {
    /// How far they have come, by topic.
    #[field(versions = "0+")]
    pub results: Vec<ReadStateSummaryResult>,
}

/// How far a topic's share-partitions have come.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReadStateSummaryResult {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// How far each has come.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionResult>,
}

/// How far a share-partition has come.
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
    /// The epoch of the share-partition's state: it grows when the state is set anew.
    #[field(versions = "0+")]
    pub state_epoch: i32,
    /// The epoch of the share-partition's leader, by which late ones are fenced.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The first offset that is not yet done with.
    #[field(versions = "0+")]
    pub start_offset: i64,
    /// How many records from the start offset on are done with; −1 if that is not known.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub delivery_complete_count: i32,
}
