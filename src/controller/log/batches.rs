//! Metadata records as the log's batches hold them, there and back.
//!
//! One batch is written or lost as a whole, so a group of records is one batch. A group too large for one is several
//! batches between BeginTransaction and EndTransaction records, which readers apply as a whole, too.

use bytes::{Bytes, BytesMut};
use dmq_protocol::compression::Compression;
use dmq_protocol::control_records::ControlRecordType;
use dmq_protocol::metadata_records::{BeginTransactionRecord, EndTransactionRecord};
use dmq_protocol::primitive::DecodeError;
use dmq_protocol::records::{BatchBuilder, RecordBatch, TimestampType};

use crate::controller::error::LogFailure;
use crate::limits::METADATA_BATCH_INFLATED_BYTES_MAX;
use crate::metadata::{Record, version_of};

/// A batch is closed when it reaches this many bytes; Kafka reads batches of up to 8 MiB here.
const BATCH_BYTES_FULL: usize = 1 << 20;
/// The lowest metadata.version whose readers know groups of several batches.
const TRANSACTIONS: i16 = 13;

/// Where and when a batch is written.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// The leader's epoch.
    pub epoch: i32,
    /// The time, in ms since 1970.
    pub now_ms: i64,
    /// The cluster's metadata.version, which decides the records' versions.
    pub metadata_version: i16,
}

/// The batches of one group of records, at offsets from `base_offset` on, and how many records they hold.
pub(super) fn group(base_offset: i64, records: &[Record], stamp: Stamp) -> Result<(Bytes, i64), LogFailure> {
    let values = records.iter().map(|record| encode(record, stamp));
    let values: Vec<Bytes> = values.collect::<Result<_, _>>()?;
    let total: usize = values.iter().map(Bytes::len).sum();
    let mut writer = BatchWriter::new(base_offset, stamp);
    let split = total >= BATCH_BYTES_FULL && stamp.metadata_version >= TRANSACTIONS;
    // A group that says itself where it begins and ends is not wrapped again.
    let wrap = split && !matches!(records.first(), Some(Record::BeginTransaction(_)));
    if wrap {
        writer.put(&encode(&BeginTransactionRecord { name: None }.into(), stamp)?)?;
    }
    for value in &values {
        writer.put(value)?;
        if split {
            writer.close_if_full()?;
        }
    }
    if wrap {
        writer.put(&encode(&EndTransactionRecord {}.into(), stamp)?)?;
    }
    writer.finish()
}

/// Batches of records that need no group, each closed when it is full, at offsets from `base_offset` on.
pub(super) fn stream(
    base_offset: i64,
    records: impl Iterator<Item = Record>,
    stamp: Stamp,
) -> Result<(Bytes, i64), LogFailure> {
    let mut writer = BatchWriter::new(base_offset, stamp);
    for record in records {
        writer.put(&encode(&record, stamp)?)?;
        writer.close_if_full()?;
    }
    writer.finish()
}

/// A batch of control records.
pub(super) fn control(
    base_offset: i64,
    records: &[(ControlRecordType, Bytes)],
    stamp: Stamp,
) -> Result<Bytes, LogFailure> {
    let mut batch = new_batch(base_offset, stamp).control();
    for (kind, value) in records {
        batch.append(stamp.now_ms, Some(&kind.to_key()), Some(value), &[])?;
    }
    Ok(batch.build()?)
}

fn encode(record: &Record, stamp: Stamp) -> Result<Bytes, LogFailure> {
    Ok(record.encode(version_of(record, stamp.metadata_version))?)
}

fn new_batch(base_offset: i64, stamp: Stamp) -> BatchBuilder {
    BatchBuilder::new(base_offset, Compression::None, TimestampType::CreateTime).leader_epoch(stamp.epoch)
}

struct BatchWriter {
    stamp: Stamp,
    base_offset: i64,
    records: i64,
    open: BatchBuilder,
    done: BytesMut,
}

impl BatchWriter {
    fn new(base_offset: i64, stamp: Stamp) -> BatchWriter {
        BatchWriter {
            stamp,
            base_offset,
            records: 0,
            open: new_batch(base_offset, stamp),
            done: BytesMut::new(),
        }
    }

    fn put(&mut self, value: &[u8]) -> Result<(), LogFailure> {
        self.open.append(self.stamp.now_ms, None, Some(value), &[])?;
        self.records += 1;
        Ok(())
    }

    fn close_if_full(&mut self) -> Result<(), LogFailure> {
        if self.open.uncompressed_len() >= BATCH_BYTES_FULL {
            let next = new_batch(self.base_offset + self.records, self.stamp);
            self.done
                .extend_from_slice(&std::mem::replace(&mut self.open, next).build()?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Bytes, i64), LogFailure> {
        if self.open.record_count() > 0 {
            self.done.extend_from_slice(&self.open.build()?);
        }
        Ok((self.done.freeze(), self.records))
    }
}

/// What one batch of the metadata log says.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    /// Metadata records with their offsets.
    Records(Vec<(i64, Record)>),
    /// Control records of known types, and their values; those from after Kafka 4.4 are left out.
    Control(Vec<(ControlRecordType, Bytes)>),
}

/// Reads one batch.
pub(super) fn read(batch: &RecordBatch) -> Result<Content, LogFailure> {
    let unreadable = |offset: i64, reason: String| LogFailure::Unreadable { offset, reason };
    let base = batch.base_offset();
    let all = batch
        .records(METADATA_BATCH_INFLATED_BYTES_MAX)
        .map_err(|error| unreadable(base, error.to_string()))?;
    let (mut records, mut control) = (Vec::new(), Vec::new());
    for record in all {
        let record = record.map_err(|error| unreadable(base, error.to_string()))?;
        let offset = record.offset;
        let failed = |error: DecodeError| unreadable(offset, error.to_string());
        // The batches of a large log would all stay in memory if records kept slices of them.
        let value = Bytes::copy_from_slice(record.value.as_deref().unwrap_or_default());
        if batch.attributes().is_control() {
            let kind = ControlRecordType::from_key(record.key.unwrap_or_default()).map_err(failed)?;
            control.extend(kind.map(|kind| (kind, value)));
        } else {
            records.push((offset, Record::decode(value).map_err(failed)?));
        }
    }
    Ok(if batch.attributes().is_control() {
        Content::Control(control)
    } else {
        Content::Records(records)
    })
}
