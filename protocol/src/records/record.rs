//! One record: as a view of its bytes, and as a value that keeps slices of them.
//!
//! The layout, all numbers zigzag varints but the attributes: length of what follows, attributes i8, timestamp delta,
//! offset delta, key length (−1 null) and key, value likewise, header count, and for each header key length and key,
//! value length (−1 null) and value. A [`RecordView`] has been checked to its last byte.

use bytes::Bytes;
use nom::bytes::complete::take;
use nom::combinator::cond;
use nom::number::complete::be_i8;
use nom::{Err, IResult, Parser};

use super::RecordFault;
use super::varint::{varint, varlong};
use crate::StrBytes;

/// A record of a batch, with absolute offset and timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Unused by Kafka so far.
    pub attributes: i8,
    /// Milliseconds since 1970, −1 for none; the batch's append time where the broker sets timestamps.
    pub timestamp: i64,
    /// Offset in the partition.
    pub offset: i64,
    /// The key, if there is one.
    pub key: Option<Bytes>,
    /// The value; none is a tombstone.
    pub value: Option<Bytes>,
    /// The headers in their order, duplicates included.
    pub headers: Vec<RecordHeader>,
}

/// A header of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeader {
    /// The name. Bytes that are not UTF-8 are replaced, as Kafka's Java client does; a view has them unchanged.
    pub key: StrBytes,
    /// The value, if there is one.
    pub value: Option<Bytes>,
}

/// A record that lies in its batch's inflated bytes. Nothing is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordView<'a> {
    /// Unused by Kafka so far.
    pub attributes: i8,
    /// As [`Record::timestamp`].
    pub timestamp: i64,
    /// Offset in the partition.
    pub offset: i64,
    /// Offset minus the batch's base offset.
    pub offset_delta: i32,
    /// The key, if there is one.
    pub key: Option<&'a [u8]>,
    /// The value; none is a tombstone.
    pub value: Option<&'a [u8]>,
    /// How many headers there are.
    pub header_count: usize,
    /// Bytes of the record, its length field included.
    pub size_in_bytes: usize,
    /// The headers' bytes, without their count.
    pub(super) header_bytes: &'a [u8],
}

/// A header of a [`RecordView`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderView<'a> {
    /// The name's bytes, UTF-8 if the producer kept to the protocol.
    pub key: &'a [u8],
    /// The value, if there is one.
    pub value: Option<&'a [u8]>,
}

impl<'a> RecordView<'a> {
    /// The headers in their order, duplicates included.
    pub fn headers(&self) -> impl Iterator<Item = HeaderView<'a>> + use<'a> {
        let mut rest = self.header_bytes;
        // They were parsed once already; an error cannot come.
        std::iter::from_fn(move || {
            let (after, header) = header(rest).ok()?;
            rest = after;
            Some(header)
        })
    }

    /// The record as a value that keeps slices of `batch`, the bytes that this is a view of.
    pub(super) fn to_record(self, batch: &Bytes) -> Record {
        let keep = |field: &[u8]| batch.slice_ref(field);
        let mut headers = Vec::with_capacity(self.header_count);
        headers.extend(self.headers().map(|header| {
            RecordHeader {
                key: StrBytes::from_utf8(keep(header.key))
                    .unwrap_or_else(|_| StrBytes::from(String::from_utf8_lossy(header.key).into_owned())),
                value: header.value.map(keep),
            }
        }));
        Record {
            attributes: self.attributes,
            timestamp: self.timestamp,
            offset: self.offset,
            key: self.key.map(keep),
            value: self.value.map(keep),
            headers,
        }
    }
}

/// A record's fields as found, its deltas not yet judged.
pub(super) struct RawRecord<'a> {
    pub(super) attributes: i8,
    pub(super) timestamp_delta: i64,
    pub(super) offset_delta: i32,
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
    pub(super) header_count: usize,
    pub(super) header_bytes: &'a [u8],
}

/// Takes one record off the front of `input`, and checks it to its last byte.
pub(super) fn record(input: &[u8]) -> IResult<&[u8], RawRecord<'_>, RecordFault> {
    let (rest, length) = varint(input)?;
    let length = usize::try_from(length).map_err(|_| fault("body", length))?;
    let (after, body) = take(length)(rest)?;
    let (rest, (attributes, timestamp_delta, offset_delta)) = (be_i8, varlong, varint).parse(body)?;
    let (rest, (key, value, claimed)) = (nullable("key"), nullable("value"), varint).parse(rest)?;
    let header_count = header_count(claimed, rest)?;
    let header_bytes = rest;
    let mut rest = rest;
    for _ in 0..header_count {
        (rest, _) = header(rest)?;
    }
    if !rest.is_empty() {
        return Err(Err::Failure(RecordFault::TrailingBytes { bytes: rest.len() }));
    }
    let record = RawRecord {
        attributes,
        timestamp_delta,
        offset_delta,
        key,
        value,
        header_count,
        header_bytes,
    };
    Ok((after, record))
}

/// A header takes two bytes at least: the lengths of its key and value.
pub(super) const HEADER_LEN_MIN: usize = 2;

fn header_count(claimed: i32, rest: &[u8]) -> Result<usize, Err<RecordFault>> {
    let count = usize::try_from(claimed)
        .ok()
        .filter(|count| *count <= rest.len() / HEADER_LEN_MIN);
    count.ok_or_else(|| fault("header list", claimed))
}

fn header(input: &[u8]) -> IResult<&[u8], HeaderView<'_>, RecordFault> {
    let (rest, length) = varint(input)?;
    let length = usize::try_from(length).map_err(|_| fault("header key", length))?;
    let (rest, key) = take(length)(rest)?;
    let (rest, value) = nullable("header value").parse(rest)?;
    Ok((rest, HeaderView { key, value }))
}

fn nullable<'a>(field: &'static str) -> impl Parser<&'a [u8], Output = Option<&'a [u8]>, Error = RecordFault> {
    move |input: &'a [u8]| {
        let (rest, length) = varint(input)?;
        if length < -1 {
            return Err(fault(field, length));
        }
        // A length that is not −1 is not negative here.
        cond(length >= 0, take(length.unsigned_abs())).parse(rest)
    }
}

fn fault(field: &'static str, length: i32) -> Err<RecordFault> {
    Err::Failure(RecordFault::Length { field, length })
}
