//! JoinGroup: a member comes, or comes again for the next generation.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::super::error::GroupError;
use super::super::settings::NEW_MEMBER_JOIN_TIMEOUT;
use super::member::{Member, MemberIdentity, Protocol};
use super::{ClassicGroup, GroupReply, State, TimerKey, Turn};
use crate::coordinator::Ticket;

/// A member that wants in.
#[derive(Debug, Clone)]
pub struct JoinRequest {
    /// The group's id.
    pub group: Arc<str>,
    /// The member's id; empty if it has none yet.
    pub member: Arc<str>,
    /// The id that it gets in that case; nobody else has it.
    pub new_member: Arc<str>,
    /// `group.instance.id` of a static member.
    pub instance: Option<Arc<str>>,
    /// The client's name for itself.
    pub client_id: Arc<str>,
    /// Where it connects from.
    pub client_host: Arc<str>,
    /// What kind of member it is.
    pub protocol_type: Arc<str>,
    /// What it can follow, in the order of its preference.
    pub protocols: Vec<Protocol>,
    /// How long it may be silent.
    pub session_timeout: Duration,
    /// How long it may take to join again.
    pub rebalance_timeout: Duration,
    /// Whether it can come back with the id that it is given, before it is taken in (from version 4 on).
    pub can_return: bool,
    /// Whether it understands that the leader need not assign (from version 9 on).
    pub can_skip_assignment: bool,
}

/// What becomes of a JoinGroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinAnswer {
    /// Why it was refused, if it was.
    pub error: Option<GroupError>,
    /// The generation; −1 if refused.
    pub generation: i32,
    /// What kind of group it is.
    pub protocol_type: Option<Arc<str>>,
    /// What this generation follows.
    pub protocol: Option<Arc<str>>,
    /// Who leads.
    pub leader: Option<Arc<str>>,
    /// Whether the leader is to leave the assignment as it is.
    pub skip_assignment: bool,
    /// The member's own id.
    pub member: Arc<str>,
    /// For the leader: all members.
    pub members: Vec<JoinedMember>,
}

/// A member as the leader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedMember {
    /// Its id.
    pub id: Arc<str>,
    /// `group.instance.id` of a static member.
    pub instance: Option<Arc<str>>,
    /// What it says of itself under the protocol in use.
    pub metadata: Bytes,
}

impl JoinAnswer {
    /// A refusal.
    pub fn refused(member: &str, error: GroupError) -> JoinAnswer {
        JoinAnswer {
            error: Some(error),
            generation: -1,
            protocol_type: None,
            protocol: None,
            leader: None,
            skip_assignment: false,
            member: Arc::from(member),
            members: Vec::new(),
        }
    }
}

impl ClassicGroup {
    /// Takes a JoinGroup; its answer goes to `ticket`, now or when the rebalance is over.
    pub fn join(&mut self, request: &JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        if !self.accepts(&request.member, turn.settings.members_max) {
            self.remove(&request.member);
            return refuse(ticket, "", GroupError::MaxSizeReached, turn);
        }
        if !self.fits(&request.protocol_type, &request.protocols) {
            return refuse(ticket, &request.member, GroupError::InconsistentProtocol, turn);
        }
        if !request.member.is_empty() {
            return self.join_again(request, ticket, turn);
        }
        match &request.instance {
            Some(instance) => match self.static_members.get(instance).cloned() {
                Some(old) => self.take_static_place(request, instance, &old, ticket, turn),
                None => self.take_in(request, &request.new_member, ticket, turn),
            },
            None if request.can_return => {
                let until = turn.now.monotonic.saturating_add(request.session_timeout);
                self.pending_join.insert(Arc::clone(&request.new_member), until);
                let key = TimerKey::Session(Arc::clone(&self.id), Arc::clone(&request.new_member));
                turn.timers.add(until, key);
                refuse(ticket, &request.new_member, GroupError::MemberIdRequired, turn);
            }
            None => self.take_in(request, &request.new_member, ticket, turn),
        }
    }

