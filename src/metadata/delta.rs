//! From one image to the next, record by record.
//!
//! A delta is a working copy of the image (cheap: it shares what does not change) with the changes so far. A group of
//! records between BeginTransaction and EndTransaction counts as a whole: until it ends, [`MetadataDelta::finish`] gives
//! the state before it, and AbortTransaction goes back there.
//!
//! Nouns with more than a few lines have their own file (`topics_delta`, `cluster_delta`); it must not know logs.

use std::sync::Arc;

use super::changes::MetadataChanges;
use super::configs::{ConfigResource, ConfigResourceType};
use super::error::ApplyError;
use super::image::{MetadataImage, Provenance};
use super::preserved::PreservedKey;
use super::quotas::QuotaEntity;
use super::record::Record;
use super::{cluster_delta, topics_delta};
use crate::ids::ProducerId;
use dmq_protocol::metadata_records::{ClientQuotaRecord, ConfigRecord, ProducerIdsRecord};

/// An image on its way to the next one.
#[derive(Debug, Clone)]
pub struct MetadataDelta {
    state: State,
    before_transaction: Option<Box<State>>,
}

#[derive(Debug, Clone)]
struct State {
    image: MetadataImage,
    changes: MetadataChanges,
}

impl MetadataDelta {
    /// Nothing changed yet.
    pub fn new(base: &MetadataImage) -> MetadataDelta {
        let state = State {
            image: base.clone(),
            changes: MetadataChanges::default(),
        };
        MetadataDelta {
            state,
            before_transaction: None,
        }
    }

    /// The image with every record so far, also those of a transaction that is open.
    pub fn image(&self) -> &MetadataImage {
        &self.state.image
    }

    /// Whether a transaction has begun and not ended.
    pub fn in_transaction(&self) -> bool {
        self.before_transaction.is_some()
    }

    /// The next image, without what belongs to an open transaction, and how it differs from the first.
    pub fn finish(self, provenance: Provenance) -> (Arc<MetadataImage>, MetadataChanges) {
        let State { mut image, changes } = self.before_transaction.map_or(self.state, |before| *before);
        image.provenance = provenance;
        (Arc::new(image), changes)
    }

    /// Applies one record. After an error the delta is as it was.
    pub fn apply(&mut self, record: &Record) -> Result<(), ApplyError> {
        let State { image, changes } = &mut self.state;
        match record {
            Record::Topic(record) => topics_delta::topic(image, changes, record),
            Record::Partition(record) => topics_delta::partition(image, changes, record),
            Record::PartitionChange(record) => topics_delta::partition_change(image, changes, record),
            Record::RemoveTopic(record) => topics_delta::remove_topic(image, changes, record),
            Record::ClearElr(record) => topics_delta::clear_elr(image, changes, record),
            Record::RegisterBroker(record) => cluster_delta::register_broker(image, changes, record),
            Record::UnregisterBroker(record) => cluster_delta::unregister_broker(image, changes, record),
            Record::FenceBroker(record) => cluster_delta::fence(image, changes, record),
            Record::UnfenceBroker(record) => cluster_delta::unfence(image, changes, record),
            Record::BrokerRegistrationChange(record) => cluster_delta::change_broker(image, changes, record),
            Record::RegisterController(record) => cluster_delta::register_controller(image, record),
            Record::UnregisterController(record) => cluster_delta::unregister_controller(image, record),
            Record::Config(record) => {
                config(image, changes, record);
                Ok(())
            }
            Record::FeatureLevel(record) => {
                image.features.set(&record.name, record.feature_level);
                changes.features_changed = true;
                Ok(())
            }
            Record::ClientQuota(record) => {
                client_quota(image, changes, record);
                Ok(())
            }
            Record::ProducerIds(record) => producer_ids(image, record),
            Record::BeginTransaction(_) => self.begin_transaction(),
            Record::EndTransaction(_) => self.end_transaction(),
            Record::AbortTransaction(_) => self.abort_transaction(),
            Record::NoOp(_) => Ok(()),
            other => preserve(image, changes, other),
        }
    }

    fn begin_transaction(&mut self) -> Result<(), ApplyError> {
        if self.in_transaction() {
            return Err(ApplyError::NestedTransaction);
        }
        self.before_transaction = Some(Box::new(self.state.clone()));
        Ok(())
    }

    fn end_transaction(&mut self) -> Result<(), ApplyError> {
        let ended = self.before_transaction.take();
        ended.map(drop).ok_or(ApplyError::NoTransaction {
            record: "EndTransactionRecord",
        })
    }

    fn abort_transaction(&mut self) -> Result<(), ApplyError> {
        let before = self.before_transaction.take();
        self.state = *before.ok_or(ApplyError::NoTransaction {
            record: "AbortTransactionRecord",
        })?;
        Ok(())
    }
}

fn config(image: &mut MetadataImage, changes: &mut MetadataChanges, record: &ConfigRecord) {
    let kind = ConfigResourceType(record.resource_type);
    let resource = ConfigResource {
        kind,
        name: Arc::from(&*record.resource_name),
    };
    image.configs.set(&resource, &record.name, record.value.as_deref());
    changes.configs_changed.insert(resource);
}

fn client_quota(image: &mut MetadataImage, changes: &mut MetadataChanges, record: &ClientQuotaRecord) {
    let entity: QuotaEntity = record
        .entity
        .iter()
        .map(|part| {
            (
                Arc::from(&*part.entity_type),
                part.entity_name.as_deref().map(Arc::from),
            )
        })
        .collect();
    image
        .client_quotas
        .set(entity, &record.key, (!record.remove).then_some(record.value));
    changes.quotas_changed = true;
}

fn producer_ids(image: &mut MetadataImage, record: &ProducerIdsRecord) -> Result<(), ApplyError> {
    let present = image.next_producer_id.0;
    if record.next_producer_id < present {
        return Err(ApplyError::ProducerIdsGoBack {
            present,
            named: record.next_producer_id,
        });
    }
    image.next_producer_id = ProducerId(record.next_producer_id);
    Ok(())
}

/// Records that the broker does not interpret itself, or not yet: kept as they are, by what they are about.
fn preserve(image: &mut MetadataImage, changes: &mut MetadataChanges, record: &Record) -> Result<(), ApplyError> {
    match PreservedKey::removed_by(record) {
        Some((kind, key)) => {
            if !image.preserved.remove(&key) {
                return Err(ApplyError::NothingToRemove {
                    record: kind,
                    what: key.to_string(),
                });
            }
        }
        None => match PreservedKey::of(record) {
            Some(PreservedKey::Acl(id)) if image.preserved.contains(&PreservedKey::Acl(id)) => {
                return Err(ApplyError::AclExists(id));
            }
            Some(key) => image.preserved.put(key, record),
            None => return Ok(()),
        },
    }
    changes.preserved_changed = true;
    Ok(())
}
