//! Heartbeat: says that a member of a classic group lives.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The member.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "4+")]
pub struct HeartbeatRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The group's generation, which counts its rebalances.
    #[field(versions = "0+")]
    pub generation_id: i32,
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "3+", nullable = "3+", default = "null")]
    pub group_instance_id: Option<StrBytes>,
}

/// Whether all is well.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "4+")]
pub struct HeartbeatResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// What the member has to do, if anything: REBALANCE_IN_PROGRESS to join again.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
