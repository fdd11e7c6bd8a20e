//! How much of a log is dirty, and whether that is enough to clean it: Kafka's dirty ratio and compaction lags.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::super::segment::Segment;
use super::super::{Log, LogError};
use crate::ids::Offset;

/// What a cleaning of a log could do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleanable {
    /// Everything below was cleaned before.
    pub first_dirty: Offset,
    /// Nothing from here on may be cleaned yet.
    pub first_uncleanable: Offset,
    /// Bytes of the segments below `first_dirty`.
    pub clean_bytes: u64,
    /// Bytes of the segments between the two.
    pub dirty_bytes: u64,
    /// For how long a record has been uncompacted beyond `max.compaction.lag.ms`; 0 if none has.
    pub overdue_ms: i64,
}

impl Cleanable {
    /// Which share of what could be cleaned is dirty, from 0 to 1.
    pub fn dirty_ratio(&self) -> f64 {
        let total = self.clean_bytes.saturating_add(self.dirty_bytes);
        if total == 0 {
            return 0.0;
        }
        self.dirty_bytes as f64 / total as f64
    }

    /// Whether it is time to clean.
    pub fn is_due(&self, min_dirty_ratio: f64) -> bool {
        self.dirty_bytes > 0 && (self.overdue_ms > 0 || self.dirty_ratio() > min_dirty_ratio)
    }
}

impl Log {
    /// Below this offset the log was cleaned; none if it never was.
    pub fn cleaned_upto(&self) -> Option<Offset> {
        Some(Offset(self.first_dirty.load(Ordering::Acquire))).filter(|offset| *offset >= Offset::ZERO)
    }

    /// Takes over from the checkpoint how far the log was cleaned.
    pub fn set_cleaned_upto(&self, offset: Offset) {
        self.first_dirty.store(offset.0, Ordering::Release);
    }

    /// What could be cleaned now. `last_stable`: the last stable offset, beyond which nothing is decided.
    pub fn cleanable(&self, last_stable: Offset) -> Result<Option<Cleanable>, LogError> {
        self.check_usable()?;
        let (config, now_ms) = (self.config(), self.clock.now_ms());
        let segments = self.segments.read().clone();
        let Some((active, closed)) = segments.split_last() else {
            return Ok(None);
        };
        let (log_start, log_end) = (self.log_start_offset(), self.log_end_offset());
        let cleaned = self.cleaned_upto().unwrap_or(log_start);
        // Retention or DeleteRecords has passed it, or records were lost: what is left counts as dirty.
        let is_valid = cleaned >= log_start && cleaned <= log_end;
        let first_dirty = if is_valid { cleaned } else { log_start };
        // A segment is dirty if it holds, or could hold, a dirty offset.
        let dirty_from = segments
            .partition_point(|segment| segment.base() <= first_dirty)
            .saturating_sub(1);
        let mut limit = last_stable.min(active.base());
        if config.min_compaction_lag_ms > 0 {
            let newest_ms = now_ms.saturating_sub(config.min_compaction_lag_ms);
            for segment in closed.iter().skip(dirty_from) {
                if segment
                    .largest_timestamp()?
                    .is_some_and(|point| point.timestamp_ms > newest_ms)
                {
                    limit = limit.min(segment.base());
                    break;
                }
            }
        }
        // Whole segments only.
        let limit = limit.max(first_dirty);
        let uncleanable = segments
            .partition_point(|segment| segment.base() <= limit)
            .saturating_sub(1);
        let first_uncleanable = segments
            .get(uncleanable)
            .map_or(active.base(), |segment| segment.base());
        let bytes = |wanted: &dyn Fn(Offset) -> bool| -> u64 {
            let wanted = segments.iter().filter(|segment| wanted(segment.base()));
            wanted.map(|segment| segment.len()).sum()
        };
        let dirty_base = segments.get(dirty_from).map_or(first_dirty, |segment| segment.base());
        Ok(Some(Cleanable {
            first_dirty,
            first_uncleanable,
            clean_bytes: bytes(&|base| base < first_dirty),
            dirty_bytes: bytes(&|base| base >= dirty_base && base < first_uncleanable),
            overdue_ms: overdue_ms(closed, dirty_from, config.max_compaction_lag_ms, now_ms)?,
        }))
    }
}

fn overdue_ms(closed: &[Arc<Segment>], dirty_from: usize, lag_ms_max: i64, now_ms: i64) -> Result<i64, LogError> {
    if lag_ms_max == i64::MAX {
        return Ok(0);
    }
    let mut earliest = i64::MAX;
    for segment in closed.iter().skip(dirty_from) {
        segment.load_first_timestamp()?;
        if let (_, _, Some(first)) = segment.times()
            && first > 0
        {
            earliest = earliest.min(first);
        }
    }
    Ok(now_ms.saturating_sub(lag_ms_max.max(0)).saturating_sub(earliest).max(0))
}
