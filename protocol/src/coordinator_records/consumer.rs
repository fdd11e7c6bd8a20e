//! Records of `__consumer_offsets` about consumer groups of the new kind (KIP-848).

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// A consumer group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ConsumerGroupMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// What the group is at.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ConsumerGroupMetadataValue {
    /// The group's epoch, which counts changes of what the group consists of.
    #[field(versions = "0+")]
    pub epoch: i32,
    /// A hash over the topics that the group reads, by which their changes are noticed.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+")]
    pub metadata_hash: i64,
}

/// The topics that a consumer group reads. No longer written.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ConsumerGroupPartitionMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// The topics that a consumer group reads. No longer written.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ConsumerGroupPartitionMetadataValue {
    /// The topics.
    #[field(versions = "0+")]
    pub topics: Vec<TopicMetadata>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicMetadata {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// How many partitions it has.
    #[field(versions = "0+")]
    pub num_partitions: i32,
    /// The partitions whose racks are known.
    #[field(versions = "0+")]
    pub partition_metadata: Vec<PartitionMetadata>,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionMetadata {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The racks where its replicas are.
    #[field(versions = "0+")]
    pub racks: Vec<StrBytes>,
}

/// A member of a consumer group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ConsumerGroupMemberMetadataKey {
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
pub struct ConsumerGroupMemberMetadataValue {
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "0+", nullable = "0+")]
    pub instance_id: Option<StrBytes>,
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
    /// The pattern of topics that the member wants; null or empty for none.
    #[field(versions = "0+", nullable = "0+")]
    pub subscribed_topic_regex: Option<StrBytes>,
    /// How long the member may take to give partitions up, in milliseconds; −1 for no change.
    #[field(versions = "0+", default = "-1")]
    pub rebalance_timeout_ms: i32,
    /// The assignor that the member wants on the broker's side; null for the group's.
    #[field(versions = "0+", nullable = "0+")]
    pub server_assignor: Option<StrBytes>,
    /// What a consumer of the classic kind has said; null for one of the new kind. Kafka writes null although the
    /// default is an empty value.
    #[field(versions = "0+", nullable = "0+", tag = 0, tagged_versions = "0+")]
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
}

/// What a consumer of the classic kind has said.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ClassicMemberMetadata {
    /// After how long without a heartbeat the member counts as gone, in milliseconds.
    #[field(versions = "0+")]
    pub session_timeout_ms: i32,
    /// The protocols that it knows, the preferred first.
    #[field(versions = "0+")]
    pub supported_protocols: Vec<ClassicProtocol>,
}

/// A protocol that a member knows.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ClassicProtocol {
    /// The protocol's name: that of an assignor.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The member's subscription.
    #[field(versions = "0+")]
    pub metadata: Bytes,
}

/// The target assignment of a consumer group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ConsumerGroupTargetAssignmentMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// The target assignment of a consumer group, apart from the members.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ConsumerGroupTargetAssignmentMetadataValue {
    /// The epoch of the group that the assignment is for.
    #[field(versions = "0+")]
    pub assignment_epoch: i32,
    /// When it was made, in milliseconds since 1970; 0 if that is not known.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+", ignorable)]
    pub assignment_timestamp: i64,
}

/// What a member of a consumer group is to have.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ConsumerGroupTargetAssignmentMemberKey {
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
pub struct ConsumerGroupTargetAssignmentMemberValue {
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

/// What a member of a consumer group has.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ConsumerGroupCurrentMemberAssignmentKey {
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
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    /// The member's epoch.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The epoch that the member had before.
    #[field(versions = "0+")]
    pub previous_member_epoch: i32,
    /// The state: 0 stable, 1 giving up partitions, 2 waiting for partitions of others, 127 not known.
    #[field(versions = "0+")]
    pub state: i8,
    /// The partitions that the member has.
    #[field(versions = "0+")]
    pub assigned_partitions: Vec<TopicPartitions>,
    /// The partitions that the member is giving up.
    #[field(versions = "0+")]
    pub partitions_pending_revocation: Vec<TopicPartitions>,
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
    /// The epochs since which the member has each partition; null or empty if that is not known.
    #[field(versions = "0+", nullable = "0+", tag = 0, tagged_versions = "0+")]
    pub assignment_epochs: Option<Vec<i32>>,
}

/// A pattern of topics that members of a consumer group want.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ConsumerGroupRegularExpressionKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The pattern.
    #[field(versions = "0")]
    pub regular_expression: StrBytes,
}

/// The topics that the pattern stands for.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ConsumerGroupRegularExpressionValue {
    /// The topics' names.
    #[field(versions = "0+")]
    pub topics: Vec<StrBytes>,
    /// The offset of the metadata log that they were found at.
    #[field(versions = "0+")]
    pub version: i64,
    /// When they were found, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub timestamp: i64,
}
