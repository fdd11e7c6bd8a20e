//! groups_consumer

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::GROUPS;

settings! {
    /// ?
    Int "group.consumer.assignment.interval.ms" = "1000", Medium.at_least(0).cluster_wide().accepted(GROUPS);

    /// ?
    Boolean "group.consumer.assignor.offload.enable" = "true", Medium.internal().cluster_wide().accepted(GROUPS);

    /// ?
    List "group.consumer.assignors" = "uniform,range", Medium.accepted(GROUPS);

    /// ?
    Int "group.consumer.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.consumer.max.assignment.interval.ms" = "15000", Medium.at_least(0).accepted(GROUPS);

    /// ?
    Int "group.consumer.max.heartbeat.interval.ms" = "15000", Medium.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.consumer.max.session.timeout.ms" = "60000", Medium.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.consumer.max.size" = "2147483647", Medium.at_least(1).accepted(GROUPS);

    /// ?
    String "group.consumer.migration.policy" = "bidirectional", Medium
        .rule(Rule::OneOfIgnoringCase(&["DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"])).accepted(GROUPS);

    /// ?
    Int "group.consumer.min.assignment.interval.ms" = "0", Medium.at_least(0).accepted(GROUPS);

    /// ?
    Int "group.consumer.min.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.consumer.min.session.timeout.ms" = "45000", Medium.at_least(1).accepted(GROUPS);

    /// ?
    Int "group.consumer.regex.refresh.interval.ms" = "600000", Medium.at_least(10000).internal().accepted(GROUPS);

    /// ?
    Int "group.consumer.session.timeout.ms" = "45000", Medium.at_least(1).accepted(GROUPS);
}
