//! One partition's log: its state and who may touch it when.
//!
//! `writer` is held by whoever appends, rolls, truncates or deletes; readers need only `segments`, briefly. Neither is
//! held during a sync (see `sync`). Lock order: `syncing`, `writer`, then any of the others, one at a time.
//! Failure story: a refused append changes nothing. An I/O error on a write, or any failed sync, ends the log: what its
//! files hold is then unknown until it is opened and recovered again. A full disk does not end it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};

use super::leader_epochs::LeaderEpochs;
use super::producer_state::ProducerStates;
use super::recent::Recent;
use super::segment::Segment;
use super::sync::Dirty;
use super::{EpochEnd, LogConfig, LogError, ProducerStatus, SyncListener, partition_metadata};
use crate::disk::{Disk, SyncTicket};
use crate::env::{Clock, Random};
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TopicId, TopicPartition};

/// One partition's log. Shared between threads: appends exclude each other, readers do not wait for them nor for syncs.
pub struct Log {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) topic_partition: TopicPartition,
    pub(super) dir: Arc<Path>,
    pub(super) config: RwLock<Arc<LogConfig>>,
    pub(super) log_start: AtomicI64,
    pub(super) log_end: AtomicI64,
    pub(super) stable: AtomicI64,
    /// Oldest first; the last one is written to.
    pub(super) segments: RwLock<Vec<Arc<Segment>>>,
    pub(super) writer: Mutex<Writer>,
    pub(super) producers: Mutex<ProducerStates>,
    /// False: no transaction holds readers back, and `producers` need not be asked.
    pub(super) transactions: AtomicBool,
    pub(super) epochs: RwLock<LeaderEpochs>,
    pub(super) recent: Mutex<Recent>,
    /// Below this offset the log was cleaned; −1: never.
    pub(super) first_dirty: AtomicI64,
    /// Rises when files of the log are exchanged for others of the same name (see `swap`).
    pub(super) generation: AtomicU64,
    /// Held during a sync: one at a time.
    pub(super) syncing: Mutex<()>,
    pub(super) ticket: SyncTicket,
    /// When the last sync ended (ns, monotonic).
    pub(super) last_flush_ns: AtomicU64,
    pub(super) listener: OnceLock<SyncListener>,
    failure: OnceLock<String>,
    closed: AtomicBool,
}

/// What only the writer knows.
#[derive(Debug)]
pub(super) struct Writer {
    /// Written and not yet synced.
    pub(super) dirty: Dirty,
    /// Whether the directory exists.
    pub(super) has_dir: bool,
    pub(super) topic_id: Option<TopicId>,
    /// A truncation during a sync lowers what that sync may call stable.
    pub(super) sync_ceiling: Offset,
    /// Recovery begins here: records, indexes and producers below are on stable storage.
    pub(super) recovery_point: Offset,
    /// Whether the last segment's index files are not yet as a clean shutdown leaves them.
    pub(super) open_ended: bool,
    /// The newest producer snapshot.
    pub(super) snapshot_at: Option<Offset>,
    /// Taken off the last segment's age limit.
    pub(super) roll_jitter_ms: i64,
    /// Renamed files, and when they may be removed (ms, wall time).
    pub(super) deleted: Vec<(PathBuf, i64)>,
    /// How often records were cut off the end.
    pub(super) truncations: u64,
}

/// What opening found, for [`Log::assemble`].
pub(super) struct Opened {
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) producers: ProducerStates,
    pub(super) epochs: LeaderEpochs,
    pub(super) log_start: Offset,
    pub(super) log_end: Offset,
    pub(super) stable: Offset,
    pub(super) writer: Writer,
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = (self.log_start_offset(), self.log_end_offset());
        write!(
            f,
            "Log({} {start}..{end}, stable {})",
            self.topic_partition,
            self.stable_offset()
        )
    }
}

