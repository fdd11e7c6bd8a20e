//! LeaveGroup: members go by themselves, or an administrator takes them out.

use std::sync::Arc;

use super::super::error::GroupError;
use super::{ClassicGroup, State, Turn};

/// A member that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaver {
    /// Its id; empty to name it by its instance alone, as administrators do.
    pub member: Arc<str>,
    /// `group.instance.id` of a static member.
    pub instance: Option<Arc<str>>,
}

impl ClassicGroup {
    /// Takes members out; what became of each.
    pub fn leave(&mut self, leavers: &[Leaver], turn: &mut Turn<'_>) -> Vec<Result<(), GroupError>> {
        let results: Vec<_> = leavers.iter().map(|leaver| self.leave_one(leaver, turn)).collect();
        if results.iter().any(Result::is_ok) {
            match self.state {
                State::Stable | State::CompletingRebalance => self.begin_rebalance(turn),
                State::PreparingRebalance => self.complete_if_all_joined(turn),
                State::Empty => {}
            }
        }
        results
    }

    fn leave_one(&mut self, leaver: &Leaver, turn: &mut Turn<'_>) -> Result<(), GroupError> {
        if leaver.member.is_empty() {
            let instance = leaver.instance.as_ref().ok_or(GroupError::UnknownMember)?;
            let id = self.static_members.get(instance).cloned();
            self.expel(&id.ok_or(GroupError::UnknownMember)?, turn);
            return Ok(());
        }
        if self.pending_join.remove(&leaver.member).is_some() {
            return Ok(());
        }
        self.check_member(&leaver.member, leaver.instance.as_deref())?;
        self.expel(&leaver.member, turn);
        Ok(())
    }
}
