//! FindCoordinator: names the broker that coordinates a group, a transaction or a share-partition.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// What to find the coordinators of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "3+")]
pub struct FindCoordinatorRequest {
    /// The group, transactional id or share-partition.
    #[field(versions = "0-3")]
    pub key: StrBytes,
    /// What it is: 0 a group, 1 a transactional id, 2 a share-partition.
    #[field(versions = "1+")]
    pub key_type: i8,
    /// The groups, transactional ids or share-partitions.
    #[field(versions = "4+")]
    pub coordinator_keys: Vec<StrBytes>,
}

/// The coordinators.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "3+")]
pub struct FindCoordinatorResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why the coordinator is not named, if so.
    #[field(versions = "0-3")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "1-3", nullable = "1-3", ignorable)]
    pub error_message: Option<StrBytes>,
    /// The coordinator's broker id.
    #[field(versions = "0-3")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "0-3")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0-3")]
    pub port: i32,
    /// The coordinators.
    #[field(versions = "4+")]
    pub coordinators: Vec<Coordinator>,
}

/// A coordinator.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Coordinator {
    /// What it coordinates.
    #[field(versions = "4+")]
    pub key: StrBytes,
    /// The coordinator's broker id.
    #[field(versions = "4+")]
    pub node_id: i32,
    /// The name or address to reach it by.
    #[field(versions = "4+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "4+")]
    pub port: i32,
    /// Why it is not named, if so.
    #[field(versions = "4+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "4+", nullable = "4+", ignorable)]
    pub error_message: Option<StrBytes>,
}
