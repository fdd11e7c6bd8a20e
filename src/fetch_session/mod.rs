//! Incremental fetch sessions (KIP-227): a consumer names its partitions once, then only what changes.
//!
//! Pure state machine: it learns of requests, answers and the time, and decides which partitions a fetch covers and
//! which of them the answer must mention. It knows nothing of logs, sockets or clocks.
//!
//! Invariants: a session's epoch counts its answered requests, so a repeated or lost request is noticed; the cache never
//! holds more than `slots` sessions; a session in use for less than the eviction age is not displaced by a smaller one.

mod cache;
mod session;

pub use cache::{FetchSessionCache, SessionLimits};
pub use session::{CachedPartition, FetchPosition, PartitionAnswer, PartitionKey, TopicKey};

use std::sync::Arc;

use parking_lot::Mutex;
use session::FetchSession;

/// A session's number on the wire; 0 stands for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub i32);

impl SessionId {
    /// The request or answer belongs to no session.
    pub const NONE: SessionId = SessionId(0);
}

/// A request's place in its session: 0 opens one, −1 wants none (and closes the one named), others count up from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionEpoch(pub i32);

impl SessionEpoch {
    /// Opens a new session (and closes the one named).
    pub const INITIAL: SessionEpoch = SessionEpoch(0);
    /// Fetches without a session (and closes the one named).
    pub const FINAL: SessionEpoch = SessionEpoch(-1);

    /// The epoch that the next request of the session must carry; wraps to 1, since 0 means "new".
    pub fn next(self) -> SessionEpoch {
        match self.0 {
            i32::MAX => SessionEpoch(1),
            epoch if epoch < 0 => SessionEpoch::FINAL,
            epoch => SessionEpoch(epoch + 1),
        }
    }
}

/// Why a request cannot go on in the session that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The session was evicted, closed or never existed: the client opens a new one.
    #[error("fetch session {0:?} does not exist")]
    NotFound(SessionId),
    /// A request was lost or repeated.
    #[error("fetch session epoch {got:?} is not the expected {expected:?}")]
    WrongEpoch {
        /// What the session waits for.
        expected: SessionEpoch,
        /// What the request carried.
        got: SessionEpoch,
    },
    /// The session was opened with topic names and goes on with topic ids, or the reverse.
    #[error("fetch session mixes topic names and topic ids")]
    TopicIdMismatch,
}

/// What a fetch request says of sessions and partitions.
#[derive(Debug)]
pub struct SessionRequest {
    /// The session that the request names.
    pub id: SessionId,
    /// The request's place in it.
    pub epoch: SessionEpoch,
    /// Whether topics are named by id (Fetch 13 and later).
    pub by_topic_id: bool,
    /// Partitions to add to the session or to change.
    pub partitions: Vec<(PartitionKey, FetchPosition)>,
    /// Partitions to take out of the session.
    pub forgotten: Vec<PartitionKey>,
}

/// What one fetch covers, and what its answer must say.
#[derive(Debug)]
pub struct FetchContext {
    partitions: Vec<(PartitionKey, FetchPosition)>,
    kind: ContextKind,
}

#[derive(Debug)]
enum ContextKind {
    Sessionless,
    /// A session is created with the answer, if the cache has room.
    Full {
        by_topic_id: bool,
    },
    Incremental(Arc<Mutex<FetchSession>>),
}

impl FetchContext {
    /// The partitions to read, in the order in which they get their share of the answer.
    pub fn partitions(&self) -> &[(PartitionKey, FetchPosition)] {
        &self.partitions
    }

    /// Whether an answer may leave out partitions in which nothing happened.
    pub fn is_incremental(&self) -> bool {
        matches!(self.kind, ContextKind::Incremental(_))
    }

    /// The id of the session that the request belongs to, if there is one already.
    pub fn present_id(&self) -> SessionId {
        match &self.kind {
            ContextKind::Sessionless | ContextKind::Full { .. } => SessionId::NONE,
            ContextKind::Incremental(session) => session.lock().id(),
        }
    }

    /// For each answer, whether it must be sent; as [`FetchContext::settle`], which remembers it.
    pub fn news(&self, answers: &[PartitionAnswer]) -> Vec<bool> {
        match &self.kind {
            ContextKind::Sessionless | ContextKind::Full { .. } => vec![true; answers.len()],
            ContextKind::Incremental(session) => {
                let session = session.lock();
                let keys = self.partitions.iter().map(|(key, _)| key);
                keys.zip(answers)
                    .map(|(key, answer)| session.is_news(key, answer))
                    .collect()
            }
        }
    }

    /// Settles the answer: the session id to send, and for each answer (in the order of [`Self::partitions`]) whether
    /// it must be sent. Remembers in the session what the client has now been told.
    pub fn settle(
        &self,
        cache: &FetchSessionCache,
        now_ms: i64,
        answers: &[PartitionAnswer],
        random_id: impl FnMut() -> i32,
    ) -> (SessionId, Vec<bool>) {
        match &self.kind {
            ContextKind::Sessionless => (SessionId::NONE, vec![true; answers.len()]),
            ContextKind::Full { by_topic_id } => {
                let partitions = self.partitions.iter().zip(answers);
                let cached = partitions.map(|((key, position), answer)| CachedPartition::new(key, *position, answer));
                let id = cache.create(now_ms, *by_topic_id, cached.collect(), random_id);
                (id, vec![true; answers.len()])
            }
            ContextKind::Incremental(session) => {
                let mut session = session.lock();
                let keys = self.partitions.iter().map(|(key, _)| key);
                let told = keys
                    .zip(answers)
                    .map(|(key, answer)| session.tell(key, answer))
                    .collect();
                (session.id(), told)
            }
        }
    }
}

#[cfg(test)]
mod tests;
