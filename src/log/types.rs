//! What goes into a log and comes out of it.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use dmq_protocol::records::RecordBatch;

use super::error::IoContext;
use super::{LogConfig, LogError};
use crate::disk::{Disk, FileRange};
use crate::env::{Clock, Random};
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TopicId, TopicPartition};

/// What a log is opened with.
#[derive(Debug, Clone)]
pub struct OpenLog {
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For roll jitter and the names of deleted directories.
    pub random: Arc<dyn Random>,
    /// The partition's directory. If it does not exist the log is empty, and the directory comes with the first write.
    pub dir: PathBuf,
    /// Which partition it is.
    pub topic_partition: TopicPartition,
    /// The topic's id, which is written to `partition.metadata` with the first write.
    pub topic_id: Option<TopicId>,
    /// Its settings.
    pub config: Arc<LogConfig>,
    /// The first offset that readers may see, from the checkpoint; 0 if there is none.
    pub log_start_offset: Offset,
    /// Everything below was on stable storage, from the checkpoint; 0 if there is none.
    pub recovery_point: Offset,
    /// Whether the process before ended in order: then nothing is scanned.
    pub clean_shutdown: bool,
    /// Told now and then how far a recovery is.
    pub on_progress: Option<fn(&RecoveryProgress)>,
}

/// How far the recovery of one log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryProgress {
    /// Which log.
    pub topic_partition: TopicPartition,
    /// Bytes scanned.
    pub bytes_done: u64,
    /// Bytes to scan.
    pub bytes_total: u64,
}

/// Who appends, which decides what is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A producer: everything is checked, one batch at a time, and control batches are refused.
    Client,
    /// A group, transaction or share coordinator of this broker: may write control batches; sequences are not checked.
    Coordinator,
    /// Another replica's log: taken as it is.
    Replication,
    /// The controller's metadata log: as a coordinator, and batches of any size.
    Controller,
}

/// What an append did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendInfo {
    /// Offset of the first record.
    pub first_offset: Offset,
    /// Offset of the last record, inclusive.
    pub last_offset: Offset,
    /// The records' timestamp if the broker sets it (ms).
    pub log_append_time_ms: Option<i64>,
    /// The log's first offset.
    pub log_start_offset: Offset,
    /// The batch was there already, from an earlier attempt of the same producer; nothing was written.
    pub duplicate: bool,
    /// A new segment was begun; the one before should be made durable soon, whatever the durability asked for.
    pub rolled: bool,
    /// Bytes written.
    pub bytes: u64,
    /// Records written.
    pub records: u64,
}

/// What is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRequest {
    /// The first offset wanted.
    pub from: Offset,
    /// Nothing at or beyond this offset is given: the high watermark, the last stable offset or the log's end.
    pub upto: Offset,
    /// At most so many bytes.
    pub bytes_max: u64,
    /// Gives the first batch whole even if it is longer than `bytes_max`.
    pub min_one_batch: bool,
}

/// Whole batches of a log, in a file.
#[derive(Debug, Clone)]
pub struct LogRead {
    /// Where they are; none if there is nothing to read. The first batch may begin before the offset asked for.
    pub range: Option<FileRange>,
    /// The offset after the range, where the next read goes on.
    pub next_offset: Offset,
}

impl LogRead {
    /// Length of the range in bytes.
    pub fn len(&self) -> u64 {
        self.range.as_ref().map_or(0, |range| range.len)
    }

    /// Whether there was nothing to read.
    pub fn is_empty(&self) -> bool {
        self.range.is_none()
    }

    /// The range's bytes, read into memory: for replaying a log, not for serving it.
    pub fn bytes(&self) -> Result<Bytes, LogError> {
        let Some(range) = &self.range else {
            return Ok(Bytes::new());
        };
        let bytes = range
            .read()
            .during("read the records", &PathBuf::from(format!("{:?}", range.file)));
        bytes.map(Bytes::from)
    }

    /// The batches, read into memory.
    pub fn batches(&self) -> Result<Vec<RecordBatch>, LogError> {
        let mut bytes = self.bytes()?;
        let mut batches = Vec::new();
        while !bytes.is_empty() {
            batches.push(RecordBatch::split_first(&mut bytes)?);
        }
        Ok(batches)
    }
}

/// A record found by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampOffset {
    /// The record's timestamp (ms).
    pub timestamp_ms: i64,
    /// Its offset.
    pub offset: Offset,
    /// The leader epoch of its batch.
    pub leader_epoch: LeaderEpoch,
}

/// Where a leader epoch ends in this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    /// The largest epoch that is not larger than the one asked for.
    pub epoch: LeaderEpoch,
    /// The offset after its last record.
    pub end_offset: Offset,
}

/// A transaction that was aborted, as read_committed readers are told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// Whose.
    pub producer_id: ProducerId,
    /// The first offset of its records here.
    pub first_offset: Offset,
}

/// What a log knows of an active producer, as DescribeProducers shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerStatus {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its newest epoch.
    pub producer_epoch: ProducerEpoch,
    /// The sequence of its last record.
    pub last_sequence: Sequence,
    /// The timestamp of its last batch (ms).
    pub last_timestamp_ms: i64,
    /// The coordinator epoch of its last marker, −1 if there was none.
    pub coordinator_epoch: i32,
    /// Where its open transaction begins.
    pub transaction_start: Option<Offset>,
}

/// Told after each sync: the new stable offset, or why there will be none.
pub type SyncListener = Box<dyn Fn(Result<Offset, LogError>) + Send + Sync>;
