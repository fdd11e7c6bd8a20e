//! Files of a log's directory replaced by anything: an error or a log, never a panic, never another record.

use proptest::prelude::*;

use super::support::*;
use crate::disk::{Disk, OpenMode};
use crate::ids::Offset;
use crate::log::{AppendOrigin, Log, LogError, ReadRequest};

#[derive(Debug, Clone)]
enum Damage {
    Cut(u64),
    Grow(u16),
    Flip { at: u64, bits: u8 },
    Replace(Vec<u8>),
    Remove,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<u64>().prop_map(Damage::Cut),
        any::<u16>().prop_map(Damage::Grow),
        (any::<u64>(), 1u8..).prop_map(|(at, bits)| Damage::Flip { at, bits }),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Damage::Replace),
        Just(Damage::Remove),
    ]
}

/// A log with several segments, indexes, an aborted transaction, snapshots and epochs.
fn written() -> Setup {
    let setup = Setup::with(|config| (config.segment_bytes_max, config.index_interval_bytes) = (1_500, 100));
    let log = setup.open();
    for n in 0..12 {
        append_values(&log, &["plain", &"x".repeat(n * 10)]);
        append(&log, &producer_batch(5, 0, n as i32, 1, true));
        let marker = marker(5, 0, n % 3 == 0);
        log.append_as_leader(&marker, EPOCH, AppendOrigin::Coordinator).unwrap();
    }
    log.close().unwrap();
    setup
}

fn apply(setup: &Setup, name: &str, damage: &Damage) {
    let path = setup.dir().join(name);
    let mut bytes = setup.disk.read(&path, 1 << 20).unwrap();
    match damage {
        Damage::Cut(to) => bytes.truncate((to % (bytes.len() as u64 + 1)) as usize),
        Damage::Grow(by) => bytes.resize(bytes.len() + usize::from(*by), 0),
        Damage::Flip { at, bits } => {
            let at = (at % bytes.len().max(1) as u64) as usize;
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= bits;
            }
        }
        Damage::Replace(other) => bytes.clone_from(other),
        Damage::Remove => return setup.disk.remove_file(&path).unwrap(),
    }
    let file = setup.disk.open(&path, OpenMode::Truncate).unwrap();
    file.write_all_at(&[std::io::IoSlice::new(&bytes)], 0).unwrap();
}

/// Uses the log in every way; errors are fine.
fn exercise(log: &Log) {
    let (start, end) = (log.log_start_offset(), log.log_end_offset());
    // A damaged offset may put the end anywhere.
    for from in (start.0..=end.0).take(200) {
        if let Ok(read) = log.read(read_request(from, end)) {
            let _ = read.batches();
        }
    }
    for ms in [-1, NOW_MS, NOW_MS + 1, i64::MAX] {
        let _ = log.offset_for_timestamp(ms, end);
    }
    let _ = (
        log.max_timestamp(),
        log.aborted_transactions(start, end),
        log.recovery_checkpoint(),
    );
    if log
        .append_as_leader(&values(&["new"]), EPOCH, AppendOrigin::Client)
        .is_ok()
    {
        let read = log
            .read(read_request(log.log_end_offset().0 - 1, log.log_end_offset()))
            .unwrap();
        assert_eq!(
            read.batches().unwrap().last().unwrap().last_offset(),
            log.log_end_offset().0 - 1
        );
    }
    let _ = log.truncate_to(Offset(end.0 / 2));
    let _ = log.delete_old_segments(end);
    let _ = log.close();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_file_may_hold_anything(
        hits in prop::collection::vec((any::<prop::sample::Index>(), damage()), 1..4),
        clean in any::<bool>(),
        recovery_point in 0i64..60,
    ) {
        let mut setup = written();
        let names = setup.names();
        for (which, damage) in &hits {
            let name = which.get(&names);
            if setup.disk.exists(&setup.dir().join(name)).unwrap() {
                apply(&setup, name, damage);
            }
        }
        setup.recovery_point = Offset(recovery_point);
        if let Ok(log) = Log::open(setup.request(clean)) {
            exercise(&log);
        }
    }
}

/// Found by fuzzing: a batch whose base offset was damaged, outside of what its CRC covers, had a read end before it began,
/// and whoever read on from there did so for ever.
#[test]
fn a_read_that_would_not_go_on_tells_of_the_damage() {
    let setup = Setup::new();
    let log = setup.open();
    let lens: Vec<u64> = (0..5).map(|_| append_values(&log, &["value"]).bytes).collect();
    log.close().unwrap();
    let fourth: u64 = lens.iter().take(3).sum();
    let path = setup.dir().join("00000000000000000000.log");
    let mut bytes = setup.disk.read(&path, 1 << 20).unwrap();
    let at = usize::try_from(fourth).unwrap();
    bytes[at..at + 8].copy_from_slice(&0_i64.to_be_bytes());
    let file = setup.disk.open(&path, OpenMode::Truncate).unwrap();
    file.write_all_at(&[std::io::IoSlice::new(&bytes)], 0).unwrap();

    let log = setup.open();
    let request = ReadRequest {
        bytes_max: lens[2] + lens[3],
        ..read_request(2, log.log_end_offset())
    };
    let position = fourth - lens[2];
    assert!(matches!(log.read(request), Err(LogError::Damaged { position: at, .. }) if at == position));
}
