//! Record batches as producers make them, and as nobody should.

use bytes::Bytes;
use dmq::env::{Clock, SystemClock};
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, BatchHeader, TimestampType};

/// The time that records carry unless a test is about time.
pub const TIME: i64 = 1_700_000_000_000;

pub fn builder(compression: Compression) -> BatchBuilder {
    BatchBuilder::new(0, compression, TimestampType::CreateTime)
}

/// One batch with a record for each value.
pub fn batch(values: &[&str]) -> Bytes {
    compressed(Compression::None, values)
}

pub fn compressed(compression: Compression, values: &[&str]) -> Bytes {
    filled(builder(compression), values)
}

/// One batch of an idempotent producer, of this moment: a broker forgets producers that wrote nothing for a day, going by
/// their records' timestamps.
pub fn idempotent(id: i64, epoch: i16, sequence: i32, values: &[&str]) -> Bytes {
    let mut batch = builder(Compression::None).producer(id, epoch, sequence);
    let now = SystemClock::new().now_ms();
    for value in values {
        batch.append(now, None, Some(value.as_bytes()), &[]).unwrap();
    }
    batch.build().unwrap()
}

/// One batch with a record for each timestamp.
pub fn timed(timestamps: &[i64]) -> Bytes {
    let mut batch = builder(Compression::None);
    for timestamp in timestamps {
        batch.append(*timestamp, None, Some(b"timed"), &[]).unwrap();
    }
    batch.build().unwrap()
}

pub fn filled(mut batch: BatchBuilder, values: &[&str]) -> Bytes {
    for value in values {
        batch.append(TIME, None, Some(value.as_bytes()), &[]).unwrap();
    }
    batch.build().unwrap()
}

/// The batch with other header fields, and the CRC that belongs to them.
pub fn with_header(batch: &Bytes, change: impl FnOnce(&mut BatchHeader)) -> Bytes {
    let mut header = BatchHeader::parse(batch).unwrap();
    change(&mut header);
    let records = &batch[BatchHeader::LEN..];
    header.crc = header.crc_with(records);
    let mut changed = header.to_bytes().to_vec();
    changed.extend_from_slice(records);
    Bytes::from(changed)
}

/// The batch with other records behind its header, and the length and CRC that belong to them.
pub fn with_records(batch: &Bytes, records: &[u8]) -> Bytes {
    let mut header = BatchHeader::parse(batch).unwrap();
    header.batch_length = i32::try_from(BatchHeader::LEN - BatchHeader::LOG_OVERHEAD + records.len()).unwrap();
    header.crc = header.crc_with(records);
    let mut changed = header.to_bytes().to_vec();
    changed.extend_from_slice(records);
    Bytes::from(changed)
}

/// The batch with one byte changed, and nothing else.
pub fn with_byte(batch: &Bytes, at: usize, change: impl FnOnce(u8) -> u8) -> Bytes {
    let mut bytes = batch.to_vec();
    bytes[at] = change(bytes[at]);
    Bytes::from(bytes)
}
