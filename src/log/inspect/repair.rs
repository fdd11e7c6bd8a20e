//! Mending a partition whose directory no broker uses.
//!
//! A damaged segment is written anew with every intact batch of it, at their offsets; the original stays beside it as
//! `<offset>.log.damaged`. What is made of records is removed, and the recovery point is lowered to the first mended
//! segment, so that the next start makes it again. Order: the new file is durable before it takes the name, the recovery
//! point before that; a repair that is cut short is done again from the beginning.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use dmq_protocol::records::{Attributes, BatchHeader};
use serde::Serialize;

use super::super::error::IoContext;
use super::super::file_names::{
    CLEANED, LEADER_EPOCHS, LOG, OFFSET_INDEX, SWAP, TIME_INDEX, TXN_INDEX, parse_file_name,
};
use super::super::scan::read_batch;
use super::super::segment_files::{SegmentFiles, remove_if_there};
use super::super::{Checkpoint, LogDir, LogError};
use super::salvage::{Stretch, walk};
use super::{Finding, Found, PartitionReport, Progress, Severity};
use crate::disk::{Disk, OpenMode};
use crate::ids::Offset;

/// What was mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mended {
    /// The file that was damaged.
    pub path: PathBuf,
    /// What was done.
    pub action: String,
    /// Bytes that were left out.
    pub bytes_lost: u64,
    /// Where the original is, if it was kept.
    pub kept: Option<PathBuf>,
}

/// Mends what a verification found in a partition of `data_dir`, which this process holds.
pub fn repair(
    disk: &Arc<dyn Disk>,
    data_dir: &LogDir,
    found: &Found,
    report: &PartitionReport,
    progress: &dyn Progress,
) -> Result<Vec<Mended>, LogError> {
    let of = |wanted: &dyn Fn(&Finding) -> bool| -> BTreeSet<Offset> {
        let wanted = report.findings.iter().filter(|finding| wanted(finding));
        wanted.map(|finding| finding.segment).collect()
    };
    let extension = |finding: &Finding, kind: &str| finding.path.extension().is_some_and(|found| found == kind);
    let damaged = of(&|finding| finding.severity == Severity::Damage && extension(finding, LOG));
    let all = of(&|finding| finding.severity != Severity::Torn);
    if let (Some(first), Some(partition)) = (all.first(), &found.partition) {
        let mut points = data_dir.read_checkpoint(Checkpoint::RecoveryPoint)?;
        let lowered = points.get(partition).map_or(*first, |point| *first.min(point));
        points.insert(partition.clone(), lowered);
        data_dir.write_checkpoint(Checkpoint::RecoveryPoint, &points)?;
    }
    let mut mended = Vec::new();
    for finding in report
        .findings
        .iter()
        .filter(|finding| finding.severity != Severity::Torn)
    {
        if !extension(finding, LOG) {
            mended.push(remove(disk.as_ref(), finding)?);
        }
    }
    for base in &all {
        let files = SegmentFiles {
            disk: Arc::clone(disk),
            dir: Arc::from(found.dir.as_path()),
            base: *base,
            suffix: "",
        };
        // Positions change, and without one index the other is not made again.
        for kind in [OFFSET_INDEX, TIME_INDEX, TXN_INDEX] {
            remove_if_there(disk.as_ref(), &files.path(kind))?;
        }
        if damaged.contains(base) {
            let next_base = bases(disk.as_ref(), found)?.into_iter().find(|next| next > base);
            mended.push(rewrite(&files, next_base, progress)?);
        }
    }
    disk.sync_dir(&found.dir)
        .during("sync the partition's directory", &found.dir)?;
    Ok(mended)
}

