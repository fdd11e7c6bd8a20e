//! Vote: asks for votes for the lead of a KRaft log.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The candidate.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct VoteRequest {
    /// The cluster that the request is meant for; null for any.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub cluster_id: Option<StrBytes>,
    /// The voter that the request is meant for; −1 if that is not said.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub voter_id: i32,
    /// The logs, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<RequestTopicData>,
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

/// A candidate for one log.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestPartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The candidate's epoch.
    #[field(versions = "0+")]
    pub replica_epoch: i32,
    /// The candidate's node id.
    #[field(versions = "0+")]
    pub replica_id: i32,
    /// The candidate's directory.
    #[field(versions = "1+", ignorable)]
    pub replica_directory_id: Uuid,
    /// The directory of the voter that the request is meant for.
    #[field(versions = "1+", ignorable)]
    pub voter_directory_id: Uuid,
    /// The epoch of the last record in the candidate's log.
    #[field(versions = "0+")]
    pub last_offset_epoch: i32,
    /// The end of the candidate's log.
    #[field(versions = "0+")]
    pub last_offset: i64,
    /// Whether the candidate only asks whether it would win.
    #[field(versions = "2+")]
    pub pre_vote: bool,
}

/// The votes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct VoteResponse {
    /// Why there are no votes, if so.
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

/// A vote for one log.
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
    /// Whether the candidate gets the vote.
    #[field(versions = "0+")]
    pub vote_granted: bool,
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
