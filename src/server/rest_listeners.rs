//! The REST listeners: bound and served early, open once the broker serves, stopped first.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::ServerError;
use crate::api::Handles;
use crate::config::BrokerSettings;
use crate::controller_link::ControllerLink;
use crate::rest::{self, Phase, RestState, RestWorld};

/// Listening sockets that nobody accepts from yet.
#[derive(Debug)]
pub struct RestSockets {
    sockets: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
}

impl RestSockets {
    /// Binds every address of `rest.listeners`.
    pub async fn bind(settings: &BrokerSettings) -> Result<RestSockets, ServerError> {
        let mut bound = RestSockets {
            sockets: Vec::new(),
            addresses: Vec::new(),
        };
        for listener in &settings.rest_listeners {
            // Without a host: every address of the machine, by IPv6 where there is one, else by IPv4.
            let hosts = listener
                .host
                .as_deref()
                .map_or(vec!["::", "0.0.0.0"], |host| vec![host]);
            let mut outcome = Err(std::io::ErrorKind::NotFound.into());
            for host in hosts {
                outcome = TcpListener::bind((host, listener.port)).await;
                if outcome.is_ok() {
                    break;
                }
            }
            let socket = outcome.and_then(|socket| Ok((socket.local_addr()?, socket)));
            let (address, socket) = socket.map_err(|error| ServerError::ListenRest {
                address: format!("{}:{}", listener.host.as_deref().unwrap_or("*"), listener.port),
                error,
            })?;
            bound.addresses.push(address);
            bound.sockets.push(socket);
        }
        Ok(bound)
    }

    /// Serves them; until [`RestServer::open`] whoever asks is told that the broker starts.
    pub fn serve(self, world: RestWorld) -> RestServer {
        let phase = watch::Sender::new(Phase::Starting);
        let state = RestState::new(phase.subscribe(), world);
        let mut listeners = JoinSet::new();
        for socket in self.sockets {
            let state = state.clone();
            let mut stopping = phase.subscribe();
            listeners.spawn(async move {
                let shutdown = async move {
                    let _ = stopping.wait_for(|phase| matches!(phase, Phase::Stopping)).await;
                };
                if let Err(error) = rest::serve(socket, state, shutdown).await {
                    tracing::error!(%error, "a REST listener ended");
                }
            });
        }
        RestServer {
            listeners,
            phase,
            addresses: self.addresses,
        }
    }
}

/// REST at work. Dropping it ends it at once.
#[derive(Debug)]
pub struct RestServer {
    listeners: JoinSet<()>,
    phase: watch::Sender<Phase>,
    addresses: Vec<SocketAddr>,
}

impl RestServer {
    /// The addresses served.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// From now on requests are served.
    pub fn open(&self, handles: &Arc<Handles>, link: &Arc<ControllerLink>) {
        self.phase
            .send_replace(Phase::Serving(Arc::clone(handles), Arc::clone(link)));
    }

    /// Takes no more requests, and waits for those under way.
    pub async fn stop(mut self, within: Duration) {
        self.phase.send_replace(Phase::Stopping);
        let ended = async { while self.listeners.join_next().await.is_some() {} };
        if tokio::time::timeout(within, ended).await.is_err() {
            tracing::warn!("some REST requests were cut: they were not done in time");
            self.listeners.abort_all();
        }
    }
}
