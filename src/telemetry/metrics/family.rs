//! A family of metrics: its name, what it means, and how its samples are told apart.

/// What a family's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows while the process runs.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts of durations by upper bound, in seconds, with their sum and count.
    Histogram,
}

impl Kind {
    /// Prometheus' name for it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }
    }
}

/// A family, declared once by the part of the broker that collects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// Its name, as Prometheus demands it.
    pub name: &'static str,
    /// What its numbers are.
    pub kind: Kind,
    /// The labels that its samples may have.
    pub labels: &'static [&'static str],
    /// What is counted, and in which unit; one line.
    pub help: &'static str,
    /// The MBean of Apache Kafka that means the same, or nothing.
    pub kafka: &'static str,
}

impl Family {
    /// A counter.
    pub const fn counter(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Family {
        Family::new(name, Kind::Counter, labels, help)
    }

    /// A gauge.
    pub const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Family {
        Family::new(name, Kind::Gauge, labels, help)
    }

    /// A histogram of durations.
    pub const fn histogram(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Family {
        Family::new(name, Kind::Histogram, labels, help)
    }

    /// The same family with the MBean of Apache Kafka that means the same.
    pub const fn as_in_kafka(mut self, mbean: &'static str) -> Family {
        self.kafka = mbean;
        self
    }

    const fn new(name: &'static str, kind: Kind, labels: &'static [&'static str], help: &'static str) -> Family {
        Family {
            name,
            kind,
            labels,
            help,
            kafka: "",
        }
    }
}
