//! A partition's directory with one file of garbage: opened as after a clean stop and as after a crash, then used.
//!
//! The other files are those that Kafka wrote for the partition `segments-1` of the golden directory: three segments,
//! transactions, aborts. Whatever the file holds, the log opens or says why not; what it then gives is whole batches at
//! offsets that rise, and appending to it works or is refused.

use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use bytes::{Buf, Bytes};
use dmq::disk::{Disk, DiskFile, OpenMode, SimDisk};
use dmq::env::{ManualClock, SeededRandom};
use dmq::ids::{LeaderEpoch, Offset, PartitionId, TopicPartition};
use dmq::log::{AppendOrigin, Log, LogConfig, OpenLog, ReadRequest};
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, TimestampType};

use super::batches::with_crcs;
use crate::golden;

const PARTITION: &str = "tests/golden/kafka-4.4/killed/segments-1";
const DIR: &str = "/data/segments-1";
/// The last segment; its files are the ones that recovery looks at.
const SEGMENT: &str = "00000000000000000035";
/// A little after the golden records.
const NOW_MS: i64 = 1_800_000_000_000;

/// A disk with these files in one directory.
pub fn disk_with<'a>(dir: &str, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> SimDisk {
    let disk = SimDisk::new(1);
    disk.create_dir_all(Path::new(dir))
        .expect("a directory on the simulated disk");
    for (name, bytes) in files {
        put(&disk, &Path::new(dir).join(name), bytes);
    }
    disk
}

fn put(disk: &SimDisk, path: &Path, bytes: &[u8]) {
    let file: Arc<dyn DiskFile> = disk
        .open(path, OpenMode::Truncate)
        .expect("a file on the simulated disk");
    file.write_all_at(&[IoSlice::new(bytes)], 0)
        .expect("a write to the simulated disk");
}

fn golden_files() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| golden::files(PARTITION, ""))
}

/// Opens and uses the partition with `bytes` as the file `name`; the first byte says how the process before ended.
fn with_file(name: &str, mut input: Bytes, prepare: fn(Bytes) -> Bytes) {
    let Some(first) = input.first().copied() else {
        return;
    };
    input.advance(1);
    let bytes = prepare(input);
    let others = golden_files().iter().filter(|(other, _)| other != name);
    let files = others.map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let disk = disk_with(DIR, files.chain([(name, &bytes[..])]));
    open_twice(&disk, first & 1 == 1, if first & 2 == 2 { 35 } else { 0 });
}

/// Opens and uses the log, and what that left.
fn open_twice(disk: &SimDisk, clean_shutdown: bool, recovery_point: i64) {
    // After a clean stop the records are what they were, so nobody looks at all of them.
    let scanned = !clean_shutdown;
    for clean_shutdown in [clean_shutdown, true] {
        let open = OpenLog {
            disk: Arc::new(disk.clone()),
            clock: Arc::new(ManualClock::at(NOW_MS)),
            random: Arc::new(SeededRandom::new(1)),
            dir: PathBuf::from(DIR),
            topic_partition: TopicPartition {
                topic: "segments".to_owned(),
                partition: PartitionId(1),
            },
            topic_id: None,
            config: Arc::new(config()),
            log_start_offset: Offset::ZERO,
            recovery_point: Offset(recovery_point),
            clean_shutdown,
            on_progress: None,
        };
        match Log::open(open) {
            Ok(log) => use_log(&log, scanned),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return;
            }
        }
    }
}

/// Whether a directory can have an entry of this name.
pub fn is_file_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && name.len() <= 255 && !name.contains(['/', '\0'])
}

/// A partition's directory with files of any names, one a line; their content is that of a golden file of that ending.
pub fn file_names(input: Bytes) {
    let text = String::from_utf8_lossy(&input);
    let names = text.lines().filter(|name| is_file_name(name));
    let content = |name: &str| {
        let ending = name.rsplit_once('.').map_or(name, |(_, ending)| ending);
        let golden = golden_files().iter().rev().find(|(other, _)| other.ends_with(ending));
        golden.map_or(&b"?"[..], |(_, bytes)| bytes)
    };
    let disk = disk_with(DIR, names.take(20).map(|name| (name, content(name))));
    open_twice(&disk, input.len().is_multiple_of(2), 0);
}

pub fn file_names_seeds() -> Vec<Vec<u8>> {
    let names: Vec<&str> = golden_files().iter().map(|(name, _)| name.as_str()).collect();
    let removed =
        "00000000000000000000.log.deleted\n00000000000000000000.log.swap\n00000000000000000000.index.cleaned\n";
    let last = ["log", "index", "timeindex", "txnindex", "snapshot"].map(|ending| format!("{}.{ending}", i64::MAX));
    // Offsets have 20 digits in names; the largest one has 19.
    let last = last.map(|name| format!("0{name}"));
    vec![
        names.join("\n").into_bytes(),
        removed.as_bytes().to_vec(),
        last.join("\n").into_bytes(),
        (last.join("\n") + "\n").into_bytes(),
    ]
}

