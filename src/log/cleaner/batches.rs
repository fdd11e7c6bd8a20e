//! Reading a segment's batches one after the other, some at a time, with their CRCs checked.
//!
//! What is damaged must not be copied under a new CRC: a fault is reported with file and byte, and nothing is cleaned.

use bytes::Bytes;
use dmq_protocol::records::{BatchError, BatchHeader, RecordBatch};

use super::super::LogError;
use super::super::error::IoContext;
use super::super::file_names::LOG;
use super::super::segment::Segment;
use crate::ids::Offset;

/// See the module's page.
#[derive(Debug)]
pub(super) struct Batches<'a> {
    segment: &'a Segment,
    position: u64,
    end: u64,
    io_bytes: usize,
    held: Bytes,
    /// The least offset that the next batch may begin with.
    next: Offset,
    /// Bytes read since they were last asked for.
    read: u64,
}

impl<'a> Batches<'a> {
    /// From a batch's position to the segment's end.
    pub(super) fn new(segment: &'a Segment, position: u64, io_bytes: usize) -> Batches<'a> {
        Batches {
            segment,
            position,
            end: segment.len(),
            io_bytes: io_bytes.max(BatchHeader::LEN),
            held: Bytes::new(),
            next: segment.base(),
            read: 0,
        }
    }

    /// Bytes read from the file since the last call.
    pub(super) fn take_read(&mut self) -> u64 {
        std::mem::take(&mut self.read)
    }

    /// The next batch; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>, LogError> {
        if self.position >= self.end {
            return Ok(None);
        }
        let batch = loop {
            match RecordBatch::split_first(&mut self.held) {
                Ok(batch) => break batch,
                Err(BatchError::Truncated { needed, .. }) => self.fill(needed)?,
                Err(error) => return Err(self.damage(&error)),
            }
        };
        if !batch.verify_crc() {
            return Err(self.damage(&format!("a batch of {} bytes does not match its CRC", batch.len())));
        }
        let (first, last) = (Offset(batch.base_offset()), Offset(batch.last_offset()));
        // Offsets lie outside the CRC.
        let far = last.0.saturating_sub(self.segment.base().0) > i64::from(i32::MAX);
        if first < self.next || last < first || far {
            let next = self.next;
            return Err(self.damage(&format!(
                "a batch of offsets {first} to {last} comes where {next} is next"
            )));
        }
        self.next = last.plus(1);
        self.position += batch.len() as u64;
        Ok(Some(batch))
    }

    /// The damage of the batch that was read last, or is read next.
    pub(super) fn damage(&self, reason: &dyn std::fmt::Display) -> LogError {
        LogError::Damaged {
            path: self.segment.files.path(LOG),
            position: self.position,
            reason: reason.to_string(),
        }
    }

    /// Holds at least `needed` bytes from the position on.
    fn fill(&mut self, needed: usize) -> Result<(), LogError> {
        let left = self.end - self.position;
        if needed as u64 > left {
            return Err(self.damage(&BatchError::Truncated {
                needed,
                available: usize::try_from(left).unwrap_or(usize::MAX),
            }));
        }
        let wanted = left.min(self.io_bytes.max(needed) as u64);
        let mut bytes = vec![0; usize::try_from(wanted).unwrap_or(needed)];
        self.segment
            .log_file()?
            .read_exact_at(&mut bytes, self.position)
            .during("read the records", &self.segment.files.path(LOG))?;
        self.held = Bytes::from(bytes);
        self.read += wanted;
        Ok(())
    }
}
