//! Consumer groups and their offsets: the machine on one partition of `__consumer_offsets`.
//!
//! A group's partition is found by its id. What is in the machine: classic groups with their members, and every group's
//! committed offsets, also of consumers that are in no group (a *simple* group stands for them).
//! Invariants: a committed offset belongs to a group that exists; offsets of a transaction count only when it commits.

mod change;
mod classic;
mod cleanup;
mod coordinator;
mod deleted_topics;
mod error;
mod offsets;
mod partitioning;
mod settings;
mod subscription;

pub use change::{GroupChange, OffsetKey};
pub use classic::{
    ClassicGroup, DescribedMember, JoinAnswer, JoinRequest, JoinedMember, Leaver, MemberIdentity, Protocol, State,
    SyncAnswer, SyncRequest,
};
pub use coordinator::GroupCoordinator;
pub use error::GroupError;
pub use offsets::{CommitRequest, CommittedOffset, NewOffset};
pub use partitioning::partition_of;
pub use settings::GroupSettings;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use dmq_protocol::primitive::EncodeError;

use super::{CoordinatorRecord, Effects, Machine, Now, Source, Ticket, Timers, UnreadableRecord, Written};
use crate::ids::ProducerId;
use classic::Turn;
use offsets::Offsets;

/// The name of the topic that holds groups and offsets.
pub const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// What a request that waited is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupReply {
    /// A JoinGroup.
    Join(JoinAnswer),
    /// A SyncGroup.
    Sync(SyncAnswer),
}

/// Things that come due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKey {
    /// The end of joining in a group.
    Join(Arc<str>),
    /// The end of the time in which members ask for their part.
    Sync(Arc<str>),
    /// The end of a member's session: group, member.
    Session(Arc<str>, Arc<str>),
    /// Looking for offsets that nobody uses any more.
    Cleanup,
}

/// What is known under one group id.
#[derive(Debug, Default)]
struct Entry {
    group: Option<ClassicGroup>,
    offsets: Offsets,
    /// Offsets of transactions that have not ended.
    pending: BTreeMap<ProducerId, Offsets>,
}

impl Entry {
    fn is_void(&self) -> bool {
        self.group.is_none() && self.offsets.is_empty() && self.pending.is_empty()
    }
}

/// See the module's page.
#[derive(Debug)]
pub struct GroupMachine {
    settings: Arc<GroupSettings>,
    entries: HashMap<Arc<str>, Entry>,
    /// The groups that an open transaction has offsets of.
    transactions: HashMap<ProducerId, HashSet<Arc<str>>>,
    timers: Timers<TimerKey>,
}

impl GroupMachine {
    /// A machine without groups.
    pub fn new(settings: Arc<GroupSettings>) -> GroupMachine {
        GroupMachine {
            settings,
            entries: HashMap::new(),
            transactions: HashMap::new(),
            timers: Timers::default(),
        }
    }

    /// A member comes; its answer goes to `ticket`.
    pub fn join(&mut self, request: &JoinRequest, ticket: Ticket, now: Now, effects: &mut Effects<GroupMachine>) {
        let is_new = self.group(&request.group).is_none();
        if is_new && !request.member.is_empty() {
            let answer = JoinAnswer::refused(&request.member, GroupError::UnknownMember);
            effects.replies.push((ticket, GroupReply::Join(answer)));
            return;
        }
        let entry = self.entries.entry(Arc::clone(&request.group)).or_default();
        let group = entry
            .group
            .get_or_insert_with(|| ClassicGroup::new(Arc::clone(&request.group), now.wall_ms));
        let mut turn = Turn {
            now,
            settings: &self.settings,
            timers: &mut self.timers,
            effects,
        };
        group.join(request, ticket, &mut turn);
        if is_new && turn.effects.changes.is_empty() {
            group.write_down(&mut turn);
        }
    }

    /// A member asks for its part; its answer goes to `ticket`.
    pub fn sync(&mut self, request: SyncRequest, ticket: Ticket, now: Now, effects: &mut Effects<GroupMachine>) {
        let id = Arc::clone(&request.group);
        let unknown = (ticket, GroupReply::Sync(SyncAnswer::refused(GroupError::UnknownMember)));
        match self.with_group(&id, now, effects, |group, turn| group.sync(request, ticket, turn)) {
            Some(()) => {}
            None => effects.replies.push(unknown),
        }
    }

    /// A member says that it is there.
    pub fn heartbeat(
        &mut self,
        (group, member, instance): (&str, &str, Option<&str>),
        generation: i32,
        now: Now,
        effects: &mut Effects<GroupMachine>,
    ) -> Result<(), GroupError> {
        self.with_group(group, now, effects, |group, turn| {
            group.heartbeat(member, instance, generation, turn)
        })
        .unwrap_or(Err(GroupError::UnknownMember))
    }

