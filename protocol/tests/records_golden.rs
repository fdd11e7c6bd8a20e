//! Batches that Apache Kafka wrote (`golden/records/`) are read as the records that went in, and ours are the same
//! bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use bytes::Bytes;
use dmq_protocol::StrBytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{Attributes, BatchBuilder, BatchHeader, Record, RecordBatch, RecordHeader, TimestampType};

const TIME: i64 = 1_700_000_000_000;
const BASE: i64 = 42;
const EPOCH: i32 = 7;
const MAX: usize = 1 << 20;

fn golden(name: &str) -> Bytes {
    let path = format!("{}/tests/golden/records/{name}.batch", env!("CARGO_MANIFEST_DIR"));
    Bytes::from(std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")))
}

fn batch_of(mut bytes: Bytes) -> RecordBatch {
    let batch = RecordBatch::split_first(&mut bytes).unwrap();
    assert!(bytes.is_empty());
    assert!(batch.verify_crc());
    batch
}

fn records_of(batch: &RecordBatch) -> Vec<Record> {
    batch.records(MAX).unwrap().collect::<Result<_, _>>().unwrap()
}

fn header(key: &'static str, value: Option<&'static str>) -> RecordHeader {
    RecordHeader {
        key: StrBytes::from_static(key),
        value: value.map(|value| Bytes::from_static(value.as_bytes())),
    }
}

fn record(offset: i64, timestamp: i64, key: Option<&str>, value: Option<&str>) -> Record {
    let bytes = |text: &str| Bytes::copy_from_slice(text.as_bytes());
    Record {
        attributes: 0,
        timestamp,
        offset,
        key: key.map(bytes),
        value: value.map(bytes),
        headers: Vec::new(),
    }
}

/// What `mixed` in `GoldenBatches.java` appends.
fn mixed() -> Vec<Record> {
    let headers = vec![
        header("h", Some("1")),
        header("h", Some("2")),
        header("empty", Some("")),
        header("null", None),
        header("ключ", Some("значение")),
    ];
    vec![
        Record {
            headers,
            ..record(BASE, TIME, Some("k0"), Some("v0"))
        },
        record(BASE + 1, TIME + 5, None, Some("a value without a key")),
        record(BASE + 2, TIME + 3, Some("a tombstone"), None),
        record(BASE + 3, TIME + 100_000, Some(""), Some("")),
        record(BASE + 4, TIME - 70_000, Some("long"), Some(&"DMQ ".repeat(200))),
    ]
}

/// What `large` in `GoldenBatches.java` appends.
fn large() -> Vec<Record> {
    let value = |i: i64| format!("{:010}", i * 7919).repeat(100);
    (0..300)
        .map(|i| record(BASE + i, TIME + i, Some(&format!("key-{i}")), Some(&value(i))))
        .collect()
}

fn build(builder: BatchBuilder, records: &[Record]) -> Bytes {
    let mut builder = builder.leader_epoch(EPOCH);
    for record in records {
        builder.append_record(record).unwrap();
    }
    builder.build().unwrap()
}

fn plain(codec: Compression) -> BatchBuilder {
    BatchBuilder::new(BASE, codec, TimestampType::CreateTime)
}

#[test]
fn header_fields_are_read_where_kafka_puts_them() {
    let batch = batch_of(golden("transactional"));
    let expected = BatchHeader {
        base_offset: BASE,
        batch_length: 977,
        partition_leader_epoch: EPOCH,
        magic: 2,
        crc: batch.crc(),
        attributes: Attributes(0x10),
        last_offset_delta: 4,
        base_timestamp: TIME,
        max_timestamp: TIME + 100_000,
        producer_id: 4711,
        producer_epoch: 3,
        base_sequence: 17,
        record_count: 5,
    };
    assert_eq!(*batch.header(), expected);
    assert_eq!(expected.to_bytes()[..], batch.as_bytes()[..61]);
    assert_eq!(
        (batch.last_offset(), batch.last_sequence(), batch.len()),
        (BASE + 4, 21, 989)
    );
}

#[test]
fn sequences_wrap_to_zero() {
    let batch = batch_of(golden("sequence-wraps"));
    assert_eq!(batch.base_sequence(), i32::MAX - 1);
    assert_eq!(batch.last_sequence(), 2);
}

#[test]
fn every_codec_of_kafka_is_read_and_ours_reads_the_same() {
    for codec in Compression::ALL {
        let batch = batch_of(golden(codec.name()));
        assert_eq!(batch.attributes().compression(), Ok(codec));
        assert_eq!(records_of(&batch), mixed(), "{codec:?}");
        let ours = batch_of(build(plain(codec), &mixed()));
        assert_eq!(records_of(&ours), mixed(), "{codec:?}");
        let same = BatchHeader {
            batch_length: ours.batch_length(),
            crc: ours.crc(),
            ..*batch.header()
        };
        assert_eq!(*ours.header(), same, "{codec:?}");
    }
}

#[test]
fn batches_of_several_blocks_are_read_at_every_level() {
    for name in ["gzip", "snappy", "lz4", "lz4-level-17", "zstd", "zstd-level-22"] {
        assert_eq!(
            records_of(&batch_of(golden(&format!("large-{name}")))),
            large(),
            "{name}"
        );
    }
}

#[test]
fn uncompressed_batches_are_kafkas_bytes() {
    let created = || plain(Compression::None);
    let appended = BatchBuilder::new(BASE, Compression::None, TimestampType::LogAppendTime).append_time(TIME + 99_999);
    for (name, builder) in [
        ("none", created()),
        ("idempotent", created().producer(4711, 3, 17)),
        ("sequence-wraps", created().producer(4711, 3, i32::MAX - 1)),
        ("transactional", created().producer(4711, 3, 17).transactional()),
        ("append-time", appended),
        ("delete-horizon", created().delete_horizon(TIME + 86_400_000)),
    ] {
        assert_eq!(build(builder, &mixed()), golden(name), "{name}");
    }
    let no_timestamp = [record(BASE, -1, Some("k"), Some("v"))];
    assert_eq!(build(created(), &no_timestamp), golden("no-timestamp"));
}

#[test]
fn the_append_time_is_every_records_timestamp() {
    let expected: Vec<Record> = mixed()
        .into_iter()
        .map(|record| Record {
            timestamp: TIME + 99_999,
            ..record
        })
        .collect();
    assert_eq!(records_of(&batch_of(golden("append-time"))), expected);
}

#[test]
fn stamping_the_append_time_makes_kafkas_bytes() {
    let batch = batch_of(golden("none"));
    let stamped = batch.restamped_append_time(BASE, EPOCH, TIME + 99_999);
    assert_eq!([&stamped[..], &batch.stored_records()].concat(), golden("append-time"));
}

#[test]
fn stamping_offset_and_epoch_leaves_the_crc_valid() {
    let batch = batch_of(golden("zstd"));
    let stamped = Bytes::from([&batch.restamped(1 << 40, 99)[..], &batch.stored_records()].concat());
    let moved = batch_of(stamped);
    assert_eq!(
        (moved.base_offset(), moved.partition_leader_epoch(), moved.crc()),
        (1 << 40, 99, batch.crc())
    );
    assert_eq!(records_of(&moved)[4].offset, (1 << 40) + 4);
}

#[test]
fn a_delete_horizon_shifts_no_timestamp() {
    let batch = batch_of(golden("delete-horizon"));
    assert_eq!(batch.header().delete_horizon(), Some(TIME + 86_400_000));
    assert_eq!(records_of(&batch), mixed());
}

#[test]
fn gaps_that_compaction_leaves_are_kept() {
    let batch = batch_of(golden("gaps"));
    let expected = [
        record(BASE + 1, TIME, Some("a"), Some("1")),
        record(BASE + 5, TIME - 10, Some("b"), Some("2")),
    ];
    assert_eq!(records_of(&batch), expected);
    assert_eq!((batch.last_offset(), batch.record_count()), (BASE + 9, 2));

    let mut ours = plain(Compression::None).leader_epoch(EPOCH);
    batch
        .visit_records(MAX, |view| ours.append_view(view).map_err(|error| panic!("{error}")))
        .unwrap_or_else(|error: dmq_protocol::records::BatchError| panic!("{error}"));
    assert_eq!(ours.build_through(BASE + 9).unwrap(), golden("gaps"));
}

#[test]
fn a_batch_that_compaction_emptied_keeps_offsets_and_producer() {
    let golden = golden("empty");
    let batch = batch_of(golden.clone());
    assert_eq!(records_of(&batch), []);
    assert_eq!(
        (batch.last_offset(), batch.record_count(), batch.last_sequence()),
        (BASE + 4, 0, 21)
    );

    let producer = plain(Compression::Gzip).producer(4711, 3, 17).transactional();
    let full = batch_of(build(producer, &mixed()));
    let emptied = BatchHeader {
        max_timestamp: TIME + 1000,
        ..*full.header()
    }
    .emptied();
    assert_eq!(emptied.to_bytes()[..], golden[..]);
}

#[test]
fn control_batches_are_kafkas_bytes() {
    for (name, kind) in [
        ("control-abort", 0),
        ("control-commit", 1),
        ("control-leader-change", 2),
        ("control-snapshot-header", 3),
        ("control-snapshot-footer", 4),
        ("control-kraft-version", 5),
        ("control-voters", 6),
    ] {
        let golden = golden(name);
        let batch = batch_of(golden.clone());
        assert!(batch.attributes().is_control(), "{name}");
        let records = records_of(&batch);
        assert_eq!(records[0].key.as_deref(), Some(&[0, 0, 0, kind][..]), "{name}");

        let mut ours = plain(Compression::None).control();
        if kind < 2 {
            assert!(batch.attributes().is_transactional());
            ours = ours.transactional().producer(4711, 3, -1);
        }
        assert_eq!(build(ours, &records), golden, "{name}");
    }
}

#[test]
fn batches_in_a_row_are_taken_one_by_one() {
    let mut bytes = Bytes::from([golden("none"), golden("empty"), golden("lz4")].concat());
    let counts: Vec<i32> = std::iter::from_fn(|| {
        (!bytes.is_empty()).then(|| RecordBatch::split_first(&mut bytes).unwrap().record_count())
    })
    .collect();
    assert_eq!(counts, [5, 0, 5]);
}
