//! Directories in a data directory that no topic claims: told apart by the topic id in them, and set aside.
//!
//! Kafka renames such directories to `<topic>-<partition>.<unique>-stray` and leaves them; so does this.

use std::path::PathBuf;

use super::error::IoContext;
use super::{LogDir, LogError, PartitionDir};
use crate::disk::Disk;
use crate::env::Random;

impl LogDir {
    /// Renames a partition's directory so that it is no log any more, and keeps it; gives the new name.
    pub fn set_aside(&self, disk: &dyn Disk, random: &dyn Random, found: &PartitionDir) -> Result<PathBuf, LogError> {
        let unique = format!("{:032x}", random.uuid().as_u128());
        let aside = self.path().join(format!("{}.{unique}-stray", found.topic_partition));
        disk.rename(&found.path, &aside).during("set aside", &found.path)?;
        Ok(aside)
    }
}
