//! A rebalance from its beginning to the next generation.

use std::sync::Arc;
use std::time::Duration;

use super::super::error::GroupError;
use super::{ClassicGroup, Grace, JoinAnswer, JoinDeadline, JoinedMember, State, SyncAnswer, TimerKey, Turn};

impl ClassicGroup {
    /// Begins a rebalance, or, if one is under way, sees whether all have come.
    pub(super) fn rebalance_or_complete(&mut self, turn: &mut Turn<'_>) {
        match self.state {
            State::PreparingRebalance => self.complete_if_all_joined(turn),
            State::Empty | State::CompletingRebalance | State::Stable => self.begin_rebalance(turn),
        }
    }

    pub(super) fn begin_rebalance(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::CompletingRebalance {
            self.drop_assignments(GroupError::RebalanceInProgress, turn);
        }
        self.pending_sync.clear();
        self.sync_deadline = None;
        let forms = self.state == State::Empty;
        self.enter(State::PreparingRebalance, turn.now);
        if forms {
            let step = turn.settings.initial_rebalance_delay;
            let left = self.rebalance_timeout().saturating_sub(step);
            self.await_joins(step, Some(Grace { step, left }), turn);
        } else if self.all_joined() {
            self.complete_join(turn);
        } else {
            self.await_joins(self.rebalance_timeout(), None, turn);
        }
    }

    fn await_joins(&mut self, time: Duration, grace: Option<Grace>, turn: &mut Turn<'_>) {
        let at = turn.now.monotonic.saturating_add(time);
        self.join_deadline = Some(JoinDeadline { at, grace });
        turn.timers.add(at, TimerKey::Join(Arc::clone(&self.id)));
    }

    /// A group that forms waits its time out, even if all whom it knows are there.
    pub(super) fn complete_if_all_joined(&mut self, turn: &mut Turn<'_>) {
        if self.state == State::PreparingRebalance && !self.is_forming && self.all_joined() {
            self.complete_join(turn);
        }
    }

    /// The time for joining may be over.
    pub fn on_join_deadline(&mut self, turn: &mut Turn<'_>) {
        let due = self.join_deadline.filter(|deadline| deadline.at <= turn.now.monotonic);
        let (Some(due), State::PreparingRebalance) = (due, self.state) else {
            return;
        };
        match due.grace {
            Some(grace) if self.newcomer && !grace.left.is_zero() => {
                self.newcomer = false;
                let step = turn.settings.initial_rebalance_delay.min(grace.left);
                let left = grace.left.saturating_sub(grace.step);
                self.await_joins(step, Some(Grace { step, left }), turn);
            }
            _ => self.complete_join(turn),
        }
    }

    /// Ends joining: who has not come is out, unless static; all others learn of the new generation.
    pub(super) fn complete_join(&mut self, turn: &mut Turn<'_>) {
        self.join_deadline = None;
        let is_late = |id: &Arc<str>| {
            let member = self.members.get(id);
            member.is_some_and(|member| member.joining.is_none() && member.identity.instance.is_none())
        };
        let late: Vec<Arc<str>> = self.members.keys().filter(|id| is_late(id)).cloned().collect();
        for id in &late {
            self.remove(id);
        }
        if !self.elect_joined_leader() && !self.members.is_empty() {
            // Only static members, and none of them came: their sessions run out, or they come.
            self.await_joins(self.rebalance_timeout(), None, turn);
            return;
        }
        self.begin_generation(turn);
    }

    /// Has somebody lead who is there; whether there is one.
    fn elect_joined_leader(&mut self) -> bool {
        let Some(leader) = &self.leader else {
            return false;
        };
        let has_joined = |id: &Arc<str>| self.members.get(id).is_some_and(|member| member.joining.is_some());
        if has_joined(leader) {
            return true;
        }
        match self.members.keys().find(|id| has_joined(id)).cloned() {
            Some(other) => {
                self.leader = Some(other);
                true
            }
            None => false,
        }
    }

    fn begin_generation(&mut self, turn: &mut Turn<'_>) {
        self.generation = self.generation.checked_add(1).unwrap_or(0);
        self.pending_sync.clear();
        self.newcomer = false;
        if self.members.is_empty() {
            self.protocol = None;
            self.topics = self.find_topics();
            self.enter(State::Empty, turn.now);
            self.write_down(turn);
            return;
        }
        self.protocol = self.select_protocol();
        self.topics = self.find_topics();
        self.enter(State::CompletingRebalance, turn.now);
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            let answer = self.joined(id, self.is_leader(id));
            self.answer_join(id, turn, |_| answer);
            self.keep_alive(id, turn);
            if let Some(member) = self.members.get_mut(id) {
                member.is_new = false;
            }
            self.pending_sync.insert(Arc::clone(id));
        }
        let at = turn.now.monotonic.saturating_add(self.rebalance_timeout());
        self.sync_deadline = Some(at);
        turn.timers.add(at, TimerKey::Sync(Arc::clone(&self.id)));
    }

    /// What a member is told of the present generation; the leader of all members.
    pub(super) fn joined(&self, id: &str, with_members: bool) -> JoinAnswer {
        let members = self
            .members
            .values()
            .filter(|_| with_members)
            .map(|member| JoinedMember {
                id: Arc::clone(&member.identity.id),
                instance: member.identity.instance.clone(),
                metadata: member.metadata(self.protocol.as_deref()),
            });
        JoinAnswer {
            error: None,
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            skip_assignment: false,
            member: Arc::from(id),
            members: members.collect(),
        }
    }

    /// Takes everybody's part away; who waits for it is told to join again.
    fn drop_assignments(&mut self, error: GroupError, turn: &mut Turn<'_>) {
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            if let Some(member) = self.members.get_mut(id) {
                member.assignment = bytes::Bytes::new();
            }
            if self.answer_sync(id, turn, |_| SyncAnswer::refused(error.clone())) {
                self.keep_alive(id, turn);
            }
        }
    }

    /// The time for asking for one's part may be over: who has not is out.
    pub fn on_sync_deadline(&mut self, turn: &mut Turn<'_>) {
        let is_due = self.sync_deadline.is_some_and(|at| at <= turn.now.monotonic);
        let is_open = matches!(self.state, State::CompletingRebalance | State::Stable);
        if !is_due || !is_open || self.pending_sync.is_empty() {
            return;
        }
        let late: Vec<Arc<str>> = self.pending_sync.iter().cloned().collect();
        for id in &late {
            self.remove(id);
        }
        self.begin_rebalance(turn);
    }
}
