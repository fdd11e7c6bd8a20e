//! Appending: give offsets, write, index, remember the producers.
//!
//! A batch's payload is never copied: patched headers and slices of the received bytes go to the file in one write.
//! Order under the writer's lock: refuse what the producers' state refuses; roll; write and index; note producers, ended
//! transactions and the boundary; publish the log's end last, so that a reader who sees it finds everything below.

use std::io::IoSlice;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use dmq_protocol::records::{BatchHeader, TimestampType};
use parking_lot::MutexGuard;

use super::partition_log::Writer;
use super::producer_state::{BatchMark, EndedTransaction, Verdict};
use super::segment::Segment;
use super::segment_indexes::Placed;
use super::txn_index::AbortedTxn;
use super::validation::{self, Checked};
use super::{AppendInfo, AppendOrigin, Log, LogConfig, LogError};
use crate::ids::{LeaderEpoch, Offset};

impl Log {
    /// Validates batches, gives them offsets and the leader's epoch, and writes them. They are not durable before the
    /// stable offset has passed them. A batch that a producer repeats is answered with its first offsets.
    pub fn append_as_leader(
        &self,
        records: &Bytes,
        leader_epoch: LeaderEpoch,
        origin: AppendOrigin,
    ) -> Result<AppendInfo, LogError> {
        self.check_usable()?;
        let config = self.config();
        let now_ms = self.clock.now_ms();
        let mut checked = validation::for_leader(records, &config, origin, now_ms)?;
        let mut writer = self.writer.lock();
        self.check_usable()?;
        let current = self.latest_epoch().filter(|current| *current > leader_epoch);
        if let Some(current) = current {
            return Err(LogError::StaleLeaderEpoch {
                current,
                got: leader_epoch,
            });
        }
        let mut next = self.log_end_offset();
        for batch in &mut checked {
            batch.header.base_offset = next.0;
            batch.header.partition_leader_epoch = leader_epoch.0;
            next = Offset(batch.header.next_offset());
        }
        if let Some(mark) = self.judge_producers(&checked, origin)? {
            return Ok(self.duplicate(&mark, &config));
        }
        let mut info = self.write_batches(&mut writer, &checked, &config, now_ms)?;
        info.log_append_time_ms = (config.timestamp_type == TimestampType::LogAppendTime).then_some(now_ms);
        Ok(info)
    }

    /// Writes batches that another replica gave offsets and epochs, as they are. A batch that is cut off at the end is left
    /// out.
    pub fn append_as_follower(&self, records: &Bytes) -> Result<AppendInfo, LogError> {
        self.check_usable()?;
        let config = self.config();
        let now_ms = self.clock.now_ms();
        let checked = validation::for_follower(records)?;
        let mut writer = self.writer.lock();
        self.check_usable()?;
        let expected = self.log_end_offset();
        if let Some(first) = checked.first().filter(|first| first.header.base_offset < expected.0) {
            return Err(LogError::UnexpectedOffset {
                expected,
                got: Offset(first.header.base_offset),
            });
        }
        self.write_batches(&mut writer, &checked, &config, now_ms)
    }

    /// Asks the producers' state; the mark of the batch that this one repeats, if it does.
    fn judge_producers(&self, checked: &[Checked], origin: AppendOrigin) -> Result<Option<BatchMark>, LogError> {
        let producers = self.producers.lock();
        for batch in checked.iter().filter(|batch| batch.header.has_producer_id()) {
            if let Verdict::Duplicate(mark) = producers.check(&batch.header, batch.marker, origin)? {
                return Ok(Some(mark));
            }
        }
        Ok(None)
    }

    fn duplicate(&self, mark: &BatchMark, config: &LogConfig) -> AppendInfo {
        let append_time = config.timestamp_type == TimestampType::LogAppendTime;
        AppendInfo {
            first_offset: mark.first_offset(),
            last_offset: mark.last_offset,
            log_append_time_ms: append_time.then_some(mark.timestamp_ms),
            log_start_offset: self.log_start_offset(),
            duplicate: true,
            rolled: false,
            bytes: 0,
            records: 0,
        }
    }

