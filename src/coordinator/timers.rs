//! What is due when, for one machine. Pure: whoever owns it asks and tells the time.
//!
//! Entries are never taken back. An entry that comes due names a thing; its owner looks whether the thing is really due
//! by then, and puts in another entry if it is due later. So a heartbeat, which moves a deadline away, costs nothing here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Things of kind `K` by when they are due.
#[derive(Debug)]
pub struct Timers<K> {
    heap: BinaryHeap<Reverse<(Duration, K)>>,
}

impl<K: Ord> Default for Timers<K> {
    fn default() -> Timers<K> {
        Timers {
            heap: BinaryHeap::new(),
        }
    }
}

impl<K: Ord> Timers<K> {
    /// Has `key` come due at `at` (monotonic).
    pub fn add(&mut self, at: Duration, key: K) {
        self.heap.push(Reverse((at, key)));
    }

    /// The next thing that is due by `now`, taken out.
    pub fn pop_due(&mut self, now: Duration) -> Option<K> {
        let Reverse((at, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, key))| key)
    }

    /// When the next thing is due.
    pub fn next(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_out_in_order_and_nothing_before_its_time() {
        let at = Duration::from_millis;
        let mut timers = Timers::default();
        for (due, key) in [(30, 'c'), (10, 'a'), (20, 'b')] {
            timers.add(at(due), key);
        }
        assert_eq!(timers.next(), Some(at(10)));
        assert_eq!(timers.pop_due(at(9)), None);
        assert_eq!(timers.pop_due(at(20)), Some('a'));
        assert_eq!(timers.pop_due(at(20)), Some('b'));
        assert_eq!(timers.pop_due(at(20)), None);
        assert_eq!(timers.next(), Some(at(30)));
    }
}
