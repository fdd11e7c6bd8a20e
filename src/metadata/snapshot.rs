//! An image written back as records, as a snapshot holds it: applying them to an empty image gives the image again.
//!
//! The order is Kafka's: features first (metadata.version before all), then brokers, topics, configs and the rest.

use std::sync::Arc;

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::{
    BrokerEndpoint, BrokerFeature, ClientQuotaRecord, ConfigRecord, ControllerEndpoint, ControllerFeature, EntityData,
    FeatureLevelRecord, PartitionRecord, ProducerIdsRecord, RegisterBrokerRecord, RegisterControllerRecord,
    TopicRecord,
};

use super::cluster::{BrokerImage, ControllerImage};
use super::features::METADATA_VERSION;
use super::image::MetadataImage;
use super::preserved::PreservedKey;
use super::record::Record;
use super::topics::{DirectoryId, PartitionImage};
use crate::ids::{BrokerId, PartitionId, TopicId};

/// The lowest metadata.version that says which log directory holds a replica.
const DIRECTORY_ASSIGNMENT: i16 = 17;

impl MetadataImage {
    /// The records that make this image out of an empty one, one at a time.
    pub fn to_records(&self) -> impl Iterator<Item = Record> {
        let version = self.features.level(METADATA_VERSION);
        let zk = |key: &PreservedKey| *key == PreservedKey::ZkMigrationState;
        let migration = self.preserved.iter().filter(move |(key, _)| zk(key));
        let security = self.preserved.iter().filter(move |(key, _)| !zk(key));
        self.feature_records()
            .chain(migration.map(|(_, record)| Record::clone(record)))
            .chain(self.cluster.brokers.values().map(|broker| broker.to_record()))
            .chain(
                self.cluster
                    .controllers
                    .values()
                    .map(|controller| controller.to_record()),
            )
            .chain(self.topic_records(version))
            .chain(self.config_records())
            .chain(self.quota_records())
            .chain(self.producer_id_records())
            .chain(security.map(|(_, record)| Record::clone(record)))
    }

    fn feature_records(&self) -> impl Iterator<Item = Record> {
        let (first, others): (Vec<_>, Vec<_>) = self.features.iter().partition(|(name, _)| *name == METADATA_VERSION);
        first.into_iter().chain(others).map(|(name, level)| {
            Record::FeatureLevel(FeatureLevelRecord {
                name: text(name),
                feature_level: level,
            })
        })
    }

    fn topic_records(&self, version: i16) -> impl Iterator<Item = Record> {
        self.topics.iter().flat_map(move |topic| {
            let named = TopicRecord {
                name: text(&topic.name),
                topic_id: topic.id.0,
            };
            let partitions = topic.partitions.iter();
            let partitions = partitions.map(move |(number, partition)| partition.to_record(topic.id, *number, version));
            std::iter::once(Record::Topic(named)).chain(partitions)
        })
    }

    fn config_records(&self) -> impl Iterator<Item = Record> {
        self.configs.iter().flat_map(|(resource, values)| {
            values.iter().map(|(name, value)| {
                Record::Config(ConfigRecord {
                    resource_type: resource.kind.0,
                    resource_name: text(&resource.name),
                    name: text(name),
                    value: Some(text(value)),
                })
            })
        })
    }

    fn quota_records(&self) -> impl Iterator<Item = Record> {
        self.client_quotas.iter().flat_map(|(entity, values)| {
            let part = |(kind, name): (&Arc<str>, &Option<Arc<str>>)| EntityData {
                entity_type: text(kind),
                entity_name: name.as_deref().map(text),
            };
            let entity: Vec<EntityData> = entity.iter().map(part).collect();
            values.iter().map(move |(key, value)| {
                let (entity, key) = (entity.clone(), text(key));
                Record::ClientQuota(ClientQuotaRecord {
                    entity,
                    key,
                    value: *value,
                    remove: false,
                })
            })
        })
    }

