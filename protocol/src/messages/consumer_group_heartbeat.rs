//! ConsumerGroupHeartbeat: keeps a consumer in a group of the new kind (KIP-848): enters, stays, and leaves it.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The member, and what has changed about it.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct ConsumerGroupHeartbeatRequest {
    /// The group's name.
    #[field(versions = "0+")]
    pub group_id: StrBytes,
    /// The member's id.
    #[field(versions = "0+")]
    pub member_id: StrBytes,
    /// The member's epoch; 0 to enter, −1 to leave, −2 to leave as a static member who will come back.
    #[field(versions = "0+")]
    pub member_epoch: i32,
    /// The member's own lasting name, if it is a static member (`group.instance.id`).
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub instance_id: Option<StrBytes>,
    /// The member's rack; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub rack_id: Option<StrBytes>,
    /// How long the member may take to give partitions up, in milliseconds; −1 for no change.
    #[field(versions = "0+", default = "-1")]
    pub rebalance_timeout_ms: i32,
    /// The topics that the member wants; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub subscribed_topic_names: Option<Vec<StrBytes>>,
    /// The pattern of topics that the member wants; null for no change.
    #[field(versions = "1+", nullable = "1+", default = "null")]
    pub subscribed_topic_regex: Option<StrBytes>,
    /// The assignor to use on the broker's side; null for the group's.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub server_assignor: Option<StrBytes>,
    /// The partitions that the member has; null for no change.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub topic_partitions: Option<Vec<TopicPartitions>>,
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

/// What the member should have.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct ConsumerGroupHeartbeatResponse {
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
