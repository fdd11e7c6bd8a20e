//! One data directory: its lock, identity, clean-shutdown mark, checkpoint files and partitions.
//!
//! Crash story: the mark is removed, durably, before anything else is done and written last, so that its presence proves
//! that every log was closed. The lock keeps a second process out, Apache Kafka included.
//! Knows nothing of what is inside a partition's directory.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::error::IoContext;
use super::{Checkpoint, DirHealth, LogError, MetaProperties, checkpoint, file_names};
use crate::disk::{Disk, LockGuard};
use crate::ids::{Offset, TopicPartition};

const LOCK: &str = ".lock";
const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";
/// The mark is a few dozen bytes.
const CLEAN_SHUTDOWN_BYTES_MAX: u64 = 4096;

/// A partition's directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartitionDir {
    /// Which partition.
    pub topic_partition: TopicPartition,
    /// Its path.
    pub path: PathBuf,
}

/// A data directory that this process holds.
pub struct LogDir {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    meta: Mutex<Option<MetaProperties>>,
    clean_shutdown: Option<CleanShutdown>,
    health: Arc<DirHealth>,
    _lock: LockGuard,
}

/// What the mark of a clean shutdown says.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CleanShutdown {
    version: i32,
    broker_epoch: Option<i64>,
}

impl fmt::Debug for LogDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogDir({})", self.path.display())
    }
}

