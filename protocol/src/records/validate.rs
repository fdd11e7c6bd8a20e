//! What a broker must know of a produced batch's records before it takes them, without keeping any.
//!
//! Offsets of a produced batch are 0, 1, 2, …: it comes from a producer, not from a compacted log. Which timestamps are
//! acceptable and whether a key may be missing depends on the topic, so those are reported, not judged.

use super::{BatchError, RecordBatch, RecordFault, RecordView, RecordViews};

/// What the records of a produced batch have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSummary {
    /// The largest timestamp of a record (ms), −1 if none has one.
    pub max_timestamp: i64,
    /// The offset delta of the first record with that timestamp.
    pub max_timestamp_delta: i32,
    /// The smallest timestamp of a record (ms).
    pub min_timestamp: i64,
    /// Place in the batch of the first record without a key, if one has none.
    pub first_without_key: Option<i32>,
    /// Bytes of the records, uncompressed.
    pub inflated_len: usize,
}

impl RecordBatch {
    /// Checks that the header's count fits its last offset delta, as it does for every batch that a producer makes.
    /// Needs no record.
    pub fn validate_offset_range(&self) -> Result<(), BatchError> {
        let (record_count, last_offset_delta) = (self.record_count(), self.last_offset_delta());
        if record_count < 1 || i64::from(record_count) != i64::from(last_offset_delta) + 1 {
            return Err(BatchError::OffsetRange {
                record_count,
                last_offset_delta,
            });
        }
        Ok(())
    }

    /// Checks every record of a produced batch, inflating to at most `max_inflated` bytes.
    pub fn validate_records(&self, max_inflated: usize) -> Result<RecordSummary, BatchError> {
        self.validate_offset_range()?;
        let mut summary = RecordSummary {
            max_timestamp: -1,
            max_timestamp_delta: 0,
            min_timestamp: i64::MAX,
            first_without_key: None,
            inflated_len: 0,
        };
        let mut index = 0;
        self.visit_outlines(max_inflated, |record| {
            if record.offset_delta != index {
                let fault = RecordFault::OffsetDelta {
                    delta: record.offset_delta,
                    least: i64::from(index),
                    most: index,
                };
                return Err(BatchError::Record { index, fault });
            }
            // Not above the count, which is an i32.
            index = index.saturating_add(1);
            if record.timestamp > summary.max_timestamp {
                summary.max_timestamp = record.timestamp;
                summary.max_timestamp_delta = record.offset_delta;
            }
            summary.min_timestamp = summary.min_timestamp.min(record.timestamp);
            if !record.has_key && summary.first_without_key.is_none() {
                summary.first_without_key = Some(record.offset_delta);
            }
            summary.inflated_len = summary.inflated_len.saturating_add(record.size_in_bytes);
            Ok(())
        })?;
        Ok(summary)
    }

    /// Shows every record to `visit`, inflating to at most `max_inflated` bytes; stops at the first error of either.
    pub fn visit_records<E: From<BatchError>>(
        &self,
        max_inflated: usize,
        mut visit: impl FnMut(&RecordView<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let inflated = self.inflate(max_inflated)?;
        for record in RecordViews::new(self.header(), &inflated)? {
            visit(&record?)?;
        }
        Ok(())
    }
}
