//! What the records about topics and partitions do to an image.
//!
//! The rules are Kafka's: a change of leader raises the leader epoch by one, also to "no leader"; every change raises
//! the partition epoch by one; a removed topic takes its configs along.

use std::sync::Arc;

use dmq_protocol::Uuid;
use dmq_protocol::metadata_records::{
    ClearElrRecord, PartitionChangeRecord, PartitionRecord, RemoveTopicRecord, TopicRecord,
};

use super::changes::MetadataChanges;
use super::configs::ConfigResource;
use super::error::ApplyError;
use super::image::MetadataImage;
use super::topics::{DirectoryId, LeaderRecoveryState, PartitionImage, TopicImage};
use crate::ids::{BrokerId, LeaderEpoch, PartitionId, TopicId};

/// Stands for "no leader" in a record.
const NO_LEADER: i32 = -1;
/// Stands for "the leader stays" in a PartitionChangeRecord.
const NO_LEADER_CHANGE: i32 = -2;
/// Stands for "the recovery state stays" in a PartitionChangeRecord.
const NO_RECOVERY_CHANGE: i8 = -1;

pub(super) fn topic(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &TopicRecord,
) -> Result<(), ApplyError> {
    let id = TopicId(record.topic_id);
    if image.topics.by_name(&record.name).is_some() || image.topics.by_id(id).is_some() {
        return Err(ApplyError::TopicExists {
            name: record.name.to_string(),
            topic: id,
        });
    }
    image.topics.add(Arc::new(TopicImage::new(&record.name, id)));
    changes.topics_created.insert(id);
    Ok(())
}

pub(super) fn partition(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &PartitionRecord,
) -> Result<(), ApplyError> {
    let (topic, partition) = (TopicId(record.topic_id), PartitionId(record.partition_id));
    let Some(present) = image.topics.by_id(topic) else {
        return Err(ApplyError::UnknownTopic {
            record: "PartitionRecord",
            topic,
        });
    };
    let mut next = TopicImage::clone(present);
    next.partitions.insert(partition, Arc::new(from_record(record)?));
    image.topics.replace(Arc::new(next));
    note(changes, topic, partition);
    Ok(())
}

pub(super) fn partition_change(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &PartitionChangeRecord,
) -> Result<(), ApplyError> {
    const RECORD: &str = "PartitionChangeRecord";
    let (topic, partition) = (TopicId(record.topic_id), PartitionId(record.partition_id));
    let Some(present) = image.topics.by_id(topic) else {
        return Err(ApplyError::UnknownTopic { record: RECORD, topic });
    };
    let Some(before) = present.partition(partition) else {
        return Err(ApplyError::UnknownPartition {
            record: RECORD,
            topic,
            partition,
        });
    };
    let changed = merge(before, record)?;
    let mut next = TopicImage::clone(present);
    next.partitions.insert(partition, Arc::new(changed));
    image.topics.replace(Arc::new(next));
    note(changes, topic, partition);
    Ok(())
}

pub(super) fn remove_topic(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &RemoveTopicRecord,
) -> Result<(), ApplyError> {
    let topic = TopicId(record.topic_id);
    let Some(removed) = image.topics.remove(topic) else {
        return Err(ApplyError::UnknownTopic {
            record: "RemoveTopicRecord",
            topic,
        });
    };
    let configs = ConfigResource::topic(&removed.name);
    if image.configs.remove(&configs) {
        changes.configs_changed.insert(configs);
    }
    if !changes.topics_created.remove(&topic) {
        changes.topics_deleted.insert(topic);
    }
    changes.partitions_changed.retain(|(of, _)| *of != topic);
    Ok(())
}

pub(super) fn clear_elr(
    image: &mut MetadataImage,
    changes: &mut MetadataChanges,
    record: &ClearElrRecord,
) -> Result<(), ApplyError> {
    let topics: Vec<Arc<TopicImage>> = if record.topic_name.is_empty() {
        image.topics.iter().cloned().collect()
    } else {
        let topic = image.topics.by_name(&record.topic_name).cloned();
        let unknown = || record.topic_name.to_string();
        vec![topic.ok_or_else(|| ApplyError::UnknownTopicName {
            record: "ClearElrRecord",
            topic: unknown(),
        })?]
    };
    for topic in topics {
        let mut next = TopicImage::clone(&topic);
        for (number, partition) in &topic.partitions {
            if !partition.elr.is_empty() || !partition.last_known_elr.is_empty() {
                let mut cleared = PartitionImage::clone(partition);
                cleared.elr.clear();
                cleared.last_known_elr.clear();
                next.partitions.insert(*number, Arc::new(cleared));
                note(changes, topic.id, *number);
            }
        }
        image.topics.replace(Arc::new(next));
    }
    Ok(())
}

