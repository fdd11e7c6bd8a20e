//! Coordinators: replicated state machines, each on one partition of an internal topic.
//!
//! A [`Machine`] is pure: it is told what is asked and when, and says which records to append, which replies to send and
//! when it wants to be woken. It owns no clock, thread, channel or file. The [`CoordinatorHost`] does the rest: it loads a
//! machine by replaying its partition when this broker comes to lead it, appends the machine's records, holds replies
//! back until what they tell is committed, wakes machines, and drops them when leadership goes.
//!
//! Invariant: what a machine holds is what a replay of its partition gives, but for the volatile part (who waits for what)
//! that clients make anew. If an append fails after a machine has changed, the machine is loaded again.

mod error;
pub mod group;
mod host;
mod loading;
mod shard;
mod timers;

pub use error::CoordinatorError;
pub use host::{Committing, CoordinatorHost, OpenHost, Parked};
pub use shard::Step;
pub use timers::Timers;

use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::primitive::EncodeError;

use crate::ids::{Offset, ProducerId};

/// A request that waits for a reply; unique within one machine's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// The time, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970, for what is written down.
    pub wall_ms: i64,
    /// Time that never jumps, for sessions and time-outs.
    pub monotonic: Duration,
}

/// A key and a value of an internal topic; no value: the key's record is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoordinatorRecord {
    /// The key: a two-byte version that says what kind of record it is, then the key's fields.
    pub key: Bytes,
    /// The value: a two-byte version, then the value's fields.
    pub value: Option<Bytes>,
}

/// What a step of a machine comes to.
#[derive(Debug)]
pub struct Effects<M: Machine> {
    /// Changes to write down, all or none, and then to apply.
    pub changes: Vec<M::Change>,
    /// Replies to requests that waited.
    pub replies: Vec<(Ticket, M::Reply)>,
    /// Whether the machine has changed in a way that applying the changes alone would not make: then it must be loaded again
    /// if they cannot be written down.
    pub is_ahead: bool,
}

impl<M: Machine> Default for Effects<M> {
    fn default() -> Effects<M> {
        Effects {
            changes: Vec::new(),
            replies: Vec::new(),
            is_ahead: false,
        }
    }
}

/// Where a change that is applied comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Read from the partition while the machine is loaded.
    Replay,
    /// Decided by this machine a moment ago.
    Live,
}

/// Where a change is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The record's offset.
    pub offset: Offset,
    /// The transaction that it is part of.
    pub transaction: Option<ProducerId>,
    /// Who applies it.
    pub source: Source,
}

/// A record that a machine cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct UnreadableRecord {
    /// What is wrong with it.
    pub reason: String,
}

/// A state machine on one partition of an internal topic.
pub trait Machine: Sized + Send + 'static {
    /// One change of the state, as one record holds it.
    type Change: std::fmt::Debug + Send;
    /// What a request that waited is told.
    type Reply: std::fmt::Debug + Send + 'static;

    /// The record of a change.
    fn encode(change: &Self::Change) -> Result<CoordinatorRecord, EncodeError>;

    /// The change that a record holds; none if it is of a kind that is not for this machine.
    fn decode(record: &CoordinatorRecord) -> Result<Option<Self::Change>, UnreadableRecord>;

    /// Takes a change into the state.
    fn apply(&mut self, change: Self::Change, written: Written);

    /// A transaction that wrote to this partition has ended.
    fn end_transaction(&mut self, producer: ProducerId, committed: bool);

    /// Everything has been replayed; from here on the machine serves.
    fn loaded(&mut self, now: Now, effects: &mut Effects<Self>);

    /// Does what is due.
    fn tick(&mut self, now: Now, effects: &mut Effects<Self>);

    /// When the next thing is due (monotonic); none: never.
    fn next_wake(&self) -> Option<Duration>;
}
