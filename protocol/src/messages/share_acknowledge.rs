//! ShareAcknowledge: tells what became of records that were handed out to a member of a share group.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// What became of them.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "0+")]
pub struct ShareAcknowledgeRequest {
    /// The group's name.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub group_id: Option<StrBytes>,
    /// The member's id.
    #[field(versions = "0+", nullable = "0+")]
    pub member_id: Option<StrBytes>,
    /// Counts the session's requests: 0 opens one, −1 closes it.
    #[field(versions = "0+")]
    pub share_session_epoch: i32,
    /// Whether acknowledgements of type 4 are among these.
    #[field(versions = "2+")]
    pub is_renew_ack: bool,
    /// What became of the records, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<AcknowledgeTopic>,
}

/// What became of a topic's records.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AcknowledgeTopic {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// What became of them, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<AcknowledgePartition>,
}

/// What became of a partition's records.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AcknowledgePartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// What became of records handed out before.
    #[field(versions = "0+")]
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

/// What became of records next to each other.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AcknowledgementBatch {
    /// The first offset.
    #[field(versions = "0+")]
    pub first_offset: i64,
    /// The last offset.
    #[field(versions = "0+")]
    pub last_offset: i64,
    /// What became of each record, or of all if there is one: 0 a gap, 1 accepted, 2 released, 3 rejected, 4 renewed.
    #[field(versions = "0+")]
    pub acknowledge_types: Vec<i8>,
}

/// Whether that was taken.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "0+")]
pub struct ShareAcknowledgeResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was taken, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// How long the consumer has records to itself, in milliseconds.
    #[field(versions = "2+", ignorable)]
    pub acquisition_lock_timeout_ms: i32,
    /// What was taken, by topic.
    #[field(versions = "0+")]
    pub responses: Vec<ShareAcknowledgeTopicResponse>,
    /// Where the leaders named in this response are.
    #[field(versions = "0+")]
    pub node_endpoints: Vec<NodeEndpoint>,
}

/// What was taken of a topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ShareAcknowledgeTopicResponse {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// What was taken, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionData>,
}

/// What was taken of a partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the acknowledgements were not taken, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// Who leads the partition, if this node does not.
    #[field(versions = "0+")]
    pub current_leader: LeaderIdAndEpoch,
}

/// Who leads a partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct LeaderIdAndEpoch {
    /// The leader's node id; −1 if there is none, or it is not known.
    #[field(versions = "0+")]
    pub leader_id: i32,
    /// The leader's epoch; −1 if it is not known.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
}

/// Where a leader listens.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct NodeEndpoint {
    /// The node's id.
    #[field(versions = "0+")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: i32,
    /// The node's rack; null if it has none.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub rack: Option<StrBytes>,
}
