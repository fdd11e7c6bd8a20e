//! Builds the broker's parts, starts them in order, drains and stops them in the reverse order.
//!
//! The order of a start: lock the data directories, bind the listeners (so that a port in use is told at once), load the
//! metadata, open the replicas, serve. Nothing is answered before everything is there; clients that connect meanwhile
//! wait in the backlog. The order of a stop: no new requests, answer those under way, close the logs, mark the
//! directories clean.

mod banner;
mod connection_limits;
mod directories;
mod discovery;
mod error;
mod net_config;
mod placement;
mod quotas;
mod rest_listeners;
mod start;
mod upkeep;

pub use error::ServerError;
pub use start::StartOptions;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::api::Handles;
use crate::config::Settings;
use crate::controller::Controller;
use crate::controller_link::ControllerLink;
use crate::log::LogDir;
use crate::net::NetServer;
use crate::partition::PartitionRegistry;
use crate::telemetry::metrics::Registry;
use placement::Placement;
use rest_listeners::RestServer;
use upkeep::Upkeep;

/// How often it is asked whether a data directory is left.
const STORAGE_WATCH: Duration = Duration::from_secs(1);

/// How long a stop waits for requests under way.
const DRAIN: Duration = Duration::from_secs(10);

/// A broker at work. Dropping it stops nothing in order: [`Broker::stop`] does.
#[derive(Debug)]
pub struct Broker {
    handles: Arc<Handles>,
    controller: Controller,
    net: NetServer,
    rest: RestServer,
    upkeep: Upkeep,
    placement: Placement,
    /// `metadata.log.dir`, locked, where it is none of `log.dirs`.
    _metadata_dir: Option<Arc<LogDir>>,
    link: Arc<ControllerLink>,
    partitions: Arc<PartitionRegistry>,
    registry: Registry,
}

impl Broker {
    /// The Kafka listeners, by name, with the ports that were taken.
    pub fn kafka_addresses(&self) -> Vec<(String, SocketAddr)> {
        self.net
            .stats()
            .iter()
            .map(|(bound, _)| (bound.info.name.clone(), bound.address))
            .collect()
    }

    /// The REST listeners.
    pub fn rest_addresses(&self) -> &[SocketAddr] {
        self.rest.addresses()
    }

    /// What the api layer works with, for programs that have the broker inside them.
    pub fn handles(&self) -> &Arc<Handles> {
        &self.handles
    }

    /// How it stands with the metadata service, or with the storage services that report to this broker.
    pub fn link(&self) -> &Arc<ControllerLink> {
        &self.link
    }

    /// Everything that is counted, as `/metrics` shows it.
    pub fn metrics(&self) -> &Registry {
        &self.registry
    }

    /// The cluster's id.
    pub fn cluster_id(&self) -> String {
        self.handles.metadata.load().cluster_id.to_string()
    }

    /// Waits until no data directory is left to work with.
    async fn storage_lost(&self) {
        while !self.partitions.has_no_directory_left() {
            tokio::time::sleep(STORAGE_WATCH).await;
        }
    }

    /// Answers what was asked, makes everything durable, and leaves the data directories marked as clean.
    pub async fn stop(self) -> Result<(), ServerError> {
        let Broker {
            handles,
            controller,
            net,
            rest,
            upkeep,
            placement,
            link,
            partitions,
            ..
        } = self;
        // Members that wait for others would keep their connections from draining; they look for the coordinator again.
        handles.groups.stop();
        // The controller is told at once, so that it leads clients elsewhere; nothing waits for its answer.
        tokio::join!(rest.stop(DRAIN), link.stop());
        if !net.drain(DRAIN).await {
            tracing::warn!("some connections were cut: their requests were not answered in time");
        }
        upkeep.stop().await;
        placement.stop().await;
        let broker_epoch = controller.broker_epoch();
        controller.shutdown().await?;
        let closing = tokio::task::spawn_blocking(move || partitions.close(broker_epoch));
        closing
            .await
            .map_err(|error| ServerError::Interrupted(error.to_string()))
    }
}

/// Serves until a signal says stop: SIGTERM and SIGINT drain, a second one ends at once.
pub fn run(settings: Settings) -> Result<(), ServerError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("dmq-net")
        .enable_all()
        .build()
        .map_err(ServerError::Runtime)?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).map_err(ServerError::Runtime)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(ServerError::Runtime)?;
        let broker = Broker::start(settings, StartOptions { banner: true }).await?;
        let mut stopped = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        let signal = tokio::select! {
            signal = stopped() => signal,
            // As Apache Kafka: nothing is left to serve, and whoever watches the process must see it.
            () = broker.storage_lost() => return Err(ServerError::NoDirectoryLeft),
        };
        tracing::info!(signal, "stopping: requests under way are answered first");
        tokio::select! {
            result = broker.stop() => result?,
            signal = stopped() => {
                tracing::warn!(signal, "stopped at once; the next start recovers");
                std::process::exit(1);
            }
        }
        tracing::info!("stopped");
        Ok(())
    })
}
