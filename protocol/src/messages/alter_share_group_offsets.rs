//! AlterShareGroupOffsets: sets where a share group goes on.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// Where it shall go on.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AlterShareGroupOffsetsRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The offsets, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic>,
}

/// A topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterShareGroupOffsetsRequestTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The offsets, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
}

/// A partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The offset to go on at.
    #[field(versions = "0+")]
    pub start_offset: i64,
}

/// What became of each partition.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AlterShareGroupOffsetsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was set, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// What became of the offsets, by topic.
    #[field(versions = "0+")]
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic>,
}

/// What became of a topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterShareGroupOffsetsResponseTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// What became of them, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition>,
}

/// What became of a partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AlterShareGroupOffsetsResponsePartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the offset was not set, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
}
