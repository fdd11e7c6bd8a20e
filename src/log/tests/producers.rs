//! Idempotent and transactional producers, over restarts.

use super::support::*;
use crate::disk::Crash;
use crate::ids::{Offset, ProducerId, Sequence};
use crate::log::{AbortedTransaction, AppendOrigin, Log, LogError};

fn transactional(log: &Log, producer_id: i64, sequence: i32, count: usize) {
    append(log, &producer_batch(producer_id, 0, sequence, count, true));
}

fn end(log: &Log, producer_id: i64, commit: bool) {
    log.append_as_leader(&marker(producer_id, 0, commit), EPOCH, AppendOrigin::Coordinator)
        .unwrap();
}

#[test]
fn a_repeated_batch_is_answered_with_its_first_offsets_also_after_restarts() {
    let setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["other"]);
    append(&log, &produced(7, 0, 0, 3));
    append(&log, &produced(7, 0, 3, 2));
    let repeated = append(&log, &produced(7, 0, 0, 3));
    assert!(repeated.duplicate);
    assert_eq!((repeated.first_offset, repeated.last_offset), (Offset(1), Offset(3)));
    log.close().unwrap();
    let log = setup.open();
    let repeated = append(&log, &produced(7, 0, 3, 2));
    assert_eq!((repeated.duplicate, repeated.first_offset), (true, Offset(4)));
    append(&log, &produced(7, 0, 5, 1));
    log.flush().unwrap();
    setup.disk.crash(Crash::LoseUnsynced);
    let log = setup.recover().unwrap();
    for (sequence, count, first) in [(0, 3, 1), (3, 2, 4), (5, 1, 6)] {
        let repeated = append(&log, &produced(7, 0, sequence, count));
        assert_eq!((repeated.duplicate, repeated.first_offset), (true, Offset(first)));
    }
    assert_eq!(log.log_end_offset(), Offset(7));
}

#[test]
fn a_gap_in_the_sequence_is_refused_also_after_a_restart_and_a_truncation() {
    let setup = Setup::new();
    let log = setup.open();
    append(&log, &produced(7, 0, 0, 3));
    append(&log, &produced(7, 0, 3, 3));
    let refused = |log: &Log, sequence, expected| {
        assert_eq!(
            log.append_as_leader(&produced(7, 0, sequence, 1), EPOCH, AppendOrigin::Client),
            Err(LogError::OutOfOrderSequence {
                producer_id: ProducerId(7),
                expected: Sequence(expected),
                got: Sequence(sequence)
            })
        );
    };
    refused(&log, 7, 6);
    log.close().unwrap();
    let log = setup.open();
    refused(&log, 7, 6);
    log.truncate_to(Offset(3)).unwrap();
    refused(&log, 6, 3);
    append(&log, &produced(7, 0, 3, 1));
}

#[test]
fn read_committed_readers_stop_at_open_transactions_and_learn_of_aborted_ones() {
    let setup = Setup::with(|config| config.segment_bytes_max = 400);
    let log = setup.open();
    let lso = |log: &Log| log.last_stable_offset(log.log_end_offset()).0;
    transactional(&log, 1, 0, 2);
    append_values(&log, &["plain"]);
    transactional(&log, 2, 0, 2);
    assert_eq!(lso(&log), 0);
    end(&log, 1, false);
    assert_eq!(lso(&log), 3);
    end(&log, 2, true);
    assert_eq!(lso(&log), 7);
    assert_eq!(
        log.last_stable_offset(Offset(6)),
        Offset(3),
        "the marker at 6 is not replicated yet"
    );
    transactional(&log, 1, 2, 2);
    end(&log, 1, false);
    log.on_high_watermark(log.log_end_offset());
    assert!(log.segment_count() > 1);
    let aborted = |log: &Log, from: i64, upto: i64| log.aborted_transactions(Offset(from), Offset(upto)).unwrap();
    let of = |first| AbortedTransaction {
        producer_id: ProducerId(1),
        first_offset: Offset(first),
    };
    let check = |log: &Log| {
        assert_eq!(aborted(log, 0, 10), [of(0), of(7)]);
        assert_eq!(aborted(log, 0, 7), [of(0)]);
        assert_eq!(aborted(log, 6, 10), [of(7)]);
        assert_eq!(lso(log), 10);
    };
    check(&log);
    log.close().unwrap();
    check(&setup.open());
    setup.disk.crash(Crash::LoseUnsynced);
    check(&setup.recover().unwrap());
}

