//! The quotas of clients, made from the settings and kept as the metadata says.

use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use crate::config::BrokerSettings;
use crate::metadata::{MetadataChanges, MetadataImage, MetadataPublisher};
use crate::quota::{ConnectionRates, Quotas, Window};

/// What limits clients.
#[derive(Debug)]
pub struct ClientLimits {
    /// Of their requests.
    pub quotas: Arc<Quotas>,
    /// Of their new connections.
    pub connections: Arc<ConnectionRates>,
}

impl ClientLimits {
    /// Without quotas yet; the settings' own limits hold.
    pub fn new(settings: &BrokerSettings) -> ClientLimits {
        let window = |samples, seconds| Window::new(samples, Duration::from_secs(seconds));
        let clients = window(settings.quota_window_num, settings.quota_window_size_seconds);
        let controller = window(
            settings.controller_quota_window_num,
            settings.controller_quota_window_size_seconds,
        );
        let own = settings.listeners.iter().map(|listener| listener.limits.creation_rate);
        let listeners = own.map(|rate| rate.and_then(limit)).collect();
        let broker = limit(settings.max_connection_creation_rate);
        ClientLimits {
            quotas: Arc::new(Quotas::new(clients, controller)),
            connections: Arc::new(ConnectionRates::new(clients, broker, listeners)),
        }
    }
}

/// The largest value of Kafka's settings for rates says that there is no limit.
fn limit(rate: u32) -> Option<u32> {
    (rate < i32::MAX as u32).then_some(rate)
}

impl MetadataPublisher for ClientLimits {
    fn name(&self) -> &'static str {
        "client quotas"
    }

    fn publish(&self, _: &Arc<MetadataImage>, new: &Arc<MetadataImage>, changes: &MetadataChanges) {
        if !changes.quotas_changed {
            return;
        }
        self.quotas.set_limits(&new.client_quotas);
        let hosts = self.connections.set_address_limits(&new.client_quotas);
        if !hosts.is_empty() {
            let rates = Arc::clone(&self.connections);
            // The names are looked up aside: a slow answer must not hold up the metadata.
            std::thread::spawn(move || hosts.iter().for_each(|host| look_up(&rates, host)));
        }
    }
}

/// Limits the first address that the host has, as Kafka does.
fn look_up(rates: &ConnectionRates, host: &str) {
    let found = (host, 0).to_socket_addrs().map(|mut addresses| addresses.next());
    match found.map(|address| address.map(|address| address.ip())) {
        Ok(Some(address)) => rates.host_is(host, IpAddr::to_canonical(&address)),
        Ok(None) => tracing::warn!(host, "a quota is for this host, which has no address"),
        Err(error) => tracing::warn!(host, %error, "a quota is for this host, whose address cannot be found"),
    }
}
