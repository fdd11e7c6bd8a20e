//! Directories of future replicas: copies under way from another data directory, which take the place of the originals
//! once they have caught up. Kafka's names: `<topic>-<partition>.<unique>-future`.
//!
//! Crash story: a future directory is never the only copy of anything; what a crash leaves of one is removed and copied
//! again.

use std::path::{Path, PathBuf};

use super::error::IoContext;
use super::file_names::{self, FUTURE_DIR};
use super::{LogDir, LogError, PartitionDir};
use crate::disk::Disk;
use crate::env::Random;
use crate::ids::TopicPartition;

impl LogDir {
    /// Whether a future replica of this partition can have a directory: names of topics may be too long for that.
    pub fn future_name_fits(of: &TopicPartition) -> bool {
        file_names::has_future_name(of)
    }

    /// Where a future replica of this partition may be made; a new name each time.
    pub fn future_path(&self, of: &TopicPartition, random: &dyn Random) -> Result<PathBuf, LogError> {
        let name = file_names::future_dir_name(of, random.uuid())?;
        Ok(self.path().join(name))
    }

    /// The directories of future replicas.
    pub fn futures(&self) -> Result<Vec<PartitionDir>, LogError> {
        let found = self.directories()?.into_iter().filter_map(|name| {
            let topic_partition = file_names::parse_future_dir(&name)?;
            Some(PartitionDir {
                topic_partition,
                path: self.path().join(name),
            })
        });
        Ok(found.collect())
    }

    /// Removes the directory of a future replica, if it is there.
    pub fn remove_future(&self, disk: &dyn Disk, path: &Path) -> Result<(), LogError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.parent() != Some(self.path()) || !name.ends_with(FUTURE_DIR) {
            let reason = "it is not the directory of a future replica";
            return Err(LogError::BadName {
                name: path.display().to_string(),
                reason,
            });
        }
        if disk.exists(path).during("look for the future replica", path)? {
            disk.remove_dir_all(path).during("remove the future replica", path)?;
        }
        Ok(())
    }

    /// Makes the directory of a future replica the partition's own, durably.
    pub fn promote(&self, disk: &dyn Disk, future: &Path, of: &TopicPartition) -> Result<PathBuf, LogError> {
        let path = self.partition_path(of)?;
        if disk.exists(&path).during("look for the partition's directory", &path)? {
            let reason = "a directory of this name is there already";
            return Err(LogError::BadName {
                name: path.display().to_string(),
                reason,
            });
        }
        disk.rename(future, &path).during("rename the future replica", future)?;
        Ok(path)
    }

    /// Renames the partition's directory so that it is removed later; gives the new name.
    pub fn demote(&self, disk: &dyn Disk, random: &dyn Random, of: &TopicPartition) -> Result<PathBuf, LogError> {
        let path = self.partition_path(of)?;
        let target = self.path().join(file_names::delete_dir_name(of, random.uuid()));
        disk.rename(&path, &target)
            .during("rename the partition's directory", &path)?;
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::disk::SimDisk;
    use crate::env::SeededRandom;
    use crate::ids::PartitionId;

    #[test]
    fn future_directories_are_found_promoted_and_removed_and_nothing_else_is() {
        let (disk, random) = (SimDisk::new(1), SeededRandom::new(1));
        let dir = LogDir::open(Arc::new(disk.clone()), Path::new("/data")).unwrap();
        let of = TopicPartition {
            topic: "t.x-y".to_owned(),
            partition: PartitionId(3),
        };
        let path = dir.future_path(&of, &random).unwrap();
        for path in [&path, &dir.path().join("a-1"), &dir.path().join("b-2.0f-delete")] {
            disk.create_dir_all(path).unwrap();
        }
        let found = dir.futures().unwrap();
        assert_eq!(
            found
                .iter()
                .map(|it| (&it.topic_partition, &it.path))
                .collect::<Vec<_>>(),
            [(&of, &path)]
        );
        assert!(dir.remove_future(&disk, &dir.path().join("a-1")).is_err());
        assert_eq!(dir.promote(&disk, &path, &of), Ok(dir.path().join("t.x-y-3")));
        assert!(dir.futures().unwrap().is_empty());
        let again = dir.future_path(&of, &random).unwrap();
        disk.create_dir_all(&again).unwrap();
        assert!(dir.promote(&disk, &again, &of).is_err(), "the name is taken");
        dir.remove_future(&disk, &again).unwrap();
        dir.remove_future(&disk, &again).unwrap();
        assert!(dir.futures().unwrap().is_empty());
    }
}
