//! Records about topics and their partitions.
//!
//! A partition is written whole once, by PartitionRecord; PartitionChangeRecord then says only what differs.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// A topic exists.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct TopicRecord {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
}

/// A topic, with its partitions and settings, exists no more.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoveTopicRecord {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
}

/// A partition exists.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct PartitionRecord {
    /// The partition's number; −1 if it is not said.
    #[field(versions = "0+", default = "-1")]
    pub partition_id: i32,
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The brokers that have a replica, the preferred leader first.
    #[field(versions = "0+")]
    pub replicas: Vec<i32>,
    /// The brokers whose replicas are in sync.
    #[field(versions = "0+")]
    pub isr: Vec<i32>,
    /// The replicas that a reassignment takes away.
    #[field(versions = "0+")]
    pub removing_replicas: Vec<i32>,
    /// The replicas that a reassignment adds.
    #[field(versions = "0+")]
    pub adding_replicas: Vec<i32>,
    /// The leader's broker id; −1 if there is none.
    #[field(versions = "0+", default = "-1")]
    pub leader: i32,
    /// 1 while an uncleanly elected leader recovers, else 0.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+")]
    pub leader_recovery_state: i8,
    /// Counts the changes of leadership.
    #[field(versions = "0+", default = "-1")]
    pub leader_epoch: i32,
    /// Counts the changes of the partition's state.
    #[field(versions = "0+", default = "-1")]
    pub partition_epoch: i32,
    /// The log directory of each replica, in the order of `replicas`.
    #[field(versions = "1+")]
    pub directories: Vec<Uuid>,
    /// The brokers outside the ISR that have every committed record (KIP-966).
    #[field(versions = "2+", nullable = "2+", default = "null", tag = 1, tagged_versions = "2+")]
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// The brokers that were eligible once, while nobody is.
    #[field(versions = "2+", nullable = "2+", default = "null", tag = 2, tagged_versions = "2+")]
    pub last_known_elr: Option<Vec<i32>>,
}

/// What changes about a partition. A field that is not given stays as it is.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct PartitionChangeRecord {
    /// The partition's number; −1 if it is not said.
    #[field(versions = "0+", default = "-1")]
    pub partition_id: i32,
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The brokers whose replicas are in sync; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null", tag = 0, tagged_versions = "0+")]
    pub isr: Option<Vec<i32>>,
    /// The leader's broker id, −1 for none, −2 for no change.
    #[field(versions = "0+", default = "-2", tag = 1, tagged_versions = "0+")]
    pub leader: i32,
    /// The brokers that have a replica; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null", tag = 2, tagged_versions = "0+")]
    pub replicas: Option<Vec<i32>>,
    /// The replicas that a reassignment takes away; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null", tag = 3, tagged_versions = "0+")]
    pub removing_replicas: Option<Vec<i32>>,
    /// The replicas that a reassignment adds; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null", tag = 4, tagged_versions = "0+")]
    pub adding_replicas: Option<Vec<i32>>,
    /// 1 while an uncleanly elected leader recovers, 0 after, −1 for no change.
    #[field(versions = "0+", default = "-1", tag = 5, tagged_versions = "0+")]
    pub leader_recovery_state: i8,
    /// The log directory of each replica; null for no change.
    #[field(versions = "1+", nullable = "1+", default = "null", tag = 8, tagged_versions = "1+")]
    pub directories: Option<Vec<Uuid>>,
    /// The brokers outside the ISR that have every committed record; null for no change.
    #[field(versions = "2+", nullable = "2+", default = "null", tag = 6, tagged_versions = "2+")]
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// The brokers that were eligible once; null for no change.
    #[field(versions = "2+", nullable = "2+", default = "null", tag = 7, tagged_versions = "2+")]
    pub last_known_elr: Option<Vec<i32>>,
}

/// The eligible leader replicas are forgotten, of one topic or of all.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ClearElrRecord {
    /// The topic's name; empty for all topics.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
}
