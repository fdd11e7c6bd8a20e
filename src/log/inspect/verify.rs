//! Whether a partition's files are intact: every batch's CRC, the offsets' order, and what indexes, snapshots and
//! checkpoints say of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::error::IoContext;
use super::super::file_names::{LEADER_EPOCHS, LOG, OFFSET_INDEX, SNAPSHOT, TIME_INDEX, TXN_INDEX, parse_file_name};
use super::super::leader_epochs::LeaderEpochs;
use super::super::offset_index::OffsetIndex;
use super::super::segment_files::SegmentFiles;
use super::super::time_index::TimeIndex;
use super::super::txn_index::TxnIndex;
use super::super::{LogError, partition_metadata, producer_snapshot};
use super::salvage::{Stretch, walk};
use super::{Finding, Found, PartitionReport, Progress, Severity};
use crate::disk::{Disk, OpenMode};
use crate::ids::Offset;
use crate::limits::PRODUCER_SNAPSHOT_BYTES_MAX;

/// Reads everything in a partition's directory.
pub fn verify(disk: &Arc<dyn Disk>, found: &Found, progress: &dyn Progress) -> Result<PartitionReport, LogError> {
    let dir = found.dir.as_path();
    let entries = disk.list(dir).during("list the partition's directory", dir)?;
    let mut bases = Vec::new();
    let mut lens = BTreeMap::new();
    for entry in &entries {
        if let Some((base, kind)) = parse_file_name(&entry.name) {
            lens.insert((base, kind), entry.len);
            if kind == LOG {
                bases.push(base);
            }
        }
    }
    let mut report = PartitionReport {
        directory: dir.to_owned(),
        segments: bases.len(),
        bytes: 0,
        batches: 0,
        records: 0,
        first_offset: bases.first().map_or(0, |base| base.0),
        end_offset: bases.first().map_or(0, |base| base.0),
        findings: Vec::new(),
    };
    for (place, base) in bases.iter().enumerate() {
        let files = SegmentFiles {
            disk: Arc::clone(disk),
            dir: Arc::from(dir),
            base: *base,
            suffix: "",
        };
        let len = |kind| lens.get(&(*base, kind)).copied();
        let is_last = place + 1 == bases.len();
        let intact = verify_records(&files, found, is_last, progress, &mut report)?;
        if intact.is_all {
            verify_offset_index(&files, len(OFFSET_INDEX), &intact, &mut report);
            verify_time_index(&files, len(TIME_INDEX), &intact, &mut report);
        }
        verify_txn_index(&files, len(TXN_INDEX), &mut report);
    }
    for (base, _) in lens.keys().filter(|(_, kind)| *kind == SNAPSHOT) {
        verify_snapshot(disk.as_ref(), dir, *base, &mut report);
    }
    for (path, checked) in [
        (
            dir.join(LEADER_EPOCHS),
            LeaderEpochs::read(disk.as_ref(), &dir.join(LEADER_EPOCHS)).map(drop),
        ),
        (
            partition_metadata::path(dir),
            partition_metadata::read(disk.as_ref(), dir).map(drop),
        ),
    ] {
        if let Err(error) = checked {
            report.find(
                Severity::Damage,
                path,
                0,
                Offset(report.first_offset),
                error.to_string(),
            );
        }
    }
    Ok(report)
}

impl PartitionReport {
    fn find(&mut self, severity: Severity, path: PathBuf, position: u64, segment: Offset, reason: String) {
        self.findings.push(Finding {
            severity,
            path,
            position,
            bytes: 0,
            reason,
            segment,
        });
    }
}

/// The intact batches of a segment.
#[derive(Default)]
struct Intact {
    /// First offsets by position.
    starts: BTreeMap<u64, Offset>,
    max_timestamp: i64,
    /// Whether there is nothing else.
    is_all: bool,
}

