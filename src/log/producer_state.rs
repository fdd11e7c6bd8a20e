//! What a log remembers of its idempotent and transactional producers, to recognise repeated and missing batches and to
//! know which transactions are open.
//!
//! Pure: it is asked before an append whether the batch may come ([`ProducerStates::check`]) and told after it that it
//! did ([`ProducerStates::apply`]); recovery is `apply` in a loop. Kafka's rules: an unknown producer may begin with any
//! sequence, a new epoch begins with 0, sequences wrap from `i32::MAX` to 0, of each producer the last five batches are
//! remembered. Invariant: `ongoing` holds exactly the transactions that some producer's entry names as begun.

use std::collections::{BTreeMap, HashMap, VecDeque};

use dmq_protocol::records::BatchHeader;

use super::{AppendOrigin, LogError, ProducerStatus};
use crate::ids::{Offset, ProducerEpoch, ProducerId, Sequence};
use crate::limits::PRODUCER_BATCHES_MAX;

const NO_EPOCH: i16 = -1;
const NO_SEQUENCE: i32 = -1;

/// A batch that a producer wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BatchMark {
    pub(super) last_sequence: i32,
    pub(super) last_offset: Offset,
    pub(super) offset_delta: i32,
    pub(super) timestamp_ms: i64,
}

impl BatchMark {
    pub(super) fn first_sequence(&self) -> i32 {
        // Sequences wrap at 2³¹, so that a first one may be larger than the last.
        let wide = i64::from(self.last_sequence) - i64::from(self.offset_delta);
        i32::try_from(wide.rem_euclid(1 << 31)).unwrap_or(NO_SEQUENCE)
    }

    pub(super) fn first_offset(&self) -> Offset {
        self.last_offset.plus(-i64::from(self.offset_delta))
    }
}

/// One producer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProducerEntry {
    pub(super) epoch: i16,
    pub(super) coordinator_epoch: i32,
    pub(super) last_timestamp_ms: i64,
    pub(super) transaction_start: Option<Offset>,
    /// Oldest first.
    pub(super) batches: VecDeque<BatchMark>,
}

impl ProducerEntry {
    fn new() -> ProducerEntry {
        ProducerEntry {
            epoch: NO_EPOCH,
            coordinator_epoch: -1,
            last_timestamp_ms: -1,
            transaction_start: None,
            batches: VecDeque::new(),
        }
    }

    pub(super) fn last_sequence(&self) -> i32 {
        self.batches.back().map_or(NO_SEQUENCE, |last| last.last_sequence)
    }

    fn enter_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.batches.clear();
            self.epoch = epoch;
        }
    }
}

/// The end of a transaction, from its marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndMarker {
    pub(super) committed: bool,
    pub(super) coordinator_epoch: i32,
}

/// What a producer's batch is to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    New,
    Duplicate(BatchMark),
}

/// What compaction must leave of a producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastRecord {
    /// The last record that is no marker; none if only markers are known.
    pub(super) data_offset: Option<Offset>,
    pub(super) epoch: i16,
}

/// A transaction that a marker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EndedTransaction {
    pub(super) producer_id: ProducerId,
    pub(super) first: Offset,
    /// The marker's offset.
    pub(super) last: Offset,
    pub(super) committed: bool,
    /// Where the first transaction that is still open begins, or else the offset after the marker.
    pub(super) last_stable: Offset,
}

/// All producers of one log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ProducerStates {
    producers: HashMap<ProducerId, ProducerEntry>,
    /// Open transactions by their first offset.
    ongoing: BTreeMap<Offset, ProducerId>,
    /// Ended ones by their first offset, with the marker's, until the high watermark has passed the marker.
    unreplicated: BTreeMap<Offset, Offset>,
}

impl ProducerStates {
    pub(super) fn is_empty(&self) -> bool {
        self.producers.is_empty()
    }

    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = (ProducerId, &ProducerEntry)> {
        self.producers.iter().map(|(id, entry)| (*id, entry))
    }

    /// Takes an entry from a snapshot.
    pub(super) fn load(&mut self, id: ProducerId, entry: ProducerEntry) {
        if let Some(start) = entry.transaction_start {
            self.ongoing.insert(start, id);
        }
        self.producers.insert(id, entry);
    }

    /// Judges a batch of a producer before it is written. `marker` is the end marker that a control batch holds.
    pub(super) fn check(
        &self,
        header: &BatchHeader,
        marker: Option<EndMarker>,
        origin: AppendOrigin,
    ) -> Result<Verdict, LogError> {
        let producer_id = ProducerId(header.producer_id);
        let Some(entry) = self.producers.get(&producer_id) else {
            return Ok(Verdict::New);
        };
        if origin == AppendOrigin::Client
            && let Some(mark) = duplicate_of(entry, header)
        {
            return Ok(Verdict::Duplicate(mark));
        }
        if origin == AppendOrigin::Replication {
            return Ok(Verdict::New);
        }
        if header.producer_epoch < entry.epoch {
            let (current, got) = (ProducerEpoch(entry.epoch), ProducerEpoch(header.producer_epoch));
            return Err(LogError::InvalidProducerEpoch {
                producer_id,
                current,
                got,
            });
        }
        if let Some(marker) = marker {
            if marker.coordinator_epoch < entry.coordinator_epoch {
                let (current, got) = (entry.coordinator_epoch, marker.coordinator_epoch);
                return Err(LogError::CoordinatorFenced {
                    producer_id,
                    current,
                    got,
                });
            }
            return Ok(Verdict::New);
        }
        if origin == AppendOrigin::Client {
            check_sequence(producer_id, entry, header)?;
        }
        if entry.transaction_start.is_some() && !header.attributes.is_transactional() {
            return Err(LogError::InvalidTransactionState { producer_id });
        }
        Ok(Verdict::New)
    }

