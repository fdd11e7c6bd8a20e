//! ListGroups: names the groups that a broker coordinates.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Which groups to name.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct ListGroupsRequest {
    /// The states to name the groups of; empty for all.
    #[field(versions = "4+")]
    pub states_filter: Vec<StrBytes>,
    /// The types to name the groups of; empty for all.
    #[field(versions = "5+")]
    pub types_filter: Vec<StrBytes>,
}

/// The groups.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct ListGroupsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// Why the groups are not named, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The groups.
    #[field(versions = "0+")]
    pub groups: Vec<ListedGroup>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ListedGroup {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// What the group is for: `consumer`, `connect`; empty for a group without members.
    #[field(versions = "0+")]
    pub protocol_type: StrBytes,
    /// The group's state: `Stable`, `Empty`.
    #[field(versions = "4+", ignorable)]
    pub group_state: StrBytes,
    /// The group's type: `classic`, `consumer`, `share`, `streams`.
    #[field(versions = "5+", ignorable)]
    pub group_type: StrBytes,
}
