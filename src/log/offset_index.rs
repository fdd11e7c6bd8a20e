//! `.index`: where in a segment's file to look for an offset.
//!
//! 8-byte entries: a batch's last offset minus the base offset (i32), the batch's position in the file (i32). Sparse:
//! one for each `index.interval.bytes` of records. Invariant: offsets and positions both rise.

use std::sync::Arc;

use super::LogError;
use super::index_file::IndexFile;
use super::segment_files::SegmentFiles;
use crate::disk::DiskFile;
use crate::ids::Offset;

#[derive(Debug)]
pub(super) struct OffsetIndex {
    file: IndexFile<8>,
}

/// An offset, and the position of a batch that ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OffsetPosition {
    pub(super) offset: Offset,
    pub(super) position: u64,
}

fn decode(entry: &[u8; 8]) -> (i32, i32) {
    let [o0, o1, o2, o3, p0, p1, p2, p3] = *entry;
    (
        i32::from_be_bytes([o0, o1, o2, o3]),
        i32::from_be_bytes([p0, p1, p2, p3]),
    )
}

fn encode(relative: i32, position: i32) -> [u8; 8] {
    let [o0, o1, o2, o3] = relative.to_be_bytes();
    let [p0, p1, p2, p3] = position.to_be_bytes();
    [o0, o1, o2, o3, p0, p1, p2, p3]
}

impl OffsetIndex {
    pub(super) const EXTENSION: &'static str = super::file_names::OFFSET_INDEX;

    pub(super) fn new(file_len: u64) -> OffsetIndex {
        OffsetIndex {
            file: IndexFile::new(Self::EXTENSION, file_len),
        }
    }

    /// The last entry whose offset is not beyond `offset`; the segment's beginning if there is none.
    pub(super) fn lookup(&self, offset: Offset, files: &SegmentFiles) -> Result<OffsetPosition, LogError> {
        self.floor(files, |relative, _| {
            files.base.0.saturating_add(i64::from(relative)) <= offset.0
        })
    }

    /// The last entry whose position is not beyond `position`; the segment's beginning if there is none.
    pub(super) fn lookup_position(&self, position: u64, files: &SegmentFiles) -> Result<OffsetPosition, LogError> {
        self.floor(files, |_, at| u64::from(at.unsigned_abs()) <= position)
    }

    fn floor(&self, files: &SegmentFiles, before: impl Fn(i32, i32) -> bool) -> Result<OffsetPosition, LogError> {
        let entries = self.file.entries(files)?;
        let count = entries.count_while(|entry| {
            let (relative, position) = decode(entry);
            before(relative, position)
        });
        let found = count.checked_sub(1).and_then(|place| entries.get(place)).map(decode);
        Ok(found.map_or(
            OffsetPosition {
                offset: files.base,
                position: 0,
            },
            |(relative, position)| OffsetPosition {
                offset: files.base.plus(i64::from(relative)),
                position: u64::from(position.unsigned_abs()),
            },
        ))
    }

    /// Adds an entry; what cannot be written as one is left out, which costs time but no correctness.
    pub(super) fn push(&mut self, entry: OffsetPosition, files: &SegmentFiles) {
        let relative = i32::try_from(entry.offset.0 - files.base.0);
        if let (Ok(relative), Ok(position)) = (relative, i32::try_from(entry.position)) {
            self.file.push(encode(relative, position), files);
        }
    }

    /// Removes the entries at and beyond an offset.
    pub(super) fn truncate_to(&mut self, offset: Offset, files: &SegmentFiles) -> Result<(), LogError> {
        let below = |entry: &[u8; 8]| files.base.plus(i64::from(decode(entry).0)) < offset;
        let count = self.file.entries(files)?.count_while(below);
        self.file.truncate(count, files)
    }

    /// All entries, in the file's order.
    pub(super) fn all(&self, files: &SegmentFiles) -> Result<Vec<OffsetPosition>, LogError> {
        let entries = self.file.entries(files)?;
        let decoded = (0..entries.len()).filter_map(|place| entries.get(place)).map(decode);
        let positions = decoded.map(|(relative, position)| OffsetPosition {
            offset: Offset(files.base.0.saturating_add(i64::from(relative))),
            position: u64::from(position.unsigned_abs()),
        });
        Ok(positions.collect())
    }

    /// Whether entries wait in memory.
    pub(super) fn has_unwritten(&self) -> bool {
        self.file.has_unwritten()
    }

    /// Bytes of all entries.
    pub(super) fn len_bytes(&self) -> u64 {
        self.file.len_bytes()
    }

    /// Whether another entry would exceed the file's limit in bytes.
    pub(super) fn is_full(&self, bytes_max: u64) -> bool {
        self.file.len() as u64 >= bytes_max / 8
    }

    /// How many entries from the front are in order and lie within `log_len` bytes and before `end`. All of them, unless
    /// the file was torn, preallocated or damaged.
    pub(super) fn valid_entries(&self, log_len: u64, end: Offset, files: &SegmentFiles) -> Result<usize, LogError> {
        let entries = self.file.entries(files)?;
        let mut before = (-1, -1);
        for place in 0..entries.len() {
            let Some((relative, position)) = entries.get(place).map(decode) else {
                return Ok(place);
            };
            // An index never points at its file's first byte: zeros at the front are Kafka's preallocation.
            let is_preallocated = (relative, position) == (0, 0);
            let rises = relative > before.0 && position > before.1 && !is_preallocated;
            let within = i64::from(position) < log_len.cast_signed() && files.base.plus(i64::from(relative)) < end;
            if !(rises && within) {
                return Ok(place);
            }
            before = (relative, position);
        }
        Ok(entries.len())
    }

