//! Logs on disk: where they are, how they are cut into segments, synced, and removed.
//!
//! Most give the default of a topic's setting; which one is said by the `synonyms` in the table of topics.

use super::super::setting::settings;
use super::reasons::{LOG, QUORUM, TIERED_STORAGE};

settings! {
    /// Where logs are kept when `log.dirs` is not set.
    List "log.dir" = "./data/broker-1", High;

    /// How long a broker waits to report a failed log directory before it stops.
    Long "log.dir.failure.timeout.ms" = "30000", Low.at_least(1).accepted(QUORUM);

    /// Where logs are kept: one or more directories, separated by commas. Unset: `log.dir`.
    List "log.dirs" = null, High;

    /// After how many records of a partition a sync to disk is forced.
    Long "log.flush.interval.messages" = "9223372036854775807", High.at_least(1).cluster_wide();

    /// After how long unsynced records are forced to disk. Unset: `log.flush.scheduler.interval.ms`.
    Long "log.flush.interval.ms" = null, High.cluster_wide();

    /// How often the offsets up to which logs are known to be on disk are written down.
    Int "log.flush.offset.checkpoint.interval.ms" = "60000", High.at_least(0);

    /// How often the broker looks for logs that are due for a sync.
    Long "log.flush.scheduler.interval.ms" = "9223372036854775807", High;

    /// How often the offsets at which logs begin are written down.
    Int "log.flush.start.offset.checkpoint.interval.ms" = "60000", High.at_least(0);

    /// How many bytes of records lie between two entries of an offset index.
    Int "log.index.interval.bytes" = "4096", Medium.at_least(0).cluster_wide();

    /// The largest offset index of a segment; a full index begins a new segment.
    Int "log.index.size.max.bytes" = "10485760", Medium.at_least(4).cluster_wide();

    /// How long after start the first round of housekeeping begins.
    Long "log.initial.task.delay.ms" = "30000", Low.at_least(0).internal().accepted(LOG);

    /// How much of a tiered log stays on local disk; −2 means as `log.retention.bytes`.
    Long "log.local.retention.bytes" = "-2", Medium.at_least(-2).cluster_wide().accepted(TIERED_STORAGE);

    /// How long records of a tiered log stay on local disk; −2 means as `log.retention.ms`.
    Long "log.local.retention.ms" = "-2", Medium.at_least(-2).cluster_wide().accepted(TIERED_STORAGE);

    /// How far a record's timestamp may lie ahead of the broker's clock.
    Long "log.message.timestamp.after.max.ms" = "3600000", Medium.at_least(0).cluster_wide();

    /// How far a record's timestamp may lie behind the broker's clock.
    Long "log.message.timestamp.before.max.ms" = "9223372036854775807", Medium.at_least(0).cluster_wide();

    /// Whether a record keeps its producer's timestamp or gets the broker's.
    String "log.message.timestamp.type" = "CreateTime", Medium.one_of(&["CreateTime", "LogAppendTime"]).cluster_wide();

    /// Whether a new segment's file gets its full size at once.
    Boolean "log.preallocate" = "false", Medium.cluster_wide().accepted(LOG);

    /// How many bytes a closed segment may wait to be copied to remote storage.
    Long "log.remote.copy.lag.bytes" = "-1", Medium.at_least(-1).cluster_wide().accepted(TIERED_STORAGE);

    /// How long a closed segment may wait to be copied to remote storage.
    Long "log.remote.copy.lag.ms" = "0", Medium.at_least(-1).cluster_wide().accepted(TIERED_STORAGE);

    /// How large a partition may grow before its oldest segments are removed; −1 means no limit.
    Long "log.retention.bytes" = "-1", High.cluster_wide();

    /// How often the broker looks for segments to remove.
    Long "log.retention.check.interval.ms" = "300000", Medium.at_least(1);

    /// How many hours records are kept; `log.retention.minutes` and `log.retention.ms` go before it.
    Int "log.retention.hours" = "168", High;

    /// How many minutes records are kept. Unset: `log.retention.hours`.
    Int "log.retention.minutes" = null, High;

    /// How long records are kept; −1 means for ever. Unset: `log.retention.minutes`.
    Long "log.retention.ms" = null, High.cluster_wide();

    /// After how many hours a new segment begins, even if the old one is not full.
    Int "log.roll.hours" = "168", High.at_least(1);

    /// By how many hours at most that moment is brought forward at random, so that not all segments roll together.
    Int "log.roll.jitter.hours" = "0", High.at_least(0);

    /// By how long at most rolling is brought forward at random. Unset: `log.roll.jitter.hours`.
    Long "log.roll.jitter.ms" = null, High.cluster_wide();

    /// After how long a new segment begins, even if the old one is not full. Unset: `log.roll.hours`.
    Long "log.roll.ms" = null, High.cluster_wide();

    /// How large a segment of a log grows before the next one begins.
    Int "log.segment.bytes" = "1073741824", High.at_least(1_048_576).cluster_wide();

    /// How long the files of a removed segment stay on disk.
    Long "log.segment.delete.delay.ms" = "60000", High.at_least(0).cluster_wide();
}
