//! The metadata log of this node, which is its only voter and so always its leader.
//!
//! Epochs rise with each start: `quorum-state` is durable before the first batch of an epoch is written. Snapshots are
//! written when enough was appended since the last one; the log is then kept from the snapshot before it on, so that one
//! damaged snapshot loses nothing.
//!
//! Crash story: a batch that was being written is cut off by the log's recovery; a snapshot has its name only when it is
//! whole; the beginning of the log goes only after its snapshot is durable.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use dmq_protocol::Uuid;
use dmq_protocol::control_records::ControlRecordType;
use tracing::info;

use super::batches::{self, Stamp};
use super::kraft::KRaft;
use super::loading::{self, Loaded};
use super::quorum_state::QuorumState;
use super::snapshot_file::{self, SnapshotId};
use crate::controller::error::LogFailure;
use crate::disk::Disk;
use crate::env::{Clock, Random};
use crate::ids::{BrokerId, LeaderEpoch, Offset, PartitionId, TopicId, TopicPartition};
use crate::limits::METADATA_BATCH_BYTES_MAX;
use crate::log::{AppendOrigin, Log, LogConfig, OpenLog};
use crate::metadata::{DirectoryId, METADATA_VERSION, MetadataImage, Record};

const TOPIC: &str = "__cluster_metadata";

/// What the metadata log is opened with.
#[derive(Debug, Clone)]
pub struct OpenMetadataLog {
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For the log.
    pub random: Arc<dyn Random>,
    /// The log directory that holds `__cluster_metadata-0`.
    pub log_dir: PathBuf,
    /// The log directory's id.
    pub directory_id: DirectoryId,
    /// This node.
    pub node: BrokerId,
    /// The cluster's id.
    pub cluster_id: String,
    /// Whether the process before ended in order.
    pub clean_shutdown: bool,
    /// `metadata.log.segment.bytes`.
    pub segment_bytes: u64,
    /// `metadata.log.segment.ms`.
    pub segment_ms: i64,
    /// `metadata.log.max.record.bytes.between.snapshots`.
    pub snapshot_after_bytes: u64,
}

/// The log, led by this node.
pub struct MetadataLog {
    open: OpenMetadataLog,
    dir: PathBuf,
    log: Log,
    epoch: LeaderEpoch,
    kraft: KRaft,
    last_snapshot: Option<SnapshotId>,
    bytes_since_snapshot: u64,
}

impl fmt::Debug for MetadataLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetadataLog({}, epoch {})", self.dir.display(), self.epoch)
    }
}

impl MetadataLog {
    /// Opens the log, loads what it says, and begins a new epoch as its leader. Nothing is durable yet.
    pub fn open(open: OpenMetadataLog) -> Result<(MetadataLog, Loaded), LogFailure> {
        let topic_partition = TopicPartition {
            topic: TOPIC.to_owned(),
            partition: PartitionId(0),
        };
        let dir = open.log_dir.join(topic_partition.to_string());
        open.disk
            .create_dir_all(&dir)
            .map_err(|error| LogFailure::io("create", &dir, &error))?;
        let log = Log::open(OpenLog {
            disk: open.disk.clone(),
            clock: open.clock.clone(),
            random: open.random.clone(),
            dir: dir.clone(),
            topic_partition,
            topic_id: Some(TopicId(Uuid::METADATA_TOPIC)),
            config: Arc::new(config(&open)),
            log_start_offset: Offset::ZERO,
            recovery_point: Offset::ZERO,
            clean_shutdown: open.clean_shutdown,
            on_progress: None,
        })?;
        let loaded = loading::load(open.disk.as_ref(), &dir, &log, &open.cluster_id)?;
        let mut this = MetadataLog {
            dir,
            log,
            epoch: LeaderEpoch::UNKNOWN,
            kraft: loaded.kraft.clone(),
            last_snapshot: loaded.snapshot,
            bytes_since_snapshot: loaded.bytes_since_snapshot,
            open,
        };
        this.lead()?;
        Ok((this, loaded))
    }

    /// The leader epoch of this start.
    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    /// The offset that the next record gets.
    pub fn end_offset(&self) -> Offset {
        self.log.log_end_offset()
    }

    /// Appends groups of records, each one atomic; durable after [`MetadataLog::flush`]. On error none is there.
    pub fn append(&mut self, groups: &[Vec<Record>], metadata_version: i16) -> Result<(), LogFailure> {
        let stamp = self.stamp(metadata_version);
        let mut all = Vec::new();
        let mut offset = self.end_offset();
        for group in groups.iter().filter(|group| !group.is_empty()) {
            let (batches, records) = batches::group(offset.0, group, stamp)?;
            offset = offset.plus(records);
            all.extend_from_slice(&batches);
        }
        if all.is_empty() {
            return Ok(());
        }
        self.write(&Bytes::from(all))
    }

