//! Which neighbouring segments are cleaned into one, so that what compaction leaves does not end in crumbs. Pure.

use std::ops::Range;

use crate::ids::Offset;

/// What matters of a segment here. Lengths are bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) base: Offset,
    pub(super) log: u64,
    pub(super) offset_index: u64,
    pub(super) time_index: u64,
}

/// How large a group may be. Lengths are bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct SizeMax {
    pub(super) log: u64,
    pub(super) index: u64,
}

/// Groups of neighbours that fit into one segment each; `end` is the first offset behind the last segment.
pub(super) fn groups(segments: &[Size], end: Offset, max: SizeMax) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let mut from = 0;
    while let Some(first) = segments.get(from) {
        let mut sum = *first;
        let mut upto = from + 1;
        while let Some(next) = segments.get(upto) {
            let last = segments.get(upto + 1).map_or(end, |after| after.base).0 - 1;
            let fits = sum.log + next.log <= max.log
                && sum.offset_index + next.offset_index <= max.index
                && sum.time_index + next.time_index <= max.index
                // Relative offsets have 31 bits.
                && last.saturating_sub(first.base.0) <= i64::from(i32::MAX);
            if !fits {
                break;
            }
            sum.log += next.log;
            sum.offset_index += next.offset_index;
            sum.time_index += next.time_index;
            upto += 1;
        }
        groups.push(from..upto);
        from = upto;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(list: &[(i64, u64)]) -> Vec<Size> {
        let size = |(base, log): &(i64, u64)| Size {
            base: Offset(*base),
            log: *log,
            offset_index: 8,
            time_index: 12,
        };
        list.iter().map(size).collect()
    }

    #[test]
    fn small_neighbours_go_together_and_order_stays() {
        let max = SizeMax { log: 100, index: 100 };
        let list = sizes(&[(0, 40), (10, 40), (20, 40), (30, 0), (40, 200), (50, 1)]);
        assert_eq!(groups(&list, Offset(60), max), [0..2, 2..4, 4..5, 5..6]);
        assert_eq!(groups(&[], Offset(0), max), []);
    }

    #[test]
    fn indexes_and_relative_offsets_limit_a_group() {
        let list = sizes(&[(0, 1), (10, 1), (20, 1)]);
        assert_eq!(groups(&list, Offset(30), SizeMax { log: 100, index: 24 }), [0..2, 2..3]);
        let far = sizes(&[(0, 1), (10, 1), (i64::from(i32::MAX), 1)]);
        let max = SizeMax { log: 100, index: 100 };
        assert_eq!(groups(&far, Offset(i64::from(i32::MAX) + 1), max).len(), 1);
        assert_eq!(groups(&far, Offset(i64::from(i32::MAX) + 2), max), [0..2, 2..3]);
    }
}
