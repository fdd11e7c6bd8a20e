//! Records of `__consumer_offsets` about offsets and classic groups.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// How far a group has read a partition, as written before version 0.9.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct LegacyOffsetCommitKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group: StrBytes,
    /// The topic's name.
    #[field(versions = "0")]
    pub topic: StrBytes,
    /// The partition's number.
    #[field(versions = "0")]
    pub partition: i32,
}

/// How far a group has read, as written before version 0.9.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct LegacyOffsetCommitValue {
    /// The offset of the next record to read.
    #[field(versions = "0")]
    pub offset: i64,
    /// What the client keeps with the offset.
    #[field(versions = "0")]
    pub metadata: StrBytes,
    /// When the offset was committed, in milliseconds since 1970.
    #[field(versions = "0")]
    pub commit_timestamp: i64,
}

/// How far a group has read a partition.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct OffsetCommitKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group: StrBytes,
    /// The topic's name.
    #[field(versions = "0")]
    pub topic: StrBytes,
    /// The partition's number.
    #[field(versions = "0")]
    pub partition: i32,
}

/// How far a group has read.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "4+")]
pub struct OffsetCommitValue {
    /// The offset of the next record to read.
    #[field(versions = "0+")]
    pub offset: i64,
    /// The leader epoch of the last record read; −1 if it is not known.
    #[field(versions = "3+", default = "-1", ignorable)]
    pub leader_epoch: i32,
    /// What the client keeps with the offset.
    #[field(versions = "0+")]
    pub metadata: StrBytes,
    /// When the offset was committed, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub commit_timestamp: i64,
    /// When the offset may be forgotten, in milliseconds since 1970; −1 for as the broker has it.
    #[field(versions = "1", default = "-1", ignorable)]
    pub expire_timestamp: i64,
    /// The topic's id; zero if it is not known.
    #[field(versions = "4+", tag = 0, tagged_versions = "4+", ignorable)]
    pub topic_id: Uuid,
}

/// A classic group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct GroupMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group: StrBytes,
}

/// What a classic group consists of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "4+")]
pub struct GroupMetadataValue {
    /// What the group is for: `consumer`, `connect`.
    #[field(versions = "0+")]
    pub protocol_type: StrBytes,
    /// The group's generation, which counts its rebalances.
    #[field(versions = "0+")]
    pub generation: i32,
    /// The protocol in use; null in a group without members.
    #[field(versions = "0+", nullable = "0+")]
    pub protocol: Option<StrBytes>,
    /// The member that assigns; null in a group without members.
    #[field(versions = "0+", nullable = "0+")]
    pub leader: Option<StrBytes>,
    /// Since when the group has been in its state, in milliseconds since 1970; −1 if that is not known.
    #[field(versions = "2+", default = "-1", ignorable)]
    pub current_state_timestamp: i64,
    /// The members.
    #[field(versions = "0+")]
    pub members: Vec<MemberMetadata>,
}

/// A member of a classic group.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct MemberMetadata {
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "3+", nullable = "3+", default = "null", ignorable)]
    pub group_instance_id: Option<StrBytes>,
    /// The name that the client gave itself (`client.id`).
    #[field(versions = "0+")]
    pub client_id: StrBytes,
    /// The address that the client connects from.
    #[field(versions = "0+")]
    pub client_host: StrBytes,
    /// How long to wait for the member to join again when the group rebalances, in milliseconds; −1 for the session
    /// timeout.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub rebalance_timeout: i32,
    /// After how long without a heartbeat the member counts as gone, in milliseconds.
    #[field(versions = "0+")]
    pub session_timeout: i32,
    /// What the member said when it joined.
    #[field(versions = "0+")]
    pub subscription: Bytes,
    /// What the member was assigned.
    #[field(versions = "0+")]
    pub assignment: Bytes,
}
