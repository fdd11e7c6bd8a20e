//! Every way in which a batch can be wrong has its own refusal, which names what was found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use bytes::Bytes;
use dmq_protocol::compression::{Compression, CompressionError};
use dmq_protocol::records::{
    Attributes, BatchBuilder, BatchError, BatchHeader, BuildError, Record, RecordBatch, RecordFault, RecordHeader,
    TimestampType,
};

const MAX: usize = 1 << 20;

fn built(count: i64) -> Bytes {
    let mut builder = BatchBuilder::new(100, Compression::None, TimestampType::CreateTime);
    for i in 0..count {
        builder.append(1000 + i, Some(b"key"), Some(b"value"), &[]).unwrap();
    }
    builder.build().unwrap()
}

fn split(bytes: &[u8]) -> Result<RecordBatch, BatchError> {
    RecordBatch::split_first(&mut Bytes::copy_from_slice(bytes))
}

/// A batch with these records' bytes behind a header that `change` was let loose on.
fn batch_with(records: &[u8], change: impl FnOnce(&mut BatchHeader)) -> RecordBatch {
    let mut header = *split(&built(1)).unwrap().header();
    header.batch_length = BatchHeader::MIN_BATCH_LENGTH + records.len() as i32;
    change(&mut header);
    header.crc = header.crc_with(records);
    split(&[&header.to_bytes()[..], records].concat()).unwrap()
}

fn read(batch: &RecordBatch) -> Result<Vec<Record>, BatchError> {
    batch.records(MAX)?.collect()
}

/// The refusal of a single record with these bytes.
fn fault_of(record: &[u8]) -> RecordFault {
    match read(&batch_with(record, |_| {})) {
        Err(BatchError::Record { index: 0, fault }) => fault,
        other => panic!("{record:?}: {other:?}"),
    }
}

#[test]
fn a_batch_cut_anywhere_is_truncated_and_nothing_is_taken() {
    let whole = built(2);
    for cut in 0..whole.len() {
        let mut bytes = whole.slice(..cut);
        let refused = RecordBatch::split_first(&mut bytes);
        let needed = match cut {
            0..17 => 17,
            17..61 => 61,
            _ => whole.len(),
        };
        assert_eq!(refused, Err(BatchError::Truncated { needed, available: cut }));
        assert_eq!(bytes.len(), cut);
    }
}

#[test]
fn impossible_lengths_and_other_magics_are_named() {
    let mut bytes = built(1).to_vec();
    for batch_length in [i32::MIN, -1, 0, 4, 48] {
        bytes[8..12].copy_from_slice(&batch_length.to_be_bytes());
        assert_eq!(split(&bytes), Err(BatchError::Length { batch_length }));
    }
    bytes[8..12].copy_from_slice(&i32::MAX.to_be_bytes());
    assert!(matches!(split(&bytes), Err(BatchError::Truncated { .. })));
    // A message set of format 1 may be shorter than a batch's header.
    for magic in [-1, 0, 1, 3] {
        bytes[8..12].copy_from_slice(&22i32.to_be_bytes());
        bytes[16] = magic as u8;
        assert_eq!(split(&bytes[..34]), Err(BatchError::Magic { magic }));
    }
}

#[test]
fn any_changed_byte_under_the_crc_is_noticed() {
    let whole = built(2);
    assert!(split(&whole).unwrap().verify_crc());
    for place in 17..whole.len() {
        let mut bytes = whole.to_vec();
        bytes[place] ^= 0x10;
        assert!(!split(&bytes).unwrap().verify_crc(), "{place}");
    }
}

#[test]
fn unknown_codecs_are_named() {
    for id in 5..8 {
        let batch = batch_with(&[], |header| header.attributes = Attributes(i16::from(id)));
        assert_eq!(read(&batch), Err(BatchError::UnknownCodec { id }));
    }
}

#[test]
fn counts_that_lie_are_refused() {
    let batch = split(&built(3)).unwrap();
    let records = batch.stored_records();
    let bytes = records.len();
    let claiming = |claimed| {
        batch_with(&records, |header| {
            (header.record_count, header.last_offset_delta) = (claimed, 2)
        })
    };
    for claimed in [i32::MIN, -1, i32::MAX] {
        assert_eq!(
            read(&claiming(claimed)),
            Err(BatchError::RecordCount { claimed, bytes })
        );
    }
    assert_eq!(read(&claiming(0)), Err(BatchError::TrailingBytes { bytes }));
    assert_eq!(read(&claiming(2)), Err(BatchError::TrailingBytes { bytes: bytes / 3 }));
    assert_eq!(
        read(&claiming(4)),
        Err(BatchError::Record {
            index: 3,
            fault: RecordFault::Truncated
        })
    );
}

