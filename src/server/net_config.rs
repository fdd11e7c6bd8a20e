//! The settings as the connection layer is told them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::api::{Endpoint, SecurityProtocol};
use crate::config::{BrokerSettings, EffectiveSettings, Listener};
use crate::net::{ConnectionLimits, Deadlines, ListenerConfig, NetConfig};

/// How many connections each listener may have, in the listeners' order.
pub fn listener_maxima(settings: &EffectiveSettings) -> Vec<usize> {
    let max = |listener: &Listener| settings.listener_connections_max(&listener.name);
    let listeners = settings.broker().listeners.iter();
    listeners.map(|listener| max(listener).unwrap_or(usize::MAX)).collect()
}

/// Addresses, limits and deadlines of the Kafka listeners; limits of single listeners are put in force once the
/// metadata is there ([`listener_maxima`]).
pub fn net_config(settings: &BrokerSettings, gateway: Option<IpAddr>, rest_address: Option<String>) -> NetConfig {
    let defaults = NetConfig::default();
    let idle = Duration::from_millis(u64::try_from(settings.connections_max_idle_ms).unwrap_or(u64::MAX / 2));
    NetConfig {
        listeners: settings
            .listeners
            .iter()
            .map(|listener| listener_config(settings, listener))
            .collect(),
        request_bytes_max: settings.socket_request_max_bytes,
        request_memory_bytes: settings
            .queued_max_request_bytes
            .unwrap_or(defaults.request_memory_bytes),
        connections: connection_limits(settings),
        deadlines: Deadlines {
            first_request: Duration::from_millis(settings.connection_first_request_timeout_ms),
            idle,
            request_stalled: Duration::from_millis(settings.connection_request_stall_timeout_ms),
            answer_stalled: idle,
            ..defaults.deadlines
        },
        send_buffer_bytes: settings.socket_send_buffer_bytes,
        receive_buffer_bytes: settings.socket_receive_buffer_bytes,
        backlog: u32::try_from(settings.socket_listen_backlog_size).unwrap_or(defaults.backlog),
        forwarding_gateway: gateway,
        rest_address,
        ..defaults
    }
}

fn listener_config(settings: &BrokerSettings, listener: &Listener) -> ListenerConfig {
    let advertised = settings
        .advertised_listeners
        .iter()
        .flatten()
        .find(|advertised| advertised.name == listener.name);
    ListenerConfig {
        name: listener.name.clone(),
        security_protocol: SecurityProtocol::Plaintext,
        host: listener.host.clone().unwrap_or_default(),
        port: listener.port,
        advertised: advertised.map(|advertised| Endpoint {
            host: advertised.host.as_str().into(),
            port: advertised.port,
        }),
        connections_max: listener.limits.connections.unwrap_or(usize::MAX),
    }
}

/// How many connections there may be at a time.
pub fn connection_limits(settings: &BrokerSettings) -> ConnectionLimits {
    let mut per_ip_overrides = HashMap::new();
    for (host, max) in &settings.max_connections_per_ip_overrides {
        match host.parse::<IpAddr>() {
            Ok(address) => {
                per_ip_overrides.insert(address, *max);
            }
            Err(_) => tracing::warn!(host, "max.connections.per.ip.overrides: not an IP address, ignored"),
        }
    }
    ConnectionLimits {
        max: settings.max_connections,
        per_ip_max: settings.max_connections_per_ip,
        per_ip_overrides,
    }
}
