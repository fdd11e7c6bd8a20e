//! Power loss, torn writes, damage, and faults at every operation of a script.

use super::support::*;
use crate::disk::{Crash, Disk, Fault};
use crate::ids::Offset;
use crate::log::{AppendOrigin, Log, LogError};

fn value(offset: i64) -> String {
    format!(
        "value of {offset}, long enough to span sectors: {}",
        "x".repeat(offset as usize % 700)
    )
}

fn append_upto(log: &Log, end: i64) {
    while log.log_end_offset().0 < end {
        append_values(log, &[&value(log.log_end_offset().0)]);
    }
}

/// The log must hold `0..n` for some `n` of at least `least`, each record as it was written.
fn assert_prefix(log: &Log, least: i64, context: &str) {
    let found = contents(log, 0);
    assert!(
        found.len() as i64 >= least,
        "{context}: {} of {least} records are there",
        found.len()
    );
    for (place, (offset, text)) in found.iter().enumerate() {
        assert_eq!((*offset, text), (place as i64, &value(*offset)), "{context}");
    }
    assert_eq!(log.log_end_offset().0, found.len() as i64, "{context}");
    assert_eq!(log.stable_offset(), log.log_end_offset(), "{context}");
}

#[test]
fn what_was_called_stable_survives_power_loss() {
    for crash in [Crash::LoseUnsynced, Crash::KeepSome, Crash::Process] {
        let setup = Setup::with(|config| (config.segment_bytes_max, config.index_interval_bytes) = (3_000, 500));
        let log = setup.open();
        append_upto(&log, 30);
        assert_eq!(log.flush(), Ok(Offset(30)));
        append_upto(&log, 45);
        setup.disk.crash(crash);
        let log = setup.recover().unwrap();
        assert_prefix(&log, 30, &format!("{crash:?}"));
        append_upto(&log, 60);
        log.close().unwrap();
        assert_prefix(&setup.open(), 60, "after a clean stop");
    }
}

#[test]
fn recovery_reads_only_what_is_behind_the_recovery_point() {
    let mut setup = Setup::with(|config| config.index_interval_bytes = 200);
    let log = setup.open();
    append_upto(&log, 100);
    setup.recovery_point = log.recovery_checkpoint().unwrap();
    assert_eq!(setup.recovery_point, Offset(100));
    append_upto(&log, 110);
    log.flush().unwrap();
    // Damage that a full scan would find: the first batch's last byte.
    let first = batches_from(&log, 0)[0].len() as u64;
    let path = setup.dir().join("00000000000000000000.log");
    setup.disk.damage(&path, first - 1, b"!").unwrap();
    setup.disk.crash(Crash::LoseUnsynced);
    let log = setup.recover().unwrap();
    assert_eq!(log.log_end_offset(), Offset(110));
}

