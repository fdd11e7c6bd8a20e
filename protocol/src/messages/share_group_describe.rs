//! ShareGroupDescribe: tells about share groups and their members.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The groups to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1", flexible = "0+")]
pub struct ShareGroupDescribeRequest {
    /// The groups' names.
    #[field(versions = "0+")]
    pub group_ids: Vec<StrBytes>,
    /// Also tell what the client may do with each.
    #[field(versions = "0+")]
    pub include_authorized_operations: bool,
}

/// The groups.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1", flexible = "0+")]
pub struct ShareGroupDescribeResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
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
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The group's state: `Stable`, `Empty`.
    #[field(versions = "0+")]
    pub group_state: StrBytes,
    /// The group's epoch, which counts changes of what the group consists of.
    #[field(versions = "0+")]
    pub group_epoch: i32,
    /// The epoch that the target assignment is for.
    #[field(versions = "0+")]
    pub assignment_epoch: i32,
    /// The assignor in use.
    #[field(versions = "0+")]
    pub assignor_name: StrBytes,
    /// The members.
    #[field(versions = "0+")]
    pub members: Vec<Member>,
    /// What the client may do with it, a bit for each operation; the lowest number if that was not asked for.
    #[field(versions = "0+", default = "-2147483648")]
    pub authorized_operations: i32,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Member {
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's rack, by which near replicas are preferred; null if it has none.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub rack_id: Option<StrBytes>,
    /// The member's epoch.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The name that the client gave itself (`client.id`).
    #[field(versions = "0+")]
    pub client_id: StrBytes,
    /// The address that the client connects from.
    #[field(versions = "0+")]
    pub client_host: StrBytes,
    /// The topics that the member wants.
    #[field(versions = "0+")]
    pub subscribed_topic_names: Vec<StrBytes>,
    /// What the member has.
    #[field(versions = "0+")]
    pub assignment: Assignment,
}

/// What a member has.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Assignment {
    /// The partitions, by topic.
    #[field(versions = "0+")]
    pub topic_partitions: Vec<TopicPartitions>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct TopicPartitions {
    /// The topic's id.
    #[field(versions = "0+")]
    pub topic_id: Uuid,
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic_name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}
