//! The link between a broker and a controller that speaks REST: service discovery, heartbeats out, and, where this
//! broker is the controller, the storage services that report to it and the pushes that bring them level.
//!
//! What is decided is decided by pure state machines ([`rhythm`], [`storages`]); tasks beside them keep time and
//! connections. Nothing here is on the way of a produce or a fetch: a controller that is slow, away or lying costs its
//! own task's time and nothing else. It knows nothing of partitions' logs, nor of who serves HTTP.

mod http;
mod message;
mod metrics;
mod pairing;
mod pulse;
mod push_body;
mod rhythm;
pub mod services;
mod storages;

pub use http::ServiceUrl;
pub use message::HEARTBEAT_PATH;
pub use pairing::{Greeting, PairingError};
pub use pulse::HeartbeatSnapshot;
pub use push_body::{BrokerView, PartitionView, PushBody};
pub use rhythm::{Lag, LinkState, OwnMetadata};
pub use storages::{Report, Storage, StorageAddress};

use std::sync::Arc;
use std::time::Duration;

use crate::controller::{ControllerError, ControllerHandle};
use crate::env::{Clock, Random};
use crate::ids::BrokerId;
use pairing::Pairing;
use pulse::Pulse;

/// Whoever has not reported for this many heartbeat intervals counts as silent.
const SILENT_INTERVALS: u32 = 3;

/// What the link works with.
#[derive(Debug, Clone)]
pub struct LinkParts {
    /// This broker.
    pub broker_id: BrokerId,
    /// The metadata service; none: this broker is its own controller.
    pub service: Option<ServiceUrl>,
    /// `metadata.heartbeat-interval-ms`.
    pub interval: Duration,
    /// Where changes of the metadata are decided.
    pub controller: ControllerHandle,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
}

/// The link at work: either this broker reports to a controller, or others report to it.
#[derive(Debug)]
pub struct ControllerLink {
    pulse: Option<Pulse>,
    pairing: Option<Arc<Pairing>>,
}

impl ControllerLink {
    /// Starts it; the first heartbeat leaves at once.
    pub async fn start(parts: LinkParts) -> Result<ControllerLink, ControllerError> {
        Ok(match parts.service.clone() {
            Some(service) => ControllerLink {
                pulse: Some(Pulse::start(parts, service)),
                pairing: None,
            },
            None => ControllerLink {
                pulse: None,
                pairing: Some(Pairing::start(parts).await?),
            },
        })
    }

    /// How the heartbeats to the metadata service go; none where this broker is its own controller.
    pub fn heartbeat(&self) -> Option<HeartbeatSnapshot> {
        self.pulse.as_ref().map(Pulse::snapshot)
    }

    /// The storage services that report to this broker.
    pub fn storages(&self) -> Vec<(BrokerId, Storage)> {
        self.pairing
            .as_ref()
            .map(|pairing| pairing.snapshot())
            .unwrap_or_default()
    }

    /// Takes a heartbeat of a storage service, where this broker is its controller.
    pub async fn heard(&self, report: Report) -> Result<Greeting, PairingError> {
        match &self.pairing {
            Some(pairing) => pairing.heard(report).await,
            None => Err(PairingError::NotController),
        }
    }

    /// Where a storage service is known to be.
    pub fn address_of(&self, id: BrokerId) -> Option<StorageAddress> {
        self.pairing.as_ref()?.address_of(id)
    }

    /// Ends it, with a last heartbeat that says so; takes no longer than about a second.
    pub async fn stop(&self) {
        if let Some(pulse) = &self.pulse {
            pulse.stop().await;
        }
        if let Some(pairing) = &self.pairing {
            pairing.stop();
        }
    }
}
