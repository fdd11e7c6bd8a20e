//! The two control records that concern a log's producers: commit and abort.
//!
//! A control record's key is a version i16 and a type i16 (0 abort, 1 commit; others are for other readers); the value of
//! these two is a version i16 and the coordinator's epoch i32.

use dmq_protocol::records::{BatchError, RecordBatch, RecordView};

use super::LogError;
use super::producer_state::EndMarker;

const ABORT: i16 = 0;
const COMMIT: i16 = 1;
/// A control batch holds one record of a few bytes.
const CONTROL_BYTES_MAX: usize = 64 * 1024;

/// The end marker that a batch is, if it is one.
pub(super) fn end_marker(batch: &RecordBatch) -> Result<Option<EndMarker>, LogError> {
    if !batch.attributes().is_control() || !batch.header().has_producer_id() {
        return Ok(None);
    }
    let mut marker = None;
    batch.visit_records(CONTROL_BYTES_MAX, |record| -> Result<(), BatchError> {
        marker = marker.or(parse(record));
        Ok(())
    })?;
    Ok(marker)
}

fn parse(record: &RecordView<'_>) -> Option<EndMarker> {
    let (_version, kind) = record.key?.split_first_chunk::<2>()?;
    let committed = match i16::from_be_bytes(*kind.first_chunk()?) {
        ABORT => false,
        COMMIT => true,
        _ => return None,
    };
    let (_version, epoch) = record.value?.split_first_chunk::<2>()?;
    Some(EndMarker {
        committed,
        coordinator_epoch: i32::from_be_bytes(*epoch.first_chunk()?),
    })
}

#[cfg(test)]
mod tests {
    use dmq_protocol::compression::Compression;
    use dmq_protocol::records::{BatchBuilder, TimestampType};

    use super::*;

    fn control(key: &[u8], value: &[u8]) -> RecordBatch {
        let builder = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
        let mut builder = builder.producer(5, 0, -1).transactional().control();
        builder.append(0, Some(key), Some(value), &[]).unwrap();
        RecordBatch::split_first(&mut builder.build().unwrap()).unwrap()
    }

    #[test]
    fn commit_and_abort_are_read_and_nothing_else_is_a_marker() {
        let value = [0, 0, 0, 0, 0, 7];
        let marker = |committed| {
            Ok(Some(EndMarker {
                committed,
                coordinator_epoch: 7,
            }))
        };
        assert_eq!(end_marker(&control(&[0, 0, 0, 0], &value)), marker(false));
        assert_eq!(end_marker(&control(&[0, 0, 0, 1], &value)), marker(true));
        for (key, value) in [
            (&[0, 0, 0, 2][..], &value[..]),
            (&[0, 0, 0], &value),
            (&[0, 0, 0, 1], &[0, 0, 0]),
        ] {
            assert_eq!(end_marker(&control(key, value)), Ok(None));
        }
    }
}