#[test]
fn an_iterator_ends_at_its_first_error() {
    let batch = batch_with(&[0x02, 0x00], |_| {});
    assert!(batch.records(MAX).is_err());
    let seven = batch_with(&[0x02, 0, 0, 0, 0, 0, 0], |_| {});
    let mut records = seven.records(MAX).unwrap();
    assert!(matches!(records.next(), Some(Err(_))));
    assert_eq!(records.next(), None);
}

#[test]
fn each_fault_of_a_record_is_told() {
    // Length 6 (zigzag 12), then attributes, timestamp delta, offset delta, key, value, header count.
    let length = |field, length| RecordFault::Length { field, length };
    for (record, fault) in [
        (&[0x01, 0, 0, 0, 1, 1, 0][..], length("body", -1)),
        (&[0x0e, 0, 0, 0, 1, 1, 0], RecordFault::Truncated),
        (&[0x0c, 0, 0, 0, 3, 1, 0], length("key", -2)),
        (&[0x0c, 0, 0, 0, 1, 3, 0], length("value", -2)),
        (&[0x0c, 0, 0, 0, 8, 1, 0], RecordFault::Truncated),
        (&[0x0c, 0, 0, 0, 1, 1, 1], length("header list", -1)),
        (&[0x0c, 0, 0, 0, 1, 1, 2], length("header list", 1)),
        (&[0x10, 0, 0, 0, 1, 1, 2, 1, 1], length("header key", -1)),
        (&[0x10, 0, 0, 0, 1, 1, 2, 0, 3], length("header value", -2)),
        (&[0x0e, 0, 0, 0, 1, 1, 0, 0], RecordFault::TrailingBytes { bytes: 1 }),
        (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], RecordFault::Varint),
        (
            &[0x0c, 0, 0, 2, 1, 1, 0],
            RecordFault::OffsetDelta {
                delta: 1,
                least: 0,
                most: 0,
            },
        ),
        (
            &[0x0c, 0, 0, 1, 1, 1, 0],
            RecordFault::OffsetDelta {
                delta: -1,
                least: 0,
                most: 0,
            },
        ),
    ] {
        assert_eq!(fault_of(record), fault, "{record:?}");
    }
}

#[test]
fn offsets_must_rise_and_stay_in_the_batch() {
    let with_deltas = |deltas: [u8; 2], last| {
        let records: Vec<u8> = deltas
            .iter()
            .flat_map(|delta| [0x0c, 0, 0, delta << 1, 1, 1, 0])
            .collect();
        read(&batch_with(&records, |header| {
            (header.record_count, header.last_offset_delta) = (2, last)
        }))
    };
    assert!(with_deltas([0, 5], 9).is_ok());
    for (deltas, last, index, least) in [([0, 0], 9, 1, 1), ([5, 4], 9, 1, 6), ([0, 2], 1, 1, 1)] {
        let delta = i32::from(deltas[1]);
        let fault = RecordFault::OffsetDelta {
            delta,
            least,
            most: last,
        };
        assert_eq!(with_deltas(deltas, last), Err(BatchError::Record { index, fault }));
    }
}

#[test]
fn offsets_and_timestamps_beyond_64_bits_are_refused() {
    let one_later = [0x0c, 0, 2, 0, 1, 1, 0];
    let refused = read(&batch_with(&one_later, |header| header.base_timestamp = i64::MAX));
    assert_eq!(
        refused,
        Err(BatchError::Record {
            index: 0,
            fault: RecordFault::Overflow { field: "timestamp" }
        })
    );
    let next = [0x0c, 0, 0, 2, 1, 1, 0];
    let refused = read(&batch_with(&next, |header| {
        (header.base_offset, header.last_offset_delta) = (i64::MAX, 1)
    }));
    assert_eq!(
        refused,
        Err(BatchError::Record {
            index: 0,
            fault: RecordFault::Overflow { field: "offset" }
        })
    );
}

#[test]
fn a_produced_batch_has_the_offsets_0_1_2() {
    let three = |deltas: [u8; 3], count, last| {
        let records: Vec<u8> = deltas
            .iter()
            .flat_map(|delta| [0x0c, 0, 0, delta << 1, 1, 1, 0])
            .collect();
        let batch = batch_with(&records, |header| {
            (header.record_count, header.last_offset_delta) = (count, last)
        });
        batch.validate_records(MAX)
    };
    assert!(three([0, 1, 2], 3, 2).is_ok());
    for (count, last) in [(3, 3), (3, 1), (0, -1), (i32::MIN, i32::MAX)] {
        let refused = BatchError::OffsetRange {
            record_count: count,
            last_offset_delta: last,
        };
        assert_eq!(three([0, 1, 2], count, last), Err(refused));
    }
    let fault = RecordFault::OffsetDelta {
        delta: 2,
        least: 1,
        most: 1,
    };
    assert_eq!(three([0, 2, 2], 3, 2), Err(BatchError::Record { index: 1, fault }));
}

