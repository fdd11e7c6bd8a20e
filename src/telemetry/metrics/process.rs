//! The process as the operating system sees it, under the names that Prometheus' own client libraries use.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::{Collect, Family, Page};
use crate::env::Clock;

static BUILD: Family = Family::gauge(
    "dmq_build_info",
    &["version"],
    "Always 1; the label says which version runs.",
);
static STARTED: Family = Family::gauge(
    "process_start_time_seconds",
    &[],
    "When the process started, in seconds since 1970.",
);
static UPTIME: Family = Family::gauge("dmq_uptime_seconds", &[], "How long the broker has been running.");
static CPU: Family = Family::counter(
    "process_cpu_seconds_total",
    &[],
    "Processor time used, user and system together.",
);
static RESIDENT: Family = Family::gauge("process_resident_memory_bytes", &[], "Resident memory.");
static VIRTUAL: Family = Family::gauge("process_virtual_memory_bytes", &[], "Virtual memory.");
static THREADS: Family = Family::gauge("process_threads", &[], "Threads of the process.");
static OPEN_FDS: Family = Family::gauge("process_open_fds", &[], "Open file descriptors.");
static MAX_FDS: Family = Family::gauge("process_max_fds", &[], "How many file descriptors there may be.");

const FAMILIES: &[&Family] = &[
    &BUILD, &STARTED, &UPTIME, &CPU, &RESIDENT, &VIRTUAL, &THREADS, &OPEN_FDS, &MAX_FDS,
];

/// What the system says of this process.
#[derive(Debug)]
pub struct ProcessMetrics {
    clock: Arc<dyn Clock>,
    started_ms: i64,
    started: Duration,
}

impl ProcessMetrics {
    /// A collector for a process that has just started.
    pub fn new(clock: Arc<dyn Clock>) -> ProcessMetrics {
        ProcessMetrics {
            started_ms: clock.now_ms(),
            started: clock.monotonic(),
            clock,
        }
    }

    /// How long the broker has been running.
    pub fn uptime(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.started)
    }

    /// When the process started, in milliseconds since 1970.
    pub fn started_ms(&self) -> i64 {
        self.started_ms
    }

    /// Resident memory in bytes, where the system tells it.
    pub fn resident_bytes(&self) -> Option<u64> {
        kilobytes(&status(), "VmRSS")
    }
}

impl Collect for ProcessMetrics {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        page.family(&BUILD)
            .add(&[("version", env!("CARGO_PKG_VERSION"))], 1_u64);
        page.single(&STARTED, self.started_ms as f64 / 1000.0);
        page.single(&UPTIME, self.uptime().as_secs_f64());
        let cpu = clock_gettime(ClockId::ProcessCPUTime);
        page.single(&CPU, cpu.tv_sec as f64 + cpu.tv_nsec as f64 / 1e9);
        let status = status();
        page.single(&RESIDENT, kilobytes(&status, "VmRSS").unwrap_or(0));
        page.single(&VIRTUAL, kilobytes(&status, "VmSize").unwrap_or(0));
        let threads = field(&status, "Threads").and_then(|text| text.parse::<u64>().ok());
        page.single(&THREADS, threads.unwrap_or(0));
        let open = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        // The look itself has one open.
        page.single(&OPEN_FDS, open.saturating_sub(1));
        page.single(&MAX_FDS, getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX));
    }
}

/// The kernel's page about this process, which is no file on a disk.
fn status() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap_or_default()
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim())
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let number = field(status, name)?.strip_suffix("kB")?;
    number.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::ManualClock;

    #[test]
    fn memory_is_read_from_the_kernels_page() {
        let status = "Name:\tdmq\nVmSize:\t  2048 kB\nVmRSS:\t   7 kB\nThreads:\t12\n";
        assert_eq!(kilobytes(status, "VmRSS"), Some(7 * 1024));
        assert_eq!(kilobytes(status, "VmSize"), Some(2048 * 1024));
        assert_eq!(field(status, "Threads"), Some("12"));
        assert_eq!(kilobytes(status, "Vm"), None);
    }

    #[test]
    fn the_process_tells_its_start_and_what_it_uses() {
        let clock = Arc::new(ManualClock::at(1_500));
        let metrics = ProcessMetrics::new(Arc::clone(&clock) as _);
        clock.advance(Duration::from_millis(2_250));
        let mut page = Page::new();
        metrics.collect(&mut page);
        let text = page.into_text();
        assert!(text.contains("\nprocess_start_time_seconds 1.5\n"), "{text}");
        assert!(text.contains("\ndmq_uptime_seconds 2.25\n"), "{text}");
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.unwrap().parse::<f64>().unwrap()
        };
        for name in [
            "process_cpu_seconds_total",
            "process_resident_memory_bytes",
            "process_virtual_memory_bytes",
            "process_threads",
            "process_open_fds",
            "process_max_fds",
        ] {
            assert!(value(name) > 0.0, "{name} in\n{text}");
        }
    }
}
