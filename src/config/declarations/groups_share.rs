//! groups_share

use super::super::setting::settings;
use super::reasons::SHARE_GROUPS;

settings! {
    /// ?
    Int "group.share.assignment.interval.ms" = "1000", Medium.at_least(0).cluster_wide().accepted(SHARE_GROUPS);

    /// ?
    Boolean "group.share.assignor.offload.enable" = "true", Medium.internal().cluster_wide().accepted(SHARE_GROUPS);

    /// ?
    List "group.share.assignors" = "simple", Medium.accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.delivery.count.limit" = "5", Medium.between(2, 10).accepted(SHARE_GROUPS);

    /// ?
    String "group.share.dlq.manager.class.name" = "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager", Medium
        .internal().accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.initialize.retry.interval.ms" = "30000", Low.at_least(1).internal().accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.assignment.interval.ms" = "15000", Medium.at_least(0).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.delivery.count.limit" = "10", Medium.between(5, 25).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.heartbeat.interval.ms" = "15000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.partition.max.record.locks" = "4000", Medium.between(2000, 10000).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.record.lock.duration.ms" = "60000", Medium.between(30000, 3_600_000).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.session.timeout.ms" = "60000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.share.sessions" = "2000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.max.size" = "200", Medium.between(1, 1000).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.min.assignment.interval.ms" = "0", Medium.at_least(0).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.min.delivery.count.limit" = "2", Medium.between(2, 5).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.min.heartbeat.interval.ms" = "5000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.min.partition.max.record.locks" = "100", Medium.between(100, 2000).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.min.record.lock.duration.ms" = "15000", Medium.between(1000, 30000).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.min.session.timeout.ms" = "45000", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.partition.max.record.locks" = "2000", Medium.between(100, 10000).accepted(SHARE_GROUPS);

    /// ?
    String "group.share.persister.class.name" = "org.apache.kafka.server.share.persister.DefaultStatePersister", Medium
        .internal().accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.record.lock.duration.ms" = "30000", Medium.between(1000, 3_600_000).accepted(SHARE_GROUPS);

    /// ?
    Int "group.share.session.timeout.ms" = "45000", Medium.at_least(1).accepted(SHARE_GROUPS);
}
