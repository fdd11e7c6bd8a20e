//! What REST serves from, which changes as the broker starts and stops.
//!
//! The listener is served from the moment it is bound, so that whoever asks for health is told 503 during a long
//! recovery instead of waiting in the backlog.

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use tokio::sync::watch;

use super::gate::{Gate, RestLimits};
use super::metrics::RestMetrics;
use super::refusal::Refused;
use crate::api::Handles;
use crate::controller_link::ControllerLink;
use crate::telemetry::metrics::{ProcessMetrics, Registry};

/// How far the broker is.
#[derive(Debug, Clone)]
pub enum Phase {
    /// Nothing can be served yet.
    Starting,
    /// Everything is served.
    Serving(Arc<Handles>, Arc<ControllerLink>),
    /// What is under way is finished, nothing new is begun.
    Stopping,
}

/// What the endpoints work with. Clones see the same phase.
#[derive(Debug, Clone)]
pub struct RestState {
    phase: watch::Receiver<Phase>,
    registry: Registry,
    process: Arc<ProcessMetrics>,
    metrics: Arc<RestMetrics>,
    gate: Arc<Gate>,
    limits: RestLimits,
}

/// What REST shows and holds to beside the broker itself.
#[derive(Debug)]
pub struct RestWorld {
    /// Everything that is counted; REST adds its own.
    pub registry: Registry,
    /// The process.
    pub process: Arc<ProcessMetrics>,
    /// What may be taken at a time.
    pub limits: RestLimits,
}

impl RestState {
    /// A state that follows `phase`.
    pub fn new(phase: watch::Receiver<Phase>, world: RestWorld) -> RestState {
        let RestWorld {
            registry,
            process,
            limits,
        } = world;
        let metrics = Arc::new(RestMetrics::default());
        registry.add(Arc::clone(&metrics) as _);
        RestState {
            phase,
            registry,
            process,
            metrics,
            gate: Arc::new(Gate::new(limits)),
            limits,
        }
    }

    /// The process.
    pub(super) fn process(&self) -> &ProcessMetrics {
        &self.process
    }

    /// What lets requests in.
    pub(super) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// What may be taken at a time.
    pub(super) fn limits(&self) -> RestLimits {
        self.limits
    }

    /// What is counted of requests.
    pub(super) fn metrics(&self) -> &Arc<RestMetrics> {
        &self.metrics
    }

    /// Everything that is counted.
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Where the broker is now.
    pub(super) fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// The broker, if it serves.
    pub(super) fn handles(&self) -> Result<Arc<Handles>, Refused> {
        self.serving().map(|(handles, _)| handles)
    }

    /// The link to other services, if the broker serves.
    pub(super) fn link(&self) -> Result<Arc<ControllerLink>, Refused> {
        self.serving().map(|(_, link)| link)
    }

    fn serving(&self) -> Result<(Arc<Handles>, Arc<ControllerLink>), Refused> {
        let refused = |why: &str| Err(Refused::new(ErrorCode::BROKER_NOT_AVAILABLE, why.to_owned()));
        match self.phase() {
            Phase::Serving(handles, link) => Ok((handles, link)),
            Phase::Starting => refused("the broker is starting; ask again in a moment"),
            Phase::Stopping => refused("the broker is stopping"),
        }
    }

    /// Resolves when the broker no longer serves: requests that wait for something then answer with what they have.
    pub(super) async fn stopping(&self) {
        let mut phase = self.phase.clone();
        // An error means that the server is gone, which is no other answer.
        let _ = phase.wait_for(|phase| !matches!(phase, Phase::Serving(..))).await;
    }
}
