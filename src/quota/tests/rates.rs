//! Rates and buckets: Kafka's own numbers for a recorded history, and a plain model for any.

use std::time::Duration;

use proptest::prelude::*;

use crate::quota::bucket::TokenBucket;
use crate::quota::rate::{Rate, Window, rounded};

const LIMIT: f64 = 1_000.0;

/// Histories that were run through `Rate` and `TokenBucket` of Apache Kafka 4.4's clients: samples, seconds of each, time,
/// amount, and then the rate, the throttle (−1 none) and the bucket's throttle against a quota of a thousand.
const KAFKA: &str = include_str!("kafka-rates.txt");

#[test]
fn every_figure_is_kafkas() {
    let (mut rate, mut bucket, mut last) = (Rate::default(), TokenBucket::default(), None);
    let mut compared = 0;
    for line in KAFKA.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let number = |place: usize| fields[place].parse::<i64>().unwrap();
        let sample = Duration::from_secs(u64::try_from(number(1)).unwrap());
        let window = Window::new(usize::try_from(number(0)).unwrap(), sample);
        if last != Some(window) {
            (rate, bucket, last) = (Rate::default(), TokenBucket::default(), Some(window));
        }
        let (now_ms, amount) = (number(2), number(3) as f64);
        rate.record(window, amount, now_ms);
        bucket.take(window, LIMIT, amount, now_ms);
        let expected: f64 = fields[4].parse().unwrap();
        assert_eq!(rate.per_second(window, now_ms), expected, "{line}");
        assert_eq!(rate.excess_ms(window, LIMIT, now_ms).unwrap_or(-1), number(5), "{line}");
        assert_eq!(bucket.debt_ms(window, LIMIT, now_ms).unwrap_or(-1), number(6), "{line}");
        compared += 1;
    }
    assert_eq!(compared, 120);
}

/// The same in the plainest way: every sample there ever was, and a look at all of them.
#[derive(Debug, Default)]
struct Model {
    /// Start, last event, sum; the newest is last.
    samples: Vec<(i64, i64, f64)>,
}

impl Model {
    fn record(&mut self, samples: usize, sample_ms: i64, amount: f64, now: i64) {
        match self.samples.last_mut() {
            Some((start, last, sum)) if now - *start < sample_ms => {
                *last = now;
                *sum += amount;
            }
            _ => self.samples.push((now, now, amount)),
        }
        let surplus = self.samples.len().saturating_sub(samples + 1);
        self.samples.drain(..surplus);
    }

    fn excess(&mut self, samples: usize, sample_ms: i64, now: i64) -> Option<i64> {
        let window = samples as i64 * sample_ms;
        for (start, last, sum) in &mut self.samples {
            if now - *last >= window {
                (*start, *last, *sum) = (now, now, 0.0);
            }
        }
        let oldest = self.samples.iter().map(|(start, _, _)| *start).min().unwrap_or(now);
        let full = (now - oldest) / sample_ms;
        let missing = (samples as i64 - 1 - full).max(0);
        let span = (now - oldest + missing * sample_ms).max(1) as f64;
        let sum: f64 = self.samples.iter().map(|(_, _, sum)| sum).sum();
        let rate = sum / (span / 1_000.0);
        (rate > LIMIT).then(|| rounded((rate - LIMIT) / LIMIT * span))
    }
}

proptest! {
    #[test]
    fn the_ring_of_samples_throttles_as_the_plain_list_does(
        samples in 1usize..14,
        sample_ms in 1i64..3_000,
        steps in prop::collection::vec((0i64..5_000, 0u32..20_000, any::<bool>()), 1..200),
    ) {
        let window = Window::new(samples, Duration::from_millis(sample_ms as u64));
        let (mut rate, mut model, mut now) = (Rate::default(), Model::default(), 0);
        for (step, amount, asks) in steps {
            now += step;
            rate.record(window, f64::from(amount), now);
            model.record(samples, sample_ms, f64::from(amount), now);
            if asks {
                prop_assert_eq!(rate.excess_ms(window, LIMIT, now), model.excess(samples, sample_ms, now));
            }
        }
    }

    #[test]
    fn a_debt_is_gone_after_its_time_and_not_before(takes in prop::collection::vec((1u32..100, 0i64..3_000), 1..50)) {
        let window = Window::new(11, Duration::from_secs(1));
        let (mut bucket, mut now) = (TokenBucket::default(), 0);
        for (take, step) in takes {
            now += step;
            bucket.take(window, 4.0, f64::from(take), now);
            if let Some(debt) = bucket.debt_ms(window, 4.0, now) {
                prop_assert_eq!(bucket.clone().debt_ms(window, 4.0, now + debt + 1), None);
                prop_assert!(debt < 2 || bucket.clone().debt_ms(window, 4.0, now + debt - 2).is_some());
            }
        }
    }
}
