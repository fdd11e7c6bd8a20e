//! One segment: a file of batches with its three indexes.
//!
//! One writer at a time appends (the log's lock); readers find positions meanwhile. Length and indexes are published
//! after the bytes are written, so that a reader never sees an index entry or a length without its batch.
//! Files are opened when they are first needed. An index that cannot be right is made again from the records.
//! Invariant: the file's first `len` bytes are whole batches with rising offsets, all at or beyond the base offset.

use std::io::IoSlice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::{RwLock, RwLockWriteGuard};

use super::error::IoContext;
use super::file_names::{LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX};
use super::offset_index::{OffsetIndex, OffsetPosition};
use super::scan::{Found, Scan};
use super::segment_files::SegmentFiles;
use super::time_index::{TimeIndex, TimePoint};
use super::txn_index::{AbortedTxn, TxnIndex};
use super::{AbortedTransaction, LogError};
use crate::disk::{DiskFile, OpenMode};
use crate::ids::Offset;

/// Lengths of a segment's files, from the directory's listing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FileLens {
    pub(super) log: u64,
    /// None: the file is not there.
    pub(super) offset_index: Option<u64>,
    pub(super) time_index: u64,
    pub(super) txn_index: u64,
    /// When the records last changed (ms).
    pub(super) modified_ms: i64,
}

#[derive(Debug)]
pub(super) struct Segment {
    pub(super) files: SegmentFiles,
    len: AtomicU64,
    log: OnceLock<Arc<dyn DiskFile>>,
    indexes: RwLock<Indexes>,
}

/// The part of a segment that is found by searching.
#[derive(Debug)]
pub(super) struct Indexes {
    offsets: OffsetIndex,
    times: TimeIndex,
    pub(super) txns: TxnIndex,
    /// Whether the files were looked at; before, they may be anything.
    trusted: bool,
    /// Whether the segment was found without an offset index.
    missing: bool,
    largest: Largest,
    /// The largest timestamp of the first append, which `segment.ms` counts from; −1 if it had none.
    pub(super) first_timestamp_ms: Option<i64>,
    /// When the segment was created or last emptied (ms).
    pub(super) created_ms: i64,
    pub(super) modified_ms: i64,
    bytes_since_entry: u64,
}

/// The largest timestamp of a segment, as far as it is known.
#[derive(Debug, Clone, Copy, Default)]
struct Largest {
    known: bool,
    point: Option<TimePoint>,
    /// The timestamp of the time index's last entry, −1 if there is none.
    indexed_ms: i64,
}

/// A batch that is appended, as the indexes need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) last: Offset,
    pub(super) max_timestamp_ms: i64,
    pub(super) len: u64,
}

impl Segment {
    /// A segment without records, and its file.
    pub(super) fn create(files: SegmentFiles, now_ms: i64) -> Result<Segment, LogError> {
        let file = files.open(LOG, OpenMode::Create)?;
        let segment = Segment::existing(
            files,
            FileLens {
                modified_ms: now_ms,
                ..FileLens::default()
            },
        );
        segment.indexes.write().trusted = true;
        Ok(Segment {
            log: OnceLock::from(file),
            ..segment
        })
    }

    /// A segment whose files are there.
    pub(super) fn existing(files: SegmentFiles, lens: FileLens) -> Segment {
        let indexes = Indexes {
            offsets: OffsetIndex::new(lens.offset_index.unwrap_or(0)),
            times: TimeIndex::new(lens.time_index),
            txns: TxnIndex::new(lens.txn_index),
            trusted: false,
            missing: lens.offset_index.is_none() && lens.log > 0,
            largest: Largest::default(),
            first_timestamp_ms: None,
            created_ms: lens.modified_ms,
            modified_ms: lens.modified_ms,
            bytes_since_entry: 0,
        };
        Segment {
            files,
            len: AtomicU64::new(lens.log),
            log: OnceLock::new(),
            indexes: RwLock::new(indexes),
        }
    }

    pub(super) fn base(&self) -> Offset {
        self.files.base
    }

    /// Bytes of whole batches.
    pub(super) fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    pub(super) fn set_len(&self, len: u64) {
        self.len.store(len, Ordering::Release);
    }

    /// The file of the records.
    pub(super) fn log_file(&self) -> Result<&Arc<dyn DiskFile>, LogError> {
        if let Some(file) = self.log.get() {
            return Ok(file);
        }
        let file = self.files.open(LOG, OpenMode::ReadWrite)?;
        Ok(self.log.get_or_init(|| file))
    }

