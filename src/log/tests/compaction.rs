//! Compaction: what stays, what goes and when, and what a crash in the middle leaves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, RecordBatch, TimestampType};

use super::support::*;
use crate::disk::{Crash, Disk, Fault};
use crate::ids::{Offset, ProducerEpoch, ProducerId, Sequence};
use crate::log::{AppendOrigin, Cleanable, Cleaned, CleaningError, CleaningLimits, Log, LogError, Pace};

pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A key and its value; none is a tombstone.
pub(super) type Entry<'a> = (&'a str, Option<&'a str>);

pub(super) fn builder(codec: Compression) -> BatchBuilder {
    BatchBuilder::new(0, codec, TimestampType::CreateTime)
}

pub(super) fn fill(mut builder: BatchBuilder, entries: &[Entry<'_>]) -> Bytes {
    for (key, value) in entries {
        let value = value.map(str::as_bytes);
        builder.append(NOW_MS, Some(key.as_bytes()), value, &[]).unwrap();
    }
    builder.build().unwrap()
}

pub(super) fn put(log: &Log, entries: &[Entry<'_>]) {
    let batch = fill(builder(Compression::None), entries);
    log.append_as_leader(&batch, EPOCH, AppendOrigin::Coordinator).unwrap();
}

pub(super) struct Unhindered;

impl Pace for Unhindered {
    fn spend(&self, _bytes: u64) -> bool {
        true
    }
}

pub(super) fn limits() -> CleaningLimits {
    CleaningLimits {
        key_map_bytes_max: 1 << 20,
        key_map_load_max: 0.9,
        io_bytes: 4096,
    }
}

pub(super) fn cleanable(log: &Log) -> Cleanable {
    let stable = log.last_stable_offset(log.log_end_offset());
    log.cleanable(stable).unwrap().unwrap()
}

pub(super) fn clean(log: &Log) -> Cleaned {
    log.clean(&cleanable(log), &limits(), &Unhindered).unwrap()
}

pub(super) fn compacted() -> Setup {
    Setup::with(|config| {
        (config.compact, config.delete) = (true, false);
        config.index_interval_bytes = 100;
    })
}

/// All records as `offset:key=value`, tombstones without a value.
pub(super) fn shown(log: &Log) -> Vec<String> {
    let mut shown = Vec::new();
    for batch in all_batches(log) {
        for record in batch.records(1 << 30).unwrap() {
            let record = record.unwrap();
            let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
            let key = record.key.as_ref().map(text).unwrap_or_default();
            shown.push(match &record.value {
                _ if batch.attributes().is_control() => format!("{}:marker", record.offset),
                Some(value) => format!("{}:{key}={}", record.offset, text(value)),
                None => format!("{}:{key}", record.offset),
            });
        }
    }
    shown
}

pub(super) fn all_batches(log: &Log) -> Vec<RecordBatch> {
    let batches = batches_from(log, log.log_start_offset().0);
    assert!(batches.iter().all(RecordBatch::verify_crc));
    assert!(batches.is_sorted_by(|one, next| one.last_offset() < next.base_offset()));
    batches
}

#[test]
fn of_each_key_the_newest_record_stays_at_its_offset() {
    let setup = compacted();
    let log = setup.open();
    put(&log, &[("a", Some("1")), ("b", Some("2")), ("a", Some("3"))]);
    put(&log, &[("c", Some("4"))]);
    log.roll().unwrap();
    put(&log, &[("b", Some("5")), ("d", Some("6"))]);
    log.roll().unwrap();
    put(&log, &[("d", Some("7"))]);
    let before = cleanable(&log);
    assert_eq!((before.first_dirty, before.first_uncleanable), (Offset(0), Offset(6)));
    assert!(before.is_due(0.99) && before.dirty_ratio() == 1.0);
    let done = clean(&log);
    // The active segment's `d` does not count: it is not cleaned yet.
    let kept = ["2:a=3", "3:c=4", "4:b=5", "5:d=6", "6:d=7"];
    assert_eq!(shown(&log), kept);
    assert_eq!((done.records_read, done.records_kept, done.keys), (6, 4, 4));
    assert_eq!((log.cleaned_upto(), log.segment_count()), (Some(Offset(6)), 2));
    let after = cleanable(&log);
    assert!(after.dirty_bytes == 0 && !after.is_due(0.0), "{after:?}");
    // Reading from an offset that is gone gives the next one.
    assert_eq!(batches_from(&log, 1)[0].base_offset(), 0);
    for clean_stop in [true, false] {
        if clean_stop {
            log.close().unwrap();
            assert_eq!(shown(&setup.open()), kept);
        } else {
            setup.disk.crash(Crash::LoseUnsynced);
            let found = setup.recover().unwrap();
            assert_eq!(shown(&found), kept);
            assert_eq!(found.log_end_offset(), Offset(7));
        }
    }
}

#[test]
fn a_tombstone_stays_until_its_horizon_and_nothing_comes_back() {
    let setup = compacted();
    let log = setup.open();
    put(&log, &[("a", Some("1")), ("b", Some("1"))]);
    put(&log, &[("a", None)]);
    log.roll().unwrap();
    put(&log, &[("x", Some("1"))]);
    log.roll().unwrap();
    clean(&log);
    assert_eq!(shown(&log), ["1:b=1", "2:a", "3:x=1"]);
    let horizon = |log: &Log| all_batches(log)[1].header().delete_horizon();
    assert_eq!(horizon(&log), Some(NOW_MS + DAY_MS));
    for (day_part, kept) in [(DAY_MS / 2, &["1:b=1", "2:a"][..]), (DAY_MS, &["1:b=1"])] {
        setup.clock.advance(Duration::from_millis(day_part.unsigned_abs()));
        put(&log, &[("x", Some("2"))]);
        log.roll().unwrap();
        clean(&log);
        let shown = shown(&log);
        assert_eq!(shown[..shown.len() - 1], kept[..], "{shown:?}");
    }
}

#[test]
fn records_without_a_key_go_and_codecs_times_and_headers_stay() {
    for codec in [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let mut setup = compacted();
        setup.config.compact = false;
        let log = setup.open();
        let mut batch = builder(codec);
        batch.append(NOW_MS - 5, None, Some(b"nobody's"), &[]).unwrap();
        batch.append(NOW_MS - 7, Some(b"a"), Some(b"old"), &[]).unwrap();
        let header = dmq_protocol::records::RecordHeader {
            key: "h".into(),
            value: Some(Bytes::from_static(b"v")),
        };
        batch.append(NOW_MS - 6, Some(b"a"), Some(b"new"), &[header]).unwrap();
        batch.append(NOW_MS - 9, Some(b"b"), Some(b"early"), &[]).unwrap();
        append(&log, &batch.build().unwrap());
        log.roll().unwrap();
        append(&log, &fill(builder(codec), &[("b", Some("late"))]));
        log.roll().unwrap();
        setup.config.compact = true;
        log.set_config(Arc::new(setup.config.clone()));
        clean(&log);
        assert_eq!(shown(&log), ["2:a=new", "4:b=late"]);
        let batch = &all_batches(&log)[0];
        assert_eq!(batch.attributes().compression(), Ok(codec));
        assert_eq!((batch.base_offset(), batch.last_offset()), (0, 3));
        assert_eq!(batch.max_timestamp(), NOW_MS - 6);
        let record = batch.records(1 << 20).unwrap().next().unwrap().unwrap();
        assert_eq!((record.timestamp, record.headers.len()), (NOW_MS - 6, 1));
    }
}

#[test]
fn aborted_records_go_and_markers_follow_when_their_time_has_come() {
    let setup = compacted();
    let log = setup.open();
    let transactional = |producer: i64, sequence, entries: &[Entry<'_>]| {
        let builder = builder(Compression::None)
            .producer(producer, 0, sequence)
            .transactional();
        append(&log, &fill(builder, entries));
    };
    let end = |producer, commit| {
        log.append_as_leader(&marker(producer, 0, commit), EPOCH, AppendOrigin::Coordinator)
            .unwrap();
    };
    transactional(1, 0, &[("a", Some("committed"))]);
    transactional(2, 0, &[("a", Some("aborted")), ("b", Some("aborted"))]);
    end(1, true);
    end(2, false);
    log.roll().unwrap();
    // The same producers go on, so that the batches above need not stay for them.
    transactional(1, 1, &[("c", Some("1"))]);
    end(1, true);
    transactional(2, 2, &[("d", Some("1"))]);
    end(2, true);
    log.roll().unwrap();
    clean(&log);
    let kept = [
        "0:a=committed",
        "3:marker",
        "4:marker",
        "5:c=1",
        "6:marker",
        "7:d=1",
        "8:marker",
    ];
    assert_eq!(shown(&log), kept);
    // A reader of committed records must be told of the abort as long as its marker is there.
    let aborted = log.aborted_transactions(Offset(0), Offset(9)).unwrap();
    assert_eq!(aborted.len(), 1);
    // The second cleaning finds no records of the abort and gives the marker a horizon, the third drops it.
    for (at, expected) in [(0, true), (DAY_MS + 1, false)] {
        setup.clock.advance(Duration::from_millis(u64::try_from(at).unwrap()));
        put(&log, &[("x", Some("1"))]);
        log.roll().unwrap();
        clean(&log);
        assert_eq!(shown(&log).contains(&"4:marker".to_owned()), expected);
        assert_eq!(log.aborted_transactions(Offset(0), Offset(9)).unwrap(), []);
    }
    assert!(
        shown(&log).contains(&"3:marker".to_owned()),
        "its transaction has records left"
    );
}

#[test]
fn nothing_at_or_beyond_the_first_open_transaction_is_touched() {
    let setup = compacted();
    let log = setup.open();
    put(&log, &[("a", Some("1"))]);
    log.roll().unwrap();
    append(
        &log,
        &fill(
            builder(Compression::None).producer(1, 0, 0).transactional(),
            &[("a", Some("open"))],
        ),
    );
    log.roll().unwrap();
    put(&log, &[("a", Some("3"))]);
    log.roll().unwrap();
    put(&log, &[("a", Some("4"))]);
    let found = cleanable(&log);
    assert_eq!((found.first_dirty, found.first_uncleanable), (Offset(0), Offset(1)));
    clean(&log);
    assert_eq!(shown(&log).len(), 4);
}

#[test]
fn a_producers_last_batch_is_emptied_not_removed_and_repeats_are_still_known() {
    let setup = compacted();
    let log = setup.open();
    let batch = fill(
        builder(Compression::None).producer(5, 2, 0),
        &[("a", Some("1")), ("b", Some("1"))],
    );
    append(&log, &batch);
    log.roll().unwrap();
    put(&log, &[("a", Some("2")), ("b", Some("2"))]);
    log.roll().unwrap();
    put(&log, &[("z", Some("1"))]);
    clean(&log);
    assert_eq!(shown(&log), ["2:a=2", "3:b=2", "4:z=1"]);
    let first = &all_batches(&log)[0];
    assert_eq!(
        (first.record_count(), first.base_offset(), first.last_offset()),
        (0, 0, 1)
    );
    assert_eq!(
        (first.producer_id(), first.producer_epoch(), first.last_sequence()),
        (5, 2, 1)
    );
    log.flush().unwrap();
    setup.disk.crash(Crash::LoseUnsynced);
    // Without a snapshot the state comes from the batches alone.
    for name in setup.names().iter().filter(|name| name.ends_with(".snapshot")) {
        setup.disk.remove_file(&setup.dir().join(name)).unwrap();
    }
    let log = setup.recover().unwrap();
    assert!(append(&log, &batch).duplicate);
    assert_eq!(log.next_sequence(ProducerId(5), ProducerEpoch(2)), Sequence(2));
}

#[test]
fn a_log_that_does_not_fit_the_map_is_cleaned_in_several_passes() {
    let setup = compacted();
    let log = setup.open();
    for round in 0..3 {
        for key in 0..40 {
            put(&log, &[(&format!("key{key}"), Some(&format!("{round}")))]);
        }
        log.roll().unwrap();
    }
    let limits = CleaningLimits {
        key_map_bytes_max: 24 * 20,
        ..limits()
    };
    let mut passes = 0;
    while cleanable(&log).dirty_bytes > 0 && log.cleaned_upto() < Some(Offset(120)) {
        let before = log.cleaned_upto();
        let done = log.clean(&cleanable(&log), &limits, &Unhindered).unwrap();
        assert!(done.keys <= 18 && log.cleaned_upto() > before);
        passes += 1;
    }
    assert!(passes >= 6, "{passes}");
    let newest: Vec<String> = (0..40).map(|key| format!("{}:key{key}=2", 80 + key)).collect();
    assert_eq!(shown(&log), newest);
    let tiny = CleaningLimits {
        key_map_bytes_max: 48,
        ..limits
    };
    put(&log, &[("one", Some("1")), ("two", Some("2"))]);
    log.roll().unwrap();
    let refused = log.clean(&cleanable(&log), &tiny, &Unhindered);
    assert_eq!(refused, Err(CleaningError::MapTooSmall { keys_max: 1 }));
}

#[test]
fn small_segments_are_joined_and_their_indexes_find_everything() {
    let setup = compacted();
    let log = setup.open();
    for n in 0..60 {
        let value = format!("{n}{}", "v".repeat(50));
        put(&log, &[(&format!("key{}", n % 50), Some(&value))]);
        log.roll().unwrap();
    }
    assert_eq!(log.segment_count(), 61);
    clean(&log);
    assert_eq!(log.segment_count(), 2);
    for from in 0..60 {
        let next = batches_from(&log, from)[0].last_offset();
        assert_eq!(next, from.max(10));
    }
    let found = log.offset_for_timestamp(NOW_MS, Offset(60)).unwrap().unwrap();
    assert_eq!(found.offset, Offset(10));
    let live: Vec<String> = setup.names();
    assert!(live.iter().any(|name| name.ends_with(".log.deleted")), "{live:?}");
    setup.clock.advance(Duration::from_secs(61));
    log.remove_deleted().unwrap();
    let left = setup.names();
    assert!(left.iter().all(|name| !name.ends_with(".deleted")), "{left:?}");
    log.close().unwrap();
    assert_eq!(shown(&setup.open()).len(), 50);
}

#[test]
fn lags_decide_what_may_and_what_must_be_cleaned() {
    let mut setup = compacted();
    setup.config.min_compaction_lag_ms = 1_000;
    let log = setup.open();
    put(&log, &[("a", Some("1"))]);
    log.roll().unwrap();
    put(&log, &[("a", Some("2"))]);
    log.roll().unwrap();
    assert_eq!(cleanable(&log).dirty_bytes, 0);
    setup.clock.advance(Duration::from_millis(1_001));
    assert!(cleanable(&log).dirty_bytes > 0);
    clean(&log);
    setup.config.min_compaction_lag_ms = 0;
    setup.config.max_compaction_lag_ms = 5_000;
    log.set_config(Arc::new(setup.config.clone()));
    put(&log, &[("b", Some("1"))]);
    log.roll().unwrap();
    let found = cleanable(&log);
    assert!(
        !found.is_due(0.9) && found.is_due(0.1) && found.overdue_ms == 0,
        "{found:?}"
    );
    setup.clock.advance(Duration::from_millis(4_100));
    let found = cleanable(&log);
    assert!(found.overdue_ms == 101 && found.is_due(0.9), "{found:?}");
}

#[test]
fn damage_is_reported_and_never_copied_under_a_new_crc() {
    let setup = compacted();
    let log = setup.open();
    put(&log, &[("a", Some("1")), ("b", Some("2"))]);
    log.roll().unwrap();
    put(&log, &[("a", Some("2"))]);
    log.roll().unwrap();
    let path = setup.dir().join("00000000000000000000.log");
    setup.disk.damage(&path, 70, b"!").unwrap();
    let error = log.clean(&cleanable(&log), &limits(), &Unhindered).unwrap_err();
    assert!(
        matches!(&error, CleaningError::Log(LogError::Damaged { path: named, position: 0, .. }) if *named == path),
        "{error}"
    );
    assert_eq!(log.failure(), None);
    assert!(setup.names().iter().all(|name| !name.ends_with(".cleaned")));
}

#[test]
fn a_log_that_is_cut_or_shortened_meanwhile_is_left_alone() {
    /// Acts once, after so many calls.
    struct Meanwhile<'a>(&'a dyn Fn(), AtomicU64);
    impl Pace for Meanwhile<'_> {
        fn spend(&self, _bytes: u64) -> bool {
            if self.1.fetch_sub(1, Ordering::SeqCst) == 1 {
                (self.0)();
            }
            true
        }
    }
    // While the map is made, and while segments are copied.
    for (cut, calls) in [(true, 2), (true, 6), (false, 6)] {
        let setup = compacted();
        let log = setup.open();
        for n in 0..4 {
            put(&log, &[("a", Some(&n.to_string()))]);
            log.roll().unwrap();
        }
        let act = || {
            if cut {
                log.truncate_to(Offset(2)).unwrap();
            } else {
                log.increment_log_start_offset(Offset(2)).unwrap();
                log.delete_old_segments(Offset(4)).unwrap();
            }
        };
        let pace = Meanwhile(&act, AtomicU64::new(calls));
        let refused = log.clean(&cleanable(&log), &limits(), &pace);
        assert_eq!(refused, Err(CleaningError::Overtaken));
        let expected = if cut { ["0:a=0", "1:a=1"] } else { ["2:a=2", "3:a=3"] };
        assert_eq!(shown(&log), expected, "{cut} {calls}");
        assert!(
            setup
                .names()
                .iter()
                .all(|name| !name.ends_with(".cleaned") && !name.ends_with(".swap"))
        );
    }
}

