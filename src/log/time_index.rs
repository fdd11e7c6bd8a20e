//! `.timeindex`: from which offset on to look for a timestamp.
//!
//! 12-byte entries: the largest timestamp so far (i64), the offset of the batch that has it minus the base offset (i32).
//! Written with the same cadence as the offset index, where the largest timestamp rose, and once more when the segment
//! is closed, so that the last entry holds the segment's largest timestamp. Invariant: timestamps rise, offsets do not
//! fall.

use std::sync::Arc;

use super::LogError;
use super::index_file::IndexFile;
use super::segment_files::SegmentFiles;
use crate::disk::DiskFile;
use crate::ids::Offset;

#[derive(Debug)]
pub(super) struct TimeIndex {
    file: IndexFile<12>,
}

/// A timestamp, and the last offset of the batch that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimePoint {
    pub(super) timestamp_ms: i64,
    pub(super) offset: Offset,
}

fn decode(entry: &[u8; 12]) -> (i64, i32) {
    let [t0, t1, t2, t3, t4, t5, t6, t7, o0, o1, o2, o3] = *entry;
    (
        i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7]),
        i32::from_be_bytes([o0, o1, o2, o3]),
    )
}

fn encode(timestamp: i64, relative: i32) -> [u8; 12] {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = timestamp.to_be_bytes();
    let [o0, o1, o2, o3] = relative.to_be_bytes();
    [t0, t1, t2, t3, t4, t5, t6, t7, o0, o1, o2, o3]
}

impl TimeIndex {
    pub(super) const EXTENSION: &'static str = super::file_names::TIME_INDEX;

    pub(super) fn new(file_len: u64) -> TimeIndex {
        TimeIndex {
            file: IndexFile::new(Self::EXTENSION, file_len),
        }
    }

    /// The last entry whose timestamp is not beyond this one, if there is one.
    pub(super) fn lookup(&self, timestamp_ms: i64, files: &SegmentFiles) -> Result<Option<TimePoint>, LogError> {
        let entries = self.file.entries(files)?;
        let count = entries.count_while(|entry| decode(entry).0 <= timestamp_ms);
        Ok(count
            .checked_sub(1)
            .and_then(|place| entries.get(place))
            .map(|entry| point(entry, files)))
    }

    pub(super) fn last(&self, files: &SegmentFiles) -> Result<Option<TimePoint>, LogError> {
        Ok(self.file.entries(files)?.last().map(|entry| point(entry, files)))
    }

    /// Adds an entry, whose timestamp is larger than the last one's.
    pub(super) fn push(&mut self, entry: TimePoint, files: &SegmentFiles) {
        if let Ok(relative) = i32::try_from(entry.offset.0 - files.base.0) {
            self.file.push(encode(entry.timestamp_ms, relative), files);
        }
    }

    /// Removes the entries at and beyond an offset.
    pub(super) fn truncate_to(&mut self, offset: Offset, files: &SegmentFiles) -> Result<(), LogError> {
        let below = |entry: &[u8; 12]| files.base.plus(i64::from(decode(entry).1)) < offset;
        let count = self.file.entries(files)?.count_while(below);
        self.file.truncate(count, files)
    }

    /// Whether entries wait in memory.
    pub(super) fn has_unwritten(&self) -> bool {
        self.file.has_unwritten()
    }

    /// Bytes of all entries.
    pub(super) fn len_bytes(&self) -> u64 {
        self.file.len_bytes()
    }

    /// Whether the file has no room for another entry and the one at the segment's end.
    pub(super) fn is_full(&self, bytes_max: u64) -> bool {
        self.file.len() as u64 + 1 >= bytes_max / 12
    }

    /// How many entries from the front are in order and before `end`.
    pub(super) fn valid_entries(&self, end: Offset, files: &SegmentFiles) -> Result<usize, LogError> {
        let entries = self.file.entries(files)?;
        let mut before = (i64::MIN, 0);
        for place in 0..entries.len() {
            let Some(entry) = entries.get(place).map(decode) else {
                return Ok(place);
            };
            let in_order = entry.0 > before.0 && entry.1 >= before.1;
            if !(in_order && files.base.plus(i64::from(entry.1)) < end) {
                return Ok(place);
            }
            before = entry;
        }
        Ok(entries.len())
    }

