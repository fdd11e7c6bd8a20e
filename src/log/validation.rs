//! What a batch must be before the log takes it, and the form in which it is stored.
//!
//! Works on the received bytes without a lock: structure, CRC, counts, offsets, timestamps, keys, codec. Uncompressed
//! records are walked in place, compressed ones inflated within a bound, and none is kept. The outcome has a final header
//! but for base offset and leader epoch, both outside the CRC, which the log sets under its lock.
//! Knows nothing of the log's state: sequences and epochs of producers are `producer_state`'s.

use bytes::Bytes;
use dmq_protocol::compression::{Compression, CompressionError};
use dmq_protocol::records::{
    BatchBuilder, BatchError, BatchHeader, BuildError, RecordBatch, RecordOutline, RecordSummary, RecordView,
    TimestampType,
};

use super::control::end_marker;
use super::producer_state::EndMarker;
use super::{AppendOrigin, InvalidRecordsKind, LogConfig, LogError, RecordError, StoredCompression};

/// A batch that may be written.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    /// What stands in front of the records, but for base offset and leader epoch.
    pub(super) header: BatchHeader,
    /// The batch as received or made anew; its header is replaced by `header`.
    pub(super) batch: RecordBatch,
    /// The end of a transaction that the batch is.
    pub(super) marker: Option<EndMarker>,
}

/// Checks what a leader is to append and brings it into the topic's stored form.
pub(super) fn for_leader(
    records: &Bytes,
    config: &LogConfig,
    origin: AppendOrigin,
    now_ms: i64,
) -> Result<Vec<Checked>, LogError> {
    let mut rest = records.clone();
    let mut checked = Vec::with_capacity(1);
    while !rest.is_empty() {
        if origin == AppendOrigin::Client && !checked.is_empty() {
            return Err(LogError::invalid_batch(
                "a produce request holds more than one record batch for a partition",
            ));
        }
        let batch = RecordBatch::split_first(&mut rest)?;
        check_size(batch.len(), config, origin)?;
        check_crc(&batch)?;
        if origin == AppendOrigin::Client {
            check_client_header(&batch)?;
        }
        let codec = batch.attributes().compression()?;
        let summary = batch.validate_records(config.decompressed_bytes_max).map_err(refused)?;
        check_records(&batch, &summary, config, now_ms)?;
        let marker = end_marker(&batch)?;
        let stored = stored_form(batch, codec, &summary, config, now_ms)?;
        check_size(stored.len(), config, origin)?;
        checked.push(with_timestamps(stored, &summary, marker, config, now_ms));
    }
    if checked.is_empty() {
        return Err(LogError::invalid_batch("there is no record batch"));
    }
    Ok(checked)
}

/// Checks what another replica wrote: whole, intact, rising. A cut-off batch at the end is left out.
pub(super) fn for_follower(records: &Bytes) -> Result<Vec<Checked>, LogError> {
    let mut rest = records.clone();
    let mut checked: Vec<Checked> = Vec::new();
    while !rest.is_empty() {
        let batch = match RecordBatch::split_first(&mut rest) {
            Err(BatchError::Truncated { .. }) if !checked.is_empty() => break,
            batch => batch?,
        };
        check_crc(&batch)?;
        if batch.last_offset_delta() < 0 || batch.base_offset() < 0 {
            return Err(LogError::invalid_batch("a record batch has a negative offset"));
        }
        if checked
            .last()
            .is_some_and(|last| batch.base_offset() <= last.header.last_offset())
        {
            return Err(LogError::invalid_batch("the offsets of record batches do not rise"));
        }
        let marker = end_marker(&batch)?;
        checked.push(Checked {
            header: *batch.header(),
            batch,
            marker,
        });
    }
    Ok(checked)
}

fn check_size(size: usize, config: &LogConfig, origin: AppendOrigin) -> Result<(), LogError> {
    let max = config.message_bytes_max;
    if size > max && origin != AppendOrigin::Controller {
        return Err(LogError::RecordTooLarge { size, max });
    }
    Ok(())
}

fn check_crc(batch: &RecordBatch) -> Result<(), LogError> {
    if batch.verify_crc() {
        Ok(())
    } else {
        Err(LogError::CorruptBatch {
            crc: batch.crc(),
            len: batch.len(),
        })
    }
}

fn check_client_header(batch: &RecordBatch) -> Result<(), LogError> {
    let attributes = batch.attributes();
    if batch.base_offset() != 0 {
        return Err(LogError::invalid_batch(format!(
            "a produced batch has the base offset {}, not 0",
            batch.base_offset()
        )));
    }
    if attributes.is_control() {
        return Err(LogError::invalid_batch(
            "clients are not allowed to write control records",
        ));
    }
    if attributes.timestamp_type() == TimestampType::LogAppendTime {
        return Err(LogError::InvalidRecords {
            kind: InvalidRecordsKind::Timestamp,
            message: "a producer must not set the timestamp type LogAppendTime".to_owned(),
            record_errors: Vec::new(),
        });
    }
    let has_producer = batch.header().has_producer_id();
    if has_producer && (batch.base_sequence() < 0 || batch.producer_epoch() < 0) {
        let (sequence, epoch) = (batch.base_sequence(), batch.producer_epoch());
        return Err(LogError::invalid_batch(format!(
            "an idempotent batch has sequence {sequence} and epoch {epoch}"
        )));
    }
    if attributes.is_transactional() && !has_producer {
        return Err(LogError::invalid_batch("a transactional batch has no producer id"));
    }
    Ok(())
}

/// Times that the topic takes.
struct TimeBounds {
    least: i64,
    most: i64,
}

