//! Copying partitions between brokers.

use super::super::setting::settings;
use super::reasons::{CLASSES, REPLICATION};

settings! {
    /// Whether a new follower of a tiered log starts at the end of its remote part.
    Boolean "follower.fetch.last.tiered.offset.enable" = "false", Medium.cluster_wide().accepted(REPLICATION);

    /// How many threads move replicas between log directories.
    Int "num.replica.alter.log.dirs.threads" = null, High.accepted(REPLICATION);

    /// How many threads copy records from each leading broker.
    Int "num.replica.fetchers" = "1", High.at_least(1).cluster_wide().accepted(REPLICATION);

    /// The pause after a fetch from a leader failed.
    Int "replica.fetch.backoff.ms" = "1000", Medium.at_least(0).accepted(REPLICATION);

    /// How many bytes of one partition a follower asks for at a time.
    Int "replica.fetch.max.bytes" = "1048576", Medium.at_least(0).accepted(REPLICATION);

    /// How many bytes a follower waits for, as long as its waiting time allows.
    Int "replica.fetch.min.bytes" = "1", High.accepted(REPLICATION);

    /// How many bytes a follower asks for at a time in all.
    Int "replica.fetch.response.max.bytes" = "10485760", Medium.at_least(0).accepted(REPLICATION);

    /// How long a follower's fetch waits for records.
    Int "replica.fetch.wait.max.ms" = "500", High.accepted(REPLICATION);

    /// How often the high watermarks of all partitions are written down.
    Long "replica.high.watermark.checkpoint.interval.ms" = "5000", High;

    /// How long a follower may lag before it leaves the in-sync replicas.
    Long "replica.lag.time.max.ms" = "30000", High.accepted(REPLICATION);

    /// A class that decides which replica a consumer reads from.
    String "replica.selector.class" = null, Medium.accepted(CLASSES);

    /// The receive buffer of a follower's connection to its leader.
    Int "replica.socket.receive.buffer.bytes" = "65536", High.accepted(REPLICATION);

    /// How long a follower waits for its leader's answer.
    Int "replica.socket.timeout.ms" = "30000", High.accepted(REPLICATION);
}
