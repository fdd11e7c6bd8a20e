//! What is counted for each account: found by name without allocating, forgotten when it is not used.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;

use super::limits::Account;
use crate::limits::QUOTA_ACCOUNTS_MAX;

/// An account that nobody used for so long is forgotten, as in Kafka: an hour.
const FORGOTTEN_AFTER_MS: i64 = 3_600_000;

/// Counters by user and client id.
#[derive(Debug)]
pub(super) struct Accounts<T> {
    kept: Mutex<Map<T>>,
}

/// The counter of one account.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pub counter: Mutex<T>,
    used_at_ms: AtomicI64,
}

impl<T> Default for Accounts<T> {
    fn default() -> Accounts<T> {
        Accounts { kept: Mutex::default() }
    }
}

impl<T: Default> Accounts<T> {
    /// The counter of an account, a new one if there is none.
    pub fn counter(&self, account: Account<'_>, now_ms: i64) -> Arc<Kept<T>> {
        let mut kept = self.kept.lock();
        let found = kept
            .get(account.user)
            .and_then(|clients| clients.get(account.client_id))
            .cloned();
        if let Some(found) = found {
            found.used_at_ms.store(now_ms, Ordering::Relaxed);
            return found;
        }
        make_room(&mut kept, now_ms);
        let new = Arc::new(Kept {
            counter: Mutex::default(),
            used_at_ms: AtomicI64::new(now_ms),
        });
        let clients = kept.entry(Arc::from(account.user)).or_default();
        clients.insert(Arc::from(account.client_id), Arc::clone(&new));
        new
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        count(&self.kept.lock())
    }
}

type Map<T> = HashMap<Arc<str>, HashMap<Arc<str>, Arc<Kept<T>>>>;

fn count<T>(kept: &Map<T>) -> usize {
    kept.values().map(HashMap::len).sum()
}

/// With too many accounts the idle ones go, and when all are in use, those that were used least lately: whoever invents
/// client ids loses what was counted for them, and costs no more memory.
fn make_room<T>(kept: &mut Map<T>, now_ms: i64) {
    if count(kept) < QUOTA_ACCOUNTS_MAX {
        return;
    }
    keep(kept, |used_at_ms| {
        now_ms.saturating_sub(used_at_ms) < FORGOTTEN_AFTER_MS
    });
    let mut times: Vec<i64> = kept
        .values()
        .flat_map(HashMap::values)
        .map(|kept| kept.used_at_ms.load(Ordering::Relaxed))
        .collect();
    if times.len() >= QUOTA_ACCOUNTS_MAX {
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or(now_ms);
        keep(kept, |used_at_ms| used_at_ms > median);
    }
}

fn keep<T>(kept: &mut Map<T>, worth: impl Fn(i64) -> bool) {
    kept.retain(|_, clients| {
        clients.retain(|_, kept| worth(kept.used_at_ms.load(Ordering::Relaxed)));
        !clients.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::Client;

    fn client(client_id: &str) -> Client<'_> {
        Client { user: "u", client_id }
    }

    #[test]
    fn invented_client_ids_cost_bounded_memory_and_the_busy_account_stays() {
        let accounts = Accounts::<u64>::default();
        for step in 0..2 * QUOTA_ACCOUNTS_MAX {
            let now_ms = i64::try_from(step).unwrap();
            accounts.counter(client(&format!("c{step}")), now_ms);
            if step % 1_000 == 0 {
                *accounts.counter(client("busy"), now_ms).counter.lock() += 1;
                assert!(accounts.len() <= QUOTA_ACCOUNTS_MAX);
            }
        }
        let busy = accounts.counter(client("busy"), i64::MAX);
        assert_eq!(*busy.counter.lock(), (2 * QUOTA_ACCOUNTS_MAX).div_ceil(1_000) as u64);
    }

    #[test]
    fn accounts_without_use_for_an_hour_go_when_room_is_needed() {
        let accounts = Accounts::<u64>::default();
        for number in 0..QUOTA_ACCOUNTS_MAX {
            accounts.counter(client(&number.to_string()), 0);
        }
        accounts.counter(client("new"), FORGOTTEN_AFTER_MS);
        assert_eq!(accounts.len(), 1);
    }
}
