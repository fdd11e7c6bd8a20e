//! The 61 bytes in front of a batch's records, as a plain value.
//!
//! The log reads these alone when it scans files. The fields' byte map (all big-endian):
//! `base_offset` i64 @0, `batch_length` i32 @8, `partition_leader_epoch` i32 @12, `magic` i8 @16, `crc` u32 @17,
//! `attributes` i16 @21, `last_offset_delta` i32 @23, `base_timestamp` i64 @27, `max_timestamp` i64 @35,
//! `producer_id` i64 @43, `producer_epoch` i16 @51, `base_sequence` i32 @53, `record_count` i32 @57.
//! The CRC covers byte 21 to the batch's end, so offset and leader epoch change without touching it.

use super::{Attributes, BatchError};
use crate::compression::Compression;

/// Every field of a batch header. The length and magic of a parsed one are checked, the rest is as found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record, or of the first that was there before compaction.
    pub base_offset: i64,
    /// Bytes after this field; at least [`BatchHeader::MIN_BATCH_LENGTH`].
    pub batch_length: i32,
    /// Epoch of the leader that appended the batch, −1 if none did yet.
    pub partition_leader_epoch: i32,
    /// The format's version, always 2.
    pub magic: i8,
    /// CRC-32C of everything after this field.
    pub crc: u32,
    /// Codec and flags.
    pub attributes: Attributes,
    /// Last offset minus base offset; compaction keeps it.
    pub last_offset_delta: i32,
    /// What the records' timestamps are relative to (ms), or the delete horizon; −1 if there is none.
    pub base_timestamp: i64,
    /// The largest timestamp (ms), or the append time of all records; −1 if there is none.
    pub max_timestamp: i64,
    /// The idempotent producer, −1 if it is none.
    pub producer_id: i64,
    /// The producer's epoch, −1 if it is none.
    pub producer_epoch: i16,
    /// Sequence number of the first record, −1 if the producer is not idempotent.
    pub base_sequence: i32,
    /// Records in the batch; 0 where compaction removed the last one.
    pub record_count: i32,
}

impl BatchHeader {
    /// Bytes of the header.
    pub const LEN: usize = 61;
    /// Bytes of `base_offset` and `batch_length`, which the length does not count.
    pub const LOG_OVERHEAD: usize = 12;
    /// The smallest `batch_length`: a batch without records.
    pub const MIN_BATCH_LENGTH: i32 = (Self::LEN - Self::LOG_OVERHEAD) as i32;
    /// The only magic.
    pub const MAGIC: i8 = 2;
    /// Where the bytes that the CRC covers begin.
    pub const CRC_START: usize = 21;
    /// The magic ends here in every format that Kafka ever had.
    const UP_TO_MAGIC: usize = 17;

    /// Reads the header at the front of `bytes`, which need not hold the whole batch.
    pub fn parse(bytes: &[u8]) -> Result<BatchHeader, BatchError> {
        let truncated = |needed| BatchError::Truncated {
            needed,
            available: bytes.len(),
        };
        let mut fields = Fields(bytes);
        let mut front = || {
            let front = (fields.i64()?, fields.i32()?, fields.i32()?, fields.i8()?);
            Some(front)
        };
        // Length and magic are judged before the rest is asked for: a batch of an older format may be shorter.
        let (base_offset, batch_length, partition_leader_epoch, magic) =
            front().ok_or_else(|| truncated(Self::UP_TO_MAGIC))?;
        if batch_length < (Self::UP_TO_MAGIC - Self::LOG_OVERHEAD) as i32 {
            return Err(BatchError::Length { batch_length });
        }
        if magic != Self::MAGIC {
            return Err(BatchError::Magic { magic });
        }
        if batch_length < Self::MIN_BATCH_LENGTH {
            return Err(BatchError::Length { batch_length });
        }
        let mut back = || {
            Some(BatchHeader {
                base_offset,
                batch_length,
                partition_leader_epoch,
                magic,
                crc: fields.u32()?,
                attributes: Attributes(fields.i16()?),
                last_offset_delta: fields.i32()?,
                base_timestamp: fields.i64()?,
                max_timestamp: fields.i64()?,
                producer_id: fields.i64()?,
                producer_epoch: fields.i16()?,
                base_sequence: fields.i32()?,
                record_count: fields.i32()?,
            })
        };
        back().ok_or_else(|| truncated(Self::LEN))
    }

