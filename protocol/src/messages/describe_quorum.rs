//! DescribeQuorum: tells who votes in a KRaft log, who leads, and how far each has come.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The logs to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct DescribeQuorumRequest {
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<RequestTopicData>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestTopicData {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<RequestPartitionData>,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestPartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
}

/// The quorums.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct DescribeQuorumResponse {
    /// Why nothing is told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "2+", nullable = "2+", ignorable)]
    pub error_message: Option<StrBytes>,
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<ResponseTopicData>,
    /// Where the voters listen.
    #[field(versions = "2+")]
    pub nodes: Vec<Node>,
}

/// One topic's quorums.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponseTopicData {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The quorums, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<ResponsePartitionData>,
}

/// One partition's quorum.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponsePartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why this one is not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "2+", nullable = "2+", ignorable)]
    pub error_message: Option<StrBytes>,
    /// The leader's node id; −1 if there is none, or it is not known.
    #[field(versions = "0+")]
    pub leader_id: i32,
    /// The leader's epoch; −1 if it is not known.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The offset below which a majority has the records.
    #[field(versions = "0+")]
    pub high_watermark: i64,
    /// Who votes.
    #[field(versions = "0+")]
    pub current_voters: Vec<ReplicaState>,
    /// Who only follows.
    #[field(versions = "0+")]
    pub observers: Vec<ReplicaState>,
}

/// How far a replica has come.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReplicaState {
    /// The replica's node id.
    #[field(versions = "0+")]
    pub replica_id: i32,
    /// The replica's directory.
    #[field(versions = "2+")]
    pub replica_directory_id: Uuid,
    /// The end of its log; −1 if that is not known.
    #[field(versions = "0+")]
    pub log_end_offset: i64,
    /// When it fetched last, by the leader's clock in milliseconds since 1970; −1 if that is not known.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub last_fetch_timestamp: i64,
    /// When it last had all that the leader had, in milliseconds since 1970; −1 if that is not known.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub last_caught_up_timestamp: i64,
}

/// A voter.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Node {
    /// The node's id.
    #[field(versions = "2+")]
    pub node_id: i32,
    /// The listeners.
    #[field(versions = "2+")]
    pub listeners: Vec<Listener>,
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Listener {
    /// The listener's name.
    #[field(versions = "2+")]
    pub name: StrBytes,
    /// The name or address to reach it by.
    #[field(versions = "2+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "2+")]
    pub port: u16,
}
