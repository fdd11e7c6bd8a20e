//! The first records of a new cluster, as Kafka's format command and its first controller write them.

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::{BeginTransactionRecord, ConfigRecord, EndTransactionRecord, FeatureLevelRecord};

use super::features::FEATURES;
use crate::config::Settings;
use crate::metadata::{ConfigResourceType, Record};

/// What the bootstrap snapshot of a new directory holds: the level of each feature that is on.
pub(super) fn features() -> Vec<Record> {
    let on = FEATURES.into_iter().filter(|feature| feature.default_level > 0);
    on.map(|feature| {
        let name = StrBytes::from_static(feature.name);
        FeatureLevelRecord {
            name,
            feature_level: feature.default_level,
        }
        .into()
    })
    .collect()
}

/// The group that makes an empty log a cluster.
pub(super) fn first_group(bootstrap: &[Record], settings: &Settings) -> Vec<Record> {
    let name = Some(StrBytes::from_static("Bootstrap records"));
    let mut group = vec![Record::from(BeginTransactionRecord { name })];
    group.extend(bootstrap.iter().cloned());
    // With eligible leader replicas this must hold for all brokers alike, so the cluster keeps it, not each broker.
    const MIN_ISR: &str = "min.insync.replicas";
    if let Some(value) = settings.text(MIN_ISR) {
        let record = ConfigRecord {
            resource_type: ConfigResourceType::BROKER.0,
            resource_name: StrBytes::EMPTY,
            name: StrBytes::from_static(MIN_ISR),
            value: Some(StrBytes::from(value.to_owned())),
        };
        group.push(record.into());
    }
    group.push(EndTransactionRecord {}.into());
    group
}
