//! One whole batch in a slice of the bytes it arrived in.
//!
//! Nothing is copied: the records stay where they are, the header is read once. Length and magic hold for every value
//! of this type; CRC, codec, counts and records are checked only by whoever asks.

use bytes::Bytes;

use super::{Attributes, BatchError, BatchHeader, RecordIter, TimestampType};
use crate::compression;

/// A view of one record batch of format 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordBatch {
    header: BatchHeader,
    bytes: Bytes,
}

impl RecordBatch {
    /// Bytes of a batch's header.
    pub const HEADER_LEN: usize = BatchHeader::LEN;

    /// Takes one batch off the front of `bytes`. Checks length and magic only; on an error `bytes` is left as it was.
    pub fn split_first(bytes: &mut Bytes) -> Result<RecordBatch, BatchError> {
        let header = BatchHeader::parse(bytes)?;
        let needed = header.size_in_bytes();
        if bytes.len() < needed {
            return Err(BatchError::Truncated {
                needed,
                available: bytes.len(),
            });
        }
        Ok(RecordBatch {
            header,
            bytes: bytes.split_to(needed),
        })
    }

    /// The batch's bytes: header and records.
    pub fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The records' bytes as stored, compressed or not.
    pub fn stored_records(&self) -> Bytes {
        self.bytes.slice(Self::HEADER_LEN..)
    }

    /// The header's fields.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The batch's length in bytes, header included; never 0.
    #[expect(clippy::len_without_is_empty, reason = "a batch has at least its header")]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Offset of the first record, or of the first that was there before compaction.
    pub fn base_offset(&self) -> i64 {
        self.header.base_offset
    }

    /// Offset of the last record, inclusive.
    pub fn last_offset(&self) -> i64 {
        self.header.last_offset()
    }

    /// The length field: bytes after it.
    pub fn batch_length(&self) -> i32 {
        self.header.batch_length
    }

    /// Epoch of the leader that appended the batch, −1 if none did yet.
    pub fn partition_leader_epoch(&self) -> i32 {
        self.header.partition_leader_epoch
    }

    /// The format's version, always 2.
    pub fn magic(&self) -> i8 {
        self.header.magic
    }

    /// The CRC that the batch carries.
    pub fn crc(&self) -> u32 {
        self.header.crc
    }

    /// Codec and flags.
    pub fn attributes(&self) -> Attributes {
        self.header.attributes
    }

    /// Last offset minus base offset.
    pub fn last_offset_delta(&self) -> i32 {
        self.header.last_offset_delta
    }

    /// What the records' timestamps are relative to (ms), or the delete horizon; −1 if there is none.
    pub fn base_timestamp(&self) -> i64 {
        self.header.base_timestamp
    }

    /// The largest timestamp (ms), or the append time of all records; −1 if there is none.
    pub fn max_timestamp(&self) -> i64 {
        self.header.max_timestamp
    }

    /// The idempotent producer, −1 if it is none.
    pub fn producer_id(&self) -> i64 {
        self.header.producer_id
    }

    /// The producer's epoch, −1 if it is none.
    pub fn producer_epoch(&self) -> i16 {
        self.header.producer_epoch
    }

    /// Sequence number of the first record, −1 if the producer is not idempotent.
    pub fn base_sequence(&self) -> i32 {
        self.header.base_sequence
    }

    /// Sequence number of the last record; see [`BatchHeader::last_sequence`].
    pub fn last_sequence(&self) -> i32 {
        self.header.last_sequence()
    }

    /// Records in the batch, as the header claims.
    pub fn record_count(&self) -> i32 {
        self.header.record_count
    }

    /// Whether the bytes are those that the CRC was computed of.
    pub fn verify_crc(&self) -> bool {
        // `get` always succeeds: a batch has its header.
        self.bytes
            .get(BatchHeader::CRC_START..)
            .is_some_and(|covered| crc32c::crc32c(covered) == self.header.crc)
    }

    /// The records' bytes, uncompressed; an error if they inflate to more than `max_inflated`.
    pub fn inflate(&self, max_inflated: usize) -> Result<Bytes, BatchError> {
        let stored = self.stored_records();
        let codec = self.attributes().compression()?;
        if stored.is_empty() && self.record_count() == 0 {
            // What compaction leaves of a batch carries no codec's framing.
            return Ok(stored);
        }
        Ok(compression::decompress(codec, &stored, max_inflated)?)
    }

    /// The records, inflated to at most `max_inflated` bytes. They share those bytes.
    pub fn records(&self, max_inflated: usize) -> Result<RecordIter, BatchError> {
        RecordIter::new(&self.header, self.inflate(max_inflated)?)
    }

    /// The header with another offset and leader epoch, both outside the CRC.
    pub fn restamped(&self, base_offset: i64, leader_epoch: i32) -> [u8; Self::HEADER_LEN] {
        BatchHeader {
            base_offset,
            partition_leader_epoch: leader_epoch,
            ..self.header
        }
        .to_bytes()
    }

    /// The header as [`restamped`](Self::restamped), and with the broker's append time (ms) as every record's
    /// timestamp.
    pub fn restamped_append_time(
        &self,
        base_offset: i64,
        leader_epoch: i32,
        append_time_ms: i64,
    ) -> [u8; Self::HEADER_LEN] {
        let mut header = BatchHeader {
            base_offset,
            partition_leader_epoch: leader_epoch,
            attributes: self.header.attributes.with_timestamp_type(TimestampType::LogAppendTime),
            max_timestamp: append_time_ms,
            ..self.header
        };
        header.crc = header.crc_with(self.bytes.get(Self::HEADER_LEN..).unwrap_or_default());
        header.to_bytes()
    }
}