impl LogDir {
    /// Takes a directory, creating it if missing: locks it, reads its identity, and reads and removes the mark of the
    /// last clean shutdown.
    pub fn open(disk: Arc<dyn Disk>, path: &Path) -> Result<LogDir, LogError> {
        disk.create_dir_all(path).during("create the data directory", path)?;
        let lock_path = path.join(LOCK);
        let lock = match disk.lock(&lock_path) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(LogError::DirectoryLocked { lock: lock_path });
            }
            other => other.during("lock the data directory", &lock_path)?,
        };
        let meta = MetaProperties::read(disk.as_ref(), path)?;
        let clean_shutdown = take_clean_shutdown(disk.as_ref(), path)?;
        Ok(LogDir {
            disk,
            path: path.to_owned(),
            meta: Mutex::new(meta),
            clean_shutdown,
            health: Arc::default(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The identity, none before the first [`LogDir::write_meta`].
    pub fn meta(&self) -> Option<MetaProperties> {
        self.meta.lock().clone()
    }

    /// Writes the identity, durably.
    pub fn write_meta(&self, meta: &MetaProperties) -> Result<(), LogError> {
        meta.write(self.disk.as_ref(), &self.path)?;
        *self.meta.lock() = Some(meta.clone());
        Ok(())
    }

    /// Whether the process before ended in order.
    pub fn was_shut_down_cleanly(&self) -> bool {
        self.clean_shutdown.is_some()
    }

    /// The broker epoch that the clean-shutdown mark carried.
    pub fn previous_broker_epoch(&self) -> Option<i64> {
        self.clean_shutdown.and_then(|mark| mark.broker_epoch)
    }

    /// Leaves the mark of a clean shutdown. Nothing may be written to the directory afterwards.
    pub fn mark_clean_shutdown(&self, broker_epoch: i64) -> Result<(), LogError> {
        let path = self.path.join(CLEAN_SHUTDOWN);
        let mark = format!("{{\"version\":0,\"brokerEpoch\":{broker_epoch}}}");
        self.disk
            .write_atomically(&path, mark.as_bytes())
            .during("write the clean-shutdown mark", &path)
    }

    /// The path of a partition's directory.
    pub fn partition_path(&self, topic_partition: &TopicPartition) -> Result<PathBuf, LogError> {
        Ok(self.path.join(file_names::partition_dir_name(topic_partition)?))
    }

    /// The partitions' directories, sorted. Directories of other names are left alone.
    pub fn partitions(&self) -> Result<Vec<PartitionDir>, LogError> {
        let names = self.directories()?;
        let mut found: Vec<PartitionDir> = names
            .iter()
            .filter_map(|name| {
                let topic_partition = file_names::parse_partition_dir(name)?;
                Some(PartitionDir {
                    topic_partition,
                    path: self.path.join(name),
                })
            })
            .collect();
        found.sort();
        Ok(found)
    }

    /// Directories that were renamed for deletion and are still there.
    pub fn pending_deletions(&self) -> Result<Vec<PathBuf>, LogError> {
        let names = self.directories()?;
        Ok(names
            .iter()
            .filter(|name| name.ends_with(file_names::DELETE_DIR))
            .map(|name| self.path.join(name))
            .collect())
    }

    /// Removes a directory that was renamed for deletion.
    pub fn remove_deleted(&self, path: &Path) -> Result<(), LogError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.parent() != Some(&self.path) || !name.ends_with(file_names::DELETE_DIR) {
            let reason = "only directories that were renamed for deletion are removed";
            return Err(LogError::BadName {
                name: path.display().to_string(),
                reason,
            });
        }
        self.disk
            .remove_dir_all(path)
            .during("remove the deleted partition", path)
    }

    /// The offsets of a checkpoint file; none if it is not there.
    pub fn read_checkpoint(&self, which: Checkpoint) -> Result<BTreeMap<TopicPartition, Offset>, LogError> {
        checkpoint::read(self.disk.as_ref(), &self.path, which)
    }

    /// Replaces a checkpoint file, atomically and durably.
    pub fn write_checkpoint(
        &self,
        which: Checkpoint,
        offsets: &BTreeMap<TopicPartition, Offset>,
    ) -> Result<(), LogError> {
        checkpoint::write(self.disk.as_ref(), &self.path, which, offsets)
    }

    /// Whether it can be worked with.
    pub fn health(&self) -> &Arc<DirHealth> {
        &self.health
    }

    /// Bytes that may still be written.
    pub fn free_space(&self) -> Result<u64, LogError> {
        self.disk
            .free_space(&self.path)
            .during("ask for free space", &self.path)
    }

    /// Bytes that the directory's file system has room for, used or not.
    pub fn total_space(&self) -> Result<u64, LogError> {
        self.disk
            .total_space(&self.path)
            .during("ask for the file system's size", &self.path)
    }

    fn directories(&self) -> Result<Vec<String>, LogError> {
        let entries = self
            .disk
            .list(&self.path)
            .during("list the data directory", &self.path)?;
        Ok(entries
            .into_iter()
            .filter(|entry| entry.is_dir)
            .map(|entry| entry.name)
            .collect())
    }
}

fn take_clean_shutdown(disk: &dyn Disk, dir: &Path) -> Result<Option<CleanShutdown>, LogError> {
    let path = dir.join(CLEAN_SHUTDOWN);
    if !disk.exists(&path).during("look for the clean-shutdown mark", &path)? {
        return Ok(None);
    }
    let bytes = disk
        .read(&path, CLEAN_SHUTDOWN_BYTES_MAX)
        .during("read the clean-shutdown mark", &path)?;
    // Older brokers left it empty: its presence counts.
    let mark = serde_json::from_slice(&bytes).unwrap_or(CleanShutdown {
        version: 0,
        broker_epoch: None,
    });
    disk.remove_file(&path)
        .during("remove the clean-shutdown mark", &path)?;
    disk.sync_dir(dir).during("sync the data directory", dir)?;
    Ok(Some(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Crash, RealDisk, SimDisk};
    use crate::ids::{BrokerId, PartitionId};

    const DIR: &str = "/data";

    fn open(disk: &SimDisk) -> Result<LogDir, LogError> {
        LogDir::open(Arc::new(disk.clone()), Path::new(DIR))
    }

    #[test]
    fn a_second_owner_is_refused_with_the_name_of_the_lock() {
        let disk = SimDisk::new(1);
        let first = open(&disk).unwrap();
        let refusal = open(&disk).unwrap_err();
        assert_eq!(
            refusal,
            LogError::DirectoryLocked {
                lock: PathBuf::from("/data/.lock")
            }
        );
        assert!(
            refusal
                .to_string()
                .contains("/data/.lock is held: another dmq or Apache Kafka process"),
            "{refusal}"
        );
        drop(first);
        open(&disk).unwrap();
    }

    #[test]
    fn the_clean_mark_counts_once() {
        let disk = SimDisk::new(1);
        let dir = open(&disk).unwrap();
        assert!(!dir.was_shut_down_cleanly());
        dir.mark_clean_shutdown(17).unwrap();
        drop(dir);
        let dir = open(&disk).unwrap();
        assert_eq!(
            (dir.was_shut_down_cleanly(), dir.previous_broker_epoch()),
            (true, Some(17))
        );
        disk.crash(Crash::LoseUnsynced);
        assert!(!open(&disk).unwrap().was_shut_down_cleanly());
    }

    #[test]
    fn the_identity_is_kept() {
        let disk = SimDisk::new(1);
        let dir = open(&disk).unwrap();
        assert_eq!(dir.meta(), None);
        let meta = MetaProperties {
            cluster_id: "c".to_owned(),
            node_id: BrokerId(3),
            directory_id: None,
            other: BTreeMap::new(),
        };
        dir.write_meta(&meta).unwrap();
        drop(dir);
        disk.crash(Crash::LoseUnsynced);
        assert_eq!(open(&disk).unwrap().meta(), Some(meta));
    }

    #[test]
    fn partitions_and_pending_deletions_are_told_apart() {
        let disk = SimDisk::new(1);
        let dir = open(&disk).unwrap();
        for name in ["b-0", "a-10", "a-2", "a-3.0f-delete", "a-4.0f-future", "lost+found"] {
            disk.create_dir_all(&dir.path().join(name)).unwrap();
        }
        let partitions: Vec<String> = dir
            .partitions()
            .unwrap()
            .iter()
            .map(|found| found.topic_partition.to_string())
            .collect();
        assert_eq!(partitions, ["a-2", "a-10", "b-0"]);
        assert_eq!(dir.pending_deletions().unwrap(), [PathBuf::from("/data/a-3.0f-delete")]);
        dir.remove_deleted(Path::new("/data/a-3.0f-delete")).unwrap();
        assert!(dir.pending_deletions().unwrap().is_empty());
        assert!(dir.remove_deleted(Path::new("/data/a-2")).is_err());
    }

    #[test]
    fn a_path_that_cannot_be_a_directory_is_a_readable_error() {
        let temp = tempfile::NamedTempFile::new().unwrap();
        let error = LogDir::open(Arc::new(RealDisk::new()), temp.path()).unwrap_err();
        assert!(
            error.to_string().contains("cannot create the data directory"),
            "{error}"
        );
        assert!(
            error.to_string().contains(&temp.path().display().to_string()),
            "{error}"
        );
    }

    #[test]
    fn a_partition_path_stays_inside() {
        let dir = open(&SimDisk::new(1)).unwrap();
        let at = |topic: &str| TopicPartition {
            topic: topic.to_owned(),
            partition: PartitionId(0),
        };
        assert_eq!(dir.partition_path(&at("t")), Ok(PathBuf::from("/data/t-0")));
        assert!(dir.partition_path(&at("../x")).is_err());
    }
}
