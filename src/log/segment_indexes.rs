//! A segment's three indexes together with what is known of its times.
//!
//! Entries come with the batches, one for each so many bytes; the time index gets one where the largest timestamp rose.
//! Guarded by the segment's lock; nothing here reads records.

use super::LogError;
use super::offset_index::{OffsetIndex, OffsetPosition};
use super::scan::Found;
use super::segment_files::SegmentFiles;
use super::time_index::{TimeIndex, TimePoint};
use super::txn_index::TxnIndex;
use crate::ids::Offset;

/// Where only an index that was lost is made again, and the setting is not at hand.
pub(super) const DEFAULT_INTERVAL_BYTES: u64 = 4096;

/// The part of a segment that is found by searching.
#[derive(Debug)]
pub(super) struct Indexes {
    pub(super) offsets: OffsetIndex,
    pub(super) times: TimeIndex,
    pub(super) txns: TxnIndex,
    /// Whether the files were looked at; before, they may be anything.
    pub(super) trusted: bool,
    /// Whether the segment was found without an offset index.
    pub(super) missing: bool,
    pub(super) largest: Largest,
    /// The largest timestamp of the first append, which `segment.ms` counts from; −1 if it had none.
    pub(super) first_timestamp_ms: Option<i64>,
    /// When the segment was created or last emptied (ms).
    pub(super) created_ms: i64,
    pub(super) modified_ms: i64,
    pub(super) bytes_since_entry: u64,
}

/// The largest timestamp of a segment, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Largest {
    pub(super) known: bool,
    pub(super) point: Option<TimePoint>,
    /// The timestamp of the time index's last entry, −1 if there is none.
    pub(super) indexed_ms: i64,
}

/// A batch that is appended, as the indexes need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) last: Offset,
    pub(super) max_timestamp_ms: i64,
    pub(super) len: u64,
}

impl Placed {
    pub(super) fn of(found: &Found) -> Placed {
        Placed {
            last: Offset(found.header.last_offset()),
            max_timestamp_ms: found.header.max_timestamp,
            len: found.header.size_in_bytes() as u64,
        }
    }
}

impl Indexes {
    pub(super) fn load_largest(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        if !self.largest.known {
            let point = self.times.last(files)?;
            self.largest = Largest {
                known: true,
                point,
                indexed_ms: point.map_or(-1, |point| point.timestamp_ms),
            };
        }
        Ok(())
    }

    pub(super) fn place(&mut self, batch: &Placed, position: u64, index_interval_bytes: u64, files: &SegmentFiles) {
        if position == 0 {
            self.first_timestamp_ms = Some(batch.max_timestamp_ms);
        }
        if batch.max_timestamp_ms > self.largest.point.map_or(-1, |point| point.timestamp_ms) {
            self.largest.point = Some(TimePoint {
                timestamp_ms: batch.max_timestamp_ms,
                offset: batch.last,
            });
        }
        if self.bytes_since_entry > index_interval_bytes {
            self.offsets.push(
                OffsetPosition {
                    offset: batch.last,
                    position,
                },
                files,
            );
            self.index_time(files);
            self.bytes_since_entry = 0;
        }
        self.bytes_since_entry += batch.len;
    }

    /// Adds the largest timestamp to the time index, unless it is there already.
    fn index_time(&mut self, files: &SegmentFiles) {
        if let Some(point) = self.largest.point
            && point.timestamp_ms > self.largest.indexed_ms
        {
            self.times.push(point, files);
            self.largest.indexed_ms = point.timestamp_ms;
        }
    }

    pub(super) fn close(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        self.load_largest(files)?;
        self.index_time(files);
        self.offsets.write_tail(files)?;
        self.times.write_tail(files)
    }
}
