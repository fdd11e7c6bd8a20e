//! What a topic can have of its own.
//!
//! `synonyms` names the broker settings that give the default, the first one that is set winning: milliseconds before
//! minutes before hours.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::{LOG, LZ4_LEVEL, REPLICATION, SHARE_GROUPS, TIERED_STORAGE};

settings! {
    /// What happens to old records: `delete` removes them by age and size, `compact` demands a key of each and
    /// keeps the newest of each key, an empty list keeps everything.
    List "cleanup.policy" = "delete", Medium.one_of(&["compact", "delete"]).cluster_wide()
        .synonyms(&["log.cleanup.policy"]);

    /// The gzip level when the broker compresses; −1 is the library's own.
    Int "compression.gzip.level" = "-1", Medium.rule(Rule::GzipLevel).cluster_wide()
        .synonyms(&["compression.gzip.level"]);

    /// The lz4 level when the broker compresses.
    Int "compression.lz4.level" = "9", Medium.between(1, 17).cluster_wide().synonyms(&["compression.lz4.level"])
        .accepted(LZ4_LEVEL);

    /// Which codec batches are stored with; `producer` keeps the one they came with.
    String "compression.type" = "producer", Medium
        .one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]).cluster_wide()
        .synonyms(&["compression.type"]);

    /// The zstd level when the broker compresses.
    Int "compression.zstd.level" = "3", Medium.between(-131_072, 22).cluster_wide()
        .synonyms(&["compression.zstd.level"]);

    /// How long a deletion marker stays in a compacted log, so that slow readers see it.
    Long "delete.retention.ms" = "86400000", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.cleaner.delete.retention.ms"]);

    /// Whether share groups may use this topic as their dead-letter topic.
    Boolean "errors.deadletterqueue.group.enable" = "false", Medium.cluster_wide().accepted(SHARE_GROUPS);

    /// How long the files of a removed segment stay on disk.
    Long "file.delete.delay.ms" = "60000", Medium.at_least(0).cluster_wide().synonyms(&["log.segment.delete.delay.ms"]);

    /// After how many records of a partition a sync to disk is forced.
    Long "flush.messages" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .synonyms(&["log.flush.interval.messages"]);

    /// After how long unsynced records are forced to disk.
    Long "flush.ms" = "9223372036854775807", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.flush.interval.ms", "log.flush.scheduler.interval.ms"]);

    /// Which replicas count towards the follower's replication quota, as `partition:broker`, or `*` for all.
    List "follower.replication.throttled.replicas" = "", Medium.rule(Rule::ThrottledReplicas).cluster_wide()
        .accepted(REPLICATION);

    /// How many bytes of records lie between two entries of the offset index.
    Int "index.interval.bytes" = "4096", Medium.at_least(0).cluster_wide().synonyms(&["log.index.interval.bytes"]);

    /// Segment size for tests, without the usual lower bound; goes before `segment.bytes`.
    Int "internal.segment.bytes" = null, Medium.internal().cluster_wide();

    /// Which replicas count towards the leader's replication quota, as `partition:broker`, or `*` for all.
    List "leader.replication.throttled.replicas" = "", Medium.rule(Rule::ThrottledReplicas).cluster_wide()
        .accepted(REPLICATION);

    /// How much of a tiered partition stays on local disk; −2 means as `retention.bytes`.
    Long "local.retention.bytes" = "-2", Medium.at_least(-2).cluster_wide().synonyms(&["log.local.retention.bytes"])
        .accepted(TIERED_STORAGE);

    /// How long records of a tiered partition stay on local disk; −2 means as `retention.ms`.
    Long "local.retention.ms" = "-2", Medium.at_least(-2).cluster_wide().synonyms(&["log.local.retention.ms"])
        .accepted(TIERED_STORAGE);

    /// How long a record may stay uncompacted.
    Long "max.compaction.lag.ms" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .synonyms(&["log.cleaner.max.compaction.lag.ms"]);

    /// The most that a batch may inflate to; a larger one is refused.
    Int "max.decompressed.message.bytes" = "2147483639", Medium.between(1, 2_147_483_639).cluster_wide()
        .synonyms(&["max.decompressed.message.bytes"]);

    /// The largest batch that is accepted, as it is stored.
    Int "max.message.bytes" = "1048588", Medium.at_least(0).cluster_wide().synonyms(&["message.max.bytes"]);

    /// How far a record's timestamp may lie ahead of the broker's clock.
    Long "message.timestamp.after.max.ms" = "3600000", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.message.timestamp.after.max.ms"]);

    /// How far a record's timestamp may lie behind the broker's clock.
    Long "message.timestamp.before.max.ms" = "9223372036854775807", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.message.timestamp.before.max.ms"]);

    /// Whether a record keeps its producer's timestamp or gets the broker's.
    String "message.timestamp.type" = "CreateTime", Medium.one_of(&["CreateTime", "LogAppendTime"]).cluster_wide()
        .synonyms(&["log.message.timestamp.type"]);

    /// Which share of a log must be uncleaned before it is compacted.
    Double "min.cleanable.dirty.ratio" = "0.5", Medium.rule(Rule::BetweenFractions(0.0, 1.0)).cluster_wide()
        .synonyms(&["log.cleaner.min.cleanable.ratio"]);

    /// How long a record stays uncompacted at least.
    Long "min.compaction.lag.ms" = "0", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.cleaner.min.compaction.lag.ms"]);

    /// How many in-sync replicas must have a record before acks=all is answered; with fewer, such a produce is refused.
    Int "min.insync.replicas" = "1", Medium.at_least(1).cluster_wide().synonyms(&["min.insync.replicas"]);

    /// Whether a new segment's file gets its full size at once.
    Boolean "preallocate" = "false", Medium.cluster_wide().synonyms(&["log.preallocate"]).accepted(LOG);

    /// How many bytes a closed segment may wait to be copied to remote storage.
    Long "remote.copy.lag.bytes" = "-1", Medium.at_least(-1).cluster_wide().synonyms(&["log.remote.copy.lag.bytes"])
        .accepted(TIERED_STORAGE);

    /// How long a closed segment may wait to be copied to remote storage.
    Long "remote.copy.lag.ms" = "0", Medium.at_least(-1).cluster_wide().synonyms(&["log.remote.copy.lag.ms"])
        .accepted(TIERED_STORAGE);

    /// Whether a tiered topic stops copying new segments to remote storage.
    Boolean "remote.log.copy.disable" = "false", Medium.cluster_wide().accepted(TIERED_STORAGE);

    /// Whether a topic's remote segments are removed when tiered storage is switched off for it.
    Boolean "remote.log.delete.on.disable" = "false", Medium.cluster_wide().accepted(TIERED_STORAGE);

    /// Whether the topic uses tiered storage; this version refuses `true`.
    Boolean "remote.storage.enable" = "false", Medium.cluster_wide().accepted(TIERED_STORAGE);

    /// How large a partition may grow before its oldest segments are removed; −1 means no limit.
    Long "retention.bytes" = "-1", Medium.cluster_wide().synonyms(&["log.retention.bytes"]);

    /// How long records are kept; −1 means for ever.
    Long "retention.ms" = "604800000", Medium.at_least(-1).cluster_wide()
        .synonyms(&["log.retention.ms", "log.retention.minutes", "log.retention.hours"]);

    /// How large a segment of the log grows before the next one begins.
    Int "segment.bytes" = "1073741824", Medium.at_least(1_048_576).cluster_wide().synonyms(&["log.segment.bytes"]);

    /// The largest offset index of a segment; a full index begins a new segment.
    Int "segment.index.bytes" = "10485760", Medium.at_least(4).cluster_wide().synonyms(&["log.index.size.max.bytes"]);

    /// By how long at most rolling is brought forward at random, so that not all segments roll together.
    Long "segment.jitter.ms" = "0", Medium.at_least(0).cluster_wide()
        .synonyms(&["log.roll.jitter.ms", "log.roll.jitter.hours"]);

    /// After how long a new segment begins, even if the old one is not full.
    Long "segment.ms" = "604800000", Medium.at_least(1).cluster_wide().synonyms(&["log.roll.ms", "log.roll.hours"]);

    /// Whether a replica that may lack records can become leader when no other is left.
    Boolean "unclean.leader.election.enable" = "false", Medium.cluster_wide()
        .synonyms(&["unclean.leader.election.enable"]).accepted(REPLICATION);
}
