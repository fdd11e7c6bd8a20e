//! LeaveGroup: leaves a classic group.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The members that leave.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "4+")]
pub struct LeaveGroupRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0-2")]
    pub member_id: StrBytes,
    /// The members that leave.
    #[field(versions = "3+")]
    pub members: Vec<MemberIdentity>,
}

/// A member that leaves.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct MemberIdentity {
    /// The member's id.
    #[field(versions = "3+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "3+", nullable = "3+", default = "null")]
    pub group_instance_id: Option<StrBytes>,
    /// Why it leaves, for the log.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub reason: Option<StrBytes>,
}

/// Whether they have left.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "4+")]
pub struct LeaveGroupResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why nobody has left, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// What became of each.
    #[field(versions = "3+")]
    pub members: Vec<MemberResponse>,
}

/// What became of one member.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct MemberResponse {
    /// The member's id.
    #[field(versions = "3+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "3+", nullable = "3+")]
    pub group_instance_id: Option<StrBytes>,
    /// Why it has not left, if so.
    #[field(versions = "3+")]
    pub error_code: ErrorCode,
}
