//! Fetch: reads record batches, for consumers and for followers.
//!
//! Topics are named up to version 12 and have ids from 13 on. From version 7 on a *fetch session* remembers on the
//! broker's side what is fetched, so that a request names only what changed. Record batches stay slices of the frame.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::primitive::FetchRecords;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// Asks for record batches from given offsets on.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "4-18", flexible = "12+")]
pub struct FetchRequest {
    /// The cluster that the replica belongs to; null for a consumer.
    #[field(versions = "12+", nullable = "12+", default = "null", tag = 0, tagged_versions = "12+", ignorable)]
    pub cluster_id: Option<StrBytes>,
    /// The follower's broker id; −1 for a consumer.
    #[field(versions = "0-14", default = "-1")]
    pub replica_id: i32,
    /// The follower, from version 15 on.
    #[field(versions = "15+", tag = 1, tagged_versions = "15+")]
    pub replica_state: ReplicaState,
    /// How long to wait for `min_bytes`, in milliseconds.
    #[field(versions = "0+")]
    pub max_wait_ms: i32,
    /// How many bytes to wait for.
    #[field(versions = "0+")]
    pub min_bytes: i32,
    /// How many bytes to answer with at most; the first batch is given even if it is larger.
    #[field(versions = "3+", default = "0x7fffffff", ignorable)]
    pub max_bytes: i32,
    /// 0 to read everything up to the high watermark, 1 only what is committed.
    #[field(versions = "4+", ignorable)]
    pub isolation_level: i8,
    /// The fetch session; 0 for none, or a new one.
    #[field(versions = "7+", ignorable)]
    pub session_id: i32,
    /// Counts the session's requests: 0 opens one, −1 closes it or asks for none.
    #[field(versions = "7+", default = "-1", ignorable)]
    pub session_epoch: i32,
    /// The topics to fetch; within a session, those to add or to change.
    #[field(versions = "0+")]
    pub topics: Vec<FetchTopic>,
    /// The partitions to leave out of the session from now on.
    #[field(versions = "7+")]
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// The consumer's rack, by which a near replica is chosen.
    #[field(versions = "11+", ignorable)]
    pub rack_id: StrBytes,
}

/// A follower that fetches.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ReplicaState {
    /// The follower's broker id; −1 for a consumer.
    #[field(versions = "15+", default = "-1")]
    pub replica_id: i32,
    /// The follower's broker epoch; −1 if that is not known.
    #[field(versions = "15+", default = "-1")]
    pub replica_epoch: i64,
}

/// A topic to fetch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct FetchTopic {
    /// The topic's name.
    #[field(versions = "0-12", ignorable)]
    pub topic: StrBytes,
    /// The topic's id.
    #[field(versions = "13+", ignorable)]
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
    pub partition: i32,
    /// The leader epoch that the client knows; −1 if none.
    #[field(versions = "9+", default = "-1", ignorable)]
    pub current_leader_epoch: i32,
    /// The first offset to read.
    #[field(versions = "0+")]
    pub fetch_offset: i64,
    /// The leader epoch of the last record that the follower has; −1 if it has none.
    #[field(versions = "12+", default = "-1")]
    pub last_fetched_epoch: i32,
    /// The first offset in the follower's log; −1 for a consumer.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub log_start_offset: i64,
    /// How many bytes to read at most; the response's first batch is given even if it is larger.
    #[field(versions = "0+")]
    pub partition_max_bytes: i32,
    /// The follower's log directory.
    #[field(versions = "17+", tag = 0, tagged_versions = "17+", ignorable)]
    pub replica_directory_id: Uuid,
    /// The high watermark that the follower knows; `i64::MAX` if it does not say.
    #[field(versions = "18+", default = "9223372036854775807", tag = 1, tagged_versions = "18+", ignorable)]
    pub high_watermark: i64,
}

/// A topic whose partitions leave the session.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ForgottenTopic {
    /// The topic's name.
    #[field(versions = "7-12", ignorable)]
    pub topic: StrBytes,
    /// The topic's id.
    #[field(versions = "13+", ignorable)]
    pub topic_id: Uuid,
    /// The partitions' numbers.
    #[field(versions = "7+")]
    pub partitions: Vec<i32>,
}

