//! Recovery on as many states of the disk as a power cut can leave: each random script is cut at each of its operations,
//! and from there many disks go on, each with another part of what was not synced.
//!
//! `DMQ_CRASH_STATES=200000 cargo test --lib crash_states` looks at that many; without it, a few thousand. A failure names
//! its seed, and `DMQ_SEED=<seed>` begins there.

use std::collections::BTreeMap;

use super::compaction::{Entry, Unhindered, all_batches, builder, fill, limits};
use super::support::*;
use crate::disk::{Crash, Fault};
use crate::env::{Random, SeededRandom};
use crate::ids::{LeaderEpoch, Offset, TopicId};
use crate::log::{AppendOrigin, Log, LogError, OpenLog};

const STATES_MIN: u64 = 3_000;
/// Disks that go on from each cut.
const VARIANTS: u64 = 8;
const KEYS: u64 = 6;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .map_or(default, |text| text.parse().unwrap())
}

/// What the log said of itself before the power went.
#[derive(Debug, Clone, Copy, Default)]
struct Promise {
    /// Everything below is on stable storage.
    stable: i64,
    /// Nothing below is there any more.
    start: i64,
}

/// A log with a topic's id, which is one more file to be torn.
fn open(setup: &Setup, clean_shutdown: bool) -> Result<Log, LogError> {
    let topic_id = Some(TopicId(dmq_protocol::Uuid::from_u128(1_000)));
    let log = Log::open(OpenLog {
        topic_id,
        ..setup.request(clean_shutdown)
    })?;
    let found = log.topic_id()?;
    assert!(found.is_none() || found == topic_id);
    Ok(log)
}

/// The record at an offset: its key, and a value that names it.
fn record(offset: i64) -> (String, String) {
    let mixed = SeededRandom::new(offset.unsigned_abs()).next_u64();
    let key = format!("key{}", mixed % KEYS);
    (key, format!("{offset}:{}", "x".repeat((mixed % 900) as usize)))
}

fn append_one(log: &Log, epoch: i32) -> Result<(), ()> {
    let (key, value) = record(log.log_end_offset().0);
    let entry: Entry<'_> = (&key, Some(&value));
    let batch = fill(builder(Default::default()), &[entry]);
    let appended = log.append_as_leader(&batch, LeaderEpoch(epoch), AppendOrigin::Coordinator);
    appended.map(drop).map_err(drop)
}

/// A random script until the power goes; what was promised last.
fn run(setup: &mut Setup, seed: u64) -> Promise {
    let random = SeededRandom::new(seed);
    let mut promise = Promise::default();
    let Ok(log) = open(setup, true) else {
        return promise;
    };
    let mut epoch = 0;
    for _ in 0..30 {
        if step(setup, &log, &random, &mut epoch, &mut promise).is_err() {
            return promise;
        }
    }
    if log.close().is_ok() {
        promise.stable = log.log_end_offset().0;
    }
    promise
}

fn step(setup: &mut Setup, log: &Log, random: &SeededRandom, epoch: &mut i32, promise: &mut Promise) -> Result<(), ()> {
    match random.below(16) {
        0..9 => append_one(log, *epoch),
        9 | 10 => log.flush().map_err(drop).map(|stable| promise.stable = stable.0),
        11 => log.roll().map_err(drop),
        12 => {
            *epoch += 1;
            log.start_leader_epoch(LeaderEpoch(*epoch)).map_err(drop)
        }
        13 => {
            let point = log.recovery_checkpoint().map_err(drop)?;
            (setup.recovery_point, promise.stable) = (point, point.0);
            Ok(())
        }
        14 if setup.config.compact => {
            let point = log.recovery_checkpoint().map_err(drop)?;
            (setup.recovery_point, promise.stable) = (point, point.0);
            match log.cleanable(log.log_end_offset()).map_err(drop)? {
                Some(found) if found.dirty_bytes > 0 => {
                    log.clean(&found, &limits(), &Unhindered).map(drop).map_err(drop)
                }
                _ => Ok(()),
            }
        }
        14 => {
            let span = (log.log_end_offset().0 - log.log_start_offset().0).unsigned_abs() + 1;
            let to = log.log_start_offset().0 + (random.below(span) as i64);
            // What is cut is promised no more, whether the cut succeeds or not.
            promise.stable = promise.stable.min(to);
            setup.recovery_point = setup.recovery_point.min(Offset(to));
            log.truncate_to(Offset(to)).map(drop).map_err(drop)
        }
        _ => {
            let to = Offset(promise.stable.max(log.log_start_offset().0));
            (promise.start, setup.log_start) = (to.0, to);
            log.increment_log_start_offset(to).map_err(drop)?;
            log.delete_old_segments(to).map(drop).map_err(drop)
        }
    }
}

