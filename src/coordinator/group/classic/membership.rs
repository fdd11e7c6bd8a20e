//! Who is in the group, which protocols they share, and what they read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::super::error::GroupError;
use super::super::subscription;
use super::member::{Member, Protocol};
use super::{ClassicGroup, JoinAnswer, State, SyncAnswer, Turn};
use crate::coordinator::Ticket;
use crate::coordinator::group::GroupReply;

impl ClassicGroup {
    /// Takes a member in; the first one leads and says what kind of group this is.
    pub(super) fn add(&mut self, member: Member, protocol_type: &Arc<str>) {
        let id = Arc::clone(&member.identity.id);
        if self.members.is_empty() {
            self.protocol_type = Some(Arc::clone(protocol_type));
        }
        if let Some(instance) = &member.identity.instance {
            self.static_members.insert(Arc::clone(instance), Arc::clone(&id));
        }
        self.leader.get_or_insert_with(|| Arc::clone(&id));
        self.pending_join.remove(&id);
        self.members.insert(id, member);
    }

    /// Takes a member out, or the id of one that never came.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(member) = self.members.remove(id)
            && let Some(instance) = &member.identity.instance
        {
            self.static_members.remove(instance);
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_join.remove(id);
        self.pending_sync.remove(id);
    }

    /// As [`ClassicGroup::remove`], for a member whose JoinGroup may wait: it is told to begin anew, if it is still there.
    pub(super) fn expel(&mut self, id: &str, turn: &mut Turn<'_>) {
        self.answer_join(id, turn, |_| JoinAnswer::refused("", GroupError::UnknownMember));
        self.answer_sync(id, turn, |_| SyncAnswer::refused(GroupError::UnknownMember));
        self.remove(id);
    }

    /// Gives a static member's place, with all that it had, to one with a new id. Whoever still waits under the old id is
    /// shut out.
    pub(super) fn replace_static(&mut self, instance: &Arc<str>, old: &str, new: &Arc<str>, turn: &mut Turn<'_>) {
        self.answer_join(old, turn, |_| JoinAnswer::refused(old, GroupError::FencedInstance));
        self.answer_sync(old, turn, |_| SyncAnswer::refused(GroupError::FencedInstance));
        let Some(mut member) = self.members.remove(old) else {
            return;
        };
        member.identity.id = Arc::clone(new);
        member.is_new = false;
        member.looked_at = Duration::MAX;
        if self.is_leader(old) {
            self.leader = Some(Arc::clone(new));
        }
        if self.pending_sync.remove(old) {
            self.pending_sync.insert(Arc::clone(new));
        }
        self.static_members.insert(Arc::clone(instance), Arc::clone(new));
        self.members.insert(Arc::clone(new), member);
    }

    pub(super) fn is_leader(&self, id: &str) -> bool {
        self.leader.as_deref() == Some(id)
    }

    /// Whether this is a member, under the id that goes with its instance.
    pub(super) fn check_member(&self, id: &str, instance: Option<&str>) -> Result<(), GroupError> {
        if let Some(instance) = instance {
            match self.static_members.get(instance) {
                None => return Err(GroupError::UnknownMember),
                Some(current) if **current != *id => return Err(GroupError::FencedInstance),
                Some(_) => {}
            }
        }
        match self.members.contains_key(id) {
            true => Ok(()),
            false => Err(GroupError::UnknownMember),
        }
    }

    /// Whether somebody of this kind and with these protocols can be with the others.
    pub(super) fn fits(&self, protocol_type: &str, protocols: &[Protocol]) -> bool {
        if self.is_empty() {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let is_shared = |own: &Protocol| self.members.values().all(|member| member.supports(&own.name));
        self.protocol_type.as_deref() == Some(protocol_type) && protocols.iter().any(is_shared)
    }

    /// The protocol of the next generation: of those that all members support, the one that most like best. Members agree
    /// on one at least, or they would not have been taken in.
    pub(super) fn select_protocol(&self) -> Option<Arc<str>> {
        let is_shared = |name: &str| self.members.values().all(|member| member.supports(name));
        let first = self.members.values().next()?;
        let shared: BTreeSet<&str> = first
            .protocols
            .iter()
            .map(|own| &*own.name)
            .filter(|name| is_shared(name))
            .collect();
        let mut votes: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for member in self.members.values() {
            if let Some(vote) = member.protocols.iter().find(|own| shared.contains(&*own.name)) {
                *votes.entry(&vote.name).or_default() += 1;
            }
        }
        votes
            .into_iter()
            .max_by_key(|(_, votes)| *votes)
            .map(|(name, _)| Arc::clone(name))
    }

    /// What the members read by the protocol in use.
    pub(super) fn find_topics(&self) -> Option<BTreeSet<Box<str>>> {
        if !self.is_of_consumers() {
            return None;
        }
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol = self.protocol.as_deref()?;
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            topics.extend(subscription::topics(member.metadata(Some(protocol)))?);
        }
        Some(topics)
    }

    pub(super) fn all_joined(&self) -> bool {
        self.pending_join.is_empty() && self.members.values().all(|member| member.joining.is_some())
    }

    pub(super) fn count_joining(&self) -> usize {
        self.members.values().filter(|member| member.joining.is_some()).count()
    }

    /// Answers a member's JoinGroup, if one waits.
    pub(super) fn answer_join(&mut self, id: &str, turn: &mut Turn<'_>, answer: impl FnOnce(&Member) -> JoinAnswer) {
        let Some(member) = self.members.get_mut(id) else {
            return;
        };
        if let Some(ticket) = member.joining.take() {
            let answer = GroupReply::Join(answer(member));
            turn.effects.replies.push((ticket, answer));
        }
    }

    /// Answers a member's SyncGroup, if one waits; whether one did.
    pub(super) fn answer_sync(
        &mut self,
        id: &str,
        turn: &mut Turn<'_>,
        answer: impl FnOnce(&Member) -> SyncAnswer,
    ) -> bool {
        let Some(member) = self.members.get_mut(id) else {
            return false;
        };
        let Some(ticket) = member.syncing.take() else {
            return false;
        };
        let answer = GroupReply::Sync(answer(member));
        turn.effects.replies.push((ticket, answer));
        true
    }

    /// Sets what a member can do and how long it may take, and has it wait with this JoinGroup. One that waited already was
    /// sent by the same member before it lost its connection; nobody hears the answer.
    pub(super) fn update(
        &mut self,
        id: &str,
        (protocols, rebalance_timeout, session_timeout): (&[Protocol], Duration, Duration),
        ticket: Ticket,
        turn: &mut Turn<'_>,
    ) {
        self.answer_join(id, turn, |_| JoinAnswer::refused(id, GroupError::RebalanceInProgress));
        if let Some(member) = self.members.get_mut(id) {
            member.protocols = protocols.to_vec();
            member.identity.rebalance_timeout = rebalance_timeout;
            member.identity.session_timeout = session_timeout;
            member.joining = Some(ticket);
        }
    }

    /// Whether one more may come, or this one stay: a group over its size keeps those who join first.
    pub(super) fn accepts(&self, id: &str, members_max: usize) -> bool {
        match self.state {
            State::Empty => true,
            State::PreparingRebalance => {
                self.members.get(id).is_some_and(|member| member.joining.is_some())
                    || self.count_joining() < members_max
            }
            State::CompletingRebalance | State::Stable => {
                self.members.contains_key(id) || self.members.len() < members_max
            }
        }
    }
}