    /// A member that has an id.
    fn join_again(&mut self, request: &JoinRequest, ticket: Ticket, turn: &mut Turn<'_>) {
        let id = &request.member;
        if self.pending_join.contains_key(id) {
            return match request.instance {
                // Ids that are to be returned with are given to members without an instance only.
                Some(_) => refuse(ticket, id, GroupError::UnknownMember, turn),
                None => self.take_in(request, id, ticket, turn),
            };
        }
        if let Err(error) = self.check_member(id, request.instance.as_deref()) {
            return refuse(ticket, id, error, turn);
        }
        let is_unchanged = self
            .members
            .get(id)
            .is_some_and(|member| member.protocols == request.protocols);
        let repeats = match self.state {
            State::Empty => return refuse(ticket, id, GroupError::UnknownMember, turn),
            State::PreparingRebalance => false,
            // It did not get the answer to its first JoinGroup.
            State::CompletingRebalance => is_unchanged,
            // The leader joins again to have the assignment made anew.
            State::Stable => is_unchanged && !self.is_leader(id),
        };
        if repeats {
            let with_members = self.is_leader(id) && self.state == State::CompletingRebalance;
            let answer = self.joined(id, with_members);
            turn.effects.replies.push((ticket, GroupReply::Join(answer)));
            return;
        }
        let ability = (&*request.protocols, request.rebalance_timeout, request.session_timeout);
        self.update(id, ability, ticket, turn);
        self.rebalance_or_complete(turn);
    }

    /// Takes a new member in, and all join again.
    fn take_in(&mut self, request: &JoinRequest, id: &Arc<str>, ticket: Ticket, turn: &mut Turn<'_>) {
        let identity = MemberIdentity {
            id: Arc::clone(id),
            instance: request.instance.clone(),
            client_id: Arc::clone(&request.client_id),
            client_host: Arc::clone(&request.client_host),
            rebalance_timeout: request.rebalance_timeout,
            session_timeout: request.session_timeout,
        };
        let mut member = Member::new(identity, request.protocols.clone());
        member.is_new = true;
        member.joining = Some(ticket);
        if self.state == State::PreparingRebalance && self.is_forming {
            self.newcomer = true;
        }
        self.add(member, &request.protocol_type);
        self.keep_alive_for(id, NEW_MEMBER_JOIN_TIMEOUT, turn);
        self.rebalance_or_complete(turn);
    }

    /// A static member that has started again takes its own place. Nobody else need notice, unless the group would now
    /// follow another protocol.
    fn take_static_place(
        &mut self,
        request: &JoinRequest,
        instance: &Arc<str>,
        old: &str,
        ticket: Ticket,
        turn: &mut Turn<'_>,
    ) {
        let id = &request.new_member;
        let leader_before = self.leader.clone();
        self.replace_static(instance, old, id, turn);
        let ability = (&*request.protocols, request.rebalance_timeout, request.session_timeout);
        self.update(id, ability, ticket, turn);
        self.keep_alive(id, turn);
        match self.state {
            State::Stable if self.select_protocol() == self.protocol => {
                let mut answer = self.joined(id, self.is_leader(id) && request.can_skip_assignment);
                if request.can_skip_assignment {
                    answer.skip_assignment = self.is_leader(id);
                } else {
                    // It must not take itself for the leader, whose part it would be to assign.
                    answer.leader = leader_before;
                }
                self.answer_join(id, turn, |_| answer);
                self.write_down(turn);
            }
            // The leader may be assigning to the old id at this moment.
            State::Stable | State::CompletingRebalance => self.begin_rebalance(turn),
            State::PreparingRebalance | State::Empty => self.complete_if_all_joined(turn),
        }
    }
}

fn refuse(ticket: Ticket, member: &str, error: GroupError, turn: &mut Turn<'_>) {
    let answer = GroupReply::Join(JoinAnswer::refused(member, error));
    turn.effects.replies.push((ticket, answer));
}