impl TimeBounds {
    fn of(config: &LogConfig, now_ms: i64) -> Option<TimeBounds> {
        (config.timestamp_type == TimestampType::CreateTime).then(|| TimeBounds {
            least: now_ms.saturating_sub(config.timestamp_before_ms_max),
            most: now_ms.saturating_add(config.timestamp_after_ms_max),
        })
    }

    fn take(&self, timestamp_ms: i64) -> bool {
        timestamp_ms == -1 || (self.least..=self.most).contains(&timestamp_ms)
    }
}

/// So many refused records are named; a batch can hold millions.
const RECORD_ERRORS_MAX: usize = 1_000;

/// Applies the topic's rules; only where one is broken are the records looked at one by one.
fn check_records(
    batch: &RecordBatch,
    summary: &RecordSummary,
    config: &LogConfig,
    now_ms: i64,
) -> Result<(), LogError> {
    let bounds = TimeBounds::of(config, now_ms);
    let in_time = |bounds: &TimeBounds| bounds.take(summary.max_timestamp) && bounds.take(summary.min_timestamp);
    let keyless = config.compact && summary.first_without_key.is_some();
    if bounds.as_ref().is_none_or(in_time) && !keyless {
        return Ok(());
    }
    let mut errors = Vec::new();
    let mut kind = InvalidRecordsKind::Record;
    let mut look = |record: &RecordOutline| -> Result<(), BatchError> {
        if errors.len() >= RECORD_ERRORS_MAX {
            return Ok(());
        }
        let message = if config.compact && !record.has_key {
            "a compacted topic takes no record without a key".to_owned()
        } else if let Some(bounds) = bounds.as_ref().filter(|bounds| !bounds.take(record.timestamp)) {
            kind = InvalidRecordsKind::Timestamp;
            format!(
                "timestamp {} is not within {} and {}",
                record.timestamp, bounds.least, bounds.most
            )
        } else {
            return Ok(());
        };
        errors.push(RecordError {
            batch_index: record.offset_delta,
            message,
        });
        Ok(())
    };
    batch
        .visit_outlines(config.decompressed_bytes_max, &mut look)
        .map_err(refused)?;
    if errors.is_empty() {
        // The smallest timestamp may be the −1 of a record without one, which hid the true smallest.
        return Ok(());
    }
    let message = match kind {
        InvalidRecordsKind::Timestamp => "records were refused for their timestamps",
        InvalidRecordsKind::Record => "records were refused",
    };
    Err(LogError::InvalidRecords {
        kind,
        message: message.to_owned(),
        record_errors: errors,
    })
}

/// The batch with the topic's codec.
fn stored_form(
    batch: RecordBatch,
    codec: Compression,
    summary: &RecordSummary,
    config: &LogConfig,
    now_ms: i64,
) -> Result<RecordBatch, LogError> {
    let (target, level) = match config.compression {
        StoredCompression::Fixed { codec: target, level } if target != codec => (target, level),
        _ => return Ok(batch),
    };
    // Control records are tiny, and brokers read them without a codec.
    if batch.attributes().is_control() {
        return Ok(batch);
    }
    let mut builder = BatchBuilder::new(batch.base_offset(), target, config.timestamp_type);
    if let Some(level) = level {
        builder = builder.level(level);
    }
    if batch.header().has_producer_id() {
        builder = builder.producer(batch.producer_id(), batch.producer_epoch(), batch.base_sequence());
    }
    if batch.attributes().is_transactional() {
        builder = builder.transactional();
    }
    if config.timestamp_type == TimestampType::LogAppendTime {
        builder = builder.append_time(now_ms);
    }
    let append = |record: &RecordView<'_>| builder.append_view(record).map_err(Rebuild::from);
    batch
        .visit_records(summary.inflated_len, append)
        .map_err(|error| match error {
            Rebuild::Read(error) => refused(error),
            Rebuild::Build(error) => LogError::invalid_batch(format!("the batch cannot be stored: {error}")),
        })?;
    let rebuilt = builder
        .build()
        .map_err(|error| LogError::invalid_batch(format!("the batch cannot be stored: {error}")));
    Ok(RecordBatch::split_first(&mut rebuilt?)?)
}

enum Rebuild {
    Read(BatchError),
    Build(BuildError),
}

impl From<BatchError> for Rebuild {
    fn from(error: BatchError) -> Rebuild {
        Rebuild::Read(error)
    }
}

impl From<BuildError> for Rebuild {
    fn from(error: BuildError) -> Rebuild {
        Rebuild::Build(error)
    }
}

/// Sets timestamp type and largest timestamp, with a new CRC where that changes anything.
fn with_timestamps(
    batch: RecordBatch,
    summary: &RecordSummary,
    marker: Option<EndMarker>,
    config: &LogConfig,
    now_ms: i64,
) -> Checked {
    let mut header = *batch.header();
    header.attributes = header.attributes.with_timestamp_type(config.timestamp_type);
    header.max_timestamp = match config.timestamp_type {
        TimestampType::LogAppendTime => now_ms,
        TimestampType::CreateTime => summary.max_timestamp,
    };
    if header != *batch.header() {
        header.crc = header.crc_with(&batch.stored_records());
    }
    Checked { header, batch, marker }
}

/// What the producer is told of a batch that cannot be read.
fn refused(error: BatchError) -> LogError {
    match error {
        BatchError::UnknownCodec { .. } => error.into(),
        BatchError::Compression(CompressionError::TooLarge { max, .. }) => LogError::DecompressedTooLarge { max },
        BatchError::Record { index, ref fault } => LogError::InvalidRecords {
            kind: InvalidRecordsKind::Record,
            message: error.to_string(),
            record_errors: vec![RecordError {
                batch_index: index,
                message: fault.to_string(),
            }],
        },
        other => LogError::invalid_batch(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
