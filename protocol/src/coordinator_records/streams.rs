//! Records of `__consumer_offsets` about groups of Kafka Streams applications (KIP-1071).

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;

/// A streams group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct StreamsGroupMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// What the group is at.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct StreamsGroupMetadataValue {
    /// The group's epoch, which counts changes of what the group consists of.
    #[field(versions = "0+")]
    pub epoch: i32,
    /// A hash over the topics that the group reads, by which their changes are noticed.
    #[field(versions = "0+")]
    pub metadata_hash: i64,
    /// The epoch of the topology that was last found to fit its topics; −1 for none.
    #[field(versions = "0+", default = "-1", tag = 0, tagged_versions = "0+")]
    pub validated_topology_epoch: i32,
    /// The settings that the last assignment was made with.
    #[field(versions = "0+", nullable = "0+", tag = 1, tagged_versions = "0+")]
    pub last_assignment_configs: Option<Vec<LastAssignmentConfig>>,
    /// The epoch of the topology whose description is kept; −1 for none.
    #[field(versions = "0+", default = "-1", tag = 2, tagged_versions = "0+")]
    pub stored_description_topology_epoch: i32,
    /// The epoch of the topology whose description could not be kept; −1 for none.
    #[field(versions = "0+", default = "-1", tag = 3, tagged_versions = "0+")]
    pub failed_description_topology_epoch: i32,
}

/// A setting that an assignment was made with.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct LastAssignmentConfig {
    /// The setting's name.
    #[field(versions = "0+")]
    pub key: StrBytes,
    /// The setting's value.
    #[field(versions = "0+")]
    pub value: StrBytes,
}

/// A member of a streams group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct StreamsGroupMemberMetadataKey {
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
pub struct StreamsGroupMemberMetadataValue {
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
    /// How long the member may take to give partitions up, in milliseconds; −1 for no change.
    #[field(versions = "0+", default = "-1")]
    pub rebalance_timeout_ms: i32,
    /// The epoch of the topology that the member has.
    #[field(versions = "0+")]
    pub topology_epoch: i32,
    /// Which process the member lives in: members of one share its state directory.
    #[field(versions = "0+")]
    pub process_id: StrBytes,
    /// Where the application answers queries about its state; null if it does not.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub user_endpoint: Option<Endpoint>,
    /// Tags by which standby tasks are spread.
    #[field(versions = "0+")]
    pub client_tags: Vec<KeyValue>,
}

/// Where an application answers.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Endpoint {
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: u16,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct KeyValue {
    /// The name.
    #[field(versions = "0+")]
    pub key: StrBytes,
    /// The value.
    #[field(versions = "0+")]
    pub value: StrBytes,
}

/// The target assignment of a streams group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct StreamsGroupTargetAssignmentMetadataKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// The target assignment of a streams group, apart from the members.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct StreamsGroupTargetAssignmentMetadataValue {
    /// The epoch of the group that the assignment is for.
    #[field(versions = "0+")]
    pub assignment_epoch: i32,
    /// When it was made, in milliseconds since 1970; 0 if that is not known.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+", ignorable)]
    pub assignment_timestamp: i64,
}

/// What a member of a streams group is to run.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct StreamsGroupTargetAssignmentMemberKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0")]
    pub member_id: StrBytes,
}

/// What a member is to run.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct StreamsGroupTargetAssignmentMemberValue {
    /// The tasks that it runs.
    #[field(versions = "0+")]
    pub active_tasks: Vec<TaskIds>,
    /// The tasks whose state it keeps a copy of.
    #[field(versions = "0+")]
    pub standby_tasks: Vec<TaskIds>,
    /// The tasks whose state it is catching up on.
    #[field(versions = "0+")]
    pub warmup_tasks: Vec<TaskIds>,
}

/// A subtopology's tasks.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TaskIds {
    /// The subtopology's name.
    #[field(versions = "0+")]
    pub subtopology_id: StrBytes,
    /// The tasks' numbers, which are those of the partitions they read.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// What a member of a streams group runs.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct StreamsGroupCurrentMemberAssignmentKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0")]
    pub member_id: StrBytes,
}