#[test]
fn an_open_transaction_survives_restart_and_crash() {
    let setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["a"]);
    transactional(&log, 4, 0, 1);
    log.close().unwrap();
    let log = setup.open();
    assert_eq!(log.last_stable_offset(Offset(2)), Offset(1));
    log.flush().unwrap();
    setup.disk.crash(Crash::LoseUnsynced);
    let log = setup.recover().unwrap();
    assert_eq!(log.last_stable_offset(Offset(2)), Offset(1));
    assert_eq!(log.producers()[0].transaction_start, Some(Offset(1)));
    end(&log, 4, true);
    assert_eq!(log.last_stable_offset(Offset(3)), Offset(3));
    assert!(log.aborted_transactions(Offset(0), Offset(3)).unwrap().is_empty());
}

#[test]
fn truncating_an_abort_forgets_it() {
    let log = Setup::new().open();
    transactional(&log, 1, 0, 1);
    end(&log, 1, false);
    log.truncate_to(Offset(1)).unwrap();
    assert!(log.aborted_transactions(Offset(0), Offset(10)).unwrap().is_empty());
    assert_eq!(log.last_stable_offset(Offset(1)), Offset(0));
    end(&log, 1, true);
    assert!(log.aborted_transactions(Offset(0), Offset(10)).unwrap().is_empty());
}

#[test]
fn idle_producers_are_forgotten() {
    let setup = Setup::with(|config| config.producer_expiration_ms = 1_000);
    let log = setup.open();
    append(&log, &produced(7, 0, 0, 1));
    log.expire_producers();
    assert_eq!(log.producers().len(), 1);
    setup.clock.set_wall_ms(NOW_MS + 1_000);
    log.expire_producers();
    assert!(log.producers().is_empty());
    append(&log, &produced(7, 0, 55, 1));
}

#[test]
fn only_the_newest_snapshot_between_segments_is_kept() {
    let setup = Setup::new();
    let log = setup.open();
    for sequence in 0..4 {
        append(&log, &produced(7, 0, sequence, 1));
        assert_eq!(log.recovery_checkpoint(), Ok(Offset(i64::from(sequence) + 1)));
    }
    let snapshots: Vec<String> = setup
        .names()
        .into_iter()
        .filter(|name| name.ends_with("snapshot"))
        .collect();
    assert_eq!(snapshots, ["00000000000000000004.snapshot"]);
}

/// The model of compaction found it: after a crash that kept the second of two index entries and not the first, the
/// partition would not open, although all of both lay above the recovery point.
#[test]
fn a_torn_index_of_aborted_transactions_is_made_again() {
    let mut setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["before"]);
    setup.recovery_point = log.recovery_checkpoint().unwrap();
    for producer in [1, 2] {
        append(&log, &producer_batch(producer, 0, 0, 1, true));
        log.append_as_leader(&marker(producer, 0, false), EPOCH, AppendOrigin::Coordinator)
            .unwrap();
    }
    let expected = log.aborted_transactions(Offset(0), Offset(5)).unwrap();
    assert_eq!(expected.len(), 2);
    log.flush().unwrap();
    let index = setup.dir().join("00000000000000000000.txnindex");
    for torn in [0, 34] {
        setup.disk.damage(&index, torn, &[0; 34]).unwrap();
        setup.disk.crash(crate::disk::Crash::LoseUnsynced);
        let log = setup.recover().unwrap();
        assert_eq!(
            log.aborted_transactions(Offset(0), Offset(5)).unwrap(),
            expected,
            "{torn}"
        );
    }
}
