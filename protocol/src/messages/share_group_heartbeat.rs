//! ShareGroupHeartbeat: keeps a consumer in a share group: enters, stays, and leaves it.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The member, and what has changed about it.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1", flexible = "0+")]
pub struct ShareGroupHeartbeatRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's epoch; 0 to enter, −1 to leave.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The member's rack; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub rack_id: Option<StrBytes>,
    /// The topics that the member wants; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub subscribed_topic_names: Option<Vec<StrBytes>>,
}

/// What the member should have.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1", flexible = "0+")]
pub struct ShareGroupHeartbeatResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// What is wrong, if anything.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub error_message: Option<StrBytes>,
    /// The member's id, if the broker has chosen it.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub member_id: Option<StrBytes>,
    /// The member's epoch.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// How often the member should send a heartbeat, in milliseconds.
    #[field(versions = "0+")]
    pub heartbeat_interval_ms: i32,
    /// What the member should have; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub assignment: Option<Assignment>,
}

/// What a member should have.
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
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}