#[test]
fn damage_below_the_recovery_point_is_reported_and_nothing_is_cut() {
    let mut setup = Setup::with(|config| config.index_interval_bytes = 1 << 20);
    let log = setup.open();
    append_upto(&log, 20);
    setup.recovery_point = log.recovery_checkpoint().unwrap();
    let position: u64 = batches_from(&log, 0)
        .iter()
        .take(7)
        .map(|batch| batch.len() as u64)
        .sum();
    let path = setup.dir().join("00000000000000000000.log");
    setup.disk.damage(&path, position + 80, b"!").unwrap();
    let len = setup.disk.read(&path, 1 << 20).unwrap().len();
    setup.disk.crash(Crash::LoseUnsynced);
    match setup.recover() {
        Err(LogError::Damaged {
            path: named,
            position: at,
            ..
        }) => assert_eq!((named, at), (path.clone(), position)),
        other => panic!("{other:?}"),
    }
    assert_eq!(setup.disk.read(&path, 1 << 20).unwrap().len(), len);
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_at_the_last_whole_batch() {
    let setup = Setup::new();
    let log = setup.open();
    append_upto(&log, 3);
    log.flush().unwrap();
    let path = setup.dir().join("00000000000000000000.log");
    let whole = setup.disk.read(&path, 1 << 20).unwrap();
    let ends: Vec<usize> = batches_from(&log, 0)
        .iter()
        .scan(0, |end, batch| {
            *end += batch.len();
            Some(*end)
        })
        .collect();
    drop(log);
    for cut in 0..=whole.len() {
        let file = setup.disk.open(&path, crate::disk::OpenMode::Truncate).unwrap();
        file.write_all_at(&[std::io::IoSlice::new(&whole[..cut])], 0).unwrap();
        let log = setup.recover().unwrap();
        let expected = ends.iter().filter(|end| **end <= cut).count() as i64;
        assert_prefix(&log, expected, &format!("cut at {cut}"));
        assert_eq!(log.log_end_offset().0, expected);
        assert_eq!(
            setup.disk.read(&path, 1 << 20).unwrap().len(),
            log.size_bytes() as usize
        );
    }
}

#[test]
fn segments_behind_a_torn_one_are_removed() {
    let setup = Setup::with(|config| config.segment_bytes_max = 1_000);
    let log = setup.open();
    append_upto(&log, 60);
    log.flush().unwrap();
    let segments = log.segment_count();
    assert!(segments > 4);
    let second = log.segments.read()[1].base();
    let path = setup.dir().join(format!("{:020}.log", second.0));
    setup.disk.damage(&path, 70, b"!").unwrap();
    setup.disk.crash(Crash::LoseUnsynced);
    let log = setup.recover().unwrap();
    assert_prefix(&log, second.0, "cut");
    assert_eq!((log.log_end_offset(), log.segment_count()), (second, 2));
    append_upto(&log, 60);
    log.close().unwrap();
    assert_prefix(&setup.open(), 60, "after a clean stop");
}

/// Appends, flushes, rolls, truncates and checkpoints until something fails; the stable offset that was promised last.
fn script(setup: &mut Setup) -> i64 {
    let mut promised = 0;
    let log = match Log::open(setup.request(true)) {
        Ok(log) => log,
        Err(_) => return promised,
    };
    for step in 0..12 {
        for _ in 0..3 {
            let text = value(log.log_end_offset().0);
            if log
                .append_as_leader(&values(&[&text]), EPOCH, AppendOrigin::Client)
                .is_err()
            {
                return promised;
            }
        }
        if let (2 | 7, Ok(stable)) = (step, log.flush()) {
            promised = stable.0;
        }
        if step == 5 {
            match log.recovery_checkpoint() {
                Ok(point) => (setup.recovery_point, promised) = (point, point.0),
                Err(_) => return promised,
            }
        }
        if step == 9 {
            // What is cut is promised no more, whether the cut succeeds or not.
            promised = promised.min(20);
            setup.recovery_point = setup.recovery_point.min(Offset(20));
            if log.truncate_to(Offset(20)).is_err() {
                return promised;
            }
        }
    }
    if log.close().is_ok() {
        log.log_end_offset().0
    } else {
        promised
    }
}

fn faulty_setup() -> Setup {
    Setup::with(|config| (config.segment_bytes_max, config.index_interval_bytes) = (2_500, 300))
}

#[test]
fn power_loss_at_every_operation_loses_nothing_that_was_promised() {
    let mut whole = faulty_setup();
    whole.disk.fail_at(u64::MAX, Fault::PowerOff);
    assert_eq!(script(&mut whole), 26);
    let operations = whole.disk.operations();
    assert!(operations > 80, "{operations}");
    for n in 1..=operations {
        for crash in [Crash::LoseUnsynced, Crash::KeepSome, Crash::Process] {
            let mut setup = faulty_setup();
            setup.disk.fail_at(n, Fault::PowerOff);
            let promised = script(&mut setup);
            setup.disk.crash(crash);
            let context = format!("operation {n} of {operations}, {crash:?}");
            let log = setup.recover().unwrap_or_else(|error| panic!("{context}: {error}"));
            assert_prefix(&log, promised, &context);
            append_upto(&log, promised + 10);
            log.close().unwrap();
            assert_prefix(&setup.open(), promised + 10, &context);
        }
    }
}

#[test]
fn a_fault_at_every_operation_ends_in_a_permitted_state() {
    let mut whole = faulty_setup();
    whole.disk.fail_at(u64::MAX, Fault::PowerOff);
    script(&mut whole);
    for n in 1..=whole.disk.operations() {
        for fault in [Fault::Io, Fault::Full, Fault::ShortWrite] {
            let mut setup = faulty_setup();
            setup.disk.fail_at(n, fault);
            let promised = script(&mut setup);
            setup.disk.fail_never();
            setup.disk.crash(Crash::LoseUnsynced);
            let context = format!("{fault:?} at operation {n}");
            let log = setup.recover().unwrap_or_else(|error| panic!("{context}: {error}"));
            assert_prefix(&log, promised, &context);
        }
    }
}
