//! What is counted of HTTP requests, and the page on which everything that the broker counts stands.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

use super::RestState;
use crate::telemetry::metrics::{Collect, Counter, DurationHistogram, Family, Page};

static REQUESTS: Family = Family::counter(
    "dmq_rest_requests_total",
    &["endpoint", "status"],
    "HTTP requests by endpoint and status.",
);
static TIMES: Family = Family::histogram(
    "dmq_rest_request_duration_seconds",
    &["endpoint"],
    "From an HTTP request's head to its answer being ready to be sent.",
);
static UNDER_WAY: Family = Family::gauge(
    "dmq_rest_requests_under_way",
    &[],
    "HTTP requests that are being received or answered.",
);

static CONNECTIONS: Family = Family::gauge("dmq_rest_connections", &[], "Open HTTP connections.");
static REFUSED: Family = Family::counter(
    "dmq_rest_connections_refused_total",
    &[],
    "HTTP connections closed because there were rest.max.connections.",
);

const FAMILIES: &[&Family] = &[&REQUESTS, &TIMES, &UNDER_WAY, &CONNECTIONS, &REFUSED];

/// Statuses that are told apart: from 200 on.
const STATUSES: std::ops::Range<u16> = 200..600;

/// What is told apart on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Messages,
    Consume,
    HighWaterMark,
    Metadata,
    StorageHeartbeat,
    Health,
    Status,
    Metrics,
    Other,
}

impl Endpoint {
    const ALL: [Endpoint; 9] = [
        Endpoint::Messages,
        Endpoint::Consume,
        Endpoint::HighWaterMark,
        Endpoint::Metadata,
        Endpoint::StorageHeartbeat,
        Endpoint::Health,
        Endpoint::Status,
        Endpoint::Metrics,
        Endpoint::Other,
    ];

    fn name(self) -> &'static str {
        match self {
            Endpoint::Messages => "messages",
            Endpoint::Consume => "consume",
            Endpoint::HighWaterMark => "high-water-mark",
            Endpoint::Metadata => "metadata",
            Endpoint::StorageHeartbeat => "storage-heartbeat",
            Endpoint::Health => "health",
            Endpoint::Status => "status",
            Endpoint::Metrics => "metrics",
            Endpoint::Other => "other",
        }
    }
}

/// The counters of all endpoints.
pub struct RestMetrics {
    endpoints: [EndpointCounters; Endpoint::ALL.len()],
    under_way: AtomicI64,
    connections: AtomicI64,
    connections_refused: Counter,
}

struct EndpointCounters {
    /// By status, from 200 on.
    by_status: Box<[Counter]>,
    took: DurationHistogram,
}

impl Default for RestMetrics {
    fn default() -> RestMetrics {
        let counters = |_| EndpointCounters {
            by_status: STATUSES.map(|_| Counter::default()).collect(),
            took: DurationHistogram::default(),
        };
        RestMetrics {
            endpoints: Endpoint::ALL.map(counters),
            under_way: AtomicI64::new(0),
            connections: AtomicI64::new(0),
            connections_refused: Counter::default(),
        }
    }
}

impl fmt::Debug for RestMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RestMetrics({} under way)", self.under_way.load(Ordering::Relaxed))
    }
}

/// A request under way; it ends also when its connection goes.
struct UnderWay<'a>(&'a AtomicI64);

impl<'a> UnderWay<'a> {
    fn new(count: &'a AtomicI64) -> UnderWay<'a> {
        count.fetch_add(1, Ordering::Relaxed);
        UnderWay(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves a request and counts it.
pub async fn count(
    State((metrics, endpoint)): State<(Arc<RestMetrics>, Endpoint)>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let under_way = UnderWay::new(&metrics.under_way);
    let response = next.run(request).await;
    drop(under_way);
    metrics.record(endpoint, response.status().as_u16(), begun.elapsed());
    response
}

/// An open connection.
#[derive(Debug)]
pub struct OpenConnection(Arc<RestMetrics>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl RestMetrics {
    /// Counts a connection for as long as what is returned lives.
    pub fn open_connection(self: &Arc<Self>) -> OpenConnection {
        self.connections.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(self))
    }

    /// Counts a connection that was closed at once.
    pub fn count_refused_connection(&self) {
        self.connections_refused.increment();
    }

    fn record(&self, endpoint: Endpoint, status: u16, took: std::time::Duration) {
        if let Some(counters) = self.endpoints.get(endpoint as usize) {
            counters.took.record(took);
            let place = usize::from(status.saturating_sub(STATUSES.start));
            if let Some(count) = counters.by_status.get(place) {
                count.increment();
            }
        }
    }
}

impl Collect for RestMetrics {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        let named = || Endpoint::ALL.into_iter().zip(&self.endpoints);
        let mut samples = page.family(&REQUESTS);
        for (endpoint, counters) in named() {
            for (status, count) in STATUSES.zip(&counters.by_status).filter(|(_, count)| count.get() > 0) {
                let status = status.to_string();
                samples.add(&[("endpoint", endpoint.name()), ("status", &status)], count.get());
            }
        }
        let mut samples = page.family(&TIMES);
        for (endpoint, counters) in named() {
            let took = counters.took.snapshot();
            if took.count > 0 {
                samples.add_histogram(&[("endpoint", endpoint.name())], &took);
            }
        }
        page.single(&UNDER_WAY, self.under_way.load(Ordering::Relaxed));
        page.single(&CONNECTIONS, self.connections.load(Ordering::Relaxed));
        page.single(&REFUSED, self.connections_refused.get());
    }
}

/// The page for Prometheus. It is there from the start on, with what is known so far.
pub async fn metrics(State(state): State<RestState>) -> Response {
    let registry = state.registry().clone();
    // Thousands of partitions take a while, which no network thread has.
    match tokio::task::spawn_blocking(move || registry.page()).await {
        Ok(page) => ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page of metrics could not be made");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
