//! OffsetForLeaderEpoch: where an epoch of a log ends, by which a follower or a consumer sees whether its log has
//! diverged from the leader's.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Asks for the ends of epochs.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-4", flexible = "4+")]
pub struct OffsetForLeaderEpochRequest {
    /// The follower's broker id; −1 for a consumer, −2 if it does not say.
    #[field(versions = "3+", default = "-2", ignorable)]
    pub replica_id: i32,
    /// The topics asked about.
    #[field(versions = "0+")]
    pub topics: Vec<OffsetForLeaderTopic>,
}

/// A topic asked about.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetForLeaderTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions asked about.
    #[field(versions = "0+")]
    pub partitions: Vec<OffsetForLeaderPartition>,
}

/// A partition asked about.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetForLeaderPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The leader epoch that the client knows; −1 if none.
    #[field(versions = "2+", default = "-1", ignorable)]
    pub current_leader_epoch: i32,
    /// The epoch whose end is asked for.
    #[field(versions = "0+")]
    pub leader_epoch: i32,
}

/// The ends of epochs.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "2-4", flexible = "4+")]
pub struct OffsetForLeaderEpochResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "2+", ignorable)]
    pub throttle_time_ms: i32,
    /// The topics asked about.
    #[field(versions = "0+")]
    pub topics: Vec<OffsetForLeaderTopicResult>,
}

/// A topic's ends of epochs.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OffsetForLeaderTopicResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions asked about.
    #[field(versions = "0+")]
    pub partitions: Vec<EpochEndOffset>,
}

/// Where an epoch ends in one partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct EpochEndOffset {
    /// Why there is no answer, if there is none.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition: i32,
    /// The largest epoch known, at most the one asked about; −1 if there is none.
    #[field(versions = "1+", default = "-1", ignorable)]
    pub leader_epoch: i32,
    /// The end of that epoch: the first offset after it; −1 if there is none.
    #[field(versions = "0+", default = "-1")]
    pub end_offset: i64,
}