/// What a member runs.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct StreamsGroupCurrentMemberAssignmentValue {
    /// The member's epoch.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The epoch that the member had before.
    #[field(versions = "0+")]
    pub previous_member_epoch: i32,
    /// The state: 0 stable, 1 giving up tasks, 2 waiting for tasks of others, 127 not known.
    #[field(versions = "0+")]
    pub state: i8,
    /// The tasks that it runs.
    #[field(versions = "0+")]
    pub active_tasks: Vec<CurrentTaskIds>,
    /// The tasks whose state it keeps a copy of.
    #[field(versions = "0+")]
    pub standby_tasks: Vec<CurrentTaskIds>,
    /// The tasks whose state it is catching up on.
    #[field(versions = "0+")]
    pub warmup_tasks: Vec<CurrentTaskIds>,
    /// The tasks that it is to stop running.
    #[field(versions = "0+")]
    pub active_tasks_pending_revocation: Vec<CurrentTaskIds>,
    /// The tasks whose state it is to stop copying.
    #[field(versions = "0+")]
    pub standby_tasks_pending_revocation: Vec<CurrentTaskIds>,
    /// The tasks whose state it is to stop catching up on.
    #[field(versions = "0+")]
    pub warmup_tasks_pending_revocation: Vec<CurrentTaskIds>,
}

/// A subtopology's tasks.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CurrentTaskIds {
    /// The subtopology's name.
    #[field(versions = "0+")]
    pub subtopology_id: StrBytes,
    /// The tasks' numbers, which are those of the partitions they read.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
    /// The epochs since which the member has each task; null or empty if that is not known.
    #[field(versions = "0+", nullable = "0+", tag = 0, tagged_versions = "0+")]
    pub assignment_epochs: Option<Vec<i32>>,
}

/// The topology of a streams group.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct StreamsGroupTopologyKey {
    /// The group's name.
    #[field(versions = "0")]
    pub group_id: StrBytes,
}

/// What an application consists of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct StreamsGroupTopologyValue {
    /// The topology's epoch.
    #[field(versions = "0+")]
    pub epoch: i32,
    /// The parts that can run apart from each other.
    #[field(versions = "0+")]
    pub subtopologies: Vec<Subtopology>,
}

/// A part of a topology that can run apart from others.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Subtopology {
    /// The subtopology's name.
    #[field(versions = "0+")]
    pub subtopology_id: StrBytes,
    /// The topics read from.
    #[field(versions = "0+")]
    pub source_topics: Vec<StrBytes>,
    /// The patterns of the topics read from.
    #[field(versions = "0+")]
    pub source_topic_regex: Vec<StrBytes>,
    /// The topics that changes of state go to.
    #[field(versions = "0+")]
    pub state_changelog_topics: Vec<TopicInfo>,
    /// The internal topics that are written to.
    #[field(versions = "0+")]
    pub repartition_sink_topics: Vec<StrBytes>,
    /// The internal topics that are read from.
    #[field(versions = "0+")]
    pub repartition_source_topics: Vec<TopicInfo>,
    /// The topics that must be partitioned alike.
    #[field(versions = "0+")]
    pub copartition_groups: Vec<CopartitionGroup>,
}

/// An internal topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicInfo {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// How many partitions it has; 0 to follow from those it depends on.
    #[field(versions = "0+")]
    pub partitions: i32,
    /// How many replicas each partition gets; 0 for the broker's default.
    #[field(versions = "0+")]
    pub replication_factor: i16,
    /// The topic's settings.
    #[field(versions = "0+")]
    pub topic_configs: Vec<TopicConfig>,
}

/// A setting of an internal topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicConfig {
    /// The setting's name.
    #[field(versions = "0+")]
    pub key: StrBytes,
    /// The setting's value.
    #[field(versions = "0+")]
    pub value: StrBytes,
}

/// Topics that must be partitioned alike, by their places in the subtopology's lists.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CopartitionGroup {
    /// Places in `source_topics`.
    #[field(versions = "0+")]
    pub source_topics: Vec<i16>,
    /// Places in `source_topic_regex`.
    #[field(versions = "0+")]
    pub source_topic_regex: Vec<i16>,
    /// Places in `repartition_source_topics`.
    #[field(versions = "0+")]
    pub repartition_source_topics: Vec<i16>,
}
