//! TxnOffsetCommit: keeps how far a group has read, as part of a transaction.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// How far the group has read.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "3+")]
pub struct TxnOffsetCommitRequest {
    /// The transactional id.
    #[field(versions = "0+")]
    pub transactional_id: StrBytes,
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The producer's epoch: earlier ones are fenced.
    #[field(versions = "0+")]
    pub producer_epoch: i16,
    /// A classic group's generation, or the member's epoch; −1 for a commit from outside of the group.
    #[field(versions = "3+", default = "-1")]
    pub generation_id_or_member_epoch: i32,
    /// The member's id; empty if that is not known.
    #[field(versions = "3+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "3+", nullable = "3+", default = "null")]
    pub group_instance_id: Option<StrBytes>,
    /// The offsets, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
}

/// A topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TxnOffsetCommitRequestTopic {
    /// The topic's name.
    #[field(versions = "0-5", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "6+", ignorable)]
    pub topic_id: Uuid,
    /// The offsets, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
}

/// A partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TxnOffsetCommitRequestPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The offset of the next record to read.
    #[field(versions = "0+")]
    pub committed_offset: i64,
    /// The leader epoch of the last record read; −1 if it is not known.
    #[field(versions = "2+", default = "-1", ignorable)]
    pub committed_leader_epoch: i32,
    /// What the client keeps with the offset.
    #[field(versions = "0+", nullable = "0+")]
    pub committed_metadata: Option<StrBytes>,
}

/// What became of each offset.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "3+")]
pub struct TxnOffsetCommitResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of the offsets, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<TxnOffsetCommitResponseTopic>,
}

/// What became of a topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TxnOffsetCommitResponseTopic {
    /// The topic's name.
    #[field(versions = "0-5", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "6+", ignorable)]
    pub topic_id: Uuid,
    /// What became of them, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
}

/// What became of a partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TxnOffsetCommitResponsePartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the offset was not kept, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
