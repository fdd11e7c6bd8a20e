//! Reading by offset and by time, and truncation.

use dmq_protocol::compression::Compression;

use super::support::*;
use crate::disk::Disk;
use crate::ids::{LeaderEpoch, Offset};
use crate::log::{AppendOrigin, Log, LogError, LogRead, ReadRequest};

fn three_batches() -> Log {
    let log = Setup::new().open();
    for list in [&["a", "b"][..], &["c", "d", "e"], &["f"]] {
        append_values(&log, list);
    }
    log
}

fn read(log: &Log, from: i64, upto: i64, bytes_max: u64, min_one_batch: bool) -> (u64, i64) {
    let request = ReadRequest {
        from: Offset(from),
        upto: Offset(upto),
        bytes_max,
        min_one_batch,
    };
    let read: LogRead = log.read(request).unwrap();
    let batches = read.batches().unwrap();
    assert_eq!(
        batches.last().map_or(from, |last| last.last_offset() + 1),
        read.next_offset.0
    );
    (read.len(), read.next_offset.0)
}

#[test]
fn nothing_at_or_beyond_the_bound_is_given() {
    let log = three_batches();
    let next = |from, upto| read(&log, from, upto, 1 << 20, true).1;
    assert_eq!((next(0, 6), next(0, 5), next(0, 2)), (6, 5, 2));
    assert_eq!(next(0, 4), 2, "a batch that reaches beyond the bound is not given");
    assert_eq!((next(3, 5), next(5, 6), next(6, 6), next(0, 0)), (5, 6, 6, 0));
    assert_eq!(next(0, 1_000), 6);
}

#[test]
fn limits_cut_between_batches_and_the_first_may_exceed_them() {
    let log = three_batches();
    let all = read(&log, 0, 6, 1 << 20, true).0;
    let first = read(&log, 0, 2, 1 << 20, true).0;
    assert_eq!(read(&log, 0, 6, all, false), (all, 6));
    assert_eq!(read(&log, 0, 6, all - 1, false).1, 5);
    assert_eq!(read(&log, 0, 6, first, false), (first, 2));
    assert_eq!(read(&log, 0, 6, first - 1, false), (0, 0));
    assert_eq!(read(&log, 0, 6, first - 1, true), (first, 2));
    assert_eq!(read(&log, 0, 6, 0, true), (first, 2));
    assert_eq!(read(&log, 4, 6, 1, true).1, 5);
}

#[test]
fn offsets_outside_are_refused_with_the_bounds() {
    let log = three_batches();
    log.increment_log_start_offset(Offset(2)).unwrap();
    for requested in [Offset(1), Offset(7), Offset(-1)] {
        assert_eq!(
            log.read(read_request(requested.0, Offset(6))).map(drop),
            Err(LogError::OffsetOutOfRange {
                requested,
                log_start: Offset(2),
                log_end: Offset(6)
            })
        );
    }
    assert!(log.increment_log_start_offset(Offset(7)).is_err());
    assert_eq!(log.increment_log_start_offset(Offset(1)), Ok(false));
}

#[test]
fn cold_and_hot_reads_agree_over_segments_and_indexes() {
    let setup = Setup::with(|config| (config.segment_bytes_max, config.index_interval_bytes) = (5_000, 200));
    let log = setup.open();
    for n in 0..400 {
        append_values(&log, &["x".repeat(n % 50).as_str(), "y"]);
    }
    log.close().unwrap();
    let cold = setup.open();
    for from in (0..800).step_by(7) {
        for upto in [from + 1, from + 13, 800] {
            let upto = Offset(upto.min(800));
            let request = ReadRequest {
                from: Offset(from),
                upto,
                bytes_max: 700,
                min_one_batch: true,
            };
            let read = cold.read(request).unwrap();
            let batches = read.batches().unwrap();
            let begins_before = batches
                .first()
                .is_none_or(|first| first.base_offset() <= from && first.last_offset() >= from);
            assert!(begins_before, "{from}");
            assert!(batches.iter().all(|batch| batch.last_offset() < upto.0));
            assert!(read.len() <= 700);
            assert!(!batches.is_empty() || upto.0 - from == 1, "{from} {upto}");
        }
    }
}

