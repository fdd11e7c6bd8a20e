//! The cluster as its metadata says it is, in numbers.

use super::MetadataHandle;
use crate::ids::BrokerId;
use crate::telemetry::metrics::{Collect, Family, Page};

static TOPICS: Family = Family::gauge(
    "kafka_controller_kafkacontroller_globaltopiccount",
    &[],
    "Topics of the cluster.",
)
.as_in_kafka("kafka.controller:type=KafkaController,name=GlobalTopicCount");
static PARTITIONS: Family = Family::gauge(
    "kafka_controller_kafkacontroller_globalpartitioncount",
    &[],
    "Partitions of the cluster.",
)
.as_in_kafka("kafka.controller:type=KafkaController,name=GlobalPartitionCount");
static OFFLINE: Family = Family::gauge(
    "kafka_controller_kafkacontroller_offlinepartitionscount",
    &[],
    "Partitions of the cluster without a leader.",
)
.as_in_kafka("kafka.controller:type=KafkaController,name=OfflinePartitionsCount");
static ACTIVE: Family = Family::gauge(
    "kafka_controller_kafkacontroller_activebrokercount",
    &[],
    "Brokers that may lead partitions.",
)
.as_in_kafka("kafka.controller:type=KafkaController,name=ActiveBrokerCount");
static UNDER_REPLICATED: Family = Family::gauge(
    "kafka_server_replicamanager_underreplicatedpartitions",
    &[],
    "Partitions led by this broker of which not every replica is in sync.",
)
.as_in_kafka("kafka.server:type=ReplicaManager,name=UnderReplicatedPartitions");
static APPLIED: Family = Family::gauge(
    "kafka_controller_kafkacontroller_lastappliedrecordoffset",
    &[],
    "The offset in the metadata log that the metadata in force reaches.",
)
.as_in_kafka("kafka.controller:type=KafkaController,name=LastAppliedRecordOffset");

const FAMILIES: &[&Family] = &[&TOPICS, &PARTITIONS, &OFFLINE, &ACTIVE, &UNDER_REPLICATED, &APPLIED];

/// A collector over the metadata in force.
#[derive(Debug)]
pub struct ClusterMetrics {
    metadata: MetadataHandle,
    broker_id: BrokerId,
}

impl ClusterMetrics {
    /// A collector for this broker.
    pub fn new(metadata: MetadataHandle, broker_id: BrokerId) -> ClusterMetrics {
        ClusterMetrics { metadata, broker_id }
    }
}

impl Collect for ClusterMetrics {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        let image = self.metadata.load_full();
        let (mut partitions, mut offline, mut under_replicated) = (0_u64, 0_u64, 0_u64);
        for partition in image.topics.iter().flat_map(|topic| topic.partitions.values()) {
            partitions += 1;
            offline += u64::from(partition.leader.is_none());
            let is_led_here = partition.leader == Some(self.broker_id);
            under_replicated += u64::from(is_led_here && partition.isr.len() < partition.replicas.len());
        }
        page.single(&TOPICS, image.topics.len());
        page.single(&PARTITIONS, partitions);
        page.single(&OFFLINE, offline);
        page.single(&ACTIVE, image.cluster.unfenced().count());
        page.single(&UNDER_REPLICATED, under_replicated);
        page.single(&APPLIED, image.provenance.last_offset.0);
    }
}
