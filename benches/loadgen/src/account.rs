//! CPU and memory of the broker, of this process and of the whole machine, from `/proc`.
//!
//! Clock ticks are 10 ms: windows of seconds are measured to better than a percent.

use crate::output::Line;
use std::fs::read_to_string;
use std::time::Instant;

const TICKS_PER_SECOND: f64 = 100.0;

/// User and system seconds of a process so far; NaN where there is none.
pub fn process_cpu(pid: u32) -> f64 {
    let Ok(stat) = read_to_string(format!("/proc/{pid}/stat")) else {
        return f64::NAN;
    };
    let after_name = stat.rsplit(')').next().unwrap_or("");
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|n| n.parse::<f64>().ok())
        .sum();
    ticks / TICKS_PER_SECOND
}

/// A field of `/proc/PID/status` in MB of 10^6 bytes.
pub fn status_mb(pid: u32, field: &str) -> f64 {
    let Ok(status) = read_to_string(format!("/proc/{pid}/status")) else {
        return f64::NAN;
    };
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kib: Option<f64> = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kib.map_or(f64::NAN, |kib| kib * 1024.0 / 1e6)
}

/// Seconds that all cores were busy.
fn machine_busy() -> f64 {
    let stat = read_to_string("/proc/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .lines()
        .next()
        .unwrap_or("")
        .split_whitespace()
        .skip(1)
        .filter_map(|n| n.parse().ok())
        .collect();
    [0, 1, 2, 5, 6].iter().filter_map(|&i| fields.get(i)).sum::<f64>() / TICKS_PER_SECOND
}

/// A moment, and what had been used by then.
pub struct Snapshot {
    /// When.
    pub at: Instant,
    /// The broker's CPU seconds.
    pub broker: f64,
    own: f64,
    busy: f64,
}

impl Snapshot {
    /// Now.
    pub fn take(pid: u32) -> Snapshot {
        Snapshot {
            at: Instant::now(),
            broker: process_cpu(pid),
            own: process_cpu(std::process::id()),
            busy: machine_busy(),
        }
    }

    /// Adds what was used since `earlier`: by the broker, by this process, by others.
    pub fn since(&self, earlier: &Snapshot, pid: u32, line: Line) -> Line {
        let (broker, own) = (self.broker - earlier.broker, self.own - earlier.own);
        let other = self.busy - earlier.busy - own - if broker.is_finite() { broker } else { 0.0 };
        line.number("wall_s", (self.at - earlier.at).as_secs_f64())
            .number("broker_cpu_s", broker)
            .number("client_cpu_s", own)
            .number("other_cpu_s", other)
            .number("rss_mb", status_mb(pid, "VmRSS"))
            .number("peak_rss_mb", status_mb(pid, "VmHWM"))
    }
}