#[test]
fn records_are_found_by_time_in_every_codec() {
    for codec in Compression::ALL {
        let setup = Setup::with(|config| (config.segment_bytes_max, config.index_interval_bytes) = (400, 100));
        let log = setup.open();
        for n in 0..30 {
            append(&log, &batch_at(NOW_MS - 10_000 + n * 10, codec, &["a", "b", "c"]));
        }
        assert!(log.segment_count() > 2);
        let end = log.log_end_offset();
        let at = |ms: i64| {
            log.offset_for_timestamp(NOW_MS - 10_000 + ms, end)
                .unwrap()
                .map(|found| found.offset.0)
        };
        assert_eq!(
            (at(-5), at(0), at(1), at(2), at(3)),
            (Some(0), Some(0), Some(1), Some(2), Some(3))
        );
        assert_eq!(
            (at(101), at(103), at(292), at(293)),
            (Some(31), Some(33), Some(89), None)
        );
        assert_eq!(
            log.offset_for_timestamp(NOW_MS - 10_000, Offset(0)),
            Ok(None),
            "beyond the bound"
        );
        assert_eq!(log.max_timestamp().unwrap().map(|found| found.offset.0), Some(89));
        log.close().unwrap();
        let log = setup.open();
        assert_eq!(
            log.offset_for_timestamp(NOW_MS - 9_899, end)
                .unwrap()
                .map(|found| found.offset.0),
            Some(31)
        );
        assert_eq!(log.max_timestamp().unwrap().map(|found| found.offset.0), Some(89));
    }
}

#[test]
fn the_first_of_equal_times_is_found_also_when_time_goes_back() {
    let log = Setup::new().open();
    for ms in [50, 90, 20, 90, 70] {
        append(&log, &batch_at(NOW_MS + ms, Compression::None, &["x"]));
    }
    let at = |ms: i64| {
        log.offset_for_timestamp(NOW_MS + ms, Offset(5))
            .unwrap()
            .map(|found| found.offset.0)
    };
    assert_eq!((at(20), at(60), at(90), at(91)), (Some(0), Some(1), Some(1), None));
    assert_eq!(log.max_timestamp().unwrap().map(|found| found.offset.0), Some(1));
    assert_eq!(Setup::new().open().max_timestamp(), Ok(None));
}

#[test]
fn truncation_removes_whole_batches_and_their_traces() {
    let setup = Setup::with(|config| (config.segment_bytes_max, config.index_interval_bytes) = (250, 0));
    for cut in 0..=12 {
        let _ = setup.disk.remove_dir_all(&setup.dir());
        let log = setup.open();
        for (epoch, n) in (0..6).zip([0, 1, 2, 3, 4, 5]) {
            let batch = batch_at(NOW_MS + i64::from(n) * 100, Compression::None, &["a", "b"]);
            log.append_as_leader(&batch, LeaderEpoch(epoch), AppendOrigin::Client)
                .unwrap();
        }
        log.flush().unwrap();
        assert_eq!(log.truncate_to(Offset(cut)), Ok(cut < 12));
        let end = cut.min(12) / 2 * 2;
        assert_eq!((log.log_end_offset(), log.stable_offset()), (Offset(end), Offset(end)));
        assert_eq!(contents(&log, 0).len() as i64, end);
        assert_eq!(log.latest_epoch().map_or(0, |epoch| epoch.0 + 1), end as i32 / 2);
        assert_eq!(log.max_timestamp().unwrap().map_or(-1, |found| found.offset.0), end - 1);
        let again = batch_at(NOW_MS, Compression::None, &["z"]);
        log.append_as_leader(&again, LeaderEpoch(9), AppendOrigin::Client)
            .unwrap();
        log.close().unwrap();
        let log = setup.open();
        assert_eq!(log.log_end_offset(), Offset(end + 1), "{cut}");
        assert_eq!(contents(&log, end), numbered(&[(end, "z")]));
    }
}

#[test]
fn a_log_can_begin_anew_at_any_offset() {
    let setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["a", "b"]);
    log.truncate_fully_and_start_at(Offset(100)).unwrap();
    assert_eq!(
        (log.log_start_offset(), log.log_end_offset(), log.latest_epoch()),
        (Offset(100), Offset(100), None)
    );
    assert_eq!(append_values(&log, &["c"]).first_offset, Offset(100));
    log.close().unwrap();
    let log = setup.open();
    assert_eq!(
        (log.log_start_offset(), log.log_end_offset()),
        (Offset(100), Offset(101))
    );
    assert_eq!(log.truncate_to(Offset(50)), Ok(true));
    assert_eq!((log.log_start_offset(), log.log_end_offset()), (Offset(50), Offset(50)));
}

#[test]
fn readers_find_whole_batches_while_a_writer_appends() {
    let setup = Setup::with(|config| config.segment_bytes_max = 20_000);
    let log = setup.open();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut next = 0;
            while next < 3_000 {
                let end = log.log_end_offset();
                for batch in log.read(read_request(next, end)).unwrap().batches().unwrap() {
                    assert!(batch.verify_crc() && batch.base_offset() <= next && batch.last_offset() < end.0);
                    next = batch.last_offset() + 1;
                }
            }
        });
        for n in 0..1_000 {
            append_values(&log, &["a", "b", &format!("{n}")]);
        }
        reader.join().unwrap();
    });
}
