//! What a cleaning leaves of one batch.
//!
//! Pure: a batch and what is known of its keys, transaction and producer go in, and the bytes that stay come out. A batch
//! of which everything stays is copied as it lies; one that loses records is written anew with the offsets, timestamps and
//! codec that it had. Base offset, last offset and sequence numbers of a batch that stays never change.

use std::collections::HashMap;

use bytes::Bytes;
use dmq_protocol::records::{
    BatchBuilder, BatchError, BatchHeader, BuildError, RecordBatch, RecordView, RecordViews, TimestampType,
};

use super::super::producer_state::LastRecord;
use super::key_map::KeyMap;
use crate::ids::{Offset, ProducerId};

/// What decides about a batch.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub(super) keys: &'a KeyMap,
    /// Records at or beyond this offset are not in the map: they stay.
    pub(super) mapped_upto: Offset,
    /// The batch that ends here stays, if only as an empty one, so that the log's end is not lost.
    pub(super) round_end: Offset,
    pub(super) producers: &'a HashMap<ProducerId, LastRecord>,
    pub(super) now_ms: i64,
    pub(super) delete_retention_ms: i64,
    pub(super) inflated_bytes_max: usize,
}

/// What stays of a batch.
#[derive(Debug, PartialEq)]
pub(super) enum Kept {
    Nothing,
    /// Nothing but its header.
    Header([u8; BatchHeader::LEN]),
    AsItWas,
    Rewritten(Bytes),
}

/// A batch's remains and counts.
#[derive(Debug, PartialEq)]
pub(super) struct Filtered {
    pub(super) kept: Kept,
    pub(super) records_read: u64,
    pub(super) records_kept: u64,
}

/// Why a batch cannot be filtered: its bytes are not what they must be.
#[derive(Debug, thiserror::Error)]
pub(super) enum FilterError {
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl Filter<'_> {
    /// Filters a batch. `discardable`: its transaction was aborted, or it is a marker without records left.
    pub(super) fn apply(&self, batch: &RecordBatch, discardable: bool) -> Result<Filtered, FilterError> {
        let header = batch.header();
        let is_control = header.attributes.is_control();
        let horizon_passed = header.delete_horizon().is_some_and(|horizon| horizon <= self.now_ms);
        if discardable && (!is_control || horizon_passed) {
            let records_read = u64::from(header.record_count.unsigned_abs());
            return Ok(Filtered {
                kept: self.nothing_of(header),
                records_read,
                records_kept: 0,
            });
        }
        let inflated = batch.inflate(self.inflated_bytes_max)?;
        let stays = |record: &RecordView<'_>| is_control || self.retains(header, record);
        let (mut read, mut kept, mut has_tombstones) = (0u64, 0u64, false);
        for record in RecordViews::new(header, &inflated)? {
            let record = record?;
            read += 1;
            if stays(&record) {
                kept += 1;
                has_tombstones |= record.value.is_none();
            }
        }
        let needs_horizon = header.delete_horizon().is_none() && (has_tombstones || (discardable && is_control));
        let remains = if kept == 0 {
            self.nothing_of(header)
        } else if kept == read && !needs_horizon {
            Kept::AsItWas
        } else {
            let horizon = if needs_horizon {
                Some(self.now_ms.saturating_add(self.delete_retention_ms))
            } else {
                header.delete_horizon()
            };
            Kept::Rewritten(rewrite(header, &inflated, horizon, stays)?)
        };
        Ok(Filtered {
            kept: remains,
            records_read: read,
            records_kept: kept,
        })
    }

    /// What a batch leaves that has no record left.
    fn nothing_of(&self, header: &BatchHeader) -> Kept {
        let ends_round = Offset(header.next_offset()) == self.round_end;
        if ends_round || self.is_last_of_producer(header) {
            Kept::Header(header.emptied().to_bytes())
        } else {
            Kept::Nothing
        }
    }

    /// Whether the batch has what the log must remember of its producer: the last sequence, or, where only a marker is
    /// left, the newest epoch.
    fn is_last_of_producer(&self, header: &BatchHeader) -> bool {
        let last = self.producers.get(&ProducerId(header.producer_id));
        header.has_producer_id()
            && last.is_some_and(|last| match last.data_offset {
                Some(offset) => Offset(header.last_offset()) == offset,
                None => header.attributes.is_control() && header.producer_epoch == last.epoch,
            })
    }

    fn retains(&self, header: &BatchHeader, record: &RecordView<'_>) -> bool {
        if record.offset >= self.mapped_upto.0 {
            return true;
        }
        // A record without a key was written before the topic was compacted: it can be nobody's newest.
        let Some(key) = record.key else { return false };
        let is_newest = self.keys.get(key).is_none_or(|newest| record.offset >= newest.0);
        let expired = header.delete_horizon().is_some_and(|horizon| self.now_ms >= horizon);
        is_newest && (record.value.is_some() || !expired)
    }
}

fn rewrite(
    header: &BatchHeader,
    inflated: &[u8],
    horizon_ms: Option<i64>,
    stays: impl Fn(&RecordView<'_>) -> bool,
) -> Result<Bytes, FilterError> {
    let (codec, timestamps) = (header.attributes.compression()?, header.attributes.timestamp_type());
    let mut builder = BatchBuilder::new(header.base_offset, codec, timestamps)
        .producer(header.producer_id, header.producer_epoch, header.base_sequence)
        .leader_epoch(header.partition_leader_epoch);
    if header.attributes.is_transactional() {
        builder = builder.transactional();
    }
    if header.attributes.is_control() {
        builder = builder.control();
    }
    if timestamps == TimestampType::LogAppendTime {
        builder = builder.append_time(header.max_timestamp);
    }
    if let Some(horizon_ms) = horizon_ms {
        builder = builder.delete_horizon(horizon_ms);
    }
    for record in RecordViews::new(header, inflated)? {
        let record = record?;
        if stays(&record) {
            builder.append_view(&record)?;
        }
    }
    Ok(builder.build_through(header.last_offset())?)
}
