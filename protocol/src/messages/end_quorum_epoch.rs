//! EndQuorumEpoch: tells voters of a KRaft log that the leader steps down.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The leader that steps down.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct EndQuorumEpochRequest {
    /// The cluster that the request is meant for; null for any.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub cluster_id: Option<StrBytes>,
    /// The logs, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<RequestTopicData>,
    /// Where the leader listens.
    #[field(versions = "1+", ignorable)]
    pub leader_endpoints: Vec<LeaderEndpoint>,
}

/// A topic's logs.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestTopicData {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The logs, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<RequestPartitionData>,
}

/// The leader of one log.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestPartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The leader's node id; −1 if there is none, or it is not known.
    #[field(versions = "0+")]
    pub leader_id: i32,
    /// The leader's epoch; −1 if it is not known.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The voters who should lead next, the best first.
    #[field(versions = "0", ignorable)]
    pub preferred_successors: Vec<i32>,
    /// The voters who should lead next, the best first.
    #[field(versions = "1+", ignorable)]
    pub preferred_candidates: Vec<ReplicaInfo>,
}

/// A voter.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReplicaInfo {
    /// The voter's node id.
    #[field(versions = "1+")]
    pub candidate_id: i32,
    /// The voter's directory.
    #[field(versions = "1+")]
    pub candidate_directory_id: Uuid,
}

/// A listener of the leader.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct LeaderEndpoint {
    /// The listener's name.
    #[field(versions = "1+")]
    pub name: StrBytes,
    /// The name or address to reach it by.
    #[field(versions = "1+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "1+")]
    pub port: u16,
}

/// Whether the voters have heard.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct EndQuorumEpochResponse {
    /// Why it was not heard, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The logs, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<ResponseTopicData>,
    /// Where the leaders named in this response are.
    #[field(versions = "1+", tag = 0, tagged_versions = "1+")]
    pub node_endpoints: Vec<NodeEndpoint>,
}

/// A topic's logs.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponseTopicData {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The logs, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<ResponsePartitionData>,
}

/// A voter's answer for one log.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponsePartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// What is wrong about this log, if anything.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
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
    #[field(versions = "1+")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "1+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "1+")]
    pub port: u16,
}
