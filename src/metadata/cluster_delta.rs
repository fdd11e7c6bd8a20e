//! What the records about brokers and controllers do to an image.
//!
//! A record about a broker names its epoch; one that names another incarnation's is refused, as by Kafka.

use std::sync::Arc;

use dmq_protocol::Uuid;
use dmq_protocol::metadata_records::{
    BrokerRegistrationChangeRecord, FenceBrokerRecord, RegisterBrokerRecord, RegisterControllerRecord,
    UnfenceBrokerRecord, UnregisterBrokerRecord, UnregisterControllerRecord,
};

use super::changes::MetadataChanges;
use super::cluster::{BrokerImage, ControllerImage, Endpoint, SupportedFeature};
use super::error::ApplyError;
use super::image::MetadataImage;
use super::topics::DirectoryId;
use crate::ids::BrokerId;

pub(super) fn register_broker(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &RegisterBrokerRecord,
) -> Result<(), ApplyError> {
    let id = BrokerId(record.broker_id);
    let endpoints = record.end_points.iter().map(|endpoint| Endpoint {
        listener: Arc::from(&*endpoint.name),
        host: Arc::from(&*endpoint.host),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    });
    let features = record.features.iter().map(|feature| SupportedFeature {
        name: Arc::from(&*feature.name),
        min_level: feature.min_supported_version,
        max_level: feature.max_supported_version,
    });
    let broker = BrokerImage {
        id,
        epoch: record.broker_epoch,
        incarnation_id: record.incarnation_id,
        endpoints: endpoints.collect(),
        features: features.collect(),
        rack: record.rack.as_deref().map(Arc::from),
        fenced: record.fenced,
        in_controlled_shutdown: record.in_controlled_shutdown,
        is_migrating_zk_broker: record.is_migrating_zk_broker,
        log_dirs: directories(&record.log_dirs),
        cordoned_log_dirs: record.cordoned_log_dirs.as_deref().map(directories),
    };
    image.cluster.brokers.insert(id, Arc::new(broker));
    changes.brokers_changed.insert(id);
    Ok(())
}

pub(super) fn unregister_broker(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &UnregisterBrokerRecord,
) -> Result<(), ApplyError> {
    let id = BrokerId(record.broker_id);
    find(image, "UnregisterBrokerRecord", id, record.broker_epoch)?;
    image.cluster.brokers.remove(&id);
    changes.brokers_changed.insert(id);
    Ok(())
}

pub(super) fn fence(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &FenceBrokerRecord,
) -> Result<(), ApplyError> {
    let mut broker = find(image, "FenceBrokerRecord", BrokerId(record.id), record.epoch)?;
    broker.fenced = true;
    put(image, changes, broker);
    Ok(())
}

pub(super) fn unfence(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &UnfenceBrokerRecord,
) -> Result<(), ApplyError> {
    let mut broker = find(image, "UnfenceBrokerRecord", BrokerId(record.id), record.epoch)?;
    broker.fenced = false;
    put(image, changes, broker);
    Ok(())
}

pub(super) fn change_broker(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &BrokerRegistrationChangeRecord,
) -> Result<(), ApplyError> {
    const RECORD: &str = "BrokerRegistrationChangeRecord";
    let mut broker = find(image, RECORD, BrokerId(record.broker_id), record.broker_epoch)?;
    let invalid = |field, value: i8| ApplyError::InvalidField {
        record: RECORD,
        field,
        value: i64::from(value),
    };
    broker.fenced = match record.fenced {
        -1 => false,
        0 => broker.fenced,
        1 => true,
        other => return Err(invalid("Fenced", other)),
    };
    broker.in_controlled_shutdown = match record.in_controlled_shutdown {
        0 => broker.in_controlled_shutdown,
        1 => true,
        other => return Err(invalid("InControlledShutdown", other)),
    };
    if !record.log_dirs.is_empty() {
        broker.log_dirs = directories(&record.log_dirs);
    }
    if let Some(cordoned) = &record.cordoned_log_dirs {
        broker.cordoned_log_dirs = Some(directories(cordoned));
    }
    put(image, changes, broker);
    Ok(())
}

pub(super) fn register_controller(
    image: &mut MetadataImage,
    record: &RegisterControllerRecord,
) -> Result<(), ApplyError> {
    let id = BrokerId(record.controller_id);
    let endpoints = record.end_points.iter().map(|endpoint| Endpoint {
        listener: Arc::from(&*endpoint.name),
        host: Arc::from(&*endpoint.host),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    });
    let features = record.features.iter().map(|feature| SupportedFeature {
        name: Arc::from(&*feature.name),
        min_level: feature.min_supported_version,
        max_level: feature.max_supported_version,
    });
    let controller = ControllerImage {
        id,
        incarnation_id: record.incarnation_id,
        zk_migration_ready: record.zk_migration_ready,
        endpoints: endpoints.collect(),
        features: features.collect(),
    };
    image.cluster.controllers.insert(id, Arc::new(controller));
    Ok(())
}

pub(super) fn unregister_controller(
    image: &mut MetadataImage,
    record: &UnregisterControllerRecord,
) -> Result<(), ApplyError> {
    let id = BrokerId(record.controller_id);
    let what = || format!("controller {id}");
    image
        .cluster
        .controllers
        .remove(&id)
        .map(drop)
        .ok_or_else(|| ApplyError::NothingToRemove {
            record: "UnregisterControllerRecord",
            what: what(),
        })
}

fn find(image: &MetadataImage, record: &'static str, broker: BrokerId, epoch: i64) -> Result<BrokerImage, ApplyError> {
    let Some(present) = image.cluster.broker(broker) else {
        return Err(ApplyError::UnknownBroker { record, broker });
    };
    if present.epoch != epoch {
        return Err(ApplyError::BrokerEpochMismatch {
            record,
            broker,
            present: present.epoch,
            named: epoch,
        });
    }
    Ok(BrokerImage::clone(present))
}

fn put(image: &mut MetadataImage, changes: &mut MetadataChanges, broker: BrokerImage) {
    changes.brokers_changed.insert(broker.id);
    image.cluster.brokers.insert(broker.id, Arc::new(broker));
}

fn directories(ids: &[Uuid]) -> Vec<DirectoryId> {
    ids.iter().copied().map(DirectoryId).collect()
}
