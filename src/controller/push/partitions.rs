//! Pushed partitions as records of topics and partitions.
//!
//! Kafka's leader epoch is this broker's own: it is raised by one when the pushed epoch or the leader changes, and is
//! never lowered. Topics that the controller gives no id get one from their name, so that brokers which are told of a
//! topic separately agree on it, as clients expect.

use std::collections::BTreeMap;

use dmq_protocol::metadata_records::{PartitionChangeRecord, TopicRecord};
use dmq_protocol::{StrBytes, Uuid};
use sha2::{Digest, Sha256};

use super::state::{leader_epoch, leader_epoch_record};
use super::{PushError, PushedPartition};
use crate::controller::job::Situation;
use crate::controller::topics::default_directory;
use crate::ids::{BrokerId, LeaderEpoch, TopicId};
use crate::metadata::{DirectoryId, LeaderRecoveryState, METADATA_VERSION, PartitionImage, Record};

/// In a record: no leader.
const NO_LEADER: i32 = -1;
/// In a record: the leader, and with it the epoch, stays.
const NO_LEADER_CHANGE: i32 = -2;
/// In a record: the recovery state stays.
const NO_RECOVERY_CHANGE: i8 = -1;

/// The records of all partitions that differ from what is known, or why none may be written.
pub(super) fn records(situation: &Situation<'_>, pushed: &[PushedPartition]) -> Result<Vec<Record>, PushError> {
    let mut records = Vec::new();
    let mut topics: BTreeMap<&str, TopicId> = BTreeMap::new();
    for partition in pushed {
        let name = partition.topic.as_str();
        let known = situation.image.topics.by_name(name).map(|topic| topic.id);
        let id = match known.or_else(|| topics.get(name).copied()) {
            Some(id) => id,
            None => {
                let id = partition.topic_id.unwrap_or_else(|| id_of(name));
                records.push(new_topic(situation, name, id)?);
                topics.insert(name, id);
                id
            }
        };
        if let Some(theirs) = partition.topic_id.filter(|theirs| *theirs != id) {
            return Err(PushError::OtherTopic {
                topic: name.to_owned(),
                current: id,
                pushed: theirs,
            });
        }
        let members = Members::of(situation, partition, id)?;
        records.extend(record(situation, partition, id, &members)?);
    }
    Ok(records)
}

fn new_topic(situation: &Situation<'_>, name: &str, id: TopicId) -> Result<Record, PushError> {
    if let Some(other) = situation.image.topics.by_id(id) {
        let text = format!("the id {id} of the topic {name} is that of the topic {}", other.name);
        return Err(PushError::Invalid(text));
    }
    Ok(Record::Topic(TopicRecord {
        name: StrBytes::from(name.to_owned()),
        topic_id: id.0,
    }))
}

/// An id that every broker derives alike from a topic's name: a version-8 UUID.
fn id_of(name: &str) -> TopicId {
    let digest = Sha256::digest(name.as_bytes());
    let bits = digest
        .iter()
        .take(16)
        .fold(0u128, |bits, byte| (bits << 8) | u128::from(*byte));
    TopicId(Uuid::from_u128(
        (bits & !(0xf << 76) & !(0x3 << 62)) | (0x8 << 76) | (0x2 << 62),
    ))
}

/// Who holds a partition and who is in sync.
struct Members {
    replicas: Vec<BrokerId>,
    isr: Vec<BrokerId>,
}

impl Members {
    fn of(situation: &Situation<'_>, pushed: &PushedPartition, topic: TopicId) -> Result<Members, PushError> {
        let invalid = |text: String| {
            let (topic, partition) = (&pushed.topic, pushed.partition);
            Err(PushError::Invalid(format!("partition {topic}-{partition}: {text}")))
        };
        let mut replicas = unique(pushed.leader.iter().chain(&pushed.followers));
        if replicas.is_empty() {
            let known = situation.image.topics.by_id(topic);
            let known = known.and_then(|topic| topic.partition(pushed.partition));
            match known {
                Some(known) => replicas.clone_from(&known.replicas),
                None => return invalid("a new partition needs a leaderId or followerIds".to_owned()),
            }
        }
        // A leader is in sync with itself: an empty list beside one can only mean that nothing is told.
        let told = pushed
            .isr
            .as_ref()
            .filter(|isr| pushed.leader.is_none() || !isr.is_empty());
        let isr = told.map_or_else(|| replicas.clone(), unique);
        if let Some(other) = isr.iter().find(|id| !replicas.contains(id)) {
            return invalid(format!(
                "isrIds name {other}, which is neither the leader nor a follower"
            ));
        }
        if let Some(leader) = pushed.leader.filter(|leader| !isr.contains(leader)) {
            return invalid(format!("isrIds must name the leader, {leader}"));
        }
        Ok(Members { replicas, isr })
    }
}

