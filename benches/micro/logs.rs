//! Appending to a log and finding what to read in it, on a file system in memory, so that the log's own work is what
//! counts.

use std::sync::Arc;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use dmq::disk::RealDisk;
use dmq::env::{SystemClock, SystemRandom};
use dmq::ids::{LeaderEpoch, Offset, PartitionId, TopicPartition};
use dmq::log::{AppendOrigin, Log, LogConfig, OpenLog, ReadRequest};
use dmq_protocol::compression::Compression;
use tempfile::TempDir;

use crate::broker::in_memory_dir;
use crate::samples;

const EPOCH: LeaderEpoch = LeaderEpoch(0);

/// An empty log; its files go with the directory.
fn log(dir: &TempDir) -> Log {
    let config = LogConfig {
        // A file that is written over and over would otherwise fill the memory.
        segment_bytes_max: 64 << 20,
        retention_bytes: Some(64 << 20),
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    };
    Log::open(OpenLog {
        disk: Arc::new(RealDisk),
        clock: Arc::new(SystemClock::new()),
        random: Arc::new(SystemRandom),
        dir: dir.path().join("bench-0"),
        topic_partition: TopicPartition {
            topic: "bench".to_owned(),
            partition: PartitionId(0),
        },
        topic_id: None,
        config: Arc::new(config),
        log_start_offset: Offset::ZERO,
        recovery_point: Offset::ZERO,
        clean_shutdown: true,
        on_progress: None,
    })
    .unwrap()
}

/// Removes what is beyond the retention; the benches would fill the memory otherwise.
fn tidy(log: &Log) {
    log.delete_old_segments(log.log_end_offset()).unwrap();
    log.remove_deleted().unwrap();
}

#[divan::bench(args = [1, 16, 64])]
fn append(bencher: Bencher<'_, '_>, records: usize) {
    let dir = in_memory_dir();
    let log = log(&dir);
    let batch = samples::batch(records, Compression::None);
    bencher
        .counter(BytesCount::new(batch.len()))
        .with_inputs(|| {
            if log.segment_count() > 2 {
                tidy(&log);
            }
        })
        .bench_local_values(|()| {
            log.append_as_leader(black_box(&batch), EPOCH, AppendOrigin::Client)
                .unwrap()
        });
}

/// A log of 32 MB of small batches, and where a read somewhere in it begins and ends.
#[divan::bench(args = [1 << 10, 1 << 20])]
fn find_range(bencher: Bencher<'_, '_>, bytes_max: u64) {
    let dir = in_memory_dir();
    let log = log(&dir);
    let batch = samples::batch(1, Compression::None);
    while log.size_bytes() < 32 << 20 {
        log.append_as_leader(&batch, EPOCH, AppendOrigin::Client).unwrap();
    }
    let end = log.log_end_offset();
    let mut next = 1;
    bencher
        .with_inputs(|| {
            // Somewhere else each time.
            next = (next * 48_271) % 0x7fff_ffff;
            Offset(next % end.0)
        })
        .bench_local_values(|from| {
            let request = ReadRequest {
                from,
                upto: end,
                bytes_max,
                min_one_batch: true,
            };
            log.read(black_box(request)).unwrap()
        });
}

#[divan::bench]
fn find_offset_of_time(bencher: Bencher<'_, '_>) {
    let dir = in_memory_dir();
    let log = log(&dir);
    let batch = samples::batch(16, Compression::None);
    while log.size_bytes() < 32 << 20 {
        log.append_as_leader(&batch, EPOCH, AppendOrigin::Client).unwrap();
    }
    let end = log.log_end_offset();
    bencher.bench_local(|| log.offset_for_timestamp(black_box(samples::TIME_MS + 7), end).unwrap());
}