    fn write_batches(
        &self,
        writer: &mut MutexGuard<'_, Writer>,
        checked: &[Checked],
        config: &LogConfig,
        now_ms: i64,
    ) -> Result<AppendInfo, LogError> {
        let (Some(first), Some(last)) = (checked.first(), checked.last()) else {
            return Err(LogError::invalid_batch("there is no whole record batch"));
        };
        let bytes: u64 = checked.iter().map(|batch| batch.batch.len() as u64).sum();
        if bytes > config.segment_bytes_max {
            let (size, max) = (
                checked.iter().map(|batch| batch.batch.len()).sum(),
                config.segment_bytes_max,
            );
            return Err(LogError::AppendTooLarge { size, max });
        }
        let last_offset = Offset(last.header.last_offset());
        let (segment, rolled) = self.segment_for(writer, &first.header, last_offset, bytes, config, now_ms)?;
        let position = segment.len();
        write(&segment, checked, config, now_ms).map_err(|error| self.fail_unless_full(error))?;
        writer.dirty.note_records(&segment);
        writer.open_ended = true;
        self.note_epochs(writer, checked);
        self.note_producers(writer, checked, &segment)?;
        let mut recent = self.recent.lock();
        recent.note(segment.base(), Offset(first.header.base_offset), position);
        recent.note(segment.base(), last_offset.plus(1), position + bytes);
        drop(recent);
        self.log_end.store(last_offset.plus(1).0, Ordering::Release);
        Ok(AppendInfo {
            first_offset: Offset(first.header.base_offset),
            last_offset,
            log_append_time_ms: None,
            log_start_offset: self.log_start_offset(),
            duplicate: false,
            rolled,
            bytes,
            records: checked
                .iter()
                .map(|batch| u64::from(batch.header.record_count.unsigned_abs()))
                .sum(),
        })
    }

    fn note_epochs(&self, writer: &mut Writer, checked: &[Checked]) {
        for batch in checked {
            let epoch = LeaderEpoch(batch.header.partition_leader_epoch);
            if epoch.0 >= 0
                && self.latest_epoch() != Some(epoch)
                && self.epochs.write().assign(epoch, Offset(batch.header.base_offset))
            {
                writer.dirty.epochs = true;
            }
        }
    }

    /// The batches are written: an error from here on leaves the log without what belongs to them, and ends it.
    fn note_producers(&self, writer: &mut Writer, checked: &[Checked], segment: &Arc<Segment>) -> Result<(), LogError> {
        if !checked.iter().any(|batch| batch.header.has_producer_id()) {
            return Ok(());
        }
        let mut producers = self.producers.lock();
        let mut ended: Vec<EndedTransaction> = Vec::new();
        for batch in checked.iter().filter(|batch| batch.header.has_producer_id()) {
            ended.extend(producers.apply(&batch.header, batch.marker));
        }
        self.transactions
            .store(!producers.has_no_transactions(), Ordering::Release);
        drop(producers);
        ended.retain(|ended| !ended.committed);
        // The first abort of a segment creates a file.
        writer.dirty.names |= !ended.is_empty();
        segment
            .note_aborted(ended.iter().map(aborted))
            .inspect_err(|error| self.fail(error))
    }
}

pub(super) fn aborted(ended: &EndedTransaction) -> AbortedTxn {
    AbortedTxn {
        producer_id: ended.producer_id,
        first: ended.first,
        last: ended.last,
        last_stable: ended.last_stable,
    }
}

fn write(segment: &Segment, checked: &[Checked], config: &LogConfig, now_ms: i64) -> Result<(), LogError> {
    let headers: Vec<[u8; BatchHeader::LEN]> = checked.iter().map(|batch| batch.header.to_bytes()).collect();
    let mut slices = Vec::with_capacity(checked.len() * 2);
    let mut placed = Vec::with_capacity(checked.len());
    for (batch, header) in checked.iter().zip(&headers) {
        slices.push(IoSlice::new(header));
        slices.push(IoSlice::new(
            batch.batch.as_bytes().get(BatchHeader::LEN..).unwrap_or_default(),
        ));
        placed.push(Placed {
            last: Offset(batch.header.last_offset()),
            max_timestamp_ms: batch.header.max_timestamp,
            len: batch.batch.len() as u64,
        });
    }
    segment.append(&slices, &placed, config.index_interval_bytes, now_ms)
}