    /// The header's bytes.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[0..8].copy_from_slice(&self.base_offset.to_be_bytes());
        out[8..12].copy_from_slice(&self.batch_length.to_be_bytes());
        out[12..16].copy_from_slice(&self.partition_leader_epoch.to_be_bytes());
        out[16..17].copy_from_slice(&self.magic.to_be_bytes());
        out[17..21].copy_from_slice(&self.crc.to_be_bytes());
        out[21..23].copy_from_slice(&self.attributes.0.to_be_bytes());
        out[23..27].copy_from_slice(&self.last_offset_delta.to_be_bytes());
        out[27..35].copy_from_slice(&self.base_timestamp.to_be_bytes());
        out[35..43].copy_from_slice(&self.max_timestamp.to_be_bytes());
        out[43..51].copy_from_slice(&self.producer_id.to_be_bytes());
        out[51..53].copy_from_slice(&self.producer_epoch.to_be_bytes());
        out[53..57].copy_from_slice(&self.base_sequence.to_be_bytes());
        out[57..61].copy_from_slice(&self.record_count.to_be_bytes());
        out
    }

    /// The batch's bytes in all, header included.
    pub fn size_in_bytes(&self) -> usize {
        // Not negative: `parse` checked it, and a builder writes no other.
        Self::LOG_OVERHEAD + usize::try_from(self.batch_length).unwrap_or(0)
    }

    /// Offset of the last record, inclusive, counting those that compaction removed.
    pub fn last_offset(&self) -> i64 {
        self.base_offset.saturating_add(i64::from(self.last_offset_delta))
    }

    /// The offset after the batch.
    pub fn next_offset(&self) -> i64 {
        self.last_offset().saturating_add(1)
    }

    /// Sequence number of the last record; sequences wrap from 2³¹−1 to 0. −1 if the producer is not idempotent.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            return -1;
        }
        let wide = i64::from(self.base_sequence) + i64::from(self.last_offset_delta);
        // A remainder of 2³¹ fits.
        wide.rem_euclid(1 << 31) as i32
    }

    /// Whether an idempotent or transactional producer wrote the batch.
    pub fn has_producer_id(&self) -> bool {
        self.producer_id >= 0
    }

    /// When tombstones and markers of this batch may be removed (ms), if compaction has decided it.
    pub fn delete_horizon(&self) -> Option<i64> {
        self.attributes.has_delete_horizon().then_some(self.base_timestamp)
    }

    /// The header of this batch after compaction removed its last record: it keeps the offsets and the producer's
    /// state.
    pub fn emptied(&self) -> BatchHeader {
        let mut header = BatchHeader {
            batch_length: Self::MIN_BATCH_LENGTH,
            attributes: self
                .attributes
                .with_compression(Compression::None)
                .with_delete_horizon(false),
            base_timestamp: -1,
            record_count: 0,
            ..*self
        };
        header.crc = header.crc_with(&[]);
        header
    }

    /// The CRC that this header and the bytes after it must carry.
    pub fn crc_with(&self, after_header: &[u8]) -> u32 {
        let header = self.to_bytes();
        crc32c::crc32c_append(crc32c::crc32c(&header[Self::CRC_START..]), after_header)
    }
}

/// A cursor over fixed-size fields.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }

    fn i8(&mut self) -> Option<i8> {
        self.take().map(i8::from_be_bytes)
    }

    fn i16(&mut self) -> Option<i16> {
        self.take().map(i16::from_be_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        self.take().map(i32::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_be_bytes)
    }
}
