//! OffsetCommit: keeps how far a group has read.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// How far the group has read.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-10", flexible = "8+")]
pub struct OffsetCommitRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// A classic group's generation, or the member's epoch; −1 for a commit from outside of the group.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub generation_id_or_member_epoch: i32,
    /// The member's id; empty for a commit from outside of the group.
    #[field(versions = "1+", ignorable)]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "7+", nullable = "7+", default = "null")]
    pub group_instance_id: Option<StrBytes>,
    /// How long to keep the offsets, in milliseconds; −1 for as long as the broker does.
    #[field(versions = "2-4", default = "-1", ignorable)]
    pub retention_time_ms: i64,
    /// The offsets, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<OffsetCommitRequestTopic>,
}

/// A topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetCommitRequestTopic {
    /// The topic's name.
    #[field(versions = "0-9", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "10+", ignorable)]
    pub topic_id: Uuid,
    /// The offsets, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<OffsetCommitRequestPartition>,
}

/// A partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetCommitRequestPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The offset of the next record to read.
    #[field(versions = "0+")]
    pub committed_offset: i64,
    /// The leader epoch of the last record read; −1 if it is not known.
    #[field(versions = "6+", default = "-1", ignorable)]
    pub committed_leader_epoch: i32,
    /// What the client keeps with the offset.
    #[field(versions = "0+", nullable = "0+")]
    pub committed_metadata: Option<StrBytes>,
}

/// What became of each offset.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-10", flexible = "8+")]
pub struct OffsetCommitResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "3+", ignorable)]
    pub throttle_time_ms: i32,
    /// What became of the offsets, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<OffsetCommitResponseTopic>,
}

/// What became of a topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetCommitResponseTopic {
    /// The topic's name.
    #[field(versions = "0-9", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "10+", ignorable)]
    pub topic_id: Uuid,
    /// What became of them, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<OffsetCommitResponsePartition>,
}

/// What became of a partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetCommitResponsePartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the offset was not kept, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
