//! What a request costs its client by the quotas, and for how long the client is held back for it.
//!
//! The answer goes out at once and says how long that is; the connection then reads nothing for that time (KIP-219).
//! While nobody has a limit, a request costs one load and nothing here is made.

use std::sync::Arc;
use std::time::Duration;

use dmq_protocol::header::RequestHeader;
use parking_lot::Mutex;

use super::{ConnectionInfo, Handles};
use crate::quota::{ActiveQuotas, Client, Mutations, Strictness, Throttle, monotonic_ms};

/// The principal of whoever did not authenticate.
pub const ANONYMOUS: &str = "ANONYMOUS";

/// One request's costs. `None`: nobody has a limit.
pub(super) type Meter = Option<Arc<Metered>>;

/// The costs of a request by a client that may have limits.
#[derive(Debug)]
pub(super) struct Metered {
    handles: Arc<Handles>,
    active: ActiveQuotas,
    user: Box<str>,
    client_id: Box<str>,
    /// The length of the request, header and body.
    request_bytes: usize,
    time: Mutex<Time>,
}

/// The time that a network thread spent on the request.
#[derive(Debug)]
struct Time {
    since: Option<Duration>,
    spent: Duration,
}

/// The meter of a request.
pub(super) fn meter(handles: &Arc<Handles>, _: &ConnectionInfo, header: &RequestHeader, request_bytes: usize) -> Meter {
    let active = handles.quotas.active();
    if active.none() {
        return None;
    }
    Some(Arc::new(Metered {
        active,
        user: ANONYMOUS.into(),
        client_id: header.client_id.as_deref().unwrap_or_default().into(),
        request_bytes,
        time: Mutex::new(Time {
            since: active.request().then(|| handles.clock.monotonic()),
            spent: Duration::ZERO,
        }),
        handles: Arc::clone(handles),
    }))
}

/// How the request's changes to topics are accounted for: strictly from version `strict_since` on.
pub(super) fn mutations(meter: &Meter, version: i16, strict_since: i16) -> Mutations {
    match meter {
        Some(metered) if metered.active.mutations() => Mutations::limited(
            Arc::clone(&metered.handles.quotas.mutations),
            metered.client(),
            match version >= strict_since {
                true => Strictness::Strict,
                false => Strictness::Permissive,
            },
            Arc::clone(&metered.handles.clock),
        ),
        _ => Mutations::unlimited(),
    }
}

impl Metered {
    fn client(&self) -> Client<'_> {
        Client {
            user: &self.user,
            client_id: &self.client_id,
        }
    }

    fn now_ms(&self) -> i64 {
        monotonic_ms(self.handles.clock.as_ref())
    }

    /// The thread turns to something else; the request waits.
    pub fn pause(&self) {
        let mut time = self.time.lock();
        if let Some(since) = time.since.take() {
            time.spent += self.handles.clock.monotonic().saturating_sub(since);
        }
    }

    /// The thread goes on with the request.
    pub fn resume(&self) {
        if self.active.request() {
            self.time.lock().since = Some(self.handles.clock.monotonic());
        }
    }

    fn take_spent_percent(&self) -> f64 {
        self.pause();
        let spent = std::mem::take(&mut self.time.lock().spent);
        spent.as_secs_f64() * 100.0
    }

    /// Charges the time that was spent so far.
    pub fn charge_time(&self) -> Throttle {
        if !self.active.request() {
            return Throttle::NONE;
        }
        let percent = self.take_spent_percent();
        let throttle = self
            .handles
            .quotas
            .request
            .charge(self.client(), percent, self.now_ms());
        self.resume();
        throttle
    }

    /// Notes the time that was spent since it was charged, for the client's next request.
    pub fn note_time(&self) {
        if self.active.request() {
            let percent = self.take_spent_percent();
            self.handles.quotas.request.note(self.client(), percent, self.now_ms());
        }
    }

    /// Charges the request's bytes as produced ones.
    pub fn charge_produced(&self) -> Throttle {
        if !self.active.produce() {
            return Throttle::NONE;
        }
        let bytes = self.request_bytes as f64;
        self.handles.quotas.produce.charge(self.client(), bytes, self.now_ms())
    }

    /// Charges an answer of so many bytes, and the time for it. With a throttle the records must not be sent, and their
    /// bytes count for nothing: the client will ask for them again.
    pub fn charge_fetched(&self, bytes: usize) -> Throttle {
        let time = self.charge_time();
        if !self.active.fetch() {
            return time;
        }
        let (bytes, now_ms) = (bytes as f64, self.now_ms());
        let fetch = &self.handles.quotas.fetch;
        let throttle = fetch.charge(self.client(), bytes, now_ms).max(time);
        if !throttle.is_none() {
            fetch.note(self.client(), -bytes, now_ms);
        }
        throttle
    }

    /// The most bytes that can be fetched at once without a sure throttle.
    pub fn fetched_bytes_max(&self) -> u64 {
        if !self.active.fetch() {
            return u64::MAX;
        }
        // Kafka's numbers there have 31 bits; the cast saturates.
        let most = self.handles.quotas.fetch.most_at_once(self.client());
        (most as u64).min(i32::MAX as u64)
    }
}