fn verify_records(
    files: &SegmentFiles,
    found: &Found,
    is_last: bool,
    progress: &dyn Progress,
    report: &mut PartitionReport,
) -> Result<Intact, LogError> {
    let file = files.open(LOG, OpenMode::Read)?;
    let len = file.len().during("measure the file", &files.path(LOG))?;
    let mut intact = Intact {
        max_timestamp: -1,
        is_all: true,
        ..Intact::default()
    };
    let mut next = files.base;
    walk(files, &*file, progress, |stretch| {
        match stretch {
            Stretch::Batch(batch) => {
                let header = &batch.header;
                next = Offset(header.next_offset());
                intact.starts.insert(batch.position, Offset(header.base_offset));
                intact.max_timestamp = intact.max_timestamp.max(header.max_timestamp);
                report.bytes += header.size_in_bytes() as u64;
                report.batches += 1;
                report.records += u64::from(header.record_count.unsigned_abs());
                report.end_offset = next.0;
            }
            Stretch::Damage { from, to, reason } => {
                intact.is_all = false;
                // A tail above the recovery point is a write that was cut short; recovery removes it.
                let is_torn = next >= found.recovery_point && is_last && to == len;
                report.findings.push(Finding {
                    severity: if is_torn { Severity::Torn } else { Severity::Damage },
                    path: files.path(LOG),
                    position: from,
                    bytes: to - from,
                    reason,
                    segment: files.base,
                });
            }
        }
        Ok(())
    })?;
    Ok(intact)
}

fn verify_offset_index(files: &SegmentFiles, len: Option<u64>, intact: &Intact, report: &mut PartitionReport) {
    let Some(len) = len else { return };
    let path = files.path(OFFSET_INDEX);
    let wrong = match OffsetIndex::new(len).all(files) {
        Err(error) => Some((0, error.to_string())),
        Ok(entries) => entries.iter().enumerate().find_map(|(place, entry)| {
            let batch = intact.starts.get(&entry.position);
            // Older brokers note the last offset of several batches with the position of the first.
            let fits = batch.is_some_and(|first| entry.offset >= *first);
            let reason = || format!("offset {} is not at byte {}", entry.offset, entry.position);
            (!fits).then(|| (place as u64 * 8, reason()))
        }),
    };
    if let Some((position, reason)) = wrong {
        report.find(Severity::Rebuilt, path, position, files.base, reason);
    }
}

fn verify_time_index(files: &SegmentFiles, len: Option<u64>, intact: &Intact, report: &mut PartitionReport) {
    let Some(len) = len else { return };
    let index = TimeIndex::new(len);
    let count = usize::try_from(len).unwrap_or(usize::MAX) / 12;
    let path = files.path(TIME_INDEX);
    match index.valid_entries(Offset(i64::MAX), files) {
        Ok(valid) if valid == count => {
            let last = index.last(files).ok().flatten();
            if last.is_some_and(|last| last.timestamp_ms > intact.max_timestamp) {
                let reason = "an entry is newer than every record".to_owned();
                report.find(Severity::Rebuilt, path, 0, files.base, reason);
            }
        }
        Ok(valid) => {
            let reason = "an entry is not behind the one before it".to_owned();
            report.find(Severity::Rebuilt, path, valid as u64 * 12, files.base, reason);
        }
        Err(error) => report.find(Severity::Rebuilt, path, 0, files.base, error.to_string()),
    }
}

fn verify_txn_index(files: &SegmentFiles, len: Option<u64>, report: &mut PartitionReport) {
    let Some(len) = len else { return };
    match TxnIndex::new(len).entries(files) {
        Ok(_) => {}
        Err(LogError::Damaged { path, position, reason }) => {
            report.find(Severity::Damage, path, position, files.base, reason);
        }
        Err(error) => report.find(
            Severity::Damage,
            files.path(TXN_INDEX),
            0,
            files.base,
            error.to_string(),
        ),
    }
}

fn verify_snapshot(disk: &dyn Disk, dir: &Path, base: Offset, report: &mut PartitionReport) {
    let path = dir.join(super::super::file_names::file_name(base, SNAPSHOT));
    let wrong = match disk.read(&path, PRODUCER_SNAPSHOT_BYTES_MAX) {
        Ok(bytes) => producer_snapshot::decode(&bytes).err().map(str::to_owned),
        Err(error) => Some(error.to_string()),
    };
    if let Some(reason) = wrong {
        report.find(Severity::Rebuilt, path, 0, base, reason);
    }
}