    /// Whether first and last entry can be right.
    pub(super) fn looks_valid(&self, files: &SegmentFiles) -> Result<bool, LogError> {
        let entries = self.file.entries(files)?;
        Ok(match (entries.get(0).map(decode), entries.last().map(decode)) {
            (Some(first), Some(last)) => first.1 >= 0 && last.0 >= first.0 && last.1 >= first.1,
            _ => true,
        })
    }

    pub(super) fn keep(&mut self, count: usize, files: &SegmentFiles) -> Result<(), LogError> {
        self.file.truncate(count, files)
    }

    pub(super) fn reset(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        self.file.reset(files)
    }

    pub(super) fn write_tail(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        self.file.write_tail(files)
    }

    pub(super) fn complete(&mut self, files: &SegmentFiles) -> Result<Arc<dyn DiskFile>, LogError> {
        self.file.complete(files)
    }
}

fn point(entry: &[u8; 12], files: &SegmentFiles) -> TimePoint {
    let (timestamp_ms, relative) = decode(entry);
    TimePoint {
        timestamp_ms,
        offset: files.base.plus(i64::from(relative)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::disk::{Disk, SimDisk};

    fn setup() -> (SegmentFiles, TimeIndex) {
        let disk = SimDisk::new(1);
        disk.create_dir_all(Path::new("/d")).unwrap();
        let files = SegmentFiles {
            disk: Arc::new(disk),
            dir: Arc::from(Path::new("/d")),
            base: Offset(50),
            suffix: "",
        };
        let mut index = TimeIndex::new(0);
        for (timestamp_ms, offset) in [(1_000, 55), (2_000, 70)] {
            let offset = Offset(offset);
            index.push(TimePoint { timestamp_ms, offset }, &files);
        }
        (files, index)
    }

    #[test]
    fn the_entry_at_or_before_a_time_is_found() {
        let (files, index) = setup();
        let at = |timestamp| {
            index
                .lookup(timestamp, &files)
                .unwrap()
                .map(|point| (point.timestamp_ms, point.offset.0))
        };
        assert_eq!(
            (at(999), at(1_000), at(1_999), at(5_000)),
            (None, Some((1_000, 55)), Some((1_000, 55)), Some((2_000, 70)))
        );
    }

    #[test]
    fn the_file_is_kafkas() {
        let (files, mut index) = setup();
        index.complete(&files).unwrap().sync_data().unwrap();
        let bytes = files.disk.read(&files.path("timeindex"), 1_000).unwrap();
        assert_eq!(
            bytes,
            [
                0, 0, 0, 0, 0, 0, 3, 232, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 7, 208, 0, 0, 0, 20
            ]
        );
        let again = TimeIndex::new(24);
        assert_eq!(again.last(&files).unwrap().map(|point| point.offset), Some(Offset(70)));
        assert_eq!(again.valid_entries(Offset(71), &files), Ok(2));
        assert_eq!(again.valid_entries(Offset(70), &files), Ok(1));
    }

    /// Found by fuzzing names: a file named by the last offset there is ended the process when its index was checked.
    #[test]
    fn an_entry_of_a_segment_at_the_last_offset_does_not_overflow() {
        let (files, index) = setup();
        let files = SegmentFiles {
            base: Offset(i64::MAX),
            ..files
        };
        assert_eq!(index.valid_entries(Offset(i64::MAX), &files), Ok(0));
    }

    #[test]
    fn truncation_removes_what_points_at_or_beyond_the_offset() {
        let (files, mut index) = setup();
        index.truncate_to(Offset(71), &files).unwrap();
        assert_eq!(index.last(&files).unwrap().map(|point| point.offset), Some(Offset(70)));
        index.truncate_to(Offset(70), &files).unwrap();
        assert_eq!(index.last(&files).unwrap().map(|point| point.offset), Some(Offset(55)));
    }
}