/// Removes what is made again.
fn remove(disk: &dyn Disk, finding: &Finding) -> Result<Mended, LogError> {
    let name = finding.path.file_name().unwrap_or_default().to_string_lossy();
    if name == super::super::file_names::PARTITION_METADATA {
        return Err(LogError::BadFile {
            path: finding.path.clone(),
            line: 1,
            reason: finding.reason.clone(),
            advice: "write it anew: 'version: 0' and 'topic_id: <id>', as the metadata names it",
        });
    }
    remove_if_there(disk, &finding.path)?;
    let from = if name == LEADER_EPOCHS {
        "the batches that are recovered"
    } else {
        "the records"
    };
    Ok(Mended {
        path: finding.path.clone(),
        action: format!("removed; the next start makes it again from {from}"),
        bytes_lost: 0,
        kept: None,
    })
}

/// The segments' base offsets.
fn bases(disk: &dyn Disk, found: &Found) -> Result<BTreeSet<Offset>, LogError> {
    let entries = disk
        .list(&found.dir)
        .during("list the partition's directory", &found.dir)?;
    let base = |name: &str| {
        parse_file_name(name)
            .filter(|(_, kind)| *kind == LOG)
            .map(|(base, _)| base)
    };
    Ok(entries.iter().filter_map(|entry| base(&entry.name)).collect())
}

/// A batch without records that stands for offsets that were lost at a segment's end: recovery would take a gap there for
/// a write that was never finished, and cut off every segment behind it.
fn filler(first: Offset, next_base: Offset) -> Option<[u8; BatchHeader::LEN]> {
    let last_offset_delta = i32::try_from(next_base.0 - 1 - first.0)
        .ok()
        .filter(|delta| *delta >= 0)?;
    let header = BatchHeader {
        base_offset: first.0,
        batch_length: BatchHeader::MIN_BATCH_LENGTH,
        partition_leader_epoch: -1,
        magic: BatchHeader::MAGIC,
        crc: 0,
        attributes: Attributes::default(),
        last_offset_delta,
        base_timestamp: -1,
        max_timestamp: -1,
        producer_id: -1,
        producer_epoch: -1,
        base_sequence: -1,
        record_count: 0,
    };
    let crc = header.crc_with(&[]);
    Some(BatchHeader { crc, ..header }.to_bytes())
}

/// Writes a segment anew without what is damaged.
fn rewrite(files: &SegmentFiles, next_base: Option<Offset>, progress: &dyn Progress) -> Result<Mended, LogError> {
    let (path, new) = (files.path(LOG), files.with_suffix(CLEANED));
    let source = files.open(LOG, OpenMode::Read)?;
    let target = new.open(LOG, OpenMode::Truncate)?;
    let (mut position, mut bytes_lost, mut next) = (0, 0, files.base);
    walk(files, &*source, progress, |stretch| {
        match stretch {
            Stretch::Batch(found) => {
                let batch = read_batch(&*source, &path, &found)?;
                target
                    .write_all_at(&[std::io::IoSlice::new(batch.as_bytes())], position)
                    .during("write the records", &new.path(LOG))?;
                position += batch.len() as u64;
                next = Offset(batch.header().next_offset());
            }
            Stretch::Damage { from, to, .. } => bytes_lost += to - from,
        }
        Ok(())
    })?;
    if let Some(filler) = next_base.and_then(|next_base| filler(next, next_base)) {
        target
            .write_all_at(&[std::io::IoSlice::new(&filler)], position)
            .during("write the records", &new.path(LOG))?;
    }
    target
        .sync_data()
        .map_err(|error| LogError::sync(&new.path(LOG), &error))?;
    let kept = files.path(&format!("{LOG}.damaged"));
    // As a `.swap` it is what the next opening makes the log of, should this one end here.
    let swap = files.with_suffix(SWAP).path(LOG);
    for (from, to) in [(&new.path(LOG), &swap), (&path, &kept), (&swap, &path)] {
        files.disk.rename(from, to).during("rename the file", from)?;
    }
    Ok(Mended {
        path,
        action: "written anew with every intact batch".to_owned(),
        bytes_lost,
        kept: Some(kept),
    })
}
