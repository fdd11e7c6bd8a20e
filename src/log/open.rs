//! Opening a log: from the names in its directory to a state that goes on where the last one ended.
//!
//! After a clean shutdown only the directory, the end of the last segment, the epochs and the newest producer snapshot
//! are read. Otherwise the log is recovered first (see `recovery`), and what that found is made durable before the log is
//! used. A directory that is missing or empty is an empty log, and stays as it is until the first write.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::control::end_marker;
use super::error::IoContext;
use super::file_names::{
    LEADER_EPOCHS, LOG, OFFSET_INDEX, SNAPSHOT, TIME_INDEX, TXN_INDEX, file_name, parse_file_name,
};
use super::leader_epochs::LeaderEpochs;
use super::partition_log::{Opened, Writer};
use super::producer_snapshot;
use super::producer_state::ProducerStates;
use super::recovery::Settled;
use super::scan::read_batch;
use super::segment::{FileLens, Segment};
use super::segment_files::{SegmentFiles, remove_if_there};
use super::sync::Dirty;
use super::{Log, LogError, OpenLog, append, leftovers, partition_metadata, recovery};
use crate::disk::{DirEntry, Disk};
use crate::ids::Offset;
use crate::limits::PRODUCER_SNAPSHOT_BYTES_MAX;

impl Log {
    /// Opens a log; recovers it where the process before did not end in order.
    pub fn open(open: OpenLog) -> Result<Log, LogError> {
        let disk = open.disk.as_ref();
        let has_dir = disk
            .exists(&open.dir)
            .during("look for the partition's directory", &open.dir)?;
        let files = if has_dir { Files::find(&open)? } else { Files::default() };
        let mut epochs = LeaderEpochs::read(disk, &open.dir.join(LEADER_EPOCHS))?;
        let mut found = recovery::settle(&open, files.segments, &mut epochs)?;
        let (log_start, log_end) = bounds(&open, &mut found, &mut epochs)?;
        let unclean = found.aborts_from.is_some();
        if has_dir && !open.clean_shutdown {
            // The process before may have created names that it did not live to sync.
            (found.dirty.dir, found.dirty.names) = (true, true);
            partition_metadata::mend_torn(disk, &open.dir, open.topic_id)?;
            found.dirty.files.push(partition_metadata::path(&open.dir));
        }
        let snapshots = usable_snapshots(&open, files.snapshots, &found.segments, log_end)?;
        let (producers, loaded) = if unclean || !snapshots.is_empty() {
            let (segments, aborts_from) = (&found.segments, found.aborts_from);
            replay_producers(disk, &open.dir, &snapshots, segments, log_start..log_end, aborts_from)?
        } else {
            (ProducerStates::default(), None)
        };
        let writer = Writer {
            dirty: std::mem::take(&mut found.dirty),
            has_dir,
            topic_id: open.topic_id,
            sync_ceiling: Offset(i64::MAX),
            // After an unclean stop the indexes have entries that no file has: the next checkpoint or close writes them.
            recovery_point: if unclean { Offset::UNKNOWN } else { log_end },
            open_ended: unclean,
            snapshot_at: loaded.or(snapshots.last().copied()),
            roll_jitter_ms: 0,
            deleted: Vec::new(),
            truncations: 0,
        };
        let stable = if found.scanned {
            open.recovery_point.min(log_end)
        } else {
            log_end
        };
        let (mut segments, scanned) = (found.segments, found.scanned);
        if !unclean {
            // What was opened to find the log's end is closed again: most partitions are idle, and handles are few.
            for segment in &mut segments {
                if let Some(unopened) = segment.unopened() {
                    *segment = Arc::new(unopened);
                }
            }
        }
        let log = Log::assemble(
            open,
            Opened {
                segments,
                producers,
                epochs,
                log_start,
                log_end,
                stable,
                writer,
            },
        );
        if scanned {
            log.sync_dirty()?;
        }
        log.expire_producers();
        Ok(log)
    }
}

/// Where the log starts and ends, and epochs that fit. A log that ends before its start begins anew there.
fn bounds(open: &OpenLog, found: &mut Settled, epochs: &mut LeaderEpochs) -> Result<(Offset, Offset), LogError> {
    let first = found.segments.first().map(|first| first.base());
    let log_start = first.map_or(open.log_start_offset, |first| first.max(open.log_start_offset));
    let mut log_end = if first.is_some() { found.log_end } else { log_start };
    if log_end < log_start {
        tracing::warn!(
            partition = %open.topic_partition, %log_end, %log_start,
            "the log ends before its start: it begins anew"
        );
        for segment in found.segments.drain(..) {
            segment.files.mark_deleted(&SegmentFiles::ALL)?;
        }
        found.dirty = Dirty::default();
        found.dirty.names = true;
        found.dirty.epochs = epochs.clear();
        log_end = log_start;
    }
    found.dirty.epochs |= epochs.truncate_end(log_end) | epochs.truncate_start(log_start);
    Ok((log_start, log_end))
}

/// What a directory holds.
#[derive(Default)]
struct Files {
    segments: Vec<Arc<Segment>>,
    snapshots: Vec<Offset>,
}

