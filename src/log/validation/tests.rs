//! What is refused and why, and in what form the rest is stored.

use dmq_protocol::records::{Record, RecordHeader};

use super::*;

const NOW_MS: i64 = 1_700_000_000_000;

fn builder(codec: Compression) -> BatchBuilder {
    BatchBuilder::new(0, codec, TimestampType::CreateTime)
}

fn built(mut builder: BatchBuilder, records: &[(i64, Option<&[u8]>)]) -> Bytes {
    for (timestamp, key) in records {
        builder.append(*timestamp, *key, Some(b"value"), &[]).unwrap();
    }
    builder.build().unwrap()
}

fn plain() -> Bytes {
    built(
        builder(Compression::None),
        &[(NOW_MS, Some(b"k")), (NOW_MS + 5, Some(b"k")), (NOW_MS + 1, Some(b"k"))],
    )
}

/// The batch with some header bytes replaced and a CRC that fits them.
fn forged(batch: &Bytes, at: usize, bytes: &[u8]) -> Bytes {
    let mut forged = batch.to_vec();
    forged[at..at + bytes.len()].copy_from_slice(bytes);
    let crc = crc32c::crc32c(&forged[21..]);
    forged[17..21].copy_from_slice(&crc.to_be_bytes());
    Bytes::from(forged)
}

fn check(batch: &Bytes, config: &LogConfig) -> Result<Checked, LogError> {
    for_leader(batch, config, AppendOrigin::Client, NOW_MS).map(|checked| checked.into_iter().next().unwrap())
}

fn refusal(batch: &Bytes) -> LogError {
    check(batch, &LogConfig::default()).unwrap_err()
}

