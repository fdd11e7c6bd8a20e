//! Opening a log: from the names in its directory to a state that goes on where the last one ended.
//!
//! After a clean shutdown only the directory, the end of the last segment, the epochs and the newest producer snapshot
//! are read. Otherwise the log is recovered first (see `recovery`), and what that found is made durable before the log is
//! used. A directory that is missing or empty is an empty log, and stays as it is until the first write.

use std::io;
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
        let has_dir = open
            .disk
            .exists(&open.dir)
            .during("look for the partition's directory", &open.dir)?;
        let files = if has_dir { Files::find(&open)? } else { Files::default() };
        let mut epochs = LeaderEpochs::read(open.disk.as_ref(), &open.dir.join(LEADER_EPOCHS))?;
        let mut found = recovery::settle(&open, files.segments, &mut epochs)?;
        let first = found.segments.first().map(|first| first.base());
        let log_start = first.map_or(open.log_start_offset, |first| first.max(open.log_start_offset));
        let mut dirty = std::mem::take(&mut found.dirty);
        let mut log_end = if found.segments.is_empty() {
            log_start
        } else {
            found.log_end
        };
        if log_end < log_start {
            tracing::warn!(partition = %open.topic_partition, %log_end, %log_start, "the log ends before its start: it begins anew");
            for segment in found.segments.drain(..) {
                segment.files.mark_deleted()?;
            }
            (dirty, log_end) = (
                Dirty {
                    names: true,
                    ..Dirty::default()
                },
                log_start,
            );
            dirty.epochs = epochs.clear();
        }
        dirty.epochs |= epochs.truncate_end(log_end) | epochs.truncate_start(log_start);
        dirty.epochs &= has_dir;
        if has_dir && !open.clean_shutdown {
            // The process before may have created names that it did not live to sync.
            (dirty.dir, dirty.names) = (true, true);
            dirty.files.push(partition_metadata::path(&open.dir));
        }
        let aborts = match found.aborts_from {
            Some(from) => NewAborts::From(from),
            None => NewAborts::None,
        };
        let snapshots = usable_snapshots(&open, files.snapshots, &found.segments, log_end)?;
        let (producers, snapshot_at) = if found.aborts_from.is_none() && snapshots.is_empty() {
            (ProducerStates::default(), None)
        } else {
            replay_producers(
                open.disk.as_ref(),
                &open.dir,
                &snapshots,
                &found.segments,
                log_start,
                log_end,
                &aborts,
            )?
        };
        let stable = if found.scanned {
            open.recovery_point.min(log_end)
        } else {
            log_end
        };
        let writer = Writer {
            dirty,
            has_dir,
            topic_id: open.topic_id,
            sync_ceiling: Offset(i64::MAX),
            // After an unclean stop the indexes have entries that no file has: the next checkpoint or close writes them.
            recovery_point: if found.aborts_from.is_some() {
                Offset::UNKNOWN
            } else {
                log_end
            },
            open_ended: found.aborts_from.is_some(),
            snapshot_at: snapshot_at.or(snapshots.last().copied()),
            roll_jitter_ms: 0,
            deleted: Vec::new(),
        };
        let segments = found.segments;
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
        if found.scanned {
            log.sync_dirty()?;
        }
        log.expire_producers();
        Ok(log)
    }
}

/// What a directory holds.
#[derive(Default)]
struct Files {
    segments: Vec<Arc<Segment>>,
    snapshots: Vec<Offset>,
}

impl Files {
    fn find(open: &OpenLog) -> Result<Files, LogError> {
        leftovers::resolve(&open.disk, &open.dir)?;
        let entries = open
            .disk
            .list(&open.dir)
            .during("list the partition's directory", &open.dir)?;
        let dir: Arc<Path> = Arc::from(open.dir.as_path());
        let mut files = Files::default();
        for entry in &entries {
            match parse_file_name(&entry.name) {
                Some((base, LOG)) => {
                    let at = SegmentFiles {
                        disk: Arc::clone(&open.disk),
                        dir: Arc::clone(&dir),
                        base,
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

/// Which aborted transactions a replay writes into the transaction indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewAborts {
    /// None: they are there.
    None,
    /// Those whose marker is at or beyond this offset, where recovery emptied the indexes.
    From(Offset),
}

/// The producers as they were at `end`: the newest good snapshot before it, and what followed. Gives the snapshot's
/// offset with them.
pub(super) fn replay_producers(
    disk: &dyn Disk,
    dir: &Path,
    snapshots: &[Offset],
    segments: &[Arc<Segment>],
    log_start: Offset,
    end: Offset,
    aborts: &NewAborts,
) -> Result<(ProducerStates, Option<Offset>), LogError> {
    let usable = |offset: &&Offset| match aborts {
        NewAborts::From(from) => **offset <= *from && **offset <= end,
        NewAborts::None => **offset <= end,
    };
    let mut states = ProducerStates::default();
    let mut loaded = None;
    for offset in snapshots.iter().filter(usable).rev() {
        if let Some(read) = read_snapshot(disk, dir, *offset)? {
            (states, loaded) = (read, Some(*offset));
            break;
        }
    }
    let from = loaded.unwrap_or(log_start);
    let first = segments
        .partition_point(|segment| segment.base() <= from)
        .saturating_sub(1);
    for segment in segments.iter().skip(first).filter(|_| from < end) {
        replay_segment(segment, from, end, aborts, &mut states)?;
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
    from: Offset,
    end: Offset,
    aborts: &NewAborts,
    states: &mut ProducerStates,
) -> Result<(), LogError> {
    let Some(first) = segment.locate(from)? else {
        return Ok(());
    };
    let mut position = first.position;
    let with_producer = |found: &super::scan::Found| found.header.has_producer_id();
    while let Some(found) = segment.scan_headers(position, segment.len(), with_producer)? {
        if found.header.base_offset >= end.0 {
            return Ok(());
        }
        position = found.end();
        if found.header.base_offset < from.0 {
            continue;
        }
        let marker = if found.header.attributes.is_control() {
            end_marker(&read_batch(&**segment.log_file()?, &segment.files.path(LOG), &found)?)?
        } else {
            None
        };
        let ended = states.apply(&found.header, marker).filter(|ended| !ended.committed);
        let is_new = |last: Offset| matches!(aborts, NewAborts::From(from) if last >= *from);
        segment.note_aborted(ended.iter().filter(|ended| is_new(ended.last)).map(append::aborted))?;
    }
    Ok(())
}
