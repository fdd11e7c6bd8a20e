//! What is counted of the requests on Kafka listeners: how many, what they came to, how long they took.
//!
//! One row of atomics for each line of the API table, found by its place there: counting needs no look-up, no lock and
//! no allocation. A request's time begins when its last bytes were read and ends when its answer is ready to be sent, in
//! its turn; it is parted as Kafka parts it (waiting to be handled, handling, waiting for replication or data).

use std::fmt;
use std::time::Duration;

use dmq_protocol::ErrorCode;
use tokio::time::Instant;

use super::TABLE;
use super::reply::Encode;
use crate::telemetry::metrics::{Collect, Counter, DurationHistogram, DurationSnapshot, Family, Page};

/// Versions that are told apart; every API that Kafka 4.4 has, has fewer.
const VERSIONS: usize = 32;

static REQUESTS: Family = Family::counter(
    "kafka_network_requestmetrics_requests_total",
    &["request", "version"],
    "Requests by API and version.",
)
.as_in_kafka("kafka.network:type=RequestMetrics,name=RequestsPerSec,request=…,version=…");
static ERRORS: Family = Family::counter(
    "kafka_network_requestmetrics_errors_total",
    &["request", "error"],
    "Error codes in answers, NONE among them; an answer has one for each topic or partition that it speaks of.",
)
.as_in_kafka("kafka.network:type=RequestMetrics,name=ErrorsPerSec,request=…,error=…");
static TOTAL: Family = Family::histogram(
    "kafka_network_requestmetrics_totaltime_seconds",
    &["request"],
    "From a request's last bytes to its answer being ready to be sent.",
)
.as_in_kafka("kafka.network:type=RequestMetrics,name=TotalTimeMs,request=…");
static QUEUE: Family = Family::histogram(
    "kafka_network_requestmetrics_requestqueuetime_seconds",
    &["request"],
    "The part of it before the request was handled.",
)
.as_in_kafka("kafka.network:type=RequestMetrics,name=RequestQueueTimeMs,request=…");
static LOCAL: Family = Family::histogram(
    "kafka_network_requestmetrics_localtime_seconds",
    &["request"],
    "The part of it in which the request was handled.",
)
.as_in_kafka("kafka.network:type=RequestMetrics,name=LocalTimeMs,request=…");
static REMOTE: Family = Family::histogram(
    "kafka_network_requestmetrics_remotetime_seconds",
    &["request"],
    "The part of it in which the request waited for a commit, for data or for its turn; requests that waited alone.",
)
.as_in_kafka("kafka.network:type=RequestMetrics,name=RemoteTimeMs,request=…");

const FAMILIES: &[&Family] = &[&REQUESTS, &ERRORS, &TOTAL, &QUEUE, &LOCAL, &REMOTE];

/// The counters of all APIs.
pub struct RequestMetrics {
    apis: Box<[ApiCounters]>,
}

struct ApiCounters {
    name: &'static str,
    by_version: [Counter; VERSIONS],
    /// By code, from −1 on.
    errors: Box<[Counter]>,
    total: DurationHistogram,
    queue: DurationHistogram,
    local: DurationHistogram,
    remote: DurationHistogram,
}

/// A request whose time runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// Its place in the API table.
    api: usize,
    arrived: Instant,
    begun: Instant,
}

impl Timing {
    /// How long the request waited before it was handled.
    pub(super) fn queued(self) -> Duration {
        self.begun.saturating_duration_since(self.arrived)
    }

    /// How long ago its last bytes were read.
    pub(super) fn elapsed(self) -> Duration {
        self.arrived.elapsed()
    }
}

/// A request that was handled and waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    timing: Timing,
    since: Instant,
}

impl RequestMetrics {
    /// A request that begins to be handled.
    pub(super) fn begin(&self, api: usize, version: i16, arrived: Instant) -> Timing {
        let begun = Instant::now();
        if let Some(counters) = self.apis.get(api) {
            let of_version = usize::try_from(version).ok().and_then(|v| counters.by_version.get(v));
            if let Some(count) = of_version {
                count.increment();
            }
            counters.queue.record(begun.saturating_duration_since(arrived));
        }
        Timing { api, arrived, begun }
    }

    /// The error codes of an answer.
    pub(super) fn count_errors(&self, timing: Timing, answer: &impl Encode) {
        let Some(counters) = self.apis.get(timing.api) else {
            return;
        };
        let mut successes = 0;
        answer.error_codes(&mut |code| match code {
            ErrorCode::NONE => successes += 1,
            code => counters.count_error(code, 1),
        });
        counters.count_error(ErrorCode::NONE, successes);
    }

    /// One error code that no answer's type tells.
    pub(super) fn count_error(&self, timing: Timing, code: ErrorCode) {
        if let Some(counters) = self.apis.get(timing.api) {
            counters.count_error(code, 1);
        }
    }

    /// The request is answered, or wants no answer.
    pub(super) fn answered(&self, timing: Timing) {
        if let Some(counters) = self.apis.get(timing.api) {
            let now = Instant::now();
            counters.local.record(now.saturating_duration_since(timing.begun));
            counters.total.record(now.saturating_duration_since(timing.arrived));
        }
    }

    /// The request is handled, and waits for something.
    pub(super) fn waits(&self, timing: Timing) -> Waiting {
        let since = Instant::now();
        if let Some(counters) = self.apis.get(timing.api) {
            counters.local.record(since.saturating_duration_since(timing.begun));
        }
        Waiting { timing, since }
    }

