//! OffsetFetch: tells how far groups have read.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The groups and partitions to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-10", flexible = "6+")]
pub struct OffsetFetchRequest {
    /// The group's name.
    #[field(versions = "0-7")]
    pub group_id: StrBytes,
    /// The topics; null for all.
    #[field(versions = "0-7", nullable = "2-7")]
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    /// The groups.
    #[field(versions = "8+")]
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// Whether to fail while a transaction may still change an offset.
    #[field(versions = "7+")]
    pub require_stable: bool,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchRequestTopic {
    /// The topic's name.
    #[field(versions = "0-7")]
    pub name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0-7")]
    pub partition_indexes: Vec<i32>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchRequestGroup {
    /// The group's name.
    #[field(versions = "8+")]
    pub group_id: StrBytes,
    /// The member who asks, in a group with member epochs; null from outside.
    #[field(versions = "9+", nullable = "9+", default = "null", ignorable)]
    pub member_id: Option<StrBytes>,
    /// The member's epoch; −1 from outside.
    #[field(versions = "9+", default = "-1", ignorable)]
    pub member_epoch: i32,
    /// The topics; null for all.
    #[field(versions = "8+", nullable = "8+")]
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchRequestTopics {
    /// The topic's name.
    #[field(versions = "8-9", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "10+", ignorable)]
    pub topic_id: Uuid,
    /// The partitions' numbers.
    #[field(versions = "8+")]
    pub partition_indexes: Vec<i32>,
}

/// The offsets.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-10", flexible = "6+")]
pub struct OffsetFetchResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "3+", ignorable)]
    pub throttle_time_ms: i32,
    /// The offsets, by topic.
    #[field(versions = "0-7")]
    pub topics: Vec<OffsetFetchResponseTopic>,
    /// Why nothing is told, if so.
    #[field(versions = "2-7", ignorable)]
    pub error_code: ErrorCode,
    /// The offsets, by group.
    #[field(versions = "8+")]
    pub groups: Vec<OffsetFetchResponseGroup>,
}

/// A topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchResponseTopic {
    /// The topic's name.
    #[field(versions = "0-7")]
    pub name: StrBytes,
    /// The offsets, by partition.
    #[field(versions = "0-7")]
    pub partitions: Vec<OffsetFetchResponsePartition>,
}

/// A partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchResponsePartition {
    /// The partition's number.
    #[field(versions = "0-7")]
    pub partition_index: i32,
    /// The offset of the next record to read; −1 if none is kept.
    #[field(versions = "0-7")]
    pub committed_offset: i64,
    /// The leader epoch of the last record read; −1 if it is not known.
    #[field(versions = "5-7", default = "-1", ignorable)]
    pub committed_leader_epoch: i32,
    /// What the client keeps with the offset.
    #[field(versions = "0-7", nullable = "0-7")]
    pub metadata: Option<StrBytes>,
    /// Why the offset is not told, if so.
    #[field(versions = "0-7")]
    pub error_code: ErrorCode,
}

/// A group's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchResponseGroup {
    /// The group's name.
    #[field(versions = "8+")]
    pub group_id: StrBytes,
    /// The offsets, by topic.
    #[field(versions = "8+")]
    pub topics: Vec<OffsetFetchResponseTopics>,
    /// Why the group's offsets are not told, if so.
    #[field(versions = "8+")]
    pub error_code: ErrorCode,
}

/// A topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchResponseTopics {
    /// The topic's name.
    #[field(versions = "8-9", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "10+", ignorable)]
    pub topic_id: Uuid,
    /// The offsets, by partition.
    #[field(versions = "8+")]
    pub partitions: Vec<OffsetFetchResponsePartitions>,
}

/// A partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetFetchResponsePartitions {
    /// The partition's number.
    #[field(versions = "8+")]
    pub partition_index: i32,
    /// The offset of the next record to read; −1 if none is kept.
    #[field(versions = "8+")]
    pub committed_offset: i64,
    /// The leader epoch of the last record read; −1 if it is not known.
    #[field(versions = "8+", default = "-1", ignorable)]
    pub committed_leader_epoch: i32,
    /// What the client keeps with the offset.
    #[field(versions = "8+", nullable = "8+")]
    pub metadata: Option<StrBytes>,
    /// Why the offset is not told, if so.
    #[field(versions = "8+")]
    pub error_code: ErrorCode,
}
