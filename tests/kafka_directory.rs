//! Data directories that Apache Kafka 4.4 wrote, stopped in order and killed, hold here what Kafka's consumer got of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use dmq::disk::RealDisk;
use dmq::env::{Clock, SystemClock, SystemRandom};
use dmq::ids::{LeaderEpoch, Offset, PartitionId, TopicPartition};
use dmq::log::{AppendOrigin, Checkpoint, Log, LogConfig, LogDir, OpenLog, ReadRequest};
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, Record, RecordBatch, TimestampType};
use serde_json::Value;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/kafka-4.4");

/// What Kafka's consumer got of one partition.
struct Expected {
    at: TopicPartition,
    about: Value,
    records: Vec<Value>,
}

fn expected() -> Vec<Expected> {
    let text = fs::read_to_string(Path::new(GOLDEN).join("records.jsonl")).unwrap();
    let mut partitions: Vec<Expected> = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        match value.get("topic") {
            Some(topic) => {
                let partition = PartitionId(i32::try_from(value["partition"].as_i64().unwrap()).unwrap());
                let at = TopicPartition {
                    topic: topic.as_str().unwrap().to_owned(),
                    partition,
                };
                partitions.push(Expected {
                    at,
                    about: value,
                    records: Vec::new(),
                });
            }
            None => partitions.last_mut().unwrap().records.push(value),
        }
    }
    partitions
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// A copy of a golden directory, taken as a broker takes it.
struct Taken {
    temp: tempfile::TempDir,
    dir: LogDir,
}

impl Taken {
    fn copy(which: &str) -> Taken {
        let temp = tempfile::tempdir().unwrap();
        copy_dir(&Path::new(GOLDEN).join(which), temp.path());
        Taken::again(temp)
    }

    fn again(temp: tempfile::TempDir) -> Taken {
        let dir = LogDir::open(Arc::new(RealDisk::new()), temp.path()).unwrap();
        Taken { temp, dir }
    }

    fn open(&self, at: &TopicPartition) -> Log {
        let offset = |which| -> Offset {
            let offsets: BTreeMap<TopicPartition, Offset> = self.dir.read_checkpoint(which).unwrap();
            offsets.get(at).copied().unwrap_or(Offset::ZERO)
        };
        Log::open(OpenLog {
            disk: Arc::new(RealDisk::new()),
            clock: Arc::new(SystemClock::new()),
            random: Arc::new(SystemRandom),
            dir: self.dir.partition_path(at).unwrap(),
            topic_partition: at.clone(),
            topic_id: None,
            // Kafka's producers of that day must not be forgotten while this test lives.
            config: Arc::new(LogConfig {
                producer_expiration_ms: i64::MAX,
                ..LogConfig::default()
            }),
            log_start_offset: offset(Checkpoint::LogStart),
            recovery_point: offset(Checkpoint::RecoveryPoint),
            clean_shutdown: self.dir.was_shut_down_cleanly(),
            on_progress: None,
        })
        .unwrap()
    }
}

fn batches(log: &Log) -> Vec<RecordBatch> {
    let (mut from, upto) = (log.log_start_offset(), log.log_end_offset());
    let mut batches = Vec::new();
    while from < upto {
        let read = log
            .read(ReadRequest {
                from,
                upto,
                bytes_max: 300,
                min_one_batch: true,
            })
            .unwrap();
        assert!(!read.is_empty(), "{log:?} gives nothing at {from}");
        batches.extend(read.batches().unwrap());
        from = read.next_offset;
    }
    batches
}

fn hex(bytes: &Option<Bytes>) -> Value {
    bytes.as_ref().map_or(Value::Null, |bytes| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
            .into()
    })
}

fn assert_record(record: &Record, batch: &RecordBatch, committed: bool, wanted: &Value) {
    assert_eq!(wanted["offset"], record.offset);
    assert_eq!(wanted["leader_epoch"], batch.partition_leader_epoch(), "{wanted}");
    assert_eq!(wanted["timestamp"], record.timestamp, "{wanted}");
    assert_eq!(wanted["key"], hex(&record.key), "{wanted}");
    assert_eq!(wanted["value"], hex(&record.value), "{wanted}");
    assert_eq!(
        wanted["headers"].as_array().unwrap().len(),
        record.headers.len(),
        "{wanted}"
    );
    assert_eq!(wanted["committed"], committed, "{wanted}");
}

