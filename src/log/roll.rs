//! When the last segment is closed and the next one begun.
//!
//! A sealed segment has complete indexes and a snapshot of the producers behind its last record; the sync that follows
//! makes them durable before the stable offset passes into the new segment. The directory itself, and the topic's id in
//! it, come with the first segment.

use std::io::IoSlice;
use std::path::PathBuf;
use std::sync::Arc;

use dmq_protocol::records::BatchHeader;

use super::error::IoContext;
use super::file_names::{SNAPSHOT, file_name};
use super::partition_log::Writer;
use super::segment::Segment;
use super::segment_files::{SegmentFiles, remove_if_there};
use super::{Log, LogConfig, LogError, partition_metadata, producer_snapshot};
use crate::disk::OpenMode;
use crate::ids::Offset;
use crate::limits::SEGMENT_BYTES_MAX;

impl Log {
    /// Closes the last segment and begins another, if it holds anything.
    pub fn roll(&self) -> Result<(), LogError> {
        self.check_usable()?;
        let mut writer = self.writer.lock();
        let (end, config, now_ms) = (self.log_end_offset(), self.config(), self.clock.now_ms());
        match self.last_segment() {
            Some(last) if last.len() > 0 => {
                self.begin_segment(&mut writer, end, &config, now_ms)
                    .map_err(|error| self.fail_unless_full(error))?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn last_segment(&self) -> Option<Arc<Segment>> {
        self.segments.read().last().cloned()
    }

    /// The segment that an append of `bytes` goes to, and whether it was begun for it.
    pub(super) fn segment_for(
        &self,
        writer: &mut Writer,
        first: &BatchHeader,
        last_offset: Offset,
        bytes: u64,
        config: &LogConfig,
        now_ms: i64,
    ) -> Result<(Arc<Segment>, bool), LogError> {
        let begin = |writer: &mut Writer| {
            // A follower may be given a gap: the relative offsets of the new segment must be able to express its end.
            let least = Offset(last_offset.0.saturating_sub(i64::from(i32::MAX)));
            let base = self.log_end_offset().max(least);
            self.begin_segment(writer, base, config, now_ms)
                .map_err(|error| self.fail_unless_full(error))
        };
        let Some(last) = self.last_segment() else {
            return Ok((begin(writer)?, false));
        };
        last.load_first_timestamp()?;
        if must_roll(&last, first, last_offset, bytes, config, now_ms, writer.roll_jitter_ms) {
            return Ok((begin(writer)?, true));
        }
        Ok((last, false))
    }

    pub(super) fn begin_segment(
        &self,
        writer: &mut Writer,
        base: Offset,
        config: &LogConfig,
        now_ms: i64,
    ) -> Result<Arc<Segment>, LogError> {
        self.ensure_dir(writer)?;
        if let Some(last) = self.last_segment() {
            last.close_indexes(config.index_interval_bytes)?;
            self.write_snapshot(writer, base)?;
            writer.dirty.note_sealed(last);
        }
        let files = SegmentFiles {
            disk: Arc::clone(&self.disk),
            dir: Arc::clone(&self.dir),
            base,
            suffix: "",
        };
        let segment = Arc::new(Segment::create(files, now_ms)?);
        writer.dirty.note_records(&segment);
        writer.dirty.names = true;
        writer.open_ended = true;
        let jitter_max = u64::try_from(config.segment_jitter_ms_max.min(config.segment_ms_max)).unwrap_or(0);
        writer.roll_jitter_ms = i64::try_from(self.random.below(jitter_max)).unwrap_or(0);
        let mut segments = self.segments.write();
        // An empty segment with another base gives way: it never held anything.
        segments.retain(|segment| segment.base() != base);
        segments.push(Arc::clone(&segment));
        Ok(segment)
    }

    fn ensure_dir(&self, writer: &mut Writer) -> Result<(), LogError> {
        if writer.has_dir {
            return Ok(());
        }
        self.disk
            .create_dir(&self.dir)
            .during("create the partition's directory", &self.dir)?;
        writer.dirty.dir = true;
        if let Some(id) = writer.topic_id {
            partition_metadata::write(self.disk.as_ref(), &self.dir, id)?;
            writer.dirty.files.push(partition_metadata::path(&self.dir));
        }
        writer.has_dir = true;
        Ok(())
    }

    pub(super) fn snapshot_path(&self, offset: Offset) -> PathBuf {
        self.dir.join(file_name(offset, SNAPSHOT))
    }

    /// Writes the producers as they are behind the log's end. Torn by a crash, it does not match its CRC and an older one
    /// is used.
    pub(super) fn write_snapshot(&self, writer: &mut Writer, offset: Offset) -> Result<(), LogError> {
        if writer.snapshot_at == Some(offset) {
            return Ok(());
        }
        let bytes = producer_snapshot::encode(&self.producers.lock());
        let path = self.snapshot_path(offset);
        let file = self
            .disk
            .open(&path, OpenMode::Truncate)
            .during("create the producer snapshot", &path)?;
        file.write_all_at(&[IoSlice::new(&bytes)], 0)
            .during("write the producer snapshot", &path)?;
        writer.dirty.files.push(path);
        writer.dirty.names = true;
        let replaced = writer.snapshot_at.replace(offset);
        self.remove_stray_snapshot(replaced)
    }

    /// Removes the snapshot that a newer one replaces, unless it stands at the beginning of a segment.
    pub(super) fn remove_stray_snapshot(&self, replaced: Option<Offset>) -> Result<(), LogError> {
        let Some(offset) = replaced else { return Ok(()) };
        if self.segments.read().iter().any(|segment| segment.base() == offset) {
            return Ok(());
        }
        remove_if_there(self.disk.as_ref(), &self.snapshot_path(offset))
    }
}

fn must_roll(
    segment: &Segment,
    first: &BatchHeader,
    last_offset: Offset,
    bytes: u64,
    config: &LogConfig,
    now_ms: i64,
    jitter_ms: i64,
) -> bool {
    let len = segment.len();
    let full = len + bytes > config.segment_bytes_max.min(SEGMENT_BYTES_MAX) && len > 0;
    let far = last_offset.0 - segment.base().0 > i64::from(i32::MAX);
    let (created_ms, _, first_timestamp_ms) = segment.times();
    // Records' own time decides, so that a replica made later rolls where the first one did.
    let age_ms = match first_timestamp_ms {
        Some(begun) if begun >= 0 => first.max_timestamp.saturating_sub(begun),
        _ => now_ms.saturating_sub(created_ms),
    };
    let old = len > 0 && age_ms > config.segment_ms_max.saturating_sub(jitter_ms);
    full || far || old || segment.indexes_full(config.index_bytes_max)
}
