//! `.txnindex`: the transactions that were aborted with a marker in this segment.
//!
//! 34-byte entries: version i16 = 0, producer id i64, first offset i64, last offset i64 (the marker's), last stable
//! offset i64 at that time. The file comes with the first abort, which for most segments is never. Entries are written
//! at once; a lost or torn tail is made again by recovery. Invariant: last offsets rise.

use std::io::IoSlice;
use std::sync::Arc;

use super::LogError;
use super::error::IoContext;
use super::segment_files::SegmentFiles;
use crate::disk::{DiskFile, OpenMode};
use crate::ids::{Offset, ProducerId};

const ENTRY_LEN: usize = 34;
const VERSION: i16 = 0;

/// One aborted transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AbortedTxn {
    pub(super) producer_id: ProducerId,
    pub(super) first: Offset,
    pub(super) last: Offset,
    /// Where read_committed readers stopped once the marker was written.
    pub(super) last_stable: Offset,
}

/// The entries, read when they are first needed.
#[derive(Debug)]
pub(super) struct TxnIndex {
    file_len: u64,
    loaded: Option<Vec<AbortedTxn>>,
}

impl AbortedTxn {
    fn encode(&self) -> [u8; ENTRY_LEN] {
        let mut entry = [0; ENTRY_LEN];
        let fields = [self.producer_id.0, self.first.0, self.last.0, self.last_stable.0];
        let bytes = VERSION
            .to_be_bytes()
            .into_iter()
            .chain(fields.into_iter().flat_map(i64::to_be_bytes));
        for (target, byte) in entry.iter_mut().zip(bytes) {
            *target = byte;
        }
        entry
    }

    fn decode(entry: &[u8; ENTRY_LEN]) -> Option<AbortedTxn> {
        let (version, fields) = entry.split_first_chunk::<2>()?;
        let (fields, _) = fields.as_chunks::<8>();
        let [producer_id, first, last, last_stable] = fields else {
            return None;
        };
        if i16::from_be_bytes(*version) != VERSION {
            return None;
        }
        Some(AbortedTxn {
            producer_id: ProducerId(i64::from_be_bytes(*producer_id)),
            first: Offset(i64::from_be_bytes(*first)),
            last: Offset(i64::from_be_bytes(*last)),
            last_stable: Offset(i64::from_be_bytes(*last_stable)),
        })
    }
}

impl TxnIndex {
    pub(super) const EXTENSION: &'static str = super::file_names::TXN_INDEX;

    pub(super) fn new(file_len: u64) -> TxnIndex {
        TxnIndex { file_len, loaded: None }
    }

    /// Whether there are no entries, without reading any.
    pub(super) fn is_empty(&self) -> bool {
        self.file_len == 0
    }

    /// Bytes of the file.
    pub(super) fn len_bytes(&self) -> u64 {
        self.file_len
    }

    pub(super) fn entries(&mut self, files: &SegmentFiles) -> Result<&mut Vec<AbortedTxn>, LogError> {
        let entries = match self.loaded.take() {
            Some(entries) => entries,
            None if self.is_empty() => Vec::new(),
            None => read(files)?,
        };
        Ok(self.loaded.insert(entries))
    }

    pub(super) fn push(&mut self, entry: AbortedTxn, files: &SegmentFiles) -> Result<(), LogError> {
        self.entries(files)?;
        let file = files.open(Self::EXTENSION, OpenMode::Create)?;
        let written = file.write_all_at(&[IoSlice::new(&entry.encode())], self.file_len);
        written.during("write the transaction index", &files.path(Self::EXTENSION))?;
        self.file_len += ENTRY_LEN as u64;
        self.entries(files)?.push(entry);
        Ok(())
    }

    /// Removes the transactions whose marker is at or beyond an offset.
    pub(super) fn truncate_to(&mut self, offset: Offset, files: &SegmentFiles) -> Result<(), LogError> {
        if self.is_empty() {
            return Ok(());
        }
        let entries = self.entries(files)?;
        let kept = entries.partition_point(|entry| entry.last < offset);
        entries.truncate(kept);
        self.cut((kept * ENTRY_LEN) as u64, files)
    }

    /// Begins anew, whatever the file holds.
    pub(super) fn reset(&mut self, files: &SegmentFiles) -> Result<(), LogError> {
        self.loaded = Some(Vec::new());
        if self.is_empty() { Ok(()) } else { self.cut(0, files) }
    }

