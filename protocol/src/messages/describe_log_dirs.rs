//! DescribeLogDirs: tells what lies in which log directory, and how much room there is.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The partitions to tell of.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-5", flexible = "2+")]
pub struct DescribeLogDirsRequest {
    /// The topics; null for all.
    #[field(versions = "0+", nullable = "0+")]
    pub topics: Option<Vec<DescribableLogDirTopic>>,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribableLogDirTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// The log directories.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-5", flexible = "2+")]
pub struct DescribeLogDirsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing is told, if so.
    #[field(versions = "3+", ignorable)]
    pub error_code: ErrorCode,
    /// The log directories.
    #[field(versions = "0+")]
    pub results: Vec<DescribeLogDirsResult>,
}

/// A log directory.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeLogDirsResult {
    /// What is wrong with the directory: KAFKA_STORAGE_ERROR if it has failed.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The directory's absolute path.
    #[field(versions = "0+")]
    pub log_dir: StrBytes,
    /// What lies in it.
    #[field(versions = "0+")]
    pub topics: Vec<DescribeLogDirsTopic>,
    /// The size of the directory's volume, in bytes; −1 if that is not known.
    #[field(versions = "4+", default = "-1", ignorable)]
    pub total_bytes: i64,
    /// The room left on the directory's volume, in bytes; −1 if that is not known.
    #[field(versions = "4+", default = "-1", ignorable)]
    pub usable_bytes: i64,
    /// Whether it gets no new partitions.
    #[field(versions = "5+", ignorable)]
    pub is_cordoned: bool,
}

/// A topic's logs in a directory.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeLogDirsTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The logs.
    #[field(versions = "0+")]
    pub partitions: Vec<DescribeLogDirsPartition>,
}

/// A log in a directory.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct DescribeLogDirsPartition {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// The size of its segments, in bytes.
    #[field(versions = "0+")]
    pub partition_size: i64,
    /// How many records it lacks up to the high watermark, or, for one that is moving in, up to the log that it
    /// replaces.
    #[field(versions = "0+")]
    pub offset_lag: i64,
    /// Whether it is moving in and will replace the log that is elsewhere.
    #[field(versions = "0+")]
    pub is_future_key: bool,
}
