//! Bounds the memory of requests that are being received or wait for their answers, over all connections.
//!
//! A request's memory is reserved before its body is read and let go with the last reference to its bytes. As in Kafka,
//! a reservation is granted while anything is left, even if it takes more than that: so a large request is never
//! starved by small ones, and the bound is exceeded by one request at most. Who waits is served in order.
//! Invariant: `available` plus all living [`Reservation`]s is the total. `available` and `waiting` are each written by one
//! side and read by the other, hence their sequential consistency: a release sees who waits, or who waits sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// The bound; clones share it.
#[derive(Debug, Clone)]
pub struct MemoryBudget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    available: AtomicI64,
    /// Those who wait, so that nobody overtakes them.
    waiting: AtomicUsize,
    freed: Notify,
}

/// Memory that was granted; it is returned on drop.
#[derive(Debug)]
pub struct Reservation {
    bytes: i64,
    shared: Arc<Shared>,
}

impl MemoryBudget {
    /// A budget of `bytes`.
    pub fn new(bytes: usize) -> MemoryBudget {
        MemoryBudget {
            shared: Arc::new(Shared {
                available: AtomicI64::new(signed(bytes)),
                waiting: AtomicUsize::new(0),
                freed: Notify::new(),
            }),
        }
    }

    /// Bytes that are left; negative while more than the total is in use.
    pub fn available(&self) -> i64 {
        self.shared.available.load(Ordering::Relaxed)
    }

    /// Whether whoever wants memory has to wait now.
    pub fn is_exhausted(&self) -> bool {
        self.available() <= 0 || self.shared.waiting.load(Ordering::Relaxed) > 0
    }

    /// Reserves without waiting, unless that is necessary or others wait.
    pub fn try_reserve(&self, bytes: usize) -> Option<Reservation> {
        if self.shared.waiting.load(Ordering::Relaxed) > 0 {
            return None;
        }
        self.grant(bytes)
    }

    /// Counts memory that is in use already, whatever is left.
    pub fn charge(&self, bytes: usize) -> Reservation {
        let bytes = signed(bytes);
        self.shared.available.fetch_sub(bytes, Ordering::SeqCst);
        Reservation {
            bytes,
            shared: Arc::clone(&self.shared),
        }
    }

    /// Reserves, in turn. Dropping the future gives the turn to the next.
    pub async fn reserve(self, bytes: usize) -> Reservation {
        let _turn = Turn::take(&self.shared);
        loop {
            if let Some(reservation) = self.grant(bytes) {
                if self.available() > 0 {
                    self.shared.freed.notify_one();
                }
                return reservation;
            }
            self.shared.freed.notified().await;
        }
    }

    fn grant(&self, bytes: usize) -> Option<Reservation> {
        let bytes = signed(bytes);
        let take = |available: i64| (available > 0).then(|| available.saturating_sub(bytes));
        self.shared
            .available
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
            .ok()?;
        Some(Reservation {
            bytes,
            shared: Arc::clone(&self.shared),
        })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let before = self.shared.available.fetch_add(self.bytes, Ordering::SeqCst);
        if before.saturating_add(self.bytes) > 0 && self.shared.waiting.load(Ordering::SeqCst) > 0 {
            self.shared.freed.notify_one();
        }
    }
}

/// Counts one who waits, for as long as it does.
struct Turn<'a>(&'a Shared);

impl<'a> Turn<'a> {
    fn take(shared: &'a Shared) -> Turn<'a> {
        shared.waiting.fetch_add(1, Ordering::SeqCst);
        Turn(shared)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn what_is_dropped_is_available_again() {
        let budget = MemoryBudget::new(100);
        let first = budget.try_reserve(60).unwrap();
        let second = budget.try_reserve(60).unwrap();
        assert_eq!(budget.available(), -20);
        assert!(budget.is_exhausted());
        assert!(budget.try_reserve(1).is_none());
        drop(first);
        assert_eq!(budget.available(), 40);
        drop(second);
        assert_eq!(budget.available(), 100);
    }

    #[tokio::test]
    async fn who_waits_first_is_served_first_and_nobody_overtakes() {
        let budget = MemoryBudget::new(10);
        let held = budget.try_reserve(10).unwrap();
        let mut large = Box::pin(budget.clone().reserve(1_000));
        let mut small = Box::pin(budget.clone().reserve(1));
        assert!(large.as_mut().now_or_never().is_none());
        assert!(small.as_mut().now_or_never().is_none());
        drop(held);
        assert!(budget.try_reserve(1).is_none());
        let large = large.await;
        assert!(small.as_mut().now_or_never().is_none());
        drop(large);
        assert_eq!(small.await.bytes, 1);
        assert_eq!(budget.available(), 10);
    }

    #[tokio::test]
    async fn one_release_serves_all_who_fit() {
        let budget = MemoryBudget::new(10);
        let held = budget.try_reserve(10).unwrap();
        let waiting: Vec<_> = (0..5).map(|_| tokio::spawn(budget.clone().reserve(2))).collect();
        tokio::task::yield_now().await;
        drop(held);
        for waiter in waiting {
            drop(waiter.await.unwrap());
        }
        assert_eq!(budget.available(), 10);
        assert!(!budget.is_exhausted());
    }

    #[tokio::test]
    async fn one_who_gives_up_passes_the_turn_on() {
        let budget = MemoryBudget::new(10);
        let held = budget.try_reserve(10).unwrap();
        let mut first = Box::pin(budget.clone().reserve(1));
        let mut second = Box::pin(budget.clone().reserve(1));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        drop(held);
        drop(first);
        second.await;
        assert_eq!(budget.available(), 10);
    }
}