/// Whether what is there is permitted by what was promised.
fn check(log: &Log, promise: Promise, compact: bool, context: &str) {
    let mut newest: BTreeMap<String, i64> = BTreeMap::new();
    let mut next = log.log_start_offset().0;
    for batch in all_batches(log) {
        for found in batch.records(1 << 20).unwrap() {
            let found = found.unwrap();
            let (key, value) = record(found.offset);
            assert_eq!(
                found.value.as_deref(),
                Some(value.as_bytes()),
                "{context}: offset {}",
                found.offset
            );
            assert!(
                compact || found.offset == next || found.offset < log.log_start_offset().0,
                "{context}"
            );
            next = next.max(found.offset + 1);
            newest.insert(key, found.offset);
        }
    }
    assert!(
        log.log_end_offset().0 >= promise.stable.max(promise.start),
        "{context}: {log:?}, {promise:?}"
    );
    assert!(compact || next == log.log_end_offset().0, "{context}");
    for offset in promise.start..promise.stable {
        let (key, _) = record(offset);
        let there = newest.get(&key).is_some_and(|found| *found >= offset);
        assert!(
            there,
            "{context}: offset {offset} of {key} was promised, {newest:?} is there"
        );
    }
}

fn setup_of(compact: bool) -> Setup {
    Setup::with(|config| {
        (config.segment_bytes_max, config.index_interval_bytes) = (2_500, 300);
        (config.compact, config.delete) = (compact, false);
    })
}

/// Cuts one script at each operation; how many states were looked at.
fn attack(seed: u64) -> u64 {
    let compact = seed % 2 == 1;
    let mut whole = setup_of(compact);
    whole.disk.fail_at(u64::MAX, Fault::PowerOff);
    run(&mut whole, seed);
    let operations = whole.disk.operations();
    let mut states = 0;
    for n in 1..=operations {
        let mut setup = setup_of(compact);
        setup.disk.fail_at(n, Fault::PowerOff);
        let promise = run(&mut setup, seed);
        for variant in 0..VARIANTS {
            let context = format!("DMQ_SEED={seed}, operation {n} of {operations}, variant {variant}");
            let crash = match variant {
                0 => Crash::LoseUnsynced,
                1 => Crash::Process,
                _ => Crash::KeepSome,
            };
            let disk = setup
                .disk
                .fork(seed.wrapping_mul(1_000_003).wrapping_add(n * VARIANTS + variant));
            disk.crash(crash);
            let again = Setup {
                disk,
                clock: std::sync::Arc::clone(&setup.clock),
                config: setup.config.clone(),
                recovery_point: setup.recovery_point,
                log_start: setup.log_start,
            };
            let log = open(&again, false).unwrap_or_else(|error| panic!("{context}: {error}"));
            check(&log, promise, compact, &context);
            states += 1;
            if variant == 2 {
                // What recovery found it has made durable, and the log goes on.
                let end = log.log_end_offset();
                append_one(&log, 1_000).unwrap();
                again.disk.crash(Crash::LoseUnsynced);
                let log = again
                    .recover()
                    .unwrap_or_else(|error| panic!("{context}, twice: {error}"));
                assert!(log.log_end_offset() >= end, "{context}, twice");
                check(&log, promise, compact, &context);
            }
        }
    }
    states
}

#[test]
fn recovery_is_right_on_every_state_that_a_power_cut_can_leave() {
    let wanted = number("DMQ_CRASH_STATES", STATES_MIN);
    let mut seed = number("DMQ_SEED", 1);
    let mut states = 0;
    while states < wanted {
        states += attack(seed);
        seed += 1;
    }
    println!("{states} states, seeds up to {seed} (exclusive)");
}
