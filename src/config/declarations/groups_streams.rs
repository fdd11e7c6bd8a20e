//! groups_streams

use super::super::setting::settings;
use super::reasons::STREAMS_GROUPS;

settings! {
    /// ?
    Long "group.streams.acceptable.recovery.lag" = "10000", Medium.at_least(0).internal().accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.assignment.interval.ms" = "1000", Medium.at_least(0).cluster_wide().accepted(STREAMS_GROUPS);

    /// ?
    Boolean "group.streams.assignor.offload.enable" = "true", Medium.internal().cluster_wide().accepted(STREAMS_GROUPS);

    /// ?
    List "group.streams.assignors" = "sticky", Medium.accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.initial.rebalance.delay.ms" = "3000", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.max.assignment.interval.ms" = "15000", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.max.heartbeat.interval.ms" = "15000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.max.session.timeout.ms" = "60000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.max.size" = "2147483647", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.max.standby.replicas" = "2", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.max.warmup.replicas" = "20", Medium.at_least(0).internal().accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.min.assignment.interval.ms" = "0", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.min.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.min.session.timeout.ms" = "45000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.min.task.offset.interval.ms" = "15000", Medium.at_least(1).internal().accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.num.standby.replicas" = "0", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.num.warmup.replicas" = "2", Medium.at_least(0).internal().accepted(STREAMS_GROUPS);

    /// ?
    List "group.streams.rack.aware.assignment.tags" = "", Low.accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.session.timeout.ms" = "45000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// ?
    Int "group.streams.task.offset.interval.ms" = "60000", Medium.at_least(1).internal().accepted(STREAMS_GROUPS);

    /// ?
    Class "group.streams.topology.description.plugin.class" = null, Medium.accepted(STREAMS_GROUPS);
}
