//! The registry's metrics: traffic by topic, and where each log begins and ends.
//!
//! Topics and partitions without a label of their own (`metrics.topic.labels.max`, `metrics.partition.labels.max`) are
//! in the sums.

use super::traffic::Traffic;
use super::{Partition, PartitionRegistry};
use crate::telemetry::metrics::{Collect, Counter, Family, Page};

static MESSAGES_IN: Family = topic_counter(
    "kafka_server_brokertopicmetrics_messagesin_total",
    "Records appended; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec,topic=…");
static BYTES_IN: Family = topic_counter(
    "kafka_server_brokertopicmetrics_bytesin_total",
    "Bytes of record batches appended; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=…");
static BYTES_OUT: Family = topic_counter(
    "kafka_server_brokertopicmetrics_bytesout_total",
    "Bytes of record batches given to consumers; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=BytesOutPerSec,topic=…");
static BYTES_REJECTED: Family = topic_counter(
    "kafka_server_brokertopicmetrics_bytesrejected_total",
    "Bytes of record batches refused for their size; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=BytesRejectedPerSec,topic=…");
static PRODUCE_REQUESTS: Family = topic_counter(
    "kafka_server_brokertopicmetrics_totalproducerequests_total",
    "Appends asked for, one for each partition of a request; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=TotalProduceRequestsPerSec,topic=…");
static FAILED_PRODUCE_REQUESTS: Family = topic_counter(
    "kafka_server_brokertopicmetrics_failedproducerequests_total",
    "Those that failed for another reason than size, damage, a broken disk or leadership; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=FailedProduceRequestsPerSec,topic=…");
static FETCH_REQUESTS: Family = topic_counter(
    "kafka_server_brokertopicmetrics_totalfetchrequests_total",
    "Reads asked for, one for each partition of a request; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=TotalFetchRequestsPerSec,topic=…");
static FAILED_FETCH_REQUESTS: Family = topic_counter(
    "kafka_server_brokertopicmetrics_failedfetchrequests_total",
    "Those that the log failed; without a label: of all topics.",
)
.as_in_kafka("kafka.server:type=BrokerTopicMetrics,name=FailedFetchRequestsPerSec,topic=…");

static SIZE: Family = log_gauge("kafka_log_log_size", "Bytes of the partition's segments.")
    .as_in_kafka("kafka.log:type=Log,name=Size,topic=…,partition=…");
static SEGMENTS: Family = log_gauge("kafka_log_log_numlogsegments", "The partition's segments.")
    .as_in_kafka("kafka.log:type=Log,name=NumLogSegments,topic=…,partition=…");
static LOG_START: Family = log_gauge("kafka_log_log_logstartoffset", "The first offset that is there.")
    .as_in_kafka("kafka.log:type=Log,name=LogStartOffset,topic=…,partition=…");
static LOG_END: Family = log_gauge("kafka_log_log_logendoffset", "The offset of the next record.")
    .as_in_kafka("kafka.log:type=Log,name=LogEndOffset,topic=…,partition=…");
static HIGH_WATERMARK: Family = log_gauge(
    "dmq_log_highwatermark",
    "The first offset that no consumer may read yet.",
);
static LAST_STABLE: Family = log_gauge(
    "dmq_log_laststableoffset",
    "The first offset that no reader of committed transactions may read yet.",
);
static STABLE: Family = log_gauge(
    "dmq_log_stableoffset",
    "The first offset that is not known to be on stable storage.",
);

static REPLICAS: Family = Family::gauge(
    "kafka_server_replicamanager_partitioncount",
    &[],
    "Replicas on this broker.",
)
.as_in_kafka("kafka.server:type=ReplicaManager,name=PartitionCount");
static LEADERS: Family = Family::gauge(
    "kafka_server_replicamanager_leadercount",
    &[],
    "Replicas on this broker that lead their partition.",
)
.as_in_kafka("kafka.server:type=ReplicaManager,name=LeaderCount");
static OFFLINE: Family = Family::gauge(
    "kafka_server_replicamanager_offlinereplicacount",
    &[],
    "Replicas whose files could not be opened, or failed since.",
)
.as_in_kafka("kafka.server:type=ReplicaManager,name=OfflineReplicaCount");
static TOTAL_SIZE: Family = Family::gauge(
    "dmq_logs_size_bytes",
    &[],
    "Bytes of all partitions' segments together.",
);

