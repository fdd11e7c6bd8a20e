//! Committed offsets: who may commit, what is stored, what a transaction does to it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;
use std::sync::Arc;

use dmq_protocol::Uuid;

use super::classic::ClassicGroup;
use super::{Effects, Entry, GroupChange, GroupError, GroupMachine, Now, OffsetKey, Written};
use crate::ids::{Offset, ProducerId};

/// Offsets by topic and partition.
pub(super) type Offsets = BTreeMap<Arc<str>, BTreeMap<i32, CommittedOffset>>;

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset that the consumer wants.
    pub offset: i64,
    /// The leader epoch of the last record that it has read; −1 if it does not say.
    pub leader_epoch: i32,
    /// What it says besides.
    pub metadata: Box<str>,
    /// When it was committed (ms since 1970).
    pub committed_ms: i64,
    /// When it is to be forgotten, where a very old client said so.
    pub expires_ms: Option<i64>,
    /// The topic's id; zero if it was committed by name alone.
    pub topic_id: Uuid,
    /// Where the commit itself is written: a transaction's commits must not overwrite later ones.
    pub written_at: Offset,
}

/// An offset that a consumer wants stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOffset {
    /// The topic.
    pub topic: Arc<str>,
    /// Its id, if known.
    pub topic_id: Uuid,
    /// The partition.
    pub partition: i32,
    /// The next offset that the consumer wants.
    pub offset: i64,
    /// The leader epoch of the last record that it has read; −1 if it does not say.
    pub leader_epoch: i32,
    /// What it says besides.
    pub metadata: Box<str>,
}

/// A commit of offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRequest {
    /// The group's id.
    pub group: Arc<str>,
    /// The member's id; empty for a consumer that is in no group.
    pub member: Arc<str>,
    /// `group.instance.id` of a static member.
    pub instance: Option<Arc<str>>,
    /// The member's generation; −1 for a consumer that is in no group.
    pub generation: i32,
    /// How long to keep the offsets, from very old clients; none: as the broker is set.
    pub retention_ms: Option<i64>,
    /// Whether the client knows that a group may be missing (from version 9 on); others are told of a wrong generation.
    pub knows_missing_groups: bool,
    /// The offsets.
    pub offsets: Vec<NewOffset>,
}

impl GroupMachine {
    /// Stores offsets; for each whether it is stored.
    pub fn commit(
        &mut self,
        request: CommitRequest,
        now: Now,
        effects: &mut Effects<GroupMachine>,
    ) -> Result<Vec<Result<(), GroupError>>, GroupError> {
        let (member, instance) = (&*request.member, request.instance.as_deref());
        let allowed = self.with_group(&request.group, now, effects, |group, turn| {
            group.check_commit(member, instance, request.generation, false)?;
            group.note_commit(member, turn);
            Ok(())
        });
        match allowed {
            Some(outcome) => outcome?,
            None if request.generation < 0 => {}
            None if request.knows_missing_groups => {
                return Err(GroupError::GroupNotFound(request.group.to_string()));
            }
            None => return Err(GroupError::IllegalGeneration),
        }
        let expires_ms = request.retention_ms.map(|kept| now.wall_ms.saturating_add(kept));
        let mut results = Vec::with_capacity(request.offsets.len());
        for new in request.offsets {
            // Kafka counts characters, as Java does.
            if new.metadata.encode_utf16().count() > self.settings.offset_metadata_bytes_max {
                results.push(Err(GroupError::MetadataTooLarge));
                continue;
            }
            effects.changes.push(GroupChange::Offset {
                key: OffsetKey {
                    group: Arc::clone(&request.group),
                    topic: new.topic,
                    partition: new.partition,
                },
                value: Some(CommittedOffset {
                    offset: new.offset,
                    leader_epoch: new.leader_epoch,
                    metadata: new.metadata,
                    committed_ms: now.wall_ms,
                    expires_ms,
                    topic_id: new.topic_id,
                    written_at: Offset::UNKNOWN,
                }),
            });
            results.push(Ok(()));
        }
        Ok(results)
    }

    /// The committed offset of one partition. With `stable`, one that an open transaction may change is refused.
    pub fn offset(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
        stable: bool,
    ) -> Result<Option<&CommittedOffset>, GroupError> {
        let Some(entry) = self.entries.get(group) else {
            return Ok(None);
        };
        if stable && has_pending(entry, topic, partition) {
            return Err(GroupError::UnstableOffset);
        }
        Ok(entry.offsets.get(topic).and_then(|offsets| offsets.get(&partition)))
    }

    /// Every partition that the group has an offset of, by topic.
    pub fn partitions_with_offsets(&self, group: &str) -> impl Iterator<Item = (&Arc<str>, impl Iterator<Item = i32>)> {
        let offsets = self.entries.get(group).into_iter().flat_map(|entry| &entry.offsets);
        offsets.map(|(topic, partitions)| (topic, partitions.keys().copied()))
    }

