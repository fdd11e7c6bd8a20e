//! The REST listeners: bound early, served late, stopped first.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::ServerError;
use crate::api::Handles;
use crate::config::BrokerSettings;
use crate::rest::{self, RestState};

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

    /// The addresses, with the ports that were taken where 0 was asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Serves them.
    pub fn serve(self, handles: &Arc<Handles>) -> RestServer {
        let stop = watch::Sender::new(false);
        let mut listeners = JoinSet::new();
        for socket in self.sockets {
            let mut stopping = stop.subscribe();
            let state = RestState::new(Arc::clone(handles), stop.subscribe());
            listeners.spawn(async move {
                let shutdown = async move {
                    let _ = stopping.wait_for(|stop| *stop).await;
                };
                if let Err(error) = rest::serve(socket, state, shutdown).await {
                    tracing::error!(%error, "a REST listener ended");
                }
            });
        }
        RestServer {
            listeners,
            stop,
            addresses: self.addresses,
        }
    }
}

/// REST at work.
#[derive(Debug)]
pub struct RestServer {
    listeners: JoinSet<()>,
    stop: watch::Sender<bool>,
    addresses: Vec<SocketAddr>,
}

impl RestServer {
    /// The addresses served.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Takes no more requests, and waits for those under way.
    pub async fn stop(mut self, within: Duration) {
        self.stop.send_replace(true);
        let ended = async { while self.listeners.join_next().await.is_some() {} };
        if tokio::time::timeout(within, ended).await.is_err() {
            tracing::warn!("some REST requests were cut: they were not done in time");
            self.listeners.abort_all();
        }
    }
}
