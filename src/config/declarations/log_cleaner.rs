//! Compaction, and the choice between it and deletion.

use super::super::rule::Rule;
use super::super::setting::settings;

settings! {
    /// How long the cleaner rests when no log needs cleaning.
    Long "log.cleaner.backoff.ms" = "15000", Medium.at_least(0).cluster_wide();

    /// How much memory all cleaner threads take for their maps of keys.
    Long "log.cleaner.dedupe.buffer.size" = "134217728", Medium.cluster_wide();

    /// How long a deletion marker stays in a compacted log, so that slow readers see it.
    Long "log.cleaner.delete.retention.ms" = "86400000", Medium.at_least(0).cluster_wide();

    /// Whether compaction runs.
    Boolean "log.cleaner.enable" = "true", Medium;

    /// How full the cleaner's map of keys may become.
    Double "log.cleaner.io.buffer.load.factor" = "0.9", Medium.cluster_wide();

    /// How much memory all cleaner threads take for reading and writing.
    Int "log.cleaner.io.buffer.size" = "524288", Medium.at_least(0).cluster_wide();

    /// How fast the cleaner reads and writes at most.
    Double "log.cleaner.io.max.bytes.per.second" = "1.7976931348623157E308", Medium.cluster_wide();

    /// How long a record may stay uncompacted.
    Long "log.cleaner.max.compaction.lag.ms" = "9223372036854775807", Medium.at_least(1).cluster_wide();

    /// Which share of a log must be uncleaned before it is compacted.
    Double "log.cleaner.min.cleanable.ratio" = "0.5", Medium.rule(Rule::BetweenFractions(0.0, 1.0)).cluster_wide();

    /// How long a record stays uncompacted at least.
    Long "log.cleaner.min.compaction.lag.ms" = "0", Medium.at_least(0).cluster_wide();

    /// How many threads clean logs.
    Int "log.cleaner.threads" = "1", Medium.at_least(0).cluster_wide();

    /// What happens to old records: `delete` removes them by age and size, `compact` demands a key of each and
    /// keeps the newest of each key; an empty list keeps everything.
    List "log.cleanup.policy" = "delete", Medium.one_of(&["compact", "delete"]).cluster_wide();
}
