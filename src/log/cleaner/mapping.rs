//! The first half of a cleaning: each key's last offset in the dirty part.

use dmq_protocol::records::BatchError;

use super::super::Log;
use super::super::control::end_marker;
use super::super::segment::Segment;
use super::batches::Batches;
use super::key_map::KeyMap;
use super::transactions::Transactions;
use super::{Cleanable, CleaningError, CleaningLimits, Pace};
use crate::ids::Offset;

/// A filled map, and how far it reaches.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) keys: KeyMap,
    /// The first offset that is not in it.
    pub(super) upto: Offset,
}

/// Why the records of a batch are not gone through to the end.
enum Stop {
    Full,
    Batch(BatchError),
}

impl From<BatchError> for Stop {
    fn from(error: BatchError) -> Stop {
        Stop::Batch(error)
    }
}

/// Maps as many of the dirty segments as the map has room for.
pub(super) fn map_keys(
    log: &Log,
    cleanable: &Cleanable,
    limits: &CleaningLimits,
    pace: &dyn Pace,
) -> Result<Mapped, CleaningError> {
    let (from, end) = (cleanable.first_dirty, cleanable.first_uncleanable);
    let offsets = u64::try_from(end.0.saturating_sub(from.0)).unwrap_or(0);
    let mut mapped = Mapped {
        keys: KeyMap::new(offsets, limits.key_map_bytes_max, limits.key_map_load_max),
        upto: from,
    };
    let segments = log.segments_between(from, end);
    let mut transactions = Transactions::default();
    transactions.expect(log.find_aborted(from, end)?);
    for (place, segment) in segments.iter().enumerate() {
        let next_base = segments.get(place + 1).map_or(end, |next| next.base());
        if !map_segment(log, segment, from, &mut transactions, &mut mapped, (limits, pace))? {
            return Ok(mapped);
        }
        // Offsets that an earlier cleaning removed at the segment's end are mapped, too.
        mapped.upto = mapped.upto.max(next_base);
    }
    Ok(mapped)
}

/// Whether the whole segment fits.
fn map_segment(
    log: &Log,
    segment: &Segment,
    from: Offset,
    transactions: &mut Transactions,
    mapped: &mut Mapped,
    (limits, pace): (&CleaningLimits, &dyn Pace),
) -> Result<bool, CleaningError> {
    let inflated_bytes_max = log.config().decompressed_bytes_max;
    let mut batches = Batches::new(segment, segment.position_before(from)?.position, limits.io_bytes);
    while let Some(batch) = batches.next()? {
        if !pace.spend(batches.take_read()) {
            return Err(CleaningError::Stopped);
        }
        let header = *batch.header();
        if header.attributes.is_control() {
            let marker = end_marker(&batch).map_err(|error| batches.damage(&error))?;
            transactions.pass_control(&header, marker, header.record_count == 0);
        } else if !transactions.is_aborted(&header) && header.next_offset() > from.0 {
            let keys = &mut mapped.keys;
            let noted = batch.visit_records(inflated_bytes_max, |record| match record.key {
                Some(key) if record.offset >= from.0 => keys.put(key, Offset(record.offset)).map_err(|_| Stop::Full),
                _ => Ok(()),
            });
            match noted {
                Ok(()) => {}
                Err(Stop::Full) => return Ok(false),
                Err(Stop::Batch(error)) => return Err(batches.damage(&error).into()),
            }
        }
        mapped.upto = mapped.upto.max(Offset(header.next_offset()));
    }
    Ok(true)
}
