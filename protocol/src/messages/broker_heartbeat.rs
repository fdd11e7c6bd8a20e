//! BrokerHeartbeat: says that a broker lives, and tells it whether it is fenced.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::uuid::Uuid;

/// The broker.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct BrokerHeartbeatRequest {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log; −1 if it is not known.
    #[field(versions = "0+", default = "-1")]
    pub broker_epoch: i64,
    /// How far the broker has read the metadata log.
    #[field(versions = "0+")]
    pub current_metadata_offset: i64,
    /// Whether the broker wants to be out of service.
    #[field(versions = "0+")]
    pub want_fence: bool,
    /// Whether the broker wants to stop.
    #[field(versions = "0+")]
    pub want_shut_down: bool,
    /// The ids of the log directories that have failed.
    #[field(versions = "1+", tag = 0, tagged_versions = "1+")]
    pub offline_log_dirs: Vec<Uuid>,
    /// The ids of the log directories that get no new partitions; null if that is not said.
    #[field(versions = "2+", nullable = "2+", default = "null", tag = 1, tagged_versions = "2+")]
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
}

/// What the broker should do.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct BrokerHeartbeatResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What is wrong, if anything.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Whether the broker has read enough of the metadata log.
    #[field(versions = "0+")]
    pub is_caught_up: bool,
    /// Whether the broker is out of service.
    #[field(versions = "0+", default = "true")]
    pub is_fenced: bool,
    /// Whether the broker should stop now.
    #[field(versions = "0+")]
    pub should_shut_down: bool,
}
