//! DescribeGroups: tells about classic groups and their members.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The groups to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "5+")]
pub struct DescribeGroupsRequest {
    /// The groups to tell of.
    #[field(versions = "0+")]
    pub groups: Vec<StrBytes>,
    /// Also tell what the client may do with each.
    #[field(versions = "3+")]
    pub include_authorized_operations: bool,
}

/// The groups.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-6", flexible = "5+")]
pub struct DescribeGroupsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// The groups.
    #[field(versions = "0+")]
    pub groups: Vec<DescribedGroup>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribedGroup {
    /// Why the group is not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "6+", nullable = "6+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The group's state: `Stable`, `Empty`.
    #[field(versions = "0+")]
    pub group_state: StrBytes,
    /// What the group is for: `consumer`, `connect`.
    #[field(versions = "0+")]
    pub protocol_type: StrBytes,
    /// The protocol in use: of consumers, the name of an assignor.
    #[field(versions = "0+")]
    pub protocol_data: StrBytes,
    /// The members.
    #[field(versions = "0+")]
    pub members: Vec<DescribedGroupMember>,
    /// What the client may do with it, a bit for each operation; the lowest number if that was not asked for.
    #[field(versions = "3+", default = "-2147483648")]
    pub authorized_operations: i32,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribedGroupMember {
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "4+", nullable = "4+", default = "null", ignorable)]
    pub group_instance_id: Option<StrBytes>,
    /// The name that the client gave itself (`client.id`).
    #[field(versions = "0+")]
    pub client_id: StrBytes,
    /// The address that the client connects from.
    #[field(versions = "0+")]
    pub client_host: StrBytes,
    /// What the member says in the protocol in use.
    #[field(versions = "0+")]
    pub member_metadata: Bytes,
    /// What the member has.
    #[field(versions = "0+")]
    pub member_assignment: Bytes,
}