impl Log {
    pub(super) fn assemble(open: super::OpenLog, opened: Opened) -> Log {
        let recent = Recent::default();
        Log {
            last_flush_ns: AtomicU64::new(nanos(open.clock.as_ref())),
            transactions: AtomicBool::new(!opened.producers.has_no_transactions()),
            dir: Arc::from(open.dir),
            disk: open.disk,
            clock: open.clock,
            random: open.random,
            topic_partition: open.topic_partition,
            config: RwLock::new(open.config),
            log_start: AtomicI64::new(opened.log_start.0),
            log_end: AtomicI64::new(opened.log_end.0),
            stable: AtomicI64::new(opened.stable.0),
            segments: RwLock::new(opened.segments),
            writer: Mutex::new(opened.writer),
            producers: Mutex::new(opened.producers),
            epochs: RwLock::new(opened.epochs),
            recent: Mutex::new(recent),
            first_dirty: AtomicI64::new(-1),
            generation: AtomicU64::new(0),
            syncing: Mutex::new(()),
            ticket: SyncTicket::default(),
            listener: OnceLock::new(),
            failure: OnceLock::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// Which partition it is.
    pub fn topic_partition(&self) -> &TopicPartition {
        &self.topic_partition
    }

    /// The partition's directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The first offset that is there.
    pub fn log_start_offset(&self) -> Offset {
        Offset(self.log_start.load(Ordering::Acquire))
    }

    /// The offset that the next record gets.
    pub fn log_end_offset(&self) -> Offset {
        Offset(self.log_end.load(Ordering::Acquire))
    }

    /// Everything below this offset is on stable storage.
    pub fn stable_offset(&self) -> Offset {
        Offset(self.stable.load(Ordering::Acquire))
    }

    /// Bytes of all segments' records.
    pub fn size_bytes(&self) -> u64 {
        self.segments.read().iter().map(|segment| segment.len()).sum()
    }

    /// How many segments there are; 0 before the first write.
    pub fn segment_count(&self) -> usize {
        self.segments.read().len()
    }

    /// The settings in force.
    pub fn config(&self) -> Arc<LogConfig> {
        Arc::clone(&self.config.read())
    }

    /// Puts other settings in force, for the next append on.
    pub fn set_config(&self, config: Arc<LogConfig>) {
        *self.config.write() = config;
    }

    /// The newest leader epoch in the log.
    pub fn latest_epoch(&self) -> Option<LeaderEpoch> {
        self.epochs.read().latest()
    }

    /// The epoch of the record at this offset, or of the one that would come there.
    pub fn epoch_for_offset(&self, offset: Offset) -> Option<LeaderEpoch> {
        self.epochs.read().epoch_for(offset)
    }

    /// Where an epoch ends, as OffsetForLeaderEpoch answers; none if nothing is known of it.
    pub fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> Option<EpochEnd> {
        self.epochs.read().end_of(epoch, self.log_end_offset())
    }

    /// Notes that a leadership begins at the log's end.
    pub fn start_leader_epoch(&self, epoch: LeaderEpoch) -> Result<(), LogError> {
        self.check_usable()?;
        let mut writer = self.writer.lock();
        if self.epochs.write().assign(epoch, self.log_end_offset()) {
            writer.dirty.epochs = true;
        }
        Ok(())
    }

    /// Forgets idle producers (`producer.id.expiration.ms`).
    pub fn expire_producers(&self) {
        let expiration_ms = self.config().producer_expiration_ms;
        self.producers.lock().expire(self.clock.now_ms(), expiration_ms);
    }

    /// The sequence that the producer's next batch must begin with, unless its epoch is old.
    pub fn next_sequence(&self, id: ProducerId, epoch: ProducerEpoch) -> Sequence {
        self.producers.lock().next_sequence(id, epoch)
    }

    /// The producers that the log remembers.
    pub fn producers(&self) -> Vec<ProducerStatus> {
        self.producers.lock().status()
    }

    /// Tells the log that every replica has what is below the high watermark, so that it forgets transactions that ended
    /// there.
    pub fn on_high_watermark(&self, high_watermark: Offset) {
        if self.transactions.load(Ordering::Acquire) {
            let mut producers = self.producers.lock();
            producers.on_high_watermark(high_watermark);
            self.transactions
                .store(!producers.has_no_transactions(), Ordering::Release);
        }
    }

    /// Where read_committed readers stop: before the first transaction that is open, or was ended by a marker at or
    /// beyond the high watermark.
    pub fn last_stable_offset(&self, high_watermark: Offset) -> Offset {
        if !self.transactions.load(Ordering::Acquire) {
            return high_watermark;
        }
        let unstable = self.producers.lock().first_unstable(high_watermark);
        unstable.map_or(high_watermark, |unstable| {
            unstable.max(self.log_start_offset()).min(high_watermark)
        })
    }

    /// The topic's id from `partition.metadata`, if that file is there.
    pub fn topic_id(&self) -> Result<Option<TopicId>, LogError> {
        partition_metadata::read(self.disk.as_ref(), &self.dir)
    }

    /// Refuses a log that was closed or has failed.
    pub(super) fn check_usable(&self) -> Result<(), LogError> {
        self.check_intact()?;
        if self.closed.load(Ordering::Acquire) {
            Err(LogError::Closed)
        } else {
            Ok(())
        }
    }

    /// Refuses a log that has failed.
    pub(super) fn check_intact(&self) -> Result<(), LogError> {
        self.failure
            .get()
            .map_or(Ok(()), |reason| Err(LogError::Failed { reason: reason.clone() }))
    }

    /// Why the log is out of service, if it is.
    pub fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Ends the log after an error that leaves its files in an unknown state.
    pub(super) fn fail(&self, error: &LogError) {
        if self.failure.set(error.to_string()).is_ok() {
            tracing::error!(partition = %self.topic_partition, %error, "the log is out of service");
        }
    }

    /// Ends the log unless the error leaves it as it was: a full disk does, or a lack of file handles.
    pub(super) fn fail_unless_full(&self, error: LogError) -> LogError {
        if error.is_storage() && !error.is_passing() {
            self.fail(&error);
        }
        error
    }

    pub(super) fn mark_closed(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

/// A monotonic time as a number.
pub(super) fn nanos(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.monotonic().as_nanos()).unwrap_or(u64::MAX)
}
