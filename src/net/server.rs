//! The connection layer as a whole: bound listeners, then served ones, then drained.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::net::TcpListener;

use super::accept::{AcceptShared, Acceptor};
use super::admission::Admission;
use super::bind::{BindError, bind};
use super::budget::MemoryBudget;
use super::buffer::BufferPool;
use super::config::NetConfig;
use super::connection::ConnectionContext;
use super::drain::Drain;
use super::metrics::NetMetrics;
use super::stats::ListenerStats;
use crate::api::service::{ListenerInfo, Service};
use crate::env::Clock;
use crate::quota::ConnectionRates;

/// Listening sockets that nobody accepts from yet.
#[derive(Debug)]
pub struct BoundListeners {
    config: Arc<NetConfig>,
    sockets: Vec<(TcpListener, BoundListener)>,
}

/// A listener with its address.
#[derive(Debug, Clone)]
pub struct BoundListener {
    /// As its connections know it.
    pub info: Arc<ListenerInfo>,
    /// The address it listens on, with the port that was taken where 0 was asked for.
    pub address: SocketAddr,
}

/// Listeners at work. Dropping it stops nothing: [`NetServer::drain`] does.
#[derive(Debug)]
pub struct NetServer {
    drain: Arc<Drain>,
    admission: Arc<Admission>,
    budget: MemoryBudget,
    stats: Vec<(BoundListener, Arc<ListenerStats>)>,
}

impl BoundListeners {
    /// Opens all listeners, or none. To be called on a tokio runtime with I/O and time.
    pub async fn bind(config: NetConfig) -> Result<BoundListeners, BindError> {
        let mut sockets = Vec::with_capacity(config.listeners.len());
        for listener in &config.listeners {
            let (socket, address) = bind(&config, listener).await?;
            let info = Arc::new(ListenerInfo {
                name: listener.name.clone(),
                security_protocol: listener.security_protocol,
                advertised: listener.advertised.clone(),
            });
            sockets.push((socket, BoundListener { info, address }));
        }
        let config = Arc::new(config);
        Ok(BoundListeners { config, sockets })
    }

    /// The listeners in the order of the configuration.
    pub fn listeners(&self) -> impl Iterator<Item = &BoundListener> {
        self.sockets.iter().map(|(_, bound)| bound)
    }

    /// Accepts connections and serves them, on tasks of the runtime that this is called on.
    pub fn serve(self, service: Arc<dyn Service>, rates: Arc<ConnectionRates>, clock: Arc<dyn Clock>) -> NetServer {
        let budget = MemoryBudget::new(self.config.request_memory_bytes);
        let pool = BufferPool::new(budget.clone());
        let drain = Arc::new(Drain::new());
        let maxima = self
            .config
            .listeners
            .iter()
            .map(|listener| listener.connections_max)
            .collect();
        let admission = Admission::new(self.config.connections.clone(), maxima);
        let shared = Arc::new(AcceptShared {
            admission: Arc::clone(&admission),
            rates,
            drain: Arc::clone(&drain),
            clock,
            next_connection_id: AtomicU64::new(1),
        });
        let mut stats = Vec::with_capacity(self.sockets.len());
        for (number, (socket, bound)) in self.sockets.into_iter().enumerate() {
            let context = Arc::new(ConnectionContext {
                service: Arc::clone(&service),
                config: Arc::clone(&self.config),
                pool: Arc::clone(&pool),
                stats: Arc::default(),
            });
            let info = Arc::clone(&bound.info);
            stats.push((bound, Arc::clone(&context.stats)));
            tokio::spawn(Acceptor::new(socket, number, info, context, Arc::clone(&shared)).run());
        }
        NetServer {
            drain,
            admission,
            budget,
            stats,
        }
    }
}

impl NetServer {
    /// Each listener's counters.
    pub fn stats(&self) -> &[(BoundListener, Arc<ListenerStats>)] {
        &self.stats
    }

    /// Where the limits on connections can be changed.
    pub fn admission(&self) -> Arc<Admission> {
        Arc::clone(&self.admission)
    }

    /// The counters of all listeners, for the page of metrics.
    pub fn metrics(&self) -> NetMetrics {
        NetMetrics {
            listeners: self.stats.clone(),
            budget: self.budget.clone(),
        }
    }

    /// Bytes that new requests may still take before connections are made to wait; negative when over the bound.
    pub fn request_memory_available(&self) -> i64 {
        self.budget.available()
    }

    /// Stops accepting, answers what was asked, closes. Connections that are not done `within` this time are cut; false
    /// if there were any.
    pub async fn drain(&self, within: Duration) -> bool {
        self.drain.drain(within).await
    }
}
