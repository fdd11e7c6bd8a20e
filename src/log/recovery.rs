//! Making a log whole again after a process that did not end in order.
//!
//! Everything from the recovery point on is read and its CRCs are checked. At the first batch that is not whole, intact
//! and in sequence, the log is cut: that is where the last write was torn. Indexes behind the recovery point are made
//! again. A fault *below* the recovery point is no torn write, since all of that was on stable storage: it is damage, is
//! reported with file and byte, and nothing is cut.

use std::sync::Arc;

use super::error::IoContext;
use super::file_names::LOG;
use super::leader_epochs::LeaderEpochs;
use super::scan::{Found, Scan, ScanFault};
use super::segment::Segment;
use super::segment_files::SegmentFiles;
use super::sync::Dirty;
use super::{LogError, OpenLog, RecoveryProgress};
use crate::ids::{LeaderEpoch, Offset};

/// What is in the log, after recovery if there was one.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) log_end: Offset,
    /// Whether something was read that may not be on stable storage.
    pub(super) scanned: bool,
    /// From this offset on, aborted transactions must be indexed again.
    pub(super) aborts_from: Option<Offset>,
    pub(super) dirty: Dirty,
}

/// Progress is told once for so many bytes.
const PROGRESS_BYTES: u64 = 64 * 1024 * 1024;

