//! Putting a cleaned segment in the place of those that it was made from.
//!
//! The steps, in Kafka's names: the finished copy is `.cleaned`; as `.swap` it is what the log is to hold; the originals
//! become `.deleted`; the copy takes its own name. Crash story: with a `.cleaned` file left, the originals are the log; with
//! nothing but `.swap` files, the copy is (`leftovers` finishes the swap); the directory is synced between the two, and the
//! copy's bytes before them. What is `.deleted` goes at the next start.
//!
//! Readers open files by name when they first need them, and the copy takes the name of the first original: a reader that
//! found its place before the swap and opened the file after it would read elsewhere. `Log::generation` tells it to look
//! again.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::cleaner::CleaningError;
use super::error::IoContext;
use super::file_names::{LOG, OFFSET_INDEX, SNAPSHOT, SWAP, TIME_INDEX, TXN_INDEX};
use super::partition_log::Writer;
use super::segment::{FileLens, Segment};
use super::segment_files::SegmentFiles;
use super::{Log, LogError};

impl Log {
    /// Puts `cleaned`, whose files are durable, in the place of `replaced`; refuses if any of those is gone, or the log was
    /// truncated more often than `truncations`.
    pub(super) fn replace_segments(
        &self,
        cleaned: &Segment,
        replaced: &[Arc<Segment>],
        modified_ms: i64,
        truncations: u64,
    ) -> Result<(), CleaningError> {
        // Not while a sync works on the old names.
        let _no_sync = self.syncing.lock();
        let mut writer = self.writer.lock();
        self.check_usable()?;
        let place = self.place_of(replaced).filter(|_| writer.truncations == truncations);
        let Some(place) = place else {
            return Err(CleaningError::Overtaken);
        };
        let swap = cleaned.files.with_suffix(SWAP);
        if let Err(error) = cleaned.files.rename_all(&swap) {
            // As long as one file is `.cleaned` the others count for nothing: those go last.
            let undone = swap.remove_all().and_then(|()| cleaned.files.remove_all());
            undone.inspect_err(|error| self.fail(error))?;
            return Err(error.into());
        }
        self.sync_names().inspect_err(|error| self.fail(error))?;
        let swapped = self.swap_in(&mut writer, cleaned, &swap, replaced, place, modified_ms);
        // From here on an error leaves names that only the next opening can sort out.
        let swapped = swapped.and_then(|()| self.sync_names());
        swapped.inspect_err(|error| self.fail(error))?;
        Ok(())
    }

    fn place_of(&self, replaced: &[Arc<Segment>]) -> Option<usize> {
        let segments = self.segments.read();
        let first = replaced.first()?;
        let place = segments.iter().position(|segment| Arc::ptr_eq(segment, first))?;
        let there = segments.get(place..place + replaced.len())?;
        // The last segment is written to.
        let is_closed = place + replaced.len() < segments.len();
        let same = there.iter().zip(replaced).all(|(one, other)| Arc::ptr_eq(one, other));
        (same && is_closed).then_some(place)
    }

    fn swap_in(
        &self,
        writer: &mut Writer,
        cleaned: &Segment,
        swap: &SegmentFiles,
        replaced: &[Arc<Segment>],
        place: usize,
        modified_ms: i64,
    ) -> Result<(), LogError> {
        let due_ms = self.clock.now_ms().saturating_add(self.config().file_delete_delay_ms);
        let files = swap.with_suffix("");
        // Held during the renames, so that whoever looks again finds the new segment.
        let mut segments = self.segments.write();
        self.generation.fetch_add(1, Ordering::AcqRel);
        for segment in replaced {
            // The snapshot of producers at the first one's base is as good for the copy.
            let kinds = [LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX, SNAPSHOT];
            let count = kinds.len() - usize::from(segment.base() == files.base);
            let renamed = segment.files.mark_deleted(kinds.get(..count).unwrap_or_default())?;
            writer.deleted.extend(renamed.into_iter().map(|path| (path, due_ms)));
        }
        swap.rename_all(&files)?;
        let (offset_index, time_index) = cleaned.index_bytes();
        let lens = FileLens {
            log: cleaned.len(),
            offset_index: Some(offset_index),
            time_index,
            txn_index: cleaned.txn_index_bytes(),
            modified_ms,
        };
        let segment = Arc::new(Segment::existing(files, lens));
        segments.splice(place..place + replaced.len(), [segment]);
        drop(segments);
        self.recent.lock().clear();
        writer.dirty.forget(replaced);
        Ok(())
    }

    fn sync_names(&self) -> Result<(), LogError> {
        self.disk
            .sync_dir(&self.dir)
            .map_err(|error| LogError::sync(&self.dir, &error))
    }
}

impl SegmentFiles {
    /// The same segment's files under another suffix.
    pub(super) fn with_suffix(&self, suffix: &'static str) -> SegmentFiles {
        SegmentFiles { suffix, ..self.clone() }
    }

    /// Renames a segment's files to those of `target`, the records first. Not durable yet.
    fn rename_all(&self, target: &SegmentFiles) -> Result<(), LogError> {
        for extension in [LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX] {
            let (from, to) = (self.path(extension), target.path(extension));
            match self.disk.rename_unsynced(&from, &to) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                other => other.during("rename the file", &from)?,
            }
        }
        Ok(())
    }
}
