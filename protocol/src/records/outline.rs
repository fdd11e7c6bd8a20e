//! Going through a batch's records without their contents, in bounded memory.
//!
//! A few kilobytes of gzip or zstd may inflate to gigabytes, and a broker must look into what it is sent: at offsets,
//! times, and whether there is a key. So what inflates beyond [`AT_ONCE_MAX`] is read as a stream, field by field, and
//! contents are skipped. Smaller batches are inflated at once, which is faster. Both ways take and refuse the same.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use nom::Err;

use super::iter::Walk;
use super::record::{HEADER_LEN_MIN, RawRecord};
use super::varint::{varint, varlong};
use super::{BatchError, RecordBatch, RecordFault, RecordView, RecordViews};
use crate::compression::{self, Compression, CompressionError};

/// Inflated records up to this size are held in memory as a whole.
const AT_ONCE_MAX: usize = 16 << 20;
/// How much of a stream is inflated at a time.
const CHUNK_LEN: usize = 64 << 10;

/// What can be said of a record without its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordOutline {
    /// The record's timestamp (ms), as of [`super::Record`].
    pub timestamp: i64,
    /// Offset in the partition.
    pub offset: i64,
    /// Offset minus the batch's base offset.
    pub offset_delta: i32,
    /// Whether it has a key.
    pub has_key: bool,
    /// Bytes of the record, its length field included.
    pub size_in_bytes: usize,
}

impl RecordOutline {
    fn of(record: &RecordView<'_>) -> RecordOutline {
        RecordOutline {
            timestamp: record.timestamp,
            offset: record.offset,
            offset_delta: record.offset_delta,
            has_key: record.key.is_some(),
            size_in_bytes: record.size_in_bytes,
        }
    }
}

impl RecordBatch {
    /// Shows every record's outline to `visit`, inflating to at most `max_inflated` bytes; stops at the first error of
    /// either. Holds no more than a fixed part of what gzip and zstd inflate to.
    pub fn visit_outlines<E: From<BatchError>>(
        &self,
        max_inflated: usize,
        visit: impl FnMut(&RecordOutline) -> Result<(), E>,
    ) -> Result<(), E> {
        self.visit_outlines_within(AT_ONCE_MAX, max_inflated, visit)
    }

    fn visit_outlines_within<E: From<BatchError>>(
        &self,
        at_once_max: usize,
        max_inflated: usize,
        mut visit: impl FnMut(&RecordOutline) -> Result<(), E>,
    ) -> Result<(), E> {
        let codec = self.attributes().compression()?;
        let at_once = if compression::streams(codec) {
            max_inflated.min(at_once_max)
        } else {
            max_inflated
        };
        match self.inflate(at_once) {
            Ok(inflated) => {
                for record in RecordViews::new(self.header(), &inflated)? {
                    visit(&RecordOutline::of(&record?))?;
                }
                Ok(())
            }
            Err(BatchError::Compression(CompressionError::TooLarge { .. })) if at_once < max_inflated => {
                self.visit_stream(codec, max_inflated, visit)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn visit_stream<E: From<BatchError>>(
        &self,
        codec: Compression,
        max: usize,
        mut visit: impl FnMut(&RecordOutline) -> Result<(), E>,
    ) -> Result<(), E> {
        let stored = self.stored_records();
        let reader = compression::reader(codec, &stored).map_err(BatchError::from)?;
        let mut source = Source {
            reader: BufReader::with_capacity(CHUNK_LEN, reader),
            read: 0,
            max,
            codec,
        };
        let mut walk = Walk::new(self.header(), max)?;
        while !walk.is_complete() {
            let before = source.read;
            let raw = source.record().map_err(|stop| stop.at(&mut walk))?;
            let size = source.read.saturating_sub(before);
            let view = walk.judge(&raw, size).map_err(|fault| walk.end(fault))?;
            visit(&RecordOutline::of(&view))?;
        }
        match source.byte().map_err(BatchError::from)? {
            Some(_) => Err(BatchError::TrailingBytes { bytes: 1 }.into()),
            None => Ok(()),
        }
    }
}

/// Why a stream of records ends early.
enum Stop {
    Fault(RecordFault),
    Compression(CompressionError),
}

impl Stop {
    fn at(self, walk: &mut Walk) -> BatchError {
        match self {
            Stop::Fault(fault) => walk.end(fault),
            Stop::Compression(error) => error.into(),
        }
    }
}

impl From<CompressionError> for Stop {
    fn from(error: CompressionError) -> Stop {
        Stop::Compression(error)
    }
}

impl From<Err<RecordFault>> for Stop {
    fn from(error: Err<RecordFault>) -> Stop {
        match error {
            Err::Error(fault) | Err::Failure(fault) => Stop::Fault(fault),
            Err::Incomplete(_) => Stop::Fault(RecordFault::Truncated),
        }
    }
}

/// Inflated bytes, counted.
struct Source<R> {
    reader: BufReader<R>,
    read: usize,
    max: usize,
    codec: Compression,
}

impl<R: Read> Source<R> {
    fn record(&mut self) -> Result<RawRecord<'static>, Stop> {
        let mut whole = Body {
            source: self,
            left: usize::MAX,
        };
        let length = whole.varint()?;
        let left = usize::try_from(length).map_err(|_| length_fault("body", length))?;
        let mut body = Body { source: self, left };
        let attributes = body.byte()?.cast_signed();
        let timestamp_delta = body.varlong()?;
        let offset_delta = body.varint()?;
        let key = body.skip_nullable("key")?;
        let value = body.skip_nullable("value")?;
        let header_count = body.skip_headers()?;
        if body.left > 0 {
            return Err(Stop::Fault(RecordFault::TrailingBytes { bytes: body.left }));
        }
        let nothing: &[u8] = &[];
        Ok(RawRecord {
            attributes,
            timestamp_delta,
            offset_delta,
            key: key.then_some(nothing),
            value: value.then_some(nothing),
            header_count,
            header_bytes: nothing,
        })
    }

    fn byte(&mut self) -> Result<Option<u8>, CompressionError> {
        let byte = self.chunk()?.first().copied();
        if byte.is_some() {
            self.consume(1)?;
        }
        Ok(byte)
    }

    /// Skips up to `len` bytes; how many there were.
    fn skip(&mut self, len: usize) -> Result<usize, CompressionError> {
        let mut skipped = 0;
        while skipped < len {
            let available = self.chunk()?.len().min(len - skipped);
            if available == 0 {
                break;
            }
            self.consume(available)?;
            skipped += available;
        }
        Ok(skipped)
    }

    fn chunk(&mut self) -> Result<&[u8], CompressionError> {
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(CompressionError::malformed(self.codec, error)),
            }
        }
        Ok(self.reader.buffer())
    }