/// Compares a log with what Kafka's consumer got, transactions as a read_committed reader sees them.
fn assert_holds(log: &Log, expected: &Expected) {
    let about = &expected.about;
    assert_eq!(about["log_start"], log.log_start_offset().0, "{about}");
    assert_eq!(about["high_watermark"], log.log_end_offset().0, "{about}");
    let stable = log.last_stable_offset(log.log_end_offset());
    assert_eq!(about["last_stable"], stable.0, "{about}");
    let mut aborted = log.aborted_transactions(log.log_start_offset(), stable).unwrap();
    aborted.sort_by_key(|txn| txn.first_offset);
    let mut open_aborts = std::collections::HashSet::new();
    let mut wanted = expected.records.iter();
    for batch in batches(log) {
        assert!(batch.verify_crc());
        while aborted
            .first()
            .is_some_and(|txn| txn.first_offset.0 <= batch.base_offset())
        {
            open_aborts.insert(aborted.remove(0).producer_id.0);
        }
        if batch.attributes().is_control() {
            open_aborts.remove(&batch.producer_id());
            continue;
        }
        let is_aborted = batch.attributes().is_transactional() && open_aborts.contains(&batch.producer_id());
        for record in batch.records(1 << 20).unwrap() {
            let record = record.unwrap();
            if record.offset < log.log_start_offset().0 {
                continue;
            }
            let committed = !is_aborted && record.offset < stable.0;
            assert_record(
                &record,
                &batch,
                committed,
                wanted.next().expect("no more records were expected"),
            );
        }
    }
    assert_eq!(wanted.next(), None, "{about}");
}

/// Every record is found by its own timestamp, or one before it that is not earlier.
fn assert_found_by_time(log: &Log, expected: &Expected) {
    for (place, record) in expected.records.iter().enumerate() {
        let timestamp = record["timestamp"].as_i64().unwrap();
        let found = log
            .offset_for_timestamp(timestamp, log.log_end_offset())
            .unwrap()
            .expect("it is there");
        let first = expected.records[..=place]
            .iter()
            .find(|other| other["timestamp"].as_i64().unwrap() >= timestamp);
        // Markers have timestamps, too, and Kafka finds them as well.
        assert!(found.offset.0 <= first.unwrap()["offset"].as_i64().unwrap());
        assert!(found.timestamp_ms >= timestamp);
    }
}

#[test]
fn a_directory_that_kafka_closed_or_lost_to_a_kill_holds_the_same_records() {
    for which in ["clean", "killed"] {
        let taken = Taken::copy(which);
        assert_eq!(taken.dir.was_shut_down_cleanly(), which == "clean");
        assert!(taken.dir.meta().is_some());
        let partitions = expected();
        assert!(partitions.len() > 5);
        for expected in &partitions {
            let log = taken.open(&expected.at);
            assert_holds(&log, expected);
            assert_found_by_time(&log, expected);
            let id = log.topic_id().unwrap().unwrap().to_string();
            assert_eq!(expected.about["topic_id"], id);
        }
    }
}

#[test]
fn every_partition_of_kafkas_directory_opens_and_is_written_on() {
    for which in ["clean", "killed"] {
        let taken = Taken::copy(which);
        let mut ends = BTreeMap::new();
        for found in taken.dir.partitions().unwrap() {
            let log = taken.open(&found.topic_partition);
            let mut builder = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
            builder
                .append(SystemClock::new().now_ms(), Some(b"key"), Some(b"written by DMQ"), &[])
                .unwrap();
            let epoch = log
                .latest_epoch()
                .map_or(LeaderEpoch(0), |latest| LeaderEpoch(latest.0 + 1));
            let end = log.log_end_offset();
            let info = log
                .append_as_leader(&builder.build().unwrap(), epoch, AppendOrigin::Coordinator)
                .unwrap();
            assert_eq!(info.first_offset, end);
            log.close().unwrap();
            ends.insert(found.topic_partition, end);
        }
        taken.dir.mark_clean_shutdown(1).unwrap();
        let Taken { temp, dir } = taken;
        drop(dir);
        let taken = Taken::again(temp);
        assert!(taken.dir.was_shut_down_cleanly());
        for (at, end) in ends {
            let log = taken.open(&at);
            assert_eq!(log.log_end_offset(), end.plus(1), "{at}");
            assert_eq!(batches(&log).last().unwrap().base_offset(), end.0);
        }
    }
}
