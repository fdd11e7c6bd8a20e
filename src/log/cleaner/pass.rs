//! The second half of a cleaning: copies of the segments without what is superseded, put in the originals' places.

use std::collections::HashMap;
use std::io::IoSlice;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use dmq_protocol::records::RecordBatch;

use super::super::control::end_marker;
use super::super::file_names::CLEANED;
use super::super::producer_state::LastRecord;
use super::super::segment::Segment;
use super::super::segment_files::SegmentFiles;
use super::super::segment_indexes::Placed;
use super::super::{Log, LogConfig, LogError};
use super::batches::Batches;
use super::filter::{Filter, Kept};
use super::groups::{Size, SizeMax, groups};
use super::mapping::{Mapped, map_keys};
use super::transactions::{Marker, Transactions};
use super::{Cleanable, Cleaned, CleaningError, CleaningLimits, Pace};
use crate::ids::{Offset, ProducerId};
use crate::limits::SEGMENT_BYTES_MAX;

impl Log {
    /// Cleans the log as far as `cleanable` allows and the limits reach. One cleaning at a time.
    pub fn clean(
        &self,
        cleanable: &Cleanable,
        limits: &CleaningLimits,
        pace: &dyn Pace,
    ) -> Result<Cleaned, CleaningError> {
        self.check_usable()?;
        let truncations = self.writer.lock().truncations;
        let mapped = map_keys(self, cleanable, limits, pace)?;
        if mapped.upto <= cleanable.first_dirty {
            let keys_max = mapped.keys.keys_max();
            return Err(CleaningError::MapTooSmall { keys_max });
        }
        let mut pass = Pass {
            log: self,
            config: self.config(),
            mapped: &mapped,
            truncations,
            round_end: cleanable.first_uncleanable,
            now_ms: self.clock.now_ms(),
            limits,
            pace,
            transactions: Transactions::default(),
            done: Cleaned {
                from: cleanable.first_dirty,
                upto: mapped.upto,
                keys: mapped.keys.len() as u64,
                ..Cleaned::default()
            },
        };
        let segments = self.segments_between(Offset::ZERO, mapped.upto);
        for group in pass.groups(&segments) {
            pass.clean_group(segments.get(group).unwrap_or_default())?;
        }
        let writer = self.writer.lock();
        if writer.truncations != truncations {
            return Err(CleaningError::Overtaken);
        }
        self.first_dirty.store(mapped.upto.0, Ordering::Release);
        Ok(pass.done)
    }

    /// The segments that hold, or could hold, offsets of `from .. upto`.
    pub(super) fn segments_between(&self, from: Offset, upto: Offset) -> Vec<Arc<Segment>> {
        let segments = self.segments.read();
        let first = segments
            .partition_point(|segment| segment.base() <= from)
            .saturating_sub(1);
        let end = segments.partition_point(|segment| segment.base() < upto).max(first);
        segments.get(first..end).unwrap_or_default().to_vec()
    }
}

struct Pass<'a> {
    log: &'a Log,
    config: Arc<LogConfig>,
    mapped: &'a Mapped,
    /// Of the log when the map was begun: what it maps must still be there when records go because of it.
    truncations: u64,
    round_end: Offset,
    now_ms: i64,
    limits: &'a CleaningLimits,
    pace: &'a dyn Pace,
    transactions: Transactions,
    done: Cleaned,
}

/// What was filtered and waits to be written to the new segment.
#[derive(Default)]
struct Pending {
    batches: Vec<Bytes>,
    placed: Vec<Placed>,
    bytes: usize,
}