    fn producer_id_records(&self) -> impl Iterator<Item = Record> {
        let next = self.next_producer_id.0;
        let record = ProducerIdsRecord {
            broker_id: -1,
            broker_epoch: -1,
            next_producer_id: next,
        };
        (next > 0).then_some(Record::ProducerIds(record)).into_iter()
    }
}

impl PartitionImage {
    /// The record that adds this partition, as `metadata_version` can say it.
    pub fn to_record(&self, topic: TopicId, partition: PartitionId, metadata_version: i16) -> Record {
        let directories = match metadata_version {
            DIRECTORY_ASSIGNMENT.. => self.directories.iter().map(|id| id.0).collect(),
            _ => Vec::new(),
        };
        let unless_empty = |list: &[BrokerId]| (!list.is_empty()).then(|| numbers(list));
        Record::Partition(PartitionRecord {
            partition_id: partition.0,
            topic_id: topic.0,
            replicas: numbers(&self.replicas),
            isr: numbers(&self.isr),
            removing_replicas: numbers(&self.removing_replicas),
            adding_replicas: numbers(&self.adding_replicas),
            leader: self.leader.map_or(-1, |leader| leader.0),
            leader_recovery_state: self.leader_recovery_state.number(),
            leader_epoch: self.leader_epoch.0,
            partition_epoch: self.partition_epoch,
            directories,
            eligible_leader_replicas: unless_empty(&self.elr),
            last_known_elr: unless_empty(&self.last_known_elr),
        })
    }
}

impl BrokerImage {
    /// The record that registers this broker as it is now.
    pub fn to_record(&self) -> Record {
        let end_points = self.endpoints.iter().map(|endpoint| BrokerEndpoint {
            name: text(&endpoint.listener),
            host: text(&endpoint.host),
            port: endpoint.port,
            security_protocol: endpoint.security_protocol,
        });
        let features = self.features.iter().map(|feature| BrokerFeature {
            name: text(&feature.name),
            min_supported_version: feature.min_level,
            max_supported_version: feature.max_level,
        });
        Record::RegisterBroker(RegisterBrokerRecord {
            broker_id: self.id.0,
            is_migrating_zk_broker: self.is_migrating_zk_broker,
            incarnation_id: self.incarnation_id,
            broker_epoch: self.epoch,
            end_points: end_points.collect(),
            features: features.collect(),
            rack: self.rack.as_deref().map(text),
            fenced: self.fenced,
            in_controlled_shutdown: self.in_controlled_shutdown,
            log_dirs: ids(&self.log_dirs),
            cordoned_log_dirs: self.cordoned_log_dirs.as_deref().map(ids),
        })
    }
}

impl ControllerImage {
    /// The record that registers this controller.
    pub fn to_record(&self) -> Record {
        let end_points = self.endpoints.iter().map(|endpoint| ControllerEndpoint {
            name: text(&endpoint.listener),
            host: text(&endpoint.host),
            port: endpoint.port,
            security_protocol: endpoint.security_protocol,
        });
        let features = self.features.iter().map(|feature| ControllerFeature {
            name: text(&feature.name),
            min_supported_version: feature.min_level,
            max_supported_version: feature.max_level,
        });
        Record::RegisterController(RegisterControllerRecord {
            controller_id: self.id.0,
            incarnation_id: self.incarnation_id,
            zk_migration_ready: self.zk_migration_ready,
            end_points: end_points.collect(),
            features: features.collect(),
        })
    }
}

fn text(of: &str) -> StrBytes {
    StrBytes::from(of.to_owned())
}

fn numbers(brokers: &[BrokerId]) -> Vec<i32> {
    brokers.iter().map(|broker| broker.0).collect()
}

fn ids(directories: &[DirectoryId]) -> Vec<dmq_protocol::Uuid> {
    directories.iter().map(|directory| directory.0).collect()
}
