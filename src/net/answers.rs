//! The answers of one connection that are still to come, in request order.
//!
//! Only the oldest is polled (see [`PendingReply`]); those behind it wait their turn, finished or not.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use super::budget::Reservation;
use super::limits::OUTPUT_BYTES_MAX;
use super::output::{Output, SendError};
use crate::api::service::{Disconnect, PendingReply, Reply};

/// How many places for answers a connection keeps that waits for none.
const SLOTS_KEPT_MAX: usize = 8;

/// Why no further answer can be given.
#[derive(Debug)]
pub(super) enum AnswerError {
    /// The api layer wants the connection closed.
    Api(Disconnect),
    /// The answer cannot be sent.
    Send(SendError),
}

/// Answers to come.
#[derive(Default)]
pub(super) struct Answers {
    slots: VecDeque<Slot>,
    /// The length of those that are there but not the oldest.
    ready_bytes: u64,
}

enum Slot {
    Ready(Reply),
    Pending {
        reply: PendingReply,
        /// A small request's bytes, which may live as long as its answer is not there; large ones count themselves.
        _memory: Option<Reservation>,
    },
}

impl Answers {
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// An answer that is there, but behind others.
    pub fn push_ready(&mut self, reply: Reply) {
        self.ready_bytes = self.ready_bytes.saturating_add(reply.len());
        self.slots.push_back(Slot::Ready(reply));
    }

    /// Whether so much waits behind the oldest answer that no further request should be handled.
    pub fn is_full(&self, count_max: usize) -> bool {
        self.slots.len() >= count_max || self.ready_bytes >= OUTPUT_BYTES_MAX as u64
    }

    /// An answer that is not there.
    pub fn push_pending(&mut self, reply: PendingReply, memory: Option<Reservation>) {
        self.slots.push_back(Slot::Pending { reply, _memory: memory });
    }

    /// Forgets all answers that are not there, and those behind them.
    pub fn abandon_pending(&mut self) {
        let ready = self
            .slots
            .iter()
            .take_while(|slot| matches!(slot, Slot::Ready(_)))
            .count();
        self.slots.truncate(ready);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Answers::default();
    }

    /// Moves the answers that are there to `output`, from the oldest on; tells whether there were any.
    pub fn poll_into(&mut self, cx: &mut Context<'_>, output: &mut Output) -> Result<bool, AnswerError> {
        let mut moved = false;
        while !output.is_full() {
            let reply = match self.slots.front_mut() {
                None => break,
                Some(Slot::Ready(_)) => match self.slots.pop_front() {
                    Some(Slot::Ready(reply)) => {
                        self.ready_bytes = self.ready_bytes.saturating_sub(reply.len());
                        reply
                    }
                    _ => break,
                },
                Some(Slot::Pending { reply, .. }) => match reply.as_mut().poll(cx) {
                    Poll::Pending => break,
                    Poll::Ready(result) => {
                        self.slots.pop_front();
                        result.map_err(AnswerError::Api)?
                    }
                },
            };
            output.push(reply).map_err(AnswerError::Send)?;
            moved = true;
        }
        if self.slots.is_empty() && self.slots.capacity() > SLOTS_KEPT_MAX {
            self.slots = VecDeque::new();
        }
        Ok(moved)
    }
}