/// Record batches.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "4-18", flexible = "12+")]
pub struct FetchResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why nothing could be fetched, if so; about the session, as a rule.
    #[field(versions = "7+", ignorable)]
    pub error_code: ErrorCode,
    /// The fetch session; 0 for none.
    #[field(versions = "7+")]
    pub session_id: i32,
    /// The topics that were fetched.
    #[field(versions = "0+")]
    pub responses: Vec<FetchableTopicResponse>,
    /// Where the leaders named in this response are.
    #[field(versions = "16+", tag = 0, tagged_versions = "16+")]
    pub node_endpoints: Vec<NodeEndpoint>,
}

/// One topic's batches.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct FetchableTopicResponse {
    /// The topic's name.
    #[field(versions = "0-12", ignorable)]
    pub topic: StrBytes,
    /// The topic's id.
    #[field(versions = "13+", ignorable)]
    pub topic_id: Uuid,
    /// The partitions that were fetched.
    #[field(versions = "0+")]
    pub partitions: Vec<PartitionData>,
}

/// One partition's batches.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the partition could not be read, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The offset below which every in-sync replica has the records.
    #[field(versions = "0+")]
    pub high_watermark: i64,
    /// The offset below which every transaction is decided; −1 if that is not known.
    #[field(versions = "4+", default = "-1", ignorable)]
    pub last_stable_offset: i64,
    /// The first offset in the log; −1 if that is not known.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub log_start_offset: i64,
    /// Where the follower's log parts from the leader's, if it does.
    #[field(versions = "12+", tag = 0, tagged_versions = "12+")]
    pub diverging_epoch: EpochEndOffset,
    /// Who leads the partition, if this broker does not.
    #[field(versions = "12+", tag = 1, tagged_versions = "12+")]
    pub current_leader: LeaderIdAndEpoch,
    /// The snapshot to fetch first, if the follower is that far behind (`__cluster_metadata`).
    #[field(versions = "12+", tag = 2, tagged_versions = "12+")]
    pub snapshot_id: SnapshotId,
    /// The aborted transactions among the records, for readers of committed ones; null if there are none, or all is
    /// read.
    #[field(versions = "4+", nullable = "4+", ignorable)]
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// The broker that the consumer should read from; −1 for this one.
    #[field(versions = "11+", default = "-1")]
    pub preferred_read_replica: i32,
    /// The record batches. The last one may be cut off, the first may begin before the offset asked for.
    #[field(versions = "0+", nullable = "0+")]
    pub records: Option<FetchRecords>,
}

/// The last epoch that two logs share, and its end.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct EpochEndOffset {
    /// The largest epoch known, at most the one asked about; −1 if there is none.
    #[field(versions = "12+", default = "-1")]
    pub epoch: i32,
    /// The end of that epoch; −1 if there is none.
    #[field(versions = "12+", default = "-1")]
    pub end_offset: i64,
}

/// Who leads a partition, and since which epoch.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct LeaderIdAndEpoch {
    /// The leader's broker id; −1 if it is not known.
    #[field(versions = "12+", default = "-1")]
    pub leader_id: i32,
    /// The leader's epoch; −1 if it is not known.
    #[field(versions = "12+", default = "-1")]
    pub leader_epoch: i32,
}

/// A snapshot of the metadata log.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct SnapshotId {
    /// The offset after the last record in the snapshot; −1 for none.
    #[field(versions = "0+", default = "-1")]
    pub end_offset: i64,
    /// The epoch of that record; −1 for none.
    #[field(versions = "0+", default = "-1")]
    pub epoch: i32,
}

/// A transaction whose records are to be passed over.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AbortedTransaction {
    /// The producer's id.
    #[field(versions = "4+")]
    pub producer_id: i64,
    /// The offset of its first record.
    #[field(versions = "4+")]
    pub first_offset: i64,
}

/// Where a broker is.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct NodeEndpoint {
    /// The broker's id.
    #[field(versions = "16+")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "16+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "16+")]
    pub port: i32,
    /// Its rack (`broker.rack`); null if it has none.
    #[field(versions = "16+", nullable = "16+", default = "null")]
    pub rack: Option<StrBytes>,
}