    fn consume(&mut self, len: usize) -> Result<(), CompressionError> {
        self.reader.consume(len);
        self.read = self.read.saturating_add(len);
        if self.read > self.max {
            let (codec, max) = (self.codec, self.max);
            return Err(CompressionError::TooLarge { codec, max });
        }
        Ok(())
    }
}

/// The rest of one record.
struct Body<'a, R> {
    source: &'a mut Source<R>,
    left: usize,
}

impl<R: Read> Body<'_, R> {
    fn byte(&mut self) -> Result<u8, Stop> {
        self.left = self.left.checked_sub(1).ok_or(Stop::Fault(RecordFault::Truncated))?;
        self.source.byte()?.ok_or(Stop::Fault(RecordFault::Truncated))
    }

    fn varint(&mut self) -> Result<i32, Stop> {
        let (bytes, len) = self.varint_bytes()?;
        Ok(varint(bytes.get(..len).unwrap_or_default())?.1)
    }

    fn varlong(&mut self) -> Result<i64, Stop> {
        let (bytes, len) = self.varint_bytes()?;
        Ok(varlong(bytes.get(..len).unwrap_or_default())?.1)
    }

    fn varint_bytes(&mut self) -> Result<([u8; 10], usize), Stop> {
        let mut bytes = [0; 10];
        let mut len = 0;
        for place in &mut bytes {
            *place = self.byte()?;
            len += 1;
            if *place & 0x80 == 0 {
                break;
            }
        }
        Ok((bytes, len))
    }

    fn skip(&mut self, len: usize) -> Result<(), Stop> {
        self.left = self.left.checked_sub(len).ok_or(Stop::Fault(RecordFault::Truncated))?;
        if self.source.skip(len)? < len {
            return Err(Stop::Fault(RecordFault::Truncated));
        }
        Ok(())
    }

    /// Whether the field is there; its bytes are skipped.
    fn skip_nullable(&mut self, field: &'static str) -> Result<bool, Stop> {
        let length = self.varint()?;
        if length == -1 {
            return Ok(false);
        }
        let length = usize::try_from(length).map_err(|_| length_fault(field, length))?;
        self.skip(length)?;
        Ok(true)
    }

    fn skip_headers(&mut self) -> Result<usize, Stop> {
        let claimed = self.varint()?;
        let count = usize::try_from(claimed).ok();
        let count = count.filter(|count| *count <= self.left / HEADER_LEN_MIN);
        let count = count.ok_or_else(|| length_fault("header list", claimed))?;
        for _ in 0..count {
            let length = self.varint()?;
            self.skip(usize::try_from(length).map_err(|_| length_fault("header key", length))?)?;
            self.skip_nullable("header value")?;
        }
        Ok(count)
    }
}

