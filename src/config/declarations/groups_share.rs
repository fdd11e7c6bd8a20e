//! Share groups (KIP-932).

use super::super::setting::settings;
use super::reasons::SHARE_GROUPS;

settings! {
    /// The least time between two assignments of a share group.
    Int "group.share.assignment.interval.ms" = "1000", Medium.at_least(0).cluster_wide().accepted(SHARE_GROUPS);

    /// Whether share assignments are computed outside the coordinator's own thread.
    Boolean "group.share.assignor.offload.enable" = "true", Medium.internal().cluster_wide().accepted(SHARE_GROUPS);

    /// The strategies by which partitions are assigned to a share group.
    List "group.share.assignors" = "simple", Medium.accepted(SHARE_GROUPS);

    /// How often a record is delivered before it counts as undeliverable.
    Int "group.share.delivery.count.limit" = "5", Medium.between(2, 10).accepted(SHARE_GROUPS);

    /// The class that writes undeliverable records to a dead-letter topic.
    String "group.share.dlq.manager.class.name"
        = "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager", Medium
        .internal().accepted(SHARE_GROUPS);

    /// How often a share group's member sends its heartbeat.
    Int "group.share.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// How often initialising a share partition's state is tried again.
    Int "group.share.initialize.retry.interval.ms" = "30000", Low.at_least(1).internal().accepted(SHARE_GROUPS);

    /// The longest assignment interval that a share group may set for itself.
    Int "group.share.max.assignment.interval.ms" = "15000", Medium.at_least(0).accepted(SHARE_GROUPS);

    /// The highest delivery limit that a share group may set for itself.
    Int "group.share.max.delivery.count.limit" = "10", Medium.between(5, 25).accepted(SHARE_GROUPS);

    /// The longest heartbeat interval that a share group may set for itself.
    Int "group.share.max.heartbeat.interval.ms" = "15000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// The highest limit of locked records per partition that a share group may set for itself.
    Int "group.share.max.partition.max.record.locks" = "4000", Medium.between(2000, 10000).accepted(SHARE_GROUPS);

    /// The longest lock that a share group may set for itself.
    Int "group.share.max.record.lock.duration.ms" = "60000", Medium.between(30000, 3_600_000).accepted(SHARE_GROUPS);

    /// The longest session timeout that a share group may set for itself.
    Int "group.share.max.session.timeout.ms" = "60000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// How many share sessions a broker remembers.
    Int "group.share.max.share.sessions" = "2000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// How many members a share group may have.
    Int "group.share.max.size" = "200", Medium.between(1, 1000).accepted(SHARE_GROUPS);

    /// The shortest assignment interval that a share group may set for itself.
    Int "group.share.min.assignment.interval.ms" = "0", Medium.at_least(0).accepted(SHARE_GROUPS);

    /// The lowest delivery limit that a share group may set for itself.
    Int "group.share.min.delivery.count.limit" = "2", Medium.between(2, 5).accepted(SHARE_GROUPS);

    /// The shortest heartbeat interval that a share group may set for itself.
    Int "group.share.min.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// The lowest limit of locked records per partition that a share group may set for itself.
    Int "group.share.min.partition.max.record.locks" = "100", Medium.between(100, 2000).accepted(SHARE_GROUPS);

    /// The shortest lock that a share group may set for itself.
    Int "group.share.min.record.lock.duration.ms" = "15000", Medium.between(1000, 30000).accepted(SHARE_GROUPS);

    /// The shortest session timeout that a share group may set for itself.
    Int "group.share.min.session.timeout.ms" = "45000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// How many records of a partition may be with consumers at once.
    Int "group.share.partition.max.record.locks" = "2000", Medium.between(100, 10000).accepted(SHARE_GROUPS);

    /// The class that keeps the state of share partitions.
    String "group.share.persister.class.name" = "org.apache.kafka.server.share.persister.DefaultStatePersister", Medium
        .internal().accepted(SHARE_GROUPS);

    /// How long a record that was delivered is kept from other consumers.
    Int "group.share.record.lock.duration.ms" = "30000", Medium.between(1000, 3_600_000).accepted(SHARE_GROUPS);

    /// How long a share group's member may be silent before it is removed.
    Int "group.share.session.timeout.ms" = "45000", Medium.at_least(1).accepted(SHARE_GROUPS);
}
