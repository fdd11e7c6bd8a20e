//! StreamsGroupTopologyDescriptionUpdate: tells the broker how the topology of a Kafka Streams application looks, for
//! those who ask.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The topology.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct StreamsGroupTopologyDescriptionUpdateRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The topology's epoch.
    #[field(versions = "0+")]
    pub topology_epoch: i32,
    /// How the topology looks in full.
    #[field(versions = "0+")]
    pub topology_description: TopologyDescription,
}

/// A topology in full.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescription {
    /// The parts that can run apart from each other.
    #[field(versions = "0+")]
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    /// The stores that every instance has in full.
    #[field(versions = "0+")]
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
}

/// A part that can run apart from others.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescriptionSubtopology {
    /// The subtopology's name.
    #[field(versions = "0+")]
    pub subtopology_id: StrBytes,
    /// What it consists of.
    #[field(versions = "0+")]
    pub nodes: Vec<TopologyDescriptionNode>,
}

/// A source, processor or sink.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescriptionNode {
    /// The node's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// 1 a source, 2 a processor, 3 a sink.
    #[field(versions = "0+")]
    pub node_type: i8,
    /// The topics that a source reads.
    #[field(versions = "0+")]
    pub source_topics: Vec<StrBytes>,
    /// The topic that a sink writes; null if it is chosen for each record, or the node is no sink.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub sink_topic: Option<StrBytes>,
    /// The stores that a processor uses.
    #[field(versions = "0+")]
    pub stores: Vec<StrBytes>,
    /// The nodes that records go on to.
    #[field(versions = "0+")]
    pub successors: Vec<StrBytes>,
}

/// A store that every instance has in full.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopologyDescriptionGlobalStore {
    /// Where its records come from.
    #[field(versions = "0+")]
    pub source: TopologyDescriptionNode,
    /// What puts them into it.
    #[field(versions = "0+")]
    pub processor: TopologyDescriptionNode,
}

/// Whether it was taken.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct StreamsGroupTopologyDescriptionUpdateResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why it was not taken, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
}