#[test]
fn what_is_cut_is_dirty_again_when_it_is_written_anew() {
    let setup = compacted();
    let log = setup.open();
    for n in 0..4 {
        put(&log, &[("a", Some(&n.to_string()))]);
        log.roll().unwrap();
    }
    clean(&log);
    assert_eq!(log.cleaned_upto(), Some(Offset(4)));
    log.truncate_to(Offset(1)).unwrap();
    assert!(log.cleaned_upto() <= Some(Offset(1)));
}

#[test]
fn compact_and_delete_lets_old_segments_go_also_emptied_ones() {
    let mut setup = compacted();
    setup.config.delete = true;
    setup.config.retention_ms = Some(10_000);
    let log = setup.open();
    put(&log, &[("a", Some("1"))]);
    log.roll().unwrap();
    put(&log, &[("a", Some("2"))]);
    put(&log, &[("b", Some(&"x".repeat(3_000)))]);
    log.roll().unwrap();
    setup.config.segment_bytes_max = 3_100;
    log.set_config(Arc::new(setup.config.clone()));
    clean(&log);
    assert_eq!(
        log.segment_count(),
        3,
        "the first is empty, and too large with the second"
    );
    setup.clock.advance(Duration::from_secs(11));
    log.delete_old_segments(log.log_end_offset()).unwrap();
    assert_eq!((log.segment_count(), log.log_start_offset()), (1, Offset(3)));
}

