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
    /// Bytes written since the last look.
    written: AtomicU64,
    /// Bytes free at the last look, plus one; 0: nobody looked yet.
    free: AtomicU64,
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

    /// Notes bytes that were written, so that much of it is seen before the next look.
    pub fn spend(&self, bytes: u64) {
        self.written.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The bytes that are free, if those are fewer than `bytes_min`, as far as is known.
    pub fn low_on_space(&self, bytes_min: u64) -> Option<u64> {
        if let Some(free) = self.found_low() {
            return Some(free);
        }
        let free = self.free.load(Ordering::Relaxed).checked_sub(1)?;
        Some(free.saturating_sub(self.written.load(Ordering::Relaxed))).filter(|left| *left < bytes_min)
    }

    fn found_low(&self) -> Option<u64> {
        self.low.load(Ordering::Relaxed).checked_sub(1)
    }

    /// Notes how many bytes are free; what that changes, with at least `bytes_min` demanded.
    pub fn note_free_space(&self, bytes: u64, bytes_min: u64) -> Option<SpaceChange> {
        let was_low = self.found_low().is_some();
        let demanded = if was_low {
            bytes_min.saturating_add(bytes_min / RESUME_EXTRA)
        } else {
            bytes_min
        };
        let is_low = bytes < demanded;
        let noted = if is_low { bytes.saturating_add(1) } else { 0 };
        self.low.store(noted, Ordering::Relaxed);
        self.written.store(0, Ordering::Relaxed);
        self.free.store(bytes.saturating_add(1), Ordering::Relaxed);
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
        assert_eq!(health.low_on_space(1_000), Some(999));
        assert_eq!(health.note_free_space(0, 1_000), None);
        assert_eq!(health.low_on_space(1_000), Some(0));
        assert_eq!(health.note_free_space(1_099, 1_000), None);
        assert_eq!(health.note_free_space(1_100, 1_000), Some(SpaceChange::Recovered));
        assert_eq!((health.low_on_space(0), health.note_free_space(0, 0)), (None, None));
    }

    #[test]
    fn what_is_written_counts_before_the_next_look() {
        let health = DirHealth::default();
        health.spend(u64::MAX / 2);
        assert_eq!(health.low_on_space(1_000), None);
        health.note_free_space(5_000, 1_000);
        health.spend(4_000);
        assert_eq!(health.low_on_space(1_000), None);
        health.spend(1);
        assert_eq!(health.low_on_space(1_000), Some(999));
        health.note_free_space(5_000, 1_000);
        assert_eq!(health.low_on_space(1_000), None);
    }

    #[test]
    fn the_first_reason_to_go_offline_stays() {
        let health = DirHealth::default();
        assert!(health.take_offline("first") && !health.take_offline("second"));
        assert_eq!(health.offline(), Some("first"));
    }
}
