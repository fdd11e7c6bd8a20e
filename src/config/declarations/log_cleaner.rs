//! log_cleaner

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::COMPACTION;

settings! {
    /// ?
    Long "log.cleaner.backoff.ms" = "15000", Medium.at_least(0).cluster_wide().accepted(COMPACTION);

    /// ?
    Long "log.cleaner.dedupe.buffer.size" = "134217728", Medium.cluster_wide().accepted(COMPACTION);

    /// ?
    Long "log.cleaner.delete.retention.ms" = "86400000", Medium.at_least(0).cluster_wide().accepted(COMPACTION);

    /// ?
    Boolean "log.cleaner.enable" = "true", Medium.accepted(COMPACTION);

    /// ?
    Double "log.cleaner.io.buffer.load.factor" = "0.9", Medium.cluster_wide().accepted(COMPACTION);

    /// ?
    Int "log.cleaner.io.buffer.size" = "524288", Medium.at_least(0).cluster_wide().accepted(COMPACTION);

    /// ?
    Double "log.cleaner.io.max.bytes.per.second" = "1.7976931348623157E308", Medium.cluster_wide().accepted(COMPACTION);

    /// ?
    Long "log.cleaner.max.compaction.lag.ms" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .accepted(COMPACTION);

    /// ?
    Double "log.cleaner.min.cleanable.ratio" = "0.5", Medium.rule(Rule::BetweenFractions(0.0, 1.0)).cluster_wide()
        .accepted(COMPACTION);

    /// ?
    Long "log.cleaner.min.compaction.lag.ms" = "0", Medium.at_least(0).cluster_wide().accepted(COMPACTION);

    /// ?
    Int "log.cleaner.threads" = "1", Medium.at_least(0).cluster_wide().accepted(COMPACTION);

    /// ?
    List "log.cleanup.policy" = "delete", Medium.one_of(&["compact", "delete"]).cluster_wide();
}