/// What replaying the log gives: the newest value of each key.
pub(super) fn table(log: &Log) -> BTreeMap<String, String> {
    let mut table = BTreeMap::new();
    for batch in all_batches(log).iter().filter(|batch| !batch.attributes().is_control()) {
        for record in batch.records(1 << 30).unwrap() {
            let record = record.unwrap();
            let key = String::from_utf8_lossy(&record.key.unwrap()).into_owned();
            match record.value {
                Some(value) => table.insert(key, String::from_utf8_lossy(&value).into_owned()),
                None => table.remove(&key),
            };
        }
    }
    table
}

#[test]
fn power_loss_or_an_error_at_every_operation_of_a_cleaning_loses_no_key() {
    let prepare = |setup: &Setup| {
        let log = setup.open();
        for n in 0..30 {
            let value = (n % 7 != 0).then(|| format!("{n}{}", "v".repeat(40)));
            put(
                &log,
                &[
                    (&format!("key{}", n % 9), value.as_deref()),
                    ("same", Some(&n.to_string())),
                ],
            );
            if n % 3 == 2 {
                log.roll().unwrap();
            }
        }
        log.flush().unwrap();
        log
    };
    let setup_of = || {
        let mut setup = compacted();
        setup.config.segment_bytes_max = 900;
        setup.config.delete_retention_ms = 0;
        setup
    };
    let whole = setup_of();
    let log = prepare(&whole);
    let expected = table(&log);
    whole.disk.fail_at(u64::MAX, Fault::PowerOff);
    clean(&log);
    assert_eq!(table(&log), expected);
    let operations = whole.disk.operations();
    assert!(operations > 40, "{operations}");
    for n in 1..=operations {
        for fault in [Fault::PowerOff, Fault::Io, Fault::Full, Fault::ShortWrite] {
            for crash in [Crash::LoseUnsynced, Crash::KeepSome, Crash::Process] {
                let mut setup = setup_of();
                let log = prepare(&setup);
                setup.recovery_point = log.recovery_checkpoint().unwrap();
                let context = format!("{fault:?} at operation {n} of {operations}, {crash:?}");
                setup.disk.fail_at(n, fault);
                let outcome = log.clean(&cleanable(&log), &limits(), &Unhindered);
                setup.disk.fail_never();
                if log.failure().is_none() && fault != Fault::PowerOff {
                    assert_eq!(table(&log), expected, "{context}: {outcome:?}");
                }
                setup.disk.crash(crash);
                let log = setup.recover().unwrap_or_else(|error| panic!("{context}: {error}"));
                assert_eq!(table(&log), expected, "{context}");
                assert_eq!(log.log_end_offset(), Offset(60), "{context}");
                let left = setup.names();
                assert!(
                    !left
                        .iter()
                        .any(|name| name.ends_with(".swap") || name.ends_with(".cleaned")),
                    "{context}: {left:?}"
                );
                clean(&log);
                assert_eq!(table(&log), expected, "{context}");
                log.close().unwrap();
                assert_eq!(table(&setup.open()), expected, "{context}");
            }
        }
    }
}

