//! topics

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::{COMPACTION, REPLICATION, SHARE_GROUPS, TIERED_STORAGE};

settings! {
    /// ?
    List "cleanup.policy" = "delete", Medium.one_of(&["compact", "delete"]).cluster_wide()
        .synonyms(&["log.cleanup.policy"]);

    /// ?
    Int "compression.gzip.level" = "-1", Medium.rule(Rule::GzipLevel).cluster_wide()
        .synonyms(&["compression.gzip.level"]);

    /// ?
    Int "compression.lz4.level" = "9", Medium.between(1, 17).cluster_wide().synonyms(&["compression.lz4.level"]);

    /// ?
    String "compression.type" = "producer", Medium
        .one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]).cluster_wide()
        .synonyms(&["compression.type"]);

    /// ?
    Int "compression.zstd.level" = "3", Medium.between(-131_072, 22).cluster_wide()
        .synonyms(&["compression.zstd.level"]);

    /// ?
    Long "delete.retention.ms" = "86400000", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.cleaner.delete.retention.ms"]).accepted(COMPACTION);

    /// ?
    Boolean "errors.deadletterqueue.group.enable" = "false", Medium.cluster_wide().accepted(SHARE_GROUPS);

    /// ?
    Long "file.delete.delay.ms" = "60000", Medium.at_least(0).cluster_wide().synonyms(&["log.segment.delete.delay.ms"]);

    /// ?
    Long "flush.messages" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .synonyms(&["log.flush.interval.messages"]);

    /// ?
    Long "flush.ms" = "9223372036854775807", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.flush.interval.ms", "log.flush.scheduler.interval.ms"]);

    /// ?
    List "follower.replication.throttled.replicas" = "", Medium.rule(Rule::ThrottledReplicas).cluster_wide()
        .accepted(REPLICATION);

    /// ?
    Int "index.interval.bytes" = "4096", Medium.at_least(0).cluster_wide().synonyms(&["log.index.interval.bytes"]);

    /// ?
    Int "internal.segment.bytes" = null, Medium.internal().cluster_wide();

    /// ?
    List "leader.replication.throttled.replicas" = "", Medium.rule(Rule::ThrottledReplicas).cluster_wide()
        .accepted(REPLICATION);

    /// ?
    Long "local.retention.bytes" = "-2", Medium.at_least(-2).cluster_wide().synonyms(&["log.local.retention.bytes"])
        .accepted(TIERED_STORAGE);

    /// ?
    Long "local.retention.ms" = "-2", Medium.at_least(-2).cluster_wide().synonyms(&["log.local.retention.ms"])
        .accepted(TIERED_STORAGE);

    /// ?
    Long "max.compaction.lag.ms" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .synonyms(&["log.cleaner.max.compaction.lag.ms"]).accepted(COMPACTION);

    /// ?
    Int "max.decompressed.message.bytes" = "2147483639", Medium.between(1, 2_147_483_639).cluster_wide()
        .synonyms(&["max.decompressed.message.bytes"]);

    /// ?
    Int "max.message.bytes" = "1048588", Medium.at_least(0).cluster_wide().synonyms(&["message.max.bytes"]);

    /// ?
    Long "message.timestamp.after.max.ms" = "3600000", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.message.timestamp.after.max.ms"]);

    /// ?
    Long "message.timestamp.before.max.ms" = "9223372036854775807", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.message.timestamp.before.max.ms"]);

    /// ?
    String "message.timestamp.type" = "CreateTime", Medium.one_of(&["CreateTime", "LogAppendTime"]).cluster_wide()
        .synonyms(&["log.message.timestamp.type"]);

    /// ?
    Double "min.cleanable.dirty.ratio" = "0.5", Medium.rule(Rule::BetweenFractions(0.0, 1.0)).cluster_wide()
        .synonyms(&["log.cleaner.min.cleanable.ratio"]).accepted(COMPACTION);

    /// ?
    Long "min.compaction.lag.ms" = "0", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.cleaner.min.compaction.lag.ms"]).accepted(COMPACTION);

    /// ?
    Int "min.insync.replicas" = "1", Medium.at_least(1).cluster_wide().synonyms(&["min.insync.replicas"]);

    /// ?
    Boolean "preallocate" = "false", Medium.cluster_wide().synonyms(&["log.preallocate"]);

    /// ?
    Long "remote.copy.lag.bytes" = "-1", Medium.at_least(-1).cluster_wide().synonyms(&["log.remote.copy.lag.bytes"])
        .accepted(TIERED_STORAGE);

    /// ?
    Long "remote.copy.lag.ms" = "0", Medium.at_least(-1).cluster_wide().synonyms(&["log.remote.copy.lag.ms"])
        .accepted(TIERED_STORAGE);

    /// ?
    Boolean "remote.log.copy.disable" = "false", Medium.cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Boolean "remote.log.delete.on.disable" = "false", Medium.cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Boolean "remote.storage.enable" = "false", Medium.cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "retention.bytes" = "-1", Medium.cluster_wide().synonyms(&["log.retention.bytes"]);

    /// ?
    Long "retention.ms" = "604800000", Medium.at_least(-1).cluster_wide()
        .synonyms(&["log.retention.ms", "log.retention.minutes", "log.retention.hours"]);

    /// ?
    Int "segment.bytes" = "1073741824", Medium.at_least(1_048_576).cluster_wide().synonyms(&["log.segment.bytes"]);

    /// ?
    Int "segment.index.bytes" = "10485760", Medium.at_least(4).cluster_wide().synonyms(&["log.index.size.max.bytes"]);

    /// ?
    Long "segment.jitter.ms" = "0", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.roll.jitter.ms", "log.roll.jitter.hours"]);

    /// ?
    Long "segment.ms" = "604800000", Medium.at_least(1).cluster_wide().synonyms(&["log.roll.ms", "log.roll.hours"]);

    /// ?
    Boolean "unclean.leader.election.enable" = "false", Medium.cluster_wide()
        .synonyms(&["unclean.leader.election.enable"]).accepted(REPLICATION);
}