    /// The sequence that the producer's next batch must begin with, unless its epoch is old.
    pub(super) fn next_sequence(&self, id: ProducerId, ProducerEpoch(epoch): ProducerEpoch) -> Sequence {
        let entry = self.producers.get(&id);
        Sequence(entry.map_or(0, |entry| expected_sequence(entry, epoch)))
    }

    /// Notes a batch of a producer that was written; the transaction that it ended, if it did.
    pub(super) fn apply(&mut self, header: &BatchHeader, marker: Option<EndMarker>) -> Option<EndedTransaction> {
        let id = ProducerId(header.producer_id);
        let entry = self.producers.entry(id).or_insert_with(ProducerEntry::new);
        let (first, last) = (Offset(header.base_offset), Offset(header.last_offset()));
        entry.enter_epoch(header.producer_epoch);
        entry.last_timestamp_ms = header.max_timestamp;
        if let Some(marker) = marker {
            entry.coordinator_epoch = marker.coordinator_epoch;
            return entry
                .transaction_start
                .take()
                .map(|start| self.end_transaction(id, start, first, marker));
        }
        if header.attributes.is_control() {
            return None;
        }
        if entry.batches.len() >= PRODUCER_BATCHES_MAX {
            entry.batches.pop_front();
        }
        entry.batches.push_back(BatchMark {
            last_sequence: header.last_sequence(),
            last_offset: last,
            offset_delta: header.last_offset_delta,
            timestamp_ms: header.max_timestamp,
        });
        if header.attributes.is_transactional() && entry.transaction_start.is_none() {
            entry.transaction_start = Some(first);
            self.ongoing.insert(first, id);
        }
        None
    }

    fn end_transaction(&mut self, id: ProducerId, start: Offset, last: Offset, marker: EndMarker) -> EndedTransaction {
        self.ongoing.remove(&start);
        self.unreplicated.insert(start, last);
        let last_stable = self.ongoing.keys().next().copied().unwrap_or(last.plus(1));
        EndedTransaction {
            producer_id: id,
            first: start,
            last,
            committed: marker.committed,
            last_stable,
        }
    }

    /// The first offset that read_committed readers must not see yet.
    pub(super) fn first_unstable(&self, high_watermark: Offset) -> Option<Offset> {
        let undecided = self.ongoing.keys().next().copied();
        let unreplicated = self
            .unreplicated
            .iter()
            .find(|(_, marker)| **marker >= high_watermark)
            .map(|(first, _)| *first);
        undecided.into_iter().chain(unreplicated).min()
    }

    /// Whether no transaction holds readers back, so that the question need not be asked.
    pub(super) fn has_no_transactions(&self) -> bool {
        self.ongoing.is_empty() && self.unreplicated.is_empty()
    }

    /// Forgets ended transactions whose markers every replica has.
    pub(super) fn on_high_watermark(&mut self, high_watermark: Offset) {
        self.unreplicated.retain(|_, marker| *marker >= high_watermark);
    }

    /// Forgets producers that were idle for `expiration_ms` and have no open transaction.
    pub(super) fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        self.producers.retain(|_, entry| {
            entry.transaction_start.is_some() || now_ms.saturating_sub(entry.last_timestamp_ms) < expiration_ms
        });
    }

    /// What must stay of each producer.
    pub(super) fn last_records(&self) -> HashMap<ProducerId, LastRecord> {
        let last = |(id, entry): (ProducerId, &ProducerEntry)| {
            let data_offset = entry.batches.back().map(|mark| mark.last_offset);
            let epoch = entry.epoch;
            (id, LastRecord { data_offset, epoch })
        };
        self.entries().map(last).collect()
    }

    pub(super) fn status(&self) -> Vec<ProducerStatus> {
        let status = |(id, entry): (ProducerId, &ProducerEntry)| ProducerStatus {
            producer_id: id,
            producer_epoch: ProducerEpoch(entry.epoch),
            last_sequence: Sequence(entry.last_sequence()),
            last_timestamp_ms: entry.last_timestamp_ms,
            coordinator_epoch: entry.coordinator_epoch,
            transaction_start: entry.transaction_start,
        };
        self.entries().map(status).collect()
    }
}

fn duplicate_of(entry: &ProducerEntry, header: &BatchHeader) -> Option<BatchMark> {
    if entry.epoch != header.producer_epoch {
        return None;
    }
    let same = |mark: &&BatchMark| {
        mark.first_sequence() == header.base_sequence && mark.last_sequence == header.last_sequence()
    };
    entry.batches.iter().find(same).copied()
}

/// The sequence that a batch of this epoch must begin with.
fn expected_sequence(entry: &ProducerEntry, epoch: i16) -> i32 {
    match entry.last_sequence() {
        // A new epoch, a producer of which only a marker is known, or the wrap-around.
        _ if epoch != entry.epoch => 0,
        NO_SEQUENCE | i32::MAX => 0,
        last => last + 1,
    }
}

fn check_sequence(producer_id: ProducerId, entry: &ProducerEntry, header: &BatchHeader) -> Result<(), LogError> {
    let expected = expected_sequence(entry, header.producer_epoch);
    if header.base_sequence == expected || entry.epoch == NO_EPOCH {
        return Ok(());
    }
    Err(LogError::OutOfOrderSequence {
        producer_id,
        expected: Sequence(expected),
        got: Sequence(header.base_sequence),
    })
}

#[cfg(test)]
mod tests;
