//! What the process tells of itself in numbers: instruments, families of metrics, and the page that Prometheus reads.
//!
//! A part of the broker owns its instruments (plain atomics, added to where things happen) and implements [`Collect`];
//! the server puts all of them into one [`Registry`], and REST serves its page. Nothing here is asked on the way of a
//! request: an instrument is an atomic addition, without lock, look-up or allocation; only a scrape walks and formats.
//! Names follow the Prometheus JMX exporter's usual rules for Kafka's MBeans where Kafka has the metric, else begin with
//! `dmq_`. Invariants: a family stands on the page once, under one header; label values are escaped; whatever grows with
//! topics or partitions is bounded by whoever collects it.

mod family;
mod instruments;
mod page;
mod process;
mod registry;

pub use family::{Family, Kind};
pub use instruments::{Counter, DurationHistogram, DurationSnapshot};
pub use page::{Page, Samples};
pub use process::ProcessMetrics;
pub use registry::{Collect, Registry};
