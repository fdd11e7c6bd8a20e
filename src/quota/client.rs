//! One kind of quota that limits a rate per client: bytes produced, bytes fetched, time spent on requests.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::accounts::Accounts;
use super::limits::{Account, Client, Limits};
use super::rate::{Rate, Window};
use super::throttle::Throttle;

/// A rate limit per client, and what was counted against it.
#[derive(Debug)]
pub struct ClientQuota {
    window: Window,
    limits: ArcSwap<Limits>,
    accounts: Accounts<Rate>,
    /// The longest throttle; `None` without a bound.
    throttle_max_ms: Option<i64>,
}

impl ClientQuota {
    /// Without limits yet. Throttles have no bound: a client that went over pays for it to the end.
    pub fn new(window: Window) -> ClientQuota {
        ClientQuota {
            window,
            limits: ArcSwap::default(),
            accounts: Accounts::default(),
            throttle_max_ms: None,
        }
    }

    /// As [`ClientQuota::new`], with throttles of one sample's length at most.
    pub fn with_short_throttles(window: Window) -> ClientQuota {
        ClientQuota {
            throttle_max_ms: Some(window.sample_ms()),
            ..ClientQuota::new(window)
        }
    }

    /// New limits; what was counted stays.
    pub(super) fn set_limits(&self, limits: Limits) {
        self.limits.store(Arc::new(limits));
    }

    /// Counts `amount`, and says for how long the client is to be held back. Whatever is counted later pays as well.
    pub fn charge(&self, client: Client<'_>, amount: f64, now_ms: i64) -> Throttle {
        let excess = self.with_rate(client, now_ms, |window, limit, rate| {
            rate.record(window, amount, now_ms);
            rate.excess_ms(window, limit, now_ms)
        });
        let excess = excess.flatten().unwrap_or(0);
        Throttle::from_ms(self.throttle_max_ms.map_or(excess, |max| excess.min(max)))
    }

    /// Counts `amount` (negative takes back) for the next charge to see.
    pub fn note(&self, client: Client<'_>, amount: f64, now_ms: i64) {
        self.with_rate(client, now_ms, |window, _, rate| rate.record(window, amount, now_ms));
    }

    /// More than this at once is throttled even if nothing was counted before; infinite without a limit.
    pub fn most_at_once(&self, client: Client<'_>) -> f64 {
        let limits = self.limits.load();
        limits
            .find(client)
            .map_or(f64::INFINITY, |(_, limit)| limit * self.window.past_seconds())
    }

    fn with_rate<R>(
        &self,
        client: Client<'_>,
        now_ms: i64,
        act: impl FnOnce(Window, f64, &mut Rate) -> R,
    ) -> Option<R> {
        let limits = self.limits.load();
        let (account, limit): (Account<'_>, f64) = limits.find(client)?;
        let kept = self.accounts.counter(account, now_ms);
        let mut rate = kept.counter.lock();
        Some(act(self.window, limit, &mut rate))
    }
}
