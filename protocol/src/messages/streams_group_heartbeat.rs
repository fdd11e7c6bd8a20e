//! StreamsGroupHeartbeat: keeps a member of a Kafka Streams application in its group: enters, stays, and leaves it
//! (KIP-1071).

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The member, and what has changed about it.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct StreamsGroupHeartbeatRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's epoch; 0 to enter, −1 to leave, −2 to leave as a static member who will come back.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The epoch of what is known of the other members' endpoints.
    #[field(versions = "0+")]
    pub endpoint_information_epoch: i32,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub instance_id: Option<StrBytes>,
    /// The member's rack; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub rack_id: Option<StrBytes>,
    /// How long the member may take to give partitions up, in milliseconds; −1 for no change.
    #[field(versions = "0+", default = "-1")]
    pub rebalance_timeout_ms: i32,
    /// The application's topology; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub topology: Option<Topology>,
    /// The tasks that it runs; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub active_tasks: Option<Vec<TaskIds>>,
    /// The tasks whose state it keeps a copy of; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// The tasks whose state it is catching up on; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// Which process the member lives in: members of one share its state directory; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub process_id: Option<StrBytes>,
    /// Where the application answers queries about its state; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub user_endpoint: Option<Endpoint>,
    /// Tags by which standby tasks are spread.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub client_tags: Option<Vec<KeyValue>>,
    /// How far the state of each task has come.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub task_offsets: Option<Vec<TaskOffset>>,
    /// Where the changelog of each task ends.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub task_end_offsets: Option<Vec<TaskOffset>>,
    /// Whether all members are to stop.
    #[field(versions = "0+")]
    pub shutdown_application: bool,
}

/// What an application consists of.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Topology {
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

/// What the member should run.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct StreamsGroupHeartbeatResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What is wrong, if anything.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's epoch.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// How often the member should send a heartbeat, in milliseconds.
    #[field(versions = "0+")]
    pub heartbeat_interval_ms: i32,
    /// How far behind a task may be and still count as caught up, in records.
    #[field(versions = "0")]
    pub acceptable_recovery_lag_legacy: i32,
    /// How often to tell how far tasks have come, in milliseconds.
    #[field(versions = "0+")]
    pub task_offset_interval_ms: i32,
    /// How far behind a task may be and still count as caught up, in records; −1 if that is not told.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub acceptable_recovery_lag: i64,
    /// What else there is to say to the member.
    #[field(versions = "0+", nullable = "0+")]
    pub status: Option<Vec<Status>>,
    /// The tasks to run; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub active_tasks: Option<Vec<TaskIds>>,
    /// The tasks to keep a copy of the state of; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// The tasks to catch up on the state of; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// Whether to send how the topology looks in full.
    #[field(versions = "1+")]
    pub topology_description_required: bool,
    /// The epoch of what is known of the other members' endpoints.
    #[field(versions = "0+")]
    pub endpoint_information_epoch: i32,
    /// What the members at each endpoint have; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions>>,
}

/// Something to say to a member.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Status {
    /// What it is: 0 an old topology, 1 topics missing, 2 partitioned wrongly, 3 internal topics missing, 4 the
    /// application is to stop, 5 an assignment delayed.
    #[field(versions = "0+")]
    pub status_code: i8,
    /// The same, in words.
    #[field(versions = "0+")]
    pub status_detail: StrBytes,
}

/// What the members at an endpoint have.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct EndpointToPartitions {
    /// The endpoint.
    #[field(versions = "0+")]
    pub user_endpoint: Endpoint,
    /// The partitions of tasks that they run.
    #[field(versions = "0+")]
    pub active_partitions: Vec<TopicPartition>,
    /// The partitions of tasks whose state they keep a copy of.
    #[field(versions = "0+")]
    pub standby_partitions: Vec<TopicPartition>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicPartition {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}
