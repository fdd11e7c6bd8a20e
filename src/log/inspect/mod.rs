//! Looking at a log's files from outside, without a broker: what they hold, whether it is intact, and mending what is not.
//!
//! Verification reads everything and changes nothing; it may be done beside a broker at work. Repair leaves out what is
//! damaged, keeps every intact batch on both sides of it and the original file beside them, and sees to it that the next
//! start rebuilds what depends on it. For programs and people: reports are plain values that serialise.

mod dump;
mod repair;
mod salvage;
mod verify;

pub use dump::{BatchLine, RecordLine, dump_segment, segment_files};
pub use repair::{Mended, repair};
pub use verify::verify;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::IoContext;
use super::file_names::{LOG, parse_file_name, parse_partition_dir};
use super::{Checkpoint, LogError, checkpoint};
use crate::disk::Disk;
use crate::ids::{Offset, TopicPartition};

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Records that were on stable storage are damaged: the partition stays offline until it is repaired.
    Damage,
    /// A last write that did not reach the disk as a whole, or is under way: the next start cuts it off.
    Torn,
    /// Something that is made again from the records.
    Rebuilt,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// The file.
    pub path: PathBuf,
    /// The first byte that is wrong.
    pub position: u64,
    /// How many bytes are; 0 where that means nothing.
    pub bytes: u64,
    /// What is wrong.
    pub reason: String,
    /// The base offset of the file's segment.
    #[serde(skip)]
    pub(super) segment: Offset,
}

/// What a partition's directory holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionReport {
    /// The directory.
    pub directory: PathBuf,
    /// Segments.
    pub segments: usize,
    /// Bytes of intact batches.
    pub bytes: u64,
    /// Intact batches.
    pub batches: u64,
    /// Records that those claim to hold.
    pub records: u64,
    /// The first segment's base offset.
    pub first_offset: i64,
    /// The offset after the last intact batch.
    pub end_offset: i64,
    /// Everything that is not as it must be.
    pub findings: Vec<Finding>,
}

impl PartitionReport {
    /// Whether records that were on stable storage are damaged.
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Damage)
    }
}

/// How far a long run is, in bytes.
pub trait Progress {
    /// So many more bytes were read.
    fn read(&self, bytes: u64);
}

/// A partition's directory, and what its data directory says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The partition's directory.
    pub dir: PathBuf,
    /// Which partition, if the directory has the name of one.
    pub partition: Option<TopicPartition>,
    /// Below this everything is on stable storage; all of it where nothing is known.
    pub(super) recovery_point: Offset,
    /// Bytes of its segments.
    pub bytes: u64,
}

/// The partitions below a path, which is a data directory or a partition's.
pub fn find(disk: &dyn Disk, path: &Path) -> Result<Vec<Found>, LogError> {
    let entries = disk.list(path).during("list the directory", path)?;
    let is_segment = |name: &str| matches!(parse_file_name(name), Some((_, LOG)));
    if entries.iter().any(|entry| is_segment(&entry.name)) || name_of(path).is_some() {
        return found(disk, path.to_owned()).map(|found| vec![found]);
    }
    entries
        .iter()
        .filter(|entry| entry.is_dir && parse_partition_dir(&entry.name).is_some())
        .map(|entry| found(disk, path.join(&entry.name)))
        .collect()
}

fn name_of(dir: &Path) -> Option<TopicPartition> {
    parse_partition_dir(&dir.file_name()?.to_string_lossy())
}

fn found(disk: &dyn Disk, dir: PathBuf) -> Result<Found, LogError> {
    let partition = name_of(&dir);
    let points = match dir.parent() {
        Some(parent) => checkpoint::read(disk, parent, Checkpoint::RecoveryPoint)?,
        None => Default::default(),
    };
    let known = partition.as_ref().and_then(|partition| points.get(partition)).copied();
    let entries = disk.list(&dir).during("list the partition's directory", &dir)?;
    let segments = entries
        .iter()
        .filter(|entry| matches!(parse_file_name(&entry.name), Some((_, LOG))));
    Ok(Found {
        partition,
        // Without a checkpoint a broker would read all of it, and cut at the first fault.
        recovery_point: known.unwrap_or(Offset::ZERO),
        bytes: segments.map(|entry| entry.len).sum(),
        dir,
    })
}
