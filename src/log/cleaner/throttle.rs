//! How long to wait so that a rate of bytes is not exceeded (`log.cleaner.io.max.bytes.per.second`). Pure.

use std::time::Duration;

/// Looked at in windows of this length, so that short bursts are allowed and long rests earn nothing.
const WINDOW: Duration = Duration::from_millis(300);

/// A limit on bytes per second, shared by all who are to keep to it together.
#[derive(Debug)]
pub struct Throttle {
    bytes_per_second: f64,
    window_start: Duration,
    bytes: u64,
}

impl Throttle {
    /// A limit that holds from `now` (monotonic) on.
    pub fn new(bytes_per_second: f64, now: Duration) -> Throttle {
        Throttle {
            bytes_per_second: bytes_per_second.max(1.0),
            window_start: now,
            bytes: 0,
        }
    }

    /// Changes the limit for what is still to come.
    pub fn set_rate(&mut self, bytes_per_second: f64) {
        self.bytes_per_second = bytes_per_second.max(1.0);
    }

    /// Notes bytes; how long to wait before more.
    pub fn spend(&mut self, bytes: u64, now: Duration) -> Duration {
        self.bytes = self.bytes.saturating_add(bytes);
        let passed = now.saturating_sub(self.window_start);
        if passed < WINDOW && (self.bytes as f64) < self.bytes_per_second * WINDOW.as_secs_f64() {
            return Duration::ZERO;
        }
        let due = Duration::try_from_secs_f64(self.bytes as f64 / self.bytes_per_second).unwrap_or(Duration::MAX);
        let wait = due.saturating_sub(passed);
        // The next window begins once the wait is over.
        (self.bytes, self.window_start) = (0, now.saturating_add(wait));
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_kept_over_time_and_a_rest_earns_nothing() {
        let mut now = Duration::from_secs(50);
        let mut throttle = Throttle::new(1_000_000.0, now);
        let begun = now;
        for _ in 0..1_000 {
            now += throttle.spend(10_000, now);
        }
        let took = (now - begun).as_secs_f64();
        assert!((9.7..=10.0).contains(&took), "{took}");
        now += Duration::from_secs(3_600);
        throttle.spend(1, now);
        let burst = throttle.spend(2_000_000, now);
        assert!(burst >= Duration::from_millis(1_900), "{burst:?}");
    }

    #[test]
    fn without_a_limit_nobody_waits() {
        let mut throttle = Throttle::new(f64::MAX, Duration::ZERO);
        assert_eq!(throttle.spend(u64::MAX, Duration::ZERO), Duration::ZERO);
    }
}
