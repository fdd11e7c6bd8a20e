//! DescribeTopicPartitions: topics and their partitions, a page at a time.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// Asks for topics in order of their names.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeTopicPartitionsRequest {
    /// The topics asked for; empty for all.
    #[field(versions = "0+")]
    pub topics: Vec<TopicRequest>,
    /// How many partitions to answer with at most.
    #[field(versions = "0+", default = "2000")]
    pub response_partition_limit: i32,
    /// Where to begin; null for the beginning.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub cursor: Option<Cursor>,
}

/// A topic asked for.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicRequest {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
}

/// A place in the list of partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Cursor {
    /// The topic to go on with.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The partition to go on with.
    #[field(versions = "0+")]
    pub partition_index: i32,
}

/// A page of topics.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DescribeTopicPartitionsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+", ignorable)]
    pub throttle_time_ms: i32,
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    /// Where the next page begins; null if this is the last.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub next_cursor: Option<Cursor>,
}

/// A topic, or why it cannot be described.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeTopicPartitionsResponseTopic {
    /// Why the topic cannot be described, if it cannot.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The topic's name.
    #[field(versions = "0+", nullable = "0+")]
    pub name: Option<StrBytes>,
    /// The topic's id.
    #[field(versions = "0+", ignorable)]
    pub topic_id: Uuid,
    /// Whether the topic is the cluster's own.
    #[field(versions = "0+", ignorable)]
    pub is_internal: bool,
    /// The topic's partitions on this page.
    #[field(versions = "0+")]
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// What the client may do with the topic, a bit for each ACL operation; `i32::MIN` if that was not asked.
    #[field(versions = "0+", default = "-2147483648")]
    pub topic_authorized_operations: i32,
}

/// A partition, and who has it.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// LEADER_NOT_AVAILABLE if nobody leads it, or what else is wrong.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The leader's broker id; −1 if there is none.
    #[field(versions = "0+")]
    pub leader_id: i32,
    /// The epoch of the leader.
    #[field(versions = "0+", default = "-1", ignorable)]
    pub leader_epoch: i32,
    /// The brokers that have, or should have, a replica; the preferred leader first.
    #[field(versions = "0+")]
    pub replica_nodes: Vec<i32>,
    /// The brokers whose replicas are in sync.
    #[field(versions = "0+")]
    pub isr_nodes: Vec<i32>,
    /// The brokers outside the ISR that have every committed record (KIP-966); null if that is not known.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// The brokers that were eligible once; null if that is not known.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub last_known_elr: Option<Vec<i32>>,
    /// The brokers whose replicas cannot be reached.
    #[field(versions = "0+", ignorable)]
    pub offline_replicas: Vec<i32>,
}
