//! Tokens that come in at a steady rate and are taken in lumps: how Kafka counts changes of topics.
//!
//! A bucket holds what a whole window brings; taking more than there is leaves a debt, which is paid off before anything
//! may be taken again.

use super::rate::{Window, rounded};

/// Tokens, which may be owed.
#[derive(Debug, Clone, Default)]
pub struct TokenBucket {
    tokens: f64,
    /// None: never used, and full.
    refilled_at_ms: Option<i64>,
}

impl TokenBucket {
    /// How long, in ms, until a debt is paid off at `limit` tokens a second; `None` without a debt.
    pub fn debt_ms(&mut self, window: Window, limit: f64, now_ms: i64) -> Option<i64> {
        self.refill(window, limit, now_ms);
        (self.tokens < 0.0).then(|| rounded(-self.tokens / limit * 1_000.0))
    }

    /// Takes tokens, if need be on credit.
    pub fn take(&mut self, window: Window, limit: f64, tokens: f64, now_ms: i64) {
        self.refill(window, limit, now_ms);
        self.tokens = (self.tokens - tokens).min(window.seconds() * limit);
    }

    fn refill(&mut self, window: Window, limit: f64, now_ms: i64) {
        let full = window.seconds() * limit;
        self.tokens = match self.refilled_at_ms {
            Some(before) => {
                let seconds = now_ms.saturating_sub(before) as f64 / 1_000.0;
                (self.tokens + seconds * limit).min(full)
            }
            None => full,
        };
        self.refilled_at_ms = Some(now_ms);
    }
}
