//! SyncGroup: the leader brings everybody's part, all others ask for theirs.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::super::error::GroupError;
use super::{ClassicGroup, GroupReply, State, Turn};
use crate::coordinator::Ticket;

/// A member that asks for its part.
#[derive(Debug, Clone)]
pub struct SyncRequest {
    /// The group's id.
    pub group: Arc<str>,
    /// The member's id.
    pub member: Arc<str>,
    /// `group.instance.id` of a static member.
    pub instance: Option<Arc<str>>,
    /// The generation that it was told of.
    pub generation: i32,
    /// What kind of group it believes to be in, if it says.
    pub protocol_type: Option<Arc<str>>,
    /// What it believes that this generation follows, if it says.
    pub protocol: Option<Arc<str>>,
    /// From the leader: everybody's part.
    pub assignments: BTreeMap<Arc<str>, Bytes>,
}

/// What becomes of a SyncGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncAnswer {
    /// Why it was refused, if it was.
    pub error: Option<GroupError>,
    /// What kind of group it is.
    pub protocol_type: Option<Arc<str>>,
    /// What this generation follows.
    pub protocol: Option<Arc<str>>,
    /// The member's part.
    pub assignment: Bytes,
}

impl SyncAnswer {
    /// A refusal.
    pub fn refused(error: GroupError) -> SyncAnswer {
        SyncAnswer {
            error: Some(error),
            protocol_type: None,
            protocol: None,
            assignment: Bytes::new(),
        }
    }
}

impl ClassicGroup {
    /// Takes a SyncGroup; its answer goes to `ticket`, now or when the leader has assigned.
    pub fn sync(&mut self, request: SyncRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if let Err(error) = self.check_sync(&request) {
            let answer = GroupReply::Sync(SyncAnswer::refused(error));
            turn.effects.replies.push((ticket, answer));
            return;
        }
        self.pending_sync.remove(&request.member);
        if self.pending_sync.is_empty() {
            self.sync_deadline = None;
        }
        if self.state == State::Stable {
            let part = self
                .members
                .get(&request.member)
                .map(|member| member.assignment.clone());
            let answer = GroupReply::Sync(self.part(part.unwrap_or_default()));
            turn.effects.replies.push((ticket, answer));
            return;
        }
        // One that waited already was sent by the same member before it lost its connection.
        self.answer_sync(&request.member, turn, |_| {
            SyncAnswer::refused(GroupError::RebalanceInProgress)
        });
        if let Some(member) = self.members.get_mut(&request.member) {
            member.syncing = Some(ticket);
        }
        if self.is_leader(&request.member) {
            self.assign(request.assignments, turn);
        }
    }

    fn check_sync(&self, request: &SyncRequest) -> Result<(), GroupError> {
        if self.is_empty() {
            return Err(GroupError::UnknownMember);
        }
        self.check_member(&request.member, request.instance.as_deref())?;
        let differs = |asked: &Option<Arc<str>>, own: &Option<Arc<str>>| matches!((asked, own), (Some(asked), Some(own)) if asked != own);
        if request.generation != self.generation {
            return Err(GroupError::IllegalGeneration);
        }
        if differs(&request.protocol_type, &self.protocol_type) || differs(&request.protocol, &self.protocol) {
            return Err(GroupError::InconsistentProtocol);
        }
        match self.state {
            State::PreparingRebalance => Err(GroupError::RebalanceInProgress),
            State::Empty | State::CompletingRebalance | State::Stable => Ok(()),
        }
    }

    /// Gives everybody the part that the leader made for it, nothing to those whom it forgot.
    fn assign(&mut self, mut assignments: BTreeMap<Arc<str>, Bytes>, turn: &mut Turn<'_>) {
        for (id, member) in &mut self.members {
            member.assignment = assignments.remove(id).unwrap_or_default();
        }
        self.enter(State::Stable, turn.now);
        self.write_down(turn);
        let ids: Vec<Arc<str>> = self.members.keys().cloned().collect();
        for id in &ids {
            let part = self.members.get(id).map(|member| member.assignment.clone());
            let answer = self.part(part.unwrap_or_default());
            if self.answer_sync(id, turn, |_| answer) {
                self.keep_alive(id, turn);
            }
        }
    }

    fn part(&self, assignment: Bytes) -> SyncAnswer {
        SyncAnswer {
            error: None,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            assignment,
        }
    }
}
