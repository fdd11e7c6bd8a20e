//! Taking records away: at the end (truncation), at the beginning (log start, retention), or all of them.
//!
//! Removed files are first renamed `.deleted` and go after `file.delete.delay.ms`; ranges that readers hold stay readable.
//! Truncation lowers the log's end before it cuts a file, so that no reader is sent to bytes that go, and keeps whole
//! batches only: where the offset lies inside a batch, the batch goes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::error::IoContext;
use super::file_names::{SNAPSHOT, parse_file_name};
use super::partition_log::Writer;
use super::segment::Segment;
use super::segment_files::{SegmentFiles, remove_if_there};
use super::{Log, LogConfig, LogError, open};
use crate::ids::Offset;

impl Log {
    /// Removes everything at and beyond an offset, and the batch that holds it; whether there was anything.
    pub fn truncate_to(&self, offset: Offset) -> Result<bool, LogError> {
        self.check_usable()?;
        let mut writer = self.writer.lock();
        if offset >= self.log_end_offset() {
            if self.epochs.write().truncate_end(offset) {
                writer.dirty.epochs = true;
            }
            return Ok(false);
        }
        let begins_behind = self.segments.read().first().is_some_and(|first| first.base() > offset);
        let result = if begins_behind {
            self.start_anew(&mut writer, offset)
        } else {
            self.cut_at(&mut writer, offset)
        };
        result.map_err(|error| self.fail_unless_full(error))?;
        Ok(true)
    }

    /// Removes everything and begins anew at an offset.
    pub fn truncate_fully_and_start_at(&self, offset: Offset) -> Result<(), LogError> {
        self.check_usable()?;
        let mut writer = self.writer.lock();
        self.start_anew(&mut writer, offset)
            .map_err(|error| self.fail_unless_full(error))
    }

    fn cut_at(&self, writer: &mut Writer, offset: Offset) -> Result<(), LogError> {
        let (kept, mut removed) = {
            let segments = self.segments.read();
            let kept = segments.partition_point(|segment| segment.base() <= offset).max(1);
            let (kept, removed) = segments.split_at_checked(kept).unwrap_or((&segments, &[]));
            (kept.last().cloned(), removed.to_vec())
        };
        let Some(last) = kept else { return Ok(()) };
        let cut = last.locate(offset)?;
        let end = cut.map_or(offset, |found| offset.min(Offset(found.header.base_offset)));
        self.lower_end(writer, end);
        // The last one first, and durably before the cut, so that a crash in between leaves no hole.
        removed.reverse();
        self.remove_segments(writer, &removed)?;
        if !removed.is_empty() {
            self.disk
                .sync_dir(&self.dir)
                .map_err(|error| LogError::sync(&self.dir, &error))?;
        }
        if let Some(found) = cut {
            last.cut(found.position, end, self.clock.now_ms())?;
        }
        writer.dirty.note_records(&last);
        writer.open_ended = true;
        writer.dirty.names = true;
        if self.epochs.write().truncate_end(end) {
            writer.dirty.epochs = true;
        }
        self.restore_producers(writer, end)
    }

    fn start_anew(&self, writer: &mut Writer, offset: Offset) -> Result<(), LogError> {
        let removed = self.segments.read().clone();
        self.lower_end(writer, offset);
        self.log_end.store(offset.0, Ordering::Release);
        self.log_start.store(offset.0, Ordering::Release);
        self.remove_segments(writer, &removed)?;
        if self.epochs.write().clear() {
            writer.dirty.epochs = true;
        }
        *self.producers.lock() = Default::default();
        self.transactions.store(false, Ordering::Release);
        self.remove_snapshots(writer, |_| true)?;
        self.begin_segment(writer, offset, &self.config(), self.clock.now_ms())?;
        // Nothing is below: a log without records is as durable as it gets once its names are.
        self.stable.store(offset.0, Ordering::Release);
        writer.recovery_point = offset;
        Ok(())
    }

    fn lower_end(&self, writer: &mut Writer, end: Offset) {
        self.log_end.store(end.0, Ordering::Release);
        self.stable.store(self.stable_offset().min(end).0, Ordering::Release);
        // Where the log started inside the batch that goes, nothing is left to be hidden.
        self.log_start.fetch_min(end.0, Ordering::AcqRel);
        // What comes in the place of what was cleaned is dirty.
        self.first_dirty.fetch_min(end.0, Ordering::AcqRel);
        writer.truncations += 1;
        writer.sync_ceiling = writer.sync_ceiling.min(end);
        writer.recovery_point = writer.recovery_point.min(end);
        self.recent.lock().clear();
    }

    /// Finds the producers as they were at a new end: an older snapshot, and what followed it.
    fn restore_producers(&self, writer: &mut Writer, end: Offset) -> Result<(), LogError> {
        self.remove_snapshots(writer, |offset| offset > end)?;
        if self.producers.lock().is_empty() {
            return Ok(());
        }
        let offsets = self.snapshots()?;
        let segments = self.segments.read().clone();
        let range = self.log_start_offset()..end;
        let disk = self.disk.as_ref();
        let (states, _) = open::replay_producers(disk, &self.dir, &offsets, &segments, range, None)?;
        self.transactions
            .store(!states.has_no_transactions(), Ordering::Release);
        *self.producers.lock() = states;
        Ok(())
    }

    /// The offsets of the producer snapshots, rising.
    fn snapshots(&self) -> Result<Vec<Offset>, LogError> {
        let entries = self
            .disk
            .list(&self.dir)
            .during("list the partition's directory", &self.dir)?;
        let offset = |name: &str| {
            parse_file_name(name)
                .filter(|(_, kind)| *kind == SNAPSHOT)
                .map(|(offset, _)| offset)
        };
        Ok(entries.iter().filter_map(|entry| offset(&entry.name)).collect())
    }

