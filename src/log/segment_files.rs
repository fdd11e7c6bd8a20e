//! Where one segment's files are, and the operations that concern all of them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::IoContext;
use super::file_names::{LOG, OFFSET_INDEX, SNAPSHOT, TIME_INDEX, TXN_INDEX};
use super::{LogError, file_names};
use crate::disk::{Disk, DiskFile, OpenMode};
use crate::ids::Offset;

/// The files of a segment: names by extension.
#[derive(Debug, Clone)]
pub(super) struct SegmentFiles {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) dir: Arc<Path>,
    pub(super) base: Offset,
    /// Ends the names while the files are no part of the log: `.cleaned` or `.swap`.
    pub(super) suffix: &'static str,
}

impl SegmentFiles {
    pub(super) fn path(&self, extension: &str) -> PathBuf {
        let name = file_names::file_name(self.base, extension);
        self.dir.join(format!("{name}{}", self.suffix))
    }

    pub(super) fn open(&self, extension: &str, mode: OpenMode) -> Result<Arc<dyn DiskFile>, LogError> {
        let path = self.path(extension);
        self.disk.open(&path, mode).during("open the file", &path)
    }

    /// Everything that belongs to a segment. The records go first: indexes without records are removed by whoever opens
    /// the directory next.
    pub(super) const ALL: [&'static str; 5] = [LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX, SNAPSHOT];

    /// Removes the records and indexes, as far as they are there; the records last, since an index without them would be
    /// taken for one that belongs to what is there.
    pub(super) fn remove_all(&self) -> Result<(), LogError> {
        [TXN_INDEX, TIME_INDEX, OFFSET_INDEX, LOG]
            .iter()
            .try_for_each(|extension| remove_if_there(self.disk.as_ref(), &self.path(extension)))
    }

    /// Renames files of these kinds so that they are no part of the log any more; gives their new names.
    pub(super) fn mark_deleted(&self, kinds: &[&'static str]) -> Result<Vec<PathBuf>, LogError> {
        let mut renamed = Vec::new();
        for extension in kinds {
            let path = self.path(extension);
            let target = self.path(&format!("{extension}{}", file_names::DELETED));
            match self.disk.rename_unsynced(&path, &target) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => {
                    other.during("rename the file", &path)?;
                    renamed.push(target);
                }
            }
        }
        Ok(renamed)
    }
}

/// Removes a file; one that is not there is as good.
pub(super) fn remove_if_there(disk: &dyn Disk, path: &Path) -> Result<(), LogError> {
    match disk.remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.during("remove the file", path),
    }
}
