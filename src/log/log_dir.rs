//! One data directory: its lock, identity, clean-shutdown mark, checkpoint files and partitions.
#![expect(unused_variables, clippy::unimplemented)]

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmq_protocol::Uuid;

use super::LogError;
use crate::disk::Disk;
use crate::ids::{BrokerId, Offset, TopicPartition};

/// One of the files `topic partition offset` of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checkpoint {
    /// `recovery-point-offset-checkpoint`: below it everything is on stable storage.
    RecoveryPoint,
    /// `replication-offset-checkpoint`: high watermarks.
    HighWatermark,
    /// `log-start-offset-checkpoint`: only partitions whose start was moved.
    LogStart,
    /// `cleaner-offset-checkpoint`: what compaction has done.
    Cleaner,
}

/// The identity of a data directory (`meta.properties`, version 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaProperties {
    /// The cluster that the directory belongs to, as text.
    pub cluster_id: String,
    /// The broker that it belongs to.
    pub node_id: BrokerId,
    /// The directory's own id.
    pub directory_id: Option<Uuid>,
    /// Other keys, kept as they are.
    pub other: BTreeMap<String, String>,
}

/// A partition's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionDir {
    /// Which partition.
    pub topic_partition: TopicPartition,
    /// Its path.
    pub path: PathBuf,
}

/// A data directory that this process holds.
pub struct LogDir {
    path: PathBuf,
}

impl fmt::Debug for LogDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogDir({})", self.path.display())
    }
}

impl LogDir {
    /// Takes a directory, creating it if missing: checks that it can be written to, locks it, reads its identity, and
    /// reads and removes the mark of the last clean shutdown.
    pub fn open(disk: Arc<dyn Disk>, path: &Path) -> Result<LogDir, LogError> {
        unimplemented!()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The identity, none before the first [`LogDir::write_meta`].
    pub fn meta(&self) -> Option<MetaProperties> {
        unimplemented!()
    }

    /// Writes the identity, durably.
    pub fn write_meta(&self, meta: &MetaProperties) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Whether the process before ended in order.
    pub fn was_shut_down_cleanly(&self) -> bool {
        unimplemented!()
    }

    /// The broker epoch that the clean-shutdown mark carried.
    pub fn previous_broker_epoch(&self) -> Option<i64> {
        unimplemented!()
    }

    /// Leaves the mark of a clean shutdown. Nothing may be written to the directory afterwards.
    pub fn mark_clean_shutdown(&self, broker_epoch: i64) -> Result<(), LogError> {
        unimplemented!()
    }

    /// The path of a partition's directory.
    pub fn partition_path(&self, topic_partition: &TopicPartition) -> PathBuf {
        unimplemented!()
    }

    /// The partitions' directories, sorted.
    pub fn partitions(&self) -> Result<Vec<PartitionDir>, LogError> {
        unimplemented!()
    }

    /// Directories that were renamed for deletion and are still there.
    pub fn pending_deletions(&self) -> Result<Vec<PathBuf>, LogError> {
        unimplemented!()
    }

    /// Removes a directory that was renamed for deletion.
    pub fn remove_deleted(&self, path: &Path) -> Result<(), LogError> {
        unimplemented!()
    }

    /// The offsets of a checkpoint file; none if it is not there.
    pub fn read_checkpoint(&self, which: Checkpoint) -> Result<BTreeMap<TopicPartition, Offset>, LogError> {
        unimplemented!()
    }

    /// Replaces a checkpoint file, atomically and durably.
    pub fn write_checkpoint(
        &self,
        which: Checkpoint,
        offsets: &BTreeMap<TopicPartition, Offset>,
    ) -> Result<(), LogError> {
        unimplemented!()
    }

    /// Bytes that may still be written.
    pub fn free_space(&self) -> Result<u64, LogError> {
        unimplemented!()
    }
}
