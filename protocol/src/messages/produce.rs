//! Produce: appends record batches to partitions.
//!
//! Topics are named up to version 12 and have ids from 13 on. Record batches stay slices of the request's frame. A
//! request with `acks` 0 has no answer.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::primitive::Records;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// Record batches to append.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "3-13", flexible = "9+")]
pub struct ProduceRequest {
    /// The producer's `transactional.id`; null if it has none.
    #[field(versions = "3+", nullable = "3+", default = "null")]
    pub transactional_id: Option<StrBytes>,
    /// When to answer: 0 never, 1 once the leader has written, −1 once every in-sync replica has.
    #[field(versions = "0+")]
    pub acks: i16,
    /// How long to wait for the other replicas, in milliseconds.
    #[field(versions = "0+")]
    pub timeout_ms: i32,
    /// The topics to append to.
    #[field(versions = "0+")]
    pub topic_data: Vec<TopicProduceData>,
}

/// What to append to one topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicProduceData {
    /// The topic's name.
    #[field(versions = "0-12", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "13+", ignorable)]
    pub topic_id: Uuid,
    /// The partitions to append to.
    #[field(versions = "0+")]
    pub partition_data: Vec<PartitionProduceData>,
}

/// What to append to one partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionProduceData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub index: i32,
    /// The record batch: one, though older clients' limits allow more.
    #[field(versions = "0+", nullable = "0+")]
    pub records: Option<Records>,
}

/// Where the batches are, or why they are not.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "3-13", flexible = "9+")]
pub struct ProduceResponse {
    /// The topics that were appended to.
    #[field(versions = "0+")]
    pub responses: Vec<TopicProduceResponse>,
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// Where the leaders named in this response are.
    #[field(versions = "10+", tag = 0, tagged_versions = "10+")]
    pub node_endpoints: Vec<NodeEndpoint>,
}

/// What became of one topic's batches.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicProduceResponse {
    /// The topic's name.
    #[field(versions = "0-12", ignorable)]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "13+", ignorable)]
    pub topic_id: Uuid,
    /// The partitions that were appended to.
    #[field(versions = "0+")]
    pub partition_responses: Vec<PartitionProduceResponse>,
}

/// What became of one partition's batch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionProduceResponse {
    /// The partition's number.
    #[field(versions = "0+")]
    pub index: i32,
    /// Why the batch was not appended, if it was not.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The offset of the batch's first record.
    #[field(versions = "0+")]
    pub base_offset: i64,
    /// When the broker appended the batch, if the topic's timestamps say so; else −1. Milliseconds since 1970.
    #[field(versions = "2+", default = "-1", ignorable)]
    pub log_append_time_ms: i64,
    /// The first offset in the log; −1 if that is not known.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub log_start_offset: i64,
    /// The records because of which the batch was refused.
    #[field(versions = "8+", ignorable)]
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// Why the batch was refused, in words.
    #[field(versions = "8+", nullable = "8+", default = "null", ignorable)]
    pub error_message: Option<StrBytes>,
    /// Who leads the partition, if this broker does not.
    #[field(versions = "10+", tag = 0, tagged_versions = "10+")]
    pub current_leader: LeaderIdAndEpoch,
}

/// A record because of which a batch was refused.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct BatchIndexAndErrorMessage {
    /// The record's place in the batch, from 0.
    #[field(versions = "8+")]
    pub batch_index: i32,
    /// What is wrong with the record; null if nothing can be added.
    #[field(versions = "8+", nullable = "8+", default = "null")]
    pub batch_index_error_message: Option<StrBytes>,
}

/// Who leads a partition, and since which epoch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct LeaderIdAndEpoch {
    /// The leader's broker id; −1 if it is not known.
    #[field(versions = "10+", default = "-1")]
    pub leader_id: i32,
    /// The leader's epoch; −1 if it is not known.
    #[field(versions = "10+", default = "-1")]
    pub leader_epoch: i32,
}

/// Where a broker is.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct NodeEndpoint {
    /// The broker's id.
    #[field(versions = "10+")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "10+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "10+")]
    pub port: i32,
    /// Its rack (`broker.rack`); null if it has none.
    #[field(versions = "10+", nullable = "10+", default = "null")]
    pub rack: Option<StrBytes>,
}
