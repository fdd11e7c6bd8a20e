//! Going through the batches of a segment's file: headers alone, or with the CRC of everything.
//!
//! Memory is bounded whatever the file holds: headers are read through a small window, CRCs are computed as the bytes
//! pass. A fault names the position, so that whoever scans can cut there or report damage.

use std::io;
use std::path::Path;

use bytes::Bytes;
use dmq_protocol::records::{BatchError, BatchHeader, RecordBatch};

use super::LogError;
use super::error::IoContext;
use crate::disk::DiskFile;
use crate::limits::STORED_BATCH_BYTES_MAX;

/// Most batches of a header scan lie this close together or are jumped over.
const HEADER_WINDOW_BYTES: usize = 4096;
/// What is read at a time when everything is read.
const CRC_WINDOW_BYTES: usize = 256 * 1024;

/// A batch that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it begins in the file.
    pub(super) position: u64,
    pub(super) header: BatchHeader,
}

impl Found {
    /// Where the next batch begins.
    pub(super) fn end(&self) -> u64 {
        self.position + self.header.size_in_bytes() as u64
    }
}

/// Why a scan cannot go on.
#[derive(Debug)]
pub(super) enum ScanFault {
    Io(io::Error),
    /// These bytes are no whole, intact batch.
    Batch {
        position: u64,
        reason: String,
    },
}

impl ScanFault {
    fn batch(position: u64, error: &BatchError) -> ScanFault {
        ScanFault::Batch {
            position,
            reason: error.to_string(),
        }
    }

    /// The fault where it must not occur: the file is damaged.
    pub(super) fn damage(self, path: &Path) -> LogError {
        match self {
            ScanFault::Io(error) => LogError::io("read the records", path, &error),
            ScanFault::Batch { position, reason } => LogError::Damaged {
                path: path.to_owned(),
                position,
                reason,
            },
        }
    }
}

/// The batches between two positions of a file.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    file: &'a dyn DiskFile,
    position: u64,
    end: u64,
    window: Vec<u8>,
    window_at: u64,
    window_bytes: usize,
    verify: bool,
}

impl<'a> Scan<'a> {
    /// Reads headers only.
    pub(super) fn headers(file: &'a dyn DiskFile, from: u64, end: u64) -> Scan<'a> {
        Scan {
            file,
            position: from,
            end,
            window: Vec::new(),
            window_at: 0,
            window_bytes: HEADER_WINDOW_BYTES,
            verify: false,
        }
    }

    /// Reads everything and checks the CRCs.
    pub(super) fn verified(file: &'a dyn DiskFile, from: u64, end: u64) -> Scan<'a> {
        Scan {
            window_bytes: CRC_WINDOW_BYTES,
            verify: true,
            ..Scan::headers(file, from, end)
        }
    }

    fn step(&mut self) -> Result<Found, ScanFault> {
        let position = self.position;
        let available = self.end - position;
        let front = self.bytes(position, BatchHeader::LEN)?;
        let header = BatchHeader::parse(front).map_err(|error| ScanFault::batch(position, &error))?;
        let found = Found { position, header };
        if found.end() > self.end {
            let error = BatchError::Truncated {
                needed: header.size_in_bytes(),
                available: usize::try_from(available).unwrap_or(usize::MAX),
            };
            return Err(ScanFault::batch(position, &error));
        }
        if header.last_offset_delta < 0 || header.base_offset < 0 {
            let reason = format!("a batch of offsets {} to {}", header.base_offset, header.last_offset());
            return Err(ScanFault::Batch { position, reason });
        }
        if self.verify && self.crc_of(&found)? != header.crc {
            let reason = format!("a batch of {} bytes does not match its CRC", header.size_in_bytes());
            return Err(ScanFault::Batch { position, reason });
        }
        self.position = found.end();
        Ok(found)
    }

    fn crc_of(&mut self, found: &Found) -> Result<u32, ScanFault> {
        let mut crc = 0;
        let mut at = found.position + BatchHeader::CRC_START as u64;
        while at < found.end() {
            let left = usize::try_from(found.end() - at).unwrap_or(usize::MAX);
            let bytes = self.bytes(at, 1)?;
            let bytes = bytes.get(..left).unwrap_or(bytes);
            crc = crc32c::crc32c_append(crc, bytes);
            at += bytes.len() as u64;
        }
        Ok(crc)
    }

    /// The window's bytes from a position on: at least `least` of them, unless the file ends before.
    fn bytes(&mut self, position: u64, least: usize) -> Result<&[u8], ScanFault> {
        let inside = position
            .checked_sub(self.window_at)
            .map_or(usize::MAX, |skip| usize::try_from(skip).unwrap_or(usize::MAX));
        let held = self.window.len().saturating_sub(inside);
        if held >= least {
            return Ok(self.window.get(inside..).unwrap_or_default());
        }
        let wanted = self.end.saturating_sub(position).min(self.window_bytes as u64);
        self.window
            .resize(usize::try_from(wanted).unwrap_or(self.window_bytes), 0);
        let mut filled = 0;
        while let Some(rest) = self.window.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, position + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ScanFault::Io(error)),
            }
        }
        self.window.truncate(filled);
        self.window_at = position;
        if filled < least.min(usize::try_from(wanted).unwrap_or(0)) || filled == 0 {
            let reason = format!("the file ends at byte {}", position + filled as u64);
            return Err(ScanFault::Batch {
                position: self.position,
                reason,
            });
        }
        Ok(&self.window)
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Found, ScanFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.end {
            return None;
        }
        let result = self.step();
        if result.is_err() {
            self.end = self.position;
        }
        Some(result)
    }
}