/// One of the counters.
type Which = fn(&Traffic) -> &Counter;
/// One of a log's numbers.
type Value = fn(&Partition) -> i64;

const TRAFFIC: &[(&Family, Which)] = &[
    (&MESSAGES_IN, |traffic| &traffic.messages_in),
    (&BYTES_IN, |traffic| &traffic.bytes_in),
    (&BYTES_OUT, |traffic| &traffic.bytes_out),
    (&BYTES_REJECTED, |traffic| &traffic.bytes_rejected),
    (&PRODUCE_REQUESTS, |traffic| &traffic.produce_requests),
    (&FAILED_PRODUCE_REQUESTS, |traffic| &traffic.failed_produce_requests),
    (&FETCH_REQUESTS, |traffic| &traffic.fetch_requests),
    (&FAILED_FETCH_REQUESTS, |traffic| &traffic.failed_fetch_requests),
];

const LOGS: &[(&Family, Value)] = &[
    (&SIZE, |partition| {
        i64::try_from(partition.size_bytes()).unwrap_or(i64::MAX)
    }),
    (&SEGMENTS, |partition| {
        i64::try_from(partition.log().segment_count()).unwrap_or(i64::MAX)
    }),
    (&LOG_START, |partition| partition.log_start_offset().0),
    (&LOG_END, |partition| partition.log_end_offset().0),
    (&HIGH_WATERMARK, |partition| partition.high_watermark().0),
    (&LAST_STABLE, |partition| partition.last_stable_offset().0),
    (&STABLE, |partition| partition.log().stable_offset().0),
];

const FAMILIES: &[&Family] = &[
    &MESSAGES_IN,
    &BYTES_IN,
    &BYTES_OUT,
    &BYTES_REJECTED,
    &PRODUCE_REQUESTS,
    &FAILED_PRODUCE_REQUESTS,
    &FETCH_REQUESTS,
    &FAILED_FETCH_REQUESTS,
    &SIZE,
    &SEGMENTS,
    &LOG_START,
    &LOG_END,
    &HIGH_WATERMARK,
    &LAST_STABLE,
    &STABLE,
    &REPLICAS,
    &LEADERS,
    &OFFLINE,
    &TOTAL_SIZE,
];

const fn topic_counter(name: &'static str, help: &'static str) -> Family {
    Family::counter(name, &["topic"], help)
}

const fn log_gauge(name: &'static str, help: &'static str) -> Family {
    Family::gauge(name, &["topic", "partition"], help)
}

impl Collect for PartitionRegistry {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        let settings = self.world().settings.broker();
        for (family, counter) in TRAFFIC {
            let mut samples = page.family(family);
            samples.add(&[], counter(self.traffic().all()).get());
            self.traffic()
                .each_topic(settings.metrics_topic_labels_max, |topic, traffic| {
                    samples.add(&[("topic", topic)], counter(traffic).get());
                });
        }
        let mut partitions = self.all();
        let leaders = partitions.iter().filter(|partition| partition.role().is_leader).count();
        let failed = partitions.iter().filter(|partition| partition.has_failed()).count();
        let (replicas, offline) = (partitions.len(), failed + self.offline_count());
        let bytes: u64 = partitions.iter().map(|partition| partition.size_bytes()).sum();
        partitions.sort_unstable_by(|one, other| one.name().cmp(other.name()));
        partitions.truncate(settings.metrics_partition_labels_max);
        for (family, value) in LOGS {
            let mut samples = page.family(family);
            for partition in &partitions {
                let name = partition.name();
                let number = name.partition.0.to_string();
                samples.add(&[("topic", &name.topic), ("partition", &number)], value(partition));
            }
        }
        page.single(&REPLICAS, replicas);
        page.single(&LEADERS, leaders);
        page.single(&OFFLINE, offline);
        page.single(&TOTAL_SIZE, bytes);
    }
}
