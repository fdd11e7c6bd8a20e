//! Going through the records of a batch, one checked view at a time.
//!
//! [`RecordViews`] borrows inflated bytes and allocates nothing; [`RecordIter`] owns them and makes values. Both check
//! what the header claims: the count, offsets that rise within the batch, no bytes after the last record. They end at
//! the first error.

use bytes::{Buf, Bytes};
use nom::Err;

use super::record::{RawRecord, record};
use super::{BatchError, BatchHeader, Record, RecordFault, RecordView, TimestampType};

/// A record takes seven bytes at least: its length and its six fields.
const RECORD_LEN_MIN: usize = 7;

/// The records of one batch as views of its inflated bytes.
#[derive(Debug, Clone)]
pub struct RecordViews<'a> {
    walk: Walk,
    rest: &'a [u8],
}

impl<'a> RecordViews<'a> {
    /// Goes through `inflated`, the records that belong to `header`.
    pub fn new(header: &BatchHeader, inflated: &'a [u8]) -> Result<RecordViews<'a>, BatchError> {
        Ok(RecordViews {
            walk: Walk::new(header, inflated.len())?,
            rest: inflated,
        })
    }
}

impl<'a> Iterator for RecordViews<'a> {
    type Item = Result<RecordView<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (rest, item) = self.walk.step(self.rest)?;
        self.rest = rest;
        Some(item)
    }
}

/// The records of one batch as values that share its inflated bytes.
#[derive(Debug, Clone)]
pub struct RecordIter {
    walk: Walk,
    rest: Bytes,
}

impl RecordIter {
    /// Goes through `inflated`, the records that belong to `header`.
    pub fn new(header: &BatchHeader, inflated: Bytes) -> Result<RecordIter, BatchError> {
        Ok(RecordIter {
            walk: Walk::new(header, inflated.len())?,
            rest: inflated,
        })
    }
}

impl Iterator for RecordIter {
    type Item = Result<Record, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (after, item) = self.walk.step(&self.rest)?;
        let taken = self.rest.len().saturating_sub(after.len());
        let item = item.map(|view| view.to_record(&self.rest));
        self.rest.advance(taken);
        Some(item)
    }
}

/// Where a walk over a batch's records stands, apart from the bytes.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    base_offset: i64,
    base_timestamp: i64,
    append_time: Option<i64>,
    last_offset_delta: i32,
    record_count: i32,
    /// Records seen.
    index: i32,
    /// The least delta that the next record may have.
    next_delta: i64,
    ended: bool,
}

impl Walk {
    /// A walk through at most so many bytes.
    pub(super) fn new(header: &BatchHeader, bytes: usize) -> Result<Walk, BatchError> {
        let claimed = header.record_count;
        let possible = usize::try_from(claimed).is_ok_and(|count| count <= bytes / RECORD_LEN_MIN);
        if !possible {
            return Err(BatchError::RecordCount { claimed, bytes });
        }
        let append_time = header.attributes.timestamp_type() == TimestampType::LogAppendTime;
        Ok(Walk {
            base_offset: header.base_offset,
            base_timestamp: header.base_timestamp,
            append_time: append_time.then_some(header.max_timestamp),
            last_offset_delta: header.last_offset_delta,
            record_count: claimed,
            index: 0,
            next_delta: 0,
            ended: false,
        })
    }

    /// The next record of `rest` and what is left after it; none after the last one or after an error.
    fn step<'a>(&mut self, rest: &'a [u8]) -> Option<(&'a [u8], Result<RecordView<'a>, BatchError>)> {
        if self.ended {
            return None;
        }
        if self.index == self.record_count {
            self.ended = true;
            let trailing = Err(BatchError::TrailingBytes { bytes: rest.len() });
            return (!rest.is_empty()).then_some((rest, trailing));
        }
        match record(rest) {
            Ok((after, raw)) => match self.judge(&raw, rest.len().saturating_sub(after.len())) {
                Ok(view) => Some((after, Ok(view))),
                Err(fault) => Some((rest, Err(self.end(fault)))),
            },
            Err(Err::Error(fault) | Err::Failure(fault)) => Some((rest, Err(self.end(fault)))),
            Err(Err::Incomplete(_)) => Some((rest, Err(self.end(RecordFault::Truncated)))),
        }
    }

    /// Whether every record that the header claims has been seen.
    pub(super) fn is_complete(&self) -> bool {
        self.index >= self.record_count
    }

    pub(super) fn end(&mut self, fault: RecordFault) -> BatchError {
        self.ended = true;
        BatchError::Record {
            index: self.index,
            fault,
        }
    }

    pub(super) fn judge<'a>(
        &mut self,
        raw: &RawRecord<'a>,
        size_in_bytes: usize,
    ) -> Result<RecordView<'a>, RecordFault> {
        let delta = raw.offset_delta;
        let (least, most) = (self.next_delta, self.last_offset_delta);
        if i64::from(delta) < least || delta > most {
            return Err(RecordFault::OffsetDelta { delta, least, most });
        }
        let overflow = |field| RecordFault::Overflow { field };
        let offset = self
            .base_offset
            .checked_add(i64::from(delta))
            .ok_or_else(|| overflow("offset"))?;
        let timestamp = match self.append_time {
            Some(time) => time,
            None => self
                .base_timestamp
                .checked_add(raw.timestamp_delta)
                .ok_or_else(|| overflow("timestamp"))?,
        };
        self.next_delta = i64::from(delta) + 1;
        self.index = self.index.saturating_add(1);
        Ok(RecordView {
            attributes: raw.attributes,
            timestamp,
            offset,
            offset_delta: delta,
            key: raw.key,
            value: raw.value,
            header_count: raw.header_count,
            size_in_bytes,
            header_bytes: raw.header_bytes,
        })
    }
}
