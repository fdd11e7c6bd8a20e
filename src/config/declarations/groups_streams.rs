//! Streams groups (KIP-1071).

use super::super::setting::settings;
use super::reasons::STREAMS_GROUPS;

settings! {
    /// How far a copy of a task's state may lag and still take over the task.
    Long "group.streams.acceptable.recovery.lag" = "10000", Medium.at_least(0).internal().accepted(STREAMS_GROUPS);

    /// The least time between two assignments of a streams group.
    Int "group.streams.assignment.interval.ms" = "1000", Medium.at_least(0).cluster_wide().accepted(STREAMS_GROUPS);

    /// Whether streams assignments are computed outside the coordinator's own thread.
    Boolean "group.streams.assignor.offload.enable" = "true", Medium.internal().cluster_wide().accepted(STREAMS_GROUPS);

    /// The strategies by which tasks are assigned to a streams group.
    List "group.streams.assignors" = "sticky", Medium.accepted(STREAMS_GROUPS);

    /// How often a streams group's member sends its heartbeat.
    Int "group.streams.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// How long a new streams group waits for more members before its first assignment.
    Int "group.streams.initial.rebalance.delay.ms" = "3000", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// The longest assignment interval that a streams group may set for itself.
    Int "group.streams.max.assignment.interval.ms" = "15000", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// The longest heartbeat interval that a streams group may set for itself.
    Int "group.streams.max.heartbeat.interval.ms" = "15000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// The longest session timeout that a streams group may set for itself.
    Int "group.streams.max.session.timeout.ms" = "60000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// How many members a streams group may have.
    Int "group.streams.max.size" = "2147483647", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// The most standby replicas that a streams group may set for itself.
    Int "group.streams.max.standby.replicas" = "2", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// The most warm-up replicas that a streams group may set for itself.
    Int "group.streams.max.warmup.replicas" = "20", Medium.at_least(0).internal().accepted(STREAMS_GROUPS);

    /// The shortest assignment interval that a streams group may set for itself.
    Int "group.streams.min.assignment.interval.ms" = "0", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// The shortest heartbeat interval that a streams group may set for itself.
    Int "group.streams.min.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// The shortest session timeout that a streams group may set for itself.
    Int "group.streams.min.session.timeout.ms" = "45000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// The shortest interval between reports of task offsets that a streams group may set for itself.
    Int "group.streams.min.task.offset.interval.ms" = "15000", Medium.at_least(1).internal().accepted(STREAMS_GROUPS);

    /// How many standby copies of each task's state a streams group keeps.
    Int "group.streams.num.standby.replicas" = "0", Medium.at_least(0).accepted(STREAMS_GROUPS);

    /// How many extra copies of state are brought up to date at once before tasks move.
    Int "group.streams.num.warmup.replicas" = "2", Medium.at_least(0).internal().accepted(STREAMS_GROUPS);

    /// Client tags by which standby copies are spread.
    List "group.streams.rack.aware.assignment.tags" = "", Low.accepted(STREAMS_GROUPS);

    /// How long a streams group's member may be silent before it is removed.
    Int "group.streams.session.timeout.ms" = "45000", Medium.at_least(1).accepted(STREAMS_GROUPS);

    /// How often a streams group's member reports the offsets of its tasks.
    Int "group.streams.task.offset.interval.ms" = "60000", Medium.at_least(1).internal().accepted(STREAMS_GROUPS);

    /// A class that takes the descriptions of topologies which members push.
    Class "group.streams.topology.description.plugin.class" = null, Medium.accepted(STREAMS_GROUPS);
}