    /// Members go; what became of each.
    pub fn leave(
        &mut self,
        group: &str,
        leavers: &[Leaver],
        now: Now,
        effects: &mut Effects<GroupMachine>,
    ) -> Vec<Result<(), GroupError>> {
        self.with_group(group, now, effects, |group, turn| group.leave(leavers, turn))
            .unwrap_or_else(|| vec![Err(GroupError::UnknownMember); leavers.len()])
    }

    /// Deletes a group without members, with its offsets.
    pub fn delete(&mut self, id: &Arc<str>, effects: &mut Effects<GroupMachine>) -> Result<(), GroupError> {
        let not_found = || GroupError::GroupNotFound(id.to_string());
        let entry = self.entries.get(id).ok_or_else(not_found)?;
        let group = entry.group.as_ref().ok_or_else(not_found)?;
        if !group.is_empty() {
            return Err(GroupError::NonEmpty);
        }
        effects.changes.extend(offsets::tombstones(id, entry));
        effects.changes.push(GroupChange::Group {
            id: Arc::clone(id),
            value: None,
        });
        Ok(())
    }

    /// The group of this id.
    pub fn group(&self, id: &str) -> Option<&ClassicGroup> {
        self.entries.get(id)?.group.as_ref()
    }

    /// All groups, in no order.
    pub fn groups(&self) -> impl Iterator<Item = (&Arc<str>, &ClassicGroup)> {
        self.entries
            .iter()
            .filter_map(|(id, entry)| Some((id, entry.group.as_ref()?)))
    }

    fn with_group<R>(
        &mut self,
        id: &str,
        now: Now,
        effects: &mut Effects<GroupMachine>,
        step: impl FnOnce(&mut ClassicGroup, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let group = self.entries.get_mut(id)?.group.as_mut()?;
        let mut turn = Turn {
            now,
            settings: &self.settings,
            timers: &mut self.timers,
            effects,
        };
        Some(step(group, &mut turn))
    }

    /// Forgets a group id under which nothing is left.
    fn forget_if_void(&mut self, id: &str) {
        if self.entries.get(id).is_some_and(Entry::is_void) {
            self.entries.remove(id);
        }
    }

    fn schedule_cleanup(&mut self, now: Now) {
        let at = now
            .monotonic
            .saturating_add(self.settings.offsets_retention_check_interval);
        self.timers.add(at, TimerKey::Cleanup);
    }
}

impl Machine for GroupMachine {
    type Change = GroupChange;
    type Reply = GroupReply;

    fn encode(change: &GroupChange) -> Result<CoordinatorRecord, EncodeError> {
        change.encode()
    }

    fn decode(record: &CoordinatorRecord) -> Result<Option<GroupChange>, UnreadableRecord> {
        GroupChange::decode(record)
    }

    fn apply(&mut self, change: GroupChange, written: Written) {
        match change {
            GroupChange::Group { id, value: None } => {
                if let Some(entry) = self.entries.get_mut(&id) {
                    entry.group = None;
                }
                self.forget_if_void(&id);
            }
            // A group that is at work knows better.
            GroupChange::Group { .. } if written.source == Source::Live => {}
            GroupChange::Group { id, value: Some(value) } => {
                let group = ClassicGroup::from_value(Arc::clone(&id), *value);
                self.entries.entry(id).or_default().group = Some(group);
            }
            GroupChange::Offset { key, value } => self.apply_offset(key, value, written),
        }
    }

    fn end_transaction(&mut self, producer: ProducerId, committed: bool) {
        self.end_offsets_transaction(producer, committed);
    }

    fn loaded(&mut self, now: Now, effects: &mut Effects<GroupMachine>) {
        let settings = Arc::clone(&self.settings);
        for group in self.entries.values_mut().filter_map(|entry| entry.group.as_mut()) {
            let mut turn = Turn {
                now,
                settings: &settings,
                timers: &mut self.timers,
                effects,
            };
            group.loaded(&mut turn);
        }
        self.schedule_cleanup(now);
    }

    fn tick(&mut self, now: Now, effects: &mut Effects<GroupMachine>) {
        while let Some(due) = self.timers.pop_due(now.monotonic) {
            match due {
                TimerKey::Join(id) => {
                    self.with_group(&id, now, effects, |group, turn| group.on_join_deadline(turn));
                }
                TimerKey::Sync(id) => {
                    self.with_group(&id, now, effects, |group, turn| group.on_sync_deadline(turn));
                }
                TimerKey::Session(id, member) => {
                    self.with_group(&id, now, effects, |group, turn| {
                        group.on_session_deadline(&member, turn);
                    });
                }
                TimerKey::Cleanup => {
                    self.clean_up(now, effects);
                    self.schedule_cleanup(now);
                }
            }
        }
    }

    fn next_wake(&self) -> Option<Duration> {
        self.timers.next()
    }
}

#[cfg(test)]
mod tests;
