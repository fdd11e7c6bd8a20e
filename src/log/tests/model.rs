//! The log against a list in memory, over random histories with crashes.

use proptest::prelude::*;

use super::support::*;
use crate::disk::Crash;
use crate::ids::{LeaderEpoch, Offset};
use crate::log::{AppendOrigin, Log};

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<u16>),
    Read { from: u64, bytes_max: u64 },
    Find(u64),
    Flush,
    Checkpoint,
    Roll,
    Truncate(u64),
    DeleteBelow(u64),
    NewLeader,
    Reopen,
    Crash(Crash),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => prop::collection::vec(0u16..600, 1..6).prop_map(Step::Append),
        4 => (any::<u64>(), 0u64..3_000).prop_map(|(from, bytes_max)| Step::Read { from, bytes_max }),
        2 => any::<u64>().prop_map(Step::Find),
        2 => Just(Step::Flush),
        1 => Just(Step::Checkpoint),
        1 => Just(Step::Roll),
        1 => any::<u64>().prop_map(Step::Truncate),
        1 => any::<u64>().prop_map(Step::DeleteBelow),
        1 => Just(Step::NewLeader),
        1 => Just(Step::Reopen),
        1 => prop_oneof![Just(Crash::LoseUnsynced), Just(Crash::KeepSome), Just(Crash::Process)].prop_map(Step::Crash),
    ]
}

struct Record {
    value: String,
    epoch: i32,
    timestamp_ms: i64,
    /// The offset after its batch.
    batch_end: i64,
}

struct World {
    setup: Setup,
    log: Log,
    /// What the log holds from offset 0 on, removed records included.
    records: Vec<Record>,
    start: i64,
    epoch: i32,
    appended: i64,
}

impl World {
    fn new() -> World {
        let setup = Setup::with(|config| {
            (config.segment_bytes_max, config.index_interval_bytes) = (4_000, 300);
            config.retention_ms = None;
        });
        let log = setup.open();
        World {
            setup,
            log,
            records: Vec::new(),
            start: 0,
            epoch: 0,
            appended: 0,
        }
    }

    fn end(&self) -> i64 {
        self.records.len() as i64
    }

    fn pick(&self, any: u64) -> i64 {
        self.start + (any % (self.end() - self.start + 1) as u64) as i64
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Append(lens) => self.append(lens),
            Step::Read { from, bytes_max } => self.read(self.pick(*from), *bytes_max),
            Step::Find(place) => self.find(*place),
            Step::Flush => assert_eq!(self.log.flush(), Ok(Offset(self.end()))),
            Step::Checkpoint => self.setup.recovery_point = self.log.recovery_checkpoint().unwrap(),
            Step::Roll => self.log.roll().unwrap(),
            Step::Truncate(to) => {
                let to = self.pick(*to);
                self.log.truncate_to(Offset(to)).unwrap();
                self.cut_to(self.log.log_end_offset().0);
                assert!(self.end() <= to);
                self.setup.recovery_point = self.setup.recovery_point.min(Offset(self.end()));
                self.start = self.start.min(self.end());
                self.setup.log_start = Offset(self.start);
                // Otherwise a crash might bring back what was cut, which is permitted.
                self.log.flush().unwrap();
            }
            Step::DeleteBelow(to) => {
                let to = self.pick(*to);
                self.log.increment_log_start_offset(Offset(to)).unwrap();
                self.log.delete_old_segments(Offset(self.end())).unwrap();
                (self.start, self.setup.log_start) = (to, Offset(to));
            }
            Step::NewLeader => {
                self.epoch += 1;
                self.log.start_leader_epoch(LeaderEpoch(self.epoch)).unwrap();
            }
            Step::Reopen => {
                self.log.close().unwrap();
                self.setup.recovery_point = Offset(self.end());
                self.log = self.setup.open();
            }
            Step::Crash(crash) => {
                let promised = self.log.stable_offset().0;
                self.setup.disk.crash(*crash);
                self.log = self.setup.recover().unwrap();
                let end = self.log.log_end_offset().0;
                assert!(end >= promised, "{end} of {promised} promised records are there");
                self.cut_to(end);
                self.epoch = self.log.latest_epoch().map_or(0, |epoch| epoch.0);
            }
        }
        assert_eq!(
            (self.log.log_start_offset().0, self.log.log_end_offset().0),
            (self.start, self.end())
        );
        assert!(self.log.stable_offset() <= self.log.log_end_offset());
    }

    fn append(&mut self, lens: &[u16]) {
        let timestamp_ms = NOW_MS + self.end() * 10;
        let texts: Vec<String> = lens
            .iter()
            .map(|len| {
                self.appended += 1;
                format!("{}:{}", self.appended, "v".repeat(usize::from(*len)))
            })
            .collect();
        let refs: Vec<&str> = texts.iter().map(String::as_str).collect();
        let batch = batch_at(timestamp_ms, Default::default(), &refs);
        let epoch = LeaderEpoch(self.epoch);
        let info = self
            .log
            .append_as_leader(&batch, epoch, AppendOrigin::Coordinator)
            .unwrap();
        assert_eq!(info.first_offset.0, self.end());
        let batch_end = self.end() + texts.len() as i64;
        for (n, value) in texts.into_iter().enumerate() {
            let timestamp_ms = timestamp_ms + n as i64;
            self.records.push(Record {
                value,
                epoch: self.epoch,
                timestamp_ms,
                batch_end,
            });
        }
    }

    fn read(&self, from: i64, bytes_max: u64) {
        let request = crate::log::ReadRequest {
            bytes_max,
            ..read_request(from, Offset(self.end()))
        };
        let read = self.log.read(request).unwrap();
        let mut next = from;
        for batch in read.batches().unwrap() {
            assert!(batch.verify_crc());
            for record in batch.records(1 << 20).unwrap() {
                let record = record.unwrap();
                let model = &self.records[record.offset as usize];
                assert_eq!(String::from_utf8_lossy(&record.value.unwrap()), model.value);
                assert_eq!(
                    (batch.partition_leader_epoch(), record.timestamp),
                    (model.epoch, model.timestamp_ms)
                );
                if record.offset >= from {
                    assert_eq!(record.offset, next);
                    next += 1;
                }
            }
        }
        assert_eq!(read.next_offset.0, next);
        assert!(next > from || from == self.end());
        if let Some(first) = self.records.get(from as usize) {
            assert!(
                read.len() <= bytes_max || next == first.batch_end,
                "only one batch may exceed the limit"
            );
        }
    }

    fn find(&self, place: u64) {
        let Some(wanted) = self.records.get(self.pick(place) as usize) else {
            return;
        };
        let found = self
            .log
            .offset_for_timestamp(wanted.timestamp_ms, Offset(self.end()))
            .unwrap();
        let live = (self.start..).zip(&self.records[self.start as usize..]);
        let first = live
            .into_iter()
            .find(|(_, record)| record.timestamp_ms >= wanted.timestamp_ms);
        assert_eq!(found.map(|found| found.offset.0), first.map(|(offset, _)| offset));
    }

    fn cut_to(&mut self, end: i64) {
        self.records.truncate(end as usize);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_log_is_a_list_that_survives_crashes(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            world.apply(step);
        }
        world.apply(&Step::Reopen);
        world.read(world.start, 1 << 30);
    }
}