fn length_fault(field: &'static str, length: i32) -> Stop {
    Stop::Fault(RecordFault::Length { field, length })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::records::{BatchBuilder, BatchHeader, RecordHeader, TimestampType};

    const STREAMED: [Compression; 2] = [Compression::Gzip, Compression::Zstd];

    /// The outlines by way of memory or of a stream.
    fn outlines(batch: &RecordBatch, at_once_max: usize, max: usize) -> Result<Vec<RecordOutline>, BatchError> {
        let mut seen = Vec::new();
        batch.visit_outlines_within(at_once_max, max, |outline| {
            seen.push(*outline);
            Ok::<_, BatchError>(())
        })?;
        Ok(seen)
    }

    fn batch(codec: Compression) -> RecordBatch {
        let mut builder = BatchBuilder::new(7, codec, TimestampType::CreateTime);
        let header = |key: &'static str, value: Option<&'static [u8]>| RecordHeader {
            key: key.into(),
            value: value.map(Bytes::from_static),
        };
        let headers = [header("one", Some(b"1")), header("", None)];
        let large = vec![b'x'; 200_000];
        let fields = [
            (None, None),
            (Some(&b""[..]), Some(&b"v"[..])),
            (Some(&b"k"[..]), Some(&large[..])),
            (Some(&large[..]), None),
        ];
        for (place, (key, value)) in (0..).zip(fields) {
            let headers = if place % 2 == 0 { &headers[..] } else { &[] };
            builder.append(1_000 - place, key, value, headers).unwrap();
        }
        RecordBatch::split_first(&mut builder.build().unwrap()).unwrap()
    }

    /// The batch with other records, inflated.
    fn with_records(codec: Compression, like: &RecordBatch, records: &[u8]) -> RecordBatch {
        let stored = compression::compress(codec, None, records).unwrap();
        let header = BatchHeader {
            batch_length: i32::try_from(BatchHeader::LEN - BatchHeader::LOG_OVERHEAD + stored.len()).unwrap(),
            ..*like.header()
        };
        let mut bytes = Bytes::from([&header.to_bytes()[..], &stored].concat());
        RecordBatch::split_first(&mut bytes).unwrap()
    }

    #[test]
    fn a_stream_shows_the_same_as_memory() {
        for codec in STREAMED {
            let batch = batch(codec);
            let seen = outlines(&batch, 0, 1 << 20).unwrap();
            assert_eq!(Ok(&seen), outlines(&batch, 1 << 20, 1 << 20).as_ref());
            let keys: Vec<bool> = seen.iter().map(|outline| outline.has_key).collect();
            assert_eq!((keys, seen[3].offset), (vec![false, true, true, true], 10));
        }
    }

    #[test]
    fn a_stream_refuses_what_memory_refuses() {
        for codec in STREAMED {
            let batch = batch(codec);
            let records = batch.inflate(1 << 20).unwrap();
            // Every byte that is not a part of the two large contents, changed; and every kind of cut.
            let small = (0..60).chain(200_040..200_070).chain(records.len() - 20..records.len());
            for at in small {
                for change in [1, 0x80, 0xff] {
                    let mut changed = records.to_vec();
                    changed[at] ^= change;
                    let changed = with_records(codec, &batch, &changed);
                    let (one, two) = (outlines(&changed, 0, 1 << 20), outlines(&changed, 1 << 20, 1 << 20));
                    assert_eq!(one.is_ok(), two.is_ok(), "{at} {change}: {one:?}, {two:?}");
                    assert!(one.is_err() || one == two);
                }
            }
            for cut in [0, 1, 7, 30, 200_000, records.len() - 1] {
                assert!(
                    outlines(&with_records(codec, &batch, &records[..cut]), 0, 1 << 20).is_err(),
                    "{cut}"
                );
            }
            let longer = with_records(codec, &batch, &[&records[..], &[0]].concat());
            assert_eq!(
                outlines(&longer, 0, 1 << 20),
                Err(BatchError::TrailingBytes { bytes: 1 })
            );
        }
    }

    #[test]
    fn a_stream_ends_at_the_bound() {
        for codec in STREAMED {
            let batch = batch(codec);
            let len = batch.inflate(1 << 20).unwrap().len();
            assert!(outlines(&batch, 0, len).is_ok());
            let too_large = CompressionError::TooLarge { codec, max: len - 1 };
            assert_eq!(outlines(&batch, 0, len - 1), Err(too_large.into()));
        }
    }
}
