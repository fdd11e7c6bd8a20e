//! The group machine, driven by hand and by a simulation of many members.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod classic;
mod offsets;
mod simulation;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::ids::Offset;

/// A machine with a clock and a log of its own.
pub(super) struct Bench {
    pub(super) machine: GroupMachine,
    pub(super) now: Now,
    /// Everything that was written down, in order.
    pub(super) log: Vec<CoordinatorRecord>,
    pub(super) replies: BTreeMap<Ticket, GroupReply>,
    tickets: u64,
}

pub(super) fn settings() -> GroupSettings {
    GroupSettings {
        session_timeout_min_ms: 6_000,
        session_timeout_max_ms: 1_800_000,
        initial_rebalance_delay: Duration::from_secs(3),
        members_max: 1_000,
        offset_metadata_bytes_max: 4_096,
        offsets_retention_ms: 1_000_000,
        offsets_retention_check_interval: Duration::from_secs(600),
    }
}

impl Bench {
    pub(super) fn new(settings: GroupSettings) -> Bench {
        let mut bench = Bench {
            machine: GroupMachine::new(Arc::new(settings)),
            now: Now {
                wall_ms: 1_000_000_000,
                monotonic: Duration::from_secs(1),
            },
            log: Vec::new(),
            replies: BTreeMap::new(),
            tickets: 0,
        };
        bench.step(|machine, now, effects| machine.loaded(now, effects));
        bench
    }

    /// Takes a step, as a shard does: changes are written down, then applied; replies are delivered.
    pub(super) fn step<T>(&mut self, step: impl FnOnce(&mut GroupMachine, Now, &mut Effects<GroupMachine>) -> T) -> T {
        let mut effects = Effects::default();
        let outcome = step(&mut self.machine, self.now, &mut effects);
        for change in effects.changes {
            let offset = Offset(i64::try_from(self.log.len()).unwrap());
            self.log.push(GroupMachine::encode(&change).unwrap());
            let written = Written {
                offset,
                transaction: None,
                source: Source::Live,
            };
            self.machine.apply(change, written);
        }
        for (ticket, reply) in effects.replies {
            let before = self.replies.insert(ticket, reply);
            assert!(before.is_none(), "{ticket:?} was answered twice");
        }
        outcome
    }

    /// Lets time go by, with everything that comes due.
    pub(super) fn advance(&mut self, by: Duration) {
        let end = self.now.monotonic + by;
        loop {
            let next = self.machine.next_wake().filter(|at| *at <= end).unwrap_or(end);
            let step = next.saturating_sub(self.now.monotonic);
            self.now.monotonic += step;
            self.now.wall_ms += i64::try_from(step.as_millis()).unwrap();
            if self.machine.next_wake().is_none_or(|at| at > self.now.monotonic) {
                return;
            }
            self.step(|machine, now, effects| machine.tick(now, effects));
        }
    }

    pub(super) fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    pub(super) fn join(&mut self, request: JoinRequest) -> Ticket {
        let ticket = self.ticket();
        self.step(|machine, now, effects| machine.join(&request, ticket, now, effects));
        ticket
    }

    pub(super) fn sync(&mut self, request: SyncRequest) -> Ticket {
        let ticket = self.ticket();
        self.step(|machine, now, effects| machine.sync(request, ticket, now, effects));
        ticket
    }

    pub(super) fn heartbeat(&mut self, member: &str, generation: i32) -> Result<(), GroupError> {
        self.step(|machine, now, effects| machine.heartbeat(("g", member, None), generation, now, effects))
    }

    pub(super) fn joined(&mut self, ticket: Ticket) -> Option<JoinAnswer> {
        match self.replies.remove(&ticket)? {
            GroupReply::Join(answer) => Some(answer),
            GroupReply::Sync(_) => panic!("a SyncGroup's answer to a JoinGroup"),
        }
    }

    pub(super) fn synced(&mut self, ticket: Ticket) -> Option<SyncAnswer> {
        match self.replies.remove(&ticket)? {
            GroupReply::Sync(answer) => Some(answer),
            GroupReply::Join(_) => panic!("a JoinGroup's answer to a SyncGroup"),
        }
    }

    /// A machine that has read what this one wrote.
    pub(super) fn replayed(&self) -> GroupMachine {
        let mut machine = GroupMachine::new(Arc::clone(&self.machine.settings));
        for (offset, record) in self.log.iter().enumerate() {
            if let Some(change) = GroupMachine::decode(record).unwrap() {
                let written = Written {
                    offset: Offset(i64::try_from(offset).unwrap()),
                    transaction: None,
                    source: Source::Replay,
                };
                machine.apply(change, written);
            }
        }
        machine
    }
}

/// A subscription of version 0 to these topics.
pub(super) fn subscription(topics: &[&str]) -> Bytes {
    let mut bytes = vec![0, 0];
    bytes.extend(i32::try_from(topics.len()).unwrap().to_be_bytes());
    for topic in topics {
        bytes.extend(i16::try_from(topic.len()).unwrap().to_be_bytes());
        bytes.extend(topic.as_bytes());
    }
    bytes.extend((-1_i32).to_be_bytes());
    Bytes::from(bytes)
}

pub(super) fn protocol(name: &str) -> Protocol {
    Protocol {
        name: Arc::from(name),
        metadata: subscription(&["t"]),
    }
}

/// A JoinGroup of the newest version for group `g`; `fresh` is the id that a member without one gets.
pub(super) fn join_request(member: &str, fresh: &str) -> JoinRequest {
    JoinRequest {
        group: Arc::from("g"),
        member: Arc::from(member),
        new_member: Arc::from(fresh),
        instance: None,
        client_id: Arc::from("client"),
        client_host: Arc::from("/127.0.0.1"),
        protocol_type: Arc::from("consumer"),
        protocols: vec![protocol("range")],
        session_timeout: Duration::from_secs(10),
        rebalance_timeout: Duration::from_secs(60),
        can_return: true,
        can_skip_assignment: true,
    }
}

pub(super) fn sync_request(member: &str, generation: i32, parts: &[(&str, &str)]) -> SyncRequest {
    let parts = parts.iter();
    SyncRequest {
        group: Arc::from("g"),
        member: Arc::from(member),
        instance: None,
        generation,
        protocol_type: Some(Arc::from("consumer")),
        protocol: Some(Arc::from("range")),
        assignments: parts
            .map(|(id, part)| (Arc::from(*id), Bytes::copy_from_slice(part.as_bytes())))
            .collect(),
    }
}