fn stored_records(checked: &Checked) -> Vec<Record> {
    let stored = [&checked.header.to_bytes()[..], &checked.batch.stored_records()].concat();
    let batch = RecordBatch::split_first(&mut Bytes::from(stored)).unwrap();
    assert!(batch.verify_crc());
    batch.records(1 << 20).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_good_batch_keeps_its_bytes() {
    let batch = plain();
    let checked = check(&batch, &LogConfig::default()).unwrap();
    assert_eq!(checked.header.to_bytes()[..], batch[..61]);
    assert_eq!(checked.batch.as_bytes().as_ptr(), batch.as_ptr(), "nothing was copied");
}

#[test]
fn broken_frames_are_not_batches() {
    let batch = plain();
    assert_eq!(
        refusal(&Bytes::new()),
        LogError::invalid_batch("there is no record batch")
    );
    for cut in 1..batch.len() {
        assert!(
            matches!(
                refusal(&batch.slice(..cut)),
                LogError::InvalidBatch(BatchError::Truncated { .. })
            ),
            "{cut}"
        );
    }
    for length in [-1, 0, 48, i32::MIN] {
        assert_eq!(
            refusal(&forged(&batch, 8, &i32::to_be_bytes(length))),
            LogError::InvalidBatch(BatchError::Length { batch_length: length })
        );
    }
    assert_eq!(
        refusal(&forged(&batch, 16, &[1])),
        LogError::InvalidBatch(BatchError::Magic { magic: 1 })
    );
}

#[test]
fn a_flipped_bit_is_a_corrupt_batch() {
    let batch = plain();
    for at in 21..batch.len() {
        let mut flipped = batch.to_vec();
        flipped[at] ^= 1;
        assert!(
            matches!(refusal(&Bytes::from(flipped)), LogError::CorruptBatch { .. }),
            "{at}"
        );
    }
}

#[test]
fn a_header_that_lies_about_its_records_is_refused() {
    let batch = plain();
    let count = |count: i32| refusal(&forged(&batch, 57, &count.to_be_bytes()));
    let delta = |delta: i32| refusal(&forged(&batch, 23, &delta.to_be_bytes()));
    for error in [
        count(2),
        count(4),
        count(0),
        count(-1),
        count(i32::MAX),
        delta(1),
        delta(3),
        delta(-1),
    ] {
        assert!(
            matches!(
                error,
                LogError::InvalidRecords {
                    kind: InvalidRecordsKind::Record,
                    ..
                }
            ),
            "{error}"
        );
    }
    // Count and delta agree, the records do not.
    let both = forged(&forged(&batch, 57, &4i32.to_be_bytes()), 23, &3i32.to_be_bytes());
    assert!(matches!(refusal(&both), LogError::InvalidRecords { .. }));
    let fewer = forged(&forged(&batch, 57, &2i32.to_be_bytes()), 23, &1i32.to_be_bytes());
    assert!(matches!(refusal(&fewer), LogError::InvalidRecords { .. }));
}

#[test]
fn a_wrong_offset_delta_names_its_record() {
    let batch = plain();
    // length, attributes, timestamp delta (0), then the offset delta of the first record.
    let wrong = forged(&batch, 61 + 3, &[2]);
    match refusal(&wrong) {
        LogError::InvalidRecords { record_errors, .. } => assert_eq!(record_errors[0].batch_index, 0),
        other => panic!("{other}"),
    }
}

#[test]
fn what_only_brokers_may_write_is_refused_from_clients() {
    for batch in [
        built(builder(Compression::None).control(), &[(0, Some(b"k"))]),
        built(builder(Compression::None).transactional(), &[(0, Some(b"k"))]),
        built(builder(Compression::None).producer(5, 0, -1), &[(0, Some(b"k"))]),
        built(builder(Compression::None).producer(5, -1, 0), &[(0, Some(b"k"))]),
        built(
            BatchBuilder::new(3, Compression::None, TimestampType::CreateTime),
            &[(0, Some(b"k"))],
        ),
        Bytes::from([plain(), plain()].concat()),
    ] {
        assert!(matches!(
            refusal(&batch),
            LogError::InvalidRecords {
                kind: InvalidRecordsKind::Record,
                ..
            }
        ));
    }
    let append_time = built(
        BatchBuilder::new(0, Compression::None, TimestampType::LogAppendTime),
        &[(0, None)],
    );
    assert!(matches!(
        refusal(&append_time),
        LogError::InvalidRecords {
            kind: InvalidRecordsKind::Timestamp,
            ..
        }
    ));
    let two = Bytes::from([plain(), plain()].concat());
    assert_eq!(
        for_leader(&two, &LogConfig::default(), AppendOrigin::Coordinator, NOW_MS)
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn timestamps_out_of_bounds_name_their_records() {
    let config = LogConfig {
        timestamp_before_ms_max: 1_000,
        timestamp_after_ms_max: 500,
        ..LogConfig::default()
    };
    let at = |offsets: &[i64]| {
        let records: Vec<(i64, Option<&[u8]>)> = offsets.iter().map(|offset| (NOW_MS + offset, None)).collect();
        check(&built(builder(Compression::Gzip), &records), &config)
    };
    assert!(at(&[-1_000, 500, 0]).is_ok());
    match at(&[0, 501, -1_001, 1]) {
        Err(LogError::InvalidRecords {
            kind: InvalidRecordsKind::Timestamp,
            record_errors,
            ..
        }) => {
            assert_eq!(
                record_errors.iter().map(|error| error.batch_index).collect::<Vec<_>>(),
                [1, 2]
            );
        }
        other => panic!("{other:?}"),
    }
    let none = built(builder(Compression::None), &[(-1, None), (NOW_MS, None)]);
    assert!(
        check(&none, &config).is_ok(),
        "a record without a timestamp is not judged"
    );
    let hidden = built(builder(Compression::None), &[(-1, None), (NOW_MS - 5_000, None)]);
    assert!(check(&hidden, &config).is_err());
    let extreme = built(builder(Compression::None), &[(i64::MAX, None)]);
    assert!(check(&extreme, &config).is_err());
}

#[test]
fn a_compacted_topic_needs_keys() {
    let config = LogConfig {
        compact: true,
        ..LogConfig::default()
    };
    let batch = built(builder(Compression::Zstd), &[(NOW_MS, Some(b"k")), (NOW_MS, None)]);
    match check(&batch, &config) {
        Err(LogError::InvalidRecords {
            kind: InvalidRecordsKind::Record,
            record_errors,
            ..
        }) => {
            assert_eq!(record_errors.len(), 1);
            assert_eq!(record_errors[0].batch_index, 1);
        }
        other => panic!("{other:?}"),
    }
    assert!(check(&plain(), &config).is_ok());
}

#[test]
fn a_batch_beyond_the_size_is_refused_but_not_from_the_controller() {
    let batch = plain();
    let config = LogConfig {
        message_bytes_max: batch.len() - 1,
        ..LogConfig::default()
    };
    assert_eq!(
        check(&batch, &config).unwrap_err(),
        LogError::RecordTooLarge {
            size: batch.len(),
            max: batch.len() - 1
        }
    );
    assert!(for_leader(&batch, &config, AppendOrigin::Controller, NOW_MS).is_ok());
}

#[test]
fn unknown_codecs_and_bombs_are_refused() {
    assert_eq!(
        refusal(&forged(&plain(), 22, &[7])),
        LogError::UnsupportedCompression { id: 7 }
    );
    let config = LogConfig {
        decompressed_bytes_max: 10_000,
        ..LogConfig::default()
    };
    for codec in [
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let mut bomb = builder(codec);
        bomb.append(NOW_MS, None, Some(&vec![0; 1_000_000]), &[]).unwrap();
        let bomb = bomb.build().unwrap();
        assert!(bomb.len() < 100_000);
        assert_eq!(
            check(&bomb, &config).unwrap_err(),
            LogError::DecompressedTooLarge { max: 10_000 }
        );
        let garbage = forged(&bomb, 61, &[0xff; 20]);
        assert!(check(&garbage, &config).is_err());
    }
}

#[test]
fn a_wrong_largest_timestamp_is_set_right() {
    let batch = forged(&plain(), 35, &0i64.to_be_bytes());
    let checked = check(&batch, &LogConfig::default()).unwrap();
    assert_eq!(checked.header.max_timestamp, NOW_MS + 5);
    stored_records(&checked);
}

#[test]
fn the_brokers_time_replaces_the_producers_where_the_topic_says_so() {
    let config = LogConfig {
        timestamp_type: TimestampType::LogAppendTime,
        ..LogConfig::default()
    };
    for codec in Compression::ALL {
        let checked = check(&built(builder(codec), &[(5, None), (9, None)]), &config).unwrap();
        assert_eq!(checked.header.max_timestamp, NOW_MS);
        assert!(stored_records(&checked).iter().all(|record| record.timestamp == NOW_MS));
    }
}

#[test]
fn batches_are_stored_with_the_topics_codec_and_nothing_else_changes() {
    for from in Compression::ALL {
        for to in Compression::ALL {
            for timestamp_type in [TimestampType::CreateTime, TimestampType::LogAppendTime] {
                let compression = StoredCompression::Fixed { codec: to, level: None };
                let config = LogConfig {
                    compression,
                    timestamp_type,
                    ..LogConfig::default()
                };
                let mut original = builder(from).producer(9, 2, 77).transactional();
                let header = RecordHeader {
                    key: "h".into(),
                    value: None,
                };
                for n in 0..50 {
                    original
                        .append(NOW_MS + n, Some(b"key"), None, std::slice::from_ref(&header))
                        .unwrap();
                }
                let checked = check(&original.build().unwrap(), &config).unwrap();
                assert_eq!(checked.header.attributes.compression(), Ok(to));
                assert_eq!((checked.header.producer_id, checked.header.producer_epoch), (9, 2));
                assert_eq!(
                    (checked.header.base_sequence, checked.header.last_sequence()),
                    (77, 126)
                );
                assert!(checked.header.attributes.is_transactional());
                let records = stored_records(&checked);
                assert_eq!(records.len(), 50);
                let kept = timestamp_type == TimestampType::CreateTime;
                assert_eq!(records[7].timestamp, if kept { NOW_MS + 7 } else { NOW_MS });
                assert_eq!((&records[7].headers, records[7].offset), (&vec![header.clone()], 7));
            }
        }
    }
}

#[test]
fn a_follower_takes_whole_batches_and_refuses_damage() {
    let two = Bytes::from([plain(), forged_offset(&plain(), 3)].concat());
    assert_eq!(for_follower(&two).unwrap().len(), 2);
    assert_eq!(for_follower(&two.slice(..two.len() - 1)).unwrap().len(), 1);
    assert!(for_follower(&plain().slice(..70)).is_err());
    let repeated = Bytes::from([plain(), plain()].concat());
    assert!(for_follower(&repeated).is_err());
    let mut damaged = two.to_vec();
    damaged[two.len() - 1] ^= 1;
    assert!(matches!(
        for_follower(&Bytes::from(damaged)),
        Err(LogError::CorruptBatch { .. })
    ));
}

fn forged_offset(batch: &Bytes, base: i64) -> Bytes {
    forged(batch, 0, &base.to_be_bytes())
}
