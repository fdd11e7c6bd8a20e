//! replication

use super::super::setting::settings;
use super::reasons::{CLASSES, REPLICATION};

settings! {
    /// ?
    Boolean "follower.fetch.last.tiered.offset.enable" = "false", Medium.cluster_wide().accepted(REPLICATION);

    /// ?
    Int "num.replica.alter.log.dirs.threads" = null, High.accepted(REPLICATION);

    /// ?
    Int "num.replica.fetchers" = "1", High.at_least(1).cluster_wide().accepted(REPLICATION);

    /// ?
    Int "replica.fetch.backoff.ms" = "1000", Medium.at_least(0).accepted(REPLICATION);

    /// ?
    Int "replica.fetch.max.bytes" = "1048576", Medium.at_least(0).accepted(REPLICATION);

    /// ?
    Int "replica.fetch.min.bytes" = "1", High.accepted(REPLICATION);

    /// ?
    Int "replica.fetch.response.max.bytes" = "10485760", Medium.at_least(0).accepted(REPLICATION);

    /// ?
    Int "replica.fetch.wait.max.ms" = "500", High.accepted(REPLICATION);

    /// ?
    Long "replica.high.watermark.checkpoint.interval.ms" = "5000", High;

    /// ?
    Long "replica.lag.time.max.ms" = "30000", High.accepted(REPLICATION);

    /// ?
    String "replica.selector.class" = null, Medium.accepted(CLASSES);

    /// ?
    Int "replica.socket.receive.buffer.bytes" = "65536", High.accepted(REPLICATION);

    /// ?
    Int "replica.socket.timeout.ms" = "30000", High.accepted(REPLICATION);
}
