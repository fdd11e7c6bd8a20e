//! OffsetDelete: forgets how far a group has read.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The offsets to forget.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct OffsetDeleteRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<OffsetDeleteRequestTopic>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetDeleteRequestTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetDeleteRequestPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct OffsetDeleteResponse {
    /// Why nothing was forgotten, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+", ignorable)]
    pub throttle_time_ms: i32,
    /// What became of the offsets, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<OffsetDeleteResponseTopic>,
}

/// What became of a topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetDeleteResponseTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// What became of them, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}

/// What became of a partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetDeleteResponsePartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the offset was not forgotten, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
