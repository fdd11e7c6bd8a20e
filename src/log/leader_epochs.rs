//! Which leader epoch begins at which offset (`leader-epoch-checkpoint`, lines `epoch start_offset`).
//!
//! A follower finds with it where its log parts from the leader's, a consumer whether its position was truncated.
//! Invariant: epochs and start offsets both rise. Pure; the log decides when the file is written, which is before the
//! recovery point passes the first offset of a new epoch: what is beyond is found again in the batches.

use std::path::Path;

use super::error::IoContext;
use super::{EpochEnd, LogError, text_file};
use crate::disk::Disk;
use crate::ids::{LeaderEpoch, Offset};

/// One epoch and its first offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EpochStart {
    pub(super) epoch: LeaderEpoch,
    pub(super) start: Offset,
}

/// The epochs of one log, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LeaderEpochs {
    starts: Vec<EpochStart>,
}

const ADVICE: &str = "remove the file; epochs are found again from the batches that are recovered";

impl LeaderEpochs {
    pub(super) fn read(disk: &dyn Disk, path: &Path) -> Result<LeaderEpochs, LogError> {
        let mut epochs = LeaderEpochs::default();
        for EpochStart { epoch, start } in text_file::read(disk, path, ADVICE, parse_line)? {
            epochs.assign(epoch, start);
        }
        Ok(epochs)
    }

    pub(super) fn write(&self, disk: &dyn Disk, path: &Path) -> Result<(), LogError> {
        let lines = self
            .starts
            .iter()
            .map(|entry| format!("{} {}", entry.epoch, entry.start));
        disk.write_atomically(path, text_file::render(lines).as_bytes())
            .during("write the leader epochs", path)
    }

    pub(super) fn latest(&self) -> Option<LeaderEpoch> {
        self.starts.last().map(|last| last.epoch)
    }

    /// Notes that an epoch begins at an offset; whether that was news. Entries that contradict it go.
    pub(super) fn assign(&mut self, epoch: LeaderEpoch, start: Offset) -> bool {
        let known = |last: &EpochStart| last.epoch == epoch && last.start <= start;
        if epoch.0 < 0 || start.0 < 0 || self.starts.last().is_some_and(known) {
            return false;
        }
        while self
            .starts
            .last()
            .is_some_and(|last| last.epoch >= epoch || last.start >= start)
        {
            self.starts.pop();
        }
        self.starts.push(EpochStart { epoch, start });
        true
    }

    /// The epoch of the record at an offset.
    pub(super) fn epoch_for(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.starts.partition_point(|entry| entry.start <= offset);
        after
            .checked_sub(1)
            .and_then(|place| self.starts.get(place))
            .map(|entry| entry.epoch)
    }

    /// Where the largest epoch that is not larger than `epoch` ends.
    pub(super) fn end_of(&self, epoch: LeaderEpoch, log_end: Offset) -> Option<EpochEnd> {
        if self.latest()? == epoch {
            return Some(EpochEnd {
                epoch,
                end_offset: log_end,
            });
        }
        let higher = self.starts.partition_point(|entry| entry.epoch <= epoch);
        // Larger than any epoch here: nothing is known of it.
        let end_offset = self.starts.get(higher)?.start;
        // Smaller than any epoch here: what it wrote is gone, and whoever asks goes on at the first known one's start.
        let found = higher
            .checked_sub(1)
            .and_then(|place| self.starts.get(place))
            .map_or(epoch, |entry| entry.epoch);
        (epoch != LeaderEpoch::UNKNOWN).then_some(EpochEnd {
            epoch: found,
            end_offset,
        })
    }

    /// Forgets epochs that begin at or beyond the log's end; whether there were any.
    pub(super) fn truncate_end(&mut self, log_end: Offset) -> bool {
        let kept = self.starts.partition_point(|entry| entry.start < log_end);
        let removed = kept < self.starts.len();
        self.starts.truncate(kept);
        removed
    }

