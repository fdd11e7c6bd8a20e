//! Records of `__share_group_state`: what share-partitions are at.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The state of a share-partition.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareSnapshotKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The topic's id.
    #[field(versions = "0")]
    pub topic_id: Uuid,
    /// The partition's number.
    #[field(versions = "0")]
    pub partition: i32,
}

/// The whole state of a share-partition.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareSnapshotValue {
    /// Counts the snapshots of the share-partition.
    #[field(versions = "0+")]
    pub snapshot_epoch: i32,
    /// The epoch of the share-partition's state: it grows when the state is set anew.
    #[field(versions = "0+")]
    pub state_epoch: i32,
    /// The epoch of the share-partition's leader, by which late ones are fenced.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The first offset that is not yet done with.
    #[field(versions = "0+")]
    pub start_offset: i64,
    /// How many records from the start offset on are done with; −1 if that is not known.
    #[field(versions = "0+", default = "-1", tag = 0, tagged_versions = "0+")]
    pub delivery_complete_count: i32,
    /// When the share-partition was given its first state, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub create_timestamp: i64,
    /// When this was written, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub write_timestamp: i64,
    /// What became of the records from the start offset on.
    #[field(versions = "0+")]
    pub state_batches: Vec<StateBatch>,
}

/// What became of records next to each other.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct StateBatch {
    /// The first offset.
    #[field(versions = "0+")]
    pub first_offset: i64,
    /// The last offset.
    #[field(versions = "0+")]
    pub last_offset: i64,
    /// 0 available, 2 acknowledged, 4 archived.
    #[field(versions = "0+")]
    pub delivery_state: i8,
    /// How often the records have been handed out.
    #[field(versions = "0+")]
    pub delivery_count: i16,
}

/// A change of the state of a share-partition.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareUpdateKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The topic's id.
    #[field(versions = "0")]
    pub topic_id: Uuid,
    /// The partition's number.
    #[field(versions = "0")]
    pub partition: i32,
}

/// What has changed about a share-partition since its snapshot.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareUpdateValue {
    /// Counts the snapshots of the share-partition.
    #[field(versions = "0+")]
    pub snapshot_epoch: i32,
    /// The epoch of the share-partition's leader, by which late ones are fenced.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The first offset that is not yet done with; −1 for no change.
    #[field(versions = "0+")]
    pub start_offset: i64,
    /// How many records from the start offset on are done with; −1 if that is not known.
    #[field(versions = "0+", default = "-1", tag = 0, tagged_versions = "0+")]
    pub delivery_complete_count: i32,
    /// What became of records since.
    #[field(versions = "0+")]
    pub state_batches: Vec<StateBatch>,
}
