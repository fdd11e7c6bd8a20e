//! Heartbeats, silence, and who may commit offsets.

use std::sync::Arc;
use std::time::Duration;

use super::super::error::GroupError;
use super::{ClassicGroup, State, TimerKey, Turn};

impl ClassicGroup {
    /// Takes a heartbeat.
    pub fn heartbeat(
        &mut self,
        member: &str,
        instance: Option<&str>,
        generation: i32,
        turn: &mut Turn<'_>,
    ) -> Result<(), GroupError> {
        self.check_member(member, instance)?;
        if generation != self.generation {
            return Err(GroupError::IllegalGeneration);
        }
        match self.state {
            State::Empty => Err(GroupError::UnknownMember),
            State::PreparingRebalance => {
                self.keep_alive(member, turn);
                Err(GroupError::RebalanceInProgress)
            }
            // A member may heartbeat while it waits for its part.
            State::CompletingRebalance | State::Stable => {
                self.keep_alive(member, turn);
                Ok(())
            }
        }
    }

    /// The member has been heard of.
    pub(super) fn keep_alive(&mut self, id: &str, turn: &mut Turn<'_>) {
        let timeout = self.members.get(id).map(|member| member.identity.session_timeout);
        if let Some(timeout) = timeout {
            self.keep_alive_for(id, timeout, turn);
        }
    }

    pub(super) fn keep_alive_for(&mut self, id: &str, timeout: Duration, turn: &mut Turn<'_>) {
        let Some(member) = self.members.get_mut(id) else {
            return;
        };
        member.expires = turn.now.monotonic.saturating_add(timeout);
        // A later deadline is found when the earlier one comes due.
        if member.expires < member.looked_at {
            member.looked_at = member.expires;
            let key = TimerKey::Session(Arc::clone(&self.id), Arc::clone(&member.identity.id));
            turn.timers.add(member.expires, key);
        }
    }

    /// A member's session may be over.
    pub fn on_session_deadline(&mut self, id: &str, turn: &mut Turn<'_>) {
        let now = turn.now.monotonic;
        if let Some(until) = self.pending_join.get(id) {
            if *until <= now {
                self.pending_join.remove(id);
                self.complete_if_all_joined(turn);
            }
            return;
        }
        let Some(member) = self.members.get_mut(id) else {
            return;
        };
        if member.looked_at > now {
            // An entry of earlier days; a newer one stands for it.
            return;
        }
        if member.expires > now {
            member.looked_at = member.expires;
            let key = TimerKey::Session(Arc::clone(&self.id), Arc::clone(&member.identity.id));
            turn.timers.add(member.expires, key);
            return;
        }
        member.looked_at = Duration::MAX;
        // Who waits for others is kept alive anew when it is answered.
        if member.is_excused() {
            return;
        }
        tracing::info!(group = %self.id, member = id, "a member has fallen silent; it is out");
        self.expel(id, turn);
        match self.state {
            State::Stable | State::CompletingRebalance => self.begin_rebalance(turn),
            State::PreparingRebalance => self.complete_if_all_joined(turn),
            State::Empty => {}
        }
    }

    /// Whether a member, or somebody outside of any group, may commit offsets in this group's name.
    pub fn check_commit(
        &self,
        member: &str,
        instance: Option<&str>,
        generation: i32,
        in_transaction: bool,
    ) -> Result<(), GroupError> {
        if generation < 0 && self.is_empty() {
            return Ok(());
        }
        if generation >= 0 || !member.is_empty() || instance.is_some() {
            self.check_member(member, instance)?;
            if generation != self.generation {
                return Err(GroupError::IllegalGeneration);
            }
        } else if !in_transaction && !self.is_empty() {
            return Err(GroupError::UnknownMember);
        }
        match self.state {
            State::CompletingRebalance if !in_transaction => Err(GroupError::RebalanceInProgress),
            _ => Ok(()),
        }
    }

    /// A commit is a sign of life, unless the group is between generations.
    pub fn note_commit(&mut self, member: &str, turn: &mut Turn<'_>) {
        if matches!(self.state, State::Stable | State::PreparingRebalance) {
            self.keep_alive(member, turn);
        }
    }
}
