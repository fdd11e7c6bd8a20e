//! Clock and randomness, passed in so that tests own them.
//!
//! Nothing else in the process asks the operating system for the time or for random bytes (clippy holds this). Both
//! traits are object safe and shared as `Arc<dyn …>`. Wall time may jump in either direction; whatever measures a
//! duration uses [`Clock::monotonic`].

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use dmq_protocol::Uuid;

/// Tells the time.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Wall time in milliseconds since 1970, as record timestamps count it. May go backwards.
    fn now_ms(&self) -> i64;

    /// Time since an arbitrary start of this process. Never goes backwards.
    fn monotonic(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose monotonic time starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn new() -> SystemClock {
        SystemClock { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    fn now_ms(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that moves only when told to, for tests and simulations.
#[derive(Debug)]
pub struct ManualClock {
    wall_ms: AtomicI64,
    monotonic_ns: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at `wall_ms`, with a monotonic time of zero.
    pub fn at(wall_ms: i64) -> ManualClock {
        ManualClock {
            wall_ms: AtomicI64::new(wall_ms),
            monotonic_ns: AtomicU64::new(0),
        }
    }

    /// Moves both times forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let ns = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.wall_ms.fetch_add(ms, Ordering::Relaxed);
        self.monotonic_ns.fetch_add(ns, Ordering::Relaxed);
    }

    /// Sets the wall time alone, as an operator or NTP does; the monotonic time stays.
    pub fn set_wall_ms(&self, wall_ms: i64) {
        self.wall_ms.store(wall_ms, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.wall_ms.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.monotonic_ns.load(Ordering::Relaxed))
    }
}

/// Ids below this number are Kafka's own (`__cluster_metadata` is 1).
const RESERVED_IDS: u128 = 100;

/// Gives random bytes.
pub trait Random: fmt::Debug + Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// A number from the whole range.
    fn next_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_ne_bytes(bytes)
    }

    /// A number below `bound`; 0 if `bound` is 0. The bias of a plain remainder does not matter for jitter and picks.
    fn below(&self, bound: u64) -> u64 {
        self.next_u64().checked_rem(bound).unwrap_or(0)
    }

    /// A fresh version-4 id that is not one of Kafka's reserved ones and whose text does not start with a dash (a
    /// command line would take that for an option).
    fn uuid(&self) -> Uuid {
        loop {
            let mut bytes = [0; 16];
            self.fill(&mut bytes);
            let bits = (u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
            let id = Uuid::from_u128(bits);
            if bits >= RESERVED_IDS && !id.to_string().starts_with('-') {
                return id;
            }
        }
    }
}

/// The machine's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::panic,
        reason = "an identity made without randomness would be worse than a stop"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system gives no random bytes: {error}");
        }
    }
}

/// A reproducible sequence for tests and simulations: the same seed gives the same numbers. Not for secrets.
#[derive(Debug)]
pub struct SeededRandom {
    state: AtomicU64,
}

impl SeededRandom {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> SeededRandom {
        SeededRandom {
            state: AtomicU64::new(seed),
        }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64: each step of the counter is scrambled on its own, so that threads may share it.
            const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
            let mut word = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            for (byte, random) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *byte = random;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_until_moved() {
        let clock = ManualClock::at(1_000);
        assert_eq!((clock.now_ms(), clock.monotonic()), (1_000, Duration::ZERO));
        clock.advance(Duration::from_millis(5));
        clock.set_wall_ms(10);
        assert_eq!((clock.now_ms(), clock.monotonic()), (10, Duration::from_millis(5)));
    }

    #[test]
    fn the_system_clock_counts_milliseconds_since_1970() {
        let clock = SystemClock::new();
        assert!(clock.now_ms() > 1_700_000_000_000);
        let before = clock.monotonic();
        assert!(clock.monotonic() >= before);
    }

    #[test]
    fn the_same_seed_gives_the_same_sequence() {
        let ids = |seed| {
            let random = SeededRandom::new(seed);
            (0..100).map(|_| random.uuid()).collect::<Vec<_>>()
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
    }

    #[test]
    fn ids_are_version_4_and_never_start_with_a_dash() {
        let random = SeededRandom::new(1);
        for id in (0..1_000).map(|_| random.uuid()) {
            assert_eq!((id.0[6] >> 4, id.0[8] >> 6), (4, 2));
            assert!(!id.to_string().starts_with('-'));
        }
        assert_ne!(SystemRandom.uuid(), SystemRandom.uuid());
    }

    #[test]
    fn below_keeps_its_bound() {
        let random = SeededRandom::new(3);
        assert!((0..1_000).all(|_| random.below(10) < 10));
        assert_eq!(random.below(0), 0);
    }
}
