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

use super::LogError;
use super::error::IoContext;
use super::file_names::{LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX};
use super::offset_index::{OffsetIndex, OffsetPosition};
use super::scan::{Found, Scan};
use super::segment_files::SegmentFiles;
use super::segment_indexes::{DEFAULT_INTERVAL_BYTES, Indexes, Largest, Placed};
use super::time_index::{TimeIndex, TimePoint};
use super::txn_index::{AbortedTxn, TxnIndex};
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
    pub(super) indexes: RwLock<Indexes>,
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

    /// The same segment without open files and mappings, unless its indexes have entries that no file has.
    pub(super) fn unopened(&self) -> Option<Segment> {
        let indexes = self.indexes.read();
        if indexes.offsets.has_unwritten() || indexes.times.has_unwritten() {
            return None;
        }
        let lens = FileLens {
            log: self.len(),
            offset_index: (!indexes.missing).then(|| indexes.offsets.len_bytes()),
            time_index: indexes.times.len_bytes(),
            txn_index: indexes.txns.len_bytes(),
            modified_ms: indexes.modified_ms,
        };
        Some(Segment::existing(self.files.clone(), lens))
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
        found: &mut Vec<AbortedTxn>,
    ) -> Result<bool, LogError> {
        if self.indexes.read().txns.is_empty() {
            return Ok(false);
        }
        let mut indexes = self.indexes.write();
        for entry in indexes.txns.entries(&self.files)?.iter() {
            if entry.last >= from && entry.first < upto {
                found.push(*entry);
            }
            if entry.last_stable >= upto {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Bytes of the offset index and of the time index.
    pub(super) fn index_bytes(&self) -> (u64, u64) {
        let indexes = self.indexes.read();
        (indexes.offsets.len_bytes(), indexes.times.len_bytes())
    }

    /// Bytes of the index of aborted transactions.
    pub(super) fn txn_index_bytes(&self) -> u64 {
        self.indexes.read().txns.len_bytes()
    }

    /// Closes the indexes and syncs every file of a segment that nobody uses yet; the records' file is then as old as
    /// `modified_ms`.
    pub(super) fn make_durable(&self, index_interval_bytes: u64, modified_ms: i64) -> Result<(), LogError> {
        self.close_indexes(index_interval_bytes)?;
        let (file, path) = (self.log_file()?, self.files.path(LOG));
        file.set_modified_ms(modified_ms)
            .during("set the time of the file", &path)?;
        file.sync_data().map_err(|error| LogError::sync(&path, &error))?;
        self.sync_indexes(index_interval_bytes)
    }

    /// Forgets aborted transactions whose marker is at or beyond an offset; from which one on they must be indexed again.
    /// That is the segment's first where the file is torn or damaged: nothing of it is believed then.
    pub(super) fn forget_aborted(&self, offset: Offset) -> Result<Offset, LogError> {
        let mut indexes = self.indexes.write();
        match indexes.txns.truncate_to(offset, &self.files) {
            Err(LogError::Damaged { .. }) => {
                indexes.txns.reset(&self.files)?;
                Ok(self.base().min(offset))
            }
            result => result.map(|()| offset),
        }
    }
}
