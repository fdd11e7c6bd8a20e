//! How many connections there are, and whether one more may come.
//!
//! Counted in total, per listener and per address of the peer; a [`Permit`] is one connection, counted off on drop.
//! Where the broker or the listener is full, a new connection waits for another one's end; where its address has enough,
//! it is refused. Asked once per connection, so one lock is enough.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::config::ConnectionLimits;

/// The counts of all listeners.
#[derive(Debug)]
pub struct Admission {
    limits: ArcSwap<Limits>,
    counts: Mutex<Counts>,
    freed: Notify,
}

/// Why a connection is not admitted now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// `max.connections` is reached.
    Broker,
    /// The listener's own maximum is reached.
    Listener,
    /// The peer's address has as many as it may.
    Address,
}

#[derive(Debug)]
struct Limits {
    connections: ConnectionLimits,
    /// By the listeners' numbers.
    listener_maxima: Vec<usize>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    per_listener: HashMap<usize, usize>,
    per_address: HashMap<IpAddr, usize>,
}

/// One admitted connection.
#[derive(Debug)]
pub(super) struct Permit {
    admission: Arc<Admission>,
    listener: usize,
    address: IpAddr,
}

impl Admission {
    /// `listener_maxima`: by the listeners' numbers.
    pub(super) fn new(limits: ConnectionLimits, listener_maxima: Vec<usize>) -> Arc<Admission> {
        Arc::new(Admission {
            limits: ArcSwap::from_pointee(Limits {
                connections: limits,
                listener_maxima,
            }),
            counts: Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// Puts other limits in force; connections that there are already stay. `listener_maxima`: by the listeners' numbers.
    pub fn set_limits(&self, connections: ConnectionLimits, listener_maxima: Vec<usize>) {
        self.limits.store(Arc::new(Limits {
            connections,
            listener_maxima,
        }));
        self.freed.notify_waiters();
    }

    /// Told whenever a connection has ended.
    pub(super) fn freed(&self) -> &Notify {
        &self.freed
    }

    /// Whether the broker or the listener is full.
    pub(super) fn full(&self, listener: usize) -> Option<Denied> {
        self.full_with(&self.counts.lock(), listener)
    }

    fn full_with(&self, counts: &Counts, listener: usize) -> Option<Denied> {
        let limits = self.limits.load();
        let listener_max = limits.listener_maxima.get(listener).copied().unwrap_or(usize::MAX);
        match () {
            () if counts.total >= limits.connections.max => Some(Denied::Broker),
            () if counts.per_listener.get(&listener).copied().unwrap_or(0) >= listener_max => Some(Denied::Listener),
            () => None,
        }
    }

    /// Counts a connection, unless a limit is reached.
    pub(super) fn admit(self: &Arc<Admission>, listener: usize, peer: IpAddr) -> Result<Permit, Denied> {
        let address = peer.to_canonical();
        let limits = self.limits.load();
        let own_max = limits.connections.per_ip_overrides.get(&address).copied();
        let address_max = own_max.unwrap_or(limits.connections.per_ip_max);
        let mut counts = self.counts.lock();
        if let Some(full) = self.full_with(&counts, listener) {
            return Err(full);
        }
        if counts.per_address.get(&address).copied().unwrap_or(0) >= address_max {
            return Err(Denied::Address);
        }
        counts.total += 1;
        *counts.per_listener.entry(listener).or_default() += 1;
        *counts.per_address.entry(address).or_default() += 1;
        Ok(Permit {
            admission: Arc::clone(self),
            listener,
            address,
        })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = self.admission.counts.lock();
        counts.total = counts.total.saturating_sub(1);
        if let Some(count) = counts.per_listener.get_mut(&self.listener) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = counts.per_address.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.per_address.remove(&self.address);
            }
        }
        drop(counts);
        self.admission.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn limits(max: usize, per_ip_max: usize) -> ConnectionLimits {
        ConnectionLimits {
            max,
            per_ip_max,
            per_ip_overrides: HashMap::from([(ip("10.0.0.9"), 0)]),
        }
    }

    #[test]
    fn each_limit_refuses_for_its_own_reason_and_a_closed_connection_makes_room() {
        let admission = Admission::new(limits(3, 2), vec![usize::MAX, 1]);
        let first = admission.admit(0, ip("10.0.0.1")).unwrap();
        let _second = admission.admit(0, ip("10.0.0.1")).unwrap();
        assert_eq!(admission.admit(0, ip("10.0.0.1")).unwrap_err(), Denied::Address);
        assert_eq!(admission.admit(0, ip("::ffff:10.0.0.1")).unwrap_err(), Denied::Address);
        assert_eq!(admission.admit(0, ip("10.0.0.9")).unwrap_err(), Denied::Address);
        let third = admission.admit(1, ip("10.0.0.2")).unwrap();
        assert_eq!(admission.admit(0, ip("10.0.0.3")).unwrap_err(), Denied::Broker);
        drop(first);
        assert_eq!(admission.admit(1, ip("10.0.0.3")).unwrap_err(), Denied::Listener);
        drop(third);
        assert!(admission.admit(1, ip("10.0.0.3")).is_ok());
        let _again = admission.admit(0, ip("10.0.0.1")).unwrap();
    }

    #[test]
    fn addresses_without_connections_are_forgotten() {
        let admission = Admission::new(limits(10, 2), vec![10]);
        drop(admission.admit(0, ip("10.0.0.1")).unwrap());
        assert!(admission.counts.lock().per_address.is_empty());
    }
}
