//! Finding records by time.
//!
//! The segments' largest timestamps say in which segment to look, its time index from where on; batches are skipped by
//! their headers, and only the one that holds the record is read and inflated.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use dmq_protocol::records::{BatchError, RecordBatch, RecordOutline};

use super::file_names::LOG;
use super::scan::{Found, read_batch};
use super::segment::Segment;
use super::{Log, LogError, TimestampOffset};
use crate::ids::{LeaderEpoch, Offset};

impl Log {
    /// The first record at or after a time, if it lies below `upto`.
    pub fn offset_for_timestamp(&self, timestamp_ms: i64, upto: Offset) -> Result<Option<TimestampOffset>, LogError> {
        self.while_segments_stay(|| self.find_timestamp(timestamp_ms, upto))
    }

    /// The first record with the largest timestamp of all.
    pub fn max_timestamp(&self) -> Result<Option<TimestampOffset>, LogError> {
        self.while_segments_stay(|| self.find_largest_timestamp())
    }

    /// Looks again where segments were removed or exchanged during the look-up.
    pub(super) fn while_segments_stay<T>(&self, find: impl Fn() -> Result<T, LogError>) -> Result<T, LogError> {
        loop {
            self.check_usable()?;
            let before = (self.log_start_offset(), self.log_end_offset());
            let generation = self.generation.load(Ordering::Acquire);
            let found = find();
            if self.generation.load(Ordering::Acquire) != generation {
                continue;
            }
            match found {
                Err(error) if error.is_storage() && before != (self.log_start_offset(), self.log_end_offset()) => {}
                result => return result,
            }
        }
    }

    fn find_timestamp(&self, timestamp_ms: i64, upto: Offset) -> Result<Option<TimestampOffset>, LogError> {
        let from = self.log_start_offset();
        let segments = self.segments.read().clone();
        for segment in &segments {
            let largest = segment.largest_timestamp()?.map_or(-1, |point| point.timestamp_ms);
            if largest < timestamp_ms {
                continue;
            }
            let position = segment.position_for_time(timestamp_ms, from)?;
            let wanted = |record: &RecordOutline| record.timestamp >= timestamp_ms && record.offset >= from.0;
            let candidate =
                |found: &Found| found.header.max_timestamp >= timestamp_ms && found.header.last_offset() >= from.0;
            if let Some(found) = self.first_record(segment, position, candidate, wanted)? {
                return Ok((found.offset < upto).then_some(found));
            }
        }
        Ok(None)
    }

    fn find_largest_timestamp(&self) -> Result<Option<TimestampOffset>, LogError> {
        let segments = self.segments.read().clone();
        let mut best: Option<(i64, &Arc<Segment>)> = None;
        for segment in &segments {
            if let Some(point) = segment.largest_timestamp()?
                && best.is_none_or(|(largest, _)| point.timestamp_ms > largest)
            {
                best = Some((point.timestamp_ms, segment));
            }
        }
        let Some((largest, segment)) = best else {
            return Ok(None);
        };
        let position = segment.position_for_time(largest, segment.base())?;
        let candidate = |found: &Found| found.header.max_timestamp == largest;
        self.first_record(segment, position, candidate, |record| record.timestamp == largest)
    }

    /// The first record that is `wanted`, in a batch that is a `candidate`.
    fn first_record(
        &self,
        segment: &Segment,
        position: u64,
        candidate: impl Fn(&Found) -> bool,
        wanted: impl Fn(&RecordOutline) -> bool,
    ) -> Result<Option<TimestampOffset>, LogError> {
        let mut from = position;
        while let Some(found) = segment.scan_headers(from, segment.len(), &candidate)? {
            let path = segment.files.path(LOG);
            let batch = read_batch(&**segment.log_file()?, &path, &found)?;
            if let Some((timestamp_ms, offset)) = first_in(&batch, self.config().decompressed_bytes_max, &wanted)
                .map_err(|error| LogError::Damaged {
                    path,
                    position: found.position,
                    reason: error.to_string(),
                })?
            {
                let leader_epoch = LeaderEpoch(batch.partition_leader_epoch());
                return Ok(Some(TimestampOffset {
                    timestamp_ms,
                    offset,
                    leader_epoch,
                }));
            }
            from = found.end();
        }
        Ok(None)
    }
}

fn first_in(
    batch: &RecordBatch,
    inflated_max: usize,
    wanted: impl Fn(&RecordOutline) -> bool,
) -> Result<Option<(i64, Offset)>, BatchError> {
    let mut first = None;
    batch.visit_outlines(inflated_max, |record| -> Result<(), BatchError> {
        if first.is_none() && wanted(record) {
            first = Some((record.timestamp, Offset(record.offset)));
        }
        Ok(())
    })?;
    Ok(first)
}