    /// Makes everything appended durable, and so committed.
    pub fn flush(&self) -> Result<(), LogFailure> {
        self.log.flush()?;
        Ok(())
    }

    /// Writes what the first start shall write, as Kafka's format command does.
    pub fn write_bootstrap(&self, records: &[Record], metadata_version: i16) -> Result<(), LogFailure> {
        let (disk, stamp) = (self.open.disk.as_ref(), self.stamp(metadata_version));
        let kraft = (stamp.now_ms, &self.kraft);
        snapshot_file::write(
            disk,
            &self.dir,
            SnapshotId::BOOTSTRAP,
            kraft,
            records.iter().cloned(),
            stamp,
        )?;
        Ok(())
    }

    /// Writes a snapshot of `image`, which must be the effect of the whole log, if enough was appended since the last
    /// one; the beginning of the log that two snapshots cover then goes.
    pub fn snapshot_if_due(&mut self, image: &MetadataImage) -> Result<(), LogFailure> {
        if self.bytes_since_snapshot < self.open.snapshot_after_bytes {
            return Ok(());
        }
        // Also when it fails: then another is tried after as much again, not with every change.
        self.bytes_since_snapshot = 0;
        let id = SnapshotId {
            end_offset: image.provenance.last_offset.plus(1),
            epoch: image.provenance.last_epoch,
        };
        let (disk, stamp) = (
            self.open.disk.clone(),
            self.stamp(image.features.level(METADATA_VERSION)),
        );
        let kraft = (image.provenance.last_timestamp_ms, &self.kraft);
        let bytes = snapshot_file::write(disk.as_ref(), &self.dir, id, kraft, image.to_records(), stamp)?;
        info!(snapshot = %id.path(&self.dir).display(), bytes, "wrote a metadata snapshot");
        // A segment goes as a whole, so one ends where a snapshot does.
        self.log.roll()?;
        if let Some(before) = self.last_snapshot.replace(id) {
            self.log.increment_log_start_offset(before.end_offset)?;
            self.log.delete_old_segments(self.log.log_end_offset())?;
            self.log.remove_deleted()?;
            snapshot_file::remove_before(disk.as_ref(), &self.dir, before)?;
        }
        Ok(())
    }

    /// Makes everything durable and closes the log.
    pub fn close(self) -> Result<(), LogFailure> {
        Ok(self.log.close()?)
    }

    fn lead(&mut self) -> Result<(), LogFailure> {
        let node = self.open.node.0;
        let (disk, dir) = (self.open.disk.clone(), self.dir.clone());
        let state = QuorumState::read(disk.as_ref(), &dir)?;
        let mut state = state.unwrap_or_else(|| QuorumState::new(node));
        let mut others: Vec<i64> = state.voters().into_iter().filter(|id| *id != i64::from(node)).collect();
        others.extend(self.kraft.other_voters(node).into_iter().map(i64::from));
        if !others.is_empty() {
            return Err(LogFailure::OtherVoters { others });
        }
        let last = self.log.latest_epoch().map_or(0, |epoch| epoch.0).max(state.epoch());
        self.epoch = LeaderEpoch(last.checked_add(1).ok_or(LogFailure::EpochsExhausted)?);
        state.lead(disk.as_ref(), &dir, node, self.epoch.0)?;
        self.log.start_leader_epoch(self.epoch)?;
        let value = self.kraft.leader_change(node, self.open.directory_id)?;
        let stamp = self.stamp(0);
        let record = [(ControlRecordType::LeaderChange, value)];
        let batch = batches::control(self.end_offset().0, &record, stamp)?;
        self.write(&batch)
    }

    fn write(&mut self, batches: &Bytes) -> Result<(), LogFailure> {
        let appended = self
            .log
            .append_as_leader(batches, self.epoch, AppendOrigin::Controller)?;
        self.bytes_since_snapshot = self.bytes_since_snapshot.saturating_add(appended.bytes);
        Ok(())
    }

    fn stamp(&self, metadata_version: i16) -> Stamp {
        Stamp {
            epoch: self.epoch.0,
            now_ms: self.open.clock.now_ms(),
            metadata_version,
        }
    }

    /// Where the log and its snapshots are.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

fn config(open: &OpenMetadataLog) -> LogConfig {
    LogConfig {
        segment_bytes_max: open.segment_bytes,
        segment_ms_max: open.segment_ms,
        message_bytes_max: METADATA_BATCH_BYTES_MAX,
        retention_ms: None,
        retention_bytes: None,
        // What a snapshot covers is not needed by anyone, not even for a moment.
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    }
}
