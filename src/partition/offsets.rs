//! Offsets by what a client knows of them: a time, an end of the log, a leader epoch.

use super::{Isolation, Partition, PartitionError};
use crate::ids::{LeaderEpoch, Offset};
use crate::log::{EpochEnd, TimestampOffset};

/// Which offset is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetQuery {
    /// The first offset that is still there.
    Earliest,
    /// The offset after the last one that the reader may see.
    Latest,
    /// The record with the greatest timestamp.
    MaxTimestamp,
    /// The first record whose timestamp is not below this, in milliseconds since 1970.
    AtOrAfter(i64),
}

/// A record's offset, with its timestamp where one was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedOffset {
    /// Milliseconds since 1970; −1 where the question was not about time.
    pub timestamp_ms: i64,
    /// The offset.
    pub offset: Offset,
    /// The leader epoch of the record, where it is known.
    pub leader_epoch: Option<LeaderEpoch>,
}

impl From<TimestampOffset> for TimedOffset {
    fn from(found: TimestampOffset) -> TimedOffset {
        TimedOffset {
            timestamp_ms: found.timestamp_ms,
            offset: found.offset,
            leader_epoch: Some(found.leader_epoch),
        }
    }
}

impl Partition {
    /// Answers a question about offsets; `None` when no record answers to it.
    pub fn find_offset(
        &self,
        query: OffsetQuery,
        isolation: Isolation,
        current_leader_epoch: Option<LeaderEpoch>,
    ) -> Result<Option<TimedOffset>, PartitionError> {
        self.check_epoch(current_leader_epoch)?;
        let upto = match isolation {
            Isolation::ReadUncommitted => self.high_watermark(),
            Isolation::ReadCommitted => self.last_stable_offset(),
        };
        let untimed = |offset, leader_epoch| TimedOffset {
            timestamp_ms: -1,
            offset,
            leader_epoch,
        };
        match query {
            OffsetQuery::Earliest => {
                let start = self.log.load().log_start_offset();
                Ok(Some(untimed(start, self.log.load().epoch_for_offset(start))))
            }
            OffsetQuery::Latest => Ok(Some(untimed(upto, Some(self.role().leader_epoch)))),
            OffsetQuery::MaxTimestamp => Ok(self
                .log
                .load()
                .max_timestamp()?
                .filter(|found| found.offset < upto)
                .map(TimedOffset::from)),
            OffsetQuery::AtOrAfter(timestamp_ms) => Ok(self
                .log
                .load()
                .offset_for_timestamp(timestamp_ms, upto)?
                .map(TimedOffset::from)),
        }
    }

    /// Where the records of `epoch` end: for the epoch in force the log's end; `None` for epochs unknown here.
    pub fn end_of_epoch(
        &self,
        epoch: LeaderEpoch,
        current_leader_epoch: Option<LeaderEpoch>,
    ) -> Result<Option<EpochEnd>, PartitionError> {
        self.check_epoch(current_leader_epoch)?;
        Ok(self.log.load().end_offset_for_epoch(epoch))
    }
}