impl Pass<'_> {
    fn groups(&self, segments: &[Arc<Segment>]) -> Vec<std::ops::Range<usize>> {
        let sizes: Vec<Size> = segments
            .iter()
            .map(|segment| {
                let (offset_index, time_index) = segment.index_bytes();
                Size {
                    base: segment.base(),
                    log: segment.len(),
                    offset_index,
                    time_index,
                }
            })
            .collect();
        let max = SizeMax {
            log: self.config.segment_bytes_max.min(SEGMENT_BYTES_MAX),
            index: self.config.index_bytes_max,
        };
        groups(&sizes, self.round_end, max)
    }

    fn clean_group(&mut self, group: &[Arc<Segment>]) -> Result<(), CleaningError> {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return Ok(());
        };
        let files = SegmentFiles {
            suffix: CLEANED,
            ..first.files.clone()
        };
        files.remove_all()?;
        let (_, modified_ms, _) = last.times();
        let target = Segment::create(files, modified_ms)?;
        let cleaned = self
            .copy_group(group, &target)
            .and_then(|()| {
                target
                    .make_durable(self.config.index_interval_bytes, modified_ms)
                    .map_err(Into::into)
            })
            .and_then(|()| self.log.replace_segments(&target, group, modified_ms, self.truncations));
        if cleaned.is_err() {
            // Whatever was in the way: unfinished copies are of no use, and are removed at the next start at the latest.
            let _ = target.files.remove_all();
        }
        self.done.bytes_written += target.len();
        cleaned
    }

    fn copy_group(&mut self, group: &[Arc<Segment>], target: &Segment) -> Result<(), CleaningError> {
        let producers = self.log.producers.lock().last_records();
        for (place, segment) in group.iter().enumerate() {
            let upto = match group.get(place + 1) {
                Some(next) => next.base(),
                None => segment.next_offset()?,
            };
            self.transactions.expect(self.log.find_aborted(segment.base(), upto)?);
            self.copy_segment(segment, target, &producers)?;
        }
        Ok(())
    }

    fn copy_segment(
        &mut self,
        segment: &Segment,
        target: &Segment,
        producers: &HashMap<ProducerId, LastRecord>,
    ) -> Result<(), CleaningError> {
        let filter = Filter {
            keys: &self.mapped.keys,
            mapped_upto: self.mapped.upto,
            round_end: self.round_end,
            producers,
            now_ms: self.now_ms,
            delete_retention_ms: self.config.delete_retention_ms,
            inflated_bytes_max: self.config.decompressed_bytes_max,
        };
        let mut pending = Pending::default();
        let mut batches = Batches::new(segment, 0, self.limits.io_bytes);
        while let Some(batch) = batches.next()? {
            if !self.pace.spend(batches.take_read()) {
                return Err(CleaningError::Stopped);
            }
            let discardable = self.is_discardable(&batch, target, &batches)?;
            let filtered = filter
                .apply(&batch, discardable)
                .map_err(|error| batches.damage(&error))?;
            self.done.records_read += filtered.records_read;
            self.done.records_kept += filtered.records_kept;
            pending.push(&batch, filtered.kept)?;
            if pending.bytes >= self.limits.io_bytes {
                self.write(&mut pending, target)?;
            }
        }
        self.done.bytes_read += segment.len();
        self.write(&mut pending, target)
    }

    /// Whether the batch's transaction lets it go: an aborted one, or a marker of which nothing is left.
    fn is_discardable(
        &mut self,
        batch: &RecordBatch,
        target: &Segment,
        batches: &Batches<'_>,
    ) -> Result<bool, CleaningError> {
        let header = batch.header();
        if !header.attributes.is_control() {
            return Ok(self.transactions.is_aborted(header));
        }
        let marker = end_marker(batch).map_err(|error| batches.damage(&error))?;
        match self.transactions.pass_control(header, marker, header.record_count == 0) {
            Marker::Idle => Ok(true),
            Marker::Needed => Ok(false),
            Marker::Aborts(transaction) => {
                target.note_aborted(std::iter::once(transaction))?;
                Ok(false)
            }
        }
    }

    fn write(&self, pending: &mut Pending, target: &Segment) -> Result<(), CleaningError> {
        let Pending { batches, placed, bytes } = std::mem::take(pending);
        if batches.is_empty() {
            return Ok(());
        }
        let slices: Vec<IoSlice<'_>> = batches.iter().map(|batch| IoSlice::new(batch)).collect();
        target.append(&slices, &placed, self.config.index_interval_bytes, self.now_ms)?;
        if self.pace.spend(bytes as u64) {
            Ok(())
        } else {
            Err(CleaningError::Stopped)
        }
    }
}

impl Pending {
    fn push(&mut self, batch: &RecordBatch, kept: Kept) -> Result<(), LogError> {
        let bytes = match kept {
            Kept::Nothing => return Ok(()),
            Kept::AsItWas => batch.as_bytes().clone(),
            Kept::Header(header) => Bytes::copy_from_slice(&header),
            Kept::Rewritten(bytes) => bytes,
        };
        let written = RecordBatch::split_first(&mut bytes.clone())?;
        self.bytes += bytes.len();
        self.placed.push(Placed {
            last: Offset(written.last_offset()),
            max_timestamp_ms: written.max_timestamp(),
            len: bytes.len() as u64,
        });
        self.batches.push(bytes);
        Ok(())
    }
}