    /// What it waited for has come, and it is answered.
    pub(super) fn answered_after(&self, waiting: Waiting) {
        if let Some(counters) = self.apis.get(waiting.timing.api) {
            let now = Instant::now();
            counters.remote.record(now.saturating_duration_since(waiting.since));
            counters
                .total
                .record(now.saturating_duration_since(waiting.timing.arrived));
        }
    }

    /// How many requests there were, and how long they took together, for people.
    pub fn totals(&self) -> impl Iterator<Item = (&'static str, u64, Duration)> {
        self.used().map(|counters| {
            let total = counters.total.snapshot();
            (counters.name, total.count, total.sum)
        })
    }

    /// APIs that were asked for at least once.
    fn used(&self) -> impl Iterator<Item = &ApiCounters> {
        let is_used = |counters: &&ApiCounters| counters.by_version.iter().any(|count| count.get() > 0);
        self.apis.iter().filter(is_used)
    }
}

impl ApiCounters {
    fn new(name: &'static str) -> ApiCounters {
        ApiCounters {
            name,
            by_version: Default::default(),
            errors: ErrorCode::all().map(|_| Counter::default()).collect(),
            total: DurationHistogram::default(),
            queue: DurationHistogram::default(),
            local: DurationHistogram::default(),
            remote: DurationHistogram::default(),
        }
    }

    fn count_error(&self, code: ErrorCode, by: u64) {
        let place = usize::try_from(i32::from(code.0) + 1).ok();
        if let Some(count) = place.and_then(|place| self.errors.get(place)).filter(|_| by > 0) {
            count.add(by);
        }
    }
}

impl Default for RequestMetrics {
    fn default() -> RequestMetrics {
        let name = |name: &'static str| name.strip_suffix("Request").unwrap_or(name);
        RequestMetrics {
            apis: TABLE.iter().map(|entry| ApiCounters::new(name(entry.name))).collect(),
        }
    }
}

impl fmt::Debug for RequestMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestMetrics({} APIs)", self.apis.len())
    }
}

impl Collect for RequestMetrics {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        let mut requests = page.family(&REQUESTS);
        for counters in self.used() {
            for (version, count) in counters
                .by_version
                .iter()
                .enumerate()
                .filter(|(_, count)| count.get() > 0)
            {
                let version = version.to_string();
                requests.add(&[("request", counters.name), ("version", &version)], count.get());
            }
        }
        let mut errors = page.family(&ERRORS);
        for counters in self.used() {
            for (code, count) in ErrorCode::all()
                .zip(&counters.errors)
                .filter(|(_, count)| count.get() > 0)
            {
                errors.add(&[("request", counters.name), ("error", code.name())], count.get());
            }
        }
        let mut times = |family, of: fn(&ApiCounters) -> DurationSnapshot| {
            let mut samples = page.family(family);
            for counters in self.used() {
                samples.add_histogram(&[("request", counters.name)], &of(counters));
            }
        };
        times(&TOTAL, |counters| counters.total.snapshot());
        times(&QUEUE, |counters| counters.queue.snapshot());
        times(&LOCAL, |counters| counters.local.snapshot());
        times(&REMOTE, |counters| counters.remote.snapshot());
    }
}

#[cfg(test)]
mod tests {
    use dmq_protocol::messages::produce::{PartitionProduceResponse, ProduceResponse, TopicProduceResponse};

    use super::*;

    fn answer(codes: &[ErrorCode]) -> ProduceResponse {
        let partition = |code: &ErrorCode| PartitionProduceResponse {
            error_code: *code,
            ..PartitionProduceResponse::default()
        };
        ProduceResponse {
            responses: vec![TopicProduceResponse {
                partition_responses: codes.iter().map(partition).collect(),
                ..TopicProduceResponse::default()
            }],
            ..ProduceResponse::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_is_counted_by_version_error_and_the_parts_of_its_time() {
        let metrics = RequestMetrics::default();
        let advance = |ms| tokio::time::advance(Duration::from_millis(ms));
        let arrived = Instant::now();
        advance(1).await;
        let timing = metrics.begin(0, 9, arrived);
        advance(10).await;
        let waiting = metrics.waits(timing);
        advance(100).await;
        let (none, full) = (ErrorCode::NONE, ErrorCode::NOT_ENOUGH_REPLICAS);
        metrics.count_errors(timing, &answer(&[none, full, none]));
        metrics.answered_after(waiting);
        let mut page = Page::new();
        metrics.collect(&mut page);
        let text = page.into_text();
        for line in [
            "kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"9\"} 1",
            "kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"NONE\"} 2",
            "kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"NOT_ENOUGH_REPLICAS\"} 1",
            "kafka_network_requestmetrics_totaltime_seconds_sum{request=\"Produce\"} 0.111",
            "kafka_network_requestmetrics_requestqueuetime_seconds_sum{request=\"Produce\"} 0.001",
            "kafka_network_requestmetrics_localtime_seconds_sum{request=\"Produce\"} 0.01",
            "kafka_network_requestmetrics_remotetime_seconds_sum{request=\"Produce\"} 0.1",
        ] {
            assert!(text.lines().any(|is| is == line), "{line} in\n{text}");
        }
        assert!(
            !text.contains("request=\"Fetch\""),
            "an API that nobody used is not on the page"
        );
    }

    #[test]
    fn every_version_of_every_api_has_a_counter() {
        assert!(
            TABLE
                .iter()
                .all(|entry| usize::try_from(entry.versions.max).unwrap() < VERSIONS)
        );
    }
}
