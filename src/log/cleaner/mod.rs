//! Compaction of one log, as Apache Kafka does it: of each key the newest record stays.
//!
//! A cleaning goes through the dirty part of a log, which nobody has cleaned yet, and notes in a [`key_map`] of bounded
//! size each key's last offset. Then every segment up to there is copied without the records that a later one of the same
//! key replaces, small segments together, and the copies take the originals' places (`log::swap`). Where the map is full
//! before the dirty part ends, the rest stays dirty for the next cleaning.
//!
//! Invariants: offsets, order, timestamps, headers and codecs of records that stay never change. The active segment, and
//! what lies at or beyond the last stable offset, is not touched. A producer that the log remembers keeps the batch with
//! its last sequence, emptied if need be. A tombstone, and the marker of a transaction that has no records left, stay
//! until the delete horizon that the first cleaning to meet them wrote into their batch.
//! Crash story: whatever was cleaned is durable before it replaces anything; see `log::swap` for the rest.
//! Knows nothing of other logs, of threads, or of when it is time to clean: `partition::compaction` does.

mod batches;
mod cleanable;
mod filter;
mod groups;
mod key_map;
mod mapping;
mod pass;
mod throttle;
mod transactions;

pub use cleanable::Cleanable;
pub use throttle::Throttle;

use std::fmt;

use super::LogError;
use crate::ids::Offset;

/// What a cleaning may take of the machine.
#[derive(Debug, Clone, Copy)]
pub struct CleaningLimits {
    /// Bytes for the map of keys.
    pub key_map_bytes_max: usize,
    /// How full that map may become, as a fraction.
    pub key_map_load_max: f64,
    /// Bytes read and written at a time.
    pub io_bytes: usize,
}

/// Who says whether a cleaning goes on, and how fast.
pub trait Pace {
    /// Told of bytes that were read or written; may wait. False: stop here.
    fn spend(&self, bytes: u64) -> bool;
}

/// What a cleaning did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// The dirty part began here.
    pub from: Offset,
    /// It begins here now.
    pub upto: Offset,
    /// Bytes of the segments that were gone through.
    pub bytes_read: u64,
    /// Bytes of what took their place.
    pub bytes_written: u64,
    /// Records that were gone through.
    pub records_read: u64,
    /// Records that stayed.
    pub records_kept: u64,
    /// Different keys in the dirty part.
    pub keys: u64,
}

/// Why a cleaning came to nothing. The log is as it was, or has some of its segments cleaned already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleaningError {
    /// [`Pace`] said so.
    Stopped,
    /// The segments were removed or cut meanwhile: begin anew.
    Overtaken,
    /// Not even one batch's keys fit the map.
    MapTooSmall {
        /// Keys that fit.
        keys_max: usize,
    },
    /// The log's files.
    Log(LogError),
}

impl fmt::Display for CleaningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CleaningError::Stopped => f.write_str("stopped"),
            CleaningError::Overtaken => f.write_str("the log was truncated or shortened meanwhile"),
            CleaningError::MapTooSmall { keys_max } => write!(
                f,
                "one batch holds more keys than the {keys_max} that the cleaner's memory allows \
                 (log.cleaner.dedupe.buffer.size)"
            ),
            CleaningError::Log(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CleaningError {}

impl From<LogError> for CleaningError {
    fn from(error: LogError) -> CleaningError {
        CleaningError::Log(error)
    }
}
