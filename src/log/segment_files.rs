//! Where one segment's files are, and the operations that concern all of them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::IoContext;
use super::{LogError, file_names};
use crate::disk::{Disk, DiskFile, OpenMode};
use crate::ids::Offset;

/// The files of a segment: names by extension.
#[derive(Debug, Clone)]
pub(super) struct SegmentFiles {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) dir: Arc<Path>,
    pub(super) base: Offset,
}

impl SegmentFiles {
    pub(super) fn path(&self, extension: &str) -> PathBuf {
        self.dir.join(file_names::file_name(self.base, extension))
    }

    pub(super) fn open(&self, extension: &str, mode: OpenMode) -> Result<Arc<dyn DiskFile>, LogError> {
        let path = self.path(extension);
        self.disk.open(&path, mode).during("open the file", &path)
    }

    /// Renames all files so that they are no part of the log any more; gives their new names.
    pub(super) fn mark_deleted(&self) -> Result<Vec<PathBuf>, LogError> {
        use file_names::{LOG, OFFSET_INDEX, SNAPSHOT, TIME_INDEX, TXN_INDEX};
        let mut renamed = Vec::new();
        // The records go first: indexes without records are removed by whoever opens the directory next.
        for extension in [LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX, SNAPSHOT] {
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