    /// Deletes offsets; for each whether it may be. An offset that is not there is as good as deleted.
    pub fn delete_offsets(
        &mut self,
        group: &Arc<str>,
        offsets: &[(Arc<str>, i32)],
        effects: &mut Effects<GroupMachine>,
    ) -> Result<Vec<Result<(), GroupError>>, GroupError> {
        let not_found = || GroupError::GroupNotFound(group.to_string());
        let entry = self.entries.get(group).ok_or_else(not_found)?;
        let state = entry.group.as_ref().ok_or_else(not_found)?;
        if !state.is_empty() && !state.is_of_consumers() {
            return Err(GroupError::NonEmpty);
        }
        let delete = |(topic, partition): &(Arc<str>, i32)| {
            if state.reads(topic) {
                return Err(GroupError::SubscribedToTopic);
            }
            let is_there = entry
                .offsets
                .get(topic)
                .is_some_and(|known| known.contains_key(partition));
            if is_there || has_pending(entry, topic, *partition) {
                effects.changes.push(tombstone(group, topic, *partition));
            }
            Ok(())
        };
        Ok(offsets.iter().map(delete).collect())
    }

    /// Deletes the offsets of topics that are gone.
    pub fn forget_topics(&mut self, gone: &dyn Fn(&str) -> bool, effects: &mut Effects<GroupMachine>) {
        for (id, entry) in &self.entries {
            let all = tombstones(id, entry);
            let matching = all.filter(|change| matches!(change, GroupChange::Offset { key, .. } if gone(&key.topic)));
            effects.changes.extend(matching);
        }
    }

    pub(super) fn apply_offset(&mut self, key: OffsetKey, value: Option<CommittedOffset>, written: Written) {
        let OffsetKey {
            group,
            topic,
            partition,
        } = key;
        let Some(mut value) = value else {
            self.remove_offset(&group, &topic, partition);
            return;
        };
        value.written_at = written.offset;
        let entry = self.entries.entry(Arc::clone(&group)).or_default();
        // A consumer that is in no group: a simple group stands for it.
        entry
            .group
            .get_or_insert_with(|| ClassicGroup::new(Arc::clone(&group), value.committed_ms));
        match written.transaction {
            None => {
                entry.offsets.entry(topic).or_default().insert(partition, value);
            }
            Some(producer) => {
                let pending = entry.pending.entry(producer).or_default();
                pending.entry(topic).or_default().insert(partition, value);
                self.transactions.entry(producer).or_default().insert(group);
            }
        }
    }

    fn remove_offset(&mut self, group: &str, topic: &str, partition: i32) {
        if let Some(entry) = self.entries.get_mut(group) {
            take_out(&mut entry.offsets, topic, partition);
            for pending in entry.pending.values_mut() {
                take_out(pending, topic, partition);
            }
        }
        self.forget_if_void(group);
    }

    /// A transaction's offsets count from now on, or never.
    pub(super) fn end_offsets_transaction(&mut self, producer: ProducerId, committed: bool) {
        for group in self.transactions.remove(&producer).into_iter().flatten() {
            let Some(entry) = self.entries.get_mut(&group) else {
                continue;
            };
            let pending = entry.pending.remove(&producer).unwrap_or_default();
            if committed {
                for (topic, partitions) in pending {
                    let known = entry.offsets.entry(topic).or_default();
                    for (partition, offset) in partitions {
                        put_if_newer(known, partition, offset);
                    }
                }
            }
            self.forget_if_void(&group);
        }
    }
}

fn put_if_newer(known: &mut BTreeMap<i32, CommittedOffset>, partition: i32, offset: CommittedOffset) {
    match known.entry(partition) {
        MapEntry::Vacant(place) => {
            place.insert(offset);
        }
        MapEntry::Occupied(mut place) if place.get().written_at < offset.written_at => {
            place.insert(offset);
        }
        MapEntry::Occupied(_) => {}
    }
}

fn take_out(offsets: &mut Offsets, topic: &str, partition: i32) {
    if let Some(partitions) = offsets.get_mut(topic) {
        partitions.remove(&partition);
        if partitions.is_empty() {
            offsets.remove(topic);
        }
    }
}

pub(super) fn has_pending(entry: &Entry, topic: &str, partition: i32) -> bool {
    let mut pending = entry.pending.values();
    pending.any(|offsets| offsets.get(topic).is_some_and(|known| known.contains_key(&partition)))
}

/// What deletes one offset.
pub(super) fn tombstone(group: &Arc<str>, topic: &Arc<str>, partition: i32) -> GroupChange {
    let key = OffsetKey {
        group: Arc::clone(group),
        topic: Arc::clone(topic),
        partition,
    };
    GroupChange::Offset { key, value: None }
}

/// What deletes every offset of a group, those of open transactions too, each once.
pub(super) fn tombstones(group: &Arc<str>, entry: &Entry) -> impl Iterator<Item = GroupChange> {
    let own = keys(&entry.offsets);
    let pending = entry.pending.values().flat_map(keys);
    let all: std::collections::BTreeSet<(&Arc<str>, i32)> = own.chain(pending).collect();
    all.into_iter()
        .map(|(topic, partition)| tombstone(group, topic, partition))
}

fn keys(offsets: &Offsets) -> impl Iterator<Item = (&Arc<str>, i32)> {
    let topics = offsets.iter();
    topics.flat_map(|(topic, partitions)| partitions.keys().map(move |partition| (topic, *partition)))
}
