//! The quota of changes to topics: partitions created and deleted in a second, by each client.
//!
//! Requests of newer versions are held to it strictly: while the client owes, each further change is refused. Older
//! versions cannot be told so; their changes are made, and the client is held back.

use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use super::accounts::Accounts;
use super::bucket::TokenBucket;
use super::limits::{Client, Limits};
use super::rate::Window;
use super::throttle::Throttle;
use crate::env::Clock;

/// Tokens per client.
#[derive(Debug)]
pub struct MutationQuota {
    window: Window,
    limits: ArcSwap<Limits>,
    accounts: Accounts<TokenBucket>,
}

/// How a request is held to the quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Changes are refused while the client owes.
    Strict,
    /// Changes are made, and the client is held back.
    Permissive,
}

/// A change was refused: the client made too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the throttling quota has been exceeded")]
pub struct MutationsExceeded;

impl MutationQuota {
    /// Without limits yet.
    pub fn new(window: Window) -> MutationQuota {
        MutationQuota {
            window,
            limits: ArcSwap::default(),
            accounts: Accounts::default(),
        }
    }

    pub(super) fn set_limits(&self, limits: Limits) {
        self.limits.store(Arc::new(limits));
    }

    /// Takes a token for each of `count` changes.
    fn take(&self, client: Client<'_>, strictness: Strictness, count: usize, now_ms: i64) -> Taken {
        let limits = self.limits.load();
        let Some((account, limit)) = limits.find(client) else {
            return Taken::default();
        };
        let kept = self.accounts.counter(account, now_ms);
        let mut bucket = kept.counter.lock();
        if strictness == Strictness::Strict
            && let Some(debt_ms) = bucket.debt_ms(self.window, limit, now_ms)
        {
            return Taken {
                refused: true,
                throttle: Throttle::from_ms(debt_ms),
            };
        }
        bucket.take(self.window, limit, count as f64, now_ms);
        let debt_ms = match strictness {
            Strictness::Strict => None,
            Strictness::Permissive => bucket.debt_ms(self.window, limit, now_ms),
        };
        Taken {
            refused: false,
            throttle: Throttle::from_ms(debt_ms.unwrap_or(0)),
        }
    }
}

#[derive(Debug, Default)]
struct Taken {
    refused: bool,
    throttle: Throttle,
}

/// One request's account with the quota, handed to whoever makes the changes.
#[derive(Debug, Clone, Default)]
pub struct Mutations(Option<Arc<Limited>>);

#[derive(Debug)]
struct Limited {
    quota: Arc<MutationQuota>,
    user: Box<str>,
    client_id: Box<str>,
    strictness: Strictness,
    clock: Arc<dyn Clock>,
    /// The latest throttle, and when it was found, in ms.
    latest: Mutex<(Throttle, i64)>,
}

impl Mutations {
    /// No limit: the broker's own changes, and everybody's while there is no quota.
    pub const fn unlimited() -> Mutations {
        Mutations(None)
    }

    /// The account of a client's request.
    pub fn limited(
        quota: Arc<MutationQuota>,
        client: Client<'_>,
        strictness: Strictness,
        clock: Arc<dyn Clock>,
    ) -> Mutations {
        Mutations(Some(Arc::new(Limited {
            quota,
            user: client.user.into(),
            client_id: client.client_id.into(),
            strictness,
            clock,
            latest: Mutex::default(),
        })))
    }

    /// Accounts for `count` partitions that are to be created or deleted.
    pub fn take(&self, count: usize) -> Result<(), MutationsExceeded> {
        let Some(limited) = &self.0 else { return Ok(()) };
        let client = Client {
            user: &limited.user,
            client_id: &limited.client_id,
        };
        let now_ms = monotonic_ms(limited.clock.as_ref());
        let taken = limited.quota.take(client, limited.strictness, count, now_ms);
        if !taken.throttle.is_none() {
            *limited.latest.lock() = (taken.throttle, now_ms);
        }
        match taken.refused {
            true => Err(MutationsExceeded),
            false => Ok(()),
        }
    }

    /// How long the client is to be held back from now on: a request may have waited since its throttle was found.
    pub fn throttle(&self) -> Throttle {
        let Some(limited) = &self.0 else { return Throttle::NONE };
        let (throttle, found_at_ms) = *limited.latest.lock();
        let passed_ms = monotonic_ms(limited.clock.as_ref()).saturating_sub(found_at_ms);
        Throttle::from_ms(i64::from(throttle.ms()).saturating_sub(passed_ms))
    }
}

/// The time that quotas are measured by, in ms.
pub fn monotonic_ms(clock: &dyn Clock) -> i64 {
    i64::try_from(clock.monotonic().as_millis()).unwrap_or(i64::MAX)
}
