//! ListOffsets: finds offsets by time, or the ends of a log.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Asks for one offset of each partition.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-11", flexible = "6+")]
pub struct ListOffsetsRequest {
    /// The follower's broker id; −1 for a consumer, −2 for a tool.
    #[field(versions = "0+")]
    pub replica_id: i32,
    /// 0 if the latest offset is the high watermark, 1 if it is the last stable one.
    #[field(versions = "2+")]
    pub isolation_level: i8,
    /// The topics asked about.
    #[field(versions = "0+")]
    pub topics: Vec<ListOffsetsTopic>,
    /// How long to wait for an answer from tiered storage, in milliseconds.
    #[field(versions = "10+", ignorable)]
    pub timeout_ms: i32,
}

/// A topic asked about.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ListOffsetsTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions asked about.
    #[field(versions = "0+")]
    pub partitions: Vec<ListOffsetsPartition>,
}

/// A partition asked about.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ListOffsetsPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The leader epoch that the client knows; −1 if none.
    #[field(versions = "4+", default = "-1", ignorable)]
    pub current_leader_epoch: i32,
    /// The time to look up, in milliseconds since 1970, or −1 for the latest offset, −2 for the earliest, −3 for the
    /// record with the largest timestamp, −4 for the earliest local, −5 for the latest in tiered storage, −6 for the
    /// first not yet there.
    #[field(versions = "0+")]
    pub timestamp: i64,
}

/// The offsets found.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-11", flexible = "6+")]
pub struct ListOffsetsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "2+", ignorable)]
    pub throttle_time_ms: i32,
    /// The topics asked about.
    #[field(versions = "0+")]
    pub topics: Vec<ListOffsetsTopicResponse>,
}

/// A topic's offsets.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ListOffsetsTopicResponse {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions asked about.
    #[field(versions = "0+")]
    pub partitions: Vec<ListOffsetsPartitionResponse>,
}

/// A partition's offset.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ListOffsetsPartitionResponse {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why there is no answer, if there is none.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The timestamp of the record found, in milliseconds since 1970; −1 if the look-up was not by time, or found none.
    #[field(versions = "1+", default = "-1")]
    pub timestamp: i64,
    /// The offset found; −1 if there is none.
    #[field(versions = "1+", default = "-1")]
    pub offset: i64,
    /// The leader epoch of the record at that offset; −1 if that is not known.
    #[field(versions = "4+", default = "-1")]
    pub leader_epoch: i32,
}
