//! Heartbeats to the metadata service: the task that sends them in the rhythm of [`super::rhythm`].

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use super::LinkParts;
use super::http::{self, ServiceUrl};
use super::message::{HEARTBEAT_PATH, Heartbeat, read_answer};
use super::rhythm::{Change, Lag, LinkState, OwnMetadata, Reply, Rhythm};
use crate::controller::PushedState;

/// A controller is waited for as long as an interval, within these.
const ANSWER_MIN: Duration = Duration::from_millis(500);
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// What a stop waits for the last heartbeat.
const GOODBYE: Duration = Duration::from_secs(1);

/// How the heartbeats go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeartbeatSnapshot {
    /// The metadata service.
    pub service: String,
    /// Whether it answers.
    pub state: LinkState,
    /// Heartbeats that it took.
    pub sent: u64,
    /// Heartbeats that it did not take.
    pub failed: u64,
    /// Of these, those since the last that it took.
    pub failed_in_a_row: u32,
    /// When it took one last, in ms since 1970.
    pub last_success_ms: Option<i64>,
    /// The lag behind it, until a push brings this broker level.
    pub lag: Option<Lag>,
    /// The metadata that this broker has.
    pub own: OwnMetadata,
}

#[derive(Debug)]
struct Shared {
    rhythm: Rhythm,
    sent: u64,
    failed: u64,
    last_success_ms: Option<i64>,
}

/// The heartbeats at work.
#[derive(Debug)]
pub struct Pulse {
    sender: Arc<Sender>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Sender {
    parts: LinkParts,
    service: ServiceUrl,
    shared: Mutex<Shared>,
}

impl Pulse {
    /// Begins with the first heartbeat.
    pub fn start(parts: LinkParts, service: ServiceUrl) -> Pulse {
        let sender = Arc::new(Sender {
            shared: Mutex::new(Shared {
                rhythm: Rhythm::new(parts.interval),
                sent: 0,
                failed: 0,
                last_success_ms: None,
            }),
            parts,
            service,
        });
        let task = tokio::spawn(Arc::clone(&sender).run());
        Pulse { sender, task }
    }

    /// How it goes.
    pub fn snapshot(&self) -> HeartbeatSnapshot {
        let own = self.sender.own();
        let shared = self.sender.shared.lock();
        HeartbeatSnapshot {
            service: self.sender.service.to_string(),
            state: shared.rhythm.state().clone(),
            sent: shared.sent,
            failed: shared.failed,
            failed_in_a_row: shared.rhythm.failures(),
            last_success_ms: shared.last_success_ms,
            lag: shared.rhythm.lag(own),
            own,
        }
    }

    /// Sends no more but one that says goodbye.
    pub async fn stop(&self) {
        self.task.abort();
        match self.sender.send(false, GOODBYE).await {
            Ok(_) => tracing::info!("told the controller that this broker stops"),
            Err(reason) => tracing::info!(reason, "the controller could not be told that this broker stops"),
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sender {
    async fn run(self: Arc<Self>) {
        let within = self.parts.interval.clamp(ANSWER_MIN, ANSWER_MAX);
        loop {
            let own = self.own();
            let outcome = self.send(true, within).await;
            let changes = {
                let mut shared = self.shared.lock();
                match outcome {
                    Ok(_) => {
                        shared.sent += 1;
                        shared.last_success_ms = Some(self.parts.clock.now_ms());
                    }
                    Err(_) => shared.failed += 1,
                }
                shared.rhythm.heard(outcome, own)
            };
            if changes.is_empty() {
                tracing::debug!(controller = %self.service, "a heartbeat as before");
            }
            changes.into_iter().for_each(|change| self.log(change));
            let delay = self.shared.lock().rhythm.delay(self.parts.random.as_ref());
            tokio::time::sleep(delay).await;
        }
    }

    fn own(&self) -> OwnMetadata {
        let state = PushedState::of(&self.parts.controller.metadata().load());
        OwnMetadata {
            version: state.version,
            updated_ms: state.updated_ms,
        }
    }

    async fn send(&self, alive: bool, within: Duration) -> Result<Reply, String> {
        let image = self.parts.controller.metadata().load_full();
        let now_ms = self.parts.clock.now_ms();
        let heartbeat = Heartbeat::of(&image, self.parts.broker_id, self.own(), now_ms, alive);
        drop(image);
        let body = serde_json::to_vec(&heartbeat).map_err(|error| error.to_string())?;
        let answer = http::post(&self.service, HEARTBEAT_PATH, Bytes::from(body), within).await;
        read_answer(&answer.map_err(|error| error.to_string())?)
    }

    fn log(&self, change: Change) {
        let controller = &self.service;
        match change {
            Change::Connected => tracing::info!(%controller, "Successfully sent heartbeat to controller"),
            Change::Away(reason) => {
                tracing::warn!(%controller, reason, "the controller takes no heartbeats; tried again, ever later");
            }
            Change::Lags(lag) => {
                let (there, here) = (lag.controller_version, lag.own.version);
                tracing::info!(%controller, ?there, ?here, "the controller's metadata are newer than this broker's");
            }
            Change::Level => tracing::info!(%controller, "this broker has the controller's metadata again"),
            Change::Instructed(instruction) => tracing::info!(%controller, instruction, "the controller instructs"),
        }
    }
}
