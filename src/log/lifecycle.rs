//! The end of a log's use: checkpoint, close, removal.
//!
//! A recovery checkpoint makes durable whatever recovery would otherwise have to find again below it: records, indexes,
//! producers, leader epochs. Close is a checkpoint after which nothing comes any more.

use std::path::PathBuf;

use super::error::IoContext;
use super::file_names;
use super::sync::Dirty;
use super::{Log, LogError};
use crate::ids::Offset;

impl Log {
    /// Makes indexes and producers durable as far as the records are, and gives the offset to checkpoint: recovery reads
    /// only what is at or beyond it. Costs nothing if nothing was written since.
    pub fn recovery_checkpoint(&self) -> Result<Offset, LogError> {
        self.check_usable()?;
        let end = {
            let mut writer = self.writer.lock();
            let end = self.log_end_offset();
            if writer.recovery_point == end {
                return Ok(end);
            }
            if let Some(last) = self.last_segment() {
                self.write_snapshot(&mut writer, end)?;
                writer.dirty.note_sealed(last);
            }
            end
        };
        self.flush()?;
        let mut writer = self.writer.lock();
        // A truncation may have come between.
        writer.recovery_point = end.min(self.stable_offset());
        Ok(writer.recovery_point)
    }

    /// Makes everything durable, with a snapshot of the producers, and refuses further use. The directory is then one that
    /// Apache Kafka closed in order, as far as this log is concerned.
    pub fn close(&self) -> Result<(), LogError> {
        self.check_usable()?;
        {
            let mut writer = self.writer.lock();
            self.mark_closed();
            let end = self.log_end_offset();
            let changed = writer.open_ended || writer.snapshot_at != Some(end);
            if let Some(last) = self.last_segment().filter(|_| changed) {
                last.close_indexes(self.config().index_interval_bytes)?;
                self.write_snapshot(&mut writer, end)?;
                writer.dirty.note_sealed(last);
            }
        }
        self.flush().map(drop)
    }

    /// Renames the directory so that it is no log any more, and closes it; gives the new name, to be removed later. None
    /// if the log never had a directory.
    pub fn rename_for_deletion(&self) -> Result<Option<PathBuf>, LogError> {
        // Not while a sync works on the old names.
        let _no_sync = self.syncing.lock();
        let mut writer = self.writer.lock();
        self.mark_closed();
        // Nobody needs it any more.
        writer.dirty = Dirty::default();
        if !writer.has_dir {
            return Ok(None);
        }
        let name = file_names::delete_dir_name(&self.topic_partition, self.random.uuid());
        let target = self.dir.with_file_name(name);
        self.disk
            .rename(&self.dir, &target)
            .during("rename the partition's directory", &self.dir)?;
        Ok(Some(target))
    }
}
