//! DescribeShareGroupOffsets: tells how far share groups have come.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The groups and partitions to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct DescribeShareGroupOffsetsRequest {
    /// The groups.
    #[field(versions = "0+")]
    pub groups: Vec<DescribeShareGroupOffsetsRequestGroup>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeShareGroupOffsetsRequestGroup {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The topics; null for all.
    #[field(versions = "0+", nullable = "0+")]
    pub topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic>>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeShareGroupOffsetsRequestTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// How far they have come.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct DescribeShareGroupOffsetsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// The groups.
    #[field(versions = "0+")]
    pub groups: Vec<DescribeShareGroupOffsetsResponseGroup>,
}

/// How far a group has come.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeShareGroupOffsetsResponseGroup {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// How far, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<DescribeShareGroupOffsetsResponseTopic>,
    /// Why the group is not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
}

/// How far a group has come in a topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeShareGroupOffsetsResponseTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// How far, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<DescribeShareGroupOffsetsResponsePartition>,
}

/// How far a group has come in a partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeShareGroupOffsetsResponsePartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The first offset that is not yet done with.
    #[field(versions = "0+")]
    pub start_offset: i64,
    /// The partition's leader epoch.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// How many records it is behind; −1 if that is not known.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub lag: i64,
    /// Why the partition is not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
}
