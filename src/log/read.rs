//! Reading: which bytes of which file hold the batches asked for.
//!
//! Nothing is read but headers, and few of those: offsets near the log's end are looked up among the newest boundaries,
//! others through the offset index. The outcome is a range of a file, which the caller sends or reads.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::file_names::LOG;
use super::{AbortedTransaction, Log, LogError, LogRead, ReadRequest};
use crate::disk::FileRange;
use crate::ids::Offset;

use super::segment::Segment;
use super::txn_index::AbortedTxn;

/// A part of a segment that may be read, and the offset behind it.
struct End {
    position: u64,
    offset: Offset,
}

impl Log {
    /// Finds whole batches to read. `OffsetOutOfRange` unless `log start ≤ from ≤ log end`.
    pub fn read(&self, request: ReadRequest) -> Result<LogRead, LogError> {
        self.check_usable()?;
        match self.read_steadily(&request) {
            // The segment may have been removed, or cut, since its place was found: then the offset is out of range now.
            Err(error) if error.is_storage() => self.read_bounds(&request).and(Err(error)),
            result => result,
        }
    }

    /// Reads again where files were exchanged for others of the same name meanwhile.
    fn read_steadily(&self, request: &ReadRequest) -> Result<LogRead, LogError> {
        loop {
            let generation = self.generation.load(Ordering::Acquire);
            let read = self.read_once(request);
            if self.generation.load(Ordering::Acquire) == generation {
                return read;
            }
        }
    }

    fn read_bounds(&self, request: &ReadRequest) -> Result<Offset, LogError> {
        let (log_start, log_end) = (self.log_start_offset(), self.log_end_offset());
        if request.from < log_start || request.from > log_end {
            return Err(LogError::OffsetOutOfRange {
                requested: request.from,
                log_start,
                log_end,
            });
        }
        Ok(log_end)
    }

    fn read_once(&self, request: &ReadRequest) -> Result<LogRead, LogError> {
        let upto = request.upto.min(self.read_bounds(request)?);
        let mut from = request.from;
        while from < upto {
            let Some((segment, next_base)) = self.segment_at(from) else {
                break;
            };
            if let Some(read) = self.read_segment(&segment, next_base, from, upto, request)? {
                return Ok(read);
            }
            // Compaction may have left nothing of the rest of this segment.
            match next_base {
                Some(base) if base > from => from = base,
                _ => break,
            }
        }
        Ok(LogRead {
            range: None,
            next_offset: from,
        })
    }

    /// The segment that would hold an offset, and the base of the one after it.
    fn segment_at(&self, offset: Offset) -> Option<(Arc<Segment>, Option<Offset>)> {
        let segments = self.segments.read();
        let after = segments.partition_point(|segment| segment.base() <= offset);
        let segment = segments.get(after.saturating_sub(1))?;
        Some((Arc::clone(segment), segments.get(after.max(1)).map(|next| next.base())))
    }

    fn read_segment(
        &self,
        segment: &Arc<Segment>,
        next_base: Option<Offset>,
        from: Offset,
        upto: Offset,
        request: &ReadRequest,
    ) -> Result<Option<LogRead>, LogError> {
        let known = self.recent.lock().position(segment.base(), from);
        let begin = match known {
            Some(position) => position,
            None => match segment.locate(from)? {
                Some(found) => found.position,
                None => return Ok(None),
            },
        };
        let end = self.readable_end(segment, next_base, upto)?;
        let available = end.position.saturating_sub(begin);
        let end = if available == 0 {
            return Ok(None);
        } else if available <= request.bytes_max {
            end
        } else {
            match whole_batches(segment, begin, &end, request)? {
                Some(end) => end,
                None => {
                    return Ok(Some(LogRead {
                        range: None,
                        next_offset: from,
                    }));
                }
            }
        };
        if end.offset <= from {
            // Whoever reads on at `end.offset` would read the same for ever.
            return Err(LogError::Damaged {
                path: segment.files.path(LOG),
                position: begin,
                reason: format!("batches from here on end at offset {}, not beyond {from}", end.offset),
            });
        }
        let file = Arc::clone(segment.log_file()?);
        let range = FileRange {
            file,
            position: begin,
            len: end.position - begin,
        };
        Ok(Some(LogRead {
            range: Some(range),
            next_offset: end.offset,
        }))
    }

    /// Where reading stops in a segment so that nothing at or beyond `upto` is given.
    fn readable_end(&self, segment: &Segment, next_base: Option<Offset>, upto: Offset) -> Result<End, LogError> {
        if let Some(offset) = next_base.filter(|next| *next <= upto) {
            return Ok(End {
                position: segment.len(),
                offset,
            });
        }
        if let Some(position) = self.recent.lock().position(segment.base(), upto) {
            return Ok(End { position, offset: upto });
        }
        let len = segment.len();
        let position = segment.locate(upto)?.map_or(len, |found| found.position.min(len));
        let last = segment.last_batch_within(0, position)?;
        let offset = last.map_or(segment.base(), |found| Offset(found.header.next_offset()));
        Ok(End { position, offset })
    }

    /// The aborted transactions that a read_committed reader of `from .. upto` must know of.
    pub fn aborted_transactions(&self, from: Offset, upto: Offset) -> Result<Vec<AbortedTransaction>, LogError> {
        let found = self.while_segments_stay(|| self.find_aborted(from, upto))?;
        let told = |entry: &AbortedTxn| AbortedTransaction {
            producer_id: entry.producer_id,
            first_offset: entry.first,
        };
        Ok(found.iter().map(told).collect())
    }

    /// The index entries of aborted transactions with records in `from .. upto`, wherever their markers are.
    pub(super) fn find_aborted(&self, from: Offset, upto: Offset) -> Result<Vec<AbortedTxn>, LogError> {
        let segments = self.segments.read().clone();
        let first = segments
            .partition_point(|segment| segment.base() <= from)
            .saturating_sub(1);
        let mut aborted = Vec::new();
        for segment in segments.iter().skip(first) {
            if segment.aborted_between(from, upto, &mut aborted)? {
                break;
            }
        }
        Ok(aborted)
    }
}

/// The end of the batches from `begin` on that fit into what may be read.
fn whole_batches(segment: &Segment, begin: u64, end: &End, request: &ReadRequest) -> Result<Option<End>, LogError> {
    let limit = begin.saturating_add(request.bytes_max).min(end.position);
    let mut last = segment.last_batch_within(begin, limit)?;
    if last.is_none() && request.min_one_batch {
        last = segment.scan_headers(begin, end.position, |_| true)?;
    }
    Ok(last.map(|found| End {
        position: found.end(),
        offset: Offset(found.header.next_offset()),
    }))
}
