//! Writes a batch, byte for byte as Kafka would where nothing is compressed.
//!
//! Records are encoded as they are appended and compressed once, at the end. Offsets rise; without one, a record takes
//! the next. Deltas of timestamps are relative to the first record's, or to the delete horizon if there is one.

use std::borrow::Cow;

use bytes::Bytes;

use super::varint::{len_i64, put_i64};
use super::{Attributes, BatchHeader, Record, RecordHeader, RecordView, TimestampType};
use crate::compression::{Compression, CompressionError, compress};

/// Why a batch cannot be built as asked. Nothing was appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The offset is not above the one before, or not within 2³¹ of the base offset.
    #[error("offset {offset} cannot follow in a batch whose next offset is {next} and whose base is {base}")]
    Offset {
        /// The offset asked for.
        offset: i64,
        /// The least that was possible.
        next: i64,
        /// The batch's base offset.
        base: i64,
    },
    /// The timestamp is too far from the batch's first one.
    #[error("the timestamp {timestamp} is too far from the batch's base timestamp {base}")]
    Timestamp {
        /// The timestamp asked for (ms).
        timestamp: i64,
        /// The batch's base timestamp (ms).
        base: i64,
    },
    /// The record or the batch does not fit the format's 31-bit lengths.
    #[error("{bytes} bytes are more than a record batch can hold")]
    TooLarge {
        /// Bytes there would be.
        bytes: usize,
    },
    /// The batch has no record; [`BatchHeader::emptied`] makes the one kind of empty batch that exists.
    #[error("a record batch needs a record")]
    Empty,
    /// The records could not be compressed.
    #[error(transparent)]
    Compression(#[from] CompressionError),
}

/// A batch in the making.
#[derive(Debug, Clone)]
pub struct BatchBuilder {
    header: BatchHeader,
    compression: Compression,
    level: Option<i32>,
    append_time: Option<i64>,
    /// Space for the header, then the records, uncompressed.
    buffer: Vec<u8>,
    next_offset: i64,
}

impl BatchBuilder {
    /// A batch that begins at `base_offset`.
    pub fn new(base_offset: i64, compression: Compression, timestamp_type: TimestampType) -> BatchBuilder {
        let header = BatchHeader {
            base_offset,
            batch_length: BatchHeader::MIN_BATCH_LENGTH,
            partition_leader_epoch: -1,
            magic: BatchHeader::MAGIC,
            crc: 0,
            attributes: Attributes::default()
                .with_compression(compression)
                .with_timestamp_type(timestamp_type),
            last_offset_delta: -1,
            base_timestamp: -1,
            max_timestamp: -1,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            record_count: 0,
        };
        let buffer = vec![0; BatchHeader::LEN];
        BatchBuilder {
            header,
            compression,
            level: None,
            append_time: None,
            buffer,
            next_offset: base_offset,
        }
    }

    /// Compresses with this level instead of the codec's default.
    pub fn level(mut self, level: i32) -> BatchBuilder {
        self.level = Some(level);
        self
    }

    /// Names the idempotent producer; a marker of a transaction has the sequence −1.
    pub fn producer(mut self, id: i64, epoch: i16, base_sequence: i32) -> BatchBuilder {
        self.header.producer_id = id;
        self.header.producer_epoch = epoch;
        self.header.base_sequence = base_sequence;
        self
    }

    /// Makes the batch part of its producer's transaction.
    pub fn transactional(mut self) -> BatchBuilder {
        self.header.attributes = self.header.attributes.with_transactional(true);
        self
    }

    /// Makes the records control records.
    pub fn control(mut self) -> BatchBuilder {
        self.header.attributes = self.header.attributes.with_control(true);
        self
    }

    /// Sets the epoch of the leader that appends the batch.
    pub fn leader_epoch(mut self, epoch: i32) -> BatchBuilder {
        self.header.partition_leader_epoch = epoch;
        self
    }

    /// Sets when tombstones and markers of the batch may be removed (ms). Comes before the first record.
    pub fn delete_horizon(mut self, horizon_ms: i64) -> BatchBuilder {
        self.header.attributes = self.header.attributes.with_delete_horizon(true);
        self.header.base_timestamp = horizon_ms;
        self
    }

    /// Sets the broker's time (ms) as the maximum timestamp; for `TimestampType::LogAppendTime`.
    pub fn append_time(mut self, time_ms: i64) -> BatchBuilder {
        self.append_time = Some(time_ms);
        self
    }

