//! One partition's log: its state, and the types that go in and out.
#![expect(unused_variables, clippy::unimplemented)]

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::records::RecordBatch;

use super::{LogConfig, LogError};
use crate::disk::{Disk, FileRange, SyncTicket, Syncable};
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
    /// Which partition it is, for messages.
    pub topic_partition: TopicPartition,
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
    /// A producer: everything is checked, and control batches are refused.
    Client,
    /// A group, transaction or share coordinator of this broker: may write control batches; sequences are not checked.
    Coordinator,
    /// Another replica's log: taken as it is.
    Replication,
    /// The controller's metadata log.
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
    /// The first offset in the range, or the one asked for.
    pub first_offset: Offset,
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

    /// The batches, read into memory: for replaying a log, not for serving it.
    pub fn batches(&self) -> Result<Vec<RecordBatch>, LogError> {
        unimplemented!()
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

/// One partition's log. Shared between threads: appends exclude each other, readers do not wait for them nor for syncs.
pub struct Log {
    ticket: SyncTicket,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log")
    }
}

impl Log {
    /// Opens a log; recovers it where the process before did not end in order. Reads only names and the end of the last
    /// segment after a clean shutdown.
    pub fn open(open: OpenLog) -> Result<Log, LogError> {
        unimplemented!()
    }

    /// Which partition it is.
    pub fn topic_partition(&self) -> &TopicPartition {
        unimplemented!()
    }

    /// The partition's directory, which changes when it is renamed for deletion.
    pub fn dir(&self) -> PathBuf {
        unimplemented!()
    }

    /// The first offset that is there.
    pub fn log_start_offset(&self) -> Offset {
        unimplemented!()
    }

    /// The offset that the next record gets.
    pub fn log_end_offset(&self) -> Offset {
        unimplemented!()
    }

    /// Everything below this offset is on stable storage.
    pub fn stable_offset(&self) -> Offset {
        unimplemented!()
    }

    /// Bytes of all segments' records.
    pub fn size_bytes(&self) -> u64 {
        unimplemented!()
    }

    /// How many segments there are; 0 before the first write.
    pub fn segment_count(&self) -> usize {
        unimplemented!()
    }

    /// The settings in force.
    pub fn config(&self) -> Arc<LogConfig> {
        unimplemented!()
    }

    /// Puts other settings in force, for the next append on.
    pub fn set_config(&self, config: Arc<LogConfig>) {
        unimplemented!()
    }

    /// Validates batches, gives them offsets and the leader's epoch, and writes them. They are not durable before the
    /// stable offset has passed them. A batch that a producer repeats is answered with its first offsets.
    pub fn append_as_leader(
        &self,
        records: &Bytes,
        leader_epoch: LeaderEpoch,
        origin: AppendOrigin,
    ) -> Result<AppendInfo, LogError> {
        unimplemented!()
    }

    /// Writes batches that another replica gave offsets and epochs, as they are.
    pub fn append_as_follower(&self, records: &Bytes) -> Result<AppendInfo, LogError> {
        unimplemented!()
    }

    /// Finds whole batches to read. `OffsetOutOfRange` unless `log start ≤ from ≤ log end`.
    pub fn read(&self, request: ReadRequest) -> Result<LogRead, LogError> {
        unimplemented!()
    }

    /// Where read_committed readers stop: before the first transaction that is open, or was ended by a marker at or
    /// beyond the high watermark.
    pub fn last_stable_offset(&self, high_watermark: Offset) -> Offset {
        unimplemented!()
    }

    /// The aborted transactions that a read_committed reader of `from .. upto` must know of.
    pub fn aborted_transactions(&self, from: Offset, upto: Offset) -> Result<Vec<AbortedTransaction>, LogError> {
        unimplemented!()
    }

    /// The first record at or after a time, among those below `upto`.
    pub fn offset_for_timestamp(&self, timestamp_ms: i64, upto: Offset) -> Result<Option<TimestampOffset>, LogError> {
        unimplemented!()
    }

