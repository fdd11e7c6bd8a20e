//! What must be remembered of pushes beyond what they changed: version, timestamps, 64-bit leader epochs.
//!
//! Kept as config records in the metadata log, so that each is written in one group with the changes it belongs to. The
//! resources are of the type that Kafka reserves for log levels and never writes: Kafka keeps such records and acts on
//! none, should it open the directory.

use std::sync::Arc;

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::ConfigRecord;

use super::{MetadataPush, PushError};
use crate::ids::{PartitionId, TopicId};
use crate::metadata::{ConfigResource, ConfigResourceType, MetadataImage, Record};

/// The resource that all of it belongs to; those of partitions have names that begin with it.
const RESOURCE: &str = "rest-controller";
const VERSION: &str = "metadata.version";
const TIMESTAMP: &str = "metadata.timestamp";
const UPDATED: &str = "metadata.updated";
const LEADER_EPOCH: &str = "leader.epoch";

/// How far pushes have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PushedState {
    /// The version of the last push that had one.
    pub version: Option<i64>,
    /// The last push's timestamp by the controller's clock, in ms since 1970.
    pub timestamp_ms: Option<i64>,
    /// When the last push was applied by this broker's clock, in ms since 1970. None: never was anything pushed.
    pub updated_ms: Option<i64>,
}

impl PushedState {
    /// The state that an image holds.
    pub fn of(image: &MetadataImage) -> PushedState {
        let values = image.configs.of(&resource(RESOURCE));
        let number = |name: &str| values?.get(name)?.parse().ok();
        PushedState {
            version: number(VERSION),
            timestamp_ms: number(TIMESTAMP),
            updated_ms: number(UPDATED),
        }
    }

    /// The version of the metadata of `image`: the pushed one. Where nothing was ever pushed this broker is its own
    /// controller, and the version is the offset of its last record.
    pub fn version_of(&self, image: &MetadataImage) -> Option<i64> {
        match self.updated_ms {
            None => Some(image.provenance.last_offset.0),
            Some(_) => self.version,
        }
    }

    /// Whether a push is to be applied; false if it is the one in force.
    pub(super) fn admits(&self, push: &MetadataPush) -> Result<bool, PushError> {
        match (push.version, self.version, push.timestamp_ms, self.timestamp_ms) {
            (Some(pushed), Some(current), ..) if pushed < current => Err(PushError::StaleVersion { current, pushed }),
            (Some(pushed), Some(current), ..) => Ok(pushed > current),
            (Some(_), None, ..) => Ok(true),
            (None, _, Some(pushed), Some(current)) if pushed < current => {
                Err(PushError::StaleTimestamp { current, pushed })
            }
            (None, _, Some(_), _) => Ok(true),
            (None, _, None, _) => Err(PushError::Invalid(
                "the push has neither a version nor a timestamp; one of them must order it".to_owned(),
            )),
        }
    }

    /// The records that make the state what it is after `push`.
    pub(super) fn after(&self, push: &MetadataPush, now_ms: i64) -> Vec<Record> {
        let values = [
            (VERSION, self.version, push.version.or(self.version)),
            (TIMESTAMP, self.timestamp_ms, push.timestamp_ms.or(self.timestamp_ms)),
            (UPDATED, self.updated_ms, Some(now_ms)),
        ];
        let changed = values.into_iter().filter(|(_, before, after)| before != after);
        let set = changed.filter_map(|(name, _, after)| Some(config(RESOURCE, name, after?)));
        set.collect()
    }
}

/// The leader epoch that was pushed last for a partition.
pub fn leader_epoch(image: &MetadataImage, topic: TopicId, partition: PartitionId) -> Option<i64> {
    let values = image.configs.of(&resource(&partition_resource(topic, partition)))?;
    values.get(LEADER_EPOCH)?.parse().ok()
}

/// The record that remembers a pushed leader epoch.
pub(super) fn leader_epoch_record(topic: TopicId, partition: PartitionId, epoch: i64) -> Record {
    config(&partition_resource(topic, partition), LEADER_EPOCH, epoch)
}

fn partition_resource(topic: TopicId, partition: PartitionId) -> String {
    format!("{RESOURCE}/{topic}/{partition}")
}

fn resource(name: &str) -> ConfigResource {
    ConfigResource {
        kind: ConfigResourceType::BROKER_LOGGER,
        name: Arc::from(name),
    }
}

fn config(resource: &str, name: &'static str, value: i64) -> Record {
    Record::Config(ConfigRecord {
        resource_type: ConfigResourceType::BROKER_LOGGER.0,
        resource_name: StrBytes::from(resource.to_owned()),
        name: StrBytes::from_static(name),
        value: Some(StrBytes::from(value.to_string())),
    })
}
