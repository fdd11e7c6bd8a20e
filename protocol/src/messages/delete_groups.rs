//! DeleteGroups: deletes groups and their offsets.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The groups.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-3", flexible = "2+")]
pub struct DeleteGroupsRequest {
    /// The groups' names.
    #[field(versions = "0+")]
    pub groups_names: Vec<StrBytes>,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-3", flexible = "2+")]
pub struct DeleteGroupsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of each group.
    #[field(versions = "0+")]
    pub results: Vec<DeletableGroupResult>,
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DeletableGroupResult {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// Why it was not deleted, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "3+", nullable = "3+", default = "null", ignorable)]
    pub error_message: Option<StrBytes>,
}
