//! log

use super::super::setting::settings;
use super::reasons::{LOG, QUORUM, TIERED_STORAGE};

settings! {
    /// ?
    List "log.dir" = "./data/broker-1", High;

    /// ?
    Long "log.dir.failure.timeout.ms" = "30000", Low.at_least(1).accepted(QUORUM);

    /// ?
    List "log.dirs" = null, High;

    /// ?
    Long "log.flush.interval.messages" = "9223372036854775807", High.at_least(1).cluster_wide();

    /// ?
    Long "log.flush.interval.ms" = null, High.cluster_wide();

    /// ?
    Int "log.flush.offset.checkpoint.interval.ms" = "60000", High.at_least(0);

    /// ?
    Long "log.flush.scheduler.interval.ms" = "9223372036854775807", High;

    /// ?
    Int "log.flush.start.offset.checkpoint.interval.ms" = "60000", High.at_least(0);

    /// ?
    Int "log.index.interval.bytes" = "4096", Medium.at_least(0).cluster_wide();

    /// ?
    Int "log.index.size.max.bytes" = "10485760", Medium.at_least(4).cluster_wide();

    /// ?
    Long "log.initial.task.delay.ms" = "30000", Low.at_least(0).internal().accepted(LOG);

    /// ?
    Long "log.local.retention.bytes" = "-2", Medium.at_least(-2).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "log.local.retention.ms" = "-2", Medium.at_least(-2).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "log.message.timestamp.after.max.ms" = "3600000", Medium.at_least(0).cluster_wide();

    /// ?
    Long "log.message.timestamp.before.max.ms" = "9223372036854775807", Medium.at_least(0).cluster_wide();

    /// ?
    String "log.message.timestamp.type" = "CreateTime", Medium.one_of(&["CreateTime", "LogAppendTime"]).cluster_wide();

    /// ?
    Boolean "log.preallocate" = "false", Medium.cluster_wide();

    /// ?
    Long "log.remote.copy.lag.bytes" = "-1", Medium.at_least(-1).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "log.remote.copy.lag.ms" = "0", Medium.at_least(-1).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "log.retention.bytes" = "-1", High.cluster_wide();

    /// ?
    Long "log.retention.check.interval.ms" = "300000", Medium.at_least(1);

    /// ?
    Int "log.retention.hours" = "168", High;

    /// ?
    Int "log.retention.minutes" = null, High;

    /// ?
    Long "log.retention.ms" = null, High.cluster_wide();

    /// ?
    Int "log.roll.hours" = "168", High.at_least(1);

    /// ?
    Int "log.roll.jitter.hours" = "0", High.at_least(0);

    /// ?
    Long "log.roll.jitter.ms" = null, High.cluster_wide();

    /// ?
    Long "log.roll.ms" = null, High.cluster_wide();

    /// ?
    Int "log.segment.bytes" = "1073741824", High.at_least(1_048_576).cluster_wide();

    /// ?
    Long "log.segment.delete.delay.ms" = "60000", High.at_least(0).cluster_wide();
}