    /// Lets the epoch of the log's first offset begin there; whether that changed anything.
    pub(super) fn truncate_start(&mut self, log_start: Offset) -> bool {
        let after = self.starts.partition_point(|entry| entry.start <= log_start);
        let Some(first) = after.checked_sub(1) else {
            return false;
        };
        self.starts.drain(..first);
        match self.starts.first_mut() {
            Some(entry) if entry.start < log_start => {
                entry.start = log_start;
                true
            }
            _ => first > 0,
        }
    }

    /// Forgets everything; whether there was anything.
    pub(super) fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.starts).is_empty()
    }
}

fn parse_line(line: &str) -> Result<EpochStart, String> {
    let parse = || {
        let (epoch, start) = line.trim().split_once(' ')?;
        let (epoch, start) = (epoch.parse().ok()?, start.trim().parse().ok()?);
        (epoch >= 0 && start >= 0).then_some(EpochStart {
            epoch: LeaderEpoch(epoch),
            start: Offset(start),
        })
    };
    parse().ok_or_else(|| format!("'{line}' is not 'epoch start_offset'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::SimDisk;

    fn epochs(starts: &[(i32, i64)]) -> LeaderEpochs {
        let mut epochs = LeaderEpochs::default();
        for (epoch, start) in starts {
            epochs.assign(LeaderEpoch(*epoch), Offset(*start));
        }
        epochs
    }

    fn end(epochs: &LeaderEpochs, epoch: i32) -> Option<(i32, i64)> {
        epochs
            .end_of(LeaderEpoch(epoch), Offset(100))
            .map(|end| (end.epoch.0, end.end_offset.0))
    }

    #[test]
    fn an_epoch_ends_where_the_next_begins_and_the_last_at_the_logs_end() {
        let epochs = epochs(&[(2, 10), (4, 30), (7, 60)]);
        assert_eq!(end(&epochs, 2), Some((2, 30)));
        assert_eq!(end(&epochs, 3), Some((2, 30)));
        assert_eq!(end(&epochs, 7), Some((7, 100)));
        assert_eq!(end(&epochs, 8), None);
        assert_eq!(end(&epochs, 1), Some((1, 10)));
        assert_eq!(end(&epochs, -1), None);
        assert_eq!(end(&LeaderEpochs::default(), 0), None);
    }

    #[test]
    fn an_epoch_that_wrote_nothing_gives_way() {
        assert_eq!(epochs(&[(1, 10), (2, 20), (3, 20)]), epochs(&[(1, 10), (3, 20)]));
        assert_eq!(epochs(&[(1, 10), (5, 20), (3, 15)]), epochs(&[(1, 10), (3, 15)]));
        let mut same = epochs(&[(1, 10)]);
        assert!(!same.assign(LeaderEpoch(1), Offset(50)));
        assert!(same.assign(LeaderEpoch(1), Offset(5)));
    }

    #[test]
    fn truncation_keeps_the_epochs_of_what_is_left() {
        let all = [(1, 0), (2, 20), (3, 40)];
        let mut cut = epochs(&all);
        assert!(cut.truncate_end(Offset(40)));
        assert_eq!(cut, epochs(&all[..2]));
        assert!(!cut.truncate_end(Offset(40)));
        let mut started = epochs(&all);
        assert!(started.truncate_start(Offset(25)));
        assert_eq!(started, epochs(&[(2, 25), (3, 40)]));
        assert!(!started.truncate_start(Offset(25)));
    }

    #[test]
    fn the_epoch_of_an_offset_is_the_last_that_began_before() {
        let epochs = epochs(&[(1, 10), (2, 20)]);
        let at = |offset| epochs.epoch_for(Offset(offset)).map(|epoch| epoch.0);
        assert_eq!(
            (at(9), at(10), at(19), at(20), at(999)),
            (None, Some(1), Some(1), Some(2), Some(2))
        );
    }

    #[test]
    fn the_file_is_kafkas_and_comes_back() {
        let disk = SimDisk::new(1);
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/leader-epoch-checkpoint");
        let epochs = epochs(&[(0, 0), (3, 17)]);
        epochs.write(&disk, path).unwrap();
        assert_eq!(disk.read(path, 100).unwrap(), b"0\n2\n0 0\n3 17\n");
        assert_eq!(LeaderEpochs::read(&disk, path), Ok(epochs));
    }
}
