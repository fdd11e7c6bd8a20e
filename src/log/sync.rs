//! Making a log durable.
//!
//! A sync takes what was dirtied so far off the writer's list, without holding the writer up, syncs it, and then calls
//! everything below the log's end of that moment stable: records, sealed segments' indexes, snapshots, the leader
//! epochs, and the names of new files and of a new directory. A failed fsync ends the log; it is never retried, since the
//! system may have dropped the very pages that it failed to write.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::error::IoContext;
use super::file_names::{LEADER_EPOCHS, LOG};
use super::partition_log::nanos;
use super::segment::Segment;
use super::{Log, LogError, SyncListener};
use crate::disk::{OpenMode, SyncTicket, Syncable};
use crate::ids::Offset;

/// What was written since the last sync.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    /// Segments with new records, oldest first.
    pub(super) segments: Vec<Arc<Segment>>,
    /// Segments whose indexes must be durable too: no more records come, or a checkpoint is wanted.
    pub(super) sealed: Vec<Arc<Segment>>,
    /// Other new files.
    pub(super) files: Vec<PathBuf>,
    /// Whether files were created, renamed or removed in the directory.
    pub(super) names: bool,
    /// Whether the directory itself is new.
    pub(super) dir: bool,
    /// Whether the leader epochs changed.
    pub(super) epochs: bool,
}

impl Dirty {
    pub(super) fn note_records(&mut self, segment: &Arc<Segment>) {
        if !self.segments.last().is_some_and(|last| Arc::ptr_eq(last, segment)) {
            self.segments.push(Arc::clone(segment));
        }
    }

    /// Has a segment's indexes made durable, which may create their files.
    pub(super) fn note_sealed(&mut self, segment: Arc<Segment>) {
        self.sealed.push(segment);
        self.names = true;
    }

    fn is_empty(&self) -> bool {
        let nothing_new = self.segments.is_empty() && self.sealed.is_empty() && self.files.is_empty();
        nothing_new && !self.names && !self.dir && !self.epochs
    }

    /// Puts back what could not be synced because the disk is full.
    fn restore(&mut self, older: Dirty) {
        let newer = std::mem::replace(self, older);
        self.segments.extend(newer.segments);
        self.sealed.extend(newer.sealed);
        self.files.extend(newer.files);
        self.names |= newer.names;
        self.dir |= newer.dir;
        self.epochs |= newer.epochs;
    }

    /// Forgets segments that were removed from the log.
    pub(super) fn forget(&mut self, removed: &[Arc<Segment>]) {
        let kept = |segment: &Arc<Segment>| !removed.iter().any(|gone| Arc::ptr_eq(gone, segment));
        self.segments.retain(kept);
        self.sealed.retain(kept);
    }
}

impl Log {
    /// Makes everything written so far durable, on this thread; gives the new stable offset.
    pub fn flush(&self) -> Result<Offset, LogError> {
        let result = self.sync_dirty();
        if let Some(listener) = self.listener.get() {
            listener(result.clone());
        }
        result
    }

    /// Who is told after each sync. The first one stays. Offsets may be told twice, never too far; the listener must not
    /// wait for the log.
    pub fn set_sync_listener(&self, listener: SyncListener) {
        // A second listener would be a mistake of the caller that must not silence the first.
        debug_assert!(self.listener.get().is_none(), "a log has one listener");
        let _ = self.listener.set(listener);
    }

    /// Records at or beyond the stable offset (`flush.messages`).
    pub fn unflushed_messages(&self) -> u64 {
        u64::try_from(self.log_end_offset().0 - self.stable_offset().0).unwrap_or(0)
    }

    /// When the last sync ended, on the monotonic clock (`flush.ms`).
    pub fn last_flush(&self) -> Duration {
        Duration::from_nanos(self.last_flush_ns.load(Ordering::Relaxed))
    }

    pub(super) fn sync_dirty(&self) -> Result<Offset, LogError> {
        let _one_at_a_time = self.syncing.lock();
        self.check_intact()?;
        let (dirty, end) = {
            let mut writer = self.writer.lock();
            writer.sync_ceiling = Offset(i64::MAX);
            // Without a directory there is nothing but, perhaps, the epoch of a leader that has not written yet.
            let dirty = if writer.has_dir {
                std::mem::take(&mut writer.dirty)
            } else {
                Dirty::default()
            };
            (dirty, self.log_end_offset())
        };
        let synced = if dirty.is_empty() {
            Ok(())
        } else {
            self.sync_files(&dirty)
        };
        let mut writer = self.writer.lock();
        match synced {
            Ok(()) => {
                let stable = end.min(writer.sync_ceiling).max(self.stable_offset());
                self.stable.store(stable.0, Ordering::Release);
                self.last_flush_ns.store(nanos(self.clock.as_ref()), Ordering::Relaxed);
                Ok(stable)
            }
            Err(error) if error.is_passing() => {
                writer.dirty.restore(dirty);
                Err(error)
            }
            Err(error) => {
                self.fail(&error);
                Err(error)
            }
        }
    }

    fn sync_files(&self, dirty: &Dirty) -> Result<(), LogError> {
        for segment in &dirty.segments {
            let path = segment.files.path(LOG);
            segment
                .log_file()?
                .sync_data()
                .map_err(|error| LogError::sync(&path, &error))?;
        }
        let index_interval_bytes = self.config().index_interval_bytes;
        for segment in &dirty.sealed {
            segment.sync_indexes(index_interval_bytes)?;
        }
        for path in &dirty.files {
            match self.disk.open(path, OpenMode::ReadWrite) {
                // Removed since, by a truncation or with its segment.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                file => {
                    let file = file.during("open the file", path)?;
                    file.sync_data().map_err(|error| LogError::sync(path, &error))?;
                }
            }
        }
        if dirty.epochs {
            let epochs = self.epochs.read().clone();
            epochs.write(self.disk.as_ref(), &self.dir.join(LEADER_EPOCHS))?;
        }
        if dirty.names {
            self.disk
                .sync_dir(&self.dir)
                .map_err(|error| LogError::sync(&self.dir, &error))?;
        }
        if let Some(parent) = self.dir.parent().filter(|_| dirty.dir) {
            self.disk
                .sync_dir(parent)
                .map_err(|error| LogError::sync(parent, &error))?;
        }
        Ok(())
    }
}

impl Syncable for Log {
    fn sync(&self) {
        // Whoever waits is told by the listener.
        let _ = self.flush();
    }

    fn ticket(&self) -> &SyncTicket {
        &self.ticket
    }
}
