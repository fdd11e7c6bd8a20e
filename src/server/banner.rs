//! What a person sees when the broker starts: who it is, where it listens, where the data is, and what to try first.
//!
//! The lines `listening …` and `ready` are for programs, too: tests and scripts wait for them.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use crate::config::BrokerSettings;
use crate::partition::PartitionRegistry;

/// What the banner tells.
#[derive(Debug)]
pub struct Banner<'a> {
    /// The cluster's id.
    pub cluster_id: &'a str,
    /// The settings.
    pub settings: &'a BrokerSettings,
    /// The Kafka listeners by name.
    pub kafka: &'a [(String, SocketAddr)],
    /// The REST listeners.
    pub rest: &'a [SocketAddr],
    /// The replicas.
    pub partitions: &'a PartitionRegistry,
    /// How many topics there are.
    pub topics: usize,
    /// How long the start took.
    pub took: Duration,
}

impl Banner<'_> {
    /// The banner's lines.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let dirs: Vec<String> = self
            .settings
            .log_dirs
            .iter()
            .map(|dir| dir.display().to_string())
            .collect();
        let bytes: u64 = self
            .partitions
            .all()
            .iter()
            .map(|partition| partition.size_bytes())
            .sum();
        let _ = writeln!(text, "DMQ {}: a Kafka-compatible broker", env!("CARGO_PKG_VERSION"));
        let _ = writeln!(text, "  cluster    {}, node {}", self.cluster_id, self.settings.node_id);
        let _ = writeln!(
            text,
            "  data       {} ({} topics, {} partitions, {})",
            dirs.join(", "),
            self.topics,
            self.partitions.len(),
            size(bytes)
        );
        let _ = writeln!(text, "  durability {}", self.settings.log_durability.name());
        for (name, address) in self.kafka {
            let _ = writeln!(text, "listening kafka {name} {}", reachable(*address));
        }
        for address in self.rest {
            let _ = writeln!(text, "listening rest {}", reachable(*address));
        }
        if let Some((_, address)) = self.kafka.first() {
            let address = local(*address);
            let _ = writeln!(
                text,
                "  try        echo hello | kcat -P -b {address} -t first && kcat -C -b {address} -t first -e"
            );
        }
        let _ = writeln!(text, "  started in {} ms", self.took.as_millis());
        let _ = writeln!(text, "ready");
        text
    }
}

/// The address as it is bound; every address of the machine is written the IPv4 way.
fn reachable(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("0.0.0.0:{}", address.port()),
        false => address.to_string(),
    }
}

/// The address for a client on this machine.
fn local(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("localhost:{}", address.port()),
        false => address.to_string(),
    }
}

fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_wildcards_are_given_as_a_client_would_use_them() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1_250_000), "1.2 MB");
        let any: SocketAddr = "[::]:9092".parse().unwrap();
        assert_eq!(
            (reachable(any).as_str(), local(any).as_str()),
            ("0.0.0.0:9092", "localhost:9092")
        );
    }
}
