//! Where the newest batches begin and end.
//!
//! Readers at the tail ask for offsets that were the log's end a moment ago, and stop at a high watermark that was, too.
//! Both are found here without a search in the indexes. Entries are boundaries between batches of the last segment.

use crate::ids::Offset;

const BOUNDARIES_MAX: usize = 32;

/// A boundary between two batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Boundary {
    /// The segment's base offset.
    segment: Offset,
    /// The first offset behind it.
    offset: Offset,
    /// Its position in the segment's file.
    position: u64,
}

/// The newest boundaries. Takes no memory before the first append.
#[derive(Debug, Default)]
pub(super) struct Recent {
    boundaries: Vec<Boundary>,
    next: usize,
}

impl Recent {
    pub(super) fn note(&mut self, segment: Offset, offset: Offset, position: u64) {
        let boundary = Boundary {
            segment,
            offset,
            position,
        };
        if self.boundaries.len() < BOUNDARIES_MAX {
            self.boundaries.push(boundary);
            return;
        }
        if let Some(oldest) = self.boundaries.get_mut(self.next) {
            *oldest = boundary;
        }
        self.next = (self.next + 1) % BOUNDARIES_MAX;
    }

    pub(super) fn position(&self, segment: Offset, offset: Offset) -> Option<u64> {
        let found = self
            .boundaries
            .iter()
            .find(|boundary| boundary.offset == offset && boundary.segment == segment);
        found.map(|boundary| boundary.position)
    }

    pub(super) fn clear(&mut self) {
        *self = Recent::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_boundaries_are_known_and_the_oldest_forgotten() {
        let mut recent = Recent::default();
        for n in 0..100 {
            recent.note(Offset(0), Offset(n), n as u64 * 10);
        }
        let known: Vec<i64> = (0..100)
            .filter(|n| recent.position(Offset(0), Offset(*n)).is_some())
            .collect();
        assert_eq!(known, (100 - BOUNDARIES_MAX as i64..100).collect::<Vec<_>>());
        assert_eq!(recent.position(Offset(0), Offset(99)), Some(990));
        assert_eq!(recent.position(Offset(5), Offset(99)), None);
        recent.clear();
        assert_eq!(recent.position(Offset(0), Offset(99)), None);
    }
}
