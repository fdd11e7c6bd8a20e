//! JoinGroup: enters a classic group, or stays in it over a rebalance.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The member.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-9", flexible = "6+")]
pub struct JoinGroupRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// After how long without a heartbeat the member counts as gone, in milliseconds.
    #[field(versions = "0+")]
    pub session_timeout_ms: i32,
    /// How long to wait for the member to join again when the group rebalances, in milliseconds; −1 for the session
    /// timeout.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub rebalance_timeout_ms: i32,
    /// The member's id; empty to be given one.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "5+", nullable = "5+", default = "null")]
    pub group_instance_id: Option<StrBytes>,
    /// What the group is for: `consumer`, `connect`.
    #[field(versions = "0+")]
    pub protocol_type: StrBytes,
    /// The protocols that the member knows, the preferred first.
    #[field(versions = "0+")]
    pub protocols: Vec<JoinGroupRequestProtocol>,
    /// Why the member joins, for the log.
    #[field(versions = "8+", nullable = "8+", default = "null", ignorable)]
    pub reason: Option<StrBytes>,
}

/// A protocol that a member knows.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct JoinGroupRequestProtocol {
    /// The protocol's name: of consumers, that of an assignor.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// What the member says in it: of consumers, a subscription.
    #[field(versions = "0+")]
    pub metadata: Bytes,
}

/// The generation that the member is part of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-9", flexible = "6+")]
pub struct JoinGroupResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "2+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why the member is not in the group, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The group's generation, which counts its rebalances; −1 after an error.
    #[field(versions = "0+", default = "-1")]
    pub generation_id: i32,
    /// What the group is for: `consumer`, `connect`.
    #[field(versions = "7+", nullable = "7+", default = "null", ignorable)]
    pub protocol_type: Option<StrBytes>,
    /// The protocol that all members know.
    #[field(versions = "0+", nullable = "7+")]
    pub protocol_name: Option<StrBytes>,
    /// The member that assigns.
    #[field(versions = "0+")]
    pub leader: StrBytes,
    /// Whether the leader must not assign anew.
    #[field(versions = "9+")]
    pub skip_assignment: bool,
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// All members, for the leader; empty for others.
    #[field(versions = "0+")]
    pub members: Vec<JoinGroupResponseMember>,
}

/// A member, as the leader sees it.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct JoinGroupResponseMember {
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub group_instance_id: Option<StrBytes>,
    /// What the member says in the protocol chosen.
    #[field(versions = "0+")]
    pub metadata: Bytes,
}