/// Reads one batch that a scan found.
pub(super) fn read_batch(file: &dyn DiskFile, path: &Path, found: &Found) -> Result<RecordBatch, LogError> {
    let len = found.header.size_in_bytes().min(STORED_BATCH_BYTES_MAX);
    let mut bytes = vec![0; len];
    file.read_exact_at(&mut bytes, found.position)
        .during("read the records", path)?;
    RecordBatch::split_first(&mut Bytes::from(bytes))
        .map_err(|error| ScanFault::batch(found.position, &error).damage(path))
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;
    use std::sync::Arc;

    use dmq_protocol::compression::Compression;
    use dmq_protocol::records::{BatchBuilder, TimestampType};

    use super::*;
    use crate::disk::{Disk, OpenMode, SimDisk};

    fn batch(base: i64, value_len: usize) -> Bytes {
        let mut builder = BatchBuilder::new(base, Compression::None, TimestampType::CreateTime);
        builder.append(1, None, Some(&vec![7; value_len]), &[]).unwrap();
        builder.build().unwrap()
    }

    fn file(bytes: &[u8]) -> Arc<dyn DiskFile> {
        let disk = SimDisk::new(1);
        let file = disk.open(Path::new("/f"), OpenMode::Create).unwrap();
        file.write_all_at(&[IoSlice::new(bytes)], 0).unwrap();
        file
    }

    fn offsets(scan: Scan<'_>) -> (Vec<i64>, Option<u64>) {
        let (mut found, mut fault) = (Vec::new(), None);
        for step in scan {
            match step {
                Ok(batch) => found.push(batch.header.base_offset),
                Err(ScanFault::Batch { position, .. }) => fault = Some(position),
                Err(ScanFault::Io(error)) => panic!("{error}"),
            }
        }
        (found, fault)
    }

    #[test]
    fn batches_smaller_and_larger_than_the_window_are_found() {
        let sizes = [1, 5_000, 10, 600_000, 20, 4_000, 3];
        let bytes: Vec<u8> = sizes
            .iter()
            .zip(0..)
            .flat_map(|(len, base)| batch(base, *len))
            .collect();
        let file = file(&bytes);
        for scan in [Scan::headers, Scan::verified] {
            assert_eq!(offsets(scan(&*file, 0, bytes.len() as u64)), ((0..7).collect(), None));
        }
    }

    #[test]
    fn a_torn_tail_is_a_fault_at_the_torn_batch() {
        let whole = batch(0, 100);
        let bytes = [whole.clone(), batch(1, 100)].concat();
        let file = file(&bytes);
        for cut in whole.len() + 1..bytes.len() {
            for scan in [Scan::headers, Scan::verified] {
                assert_eq!(
                    offsets(scan(&*file, 0, cut as u64)),
                    (vec![0], Some(whole.len() as u64)),
                    "{cut}"
                );
            }
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_in_the_checked_part_is_found() {
        let whole = batch(0, 50);
        for at in BatchHeader::CRC_START..whole.len() {
            let mut bytes = whole.to_vec();
            bytes[at] ^= 0x10;
            let file = file(&bytes);
            assert_eq!(
                offsets(Scan::verified(&*file, 0, bytes.len() as u64)),
                (vec![], Some(0)),
                "{at}"
            );
        }
    }

    #[test]
    fn zeros_after_the_last_batch_are_a_fault_not_a_batch() {
        let whole = batch(0, 50);
        let bytes = [&whole[..], &[0; 5_000]].concat();
        let file = file(&bytes);
        assert_eq!(
            offsets(Scan::verified(&*file, 0, bytes.len() as u64)),
            (vec![0], Some(whole.len() as u64))
        );
    }

    #[test]
    fn a_file_shorter_than_its_segment_is_a_fault() {
        let whole = batch(0, 50);
        let file = file(&whole);
        assert_eq!(
            offsets(Scan::headers(&*file, 0, whole.len() as u64 + 100)).1,
            Some(whole.len() as u64)
        );
    }
}