    /// Writes batches behind the last ones and indexes them. After an error the segment is as before.
    pub(super) fn append(
        &self,
        slices: &[IoSlice<'_>],
        placed: &[Placed],
        index_interval_bytes: u64,
        now_ms: i64,
    ) -> Result<(), LogError> {
        // Whatever can fail comes before the write, so that written batches are always indexed.
        self.indexes(index_interval_bytes)?.load_largest(&self.files)?;
        let position = self.len();
        let file = self.log_file()?;
        if let Err(error) = file.write_all_at(slices, position) {
            // What was written of it lies behind the end: the next append overwrites it, recovery would cut it.
            let _ = file.set_len(position);
            return Err(LogError::io("write the records", &self.files.path(LOG), &error));
        }
        let mut indexes = self.indexes.write();
        indexes.modified_ms = now_ms;
        let mut at = position;
        for batch in placed {
            indexes.place(batch, at, index_interval_bytes, &self.files);
            at += batch.len;
        }
        drop(indexes);
        self.set_len(at);
        Ok(())
    }

    /// The indexes, for changing them.
    pub(super) fn indexes(&self, index_interval_bytes: u64) -> Result<RwLockWriteGuard<'_, Indexes>, LogError> {
        let mut indexes = self.indexes.write();
        if !indexes.trusted {
            let trusted = !indexes.missing
                && indexes.offsets.looks_valid(self.len(), &self.files) == Ok(true)
                && indexes.times.looks_valid(&self.files) == Ok(true);
            if !trusted {
                self.rebuild(&mut indexes, index_interval_bytes)?;
            }
            indexes.trusted = true;
        }
        Ok(indexes)
    }

    /// Uses the indexes for reading; looks at the files first if nobody did yet.
    fn search<R>(&self, work: impl Fn(&Indexes) -> Result<R, LogError>) -> Result<R, LogError> {
        let indexes = self.indexes.read();
        if indexes.trusted {
            return work(&indexes);
        }
        drop(indexes);
        let indexes = self.indexes(DEFAULT_INTERVAL_BYTES)?;
        work(&indexes)
    }

    /// Makes offset and time index again from the records' headers.
    fn rebuild(&self, indexes: &mut Indexes, index_interval_bytes: u64) -> Result<(), LogError> {
        tracing::warn!(segment = %self.files.path(LOG).display(), "an index does not fit its records and is made again");
        indexes.offsets.reset(&self.files)?;
        indexes.times.reset(&self.files)?;
        indexes.largest = Largest {
            known: true,
            point: None,
            indexed_ms: -1,
        };
        indexes.bytes_since_entry = 0;
        let file = self.log_file()?;
        for found in Scan::headers(&**file, 0, self.len()) {
            let found = found.map_err(|fault| fault.damage(&self.files.path(LOG)))?;
            indexes.place(&placed(&found), found.position, index_interval_bytes, &self.files);
        }
        indexes.close(&self.files)
    }

    /// The batch that holds an offset, or else the next one after it.
    pub(super) fn locate(&self, offset: Offset) -> Result<Option<Found>, LogError> {
        let start = self
            .search(|indexes| indexes.offsets.lookup(offset, &self.files))?
            .position;
        self.scan_headers(start, self.len(), |found| found.header.last_offset() >= offset.0)
    }

    /// The last batch that ends at or before a position, looking from `from`, a batch's beginning, on.
    pub(super) fn last_batch_within(&self, from: u64, position: u64) -> Result<Option<Found>, LogError> {
        let indexed = self
            .search(|indexes| indexes.offsets.lookup_position(position, &self.files))?
            .position;
        let mut last = None;
        let file = self.log_file()?;
        for found in Scan::headers(&**file, indexed.max(from), self.len()) {
            let found = found.map_err(|fault| fault.damage(&self.files.path(LOG)))?;
            if found.end() > position {
                break;
            }
            last = Some(found);
        }
        if last.is_none() && indexed > from {
            // The indexed batch itself reaches beyond: the one before it is wanted.
            return self.last_batch_within_range(from, indexed);
        }
        Ok(last)
    }

    fn last_batch_within_range(&self, from: u64, end: u64) -> Result<Option<Found>, LogError> {
        let before = end.saturating_sub(1);
        let indexed = self
            .search(|indexes| indexes.offsets.lookup_position(before, &self.files))?
            .position;
        let mut last = None;
        self.scan_headers(indexed.max(from), end, |found| {
            last = Some(*found);
            false
        })?;
        Ok(last)
    }

