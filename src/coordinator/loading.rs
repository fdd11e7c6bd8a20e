//! From a partition's records to a machine.
//!
//! Everything up to the log's end is read, also what is not committed yet: this broker leads, so it will be. A record
//! that cannot be read is passed over, loudly; a batch that cannot be read ends the loading, because what follows it
//! might be older than what it holds.

use dmq_protocol::control_records::ControlRecordType;
use dmq_protocol::records::RecordBatch;

use super::{CoordinatorRecord, Machine, Source, Written};
use crate::ids::{Offset, ProducerId};
use crate::limits::COORDINATOR_BATCH_INFLATED_BYTES_MAX;
use crate::log::{Log, LogError, ReadRequest};

/// Replays a log into `machine`, `bytes_max` at a time; the offset up to which it was read.
pub(super) fn replay<M: Machine>(log: &Log, bytes_max: u64, machine: &mut M) -> Result<Offset, LogError> {
    let upto = log.log_end_offset();
    let mut next = log.log_start_offset();
    while next < upto {
        let read = log.read(ReadRequest {
            from: next,
            upto,
            bytes_max,
            min_one_batch: true,
        })?;
        for batch in read.batches()? {
            replay_batch(&batch, next, machine)?;
        }
        // A read that gives nothing would be asked for again for ever.
        next = read.next_offset.max(next.plus(1));
    }
    Ok(upto)
}

fn replay_batch<M: Machine>(batch: &RecordBatch, from: Offset, machine: &mut M) -> Result<(), LogError> {
    let producer = ProducerId(batch.producer_id());
    let transaction = batch.attributes().is_transactional().then_some(producer);
    for record in batch.records(COORDINATOR_BATCH_INFLATED_BYTES_MAX)? {
        let record = record?;
        let offset = Offset(record.offset);
        let Some(key) = record.key.filter(|_| offset >= from) else {
            continue;
        };
        if batch.attributes().is_control() {
            match ControlRecordType::from_key(key) {
                Ok(Some(ControlRecordType::Commit)) => machine.end_transaction(producer, true),
                Ok(Some(ControlRecordType::Abort)) => machine.end_transaction(producer, false),
                _ => {}
            }
            continue;
        }
        let record = CoordinatorRecord {
            key,
            value: record.value,
        };
        match M::decode(&record) {
            Ok(Some(change)) => {
                let source = Source::Replay;
                machine.apply(
                    change,
                    Written {
                        offset,
                        transaction,
                        source,
                    },
                );
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%offset, %error, "a coordinator's record cannot be read; it is passed over"),
        }
    }
    Ok(())
}