    /// Appends a record at the next offset.
    pub fn append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[RecordHeader],
    ) -> Result<(), BuildError> {
        let headers = Headers::of(
            headers
                .iter()
                .map(|header| (header.key.as_bytes(), header.value.as_deref())),
        )?;
        self.put(self.next_offset, timestamp, key, value, &headers)
    }

    /// Appends a record at its own offset, with its own timestamp.
    pub fn append_record(&mut self, record: &Record) -> Result<(), BuildError> {
        let headers = record
            .headers
            .iter()
            .map(|header| (header.key.as_bytes(), header.value.as_deref()));
        let headers = Headers::of(headers)?;
        self.put(
            record.offset,
            record.timestamp,
            record.key.as_deref(),
            record.value.as_deref(),
            &headers,
        )
    }

    /// Appends another batch's record at its own offset, its headers byte for byte.
    pub fn append_view(&mut self, record: &RecordView<'_>) -> Result<(), BuildError> {
        let headers = Headers {
            count: record.header_count,
            bytes: Cow::Borrowed(record.header_bytes),
        };
        self.put(record.offset, record.timestamp, record.key, record.value, &headers)
    }

    /// Records so far.
    pub fn record_count(&self) -> i32 {
        self.header.record_count
    }

    /// Bytes so far, the header's included, nothing compressed.
    pub fn uncompressed_len(&self) -> usize {
        self.buffer.len()
    }

    /// The batch, which ends at the offset `last_offset` where records after its last one were removed.
    pub fn build_through(mut self, last_offset: i64) -> Result<Bytes, BuildError> {
        let refused = BuildError::Offset {
            offset: last_offset,
            next: self.next_offset - 1,
            base: self.header.base_offset,
        };
        let delta = last_offset
            .checked_sub(self.header.base_offset)
            .and_then(|delta| i32::try_from(delta).ok());
        self.header.last_offset_delta = delta
            .filter(|delta| *delta >= self.header.last_offset_delta)
            .ok_or(refused)?;
        self.build()
    }

    /// The batch.
    pub fn build(mut self) -> Result<Bytes, BuildError> {
        if self.header.record_count == 0 {
            return Err(BuildError::Empty);
        }
        let mut batch = self.buffer;
        if self.compression != Compression::None {
            let records = compress(
                self.compression,
                self.level,
                batch.get(BatchHeader::LEN..).unwrap_or_default(),
            )?;
            batch.truncate(BatchHeader::LEN);
            batch.extend_from_slice(&records);
        }
        let after_length = batch.len().saturating_sub(BatchHeader::LOG_OVERHEAD);
        let too_large = |_| BuildError::TooLarge { bytes: after_length };
        self.header.batch_length = i32::try_from(after_length).map_err(too_large)?;
        if let Some(time) = self.append_time {
            self.header.max_timestamp = time;
        }
        self.header.crc = self.header.crc_with(batch.get(BatchHeader::LEN..).unwrap_or_default());
        if let Some(space) = batch.first_chunk_mut() {
            *space = self.header.to_bytes();
        }
        Ok(Bytes::from(batch))
    }

    fn put(
        &mut self,
        offset: i64,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &Headers<'_>,
    ) -> Result<(), BuildError> {
        let base = self.header.base_offset;
        let refused = BuildError::Offset {
            offset,
            next: self.next_offset,
            base,
        };
        let delta = offset.checked_sub(base).filter(|_| offset >= self.next_offset);
        let delta = delta
            .and_then(|delta| i32::try_from(delta).ok())
            .ok_or(refused.clone())?;
        let next_offset = offset.checked_add(1).ok_or(refused)?;

        let first = self.header.record_count == 0 && !self.header.attributes.has_delete_horizon();
        let base_timestamp = if first { timestamp } else { self.header.base_timestamp };
        let too_far = BuildError::Timestamp {
            timestamp,
            base: base_timestamp,
        };
        let timestamp_delta = timestamp.checked_sub(base_timestamp).ok_or(too_far)?;

        let fixed = 1 + len_i64(timestamp_delta) + len_i64(i64::from(delta));
        let body = fixed + field_len(key) + field_len(value) + len_i64(headers.count as i64) + headers.bytes.len();
        let total = self.buffer.len().saturating_add(body).saturating_add(MAX_VARINT_LEN);
        if i32::try_from(total).is_err() {
            return Err(BuildError::TooLarge { bytes: total });
        }
        let out = &mut self.buffer;
        out.reserve(body + MAX_VARINT_LEN);
        put_i64(out, body as i64);
        // No attribute of a record is defined.
        out.push(0);
        put_i64(out, timestamp_delta);
        put_i64(out, i64::from(delta));
        put_field(out, key);
        put_field(out, value);
        put_i64(out, headers.count as i64);
        out.extend_from_slice(&headers.bytes);

        self.header.base_timestamp = base_timestamp;
        self.header.max_timestamp = self.header.max_timestamp.max(timestamp);
        self.header.last_offset_delta = delta;
        // Every record takes a byte of a buffer that is smaller than 2³¹.
        self.header.record_count = self.header.record_count.saturating_add(1);
        self.next_offset = next_offset;
        Ok(())
    }
}

/// A 32-bit varint takes no more.
const MAX_VARINT_LEN: usize = 5;

/// A record's headers, encoded.
struct Headers<'a> {
    count: usize,
    bytes: Cow<'a, [u8]>,
}

impl Headers<'_> {
    fn of<'h>(
        headers: impl ExactSizeIterator<Item = (&'h [u8], Option<&'h [u8]>)>,
    ) -> Result<Headers<'static>, BuildError> {
        let count = headers.len();
        let mut bytes = Vec::new();
        for (key, value) in headers {
            put_field(&mut bytes, Some(key));
            put_field(&mut bytes, value);
        }
        i32::try_from(bytes.len()).map_err(|_| BuildError::TooLarge { bytes: bytes.len() })?;
        Ok(Headers {
            count,
            bytes: Cow::Owned(bytes),
        })
    }
}

fn field_len(field: Option<&[u8]>) -> usize {
    field.map_or(1, |bytes| len_i64(bytes.len() as i64).saturating_add(bytes.len()))
}

fn put_field(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => put_i64(out, -1),
        Some(bytes) => {
            put_i64(out, bytes.len() as i64);
            out.extend_from_slice(bytes);
        }
    }
}
