//! SyncGroup: brings the assignments of a classic group from its leader to its members.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// What the leader has assigned, or a member that waits for it.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "4+")]
pub struct SyncGroupRequest {
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
    /// What the group is for: `consumer`, `connect`.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub protocol_type: Option<StrBytes>,
    /// The protocol chosen: of consumers, the name of an assignor.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub protocol_name: Option<StrBytes>,
    /// Everybody's assignment, from the leader; empty from others.
    #[field(versions = "0+")]
    pub assignments: Vec<SyncGroupRequestAssignment>,
}

/// A member's assignment.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct SyncGroupRequestAssignment {
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// What the member is to have.
    #[field(versions = "0+")]
    pub assignment: Bytes,
}

/// What the member has.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "4+")]
pub struct SyncGroupResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why there is no assignment, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// What the group is for: `consumer`, `connect`.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub protocol_type: Option<StrBytes>,
    /// The protocol chosen: of consumers, the name of an assignor.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub protocol_name: Option<StrBytes>,
    /// What the member has.
    #[field(versions = "0+")]
    pub assignment: Bytes,
}
