//! Bringing a segment's indexes in line with its records: after a crash, after a cut, after they were lost.

use super::LogError;
use super::error::IoContext;
use super::file_names::LOG;
use super::offset_index::OffsetPosition;
use super::scan::{Found, Scan};
use super::segment::Segment;
use super::segment_indexes::{DEFAULT_INTERVAL_BYTES, Indexes, Largest, Placed};
use super::time_index::TimePoint;
use crate::ids::Offset;

impl Segment {
    /// Makes offset and time index again from the records' headers.
    pub(super) fn rebuild(&self, indexes: &mut Indexes, index_interval_bytes: u64) -> Result<(), LogError> {
        tracing::warn!(segment = %self.files.path(LOG).display(), "an index does not fit its records and is made again");
        indexes.offsets.reset(&self.files)?;
        indexes.times.reset(&self.files)?;
        indexes.largest = Largest {
            known: true,
            point: None,
            indexed_ms: -1,
        };
        indexes.bytes_since_entry = 0;
        indexes.missing = false;
        let file = self.log_file()?;
        for found in Scan::headers(&**file, 0, self.len()) {
            let found = found.map_err(|fault| fault.damage(&self.files.path(LOG)))?;
            indexes.place(&Placed::of(&found), found.position, index_interval_bytes, &self.files);
        }
        indexes.close(&self.files)
    }

    /// Keeps the index entries that are believable for what lies before `end`; the position and offset of the last
    /// batch that they vouch for, from which recovery scans.
    pub(super) fn keep_valid_indexes(&self, end: Offset) -> Result<OffsetPosition, LogError> {
        let mut indexes = self.indexes.write();
        let (len, files) = (self.len(), &self.files);
        let offsets = indexes.offsets.valid_entries(len, end, files).unwrap_or(0);
        let times = indexes.times.valid_entries(end, files).unwrap_or(0);
        let (kept_offsets, kept_times) = (indexes.offsets.keep(offsets, files), indexes.times.keep(times, files));
        if kept_offsets.is_err() || kept_times.is_err() || offsets == 0 {
            indexes.offsets.reset(files)?;
            indexes.times.reset(files)?;
        }
        indexes.trusted = true;
        indexes.bytes_since_entry = 0;
        let last = indexes.offsets.lookup(Offset(i64::MAX), files)?;
        indexes.times.truncate_to(last.offset, files)?;
        indexes.largest = Largest::default();
        indexes.load_largest(files)?;
        Ok(last)
    }

    /// Indexes a batch that is in the file already.
    pub(super) fn index_found(&self, found: &Found, index_interval_bytes: u64) {
        self.indexes
            .write()
            .place(&Placed::of(found), found.position, index_interval_bytes, &self.files);
    }

    /// Cuts the file behind a position and the indexes at an offset.
    pub(super) fn cut(&self, position: u64, offset: Offset, now_ms: i64) -> Result<(), LogError> {
        let mut indexes = self.indexes(DEFAULT_INTERVAL_BYTES)?;
        indexes.offsets.truncate_to(offset, &self.files)?;
        indexes.times.truncate_to(offset, &self.files)?;
        indexes.txns.truncate_to(offset, &self.files)?;
        let file = self.log_file()?;
        self.set_len(position);
        file.set_len(position)
            .during("cut the records", &self.files.path(LOG))?;
        // Were the cut lost and a later append not, old records could follow new ones.
        file.sync_data()
            .map_err(|error| LogError::sync(&self.files.path(LOG), &error))?;
        indexes.bytes_since_entry = 0;
        if position == 0 {
            indexes.created_ms = now_ms;
            indexes.first_timestamp_ms = None;
        }
        drop(indexes);
        self.find_largest()
    }

    /// Looks for the largest timestamp: the time index knows it up to its last entry.
    pub(super) fn find_largest(&self) -> Result<(), LogError> {
        let known = self.indexes(DEFAULT_INTERVAL_BYTES)?.times.last(&self.files)?;
        let from = self
            .position_before(known.map_or(self.base(), |point| point.offset))?
            .position;
        let mut largest = known;
        self.scan_headers(from, self.len(), |found| {
            let batch = Placed::of(found);
            if batch.max_timestamp_ms > largest.map_or(-1, |point| point.timestamp_ms) {
                largest = Some(TimePoint {
                    timestamp_ms: batch.max_timestamp_ms,
                    offset: batch.last,
                });
            }
            false
        })?;
        let indexed_ms = known.map_or(-1, |point| point.timestamp_ms);
        self.indexes.write().largest = Largest {
            known: true,
            point: largest,
            indexed_ms,
        };
        Ok(())
    }
}
