//! The measured part of a closed-loop run: counters that workers raise, and what they were at its two ends.

use crate::account::Snapshot;
use crate::args::{Args, Failure, Target};
use crate::output::{Line, histogram};
use hdrhistogram::Histogram;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

/// What the workers of one run share.
pub struct Shared {
    bytes: AtomicU64,
    requests: AtomicU64,
    records: AtomicU64,
    measuring: AtomicBool,
    stop: AtomicBool,
    failure: Mutex<Option<String>>,
    times: Mutex<Histogram<u64>>,
}

impl Shared {
    /// Nothing counted yet.
    pub fn new() -> Arc<Shared> {
        Arc::new(Shared {
            bytes: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            records: AtomicU64::new(0),
            measuring: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            failure: Mutex::new(None),
            times: Mutex::new(histogram()),
        })
    }

    /// Whether workers shall end.
    pub fn stopping(&self) -> bool {
        self.stop.load(Relaxed)
    }

    /// One request was answered.
    pub fn count(&self, bytes: u64, records: u64, times: &mut Histogram<u64>, took: Duration) {
        self.bytes.fetch_add(bytes, Relaxed);
        self.records.fetch_add(records, Relaxed);
        self.requests.fetch_add(1, Relaxed);
        if self.measuring.load(Relaxed) {
            times.saturating_record(took.as_nanos() as u64);
        }
    }

    /// A worker's end: its times, and why it ended if that was too early.
    pub fn done(&self, times: &Histogram<u64>, result: Result<(), Failure>) {
        let mut all = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        // Both were made with the same bounds, so they can be added.
        let _ = all.add(times);
        if let Err(error) = result {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(error.to_string());
        }
    }

    fn counts(&self) -> [f64; 3] {
        [&self.bytes, &self.requests, &self.records].map(|counter| counter.load(Relaxed) as f64)
    }

    fn failed(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for the warm-up, measures for `secs`, ends the workers.
    pub fn measure(&self, args: &Args, target: &Target, workers: Vec<JoinHandle<()>>) -> Result<Line, Failure> {
        self.pause(args.number("warmup", 1.0)?);
        self.measuring.store(true, Relaxed);
        let (first, before) = (Snapshot::take(target.pid), self.counts());
        self.pause(args.number("secs", 5.0)?);
        let (last, after) = (Snapshot::take(target.pid), self.counts());
        self.measuring.store(false, Relaxed);
        self.stop.store(true, Relaxed);
        for worker in workers {
            worker.join().map_err(|_| "a worker panicked")?;
        }
        if let Some(error) = self.failed() {
            return Err(error.into());
        }
        let [bytes, requests, records] = [0, 1, 2].map(|i| after[i] - before[i]);
        let wall = (last.at - first.at).as_secs_f64();
        let cpu = last.broker - first.broker;
        let line = Line::new()
            .number("mb_per_s", bytes / 1e6 / wall)
            .number("records_per_s", records / wall)
            .number("requests_per_s", requests / wall)
            .number("cpu_s_per_gb", cpu / (bytes / 1e9))
            .number("cpu_s_per_million_requests", cpu / (requests / 1e6))
            .number("cpu_s_per_million_records", cpu / (records / 1e6));
        let line = last.since(&first, target.pid, line);
        Ok(line.quantiles("rtt", &self.times.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn pause(&self, seconds: f64) {
        let mut left = (seconds * 100.0) as u64;
        while left > 0 && self.failed().is_none() {
            sleep(Duration::from_millis(10));
            left -= 1;
        }
    }
}