fn note(changes: &mut MetadataChanges, topic: TopicId, partition: PartitionId) {
    if !changes.topics_created.contains(&topic) {
        changes.partitions_changed.insert((topic, partition));
    }
}

fn from_record(record: &PartitionRecord) -> Result<PartitionImage, ApplyError> {
    const RECORD: &str = "PartitionRecord";
    for (field, value) in [
        ("PartitionId", record.partition_id),
        ("LeaderEpoch", record.leader_epoch),
        ("PartitionEpoch", record.partition_epoch),
    ] {
        if value < 0 {
            return Err(ApplyError::InvalidField {
                record: RECORD,
                field,
                value: i64::from(value),
            });
        }
    }
    Ok(PartitionImage {
        replicas: brokers(&record.replicas),
        directories: directories(RECORD, &record.directories, record.replicas.len())?,
        isr: brokers(&record.isr),
        removing_replicas: brokers(&record.removing_replicas),
        adding_replicas: brokers(&record.adding_replicas),
        elr: brokers(record.eligible_leader_replicas.as_deref().unwrap_or_default()),
        last_known_elr: brokers(record.last_known_elr.as_deref().unwrap_or_default()),
        leader: leader(RECORD, record.leader)?,
        leader_recovery_state: recovery_state(RECORD, record.leader_recovery_state)?,
        leader_epoch: LeaderEpoch(record.leader_epoch),
        partition_epoch: record.partition_epoch,
    })
}

fn merge(before: &PartitionImage, record: &PartitionChangeRecord) -> Result<PartitionImage, ApplyError> {
    const RECORD: &str = "PartitionChangeRecord";
    let exhausted = |field, value: i32| ApplyError::InvalidField {
        record: RECORD,
        field,
        value: i64::from(value),
    };
    let mut after = before.clone();
    let replace = |list: &mut Vec<BrokerId>, new: &Option<Vec<i32>>| {
        if let Some(new) = new {
            *list = brokers(new);
        }
    };
    replace(&mut after.replicas, &record.replicas);
    replace(&mut after.isr, &record.isr);
    replace(&mut after.removing_replicas, &record.removing_replicas);
    replace(&mut after.adding_replicas, &record.adding_replicas);
    replace(&mut after.elr, &record.eligible_leader_replicas);
    replace(&mut after.last_known_elr, &record.last_known_elr);
    match &record.directories {
        Some(ids) => after.directories = directories(RECORD, ids, after.replicas.len())?,
        None => after.directories.resize(after.replicas.len(), DirectoryId::MIGRATING),
    }
    if record.leader != NO_LEADER_CHANGE {
        after.leader = leader(RECORD, record.leader)?;
        let raised = before.leader_epoch.0.checked_add(1);
        after.leader_epoch = LeaderEpoch(raised.ok_or_else(|| exhausted("LeaderEpoch", before.leader_epoch.0))?);
    }
    if record.leader_recovery_state != NO_RECOVERY_CHANGE {
        after.leader_recovery_state = recovery_state(RECORD, record.leader_recovery_state)?;
    }
    let raised = before.partition_epoch.checked_add(1);
    after.partition_epoch = raised.ok_or_else(|| exhausted("PartitionEpoch", before.partition_epoch))?;
    Ok(after)
}

fn brokers(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().copied().map(BrokerId).collect()
}

fn leader(record: &'static str, id: i32) -> Result<Option<BrokerId>, ApplyError> {
    match id {
        NO_LEADER => Ok(None),
        0.. => Ok(Some(BrokerId(id))),
        _ => Err(ApplyError::InvalidField {
            record,
            field: "Leader",
            value: i64::from(id),
        }),
    }
}

fn recovery_state(record: &'static str, number: i8) -> Result<LeaderRecoveryState, ApplyError> {
    let invalid = ApplyError::InvalidField {
        record,
        field: "LeaderRecoveryState",
        value: i64::from(number),
    };
    LeaderRecoveryState::from_number(number).ok_or(invalid)
}

/// One directory for each replica. A record from before directories were assigned names none.
fn directories(record: &'static str, ids: &[Uuid], replicas: usize) -> Result<Vec<DirectoryId>, ApplyError> {
    if ids.is_empty() {
        return Ok(vec![DirectoryId::MIGRATING; replicas]);
    }
    if ids.len() != replicas {
        let value = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        return Err(ApplyError::InvalidField {
            record,
            field: "number of Directories",
            value,
        });
    }
    Ok(ids.iter().copied().map(DirectoryId).collect())
}
