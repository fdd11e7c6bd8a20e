//! What REST serves from, which changes as the broker starts and stops.
//!
//! The listener is served from the moment it is bound, so that whoever asks for health is told 503 during a long
//! recovery instead of waiting in the backlog.

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use tokio::sync::watch;

use super::refusal::Refused;
use crate::api::Handles;

/// How far the broker is.
#[derive(Debug, Clone)]
pub enum Phase {
    /// Nothing can be served yet.
    Starting,
    /// Everything is served.
    Serving(Arc<Handles>),
    /// What is under way is finished, nothing new is begun.
    Stopping,
}

/// What the endpoints work with. Clones see the same phase.
#[derive(Debug, Clone)]
pub struct RestState {
    phase: watch::Receiver<Phase>,
}

impl RestState {
    /// A state that follows `phase`.
    pub fn new(phase: watch::Receiver<Phase>) -> RestState {
        RestState { phase }
    }

    /// Where the broker is now.
    pub(super) fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// The broker, if it serves.
    pub(super) fn handles(&self) -> Result<Arc<Handles>, Refused> {
        let refused = |why: &str| Err(Refused::new(ErrorCode::BROKER_NOT_AVAILABLE, why.to_owned()));
        match self.phase() {
            Phase::Serving(handles) => Ok(handles),
            Phase::Starting => refused("the broker is starting; ask again in a moment"),
            Phase::Stopping => refused("the broker is stopping"),
        }
    }

    /// Resolves when the broker no longer serves: requests that wait for something then answer with what they have.
    pub(super) async fn stopping(&self) {
        let mut phase = self.phase.clone();
        // An error means that the server is gone, which is no other answer.
        let _ = phase.wait_for(|phase| !matches!(phase, Phase::Serving(_))).await;
    }
}
