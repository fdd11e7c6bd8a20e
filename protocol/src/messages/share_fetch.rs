//! ShareFetch: hands out records to a member of a share group, and takes acknowledgements of earlier ones.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::primitive::FetchRecords;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// What to hand out.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "0+")]
pub struct ShareFetchRequest {
    /// The group's name.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub group_id: Option<StrBytes>,
    /// The member's id.
    #[field(versions = "0+", nullable = "0+")]
    pub member_id: Option<StrBytes>,
    /// Counts the session's requests: 0 opens one, −1 closes it.
    #[field(versions = "0+")]
    pub share_session_epoch: i32,
    /// How long to wait for `min_bytes`, in milliseconds.
    #[field(versions = "0+")]
    pub max_wait_ms: i32,
    /// How many bytes to wait for.
    #[field(versions = "0+")]
    pub min_bytes: i32,
    /// How many bytes to answer with at most; the first batch is given even if it is larger.
    #[field(versions = "0+", default = "0x7fffffff")]
    pub max_bytes: i32,
    /// How many records to hand out at most.
    #[field(versions = "1+")]
    pub max_records: i32,
    /// How many records to hand out at a time, so that they can be acknowledged together.
    #[field(versions = "1+")]
    pub batch_size: i32,
    /// 0 to end at a batch though that is beyond `max_records`, 1 to hand out no more than that.
    #[field(versions = "2+", ignorable)]
    pub share_acquire_mode: i8,
    /// Whether acknowledgements of type 4 are among these.
    #[field(versions = "2+")]
    pub is_renew_ack: bool,
    /// The topics to fetch; those to add or to change within the session.
    #[field(versions = "0+")]
    pub topics: Vec<FetchTopic>,
    /// The partitions to leave out of the session from now on.
    #[field(versions = "0+")]
    pub forgotten_topics_data: Vec<ForgottenTopic>,
}

/// A topic to fetch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct FetchTopic {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The partitions to fetch.
    #[field(versions = "0+")]
    pub partitions: Vec<FetchPartition>,
}

/// A partition to fetch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct FetchPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// How many bytes to read at most.
    #[field(versions = "0")]
    pub partition_max_bytes: i32,
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

/// A topic whose partitions leave the session.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ForgottenTopic {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// The records.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "0+")]
pub struct ShareFetchResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was fetched, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// How long the consumer has records to itself, in milliseconds.
    #[field(versions = "1+")]
    pub acquisition_lock_timeout_ms: i32,
    /// The records, by topic.
    #[field(versions = "0+")]
    pub responses: Vec<ShareFetchableTopicResponse>,
    /// Where the leaders named in this response are.
    #[field(versions = "0+")]
    pub node_endpoints: Vec<NodeEndpoint>,
}

/// A topic's records.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ShareFetchableTopicResponse {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The records, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionData>,
}

/// A partition's records.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why nothing was read from the partition, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// Why the acknowledgements were not taken, if so.
    #[field(versions = "0+")]
    pub acknowledge_error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub acknowledge_error_message: Option<StrBytes>,
    /// Who leads the partition, if this node does not.
    #[field(versions = "0+")]
    pub current_leader: LeaderIdAndEpoch,
    /// The record batches; null if there are none.
    #[field(versions = "0+", nullable = "0")]
    pub records: Option<FetchRecords>,
    /// Which of the records the member has been handed.
    #[field(versions = "0+")]
    pub acquired_records: Vec<AcquiredRecords>,
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

/// Records next to each other that the member has been handed.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AcquiredRecords {
    /// The first offset.
    #[field(versions = "0+")]
    pub first_offset: i64,
    /// The last offset.
    #[field(versions = "0+")]
    pub last_offset: i64,
    /// How often the records have been handed out.
    #[field(versions = "0+")]
    pub delivery_count: i16,
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
