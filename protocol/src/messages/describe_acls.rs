//! DescribeAcls: tells the rules of who may do what.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Which rules to tell.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct DescribeAclsRequest {
    /// The kind of thing: 1 any, 2 a topic, 3 a group, 4 the cluster, 5 a transactional id, 6 a token, 7 a user.
    #[field(versions = "0+")]
    pub resource_type_filter: i8,
    /// The thing's name; null for any.
    #[field(versions = "0+", nullable = "0+")]
    pub resource_name_filter: Option<StrBytes>,
    /// How the name is to be understood: 1 in any way, 2 as one that the rules would match, 3 literally, 4 as a prefix.
    #[field(versions = "1+", default = "3")]
    pub pattern_type_filter: i8,
    /// Whom the rule concerns; null for anyone.
    #[field(versions = "0+", nullable = "0+")]
    pub principal_filter: Option<StrBytes>,
    /// From where; null for anywhere.
    #[field(versions = "0+", nullable = "0+")]
    pub host_filter: Option<StrBytes>,
    /// The operation; 1 stands for any, 2 for all.
    #[field(versions = "0+")]
    pub operation: i8,
    /// 2 to deny, 3 to allow; 1 for either in a filter.
    #[field(versions = "0+")]
    pub permission_type: i8,
}

/// The rules.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-3", flexible = "2+")]
pub struct DescribeAclsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why the rules are not told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// The rules, by what they are about.
    #[field(versions = "0+")]
    pub resources: Vec<DescribeAclsResource>,
}

/// What rules are about.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeAclsResource {
    /// The kind of thing: 2 a topic, 3 a group, 4 the cluster, 5 a transactional id, 6 a token, 7 a user.
    #[field(versions = "0+")]
    pub resource_type: i8,
    /// The thing's name.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
    /// How the name is to be understood: 3 literally, 4 as a prefix.
    #[field(versions = "1+", default = "3")]
    pub pattern_type: i8,
    /// The rules.
    #[field(versions = "0+")]
    pub acls: Vec<AclDescription>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AclDescription {
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
