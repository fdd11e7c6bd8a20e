//! StreamsGroupDescribe: tells about groups of Kafka Streams applications and their members.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The groups to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct StreamsGroupDescribeRequest {
    /// The groups' names.
    #[field(versions = "0+")]
    pub group_ids: Vec<StrBytes>,
    /// Also tell what the client may do with each.
    #[field(versions = "0+")]
    pub include_authorized_operations: bool,
    /// Also tell how the topologies look in full.
    #[field(versions = "1+")]
    pub include_topology_description: bool,
}

/// The groups.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct StreamsGroupDescribeResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// The groups.
    #[field(versions = "0+")]
    pub groups: Vec<DescribedGroup>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribedGroup {
    /// Why the group is not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The group's state: `Stable`, `Empty`.
    #[field(versions = "0+")]
    pub group_state: StrBytes,
    /// The group's epoch, which counts changes of what the group consists of.
    #[field(versions = "0+")]
    pub group_epoch: i32,
    /// The epoch that the target assignment is for.
    #[field(versions = "0+")]
    pub assignment_epoch: i32,
    /// The application's topology; null if that is not known.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub topology: Option<Topology>,
    /// The members.
    #[field(versions = "0+")]
    pub members: Vec<Member>,
    /// What the client may do with it, a bit for each operation; the lowest number if that was not asked for.
    #[field(versions = "0+", default = "-2147483648")]
    pub authorized_operations: i32,
    /// How the topology looks in full; null if that is not told.
    #[field(versions = "1+", nullable = "1+", default = "null")]
    pub topology_description: Option<TopologyDescription>,
    /// Why that is told or not: 0 not asked for, 1 not known, 2 failed, 3 told.
    #[field(versions = "1+")]
    pub topology_description_status: i8,
    /// The assignor in use; null if that is not told.
    #[field(versions = "1+", nullable = "1+", default = "null", ignorable)]
    pub assignor_name: Option<StrBytes>,
}

/// What an application consists of.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Topology {
    /// The topology's epoch.
    #[field(versions = "0+")]
    pub epoch: i32,
    /// The parts that can run apart from each other; null if the topology is not ready.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub subtopologies: Option<Vec<Subtopology>>,
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
    /// The internal topics that are written to.
    #[field(versions = "0+")]
    pub repartition_sink_topics: Vec<StrBytes>,
    /// The topics that changes of state go to.
    #[field(versions = "0+")]
    pub state_changelog_topics: Vec<TopicInfo>,
    /// The internal topics that are read from.
    #[field(versions = "0+")]
    pub repartition_source_topics: Vec<TopicInfo>,
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
    pub topic_configs: Vec<KeyValue>,
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

/// A member.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Member {
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's epoch.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub instance_id: Option<StrBytes>,
    /// The member's rack, by which near replicas are preferred; null if it has none.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub rack_id: Option<StrBytes>,
    /// The name that the client gave itself (`client.id`).
    #[field(versions = "0+")]
    pub client_id: StrBytes,
    /// The address that the client connects from.
    #[field(versions = "0+")]
    pub client_host: StrBytes,
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
    /// How far the state of each task has come.
    #[field(versions = "0+")]
    pub task_offsets: Vec<TaskOffset>,
    /// Where the changelog of each task ends.
    #[field(versions = "0+")]
    pub task_end_offsets: Vec<TaskOffset>,
    /// What the member has.
    #[field(versions = "0+")]
    pub assignment: Assignment,
    /// What the member is to have.
    #[field(versions = "0+")]
    pub target_assignment: Assignment,
    /// Whether the member is of the classic kind.
    #[field(versions = "0+")]
    pub is_classic: bool,
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

/// An offset of a task.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TaskOffset {
    /// The subtopology's name.
    #[field(versions = "0+")]
    pub subtopology_id: StrBytes,
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The offset.
    #[field(versions = "0+")]
    pub offset: i64,
}

/// What a member has.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Assignment {
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

/// A topology in full.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescription {
    /// The parts that can run apart from each other.
    #[field(versions = "1+")]
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    /// The stores that every instance has in full.
    #[field(versions = "1+")]
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
}

/// A part that can run apart from others.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescriptionSubtopology {
    /// The subtopology's name.
    #[field(versions = "1+")]
    pub subtopology_id: StrBytes,
    /// What it consists of.
    #[field(versions = "1+")]
    pub nodes: Vec<TopologyDescriptionNode>,
}

/// A source, processor or sink.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescriptionNode {
    /// The node's name.
    #[field(versions = "1+")]
    pub name: StrBytes,
    /// 1 a source, 2 a processor, 3 a sink.
    #[field(versions = "1+")]
    pub node_type: i8,
    /// The topics that a source reads.
    #[field(versions = "1+")]
    pub source_topics: Vec<StrBytes>,
    /// The topic that a sink writes; null if it is chosen for each record, or the node is no sink.
    #[field(versions = "1+", nullable = "1+", default = "null")]
    pub sink_topic: Option<StrBytes>,
    /// The stores that a processor uses.
    #[field(versions = "1+")]
    pub stores: Vec<StrBytes>,
    /// The nodes that records go on to.
    #[field(versions = "1+")]
    pub successors: Vec<StrBytes>,
}

/// A store that every instance has in full.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescriptionGlobalStore {
    /// Where its records come from.
    #[field(versions = "1+")]
    pub source: TopologyDescriptionNode,
    /// What puts them into it.
    #[field(versions = "1+")]
    pub processor: TopologyDescriptionNode,
}
