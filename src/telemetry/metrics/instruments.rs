//! What the broker's parts count with: relaxed atomics.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to it.
    #[inline]
    pub fn add(&self, by: u64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    /// Adds one.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// Where it stands.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many bounds a histogram has; durations above the last one are only in its count and sum.
const BOUNDS: usize = 19;
/// The first bound is 2⁶ µs.
const FIRST_BOUND_LOG2: u32 = 6;

/// Counts durations by powers of two, from 64 µs to 16.8 s.
#[derive(Debug, Default)]
pub struct DurationHistogram {
    /// The n-th counts those of at most 2ⁿ⁺⁶ µs and above the bound before; the last one all longer ones.
    buckets: [AtomicU64; BOUNDS + 1],
    micros: AtomicU64,
}

impl DurationHistogram {
    /// Counts one duration.
    #[inline]
    pub fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = (u64::BITS - (micros.saturating_sub(1) >> FIRST_BOUND_LOG2).leading_zeros()) as usize;
        if let Some(bucket) = self.buckets.get(place.min(BOUNDS)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// What has been counted so far.
    pub fn snapshot(&self) -> DurationSnapshot {
        let mut count = 0;
        let mut cumulative = self.buckets.iter().map(|bucket| {
            count += bucket.load(Ordering::Relaxed);
            count
        });
        let below = std::array::from_fn(|_| cumulative.next().unwrap_or(0));
        let _ = cumulative.next();
        DurationSnapshot {
            below,
            count,
            sum: Duration::from_micros(self.micros.load(Ordering::Relaxed)),
        }
    }
}

/// A histogram at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationSnapshot {
    /// How many were at most the n-th bound long.
    below: [u64; BOUNDS],
    /// How many there were.
    pub count: u64,
    /// How long they were together.
    pub sum: Duration,
}

impl DurationSnapshot {
    /// Each bound in seconds, with how many durations it holds.
    pub fn bounds(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let bound = |place: u32| Duration::from_micros(1 << (FIRST_BOUND_LOG2 + place)).as_secs_f64();
        (0..).map(bound).zip(self.below.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_counted_at_the_first_bound_that_holds_it_and_at_all_above() {
        let histogram = DurationHistogram::default();
        for micros in [0, 64, 65, 128, 16_777_216, 16_777_217, 3_000_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let snapshot = histogram.snapshot();
        let bounds: Vec<(f64, u64)> = snapshot.bounds().collect();
        assert_eq!(bounds.len(), BOUNDS);
        assert_eq!(
            (bounds[0], bounds[1], bounds[17], bounds[18]),
            ((0.000_064, 2), (0.000_128, 4), (8.388_608, 4), (16.777_216, 5))
        );
        assert_eq!((snapshot.count, snapshot.sum.as_micros()), (7, 3_033_554_690));
    }

    #[test]
    fn a_counter_adds() {
        let counter = Counter::default();
        counter.increment();
        counter.add(4);
        assert_eq!(counter.get(), 5);
    }
}
