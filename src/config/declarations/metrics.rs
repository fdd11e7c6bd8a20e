//! How Kafka measures and reports itself.

use super::super::setting::settings;
use super::reasons::METRICS;

settings! {
    /// How often the old metrics reporters are polled.
    Int "kafka.metrics.polling.interval.secs" = "10", Low.at_least(1).accepted(METRICS);

    /// Classes that report the old broker metrics.
    List "kafka.metrics.reporters" = "", Low.accepted(METRICS);

    /// Classes that report metrics.
    List "metric.reporters" = "org.apache.kafka.common.metrics.JmxReporter", Low.cluster_wide().accepted(METRICS);

    /// How many samples a metric is computed from.
    Int "metrics.num.samples" = "2", Low.at_least(1).accepted(METRICS);

    /// How detailed the recorded metrics are.
    String "metrics.recording.level" = "INFO", Low.accepted(METRICS);

    /// How long each of those samples is.
    Long "metrics.sample.window.ms" = "30000", Low.at_least(1).accepted(METRICS);
}
