//! server

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::{
    CLASSES, CLIENT_TELEMETRY, CORDONED, PURGATORY, REPLICATION, RUNTIME, SHARE_GROUPS, SHUTDOWN, UNSTABLE,
};

settings! {
    /// ?
    Class "alter.config.policy.class.name" = null, Low.accepted(CLASSES);

    /// ?
    Boolean "auto.create.topics.enable" = "true", High;

    /// ?
    Boolean "auto.leader.rebalance.enable" = "true", High.accepted(REPLICATION);

    /// ?
    Int "background.threads" = "10", High.at_least(1).cluster_wide().accepted(RUNTIME);

    /// ?
    Int "compression.gzip.level" = "-1", Medium.rule(Rule::GzipLevel).cluster_wide();

    /// ?
    Int "compression.lz4.level" = "9", Medium.between(1, 17).cluster_wide();

    /// ?
    String "compression.type" = "producer", High.one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])
        .cluster_wide();

    /// ?
    Int "compression.zstd.level" = "3", Medium.between(-131_072, 22).cluster_wide();

    /// ?
    List "config.providers" = "", Low.cluster_wide().accepted(CLASSES);

    /// ?
    Boolean "controlled.shutdown.enable" = "true", Medium.accepted(SHUTDOWN);

    /// ?
    List "cordoned.log.dirs" = "", Medium.per_broker().accepted(CORDONED);

    /// ?
    Class "create.topic.policy.class.name" = null, Low.accepted(CLASSES);

    /// ?
    Int "default.replication.factor" = "1", Medium;

    /// ?
    Int "delete.records.purgatory.purge.interval.requests" = "1", Medium.accepted(PURGATORY);

    /// ?
    Boolean "delete.topic.enable" = "true", High;

    /// ?
    Boolean "errors.deadletterqueue.auto.create.topics.enable" = "false", Medium.cluster_wide().accepted(SHARE_GROUPS);

    /// ?
    String "errors.deadletterqueue.topic.name.prefix" = "dlq.", Medium.cluster_wide().accepted(SHARE_GROUPS);

    /// ?
    Int "fetch.max.bytes" = "57671680", Medium.at_least(1024);

    /// ?
    Int "fetch.purgatory.purge.interval.requests" = "1000", Medium.accepted(PURGATORY);

    /// ?
    Long "leader.imbalance.check.interval.seconds" = "300", High.at_least(1).accepted(REPLICATION);

    /// ?
    Int "max.decompressed.message.bytes" = "2147483639", Medium.between(1, 2_147_483_639).cluster_wide();

    /// ?
    Int "max.incremental.fetch.session.cache.slots" = "1000", Medium.at_least(0);

    /// ?
    Int "max.request.partition.size.limit" = "2000", Medium.at_least(1);

    /// ?
    Int "message.max.bytes" = "1048588", High.at_least(0).cluster_wide();

    /// ?
    Int "min.insync.replicas" = "1", High.at_least(1).cluster_wide();

    /// ?
    Int "num.io.threads" = "8", High.at_least(1).cluster_wide().accepted(RUNTIME);

    /// ?
    Int "num.partitions" = "1", Medium.at_least(1);

    /// ?
    Int "num.recovery.threads.per.data.dir" = "2", High.at_least(1).cluster_wide();

    /// ?
    Int "telemetry.max.bytes" = "1048576", Low.at_least(1).accepted(CLIENT_TELEMETRY);

    /// ?
    Boolean "unclean.leader.election.enable" = "false", High.cluster_wide().accepted(REPLICATION);

    /// ?
    Long "unclean.leader.election.interval.ms" = "300000", Medium.at_least(1).internal().accepted(REPLICATION);

    /// ?
    Boolean "unstable.api.versions.enable" = "false", High.internal().accepted(UNSTABLE);

    /// ?
    Boolean "unstable.feature.versions.enable" = "false", High.internal().accepted(UNSTABLE);
}
