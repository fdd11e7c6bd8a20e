//! Mending a partition whose directory no broker uses.
//!
//! A damaged segment is written anew with every intact batch of it, at their offsets; the original stays beside it as
//! `<offset>.log.damaged`. What is made of records is removed, and the recovery point is lowered to the first mended
//! segment, so that the next start makes it again. Order: the new file is durable before it takes the name, the recovery
//! point before that; a repair that is cut short is done again from the beginning.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::super::error::IoContext;
use super::super::file_names::{CLEANED, LEADER_EPOCHS, LOG, OFFSET_INDEX, SWAP, TIME_INDEX, TXN_INDEX};
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
            mended.push(rewrite(&files, progress)?);
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

/// Writes a segment anew without what is damaged.
fn rewrite(files: &SegmentFiles, progress: &dyn Progress) -> Result<Mended, LogError> {
    let (path, new) = (files.path(LOG), files.with_suffix(CLEANED));
    let source = files.open(LOG, OpenMode::Read)?;
    let target = new.open(LOG, OpenMode::Truncate)?;
    let (mut position, mut bytes_lost) = (0, 0);
    walk(files, &*source, progress, |stretch| {
        match stretch {
            Stretch::Batch(found) => {
                let batch = read_batch(&*source, &path, &found)?;
                target
                    .write_all_at(&[std::io::IoSlice::new(batch.as_bytes())], position)
                    .during("write the records", &new.path(LOG))?;
                position += batch.len() as u64;
            }
            Stretch::Damage { from, to, .. } => bytes_lost += to - from,
        }
        Ok(())
    })?;
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
