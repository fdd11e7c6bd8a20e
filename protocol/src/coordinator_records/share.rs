//! Records of `__consumer_offsets` about share groups.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// A member of a share group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareGroupMemberMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0")]
    pub member_id: StrBytes,
}

/// What a member says of itself.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareGroupMemberMetadataValue {
    /// The member's rack, by which near replicas are preferred; null if it has none.
    #[field(versions = "0+", nullable = "0+")]
    pub rack_id: Option<StrBytes>,
    /// The name that the client gave itself (`client.id`).
    #[field(versions = "0+")]
    pub client_id: StrBytes,
    /// The address that the client connects from.
    #[field(versions = "0+")]
    pub client_host: StrBytes,
    /// The topics that the member wants.
    #[field(versions = "0+")]
    pub subscribed_topic_names: Vec<StrBytes>,
}

/// A share group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareGroupMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// What the group is at.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareGroupMetadataValue {
    /// The group's epoch, which counts changes of what the group consists of.
    #[field(versions = "0+")]
    pub epoch: i32,
    /// A hash over the topics that the group reads, by which their changes are noticed.
    #[field(versions = "0+")]
    pub metadata_hash: i64,
}

/// The target assignment of a share group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareGroupTargetAssignmentMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// The target assignment of a share group, apart from the members.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareGroupTargetAssignmentMetadataValue {
    /// The epoch of the group that the assignment is for.
    #[field(versions = "0+")]
    pub assignment_epoch: i32,
    /// When it was made, in milliseconds since 1970; 0 if that is not known.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+", ignorable)]
    pub assignment_timestamp: i64,
}

/// What a member of a share group is to have.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareGroupTargetAssignmentMemberKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0")]
    pub member_id: StrBytes,
}

/// What a member is to have.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareGroupTargetAssignmentMemberValue {
    /// The partitions, by topic.
    #[field(versions = "0+")]
    pub topic_partitions: Vec<TopicPartition>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicPartition {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// What a member of a share group has.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareGroupCurrentMemberAssignmentKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0")]
    pub member_id: StrBytes,
}

/// What a member has.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareGroupCurrentMemberAssignmentValue {
    /// The member's epoch.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The epoch that the member had before.
    #[field(versions = "0+")]
    pub previous_member_epoch: i32,
    /// The state: 0 stable.
    #[field(versions = "0+")]
    pub state: i8,
    /// The partitions that the member has.
    #[field(versions = "0+")]
    pub assigned_partitions: Vec<TopicPartitions>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicPartitions {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// The share-partitions of a share group that have state.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ShareGroupStatePartitionMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// The share-partitions that have state.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ShareGroupStatePartitionMetadataValue {
    /// Those that are being given their first state.
    #[field(versions = "0+")]
    pub initializing_topics: Vec<TopicPartitionsInfo>,
    /// Those that have state.
    #[field(versions = "0+")]
    pub initialized_topics: Vec<TopicPartitionsInfo>,
    /// The topics whose state is being deleted.
    #[field(versions = "0+")]
    pub deleting_topics: Vec<TopicInfo>,
}

/// A topic's share-partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicPartitionsInfo {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicInfo {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
}
