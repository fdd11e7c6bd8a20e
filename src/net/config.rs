//! What the connection layer is told at start: addresses, limits, deadlines.
//!
//! Plain values; the server maps the broker's settings to them. Knows nothing of setting names' syntax or files.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::limits;
use crate::api::service::{Endpoint, SecurityProtocol};

/// Everything the connection layer is told at start.
#[derive(Debug, Clone)]
pub struct NetConfig {
    /// At least one.
    pub listeners: Vec<ListenerConfig>,
    /// `socket.request.max.bytes`: a longer request closes its connection.
    pub request_bytes_max: usize,
    /// `queued.max.request.bytes`: memory for requests that are being received or have not been answered, all
    /// connections together. When it is used up, connections are not read until some is free.
    pub request_memory_bytes: usize,
    /// Requests of one connection that may wait for their answers.
    pub requests_in_flight_max: usize,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// How long a peer may take.
    pub deadlines: Deadlines,
    /// `socket.send.buffer.bytes`; none leaves it to the system.
    pub send_buffer_bytes: Option<usize>,
    /// `socket.receive.buffer.bytes`; none leaves it to the system.
    pub receive_buffer_bytes: Option<usize>,
    /// `socket.listen.backlog.size`.
    pub backlog: u32,
    /// The container's default gateway, if this process runs in one: a peer with this address came in through a
    /// forwarded port (see [`super::advertised`]).
    pub forwarding_gateway: Option<IpAddr>,
    /// Where REST listens, for the log line about HTTP that arrives at a Kafka port.
    pub rest_address: Option<String>,
}

/// One address to listen on.
#[derive(Debug, Clone)]
pub struct ListenerConfig {
    /// Its name (`PLAINTEXT`, `INTERNAL`, …), unique among the listeners.
    pub name: String,
    /// How its connections are secured.
    pub security_protocol: SecurityProtocol,
    /// A name or address; empty for every address of the machine, IPv4 and IPv6.
    pub host: String,
    /// 0 takes a free one.
    pub port: u16,
    /// Its entry in `advertised.listeners`, if there is one.
    pub advertised: Option<Endpoint>,
    /// `listener.name.….max.connections`.
    pub connections_max: usize,
}

/// How many connections there may be at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// `max.connections`.
    pub max: usize,
    /// `max.connections.per.ip`.
    pub per_ip_max: usize,
    /// `max.connections.per.ip.overrides`, with names resolved.
    pub per_ip_overrides: HashMap<IpAddr, usize>,
}

/// How long a peer may take before its connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// From the connection's start to the end of its first request.
    pub first_request: Duration,
    /// `connections.max.idle.ms`: without a request while none waits for its answer. Closed quietly.
    pub idle: Duration,
    /// Without a further byte of a request that has begun to arrive.
    pub request_stalled: Duration,
    /// Without taking a byte of an answer. A consumer may well be busy with its records for minutes before it reads
    /// on, and this costs the broker hardly any memory, so this should be as long as `idle`.
    pub answer_stalled: Duration,
    /// For the answers to requests that came before the end of the connection (a malformed request, a shutdown).
    pub closing: Duration,
}

impl Default for NetConfig {
    fn default() -> NetConfig {
        NetConfig {
            listeners: Vec::new(),
            request_bytes_max: limits::REQUEST_BYTES_MAX,
            request_memory_bytes: limits::REQUEST_MEMORY_BYTES,
            requests_in_flight_max: limits::REQUESTS_IN_FLIGHT_MAX,
            connections: ConnectionLimits::default(),
            deadlines: Deadlines::default(),
            send_buffer_bytes: None,
            receive_buffer_bytes: None,
            backlog: 50,
            forwarding_gateway: None,
            rest_address: None,
        }
    }
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            max: usize::MAX,
            per_ip_max: usize::MAX,
            per_ip_overrides: HashMap::new(),
        }
    }
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines {
            first_request: Duration::from_secs(60),
            idle: Duration::from_secs(600),
            request_stalled: Duration::from_secs(30),
            answer_stalled: Duration::from_secs(600),
            closing: Duration::from_secs(10),
        }
    }
}