fn config() -> LogConfig {
    LogConfig {
        index_bytes_max: 1200,
        index_interval_bytes: 100,
        segment_bytes_max: 8 << 10,
        decompressed_bytes_max: 1 << 20,
        ..LogConfig::default()
    }
}

fn use_log(log: &Log, scanned: bool) {
    let (start, end) = (log.log_start_offset(), log.log_end_offset());
    assert!(start <= end && log.stable_offset() <= end);
    read_all(log, start, end, scanned);
    let _ = log.read(request(Offset(end.0 / 2), end, 100));
    let _ = log.aborted_transactions(start, end);
    let _ = (log.last_stable_offset(end), log.producers());
    for time in [-1, 0, 1, NOW_MS - 50_000_000_000, NOW_MS, i64::MAX] {
        let _ = log.offset_for_timestamp(time, end);
    }
    let _ = log.max_timestamp();
    for epoch in -1..6 {
        let _ = log.end_offset_for_epoch(LeaderEpoch(epoch));
    }
    let epoch = log.latest_epoch().unwrap_or(LeaderEpoch(0));
    let mut batch = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime).producer(1000, 0, 0);
    batch.append(NOW_MS, Some(b"k"), Some(b"v"), &[]).expect("a record");
    if let Ok(appended) = log.append_as_leader(&batch.build().expect("a batch"), epoch, AppendOrigin::Client) {
        assert!(appended.duplicate || appended.first_offset == end);
    }
    let _ = log.flush();
    let _ = log.close();
}

fn request(from: Offset, upto: Offset, bytes_max: u64) -> ReadRequest {
    ReadRequest {
        from,
        upto,
        bytes_max,
        min_one_batch: true,
    }
}

fn read_all(log: &Log, start: Offset, end: Offset, scanned: bool) {
    let mut next = start;
    while next < end {
        let Ok(read) = log.read(request(next, end, 4096)) else {
            return;
        };
        if let Ok(batches) = read.batches() {
            let rising = batches
                .windows(2)
                .all(|pair| pair[0].last_offset() < pair[1].base_offset());
            assert!(rising || !scanned, "offsets rise");
        }
        if read.is_empty() {
            return;
        }
        assert!(read.next_offset > next, "a read goes on");
        next = read.next_offset;
    }
}

fn plain(bytes: Bytes) -> Bytes {
    bytes
}

fn seeds_of(names: &[&str], bytes_of: fn(&str) -> Option<Vec<u8>>) -> Vec<Vec<u8>> {
    let contents = names.iter().filter_map(|name| bytes_of(name));
    contents
        .flat_map(|bytes| (0..4).map(move |how| [&[how], &bytes[..]].concat()))
        .collect()
}

fn in_partition(name: &str) -> Option<Vec<u8>> {
    golden_files()
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, bytes)| bytes.clone())
}

fn seeds(ending: &str) -> Vec<Vec<u8>> {
    let names: Vec<&str> = golden_files()
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.ends_with(ending))
        .collect();
    seeds_of(&names, in_partition)
}

macro_rules! files {
    ($($run:ident, $seeds:ident: $name:expr, $ending:literal, $prepare:expr;)*) => {
        $(
            pub fn $run(input: Bytes) {
                with_file(&$name, input, $prepare);
            }

            pub fn $seeds() -> Vec<Vec<u8>> {
                seeds($ending)
            }
        )*
    };
}

files! {
    segment, segment_seeds: format!("{SEGMENT}.log"), ".log", with_crcs;
    offset_index, offset_index_seeds: format!("{SEGMENT}.index"), ".index", plain;
    time_index, time_index_seeds: format!("{SEGMENT}.timeindex"), ".timeindex", plain;
    txn_index, txn_index_seeds: format!("{SEGMENT}.txnindex"), ".txnindex", plain;
    producer_snapshot, producer_snapshot_seeds: format!("{SEGMENT}.snapshot"), ".snapshot", producers;
    leader_epochs, leader_epochs_seeds: "leader-epoch-checkpoint", "leader-epoch-checkpoint", plain;
    partition_metadata, partition_metadata_seeds: "partition.metadata", "partition.metadata", plain;
}

/// A producer snapshot with the right checksum: version, CRC of what follows, entries.
fn producers(bytes: Bytes) -> Bytes {
    let mut bytes = bytes.to_vec();
    if bytes.len() > 6 {
        let crc = crc32c::crc32c(&bytes[6..]);
        bytes[2..6].copy_from_slice(&crc.to_be_bytes());
    }
    bytes.into()
}