    /// The first record with the largest timestamp of all.
    pub fn max_timestamp(&self) -> Result<Option<TimestampOffset>, LogError> {
        unimplemented!()
    }

    /// The newest leader epoch in the log.
    pub fn latest_epoch(&self) -> Option<LeaderEpoch> {
        unimplemented!()
    }

    /// The epoch of the record at this offset, or of the one that would come there.
    pub fn epoch_for_offset(&self, offset: Offset) -> Option<LeaderEpoch> {
        unimplemented!()
    }

    /// Where an epoch ends, as OffsetForLeaderEpoch answers; none if nothing is known of it.
    pub fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> Option<EpochEnd> {
        unimplemented!()
    }

    /// Notes that a leadership begins at the log's end.
    pub fn start_leader_epoch(&self, epoch: LeaderEpoch) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Removes everything at and beyond an offset; whether there was anything.
    pub fn truncate_to(&self, offset: Offset) -> Result<bool, LogError> {
        unimplemented!()
    }

    /// Removes everything and begins anew at an offset.
    pub fn truncate_fully_and_start_at(&self, offset: Offset) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Closes the last segment and begins another, if it holds anything.
    pub fn roll(&self) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Hides everything below an offset from readers; whether that changed anything.
    pub fn increment_log_start_offset(&self, to: Offset) -> Result<bool, LogError> {
        unimplemented!()
    }

    /// Removes segments that time, size or the log start offset let go, all below the high watermark. Their files keep
    /// the `.deleted` names given back until they are removed with [`Log::remove_deleted`].
    pub fn delete_old_segments(&self, high_watermark: Offset) -> Result<Vec<PathBuf>, LogError> {
        unimplemented!()
    }

    /// Removes files that [`Log::delete_old_segments`] or opening renamed, once their delay is over.
    pub fn remove_deleted(&self) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Makes everything written so far durable, on this thread; gives the new stable offset.
    pub fn flush(&self) -> Result<Offset, LogError> {
        unimplemented!()
    }

    /// Who is told after each sync. To be set once, before the first append.
    pub fn set_sync_listener(&self, listener: SyncListener) {
        unimplemented!()
    }

    /// Records at or beyond the stable offset (`flush.messages`).
    pub fn unflushed_messages(&self) -> u64 {
        unimplemented!()
    }

    /// When the last sync ended, on the monotonic clock (`flush.ms`).
    pub fn last_flush(&self) -> Duration {
        unimplemented!()
    }

    /// Makes the indexes durable as far as the records are, and gives the offset to checkpoint: recovery reads only what
    /// is at or beyond it.
    pub fn recovery_checkpoint(&self) -> Result<Offset, LogError> {
        unimplemented!()
    }

    /// Forgets idle producers (`producer.id.expiration.ms`).
    pub fn expire_producers(&self) {
        unimplemented!()
    }

    /// The producers that the log remembers.
    pub fn producers(&self) -> Vec<ProducerStatus> {
        unimplemented!()
    }

    /// The topic's id from `partition.metadata`, if that file is there.
    pub fn topic_id(&self) -> Result<Option<TopicId>, LogError> {
        unimplemented!()
    }

    /// Writes `partition.metadata`. Needed once, before the first write.
    pub fn write_topic_id(&self, id: TopicId) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Makes everything durable, with a snapshot of the producers, and refuses further use.
    pub fn close(&self) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Renames the directory so that it is no log any more, and closes it; gives the new name, to be removed later. None
    /// if the log never had a directory.
    pub fn rename_for_deletion(&self) -> Result<Option<PathBuf>, LogError> {
        unimplemented!()
    }
}

impl Syncable for Log {
    fn sync(&self) {
        unimplemented!()
    }

    fn ticket(&self) -> &SyncTicket {
        &self.ticket
    }
}