    /// Whether first and last entry can be right: the cheap test for files that were closed in order.
    pub(super) fn looks_valid(&self, log_len: u64, files: &SegmentFiles) -> Result<bool, LogError> {
        let entries = self.file.entries(files)?;
        Ok(match (entries.get(0).map(decode), entries.last().map(decode)) {
            (Some(first), Some(last)) => {
                let rises = entries.len() == 1 || (last.0 > first.0 && last.1 > first.1);
                rises && first.0 >= 0 && first.1 >= 0 && u64::from(last.1.unsigned_abs()) < log_len
            }
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::disk::RealDisk;

    const BASE: i64 = 1_000;

    fn files(dir: &Path) -> SegmentFiles {
        SegmentFiles {
            disk: Arc::new(RealDisk::new()),
            dir: Arc::from(dir),
            base: Offset(BASE),
            suffix: "",
        }
    }

    fn filled(files: &SegmentFiles, count: i64) -> OffsetIndex {
        let mut index = OffsetIndex::new(0);
        for n in 1..=count {
            let entry = OffsetPosition {
                offset: Offset(BASE + n * 10),
                position: n as u64 * 100,
            };
            index.push(entry, files);
        }
        index
    }

    fn found(index: &OffsetIndex, files: &SegmentFiles, offset: i64) -> (i64, u64) {
        let found = index.lookup(Offset(offset), files).unwrap();
        (found.offset.0, found.position)
    }

    #[test]
    fn the_entry_at_or_before_an_offset_is_found_in_file_and_tail_alike() {
        let dir = tempfile::tempdir().unwrap();
        let files = files(dir.path());
        let index = filled(&files, 1_300);
        assert_eq!(found(&index, &files, BASE), (BASE, 0));
        assert_eq!(found(&index, &files, BASE + 9), (BASE, 0));
        for n in [1, 2, 511, 512, 513, 1_024, 1_025, 1_300] {
            assert_eq!(
                found(&index, &files, BASE + n * 10),
                (BASE + n * 10, n as u64 * 100),
                "{n}"
            );
            assert_eq!(
                found(&index, &files, BASE + n * 10 + 9),
                (BASE + n * 10, n as u64 * 100),
                "{n}"
            );
            let by_position = index.lookup_position(n as u64 * 100 + 99, &files).unwrap();
            assert_eq!(by_position.offset, Offset(BASE + n * 10));
        }
    }

    #[test]
    fn the_file_is_as_long_as_its_entries_and_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let files = files(dir.path());
        filled(&files, 600).complete(&files).unwrap().sync_data().unwrap();
        let bytes = files.disk.read(&files.path("index"), 1 << 20).unwrap();
        assert_eq!(bytes.len(), 600 * 8);
        assert_eq!(bytes[..16], [0, 0, 0, 10, 0, 0, 0, 100, 0, 0, 0, 20, 0, 0, 0, 200]);
        let index = OffsetIndex::new(bytes.len() as u64);
        assert_eq!(found(&index, &files, BASE + 5_000), (BASE + 5_000, 50_000));
        assert!(index.is_full(4_800) && !index.is_full(4_808));
    }

    /// A killed Kafka leaves its newest index preallocated. The first of the zeros has a position that rises from
    /// nothing and once passed for an entry, so that DumpLogSegments found a mismatch in what was kept.
    #[test]
    fn the_zeros_of_a_preallocated_file_are_no_entries() {
        let dir = tempfile::tempdir().unwrap();
        let files = files(dir.path());
        let path = files.path("index");
        files.disk.write_atomically(&path, &[0; 1_200]).unwrap();
        let index = OffsetIndex::new(1_200);
        assert_eq!(index.valid_entries(2_907, Offset(BASE + 60), &files), Ok(0));
    }

    #[test]
    fn truncation_removes_the_offset_itself_in_file_and_tail() {
        let dir = tempfile::tempdir().unwrap();
        let files = files(dir.path());
        for cut in [1, 100, 512, 513, 590] {
            let mut index = filled(&files, 600);
            assert_eq!(found(&index, &files, BASE + 6_000).0, BASE + 6_000);
            index.truncate_to(Offset(BASE + cut * 10), &files).unwrap();
            assert_eq!(
                found(&index, &files, BASE + 6_000).0,
                if cut == 1 { BASE } else { BASE + cut * 10 - 10 }
            );
            index.push(
                OffsetPosition {
                    offset: Offset(BASE + 7_000),
                    position: 70_000,
                },
                &files,
            );
            assert_eq!(found(&index, &files, BASE + 8_000), (BASE + 7_000, 70_000));
        }
    }

    #[test]
    fn entries_of_a_torn_or_preallocated_file_are_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let files = files(dir.path());
        let mut index = filled(&files, 10);
        index.complete(&files).unwrap().sync_data().unwrap();
        let file = files.open("index", crate::disk::OpenMode::ReadWrite).unwrap();
        file.set_len(8 * 1_000).unwrap();
        let index = OffsetIndex::new(8 * 1_000);
        assert_eq!(index.valid_entries(1 << 20, Offset(i64::MAX), &files), Ok(10));
        assert_eq!(index.valid_entries(501, Offset(i64::MAX), &files), Ok(5));
        assert_eq!(index.valid_entries(1 << 20, Offset(BASE + 31), &files), Ok(3));
        assert_eq!(index.looks_valid(1 << 20, &files), Ok(false));
        assert_eq!(OffsetIndex::new(80).looks_valid(1_001, &files), Ok(true));
        assert_eq!(OffsetIndex::new(80).looks_valid(1_000, &files), Ok(false));
    }
}