    fn cut(&mut self, len: u64, files: &SegmentFiles) -> Result<(), LogError> {
        let file = files.open(Self::EXTENSION, OpenMode::ReadWrite)?;
        file.set_len(len)
            .during("cut the transaction index", &files.path(Self::EXTENSION))?;
        self.file_len = len;
        Ok(())
    }

    /// The file, to be synced, if there is one.
    pub(super) fn file(&self, files: &SegmentFiles) -> Result<Option<Arc<dyn DiskFile>>, LogError> {
        if self.is_empty() {
            Ok(None)
        } else {
            files.open(Self::EXTENSION, OpenMode::ReadWrite).map(Some)
        }
    }
}

fn read(files: &SegmentFiles) -> Result<Vec<AbortedTxn>, LogError> {
    let path = files.path(TxnIndex::EXTENSION);
    let bytes = files
        .disk
        .read(&path, u64::from(u32::MAX))
        .during("read the transaction index", &path)?;
    let (chunks, rest) = bytes.as_chunks::<ENTRY_LEN>();
    let mut entries: Vec<AbortedTxn> = Vec::with_capacity(chunks.len());
    for (place, chunk) in chunks.iter().enumerate() {
        let entry = AbortedTxn::decode(chunk).filter(|entry| {
            entry.last >= files.base
                && entry.first < entry.last
                && entries.last().is_none_or(|last| last.last < entry.last)
        });
        let position = (place * ENTRY_LEN) as u64;
        let reason = "this is no entry of a transaction index";
        entries.push(entry.ok_or_else(|| LogError::Damaged {
            path: path.clone(),
            position,
            reason: reason.to_owned(),
        })?);
    }
    if rest.is_empty() {
        return Ok(entries);
    }
    let position = (chunks.len() * ENTRY_LEN) as u64;
    Err(LogError::Damaged {
        path,
        position,
        reason: "the last entry is cut off".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::disk::{Disk, SimDisk};

    fn setup() -> SegmentFiles {
        let disk = SimDisk::new(1);
        disk.create_dir_all(Path::new("/d")).unwrap();
        SegmentFiles {
            disk: Arc::new(disk),
            dir: Arc::from(Path::new("/d")),
            base: Offset(10),
            suffix: "",
        }
    }

    fn aborted(first: i64, last: i64) -> AbortedTxn {
        AbortedTxn {
            producer_id: ProducerId(7),
            first: Offset(first),
            last: Offset(last),
            last_stable: Offset(last + 1),
        }
    }

    #[test]
    fn entries_are_34_bytes_and_come_back() {
        let files = setup();
        let mut index = TxnIndex::new(0);
        index.push(aborted(11, 20), &files).unwrap();
        index.push(aborted(15, 30), &files).unwrap();
        let bytes = files.disk.read(&files.path("txnindex"), 100).unwrap();
        assert_eq!(bytes.len(), 68);
        assert_eq!(
            (bytes[1], bytes[9], bytes[17], bytes[25], bytes[33]),
            (0, 7, 11, 20, 21)
        );
        assert_eq!(
            TxnIndex::new(68).entries(&files).unwrap(),
            &[aborted(11, 20), aborted(15, 30)]
        );
        index.truncate_to(Offset(30), &files).unwrap();
        assert_eq!(TxnIndex::new(34).entries(&files).unwrap(), &[aborted(11, 20)]);
    }

    #[test]
    fn no_abort_means_no_file() {
        let files = setup();
        let mut index = TxnIndex::new(0);
        index.truncate_to(Offset(0), &files).unwrap();
        assert!(index.file(&files).unwrap().is_none());
        assert!(index.entries(&files).unwrap().is_empty());
        assert!(!files.disk.exists(&files.path("txnindex")).unwrap());
    }

    #[test]
    fn garbage_is_damage_at_a_named_byte() {
        let files = setup();
        let mut index = TxnIndex::new(0);
        index.push(aborted(11, 20), &files).unwrap();
        index.push(aborted(11, 20), &files).unwrap();
        let error = TxnIndex::new(68).entries(&files).unwrap_err();
        assert!(matches!(error, LogError::Damaged { position: 34, .. }), "{error}");
    }
}