impl Files {
    fn find(open: &OpenLog) -> Result<Files, LogError> {
        let entries = leftovers::resolve(&open.disk, &open.dir)?;
        let dir: Arc<Path> = Arc::from(open.dir.as_path());
        let mut files = Files::default();
        for entry in &entries {
            match parse_file_name(&entry.name) {
                Some((base, LOG)) => {
                    let at = SegmentFiles {
                        disk: Arc::clone(&open.disk),
                        dir: Arc::clone(&dir),
                        base,
                        suffix: "",
                    };
                    files
                        .segments
                        .push(Arc::new(Segment::existing(at, lens(entry, base, &entries))));
                }
                // An index without records is a remainder of a removed segment.
                Some((base, OFFSET_INDEX | TIME_INDEX | TXN_INDEX))
                    if len_of(&entries, &file_name(base, LOG)).is_none() =>
                {
                    remove_if_there(open.disk.as_ref(), &open.dir.join(&entry.name))?;
                }
                Some((offset, SNAPSHOT)) => files.snapshots.push(offset),
                _ => {}
            }
        }
        Ok(files)
    }
}

fn lens(log: &DirEntry, base: Offset, entries: &[DirEntry]) -> FileLens {
    let len = |extension| len_of(entries, &file_name(base, extension));
    FileLens {
        log: log.len,
        offset_index: len(OFFSET_INDEX),
        time_index: len(TIME_INDEX).unwrap_or(0),
        txn_index: len(TXN_INDEX).unwrap_or(0),
        modified_ms: log.modified_ms,
    }
}

/// The length of a file, in a listing that is sorted by name.
fn len_of(entries: &[DirEntry], name: &str) -> Option<u64> {
    let place = entries.binary_search_by(|entry| entry.name.as_str().cmp(name)).ok()?;
    entries.get(place).map(|entry| entry.len)
}

/// Snapshots of what is in the log. Those beyond its end are of records that were cut, and go; those between segments
/// go, too, unless they are the newest.
fn usable_snapshots(
    open: &OpenLog,
    snapshots: Vec<Offset>,
    segments: &[Arc<Segment>],
    log_end: Offset,
) -> Result<Vec<Offset>, LogError> {
    let newest = snapshots.iter().copied().filter(|offset| *offset <= log_end).max();
    let at_segment = |offset: Offset| segments.iter().any(|segment| segment.base() == offset);
    let keep = |offset: Offset| offset <= log_end && (Some(offset) == newest || at_segment(offset));
    let (kept, gone): (Vec<Offset>, Vec<Offset>) = snapshots.into_iter().partition(|offset| keep(*offset));
    for offset in gone {
        remove_if_there(open.disk.as_ref(), &open.dir.join(file_name(offset, SNAPSHOT)))?;
    }
    Ok(kept)
}

/// The producers as they were at the end of `range`: the newest good snapshot before it, and what followed. Gives the
/// snapshot's offset with them. From `aborts_from` on, recovery emptied the transaction indexes: aborted transactions
/// are indexed again, and snapshots beyond are not used, lest one be skipped.
pub(super) fn replay_producers(
    disk: &dyn Disk,
    dir: &Path,
    snapshots: &[Offset],
    segments: &[Arc<Segment>],
    range: Range<Offset>,
    aborts_from: Option<Offset>,
) -> Result<(ProducerStates, Option<Offset>), LogError> {
    let usable = |offset: &&Offset| **offset <= range.end && aborts_from.is_none_or(|from| **offset <= from);
    let mut states = ProducerStates::default();
    let mut loaded = None;
    for offset in snapshots.iter().filter(usable).rev() {
        if let Some(read) = read_snapshot(disk, dir, *offset)? {
            (states, loaded) = (read, Some(*offset));
            break;
        }
    }
    let range = loaded.unwrap_or(range.start)..range.end;
    let first = segments
        .partition_point(|segment| segment.base() <= range.start)
        .saturating_sub(1);
    for segment in segments.iter().skip(first).filter(|_| range.start < range.end) {
        replay_segment(segment, &range, aborts_from, &mut states)?;
    }
    Ok((states, loaded))
}

fn read_snapshot(disk: &dyn Disk, dir: &Path, offset: Offset) -> Result<Option<ProducerStates>, LogError> {
    let path = dir.join(file_name(offset, SNAPSHOT));
    let bytes = match disk.read(&path, PRODUCER_SNAPSHOT_BYTES_MAX) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::FileTooLarge) => return Ok(None),
        bytes => bytes.during("read the producer snapshot", &path)?,
    };
    match producer_snapshot::decode(&bytes) {
        Ok(states) => Ok(Some(states)),
        Err(reason) => {
            tracing::warn!(snapshot = %path.display(), reason, "the producer snapshot is not used and is removed");
            remove_if_there(disk, &path)?;
            Ok(None)
        }
    }
}

fn replay_segment(
    segment: &Segment,
    range: &Range<Offset>,
    aborts_from: Option<Offset>,
    states: &mut ProducerStates,
) -> Result<(), LogError> {
    let Some(first) = segment.locate(range.start)? else {
        return Ok(());
    };
    let mut position = first.position;
    while let Some(found) = segment.scan_headers(position, segment.len(), |found| found.header.has_producer_id())? {
        position = found.end();
        let base = Offset(found.header.base_offset);
        if base >= range.end {
            return Ok(());
        }
        if base < range.start {
            continue;
        }
        let mut marker = None;
        if found.header.attributes.is_control() {
            let path = segment.files.path(LOG);
            marker = end_marker(&read_batch(&**segment.log_file()?, &path, &found)?)?;
        }
        let ended = states.apply(&found.header, marker).filter(|ended| !ended.committed);
        let is_new = |last: Offset| aborts_from.is_some_and(|from| last >= from);
        segment.note_aborted(ended.iter().filter(|ended| is_new(ended.last)).map(append::aborted))?;
    }
    Ok(())
}
