//! Connections over real sockets, with a service that does what each request says.
//!
//! Everything runs on one thread, so that a test can stop tokio's clock: it does so once what has been sent has arrived,
//! and deadlines then pass at once and exactly. Nothing here sleeps.

mod bad_input;
mod client;
mod deadlines;
mod drain;
mod files;
mod limits;
mod memory;
mod ordering;
mod service;
mod throttling;

use std::sync::{Arc, LazyLock};

use client::Client;
use service::ScriptedService;

use super::*;
use crate::api::service::SecurityProtocol;
use crate::env::ManualClock;
use crate::quota::ConnectionRates;

/// A served listener on a free port of this machine.
struct Broker {
    server: NetServer,
    service: Arc<ScriptedService>,
}

impl Broker {
    async fn start() -> Broker {
        Broker::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut NetConfig)) -> Broker {
        Broker::with_rates(Arc::default(), change).await
    }

    async fn with_rates(rates: Arc<ConnectionRates>, change: impl FnOnce(&mut NetConfig)) -> Broker {
        LazyLock::force(&bad_input::COLLECTING);
        let mut config = NetConfig {
            listeners: vec![listener("PLAINTEXT")],
            ..NetConfig::default()
        };
        change(&mut config);
        let bound = BoundListeners::bind(config).await.unwrap();
        let service = Arc::new(ScriptedService::default());
        // Rates are measured by this clock, which stands still; deadlines are tokio's.
        let clock = Arc::new(ManualClock::at(0));
        Broker {
            server: bound.serve(Arc::<ScriptedService>::clone(&service), rates, clock),
            service,
        }
    }

    async fn client(&self) -> Client {
        Client::connect(self.server.stats()[0].0.address).await
    }

    fn stats(&self) -> &ListenerStats {
        &self.server.stats()[0].1
    }

    /// Lets the connections work until they have read so many bytes in all.
    async fn has_read(&self, bytes: u64) {
        until(|| self.stats().bytes_in() >= bytes).await;
    }
}

fn listener(name: &str) -> ListenerConfig {
    ListenerConfig {
        name: name.to_owned(),
        security_protocol: SecurityProtocol::Plaintext,
        host: "127.0.0.1".to_owned(),
        port: 0,
        advertised: None,
        connections_max: usize::MAX,
    }
}

/// Lets other tasks run until the condition holds. A test that waits for ever here has failed.
async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::task::yield_now().await;
    }
}