fn unique<'a>(ids: impl IntoIterator<Item = &'a BrokerId>) -> Vec<BrokerId> {
    let mut unique = Vec::new();
    for id in ids {
        if !unique.contains(id) {
            unique.push(*id);
        }
    }
    unique
}

fn record(
    situation: &Situation<'_>,
    pushed: &PushedPartition,
    topic: TopicId,
    members: &Members,
) -> Result<Vec<Record>, PushError> {
    let known = situation.image.topics.by_id(topic);
    let known = known.and_then(|topic| topic.partition(pushed.partition));
    let last = leader_epoch(situation.image, topic, pushed.partition);
    if let (Some(current), Some(epoch)) = (last, pushed.leader_epoch)
        && epoch < current
    {
        return Err(PushError::StaleLeaderEpoch {
            topic: pushed.topic.clone(),
            partition: pushed.partition,
            current,
            pushed: epoch,
        });
    }
    let leader_changes = known.is_some_and(|known| known.leader != pushed.leader);
    let next = match pushed.leader_epoch {
        Some(epoch) => Some(epoch),
        None if leader_changes => last.map(|last| last.saturating_add(1)),
        None => last,
    };
    let mut records = match known {
        None => vec![newborn(situation, pushed, topic, members)],
        Some(known) => {
            let raise = leader_changes || next != last;
            change(situation, known, pushed, topic, members, raise)
                .into_iter()
                .collect()
        }
    };
    if let Some(epoch) = next.filter(|_| next != last) {
        records.push(leader_epoch_record(topic, pushed.partition, epoch));
    }
    Ok(records)
}

fn newborn(situation: &Situation<'_>, pushed: &PushedPartition, topic: TopicId, members: &Members) -> Record {
    let partition = PartitionImage {
        replicas: members.replicas.clone(),
        directories: directories(situation, &members.replicas, None),
        isr: members.isr.clone(),
        removing_replicas: Vec::new(),
        adding_replicas: Vec::new(),
        elr: Vec::new(),
        last_known_elr: Vec::new(),
        leader: pushed.leader,
        leader_recovery_state: LeaderRecoveryState::Recovered,
        leader_epoch: LeaderEpoch(0),
        partition_epoch: 0,
    };
    partition.to_record(
        topic,
        pushed.partition,
        situation.image.features.level(METADATA_VERSION),
    )
}

fn change(
    situation: &Situation<'_>,
    known: &PartitionImage,
    pushed: &PushedPartition,
    topic: TopicId,
    members: &Members,
    raise_epoch: bool,
) -> Option<Record> {
    let numbers = |ids: &[BrokerId]| ids.iter().map(|id| id.0).collect::<Vec<i32>>();
    let moved = known.replicas != members.replicas;
    let synced = known.isr != members.isr;
    if !moved && !synced && !raise_epoch {
        return None;
    }
    let had_elr = !known.elr.is_empty() || !known.last_known_elr.is_empty();
    let directories = || directories(situation, &members.replicas, Some(known));
    let change = PartitionChangeRecord {
        partition_id: pushed.partition.0,
        topic_id: topic.0,
        replicas: moved.then(|| numbers(&members.replicas)),
        directories: moved.then(|| directories().iter().map(|id| id.0).collect()),
        isr: synced.then(|| numbers(&members.isr)),
        leader: match raise_epoch {
            true => pushed.leader.map_or(NO_LEADER, |leader| leader.0),
            false => NO_LEADER_CHANGE,
        },
        leader_recovery_state: match known.leader_recovery_state {
            LeaderRecoveryState::Recovered => NO_RECOVERY_CHANGE,
            LeaderRecoveryState::Recovering => LeaderRecoveryState::Recovered.number(),
        },
        eligible_leader_replicas: had_elr.then(Vec::new),
        last_known_elr: had_elr.then(Vec::new),
        ..PartitionChangeRecord::default()
    };
    Some(change.into())
}

/// The directory of each replica: where it is, else where a new one would be.
fn directories(situation: &Situation<'_>, replicas: &[BrokerId], known: Option<&PartitionImage>) -> Vec<DirectoryId> {
    let cluster = &situation.image.cluster;
    let directory = |id: &BrokerId| {
        let present = known.and_then(|known| known.directory_of(*id));
        present.unwrap_or_else(|| default_directory(cluster, *id))
    };
    replicas.iter().map(directory).collect()
}
