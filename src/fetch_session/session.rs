//! One fetch session: its partitions in fetch order, and what the client was last told of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{SessionEpoch, SessionError, SessionId};
use crate::ids::{PartitionId, TopicId};

/// How a request names a topic. Names are owned here: a slice would keep a whole request frame alive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TopicKey {
    /// By name, before Fetch 13.
    Name(Arc<str>),
    /// By id, from Fetch 13 on.
    Id(TopicId),
}

/// How a request names a partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartitionKey {
    /// The partition's topic.
    pub topic: TopicKey,
    /// The partition's number.
    pub partition: PartitionId,
}

/// Where and how much a client reads of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchPosition {
    /// The first offset wanted.
    pub fetch_offset: i64,
    /// The most bytes to return of this partition.
    pub max_bytes: i32,
    /// The leader epoch that the client believes in; −1 none.
    pub current_leader_epoch: i32,
    /// The epoch of the last record that it fetched; −1 none.
    pub last_fetched_epoch: i32,
    /// The follower's log start offset; −1 for consumers.
    pub log_start_offset: i64,
}

/// What of a partition's answer matters for the question whether it must be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionAnswer {
    /// The answer carries an error or a diverging epoch.
    pub is_error: bool,
    /// The answer carries this many bytes of records.
    pub record_bytes: u64,
    /// The partition's high watermark.
    pub high_watermark: i64,
    /// The partition's log start offset.
    pub log_start_offset: i64,
}

/// A partition of a session with what its client was last told.
#[derive(Debug, Clone)]
pub struct CachedPartition {
    key: PartitionKey,
    position: FetchPosition,
    told_high_watermark: i64,
    told_log_start_offset: i64,
}

/// Nothing has been told yet, so that anything is news.
const UNTOLD: i64 = i64::MIN;

impl CachedPartition {
    /// A partition as it stands after a first, full answer.
    pub fn new(key: &PartitionKey, position: FetchPosition, answer: &PartitionAnswer) -> CachedPartition {
        let mut partition = CachedPartition::untold(key.clone(), position);
        partition.tell(answer);
        partition
    }

    fn untold(key: PartitionKey, position: FetchPosition) -> CachedPartition {
        CachedPartition {
            key,
            position,
            told_high_watermark: UNTOLD,
            told_log_start_offset: UNTOLD,
        }
    }

    /// Whether the answer is news to the client.
    fn is_news(&self, answer: &PartitionAnswer) -> bool {
        answer.is_error
            || answer.record_bytes > 0
            || answer.high_watermark != self.told_high_watermark
            || answer.log_start_offset != self.told_log_start_offset
    }

    /// Whether the answer is news to the client; remembers it.
    fn tell(&mut self, answer: &PartitionAnswer) -> bool {
        let news = self.is_news(answer);
        // After an error the next answer is news whatever it says: the client must learn that the error is over.
        self.told_high_watermark = if answer.is_error { UNTOLD } else { answer.high_watermark };
        self.told_log_start_offset = answer.log_start_offset;
        news
    }
}

/// A session; see the module's page.
#[derive(Debug)]
pub(super) struct FetchSession {
    id: SessionId,
    epoch: SessionEpoch,
    by_topic_id: bool,
    /// Partitions by their turn. One that got records goes to the back, so that a busy one cannot starve the rest.
    turns: BTreeMap<u64, CachedPartition>,
    turn_of: HashMap<PartitionKey, u64>,
    next_turn: u64,
}

impl FetchSession {
    pub(super) fn new(id: SessionId, by_topic_id: bool, partitions: Vec<CachedPartition>) -> FetchSession {
        let mut session = FetchSession {
            id,
            epoch: SessionEpoch::INITIAL.next(),
            by_topic_id,
            turns: BTreeMap::new(),
            turn_of: HashMap::with_capacity(partitions.len()),
            next_turn: 0,
        };
        for partition in partitions {
            session.push(partition);
        }
        session
    }

    pub(super) fn id(&self) -> SessionId {
        self.id
    }

    pub(super) fn len(&self) -> usize {
        self.turns.len()
    }

    /// Checks a request's place in the session and takes over its changes; the session then waits for the next epoch.
    pub(super) fn advance(
        &mut self,
        epoch: SessionEpoch,
        by_topic_id: bool,
        partitions: Vec<(PartitionKey, FetchPosition)>,
        forgotten: &[PartitionKey],
    ) -> Result<(), SessionError> {
        if epoch != self.epoch {
            return Err(SessionError::WrongEpoch {
                expected: self.epoch,
                got: epoch,
            });
        }
        if by_topic_id != self.by_topic_id {
            return Err(SessionError::TopicIdMismatch);
        }
        for (key, position) in partitions {
            self.put(key, position);
        }
        for key in forgotten {
            if let Some(turn) = self.turn_of.remove(key) {
                self.turns.remove(&turn);
            }
        }
        self.epoch = self.epoch.next();
        Ok(())
    }

    pub(super) fn positions(&self) -> Vec<(PartitionKey, FetchPosition)> {
        self.turns
            .values()
            .map(|partition| (partition.key.clone(), partition.position))
            .collect()
    }

    pub(super) fn is_news(&self, key: &PartitionKey, answer: &PartitionAnswer) -> bool {
        let turn = self.turn_of.get(key).and_then(|turn| self.turns.get(turn));
        turn.is_none_or(|partition| partition.is_news(answer))
    }

    pub(super) fn tell(&mut self, key: &PartitionKey, answer: &PartitionAnswer) -> bool {
        let Some(turn) = self.turn_of.get(key).copied() else {
            return true;
        };
        let Some(partition) = self.turns.get_mut(&turn) else {
            return true;
        };
        let news = partition.tell(answer);
        if answer.record_bytes > 0
            && let Some(partition) = self.turns.remove(&turn)
        {
            self.push(partition);
        }
        news
    }

    fn put(&mut self, key: PartitionKey, position: FetchPosition) {
        let turn = self.turn_of.get(&key).copied();
        match turn.and_then(|turn| self.turns.get_mut(&turn)) {
            Some(partition) => partition.position = position,
            None => self.push(CachedPartition::untold(key, position)),
        }
    }

    fn push(&mut self, partition: CachedPartition) {
        let turn = self.next_turn;
        self.next_turn += 1;
        if let Some(earlier) = self.turn_of.insert(partition.key.clone(), turn) {
            self.turns.remove(&earlier);
        }
        self.turns.insert(turn, partition);
    }
}
