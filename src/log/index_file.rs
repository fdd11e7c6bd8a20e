//! A file of fixed-length entries that only grows at its end: the common half of offset and time index.
//!
//! The newest entries wait in memory and are written in groups, so that an idle log needs no index file at all and a
//! busy one few writes. What is written is mapped when it is first searched. Files are exactly as long as their entries.
//! Crash story: nothing here needs to be durable before the recovery point passes it ([`IndexFile::complete`]); a lost or
//! torn tail is made again from the records.
//! Invariant: the mapping is dropped before the file is cut or gets a new tail (see `disk::Mapping`).

use std::sync::{Arc, OnceLock};

use super::LogError;
use super::error::IoContext;
use super::segment_files::SegmentFiles;
use crate::disk::{DiskFile, Mapping, OpenMode};
use crate::limits::INDEX_TAIL_ENTRIES_MAX;

#[derive(Debug)]
pub(super) struct IndexFile<const N: usize> {
    extension: &'static str,
    /// Entries in the file.
    written: usize,
    /// Entries that follow them.
    tail: Vec<[u8; N]>,
    mapped: OnceLock<Mapping>,
    /// Open while it is written to.
    file: Option<Arc<dyn DiskFile>>,
}

/// All entries, for a search.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entries<'a, const N: usize> {
    written: &'a [[u8; N]],
    tail: &'a [[u8; N]],
}

impl<'a, const N: usize> Entries<'a, N> {
    pub(super) fn len(&self) -> usize {
        self.written.len() + self.tail.len()
    }

    pub(super) fn get(&self, place: usize) -> Option<&'a [u8; N]> {
        match place.checked_sub(self.written.len()) {
            None => self.written.get(place),
            Some(place) => self.tail.get(place),
        }
    }

    pub(super) fn last(&self) -> Option<&'a [u8; N]> {
        self.tail.last().or(self.written.last())
    }

    /// How many entries from the front satisfy `before`, which must hold for a prefix of them.
    pub(super) fn count_while(&self, before: impl Fn(&[u8; N]) -> bool) -> usize {
        match self.tail.first() {
            Some(first) if before(first) => self.written.len() + self.tail.partition_point(before),
            _ => self.written.partition_point(before),
        }
    }
}

impl<const N: usize> IndexFile<N> {
    /// An index whose file has `file_len` bytes, or no file yet.
    pub(super) fn new(extension: &'static str, file_len: u64) -> IndexFile<N> {
        let written = usize::try_from(file_len).unwrap_or(usize::MAX) / N;
        IndexFile {
            extension,
            written,
            tail: Vec::new(),
            mapped: OnceLock::new(),
            file: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.written + self.tail.len()
    }

    /// Whether entries wait in memory.
    pub(super) fn has_unwritten(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Bytes of all entries, those in memory included.
    pub(super) fn len_bytes(&self) -> u64 {
        (self.len() * N) as u64
    }

    pub(super) fn entries(&self, files: &SegmentFiles) -> Result<Entries<'_, N>, LogError> {
        let bytes = if self.written == 0 {
            &[][..]
        } else {
            self.mapping(files)?
        };
        let (written, _) = bytes.as_chunks();
        Ok(Entries {
            written,
            tail: &self.tail,
        })
    }

    fn mapping(&self, files: &SegmentFiles) -> Result<&[u8], LogError> {
        if let Some(mapped) = self.mapped.get() {
            return Ok(mapped);
        }
        let file = files.open(self.extension, OpenMode::Read)?;
        let mapping = file
            .map(self.written * N)
            .during("map the index", &files.path(self.extension))?;
        Ok(self.mapped.get_or_init(|| mapping))
    }

    /// Adds an entry. If waiting ones cannot be written now they go on waiting: the records do not depend on them, and
    /// [`IndexFile::complete`] reports the error.
    pub(super) fn push(&mut self, entry: [u8; N], files: &SegmentFiles) {
        self.tail.push(entry);
        if self.tail.len() >= INDEX_TAIL_ENTRIES_MAX
            && let Err(error) = self.write_tail(files)
        {
            tracing::warn!(%error, "index entries stay in memory");
        }
    }

    /// Writes what waits in memory.
    pub(super) fn write_tail(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        if self.tail.is_empty() {
            return Ok(());
        }
        let path = files.path(self.extension);
        let position = (self.written * N) as u64;
        let bytes = self.tail.as_flattened();
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => files.open(self.extension, OpenMode::Create)?,
        };
        file.write_all_at(&[std::io::IoSlice::new(bytes)], position)
            .during("write the index", &path)?;
        self.file = Some(file);
        self.mapped = OnceLock::new();
        self.written += self.tail.len();
        self.tail = Vec::new();
        Ok(())
    }

    /// Keeps the first `count` entries.
    pub(super) fn truncate(&mut self, count: usize, files: &SegmentFiles) -> Result<(), LogError> {
        if count >= self.written {
            self.tail.truncate(count - self.written);
            return Ok(());
        }
        self.tail = Vec::new();
        self.mapped = OnceLock::new();
        let file = files.open(self.extension, OpenMode::ReadWrite)?;
        file.set_len((count * N) as u64)
            .during("cut the index", &files.path(self.extension))?;
        self.written = count;
        self.file = Some(file);
        Ok(())
    }

    /// Begins anew, whatever the file holds.
    pub(super) fn reset(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        self.tail = Vec::new();
        self.mapped = OnceLock::new();
        self.written = 0;
        self.file = Some(files.open(self.extension, OpenMode::Truncate)?);
        Ok(())
    }

    /// Writes all entries into a file that exists even if there are none, as Kafka expects it; the file, to be synced.
    pub(super) fn complete(&mut self, files: &SegmentFiles) -> Result<Arc<dyn DiskFile>, LogError> {
        self.write_tail(files)?;
        match self.file.take() {
            Some(file) => Ok(file),
            None => files.open(self.extension, OpenMode::Create),
        }
    }
}
