//! A group of the classic protocol: members join, one of them leads and assigns, all learn their part.
//!
//! ```text
//! Empty ──join──▶ PreparingRebalance ──all joined, or time is up──▶ CompletingRebalance ──leader's SyncGroup──▶ Stable
//!                        ▲      │ nobody left: Empty                         │                                  │
//!                        └──────┴──── a member joins, leaves or falls silent ┴──────────────────────────────────┘
//! ```
//!
//! Who waits for what is volatile: after a restart members find out by their next request. What is written down is the
//! group's generation with its members and their assignment, when the leader has assigned it, and when the group empties.
//! Invariants: an assignment belongs to one generation, and a generation never comes twice; a member waits with at most
//! one JoinGroup and one SyncGroup, and is answered exactly once for each. Knows nothing of topics and offsets.

mod join;
mod leave;
mod member;
mod membership;
mod rebalance;
mod replay;
mod session;
mod sync;

pub use join::{JoinAnswer, JoinRequest, JoinedMember};
pub use leave::Leaver;
pub use member::{MemberIdentity, Protocol};
pub use sync::{SyncAnswer, SyncRequest};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::{GroupMachine, GroupReply, GroupSettings, TimerKey};
use crate::coordinator::{Effects, Now, Timers};
use member::Member;

/// The protocol type of consumers, whose metadata the coordinator can read.
pub const CONSUMER: &str = "consumer";

/// Where a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No members.
    Empty,
    /// Members are joining.
    PreparingRebalance,
    /// All have joined; the leader is assigning.
    CompletingRebalance,
    /// All know their part.
    Stable,
}

impl State {
    /// The state by Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            State::Empty => "Empty",
            State::PreparingRebalance => "PreparingRebalance",
            State::CompletingRebalance => "CompletingRebalance",
            State::Stable => "Stable",
        }
    }
}

/// When joining ends, whoever is there by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct JoinDeadline {
    at: Duration,
    /// In a group that was empty: what may still be waited for others who start at about the same time.
    grace: Option<Grace>,
}

/// The patience of a group that forms: in steps, as long as somebody new comes in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grace {
    step: Duration,
    left: Duration,
}

/// What a group needs to take a step.
#[derive(Debug)]
pub struct Turn<'a> {
    /// The time.
    pub now: Now,
    /// The settings.
    pub settings: &'a GroupSettings,
    /// Where deadlines are noted.
    pub timers: &'a mut Timers<TimerKey>,
    /// What comes of the step.
    pub effects: &'a mut Effects<GroupMachine>,
}

/// See the module's page.
#[derive(Debug)]
pub struct ClassicGroup {
    id: Arc<str>,
    state: State,
    /// Whether the rebalance under way began with an empty group.
    is_forming: bool,
    /// When the state was entered (ms since 1970); not known of groups that very old brokers wrote.
    since_ms: Option<i64>,
    generation: i32,
    protocol_type: Option<Arc<str>>,
    protocol: Option<Arc<str>>,
    leader: Option<Arc<str>>,
    members: BTreeMap<Arc<str>, Member>,
    /// Members' ids by `group.instance.id`.
    static_members: BTreeMap<Arc<str>, Arc<str>>,
    /// Ids given out to those who are to join again with them, and until when they hold.
    pending_join: BTreeMap<Arc<str>, Duration>,
    /// Who has not yet asked for its part of this generation.
    pending_sync: BTreeSet<Arc<str>>,
    /// Whether somebody new came in this step of the grace time.
    newcomer: bool,
    join_deadline: Option<JoinDeadline>,
    sync_deadline: Option<Duration>,
    /// What the members of a consumer group read, if their metadata can be understood.
    topics: Option<BTreeSet<Box<str>>>,
}

/// A member as tools are shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedMember {
    /// Who it is.
    pub identity: MemberIdentity,
    /// Its metadata under the protocol in use; empty in a rebalance.
    pub metadata: Bytes,
    /// Its part; empty in a rebalance.
    pub assignment: Bytes,
}

impl ClassicGroup {
    /// A group without members.
    pub fn new(id: Arc<str>, now_ms: i64) -> ClassicGroup {
        ClassicGroup {
            id,
            state: State::Empty,
            is_forming: false,
            since_ms: Some(now_ms),
            generation: 0,
            protocol_type: None,
            protocol: None,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending_join: BTreeMap::new(),
            pending_sync: BTreeSet::new(),
            newcomer: false,
            join_deadline: None,
            sync_deadline: None,
            topics: None,
        }
    }

    /// Where it is.
    pub fn state(&self) -> State {
        self.state
    }

    /// When it came there (ms since 1970).
    pub fn since_ms(&self) -> Option<i64> {
        self.since_ms
    }

    /// Which generation it is in.
    pub fn generation(&self) -> i32 {
        self.generation
    }

    /// What kind of members it has: `consumer`, `connect`, …; none if it never had any.
    pub fn protocol_type(&self) -> Option<&Arc<str>> {
        self.protocol_type.as_ref()
    }

    /// The protocol that this generation follows.
    pub fn protocol(&self) -> Option<&Arc<str>> {
        self.protocol.as_ref()
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.state == State::Empty
    }

    /// Whether it is there only because offsets are stored under its name.
    pub fn is_simple(&self) -> bool {
        self.protocol_type.is_none() && self.is_empty() && self.pending_join.is_empty()
    }

    /// Whether its members are consumers.
    pub fn is_of_consumers(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER)
    }

    /// Whether what its members read is known.
    pub fn knows_topics(&self) -> bool {
        self.topics.is_some()
    }

    /// Whether its members read this topic; of consumers that cannot be understood anything is assumed.
    pub fn reads(&self, topic: &str) -> bool {
        match &self.topics {
            Some(topics) => topics.contains(topic),
            None => self.is_of_consumers(),
        }
    }

    /// The members for tools.
    pub fn describe(&self) -> Vec<DescribedMember> {
        let is_stable = self.state == State::Stable;
        let described = self.members.values().map(|member| DescribedMember {
            identity: member.identity.clone(),
            metadata: match is_stable {
                true => member.metadata(self.protocol.as_deref()),
                false => Bytes::new(),
            },
            assignment: match is_stable {
                true => member.assignment.clone(),
                false => Bytes::new(),
            },
        });
        described.collect()
    }

    fn enter(&mut self, state: State, now: Now) {
        self.is_forming = state == State::PreparingRebalance && self.state == State::Empty;
        self.state = state;
        self.since_ms = Some(now.wall_ms);
    }

    /// As long as the slowest member says.
    fn rebalance_timeout(&self) -> Duration {
        let timeouts = self.members.values().map(|member| member.identity.rebalance_timeout);
        timeouts.max().unwrap_or_default()
    }
}
