//! One machine on its partition: steps, what they write, and who waits.
//!
//! Everything happens under one lock, which is never held across a wait. A step's changes are written before they are
//! applied, so the machine is never behind its partition, and ahead of it only for what [`Effects::is_ahead`] tells. Race:
//! leadership may end between two steps; the partition then refuses the write, and the machine is dropped.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, TimestampType};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::{CoordinatorError, Effects, Machine, Now, Source, Ticket, Written};
use crate::ids::{LeaderEpoch, Offset, PartitionId};
use crate::log::{AppendOrigin, LogError};
use crate::partition::{Appended, Partition, PartitionError, RequiredAcks};

/// A reply, and the offset that must be committed before it may be given.
#[derive(Debug)]
pub(super) struct Settled<R> {
    pub(super) reply: R,
    pub(super) needed: Offset,
}

/// See the module's page.
#[derive(Debug)]
pub(super) struct Shard<M: Machine> {
    pub(super) number: PartitionId,
    pub(super) partition: Arc<Partition>,
    /// The leadership that the machine was loaded under.
    pub(super) epoch: LeaderEpoch,
    compression: Compression,
    state: Mutex<State<M>>,
    /// When the host looks at the machine next (monotonic, in nanoseconds).
    wakes_at: AtomicU64,
}

enum State<M: Machine> {
    Loading,
    Active(Box<Active<M>>),
    /// Leadership has gone, or the machine is ahead of what could be written.
    Gone,
}

struct Active<M: Machine> {
    machine: M,
    /// The end of what this machine has written or read.
    written: Offset,
    tickets: u64,
    /// When so many wait, those whose clients are gone are taken out.
    swept_at: usize,
    waiting: HashMap<Ticket, oneshot::Sender<Settled<M::Reply>>>,
}

impl<M: Machine> std::fmt::Debug for State<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            State::Loading => "Loading",
            State::Active(_) => "Active",
            State::Gone => "Gone",
        })
    }
}

/// What a step has to do with, besides the machine.
#[derive(Debug)]
pub struct Step<'a, M: Machine> {
    /// The machine.
    pub machine: &'a mut M,
    /// The time.
    pub now: Now,
    /// What comes of the step.
    pub effects: &'a mut Effects<M>,
}

/// What a step came to.
#[derive(Debug)]
pub(super) struct Stepped<T> {
    /// What the step itself says.
    pub(super) outcome: T,
    /// What must be committed before anybody is told.
    pub(super) needed: Offset,
    /// When the machine wants to be woken next.
    pub(super) wake: Option<Duration>,
}

impl<M: Machine> Shard<M> {
    pub(super) fn loading(
        number: PartitionId,
        partition: Arc<Partition>,
        epoch: LeaderEpoch,
        compression: Compression,
    ) -> Shard<M> {
        Shard {
            number,
            partition,
            epoch,
            compression,
            state: Mutex::new(State::Loading),
            wakes_at: AtomicU64::new(u64::MAX),
        }
    }

    /// Takes note that the machine is to be looked at by `at`; whether that is earlier than was planned.
    pub(super) fn is_to_wake_earlier(&self, at: Duration) -> bool {
        let at = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
        self.wakes_at.fetch_min(at, Ordering::AcqRel) > at
    }

    /// The machine is being looked at.
    pub(super) fn note_woken(&self) {
        self.wakes_at.store(u64::MAX, Ordering::Release);
    }

    /// Puts a machine that has replayed everything up to `written` to work; when it wants to be woken.
    pub(super) fn activate(&self, machine: M, written: Offset, now: Now) -> Option<Duration> {
        let mut state = self.state.lock();
        if !matches!(*state, State::Loading) {
            return None;
        }
        let mut active = Box::new(Active {
            machine,
            written,
            tickets: 0,
            swept_at: WAITING_SWEPT,
            waiting: HashMap::new(),
        });
        let mut effects = Effects::default();
        active.machine.loaded(now, &mut effects);
        let finished = self.finish(&mut active, effects, now);
        let wake = active.machine.next_wake();
        match finished {
            Ok(()) => *state = State::Active(active),
            Err(error) => {
                tracing::error!(partition = %self.partition.name(), %error, "a coordinator could not begin its work");
                *state = State::Gone;
            }
        }
        wake
    }

    /// Ends the machine's work here; who waits is told that it has moved.
    pub(super) fn unload(&self) {
        *self.state.lock() = State::Gone;
    }

    /// Whether the machine is gone while the partition is still led from here: it is to be loaded again.
    pub(super) fn is_gone(&self) -> bool {
        matches!(*self.state.lock(), State::Gone)
    }

