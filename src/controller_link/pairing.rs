//! This broker as the controller of storage services: takes their heartbeats, registers them, pushes metadata to them.
//!
//! Pushes are whole: the newest image, once for however many changes came since the last. Registrations and fences are
//! records like every other change, so Kafka clients see who is there. What [`super::storages`] decides is done here.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::http::{self, HttpError, ServiceUrl};
use super::push_body::PushBody;
use super::storages::{Change, Now, Report, Storage, StorageAddress, Storages, TooMany};
use super::{LinkParts, SILENT_INTERVALS};
use crate::controller::{ControllerError, PushedBroker, PushedState};
use crate::ids::BrokerId;
use crate::metadata::{MetadataChanges, MetadataImage, MetadataPublisher};

/// Where pushes are posted.
const PUSH_PATH: &str = "/api/v1/storage/metadata";
/// What a push may take.
const PUSH_WITHIN: Duration = Duration::from_secs(10);

/// What a heartbeat is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Greeting {
    /// The version of this controller's metadata.
    pub version: i64,
    /// Whether the reporter has it.
    pub in_sync: bool,
    /// The time, in ms since 1970.
    pub now_ms: i64,
}

/// Why a heartbeat is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairingError {
    /// Another service is the controller.
    #[error("this broker is not a controller, it reports to one itself (metadata.service-url)")]
    NotController,
    /// The reporter has this broker's id.
    #[error("the id {0} is that of this controller; a storage service needs one of its own")]
    OwnId(BrokerId),
    /// No more of them.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The registration could not be written.
    #[error(transparent)]
    Controller(#[from] ControllerError),
}

/// The pairing at work.
#[derive(Debug)]
pub struct Pairing {
    parts: LinkParts,
    storages: Mutex<Storages>,
    wake: Arc<Notify>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// Wakes the pairing when there is something to push.
#[derive(Debug)]
struct Waker(Arc<Notify>);

impl MetadataPublisher for Waker {
    fn name(&self) -> &'static str {
        "storage services"
    }

    fn publish(&self, _: &Arc<MetadataImage>, _: &Arc<MetadataImage>, _: &MetadataChanges) {
        self.0.notify_one();
    }
}

impl Pairing {
    /// Starts it, without any storage service.
    pub async fn start(parts: LinkParts) -> Result<Arc<Pairing>, ControllerError> {
        let wake = Arc::new(Notify::new());
        parts
            .controller
            .register_publisher(Arc::new(Waker(Arc::clone(&wake))))
            .await?;
        let pairing = Arc::new(Pairing {
            storages: Mutex::new(Storages::new(parts.interval * SILENT_INTERVALS)),
            parts,
            wake,
            task: Mutex::default(),
        });
        let running = tokio::spawn(Arc::clone(&pairing).run());
        *pairing.task.lock() = Some(running);
        Ok(pairing)
    }

    /// Everyone that reports.
    pub fn snapshot(&self) -> Vec<(BrokerId, Storage)> {
        self.storages
            .lock()
            .iter()
            .map(|(id, storage)| (id, storage.clone()))
            .collect()
    }

