//! CreateAcls: makes rules of who may do what.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The rules.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct CreateAclsRequest {
    /// The rules to make.
    #[field(versions = "0+")]
    pub creations: Vec<AclCreation>,
}

/// A rule to make.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AclCreation {
    /// The kind of thing: 2 a topic, 3 a group, 4 the cluster, 5 a transactional id, 6 a token, 7 a user.
    #[field(versions = "0+")]
    pub resource_type: i8,
    /// The thing's name.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
    /// How the name is to be understood: 3 literally, 4 as a prefix.
    #[field(versions = "1+", default = "3")]
    pub resource_pattern_type: i8,
    /// Whom it concerns, as type and name: `User:alice`, `User:*` for everyone.
    #[field(versions = "0+")]
    pub principal: StrBytes,
    /// The address that is allowed or denied; `*` for any.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The operation; 1 stands for any, 2 for all.
    #[field(versions = "0+")]
    pub operation: i8,
    /// 2 to deny, 3 to allow; 1 for either in a filter.
    #[field(versions = "0+")]
    pub permission_type: i8,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct CreateAclsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What became of each rule, in their order.
    #[field(versions = "0+")]
    pub results: Vec<AclCreationResult>,
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AclCreationResult {
    /// Why the rule was not made, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
}
