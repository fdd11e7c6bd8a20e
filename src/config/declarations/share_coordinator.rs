//! share_coordinator

use super::super::setting::settings;
use super::reasons::{PURGATORY, SHARE_GROUPS};

settings! {
    /// ?
    Int "share.coordinator.append.linger.ms" = "-1", Medium.at_least(-1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.cached.buffer.max.bytes" = "1048588", Medium.at_least(524_288).cluster_wide()
        .accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.cold.partition.snapshot.interval.ms" = "300000", Low.at_least(1).internal()
        .accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.load.buffer.size" = "5242880", High.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.snapshot.update.records.per.snapshot" = "500", Medium.between(0, 500).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.state.topic.compression.codec" = "0", High.accepted(SHARE_GROUPS);

    /// ?
    Short "share.coordinator.state.topic.min.isr" = "2", High.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.state.topic.num.partitions" = "50", High.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.state.topic.prune.interval.ms" = "300000", Low.at_least(1).internal().accepted(SHARE_GROUPS);

    /// ?
    Short "share.coordinator.state.topic.replication.factor" = "3", High.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.state.topic.segment.bytes" = "104857600", High.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.threads" = "1", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.coordinator.write.timeout.ms" = "5000", High.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "share.fetch.purgatory.purge.interval.requests" = "1000", Medium.accepted(PURGATORY);
}
