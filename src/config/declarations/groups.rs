//! groups

use super::super::setting::settings;
use super::reasons::GROUPS;

settings! {
    /// ?
    Int "group.coordinator.append.linger.ms" = "-1", Medium.at_least(-1).accepted(GROUPS);

    /// ?
    Int "group.coordinator.background.threads" = "2", High.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.coordinator.cached.buffer.max.bytes" = "1048588", Medium.at_least(524_288).cluster_wide()
        .accepted(GROUPS);

    /// ?
    List "group.coordinator.rebalance.protocols" = "classic,consumer,streams", Medium
        .one_of(&["consumer", "classic", "share", "streams"]).accepted(GROUPS);

    /// ?
    Int "group.coordinator.threads" = "4", High.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.initial.rebalance.delay.ms" = "3000", Medium.accepted(GROUPS);

    /// ?
    Int "group.max.session.timeout.ms" = "1800000", Medium.accepted(GROUPS);

    /// ?
    Int "group.max.size" = "2147483647", Medium.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.min.session.timeout.ms" = "6000", Medium.accepted(GROUPS);

    /// ?
    Int "offset.metadata.max.bytes" = "4096", High.accepted(GROUPS);

    /// ?
    Int "offsets.commit.timeout.ms" = "5000", High.at_least(1).accepted(GROUPS);

    /// ?
    Int "offsets.load.buffer.size" = "5242880", High.at_least(1).accepted(GROUPS);

    /// ?
    Long "offsets.retention.check.interval.ms" = "600000", High.at_least(1).accepted(GROUPS);

    /// ?
    Int "offsets.retention.minutes" = "10080", High.at_least(1).accepted(GROUPS);

    /// ?
    Int "offsets.topic.compression.codec" = "0", High.accepted(GROUPS);

    /// ?
    Int "offsets.topic.num.partitions" = "50", High.at_least(1).accepted(GROUPS);

    /// ?
    Short "offsets.topic.replication.factor" = "3", High.at_least(1).accepted(GROUPS);

    /// ?
    Int "offsets.topic.segment.bytes" = "104857600", High.at_least(1).accepted(GROUPS);
}