    /// The first batch from a position on that is wanted.
    pub(super) fn scan_headers(
        &self,
        from: u64,
        end: u64,
        mut wanted: impl FnMut(&Found) -> bool,
    ) -> Result<Option<Found>, LogError> {
        if from >= end {
            return Ok(None);
        }
        let file = self.log_file()?;
        for found in Scan::headers(&**file, from, end) {
            let found = found.map_err(|fault| fault.damage(&self.files.path(LOG)))?;
            if wanted(&found) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// A position before the first batch that can hold a record at or after a time, and at or beyond an offset.
    pub(super) fn position_for_time(&self, timestamp_ms: i64, from: Offset) -> Result<u64, LogError> {
        self.search(|indexes| {
            let point = indexes.times.lookup(timestamp_ms, &self.files)?;
            let offset = point.map_or(self.base(), |point| point.offset).max(from);
            Ok(indexes.offsets.lookup(offset, &self.files)?.position)
        })
    }

    /// The position of the batch that an offset index entry names, at or before an offset.
    pub(super) fn position_before(&self, offset: Offset) -> Result<OffsetPosition, LogError> {
        self.search(|indexes| indexes.offsets.lookup(offset, &self.files))
    }

    /// The largest timestamp of the segment, and the last offset of the first batch that has it.
    pub(super) fn largest_timestamp(&self) -> Result<Option<TimePoint>, LogError> {
        // A segment that was closed in order has its largest timestamp in the last entry.
        self.search(|indexes| match indexes.largest.known {
            true => Ok(indexes.largest.point),
            false => indexes.times.last(&self.files),
        })
    }

    /// The offset after the last batch.
    pub(super) fn next_offset(&self) -> Result<Offset, LogError> {
        let from = self
            .search(|indexes| indexes.offsets.lookup(Offset(i64::MAX), &self.files))?
            .position;
        let mut next = self.base();
        self.scan_headers(from, self.len(), |found| {
            next = Offset(found.header.next_offset());
            false
        })?;
        Ok(next)
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
            .place(&placed(found), found.position, index_interval_bytes, &self.files);
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
            let batch = placed(found);
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

    /// Makes the indexes complete and durable: no more batches come, or recovery is to begin behind the last one. Readers
    /// do not wait for it.
    pub(super) fn sync_indexes(&self, index_interval_bytes: u64) -> Result<(), LogError> {
        let mut indexes = self.indexes(index_interval_bytes)?;
        let offsets = indexes.offsets.complete(&self.files)?;
        let times = indexes.times.complete(&self.files)?;
        let txns = indexes.txns.file(&self.files)?;
        drop(indexes);
        for (file, extension) in [
            (Some(offsets), OFFSET_INDEX),
            (Some(times), TIME_INDEX),
            (txns, TXN_INDEX),
        ] {
            if let Some(file) = file {
                file.sync_data()
                    .map_err(|error| LogError::sync(&self.files.path(extension), &error))?;
            }
        }
        Ok(())
    }

    /// Writes the last entry of the time index: no more batches come.
    pub(super) fn close_indexes(&self, index_interval_bytes: u64) -> Result<(), LogError> {
        let mut indexes = self.indexes(index_interval_bytes)?;
        indexes.close(&self.files)
    }

    /// Whether the indexes have no room for another entry.
    pub(super) fn indexes_full(&self, bytes_max: u64) -> bool {
        let indexes = self.indexes.read();
        indexes.offsets.is_full(bytes_max) || indexes.times.is_full(bytes_max)
    }

    /// The fields that rolling and retention look at: created, modified and first timestamp.
    pub(super) fn times(&self) -> (i64, i64, Option<i64>) {
        let indexes = self.indexes.read();
        (indexes.created_ms, indexes.modified_ms, indexes.first_timestamp_ms)
    }

    /// Notes the timestamp that `segment.ms` counts from, for a segment that was found and not begun here.
    pub(super) fn load_first_timestamp(&self) -> Result<(), LogError> {
        let unknown = self.indexes.read().first_timestamp_ms.is_none();
        if unknown && let Some(first) = self.scan_headers(0, self.len(), |_| true)? {
            self.indexes.write().first_timestamp_ms = Some(first.header.max_timestamp);
        }
        Ok(())
    }

    /// Notes transactions that markers in this segment aborted.
    pub(super) fn note_aborted(&self, aborted: impl Iterator<Item = AbortedTxn>) -> Result<(), LogError> {
        let mut indexes = self.indexes.write();
        for entry in aborted {
            indexes.txns.push(entry, &self.files)?;
        }
        Ok(())
    }

    /// Adds the aborted transactions that concern a reader of `from .. upto`; whether later segments have none more.
    pub(super) fn aborted_between(
        &self,
        from: Offset,
        upto: Offset,
        found: &mut Vec<AbortedTransaction>,
    ) -> Result<bool, LogError> {
        if self.indexes.read().txns.is_empty() {
            return Ok(false);
        }
        let mut indexes = self.indexes.write();
        for entry in indexes.txns.entries(&self.files)?.iter() {
            if entry.last >= from && entry.first < upto {
                found.push(AbortedTransaction {
                    producer_id: entry.producer_id,
                    first_offset: entry.first,
                });
            }
            if entry.last_stable >= upto {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Forgets aborted transactions whose marker is at or beyond an offset.
    pub(super) fn forget_aborted(&self, offset: Offset) -> Result<(), LogError> {
        let mut indexes = self.indexes.write();
        match indexes.txns.truncate_to(offset, &self.files) {
            // What cannot be read is made again, if all of it lies beyond.
            Err(LogError::Damaged { .. }) if offset <= self.base() => indexes.txns.reset(&self.files),
            result => result,
        }
    }
}

/// Where only an index that was lost is made again, and the setting is not at hand.
const DEFAULT_INTERVAL_BYTES: u64 = 4096;

fn placed(found: &Found) -> Placed {
    Placed {
        last: Offset(found.header.last_offset()),
        max_timestamp_ms: found.header.max_timestamp,
        len: found.header.size_in_bytes() as u64,
    }
}

impl Indexes {
    fn load_largest(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
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

    fn place(&mut self, batch: &Placed, position: u64, index_interval_bytes: u64, files: &SegmentFiles) {
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

    fn close(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        self.load_largest(files)?;
        self.index_time(files);
        self.offsets.write_tail(files)?;
        self.times.write_tail(files)
    }
}
