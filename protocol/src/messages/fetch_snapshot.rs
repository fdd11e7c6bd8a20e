//! FetchSnapshot: fetches a piece of a snapshot of a KRaft log.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::primitive::FetchRecords;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The piece to fetch.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct FetchSnapshotRequest {
    /// The cluster that the replica belongs to; null if that is not said.
    #[field(versions = "0+", nullable = "0+", default = "null", tag = 0, tagged_versions = "0+")]
    pub cluster_id: Option<StrBytes>,
    /// The replica's node id; −1 if that is not said.
    #[field(versions = "0+", default = "-1")]
    pub replica_id: i32,
    /// How many bytes to answer with at most.
    #[field(versions = "0+", default = "0x7fffffff")]
    pub max_bytes: i32,
    /// The pieces, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<RequestTopicSnapshot>,
}

/// A topic's pieces.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestTopicSnapshot {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The pieces, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<RequestPartitionSnapshot>,
}

/// A piece to fetch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestPartitionSnapshot {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The leader epoch that the replica knows.
    #[field(versions = "0+")]
    pub current_leader_epoch: i32,
    /// The snapshot.
    #[field(versions = "0+")]
    pub snapshot_id: SnapshotId,
    /// Where the piece begins, in bytes from the start of the snapshot.
    #[field(versions = "0+")]
    pub position: i64,
    /// The replica's directory.
    #[field(versions = "1+", tag = 0, tagged_versions = "1+", ignorable)]
    pub replica_directory_id: Uuid,
}

/// A snapshot: up to where, and from which epoch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct SnapshotId {
    /// The first offset that is not in the snapshot.
    #[field(versions = "0+")]
    pub end_offset: i64,
    /// The epoch of the last record in it.
    #[field(versions = "0+")]
    pub epoch: i32,
}

/// The piece.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct FetchSnapshotResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why nothing was fetched, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The pieces, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<ResponseTopicSnapshot>,
    /// Where the leaders named in this response are.
    #[field(versions = "1+", tag = 0, tagged_versions = "1+")]
    pub node_endpoints: Vec<NodeEndpoint>,
}

/// A topic's pieces.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponseTopicSnapshot {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The pieces, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<ResponsePartitionSnapshot>,
}

/// A piece.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponsePartitionSnapshot {
    /// The partition's number.
    #[field(versions = "0+")]
    pub index: i32,
    /// Why this piece was not fetched, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The snapshot.
    #[field(versions = "0+")]
    pub snapshot_id: SnapshotId,
    /// Who leads the partition, if this node does not.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+")]
    pub current_leader: LeaderIdAndEpoch,
    /// How many bytes the snapshot has.
    #[field(versions = "0+")]
    pub size: i64,
    /// Where the piece begins, in bytes from the start of the snapshot.
    #[field(versions = "0+")]
    pub position: i64,
    /// The piece: record batches that may begin and end anywhere.
    #[field(versions = "0+")]
    pub unaligned_records: FetchRecords,
}

/// Who leads a log.
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
    #[field(versions = "1+")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "1+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "1+")]
    pub port: u16,
}
