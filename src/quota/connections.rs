//! How fast new connections may come: to the broker, to each listener, from each address.
//!
//! Over the broker's or a listener's rate the listener takes its next connection later. Over an address's rate that
//! connection is closed after a while, and counts for none of the rates.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::limits::IP;
use super::rate::{Rate, Window};
use super::throttle::Throttle;
use crate::limits::QUOTA_ACCOUNTS_MAX;
use crate::metadata::ClientQuotasImage;

/// The quota of new connections from an address, in one second.
pub const CONNECTION_CREATION_RATE: &str = "connection_creation_rate";

/// The rates of new connections, and their limits.
#[derive(Debug)]
pub struct ConnectionRates {
    window: Window,
    /// Whether anything is limited at all.
    limited: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    broker: Limited,
    listeners: Vec<Limited>,
    address_limits: HashMap<IpAddr, f64>,
    /// Limits of hosts by name, until their addresses are known.
    host_limits: HashMap<Arc<str>, f64>,
    default_address_limit: Option<f64>,
    addresses: HashMap<IpAddr, Rate>,
}

/// A rate with its limit, if there is one.
#[derive(Debug, Default)]
struct Limited {
    limit: Option<f64>,
    rate: Rate,
}

impl Limited {
    fn record(&mut self, window: Window, now_ms: i64) -> i64 {
        let Some(limit) = self.limit else { return 0 };
        self.rate.record(window, 1.0, now_ms);
        self.rate.excess_ms(window, limit, now_ms).unwrap_or(0)
    }

    fn take_back(&mut self, window: Window, now_ms: i64) {
        if self.limit.is_some() {
            self.rate.record(window, -1.0, now_ms);
        }
    }
}

impl Default for ConnectionRates {
    fn default() -> ConnectionRates {
        ConnectionRates::new(Window::default(), None, Vec::new())
    }
}

impl ConnectionRates {
    /// With the limits of `max.connection.creation.rate`, for the broker and for each listener in order.
    pub fn new(window: Window, broker: Option<u32>, listeners: Vec<Option<u32>>) -> ConnectionRates {
        let rates = ConnectionRates {
            window,
            limited: AtomicBool::new(false),
            state: Mutex::default(),
        };
        rates.change(|state| {
            state.broker.limit = broker.map(f64::from);
            let limited = |limit: Option<u32>| Limited {
                limit: limit.map(f64::from),
                rate: Rate::default(),
            };
            state.listeners = listeners.into_iter().map(limited).collect();
        });
        rates
    }

    /// A new limit for the whole broker; what was counted stays.
    pub fn set_broker_limit(&self, limit: Option<u32>) {
        self.change(|state| state.broker.limit = limit.map(f64::from));
    }

    /// What the image says of addresses. The hosts that it names are returned: nothing is looked up here, see
    /// [`ConnectionRates::host_is`].
    pub fn set_address_limits(&self, image: &ClientQuotasImage) -> Vec<Arc<str>> {
        let (mut limits, mut default, mut hosts) = (HashMap::new(), None, HashMap::new());
        for (entity, values) in image.iter() {
            let (Some(name), Some(limit)) = (entity.get(IP), values.get(CONNECTION_CREATION_RATE)) else {
                continue;
            };
            match name.as_ref().map(|name| (name, name.parse::<IpAddr>())) {
                None => default = Some(*limit),
                Some((_, Ok(address))) => drop(limits.insert(address.to_canonical(), *limit)),
                Some((name, Err(_))) => drop(hosts.insert(Arc::clone(name), *limit)),
            }
        }
        let names = hosts.keys().cloned().collect();
        self.limit_addresses(default, limits, hosts);
        names
    }

    /// Sets the limits of all addresses: of each, of these, and of these hosts.
    pub fn limit_addresses(&self, each: Option<f64>, these: HashMap<IpAddr, f64>, hosts: HashMap<Arc<str>, f64>) {
        self.change(|state| {
            state.address_limits = these;
            state.host_limits = hosts;
            state.default_address_limit = each;
        });
    }

    /// The address of a host that has a limit by its name.
    pub fn host_is(&self, host: &str, address: IpAddr) {
        self.change(|state| {
            if let Some(limit) = state.host_limits.get(host) {
                state.address_limits.insert(address.to_canonical(), *limit);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        change(&mut state);
        let limited = state.broker.limit.is_some()
            || state.listeners.iter().any(|listener| listener.limit.is_some())
            || state.default_address_limit.is_some()
            || !state.address_limits.is_empty();
        self.limited.store(limited, Ordering::Relaxed);
    }

    /// Counts a new connection at a listener; it is to be served after the throttle.
    pub fn arrive(&self, listener: usize, now_ms: i64) -> Throttle {
        if !self.limited.load(Ordering::Relaxed) {
            return Throttle::NONE;
        }
        let state = &mut *self.state.lock();
        let broker = state.broker.record(self.window, now_ms);
        let own = state.listeners.get_mut(listener);
        let own = own.map_or(0, |listener| listener.record(self.window, now_ms));
        Throttle::from_ms(broker.max(own).min(self.window.sample_ms()))
    }

    /// Counts the connection for its address. With a throttle it is to be closed after that time, and is not counted.
    pub fn arrive_from(&self, listener: usize, address: IpAddr, now_ms: i64) -> Throttle {
        if !self.limited.load(Ordering::Relaxed) {
            return Throttle::NONE;
        }
        let state = &mut *self.state.lock();
        let limit = state.address_limits.get(&address).copied();
        let Some(limit) = limit.or(state.default_address_limit) else {
            return Throttle::NONE;
        };
        if state.addresses.len() >= QUOTA_ACCOUNTS_MAX {
            let window = self.window;
            state.addresses.retain(|_, rate| rate.per_second(window, now_ms) > 0.0);
            if state.addresses.len() >= QUOTA_ACCOUNTS_MAX {
                state.addresses.clear();
            }
        }
        let rate = state.addresses.entry(address).or_default();
        rate.record(self.window, 1.0, now_ms);
        let Some(excess_ms) = rate.excess_ms(self.window, limit, now_ms).filter(|ms| *ms > 0) else {
            return Throttle::NONE;
        };
        rate.record(self.window, -1.0, now_ms);
        state.broker.take_back(self.window, now_ms);
        if let Some(listener) = state.listeners.get_mut(listener) {
            listener.take_back(self.window, now_ms);
        }
        Throttle::from_ms(excess_ms.min(self.window.sample_ms()))
    }
}
