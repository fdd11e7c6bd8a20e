//! A compacted log against a list in memory, over random histories with cleanings, transactions and crashes.

use std::collections::BTreeMap;
use std::time::Duration;

use dmq_protocol::compression::Compression;
use proptest::prelude::*;

use super::compaction::*;
use super::support::*;
use crate::disk::Crash;
use crate::ids::Offset;
use crate::log::{AppendOrigin, CleaningLimits, Log};

#[derive(Debug, Clone)]
enum Step {
    /// Keys, and whether each is deleted.
    Put(Vec<(u8, bool)>),
    /// A transaction of a producer, and whether it commits.
    Transact(u8, Vec<(u8, bool)>, bool),
    Roll,
    /// The keys that the map has room for.
    Clean(usize),
    Wait(u32),
    Flush,
    Checkpoint,
    Reopen,
    Crash(Crash),
    Truncate(u64),
}

fn entries() -> impl Strategy<Value = Vec<(u8, bool)>> {
    prop::collection::vec((0u8..12, prop::bool::weighted(0.3)), 1..5)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => entries().prop_map(Step::Put),
        4 => (0u8..3, entries(), any::<bool>()).prop_map(|(id, entries, commit)| Step::Transact(id, entries, commit)),
        3 => Just(Step::Roll),
        4 => (5usize..40).prop_map(Step::Clean),
        2 => (0u32..2_000).prop_map(Step::Wait),
        1 => Just(Step::Flush),
        1 => Just(Step::Checkpoint),
        1 => Just(Step::Reopen),
        1 => prop_oneof![Just(Crash::LoseUnsynced), Just(Crash::KeepSome), Just(Crash::Process)].prop_map(Step::Crash),
        1 => any::<u64>().prop_map(Step::Truncate),
    ]
}

#[derive(Debug, Clone, PartialEq)]
struct Record {
    key: String,
    value: Option<String>,
    /// None while its transaction is open; false: aborted.
    counts: bool,
}

struct World {
    setup: Setup,
    log: Log,
    /// Every offset ever given, also to markers and to what compaction removed; none where no record is.
    records: Vec<Option<Record>>,
    /// Where batches begin.
    starts: Vec<i64>,
    sequences: BTreeMap<u8, i32>,
    written: u32,
    /// The high watermark, as far as a cleaning asked for it.
    committed: i64,
}

