//! A rate as Kafka measures it: the sum over a few samples, divided by the time that they span.
//!
//! Time is cut into samples of equal length, each beginning with the first event after the one before it ended. One more
//! sample than the window has is kept, because the oldest usually reaches into the window only in part; a sample without
//! an event for a whole window's length begins anew. A window that has not been filled yet counts as if it were, so that
//! a client may begin with a burst. The exact arithmetic matters: throttle times come from it.

use std::time::Duration;

/// How rates are measured: over so many samples of so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    samples: usize,
    sample_ms: i64,
}

impl Default for Window {
    /// Kafka's: eleven samples of a second.
    fn default() -> Window {
        Window::new(11, Duration::from_secs(1))
    }
}

impl Window {
    /// `quota.window.num` samples of `quota.window.size.seconds` each; at least one of at least a millisecond.
    pub fn new(samples: usize, sample: Duration) -> Window {
        Window {
            samples: samples.max(1),
            sample_ms: i64::try_from(sample.as_millis()).unwrap_or(i64::MAX).max(1),
        }
    }

    /// How long one sample is, in ms: also the longest time that a throttle with a bound may last.
    pub fn sample_ms(&self) -> i64 {
        self.sample_ms
    }

    /// How long all samples are together, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.samples as f64 * self.sample_ms as f64 / 1_000.0
    }

    /// How long the samples before the current one are together, in seconds.
    pub(super) fn past_seconds(&self) -> f64 {
        (self.samples - 1) as f64 * self.sample_ms as f64 / 1_000.0
    }

    fn len_ms(&self) -> i64 {
        self.sample_ms
            .saturating_mul(i64::try_from(self.samples).unwrap_or(i64::MAX))
    }
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    start_ms: i64,
    last_event_ms: i64,
    sum: f64,
}

impl Sample {
    fn starting(now_ms: i64) -> Sample {
        Sample {
            start_ms: now_ms,
            last_event_ms: now_ms,
            sum: 0.0,
        }
    }
}

/// What was recorded lately, in samples.
#[derive(Debug, Clone, Default)]
pub struct Rate {
    samples: Vec<Sample>,
    current: usize,
}

impl Rate {
    /// Adds `amount` to the current sample; negative takes back.
    pub fn record(&mut self, window: Window, amount: f64, now_ms: i64) {
        let is_over = |sample: &Sample| now_ms.saturating_sub(sample.start_ms) >= window.sample_ms;
        if self.samples.get(self.current).is_some_and(is_over) {
            self.current = (self.current + 1) % (window.samples + 1);
            if let Some(oldest) = self.samples.get_mut(self.current) {
                *oldest = Sample::starting(now_ms);
            }
        }
        if self.samples.len() <= self.current {
            self.samples.push(Sample::starting(now_ms));
            self.current = self.samples.len() - 1;
        }
        if let Some(sample) = self.samples.get_mut(self.current) {
            sample.sum += amount;
            sample.last_event_ms = now_ms;
        }
    }

    /// What was recorded in a second, on the average of the window.
    pub fn per_second(&mut self, window: Window, now_ms: i64) -> f64 {
        let span_ms = self.span_ms(window, now_ms);
        let sum: f64 = self.samples.iter().map(|sample| sample.sum).sum();
        sum / (span_ms as f64 / 1_000.0)
    }

    /// How long, in ms, nothing may be recorded until the rate is down at `limit`; `None` while it is not above.
    pub fn excess_ms(&mut self, window: Window, limit: f64, now_ms: i64) -> Option<i64> {
        let rate = self.per_second(window, now_ms);
        // Not `rate <= limit`: a limit that is no number limits nothing.
        let exceeds = rate > limit;
        exceeds.then(|| rounded((rate - limit) / limit * self.span_ms(window, now_ms) as f64))
    }

    /// How much time the samples stand for, in ms; at least one.
    fn span_ms(&mut self, window: Window, now_ms: i64) -> i64 {
        self.forget(window, now_ms);
        let oldest = self
            .samples
            .iter()
            .map(|sample| sample.start_ms)
            .min()
            .unwrap_or(now_ms);
        let elapsed = now_ms.saturating_sub(oldest);
        let past_samples = i64::try_from(window.samples - 1).unwrap_or(i64::MAX);
        let missing = past_samples.saturating_sub(elapsed / window.sample_ms).max(0);
        elapsed.saturating_add(missing.saturating_mul(window.sample_ms)).max(1)
    }

    /// Begins the samples anew that lie wholly before the window.
    fn forget(&mut self, window: Window, now_ms: i64) {
        for sample in &mut self.samples {
            if now_ms.saturating_sub(sample.last_event_ms) >= window.len_ms() {
                *sample = Sample::starting(now_ms);
            }
        }
    }
}

/// To the next whole number, halves upwards.
pub(super) fn rounded(number: f64) -> i64 {
    // The cast saturates, and makes 0 of what is no number.
    (number + 0.5).floor() as i64
}