pub(super) fn settle(
    open: &OpenLog,
    segments: Vec<Arc<Segment>>,
    epochs: &mut LeaderEpochs,
) -> Result<Settled, LogError> {
    let Some(last) = segments.last() else {
        return Ok(Settled::default());
    };
    if open.clean_shutdown {
        match last.next_offset() {
            Ok(log_end) => {
                return Ok(Settled {
                    segments,
                    log_end,
                    ..Settled::default()
                });
            }
            // It was not closed in order after all.
            Err(LogError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Recovery::new(open, segments, epochs).run()
}

struct Recovery<'a> {
    open: &'a OpenLog,
    segments: Vec<Arc<Segment>>,
    epochs: &'a mut LeaderEpochs,
    index_interval_bytes: u64,
    /// The offset after the last good batch.
    next: Offset,
    progress: RecoveryProgress,
    reported: u64,
}

impl<'a> Recovery<'a> {
    fn new(open: &'a OpenLog, segments: Vec<Arc<Segment>>, epochs: &'a mut LeaderEpochs) -> Recovery<'a> {
        let progress = RecoveryProgress {
            topic_partition: open.topic_partition.clone(),
            bytes_done: 0,
            bytes_total: 0,
        };
        let index_interval_bytes = open.config.index_interval_bytes;
        Recovery {
            open,
            segments,
            epochs,
            index_interval_bytes,
            next: Offset::ZERO,
            progress,
            reported: 0,
        }
    }

    fn run(mut self) -> Result<Settled, LogError> {
        let point = self.open.recovery_point;
        // The segment that ends at or beyond the recovery point. If it was closed since, its indexes may lack their last
        // entries, although all of its records are on stable storage.
        let first = self
            .segments
            .partition_point(|segment| segment.base() < point)
            .saturating_sub(1);
        let (mut starts, mut aborts_from) = (Vec::new(), point);
        for segment in self.segments.iter().skip(first) {
            let vouched = if segment.base() < point { point } else { segment.base() };
            aborts_from = aborts_from.min(segment.forget_aborted(point.max(segment.base()))?);
            let start = segment.keep_valid_indexes(vouched)?.position;
            self.progress.bytes_total += segment.len().saturating_sub(start);
            starts.push((Arc::clone(segment), start));
        }
        self.next = self.segments.get(first).map_or(point, |segment| segment.base());
        let mut dirty = Dirty {
            names: true,
            ..Dirty::default()
        };
        let mut kept = first;
        let mut cut = false;
        for (segment, start) in starts {
            if self.hole_before(&segment) {
                cut = true;
                break;
            }
            kept += 1;
            if let Some(previous) = dirty.segments.last() {
                previous.close_indexes(self.index_interval_bytes)?;
                dirty.sealed.push(Arc::clone(previous));
            }
            dirty.segments.push(Arc::clone(&segment));
            cut = self.scan(&segment, start)?;
            if cut {
                break;
            }
        }
        for segment in self.segments.drain(kept..) {
            tracing::warn!(segment = %segment.files.path(LOG).display(), "a segment behind a torn write is removed");
            for path in segment.files.mark_deleted(&SegmentFiles::ALL)? {
                self.open.disk.remove_file(&path).during("remove the file", &path)?;
            }
        }
        if self.next < point {
            tracing::warn!(
                partition = %self.open.topic_partition, log_end = %self.next, recovery_point = %point,
                "the log ends before its recovery point: it was truncated before the last stop, or records were lost"
            );
        }
        let scanned = cut || self.next > point;
        let (segments, log_end) = (self.segments, self.next);
        if !scanned {
            // All records are below the recovery point, on stable storage.
            dirty.segments.clear();
        }
        Ok(Settled {
            segments,
            log_end,
            scanned,
            aborts_from: Some(aborts_from),
            dirty,
        })
    }

    /// Whether records between the last segment and this one were lost: unsynced ones, while the name of this one was
    /// written. Compaction alone leaves such gaps on purpose.
    fn hole_before(&self, segment: &Segment) -> bool {
        !self.open.config.compact && segment.base() > self.next && self.next >= self.open.recovery_point
    }

    /// Checks a segment from a position on; whether it was cut.
    fn scan(&mut self, segment: &Arc<Segment>, start: u64) -> Result<bool, LogError> {
        let file = Arc::clone(segment.log_file()?);
        let mut end = start;
        let mut first = true;
        if self.next < segment.base() {
            self.next = segment.base();
        }
        for step in Scan::verified(&*file, start, segment.len()) {
            let found = match step.and_then(|found| self.in_sequence(segment, found, first && start > 0)) {
                Ok(found) => found,
                Err(fault @ ScanFault::Io(_)) => return Err(fault.damage(&segment.files.path(LOG))),
                Err(fault) => return self.cut(segment, end, fault),
            };
            segment.index_found(&found, self.index_interval_bytes);
            let epoch = LeaderEpoch(found.header.partition_leader_epoch);
            if self.epochs.latest().is_none_or(|latest| epoch > latest) {
                self.epochs.assign(epoch, Offset(found.header.base_offset));
            }
            (self.next, end, first) = (Offset(found.header.next_offset()), found.end(), false);
            self.report(found.header.size_in_bytes() as u64);
        }
        Ok(false)
    }

    /// Offsets rise and fit the segment.
    fn in_sequence(&self, segment: &Segment, found: Found, begins_inside: bool) -> Result<Found, ScanFault> {
        let (base, last) = (Offset(found.header.base_offset), Offset(found.header.last_offset()));
        let least = if begins_inside { segment.base() } else { self.next };
        if base >= least && last.0 - segment.base().0 <= i64::from(i32::MAX) {
            return Ok(found);
        }
        let reason = format!("a batch of offsets {base} to {last} comes where {least} is next");
        Err(ScanFault::Batch {
            position: found.position,
            reason,
        })
    }

    /// Cuts a segment behind its last good batch, unless that would cut what was on stable storage.
    fn cut(&self, segment: &Arc<Segment>, end: u64, fault: ScanFault) -> Result<bool, LogError> {
        let error = fault.damage(&segment.files.path(LOG));
        if self.next < self.open.recovery_point {
            return Err(error);
        }
        tracing::warn!(
            partition = %self.open.topic_partition, log_end = %self.next, bytes = segment.len() - end, %error,
            "a torn write is cut off"
        );
        segment.cut(end, self.next, self.open.clock.now_ms())?;
        Ok(true)
    }

    fn report(&mut self, bytes: u64) {
        self.progress.bytes_done += bytes;
        if let Some(told) = self.open.on_progress
            && self.progress.bytes_done - self.reported >= PROGRESS_BYTES
        {
            self.reported = self.progress.bytes_done;
            told(&self.progress);
        }
    }
}