#[test]
fn readers_see_whole_batches_while_segments_are_exchanged_under_them() {
    let temp = tempfile::tempdir().unwrap();
    let mut setup = compacted();
    setup.config.segment_bytes_max = 4_000;
    let log = Log::open(crate::log::OpenLog {
        disk: Arc::new(crate::disk::RealDisk::new()),
        dir: temp.path().join("t-0"),
        ..setup.request(true)
    })
    .unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut rounds = 0;
                    while !stop.load(Ordering::Relaxed) || rounds == 0 {
                        let end = log.log_end_offset();
                        let mut next = Offset::ZERO;
                        while next < end {
                            let read = log.read(read_request(next.0, end)).unwrap();
                            for batch in read.batches().unwrap() {
                                assert!(batch.verify_crc() && batch.last_offset() >= next.0);
                            }
                            assert!(read.next_offset > next || read.is_empty());
                            if read.is_empty() {
                                break;
                            }
                            next = read.next_offset;
                        }
                        log.offset_for_timestamp(NOW_MS, end).unwrap();
                        rounds += 1;
                    }
                })
            })
            .collect();
        for round in 0..60 {
            for n in 0..20 {
                let value = format!("{round}{}", "v".repeat(100));
                put(&log, &[(&format!("key{}", (round + n) % 25), Some(&value))]);
            }
            log.roll().unwrap();
            clean(&log);
        }
        stop.store(true, Ordering::Relaxed);
        for reader in readers {
            reader.join().unwrap();
        }
    });
}
