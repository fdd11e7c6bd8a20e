//! Metadata: which brokers there are, which topics, and who leads each partition.
//!
//! Topics are asked for by name or, from version 10 on, by id. In version 0 an empty list asks for all topics; later,
//! null does and an empty list asks for none.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// Asks for the cluster's brokers and for topics.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-13", flexible = "9+")]
pub struct MetadataRequest {
    /// The topics asked for; null for all.
    #[field(versions = "0+", nullable = "1+")]
    pub topics: Option<Vec<MetadataRequestTopic>>,
    /// Whether a topic that is missing may be created (`auto.create.topics.enable`).
    #[field(versions = "4+", default = "true")]
    pub allow_auto_topic_creation: bool,
    /// Whether to say what the client may do with the cluster.
    #[field(versions = "8-10")]
    pub include_cluster_authorized_operations: bool,
    /// Whether to say what the client may do with each topic.
    #[field(versions = "8+")]
    pub include_topic_authorized_operations: bool,
}

/// A topic asked for, by name or by id.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct MetadataRequestTopic {
    /// The topic's id; zero if it is asked for by name.
    #[field(versions = "10+", ignorable)]
    pub topic_id: Uuid,
    /// The topic's name; null if it is asked for by id.
    #[field(versions = "0+", nullable = "10+")]
    pub name: Option<StrBytes>,
}

/// The cluster's brokers, and the topics asked for.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-13", flexible = "9+")]
pub struct MetadataResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "3+", ignorable)]
    pub throttle_time_ms: i32,
    /// The brokers that are alive.
    #[field(versions = "0+")]
    pub brokers: Vec<MetadataResponseBroker>,
    /// The cluster's id; null if that is not known.
    #[field(versions = "2+", nullable = "2+", default = "null", ignorable)]
    pub cluster_id: Option<StrBytes>,
    /// The controller's id, or that of a broker which forwards to it; −1 if that is not known.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub controller_id: i32,
    /// The topics asked for.
    #[field(versions = "0+")]
    pub topics: Vec<MetadataResponseTopic>,
    /// What the client may do with the cluster, a bit for each ACL operation; `i32::MIN` if that was not asked.
    #[field(versions = "8-10", default = "-2147483648")]
    pub cluster_authorized_operations: i32,
    /// Why there is no answer, if there is none.
    #[field(versions = "13+", ignorable)]
    pub error_code: ErrorCode,
}

/// A broker that is alive.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct MetadataResponseBroker {
    /// The broker's id.
    #[field(versions = "0+")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: i32,
    /// Its rack (`broker.rack`); null if it has none.
    #[field(versions = "1+", nullable = "1+", default = "null", ignorable)]
    pub rack: Option<StrBytes>,
}

/// A topic, or why it cannot be described.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct MetadataResponseTopic {
    /// Why the topic cannot be described, if it cannot.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The topic's name; null if it was asked for by an id that is unknown.
    #[field(versions = "0+", nullable = "12+")]
    pub name: Option<StrBytes>,
    /// The topic's id.
    #[field(versions = "10+", ignorable)]
    pub topic_id: Uuid,
    /// Whether the topic is the cluster's own.
    #[field(versions = "1+", ignorable)]
    pub is_internal: bool,
    /// The topic's partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<MetadataResponsePartition>,
    /// What the client may do with the topic, a bit for each ACL operation; `i32::MIN` if that was not asked.
    #[field(versions = "8+", default = "-2147483648")]
    pub topic_authorized_operations: i32,
}

/// A partition, and who has it.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct MetadataResponsePartition {
    /// LEADER_NOT_AVAILABLE if nobody leads it, or what else is wrong.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The leader's broker id; −1 if there is none.
    #[field(versions = "0+")]
    pub leader_id: i32,
    /// The epoch of the leader.
    #[field(versions = "7+", default = "-1", ignorable)]
    pub leader_epoch: i32,
    /// The brokers that have, or should have, a replica; the preferred leader first.
    #[field(versions = "0+")]
    pub replica_nodes: Vec<i32>,
    /// The brokers whose replicas are in sync.
    #[field(versions = "0+")]
    pub isr_nodes: Vec<i32>,
    /// The brokers whose replicas cannot be reached.
    #[field(versions = "5+", ignorable)]
    pub offline_replicas: Vec<i32>,
}