    /// Where a storage service was when it said so last.
    pub fn address_of(&self, id: BrokerId) -> Option<StorageAddress> {
        let storages = self.storages.lock();
        storages
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, storage)| storage.address.clone())
    }

    /// Ends it.
    pub fn stop(&self) {
        if let Some(task) = self.task.lock().take() {
            task.abort();
        }
    }

    /// Takes a heartbeat: registers who is new, moved, back or leaving before it answers.
    pub async fn heard(&self, report: Report) -> Result<Greeting, PairingError> {
        if report.id == self.parts.broker_id {
            return Err(PairingError::OwnId(report.id));
        }
        let now = self.now();
        let changes = self.storages.lock().heard(&report, self.version(), now)?;
        for change in &changes {
            log(report.id, &report.address, *change);
        }
        // The image is looked at, too: a registration may have failed, or been overtaken by one that says the reverse.
        let registered = self
            .parts
            .controller
            .metadata()
            .load()
            .cluster
            .broker(report.id)
            .cloned();
        let contradicts = registered.is_none_or(|broker| broker.fenced == report.alive);
        if contradicts || changes.contains(&Change::Moved) {
            self.register(report.id, &report.address, report.alive).await?;
        }
        self.wake.notify_one();
        let version = self.version();
        Ok(Greeting {
            version,
            in_sync: report.version == version,
            now_ms: now.wall_ms,
        })
    }

    async fn register(&self, id: BrokerId, address: &StorageAddress, alive: bool) -> Result<(), ControllerError> {
        let broker = PushedBroker {
            id,
            host: address.host.clone(),
            port: address.port,
            kafka_host: address.kafka_host.clone(),
            kafka_port: address.kafka_port,
            alive,
        };
        self.parts.controller.register_storage(broker).await
    }

    fn now(&self) -> Now {
        Now {
            monotonic: self.parts.clock.monotonic(),
            wall_ms: self.parts.clock.now_ms(),
        }
    }

    fn version(&self) -> i64 {
        version(&self.parts.controller.metadata().load())
    }

    async fn run(self: Arc<Self>) {
        let mut pushes = JoinSet::new();
        loop {
            let silent = self.storages.lock().fall_silent(self.now());
            for (id, address) in silent {
                log(id, &address, Change::Silent);
                if let Err(error) = self.register(id, &address, false).await {
                    tracing::warn!(storage = %id, %error, "a silent storage service could not be taken out of service");
                }
            }
            self.begin_pushes(&mut pushes);
            let deadline = self.storages.lock().next_deadline(self.version());
            let wait = deadline.map(|at| at.saturating_sub(self.parts.clock.monotonic()));
            tokio::select! {
                () = self.wake.notified() => {}
                Some(_) = pushes.join_next() => {}
                () = tokio::time::sleep(wait.unwrap_or(Duration::MAX)) => {}
            }
        }
    }

    fn begin_pushes(self: &Arc<Self>, pushes: &mut JoinSet<()>) {
        let image = self.parts.controller.metadata().load_full();
        let version = version(&image);
        let begun = self.storages.lock().begin_pushes(version, self.now());
        if begun.is_empty() {
            return;
        }
        let this = Arc::clone(self);
        pushes.spawn(async move {
            let body = tokio::task::spawn_blocking(move || serde_json::to_vec(&PushBody::of(&image).reachable()));
            let body = match body.await {
                Ok(Ok(body)) => Ok(Bytes::from(body)),
                Ok(Err(error)) => Err(error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            let sends = begun.into_iter().map(|(id, address)| {
                let (this, body) = (Arc::clone(&this), body.clone());
                async move {
                    let outcome = match body {
                        Ok(body) => push(&address, body).await.map_err(|error| error.to_string()),
                        Err(error) => Err(error),
                    };
                    this.pushed(id, version, outcome);
                }
            });
            JoinSet::from_iter(sends).join_all().await;
        });
    }

    fn pushed(&self, id: BrokerId, version: i64, outcome: Result<(), String>) {
        let first = self.storages.lock().pushed(id, version, outcome.is_ok(), self.now());
        match outcome {
            Ok(()) => tracing::debug!(storage = %id, version, "pushed metadata"),
            Err(reason) if first => {
                tracing::warn!(storage = %id, version, reason, "a storage service does not take metadata; tried again");
            }
            Err(reason) => tracing::debug!(storage = %id, version, reason, "a push failed again"),
        }
        // A change that came meanwhile waits for this one's end.
        self.wake.notify_one();
    }
}

async fn push(address: &StorageAddress, body: Bytes) -> Result<(), HttpError> {
    let url = ServiceUrl::at(&address.host, address.port);
    http::post(&url, PUSH_PATH, body, PUSH_WITHIN).await.map(drop)
}

fn version(image: &MetadataImage) -> i64 {
    PushedState::of(image).version_of(image).unwrap_or(0)
}

fn log(id: BrokerId, address: &StorageAddress, change: Change) {
    let at = format!("{}:{}", address.host, address.port);
    match change {
        Change::Heard => tracing::info!(storage = %id, at, "a storage service reports"),
        Change::Moved => tracing::info!(storage = %id, at, "a storage service has another address"),
        Change::Left => tracing::info!(storage = %id, at, "a storage service stops"),
        Change::Silent => tracing::warn!(storage = %id, at, "a storage service has fallen silent"),
        Change::Lags => tracing::info!(storage = %id, at, "a storage service lags; metadata are pushed to it"),
        Change::Level => tracing::info!(storage = %id, at, "a storage service is level again"),
        Change::Ahead => tracing::error!(
            storage = %id,
            at,
            "a storage service has newer metadata than this controller, which must have lost its own; it takes no pushes"
        ),
    }
}