#[test]
fn a_summary_tells_timestamps_and_the_first_record_without_key() {
    let mut builder = BatchBuilder::new(7, Compression::Lz4, TimestampType::CreateTime);
    for (timestamp, key) in [(50, Some(&b"k"[..])), (90, None), (90, Some(b"k")), (10, None)] {
        builder.append(timestamp, key, None, &[]).unwrap();
    }
    let uncompressed_len = builder.uncompressed_len();
    let summary = split(&builder.build().unwrap()).unwrap().validate_records(MAX).unwrap();
    assert_eq!(
        (
            summary.min_timestamp,
            summary.max_timestamp,
            summary.max_timestamp_delta
        ),
        (10, 90, 1)
    );
    assert_eq!(summary.first_without_key, Some(1));
    assert_eq!(summary.inflated_len, uncompressed_len - RecordBatch::HEADER_LEN);
}

#[test]
fn records_that_inflate_beyond_the_bound_are_refused() {
    for codec in Compression::ALL {
        let mut builder = BatchBuilder::new(0, codec, TimestampType::CreateTime);
        builder.append(0, None, Some(&[7; 100_000]), &[]).unwrap();
        let inflated = builder.uncompressed_len() - RecordBatch::HEADER_LEN;
        let batch = split(&builder.build().unwrap()).unwrap();
        assert_eq!(batch.records(inflated).unwrap().count(), 1);
        let refused = batch.records(inflated - 1).err();
        assert_eq!(
            refused,
            Some(
                CompressionError::TooLarge {
                    codec,
                    max: inflated - 1
                }
                .into()
            )
        );
    }
}

#[test]
fn header_names_that_are_not_utf8_are_replaced_in_values_and_kept_in_views() {
    let record = [0x14, 0, 0, 0, 1, 1, 2, 0x04, b'a', 0xff, 1];
    let batch = batch_with(&record, |_| {});
    let expected = RecordHeader {
        key: "a\u{fffd}".into(),
        value: None,
    };
    assert_eq!(read(&batch).unwrap()[0].headers, [expected]);
    let mut seen = Vec::new();
    batch
        .visit_records::<BatchError>(MAX, |view| {
            seen.extend(view.headers().map(|header| header.key.to_vec()));
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, [b"a\xff"]);
}

#[test]
fn a_builder_refuses_what_the_format_cannot_say() {
    let new = || BatchBuilder::new(10, Compression::None, TimestampType::CreateTime);
    assert_eq!(new().build(), Err(BuildError::Empty));
    let at = |offset, timestamp| Record {
        attributes: 0,
        timestamp,
        offset,
        key: None,
        value: None,
        headers: Vec::new(),
    };
    let mut builder = new();
    builder.append_record(&at(12, 0)).unwrap();
    for offset in [i64::MIN, 9, 12, 10 + (1 << 31), i64::MAX] {
        let refused = BuildError::Offset {
            offset,
            next: 13,
            base: 10,
        };
        assert_eq!(builder.append_record(&at(offset, 0)), Err(refused));
    }
    builder.append_record(&at(13, i64::MAX)).unwrap();
    assert_eq!(
        builder
            .append_record(&at(14, i64::MIN))
            .and_then(|()| builder.append_record(&at(15, -1))),
        Ok(()),
        "a base of 0 reaches every timestamp"
    );
    let mut early = new();
    early.append_record(&at(10, -2)).unwrap();
    let too_far = BuildError::Timestamp {
        timestamp: i64::MAX,
        base: -2,
    };
    assert_eq!(early.append_record(&at(11, i64::MAX)), Err(too_far));
    assert_eq!(
        early.clone().build_through(9),
        Err(BuildError::Offset {
            offset: 9,
            next: 10,
            base: 10
        })
    );
    assert_eq!(split(&early.build_through(30).unwrap()).unwrap().last_offset(), 30);
    let wrong_level = BatchBuilder::new(0, Compression::Zstd, TimestampType::CreateTime).level(23);
    let mut wrong_level = wrong_level;
    wrong_level.append_record(&at(0, 0)).unwrap();
    let refused = CompressionError::Level {
        codec: Compression::Zstd,
        level: 23,
    };
    assert_eq!(wrong_level.build(), Err(BuildError::Compression(refused)));
}
