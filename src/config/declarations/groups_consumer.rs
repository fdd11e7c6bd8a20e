//! Consumer groups of the protocol of KIP-848.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::GROUPS;

settings! {
    /// The least time between two assignments of a consumer group.
    Int "group.consumer.assignment.interval.ms" = "1000", Medium.at_least(0).cluster_wide().accepted(GROUPS);

    /// Whether assignments are computed outside the coordinator's own thread.
    Boolean "group.consumer.assignor.offload.enable" = "true", Medium.internal().cluster_wide().accepted(GROUPS);

    /// The strategies by which the broker assigns partitions, the first one being the default.
    List "group.consumer.assignors" = "uniform,range", Medium.accepted(GROUPS);

    /// How often a member sends its heartbeat.
    Int "group.consumer.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(GROUPS);

    /// The longest assignment interval that a group may set for itself.
    Int "group.consumer.max.assignment.interval.ms" = "15000", Medium.at_least(0).accepted(GROUPS);

    /// The longest heartbeat interval that a group may set for itself.
    Int "group.consumer.max.heartbeat.interval.ms" = "15000", Medium.at_least(1).accepted(GROUPS);

    /// The longest session timeout that a group may set for itself.
    Int "group.consumer.max.session.timeout.ms" = "60000", Medium.at_least(1).accepted(GROUPS);

    /// How many members a consumer group may have.
    Int "group.consumer.max.size" = "2147483647", Medium.at_least(1).accepted(GROUPS);

    /// Whether a group may change between the classic and the consumer protocol while it has members, and in which
    /// direction.
    String "group.consumer.migration.policy" = "bidirectional", Medium
        .rule(Rule::OneOfIgnoringCase(&["DISABLED", "DOWNGRADE", "UPGRADE", "BIDIRECTIONAL"])).accepted(GROUPS);

    /// The shortest assignment interval that a group may set for itself.
    Int "group.consumer.min.assignment.interval.ms" = "0", Medium.at_least(0).accepted(GROUPS);

    /// The shortest heartbeat interval that a group may set for itself.
    Int "group.consumer.min.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(GROUPS);

    /// The shortest session timeout that a group may set for itself.
    Int "group.consumer.min.session.timeout.ms" = "45000", Medium.at_least(1).accepted(GROUPS);

    /// How often subscriptions by regular expression are matched against new topics.
    Int "group.consumer.regex.refresh.interval.ms" = "600000", Medium.at_least(10000).internal().accepted(GROUPS);

    /// How long a member may be silent before it is removed.
    Int "group.consumer.session.timeout.ms" = "45000", Medium.at_least(1).accepted(GROUPS);
}
