//! metrics

use super::super::setting::settings;
use super::reasons::METRICS;

settings! {
    /// ?
    Int "kafka.metrics.polling.interval.secs" = "10", Low.at_least(1).accepted(METRICS);

    /// ?
    List "kafka.metrics.reporters" = "", Low.accepted(METRICS);

    /// ?
    List "metric.reporters" = "org.apache.kafka.common.metrics.JmxReporter", Low.cluster_wide().accepted(METRICS);

    /// ?
    Int "metrics.num.samples" = "2", Low.at_least(1).accepted(METRICS);

    /// ?
    String "metrics.recording.level" = "INFO", Low.accepted(METRICS);

    /// ?
    Long "metrics.sample.window.ms" = "30000", Low.at_least(1).accepted(METRICS);
}
