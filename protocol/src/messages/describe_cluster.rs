//! DescribeCluster: the cluster's id and brokers, or controllers.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Asks for the cluster's nodes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct DescribeClusterRequest {
    /// Whether to say what the client may do with the cluster.
    #[field(versions = "0+")]
    pub include_cluster_authorized_operations: bool,
    /// 1 for brokers, 2 for controllers.
    #[field(versions = "1+", default = "1")]
    pub endpoint_type: i8,
    /// Whether brokers are listed that are registered but not in service.
    #[field(versions = "2+")]
    pub include_fenced_brokers: bool,
}

/// The cluster's nodes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct DescribeClusterResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why there is no answer, if there is none.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// 1 for brokers, 2 for controllers.
    #[field(versions = "1+", default = "1")]
    pub endpoint_type: i8,
    /// The cluster's id.
    #[field(versions = "0+")]
    pub cluster_id: StrBytes,
    /// The controller's id, or that of a broker which forwards to it; −1 if that is not known.
    #[field(versions = "0+", default = "-1")]
    pub controller_id: i32,
    /// The nodes.
    #[field(versions = "0+")]
    pub brokers: Vec<DescribeClusterBroker>,
    /// What the client may do with the cluster, a bit for each ACL operation; `i32::MIN` if that was not asked.
    #[field(versions = "0+", default = "-2147483648")]
    pub cluster_authorized_operations: i32,
}

/// A node of the cluster.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeClusterBroker {
    /// The node's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: i32,
    /// Its rack (`broker.rack`); null if it has none.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub rack: Option<StrBytes>,
    /// Whether it is registered but not in service.
    #[field(versions = "2+")]
    pub is_fenced: bool,
}