impl World {
    fn new() -> World {
        let mut setup = compacted();
        setup.config.segment_bytes_max = 1_500;
        setup.config.delete_retention_ms = 1_000;
        let log = setup.open();
        World {
            setup,
            log,
            records: Vec::new(),
            starts: Vec::new(),
            sequences: BTreeMap::new(),
            written: 0,
            committed: 0,
        }
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Put(entries) => self.append(None, entries, true),
            Step::Transact(id, entries, commit) => self.append(Some(*id), entries, *commit),
            Step::Roll => self.log.roll().unwrap(),
            Step::Clean(keys) => self.clean(*keys),
            Step::Wait(ms) => self.setup.clock.advance(Duration::from_millis(u64::from(*ms))),
            Step::Flush => {
                self.log.flush().unwrap();
            }
            Step::Checkpoint => self.setup.recovery_point = self.log.recovery_checkpoint().unwrap(),
            Step::Reopen => {
                self.log.close().unwrap();
                let cleaned = self.log.cleaned_upto();
                self.setup.recovery_point = self.log.log_end_offset();
                self.log = self.setup.open();
                cleaned.inspect(|offset| self.log.set_cleaned_upto(*offset));
            }
            Step::Crash(crash) => {
                // Between segments a compacted log may have gaps, so that lost writes there go unnoticed. None are lost here.
                if self
                    .log
                    .last_segment()
                    .is_some_and(|active| active.base() > self.log.stable_offset())
                {
                    self.log.flush().unwrap();
                }
                let (promised, cleaned) = (self.log.stable_offset(), self.log.cleaned_upto());
                self.setup.disk.crash(*crash);
                self.log = self.setup.recover().unwrap();
                assert!(self.log.log_end_offset() >= promised);
                cleaned.inspect(|offset| self.log.set_cleaned_upto(*offset));
                self.cut();
            }
            Step::Truncate(to) => {
                // What a cleaning relied on is committed, and is never truncated.
                let least = self.committed;
                let span = (self.records.len() as i64 - least + 1).unsigned_abs();
                let to = Offset(least + (to % span) as i64);
                self.log.truncate_to(to).unwrap();
                self.setup.recovery_point = self.setup.recovery_point.min(self.log.log_end_offset());
                self.log.flush().unwrap();
                self.cut();
            }
        }
        self.check();
    }

    fn append(&mut self, producer: Option<u8>, entries: &[(u8, bool)], counts: bool) {
        let named: Vec<(String, Option<String>)> = entries
            .iter()
            .map(|(key, deleted)| {
                self.written += 1;
                let value = format!("{}:{}", self.written, "v".repeat(self.written as usize % 60));
                (format!("key{key}"), (!deleted).then_some(value))
            })
            .collect();
        let refs: Vec<Entry<'_>> = named
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_deref()))
            .collect();
        let codec = [Compression::None, Compression::Lz4][self.written as usize % 2];
        let mut batch = builder(codec);
        if let Some(id) = producer {
            let sequence = self.sequences.entry(id).or_default();
            batch = batch.producer(i64::from(id), 0, *sequence).transactional();
            *sequence += entries.len() as i32;
        }
        let write = |log: &Log, bytes: &bytes::Bytes| {
            log.append_as_leader(bytes, EPOCH, AppendOrigin::Coordinator).unwrap();
        };
        self.starts.push(self.records.len() as i64);
        write(&self.log, &fill(batch, &refs));
        let added = named
            .into_iter()
            .map(|(key, value)| Some(Record { key, value, counts }));
        self.records.extend(added);
        if let Some(id) = producer {
            self.starts.push(self.records.len() as i64);
            write(&self.log, &marker(i64::from(id), 0, counts));
            self.records.push(None);
        }
    }

    fn clean(&mut self, keys: usize) {
        let limits = CleaningLimits {
            key_map_bytes_max: keys * 24,
            key_map_load_max: 0.9,
            io_bytes: 200,
        };
        // As the scheduler does: recovery must not meet cleaned segments above its point.
        self.setup.recovery_point = self.log.recovery_checkpoint().unwrap();
        self.committed = self.log.log_end_offset().0;
        let Some(found) = self
            .log
            .cleanable(self.log.last_stable_offset(self.log.log_end_offset()))
            .unwrap()
        else {
            return;
        };
        if found.dirty_bytes > 0 && found.first_uncleanable > found.first_dirty {
            let done = self.log.clean(&found, &limits, &Unhindered).unwrap();
            assert!(done.upto > done.from);
            self.check_cleaned(done.upto);
        }
    }

    /// Below what was cleaned, no record is there that a later one there replaces.
    fn check_cleaned(&self, upto: Offset) {
        let mut newest: BTreeMap<&str, i64> = BTreeMap::new();
        let there = (0i64..).zip(&self.records).take_while(|(offset, _)| *offset < upto.0);
        for (offset, record) in there {
            if let Some(record) = record.as_ref().filter(|record| record.counts) {
                newest.insert(&record.key, offset);
            }
        }
        for (offset, _, _) in self.found().iter().filter(|(offset, _, _)| *offset < upto.0) {
            let record = self.records[*offset as usize].as_ref().unwrap();
            assert!(record.counts, "an aborted record stayed at {offset}");
            assert_eq!(
                newest[record.key.as_str()],
                *offset,
                "{record:?} at {offset} is replaced"
            );
        }
    }

    fn found(&self) -> Vec<(i64, String, Option<String>)> {
        let mut found = Vec::new();
        for batch in all_batches(&self.log)
            .iter()
            .filter(|batch| !batch.attributes().is_control())
        {
            for record in batch.records(1 << 20).unwrap() {
                let record = record.unwrap();
                let text = |bytes: bytes::Bytes| String::from_utf8_lossy(&bytes).into_owned();
                found.push((record.offset, text(record.key.unwrap()), record.value.map(text)));
            }
        }
        found
    }

    /// What is there was written at its offset, and replaying it gives what replaying everything gives.
    fn check(&self) {
        assert_eq!(self.log.log_end_offset().0, self.records.len() as i64);
        let mut replayed = BTreeMap::new();
        for (offset, key, value) in self.found() {
            let model = self.records[offset as usize].as_ref().unwrap();
            assert_eq!((&key, &value), (&model.key, &model.value), "at {offset}");
            if model.counts {
                replayed.insert(key, value);
            }
        }
        let mut expected = BTreeMap::new();
        for record in self.records.iter().flatten().filter(|record| record.counts) {
            expected.insert(record.key.clone(), record.value.clone());
        }
        // A tombstone may be gone, with everything that it deleted.
        replayed.retain(|_, value| value.is_some());
        expected.retain(|_, value| value.is_some());
        assert_eq!(replayed, expected);
    }

    /// Forgets what the log lost. A transaction without its marker is open: it is ended here, as its coordinator would.
    fn cut(&mut self) {
        let end = self.log.log_end_offset().0;
        self.records.truncate(end as usize);
        self.starts.retain(|start| *start < end);
        let open: Vec<i64> = self
            .log
            .producers()
            .iter()
            .filter(|producer| producer.transaction_start.is_some())
            .map(|producer| producer.producer_id.0)
            .collect();
        for id in open {
            let start = self.starts.last().copied().unwrap_or(0) as usize;
            for record in self.records.iter_mut().skip(start).flatten() {
                record.counts = false;
            }
            let abort = marker(id, 0, false);
            self.log
                .append_as_leader(&abort, EPOCH, AppendOrigin::Coordinator)
                .unwrap();
            self.starts.push(self.records.len() as i64);
            self.records.push(None);
        }
        self.log.flush().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 192,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_compacted_log_keeps_the_newest_of_every_key(steps in prop::collection::vec(step(), 1..70)) {
        let mut world = World::new();
        for step in &steps {
            world.apply(step);
        }
        world.apply(&Step::Roll);
        world.apply(&Step::Clean(1_000));
        world.apply(&Step::Crash(Crash::LoseUnsynced));
    }
}