    fn remove_snapshots(&self, writer: &mut Writer, gone: impl Fn(Offset) -> bool) -> Result<(), LogError> {
        if !writer.has_dir {
            return Ok(());
        }
        let mut newest = None;
        for offset in self.snapshots()? {
            if gone(offset) {
                remove_if_there(self.disk.as_ref(), &self.snapshot_path(offset))?;
            } else {
                newest = Some(offset);
            }
        }
        writer.snapshot_at = newest;
        Ok(())
    }

    /// Takes segments out of the log and renames their files.
    fn remove_segments(&self, writer: &mut Writer, removed: &[Arc<Segment>]) -> Result<Vec<PathBuf>, LogError> {
        self.segments
            .write()
            .retain(|segment| !removed.iter().any(|gone| Arc::ptr_eq(gone, segment)));
        writer.dirty.forget(removed);
        let due_ms = self.clock.now_ms().saturating_add(self.config().file_delete_delay_ms);
        let mut renamed = Vec::new();
        for segment in removed {
            renamed.extend(segment.files.mark_deleted(&SegmentFiles::ALL)?);
            writer.dirty.names = true;
        }
        writer.deleted.extend(renamed.iter().map(|path| (path.clone(), due_ms)));
        Ok(renamed)
    }

    /// Hides everything below an offset from readers; whether that changed anything. The caller sees to it that the offset
    /// is not beyond the high watermark.
    pub fn increment_log_start_offset(&self, to: Offset) -> Result<bool, LogError> {
        self.check_usable()?;
        let mut writer = self.writer.lock();
        let (log_start, log_end) = (self.log_start_offset(), self.log_end_offset());
        if to > log_end {
            return Err(LogError::OffsetOutOfRange {
                requested: to,
                log_start,
                log_end,
            });
        }
        if to <= log_start {
            return Ok(false);
        }
        self.log_start.store(to.0, Ordering::Release);
        if self.epochs.write().truncate_start(to) {
            writer.dirty.epochs = true;
        }
        self.on_high_watermark(to);
        Ok(true)
    }

    /// Removes segments that time, size or the log start offset let go, all below the high watermark; the files' new
    /// names, which stay until [`Log::remove_deleted`] finds their delay over.
    pub fn delete_old_segments(&self, high_watermark: Offset) -> Result<Vec<PathBuf>, LogError> {
        self.check_usable()?;
        let mut writer = self.writer.lock();
        let (config, now_ms) = (self.config(), self.clock.now_ms());
        let segments = self.segments.read().clone();
        let mut count = 0;
        let mut excess = excess_bytes(&segments, &config);
        for (place, segment) in segments.iter().enumerate() {
            let next = segments
                .get(place + 1)
                .map_or(self.log_end_offset(), |next| next.base());
            let by_start = next <= self.log_start_offset();
            let by_size = excess >= segment.len() && excess > 0;
            // A cleaned segment may be empty and goes like any other; the last one is the next append's.
            let is_last = place + 1 == segments.len();
            let goes = next <= high_watermark && !(is_last && segment.len() == 0);
            if !goes || !(by_start || by_size || too_old(segment, &config, now_ms)?) {
                break;
            }
            excess = excess.saturating_sub(segment.len());
            count += 1;
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        if count == segments.len() {
            // The last one goes, too: another takes its place, so that the log's end is not lost.
            let end = self.log_end_offset();
            self.begin_segment(&mut writer, end, &config, now_ms)
                .map_err(|error| self.fail_unless_full(error))?;
        }
        let removed = segments.get(..count).unwrap_or_default();
        let start = segments.get(count).map_or(self.log_end_offset(), |first| first.base());
        // Readers are turned away before the files go.
        self.log_start.fetch_max(start.0, Ordering::AcqRel);
        if self.epochs.write().truncate_start(self.log_start_offset()) {
            writer.dirty.epochs = true;
        }
        self.remove_segments(&mut writer, removed)
            .map_err(|error| self.fail_unless_full(error))
    }

    /// Removes files that [`Log::delete_old_segments`] or a truncation renamed, once their delay is over.
    pub fn remove_deleted(&self) -> Result<(), LogError> {
        let now_ms = self.clock.now_ms();
        let mut writer = self.writer.lock();
        let (due, later) = std::mem::take(&mut writer.deleted)
            .into_iter()
            .partition(|(_, due_ms)| *due_ms <= now_ms);
        writer.deleted = later;
        drop(writer);
        let due: Vec<(PathBuf, i64)> = due;
        due.iter()
            .try_for_each(|(path, _)| remove_if_there(self.disk.as_ref(), path))
    }
}

/// Bytes that the segments hold beyond `retention.bytes`.
fn excess_bytes(segments: &[Arc<Segment>], config: &LogConfig) -> u64 {
    let size: u64 = segments.iter().map(|segment| segment.len()).sum();
    let limit = config.retention_bytes.filter(|_| config.delete);
    limit.map_or(0, |limit| size.saturating_sub(limit))
}

fn too_old(segment: &Segment, config: &LogConfig, now_ms: i64) -> Result<bool, LogError> {
    let Some(retention_ms) = config.retention_ms.filter(|_| config.delete) else {
        return Ok(false);
    };
    let (_, modified_ms, _) = segment.times();
    let newest = segment
        .largest_timestamp()?
        .map_or(modified_ms, |point| point.timestamp_ms);
    Ok(now_ms.saturating_sub(newest) > retention_ms)
}
