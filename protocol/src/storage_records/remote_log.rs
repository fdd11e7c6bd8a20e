//! Records of `__remote_log_metadata`: which segments are in tiered storage.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// A segment is being copied to tiered storage.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoteLogSegmentMetadataRecord {
    /// The segment.
    #[field(versions = "0+")]
    pub remote_log_segment_id: RemoteLogSegmentIdEntry,
    /// The first offset in the segment.
    #[field(versions = "0+")]
    pub start_offset: i64,
    /// The last offset in the segment.
    #[field(versions = "0+")]
    pub end_offset: i64,
    /// The broker that says so.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The largest timestamp in the segment, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub max_timestamp_ms: i64,
    /// When this was said, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub event_timestamp_ms: i64,
    /// The leader epochs in the segment.
    #[field(versions = "0+")]
    pub segment_leader_epochs: Vec<SegmentLeaderEpochEntry>,
    /// The segment's size, in bytes.
    #[field(versions = "0+")]
    pub segment_size_in_bytes: i32,
    /// What the store keeps with the segment; null for nothing.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub custom_metadata: Option<Bytes>,
    /// The state: 0 being copied, 1 copied, 2 being deleted, 3 deleted.
    #[field(versions = "0+")]
    pub remote_log_segment_state: i8,
    /// Whether no transaction was aborted in the segment.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+")]
    pub txn_index_empty: bool,
}

/// A segment in tiered storage.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RemoteLogSegmentIdEntry {
    /// The partition.
    #[field(versions = "0+")]
    pub topic_id_partition: TopicIdPartitionEntry,
    /// The segment's id.
    #[field(versions = "0+")]
    pub id: Uuid,
}

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicIdPartitionEntry {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "0+")]
    pub id: Uuid,
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
}

/// A leader epoch in a segment.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct SegmentLeaderEpochEntry {
    /// The epoch.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// Its first offset.
    #[field(versions = "0+")]
    pub offset: i64,
}

/// A segment's state has changed.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoteLogSegmentMetadataUpdateRecord {
    /// The segment.
    #[field(versions = "0+")]
    pub remote_log_segment_id: RemoteLogSegmentIdEntry,
    /// The broker that says so.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// When this was said, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub event_timestamp_ms: i64,
    /// What the store keeps with the segment; null for nothing.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub custom_metadata: Option<Bytes>,
    /// The state: 0 being copied, 1 copied, 2 being deleted, 3 deleted.
    #[field(versions = "0+")]
    pub remote_log_segment_state: i8,
}

/// A partition is being deleted from tiered storage.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemotePartitionDeleteMetadataRecord {
    /// The partition.
    #[field(versions = "0+")]
    pub topic_id_partition: TopicIdPartitionEntry,
    /// The broker that says so.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// When this was said, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub event_timestamp_ms: i64,
    /// The state: 0 to be deleted, 1 being deleted, 2 deleted.
    #[field(versions = "0+")]
    pub remote_partition_delete_state: i8,
}

/// A segment, in a snapshot of one partition's.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoteLogSegmentMetadataSnapshotRecord {
    /// The segment's id.
    #[field(versions = "0+")]
    pub segment_id: Uuid,
    /// The first offset in the segment.
    #[field(versions = "0+")]
    pub start_offset: i64,
    /// The last offset in the segment.
    #[field(versions = "0+")]
    pub end_offset: i64,
    /// The broker that says so.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The largest timestamp in the segment, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub max_timestamp_ms: i64,
    /// When this was said, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub event_timestamp_ms: i64,
    /// The leader epochs in the segment.
    #[field(versions = "0+")]
    pub segment_leader_epochs: Vec<SegmentLeaderEpochEntry>,
    /// The segment's size, in bytes.
    #[field(versions = "0+")]
    pub segment_size_in_bytes: i32,
    /// What the store keeps with the segment; null for nothing.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub custom_metadata: Option<Bytes>,
    /// The state: 0 being copied, 1 copied, 2 being deleted, 3 deleted.
    #[field(versions = "0+")]
    pub remote_log_segment_state: i8,
    /// Whether no transaction was aborted in the segment.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+")]
    pub txn_index_empty: bool,
}
