//! A log on a simulated disk, and batches to put into it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, RecordBatch, TimestampType};

use crate::disk::{Disk, SimDisk};
use crate::env::{ManualClock, SeededRandom};
use crate::ids::{LeaderEpoch, Offset, PartitionId, TopicPartition};
use crate::log::{AppendInfo, AppendOrigin, Log, LogConfig, LogError, OpenLog, ReadRequest};

pub(super) const NOW_MS: i64 = 1_700_000_000_000;
pub(super) const EPOCH: LeaderEpoch = LeaderEpoch(0);

/// A place for a log that can be opened again.
pub(super) struct Setup {
    pub(super) disk: SimDisk,
    pub(super) clock: Arc<ManualClock>,
    pub(super) config: LogConfig,
    pub(super) recovery_point: Offset,
    pub(super) log_start: Offset,
}

impl Setup {
    pub(super) fn new() -> Setup {
        let disk = SimDisk::new(1);
        disk.create_dir_all(Path::new("/data")).unwrap();
        Setup {
            disk,
            clock: Arc::new(ManualClock::at(NOW_MS)),
            config: LogConfig::default(),
            recovery_point: Offset::ZERO,
            log_start: Offset::ZERO,
        }
    }

    pub(super) fn with(change: impl FnOnce(&mut LogConfig)) -> Setup {
        let mut setup = Setup::new();
        change(&mut setup.config);
        setup
    }

    pub(super) fn dir(&self) -> PathBuf {
        PathBuf::from("/data/t-0")
    }

    pub(super) fn request(&self, clean_shutdown: bool) -> OpenLog {
        OpenLog {
            disk: Arc::new(self.disk.clone()),
            clock: self.clock.clone(),
            random: Arc::new(SeededRandom::new(5)),
            dir: self.dir(),
            topic_partition: TopicPartition {
                topic: "t".to_owned(),
                partition: PartitionId(0),
            },
            topic_id: None,
            config: Arc::new(self.config.clone()),
            log_start_offset: self.log_start,
            recovery_point: self.recovery_point,
            clean_shutdown,
            on_progress: None,
        }
    }

    /// Opens after a clean shutdown (or for the first time).
    pub(super) fn open(&self) -> Log {
        Log::open(self.request(true)).unwrap()
    }

    /// Opens after a crash.
    pub(super) fn recover(&self) -> Result<Log, LogError> {
        Log::open(self.request(false))
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.disk
            .list(&self.dir())
            .unwrap()
            .into_iter()
            .map(|entry| entry.name)
            .collect()
    }
}

pub(super) fn values(values: &[&str]) -> Bytes {
    batch_at(NOW_MS, Compression::None, values)
}

pub(super) fn batch_at(timestamp_ms: i64, codec: Compression, values: &[&str]) -> Bytes {
    let mut builder = BatchBuilder::new(0, codec, TimestampType::CreateTime);
    for (n, value) in values.iter().enumerate() {
        builder
            .append(timestamp_ms + n as i64, Some(b"k"), Some(value.as_bytes()), &[])
            .unwrap();
    }
    builder.build().unwrap()
}

/// A batch of an idempotent producer.
pub(super) fn produced(producer_id: i64, epoch: i16, sequence: i32, count: usize) -> Bytes {
    producer_batch(producer_id, epoch, sequence, count, false)
}

pub(super) fn producer_batch(producer_id: i64, epoch: i16, sequence: i32, count: usize, transactional: bool) -> Bytes {
    let mut builder = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
    builder = builder.producer(producer_id, epoch, sequence);
    if transactional {
        builder = builder.transactional();
    }
    for n in 0..count {
        builder
            .append(NOW_MS, None, Some(format!("{producer_id}/{n}").as_bytes()), &[])
            .unwrap();
    }
    builder.build().unwrap()
}

/// The marker that ends a transaction.
pub(super) fn marker(producer_id: i64, epoch: i16, commit: bool) -> Bytes {
    let builder = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
    let mut builder = builder.producer(producer_id, epoch, -1).transactional().control();
    let key = [0, 0, 0, u8::from(commit)];
    builder
        .append(NOW_MS, Some(&key), Some(&[0, 0, 0, 0, 0, 1]), &[])
        .unwrap();
    builder.build().unwrap()
}

pub(super) fn append(log: &Log, batch: &Bytes) -> AppendInfo {
    log.append_as_leader(batch, EPOCH, AppendOrigin::Client).unwrap()
}

pub(super) fn append_values(log: &Log, list: &[&str]) -> AppendInfo {
    append(log, &values(list))
}

pub(super) fn read_request(from: i64, upto: Offset) -> ReadRequest {
    ReadRequest {
        from: Offset(from),
        upto,
        bytes_max: 1 << 30,
        min_one_batch: true,
    }
}

/// All batches from an offset to the log's end.
pub(super) fn batches_from(log: &Log, from: i64) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    let mut next = Offset(from);
    while next < log.log_end_offset() {
        let read = log.read(read_request(next.0, log.log_end_offset())).unwrap();
        if read.is_empty() {
            break;
        }
        batches.extend(read.batches().unwrap());
        assert!(read.next_offset > next);
        next = read.next_offset;
    }
    batches
}

/// Offset and value of all records from an offset to the log's end.
pub(super) fn contents(log: &Log, from: i64) -> Vec<(i64, String)> {
    let mut records = Vec::new();
    for batch in batches_from(log, from) {
        assert!(batch.verify_crc());
        for record in batch.records(1 << 30).unwrap() {
            let record = record.unwrap();
            let value = String::from_utf8_lossy(&record.value.unwrap_or_default()).into_owned();
            records.push((record.offset, value));
        }
    }
    records.retain(|(offset, _)| *offset >= from);
    records
}

pub(super) fn numbered(list: &[(i64, &str)]) -> Vec<(i64, String)> {
    list.iter()
        .map(|(offset, value)| (*offset, (*value).to_owned()))
        .collect()
}
