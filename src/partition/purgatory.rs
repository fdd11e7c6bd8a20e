//! Requests parked at partitions until something happens there: produces until their records are committed, fetches
//! until there is something new to read.
//!
//! A parked request costs no thread. Deadlines belong to the request, not to this page: whoever waits drops its ticket.
//!
//! Race: a request checks the partition, finds nothing, parks, and the event falls in between. So the check is repeated
//! under the purgatory's lock for produces ([`CommitQueue::park`]), and after parking for fetches ([`ReaderSet`]).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::PartitionError;
use crate::ids::Offset;

/// How a parked produce ended for one of its partitions.
pub type Commitment = Result<(), PartitionError>;

/// One request waiting for several partitions: a slot each, and one wake-up when the last is settled.
#[derive(Debug)]
pub struct CommitWait {
    open: AtomicUsize,
    settled: Mutex<Vec<Option<Commitment>>>,
    all_settled: Notify,
}

impl CommitWait {
    /// A wait for `slots` partitions.
    pub fn new(slots: usize) -> Arc<CommitWait> {
        let settled = Mutex::new(vec![None; slots]);
        Arc::new(CommitWait {
            open: AtomicUsize::new(slots),
            settled,
            all_settled: Notify::new(),
        })
    }

    /// Settles one slot; only the first word counts.
    pub fn settle(&self, slot: usize, commitment: Commitment) {
        let mut settled = self.settled.lock();
        let Some(place @ None) = settled.get_mut(slot) else {
            return;
        };
        *place = Some(commitment);
        drop(settled);
        if self.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.all_settled.notify_one();
        }
    }

    /// Resolves when every slot is settled.
    pub async fn wait(&self) {
        while self.open.load(Ordering::Acquire) > 0 {
            self.all_settled.notified().await;
        }
    }

    /// The slots as they stand; `None`: still waiting.
    pub fn outcome(&self) -> Vec<Option<Commitment>> {
        self.settled.lock().clone()
    }
}

/// A partition's parked produces, by the offset that each waits for.
#[derive(Debug, Default)]
pub struct CommitQueue {
    parked: Mutex<BinaryHeap<Reverse<Parked>>>,
}

#[derive(Debug)]
struct Parked {
    needed: Offset,
    slot: usize,
    wait: Arc<CommitWait>,
}

impl PartialEq for Parked {
    fn eq(&self, other: &Parked) -> bool {
        self.needed == other.needed
    }
}

impl Eq for Parked {}

impl PartialOrd for Parked {
    fn partial_cmp(&self, other: &Parked) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Parked {
    fn cmp(&self, other: &Parked) -> std::cmp::Ordering {
        self.needed.cmp(&other.needed)
    }
}

impl CommitQueue {
    /// Parks a slot until everything below `needed` is committed; `committed` is read under the lock.
    pub fn park(&self, needed: Offset, slot: usize, wait: &Arc<CommitWait>, committed: impl FnOnce() -> Offset) {
        let mut parked = self.parked.lock();
        if committed() >= needed {
            drop(parked);
            wait.settle(slot, Ok(()));
            return;
        }
        parked.push(Reverse(Parked {
            needed,
            slot,
            wait: Arc::clone(wait),
        }));
    }

    /// Settles what waited for offsets up to `committed`.
    pub fn advance(&self, committed: Offset) {
        let mut parked = self.parked.lock();
        while parked.peek().is_some_and(|Reverse(first)| first.needed <= committed) {
            if let Some(Reverse(first)) = parked.pop() {
                first.wait.settle(first.slot, Ok(()));
            }
        }
    }

    /// Settles everything that waits, since it will not be committed here.
    pub fn fail(&self, error: &PartitionError) {
        for Reverse(parked) in std::mem::take(&mut *self.parked.lock()) {
            parked.wait.settle(parked.slot, Err(error.clone()));
        }
    }
}

/// The fetches that want to know when there is something new to read.
#[derive(Debug, Default)]
pub struct ReaderSet {
    readers: Mutex<Vec<Arc<Notify>>>,
}

impl ReaderSet {
    /// Adds a reader; it must look once more at the partition afterwards, since the news may have come just before.
    pub fn add(&self, reader: &Arc<Notify>) {
        self.readers.lock().push(Arc::clone(reader));
    }

    /// Takes a reader out again.
    pub fn remove(&self, reader: &Arc<Notify>) {
        let mut readers = self.readers.lock();
        if let Some(place) = readers.iter().position(|known| Arc::ptr_eq(known, reader)) {
            readers.swap_remove(place);
        }
        if readers.is_empty() {
            *readers = Vec::new();
        }
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.readers.lock().is_empty()
    }

    /// Tells every reader that there is something new.
    pub fn wake(&self) {
        for reader in self.readers.lock().iter() {
            reader.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn produces_are_settled_in_offset_order_and_only_up_to_what_is_committed() {
        let queue = CommitQueue::default();
        let wait = CommitWait::new(3);
        for (slot, needed) in [(0, 30), (1, 10), (2, 20)] {
            queue.park(Offset(needed), slot, &wait, || Offset(5));
        }
        queue.advance(Offset(20));
        assert_eq!(wait.outcome(), [None, Some(Ok(())), Some(Ok(()))]);
        queue.fail(&PartitionError::StorageFailed);
        assert_eq!(wait.outcome().first(), Some(&Some(Err(PartitionError::StorageFailed))));
    }

    #[test]
    fn a_commit_that_came_before_parking_is_not_missed() {
        let queue = CommitQueue::default();
        let wait = CommitWait::new(1);
        queue.park(Offset(10), 0, &wait, || Offset(10));
        assert_eq!(wait.outcome(), [Some(Ok(()))]);
    }

    #[tokio::test]
    async fn the_last_slot_wakes_the_request() {
        let wait = CommitWait::new(2);
        let waiting = tokio::spawn({
            let wait = Arc::clone(&wait);
            async move { wait.wait().await }
        });
        wait.settle(0, Ok(()));
        wait.settle(0, Ok(()));
        wait.settle(1, Err(PartitionError::StorageFailed));
        waiting.await.unwrap();
    }

    #[test]
    fn readers_leave_no_trace() {
        let readers = ReaderSet::default();
        let (one, two) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        readers.add(&one);
        readers.add(&two);
        readers.remove(&one);
        readers.remove(&one);
        assert_eq!(readers.readers.lock().len(), 1);
        readers.remove(&two);
        assert_eq!(readers.readers.lock().capacity(), 0);
    }
}
