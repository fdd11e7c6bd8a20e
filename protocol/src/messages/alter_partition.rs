//! AlterPartition: changes who is in sync. A leader sends it to the controller.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::uuid::Uuid;

/// The changes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-3", flexible = "0+")]
pub struct AlterPartitionRequest {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log; −1 if it is not known.
    #[field(versions = "0+", default = "-1")]
    pub broker_epoch: i64,
    /// The partitions, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<RequestTopicData>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestTopicData {
    /// The topic's id.
    #[field(versions = "2+", ignorable)]
    pub topic_id: Uuid,
    /// The partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<RequestPartitionData>,
}

/// A change to one partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct RequestPartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The leader's epoch.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The brokers that shall be in sync.
    #[field(versions = "0-2")]
    pub new_isr: Vec<i32>,
    /// The brokers that shall be in sync, and their epochs.
    #[field(versions = "3+")]
    pub new_isr_with_epochs: Vec<BrokerState>,
    /// 1 while the leader recovers from an unclean election, 0 else.
    #[field(versions = "1+")]
    pub leader_recovery_state: i8,
    /// Counts the changes of the partition, by which late requests are fenced.
    #[field(versions = "0+")]
    pub partition_epoch: i32,
}

/// A broker.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct BrokerState {
    /// The broker's id.
    #[field(versions = "3+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log; −1 if it is not known.
    #[field(versions = "3+", default = "-1")]
    pub broker_epoch: i64,
}

/// The partitions as they are now.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-3", flexible = "0+")]
pub struct AlterPartitionResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was changed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The partitions, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<ResponseTopicData>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponseTopicData {
    /// The topic's id.
    #[field(versions = "2+", ignorable)]
    pub topic_id: Uuid,
    /// The partitions.
    #[field(versions = "0+")]
    pub partitions: Vec<ResponsePartitionData>,
}

/// A partition as it is now.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ResponsePartitionData {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the partition was not changed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The leader's node id; −1 if there is none, or it is not known.
    #[field(versions = "0+")]
    pub leader_id: i32,
    /// The leader's epoch.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
    /// The brokers that are in sync.
    #[field(versions = "0+")]
    pub isr: Vec<i32>,
    /// 1 while the leader recovers from an unclean election, 0 else.
    #[field(versions = "1+", ignorable)]
    pub leader_recovery_state: i8,
    /// Counts the changes of the partition, by which late requests are fenced.
    #[field(versions = "0+")]
    pub partition_epoch: i32,
}
