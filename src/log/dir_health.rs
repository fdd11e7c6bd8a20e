//! Whether a data directory can be worked with: in order, low on space, or offline after an error.
//!
//! An I/O error on a write, or a failed sync, leaves it unknown what the disk holds and what the next one will do: the
//! whole directory goes offline, for good, and other directories go on. A directory low on space takes no records from
//! clients; everything that makes room, and reading, goes on, and so do clients once there is room again. Shared by all
//! logs of the directory; asked before each append, so cheap.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Room that must be there beyond the minimum before a full directory takes records again, as a fraction of it: a
/// directory on the edge must not go back and forth.
const RESUME_EXTRA: u64 = 10;

/// See the module's page.
#[derive(Debug, Default)]
pub struct DirHealth {
    offline: OnceLock<String>,
    /// Bytes free when they were found too few, plus one; 0: there is room.
    low: AtomicU64,
}

/// What a look at the free space changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceChange {
    /// Too little is left: records are refused from now on.
    RanLow,
    /// There is room again.
    Recovered,
}

impl DirHealth {
    /// Takes the directory offline; whether it was not before.
    pub fn take_offline(&self, reason: &str) -> bool {
        self.offline.set(reason.to_owned()).is_ok()
    }

    /// Why the directory is offline, if it is.
    pub fn offline(&self) -> Option<&str> {
        self.offline.get().map(String::as_str)
    }

    /// The bytes that were free, if those are too few to take records.
    pub fn low_on_space(&self) -> Option<u64> {
        self.low.load(Ordering::Relaxed).checked_sub(1)
    }

    /// Notes how many bytes are free; what that changes, with at least `bytes_min` demanded.
    pub fn note_free_space(&self, bytes: u64, bytes_min: u64) -> Option<SpaceChange> {
        let was_low = self.low_on_space().is_some();
        let demanded = if was_low {
            bytes_min.saturating_add(bytes_min / RESUME_EXTRA)
        } else {
            bytes_min
        };
        let is_low = bytes < demanded;
        let noted = if is_low { bytes.saturating_add(1) } else { 0 };
        self.low.store(noted, Ordering::Relaxed);
        match (was_low, is_low) {
            (false, true) => Some(SpaceChange::RanLow),
            (true, false) => Some(SpaceChange::Recovered),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_ran_low_needs_more_than_the_minimum_to_take_records_again() {
        let health = DirHealth::default();
        assert_eq!(health.note_free_space(1_000, 1_000), None);
        assert_eq!(health.note_free_space(999, 1_000), Some(SpaceChange::RanLow));
        assert_eq!(health.low_on_space(), Some(999));
        assert_eq!(health.note_free_space(0, 1_000), None);
        assert_eq!(health.low_on_space(), Some(0));
        assert_eq!(health.note_free_space(1_099, 1_000), None);
        assert_eq!(health.note_free_space(1_100, 1_000), Some(SpaceChange::Recovered));
        assert_eq!((health.low_on_space(), health.note_free_space(0, 0)), (None, None));
    }

    #[test]
    fn the_first_reason_to_go_offline_stays() {
        let health = DirHealth::default();
        assert!(health.take_offline("first") && !health.take_offline("second"));
        assert_eq!(health.offline(), Some("first"));
    }
}
