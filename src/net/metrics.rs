//! The counters of the connection layer, on the page of metrics.

use std::sync::Arc;

use super::budget::MemoryBudget;
use super::server::BoundListener;
use super::stats::{EndKind, ListenerStats, RefusalReason};
use crate::telemetry::metrics::{Collect, Family, Page};

static OPEN: Family = Family::gauge(
    "kafka_server_socketservermetrics_connection_count",
    &["listener"],
    "Open connections.",
)
.as_in_kafka("kafka.server:type=socket-server-metrics,listener=…: connection-count");
static CREATED: Family = counter(
    "kafka_server_socketservermetrics_connection_creation_total",
    "Connections accepted.",
)
.as_in_kafka("kafka.server:type=socket-server-metrics,listener=…: connection-creation-total");
static CLOSED: Family = counter(
    "kafka_server_socketservermetrics_connection_close_total",
    "Connections ended.",
)
.as_in_kafka("kafka.server:type=socket-server-metrics,listener=…: connection-close-total");
static REQUESTS: Family = counter(
    "kafka_server_socketservermetrics_request_total",
    "Requests handed on, those of unknown APIs too.",
)
.as_in_kafka("kafka.server:type=socket-server-metrics,listener=…: request-total");
static BYTES_IN: Family = counter(
    "kafka_server_socketservermetrics_incoming_byte_total",
    "Bytes read from sockets.",
)
.as_in_kafka("kafka.server:type=socket-server-metrics,listener=…: incoming-byte-total");
static BYTES_OUT: Family = counter(
    "kafka_server_socketservermetrics_outgoing_byte_total",
    "Bytes written to sockets.",
)
.as_in_kafka("kafka.server:type=socket-server-metrics,listener=…: outgoing-byte-total");
static REFUSED: Family = Family::counter(
    "dmq_connections_refused_total",
    &["listener", "reason"],
    "Connections closed before a byte was read, by the limit that was reached.",
);
static ENDED: Family = Family::counter(
    "dmq_connections_ended_total",
    &["listener", "how"],
    "Connections ended, by how they did.",
);
static MEMORY: Family = Family::gauge(
    "dmq_request_memory_available_bytes",
    &[],
    "What requests may still take of queued.max.request.bytes; below zero when connections have to wait.",
)
.as_in_kafka("kafka.network:type=…: MemoryPoolAvailable");

const FAMILIES: &[&Family] = &[
    &OPEN, &CREATED, &CLOSED, &REQUESTS, &BYTES_IN, &BYTES_OUT, &REFUSED, &ENDED, &MEMORY,
];

/// One of a listener's numbers.
type Value = fn(&ListenerStats) -> u64;

const fn counter(name: &'static str, help: &'static str) -> Family {
    Family::counter(name, &["listener"], help)
}

/// A collector over all listeners' counters.
#[derive(Debug)]
pub struct NetMetrics {
    pub(super) listeners: Vec<(BoundListener, Arc<ListenerStats>)>,
    pub(super) budget: MemoryBudget,
}

impl Collect for NetMetrics {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        let singles: [(&'static Family, Value); 6] = [
            (&OPEN, ListenerStats::open),
            (&CREATED, ListenerStats::accepted),
            (&CLOSED, |stats| stats.accepted().saturating_sub(stats.open())),
            (&REQUESTS, ListenerStats::requests),
            (&BYTES_IN, ListenerStats::bytes_in),
            (&BYTES_OUT, ListenerStats::bytes_out),
        ];
        for (family, value) in singles {
            let mut samples = page.family(family);
            for (bound, stats) in &self.listeners {
                samples.add(&[("listener", &bound.info.name)], value(stats));
            }
        }
        let mut samples = page.family(&REFUSED);
        for (bound, stats) in &self.listeners {
            for reason in RefusalReason::ALL {
                let labels = [("listener", bound.info.name.as_str()), ("reason", reason.name())];
                samples.add(&labels, stats.refused(reason));
            }
        }
        let mut samples = page.family(&ENDED);
        for (bound, stats) in &self.listeners {
            for kind in EndKind::ALL {
                let labels = [("listener", bound.info.name.as_str()), ("how", kind.name())];
                samples.add(&labels, stats.ended(kind));
            }
        }
        page.single(&MEMORY, self.budget.available());
    }
}
