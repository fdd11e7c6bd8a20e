//! Record batches as a producer or a log file may hold them: split, validated, gone through, and built again.

use bytes::Bytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, BatchError, Record, RecordBatch};

use super::compression::INFLATED_MAX;
use crate::golden;

pub fn run(mut input: Bytes) {
    // Each batch takes at least its header, so this ends.
    loop {
        let before = input.len();
        match RecordBatch::split_first(&mut input) {
            Ok(batch) => {
                assert!(batch.len() >= RecordBatch::HEADER_LEN && before == batch.len() + input.len());
                check(&batch);
            }
            Err(_) => {
                assert_eq!(input.len(), before, "an error leaves the bytes as they were");
                return;
            }
        }
    }
}

fn check(batch: &RecordBatch) {
    let _ = (batch.verify_crc(), batch.last_offset(), batch.last_sequence());
    let restamped = batch.restamped(7, 3);
    assert_eq!(
        restamped.get(17..),
        batch.as_bytes().get(17..RecordBatch::HEADER_LEN),
        "only outside the CRC"
    );

    let summary = batch.validate_records(INFLATED_MAX);
    let Ok(iterator) = batch.records(INFLATED_MAX) else {
        assert!(summary.is_err(), "records that cannot be read were accepted");
        return;
    };
    let records: Result<Vec<Record>, BatchError> = iterator.collect();
    match records {
        Err(_) => assert!(summary.is_err(), "records that cannot be read were accepted"),
        Ok(records) => {
            let mut views = Vec::new();
            let visited = batch.visit_records::<BatchError>(INFLATED_MAX, |view| {
                views.push((
                    view.offset,
                    view.timestamp,
                    view.key.map(<[u8]>::to_vec),
                    view.value.map(<[u8]>::to_vec),
                ));
                Ok(())
            });
            assert_eq!(visited, Ok(()));
            let values = records.iter().map(|r| {
                (
                    r.offset,
                    r.timestamp,
                    r.key.as_deref().map(<[u8]>::to_vec),
                    r.value.as_deref().map(<[u8]>::to_vec),
                )
            });
            assert!(values.eq(views), "views and values differ");
            if let Ok(summary) = summary {
                let latest = records.iter().map(|record| record.timestamp).max();
                assert_eq!(i32::try_from(records.len()), Ok(batch.record_count()));
                assert_eq!(latest.map(|latest| latest.max(-1)), Some(summary.max_timestamp));
                build_again(batch, &records);
            }
        }
    }
}

/// What was accepted can be written anew, as a topic with another codec asks for, and says the same.
fn build_again(batch: &RecordBatch, records: &[Record]) {
    let Ok(timestamp_type) = std::panic::catch_unwind(|| batch.attributes().timestamp_type()) else {
        return;
    };
    let mut builder =
        BatchBuilder::new(batch.base_offset(), Compression::None, timestamp_type).append_time(batch.max_timestamp());
    for record in records {
        // Deltas that do not fit, such as timestamps 2⁶⁴ apart, are refused.
        if builder.append_record(record).is_err() {
            return;
        }
    }
    let built = builder.build().expect("a batch of the records of a batch");
    let again = RecordBatch::split_first(&mut built.clone()).expect("a whole batch");
    assert!(again.verify_crc());
    let again: Result<Vec<Record>, BatchError> = again.records(usize::MAX).expect("its records").collect();
    assert_eq!(again.as_deref(), Ok(records));
}

pub fn seeds() -> Vec<Vec<u8>> {
    let batches = golden::files("protocol/tests/golden/records", ".batch");
    let mut seeds: Vec<Vec<u8>> = batches.into_iter().map(|(_, bytes)| bytes).collect();
    seeds.extend(
        golden::files("tests/golden/kafka-4.4/killed/codecs-0", ".log")
            .into_iter()
            .map(|(_, bytes)| bytes),
    );
    seeds
}

/// The bytes with the CRC of each batch made right: mutations would otherwise go no further than that.
pub fn with_crcs(bytes: Bytes) -> Bytes {
    let mut bytes = bytes.to_vec();
    let mut rest = &mut bytes[..];
    while rest.len() >= RecordBatch::HEADER_LEN {
        let claimed = i32::from_be_bytes([rest[8], rest[9], rest[10], rest[11]]);
        let len = usize::try_from(claimed).unwrap_or(0).saturating_add(12);
        if len < RecordBatch::HEADER_LEN || len > rest.len() {
            break;
        }
        let (batch, after) = rest.split_at_mut(len);
        let crc = crc32c::crc32c(&batch[21..]);
        batch[17..21].copy_from_slice(&crc.to_be_bytes());
        rest = after;
    }
    bytes.into()
}
