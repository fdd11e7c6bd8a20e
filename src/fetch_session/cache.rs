//! The bounded set of fetch sessions, and who makes room for whom.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::session::{CachedPartition, FetchSession};
use super::{ContextKind, FetchContext, SessionEpoch, SessionError, SessionId, SessionRequest};

/// The cache's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// The most sessions (`max.incremental.fetch.session.cache.slots`); 0 turns sessions off.
    pub slots: usize,
    /// A session idle for longer may be displaced by any other; one older than this by a bigger one. Milliseconds.
    pub eviction_age_ms: i64,
}

/// All fetch sessions of this broker.
#[derive(Debug)]
pub struct FetchSessionCache {
    limits: SessionLimits,
    slots: Mutex<HashMap<SessionId, Slot>>,
}

#[derive(Debug)]
struct Slot {
    session: Arc<Mutex<FetchSession>>,
    partitions: usize,
    created_ms: i64,
    used_ms: i64,
}

impl FetchSessionCache {
    /// An empty cache.
    pub fn new(limits: SessionLimits) -> FetchSessionCache {
        FetchSessionCache {
            limits,
            slots: Mutex::default(),
        }
    }

    /// How many sessions are open.
    pub fn len(&self) -> usize {
        self.slots.lock().len()
    }

    /// Whether no session is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a request covers: its own partitions, or those of its session after its changes.
    pub fn open(&self, request: SessionRequest, now_ms: i64) -> Result<FetchContext, SessionError> {
        let SessionRequest {
            id,
            epoch,
            by_topic_id,
            partitions,
            forgotten,
        } = request;
        if epoch == SessionEpoch::FINAL || epoch == SessionEpoch::INITIAL {
            if id != SessionId::NONE {
                self.slots.lock().remove(&id);
            }
            let sessionless = epoch == SessionEpoch::FINAL;
            let kind = if sessionless {
                ContextKind::Sessionless
            } else {
                ContextKind::Full { by_topic_id }
            };
            return Ok(FetchContext { partitions, kind });
        }
        let mut slots = self.slots.lock();
        let slot = slots.get_mut(&id).ok_or(SessionError::NotFound(id))?;
        let session = Arc::clone(&slot.session);
        let mut state = session.lock();
        state.advance(epoch, by_topic_id, partitions, &forgotten)?;
        slot.used_ms = now_ms;
        slot.partitions = state.len();
        let partitions = state.positions();
        drop(state);
        if partitions.is_empty() {
            slots.remove(&id);
            return Ok(FetchContext {
                partitions,
                kind: ContextKind::Sessionless,
            });
        }
        Ok(FetchContext {
            partitions,
            kind: ContextKind::Incremental(session),
        })
    }

    /// Opens a session for a client that was told of all its partitions, if there is room; else [`SessionId::NONE`].
    pub(super) fn create(
        &self,
        now_ms: i64,
        by_topic_id: bool,
        partitions: Vec<CachedPartition>,
        mut random_id: impl FnMut() -> i32,
    ) -> SessionId {
        let mut slots = self.slots.lock();
        if !self.make_room(&mut slots, now_ms, partitions.len()) {
            return SessionId::NONE;
        }
        let id = loop {
            let candidate = SessionId(random_id() & i32::MAX);
            if candidate != SessionId::NONE && !slots.contains_key(&candidate) {
                break candidate;
            }
        };
        let count = partitions.len();
        let session = Arc::new(Mutex::new(FetchSession::new(id, by_topic_id, partitions)));
        slots.insert(
            id,
            Slot {
                session,
                partitions: count,
                created_ms: now_ms,
                used_ms: now_ms,
            },
        );
        id
    }

    fn make_room(&self, slots: &mut HashMap<SessionId, Slot>, now_ms: i64, partitions: usize) -> bool {
        if slots.len() < self.limits.slots {
            return true;
        }
        let aged = |since: i64| now_ms.saturating_sub(since) > self.limits.eviction_age_ms;
        let idle = slots
            .iter()
            .min_by_key(|(_, slot)| slot.used_ms)
            .filter(|(_, slot)| aged(slot.used_ms));
        let smaller = || {
            let settled = slots.iter().filter(|(_, slot)| aged(slot.created_ms));
            settled
                .min_by_key(|(_, slot)| slot.partitions)
                .filter(|(_, slot)| slot.partitions < partitions)
        };
        let Some(victim) = idle.or_else(smaller).map(|(id, _)| *id) else {
            return false;
        };
        slots.remove(&victim);
        true
    }
}