    /// Takes a step and writes down what it decides.
    pub(super) fn step<T>(
        &self,
        now: Now,
        step: impl FnOnce(Step<'_, M>) -> T,
    ) -> Result<Stepped<T>, CoordinatorError> {
        self.with_active(now, |active, effects| {
            step(Step {
                machine: &mut active.machine,
                now,
                effects,
            })
        })
    }

    /// As [`Shard::step`], for a request whose answer may come later, under the ticket that the step is given.
    pub(super) fn park(
        &self,
        now: Now,
        step: impl FnOnce(Step<'_, M>, Ticket),
    ) -> Result<Stepped<oneshot::Receiver<Settled<M::Reply>>>, CoordinatorError> {
        self.with_active(now, |active, effects| {
            if active.waiting.len() >= active.swept_at {
                active.waiting.retain(|_, sender| !sender.is_closed());
                active.swept_at = active.waiting.len().saturating_mul(2).max(WAITING_SWEPT);
            }
            active.tickets = active.tickets.wrapping_add(1);
            let ticket = Ticket(active.tickets);
            let (sender, later) = oneshot::channel();
            active.waiting.insert(ticket, sender);
            let step_of = Step {
                machine: &mut active.machine,
                now,
                effects,
            };
            step(step_of, ticket);
            later
        })
    }

    fn with_active<T>(
        &self,
        now: Now,
        act: impl FnOnce(&mut Active<M>, &mut Effects<M>) -> T,
    ) -> Result<Stepped<T>, CoordinatorError> {
        let mut state = self.state.lock();
        let active = match &mut *state {
            State::Active(active) => active,
            State::Loading => return Err(CoordinatorError::Loading),
            State::Gone => return Err(CoordinatorError::NotCoordinator),
        };
        let mut effects = Effects::default();
        let outcome = act(active, &mut effects);
        let is_ahead = effects.is_ahead;
        let finished = self.finish(active, effects, now);
        let (is_ahead, finished) = match finished {
            // What came due meanwhile is not for the next request to wait for.
            Ok(()) => (true, self.tick(active, now)),
            refused => (is_ahead, refused),
        };
        if let Err(error) = finished {
            if is_ahead || error == CoordinatorError::NotCoordinator {
                *state = State::Gone;
            }
            return Err(error);
        }
        Ok(Stepped {
            outcome,
            needed: active.written,
            wake: active.machine.next_wake(),
        })
    }

    /// Does what is due; when the machine wants to be woken next.
    pub(super) fn wake(&self, now: Now) -> Option<Duration> {
        let mut state = self.state.lock();
        let State::Active(active) = &mut *state else {
            return None;
        };
        if let Err(error) = self.tick(active, now) {
            tracing::warn!(partition = %self.partition.name(), %error, "a coordinator could not write down what came due");
            *state = State::Gone;
            return None;
        }
        active.machine.next_wake()
    }

    fn tick(&self, active: &mut Active<M>, now: Now) -> Result<(), CoordinatorError> {
        if active.machine.next_wake().is_none_or(|at| at > now.monotonic) {
            return Ok(());
        }
        let mut effects = Effects::default();
        active.machine.tick(now, &mut effects);
        self.finish(active, effects, now)
    }

    /// Writes the changes, applies them, sends the replies.
    fn finish(&self, active: &mut Active<M>, effects: Effects<M>, now: Now) -> Result<(), CoordinatorError> {
        if !effects.changes.is_empty() {
            let appended = self.write(&effects.changes, now)?;
            for (place, change) in effects.changes.into_iter().enumerate() {
                let place = i64::try_from(place).unwrap_or(i64::MAX);
                let written = Written {
                    offset: appended.info.first_offset.plus(place),
                    transaction: None,
                    source: Source::Live,
                };
                active.machine.apply(change, written);
            }
            active.written = appended.commit;
        }
        for (ticket, reply) in effects.replies {
            let needed = active.written;
            if let Some(sender) = active.waiting.remove(&ticket) {
                // A client that is gone misses its answer.
                let _ = sender.send(Settled { reply, needed });
            }
        }
        Ok(())
    }

    fn write(&self, changes: &[M::Change], now: Now) -> Result<Appended, CoordinatorError> {
        if self.partition.role().leader_epoch != self.epoch {
            return Err(CoordinatorError::NotCoordinator);
        }
        let batch = batch::<M>(changes, self.compression, now).map_err(CoordinatorError::Unencodable)?;
        self.partition
            .append(&batch, RequiredAcks::All, AppendOrigin::Coordinator)
            .map_err(|error| match error {
                PartitionError::NotLeader { .. } => CoordinatorError::NotCoordinator,
                PartitionError::Log(error @ (LogError::AppendTooLarge { .. } | LogError::RecordTooLarge { .. })) => {
                    CoordinatorError::TooLarge(error)
                }
                other => CoordinatorError::Unwritable(other),
            })
    }
}

/// Fewer waiting requests than this are not worth looking through for those whose clients are gone.
const WAITING_SWEPT: usize = 1_024;

fn batch<M: Machine>(changes: &[M::Change], compression: Compression, now: Now) -> Result<Bytes, String> {
    let mut batch = BatchBuilder::new(0, compression, TimestampType::CreateTime);
    for change in changes {
        let record = M::encode(change).map_err(|error| error.to_string())?;
        batch
            .append(now.wall_ms, Some(&record.key), record.value.as_deref(), &[])
            .map_err(|error| error.to_string())?;
    }
    batch.build().map_err(|error| error.to_string())
}
