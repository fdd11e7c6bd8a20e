//! WriteTxnMarkers: writes the ends of transactions into the partitions they touched. A coordinator sends it to
//! leaders.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// How transactions ended.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "1+")]
pub struct WriteTxnMarkersRequest {
    /// The markers to write.
    #[field(versions = "0+")]
    pub markers: Vec<WritableTxnMarker>,
}

/// How one transaction ended.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct WritableTxnMarker {
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The producer's epoch: earlier ones are fenced.
    #[field(versions = "0+")]
    pub producer_epoch: i16,
    /// True for a commit, false for an abort.
    #[field(versions = "0+")]
    pub transaction_result: bool,
    /// Where to write it.
    #[field(versions = "0+")]
    pub topics: Vec<WritableTxnMarkerTopic>,
    /// The epoch of the coordinator, by which late markers are fenced.
    #[field(versions = "0+")]
    pub coordinator_epoch: i32,
    /// The level of `transaction.version`: from 2 on, the producer's epoch grew with the transaction's end.
    #[field(versions = "2+", ignorable)]
    pub transaction_version: i8,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct WritableTxnMarkerTopic {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partition_indexes: Vec<i32>,
}

/// What became of each marker.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1-2", flexible = "1+")]
pub struct WriteTxnMarkersResponse {
    /// What became of each marker.
    #[field(versions = "0+")]
    pub markers: Vec<WritableTxnMarkerResult>,
}

/// What became of one marker.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct WritableTxnMarkerResult {
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// What became of it, by topic.
    #[field(versions = "0+")]
    pub topics: Vec<WritableTxnMarkerTopicResult>,
}

/// What became of it in one topic.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct WritableTxnMarkerTopicResult {
    /// The topic's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// What became of it, by partition.
    #[field(versions = "0+")]
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
}

/// What became of it in one partition.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct WritableTxnMarkerPartitionResult {
    /// The partition's number.
    #[field(versions = "0+")]
    pub partition_index: i32,
    /// Why the marker was not written, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
