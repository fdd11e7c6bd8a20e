//! The part of the status that is about other services: the metadata service, or the storage services that report here.

use schemars::JsonSchema;
use serde::Serialize;

use crate::controller_link::{ControllerLink, HeartbeatSnapshot, LinkState, Storage};
use crate::ids::BrokerId;

/// How it stands with the metadata service.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ControllerStatus {
    url: String,
    /// `unknown` before the first answer, `connected` or `away`.
    state: &'static str,
    /// Why it is away.
    reason: Option<String>,
    heartbeats_sent: u64,
    heartbeats_failed: u64,
    heartbeats_failed_in_a_row: u32,
    last_heartbeat_timestamp: Option<i64>,
    /// False from when the controller says that this broker lags until a push brings it level.
    in_sync: bool,
    /// The version that this broker lags behind.
    controller_metadata_version: Option<i64>,
}

/// One storage service that reports to this broker.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageServiceStatus {
    id: i32,
    host: String,
    port: u16,
    alive: bool,
    metadata_version: i64,
    last_heartbeat_timestamp: i64,
    last_push_timestamp: Option<i64>,
    pushes: u64,
    push_failures: u64,
}

impl ControllerStatus {
    /// None where this broker is its own controller.
    pub fn of(link: &ControllerLink) -> Option<ControllerStatus> {
        link.heartbeat().map(ControllerStatus::from)
    }
}

impl From<HeartbeatSnapshot> for ControllerStatus {
    fn from(snapshot: HeartbeatSnapshot) -> ControllerStatus {
        let (state, reason) = match snapshot.state {
            LinkState::Unknown => ("unknown", None),
            LinkState::Connected => ("connected", None),
            LinkState::Away { reason } => ("away", Some(reason)),
        };
        ControllerStatus {
            url: snapshot.service,
            state,
            reason,
            heartbeats_sent: snapshot.sent,
            heartbeats_failed: snapshot.failed,
            heartbeats_failed_in_a_row: snapshot.failed_in_a_row,
            last_heartbeat_timestamp: snapshot.last_success_ms,
            in_sync: snapshot.lag.is_none(),
            controller_metadata_version: snapshot.lag.and_then(|lag| lag.controller_version),
        }
    }
}

impl StorageServiceStatus {
    /// Everyone that ever reported since the start.
    pub fn all(link: &ControllerLink) -> Vec<StorageServiceStatus> {
        link.storages().into_iter().map(StorageServiceStatus::from).collect()
    }
}

impl From<(BrokerId, Storage)> for StorageServiceStatus {
    fn from((id, storage): (BrokerId, Storage)) -> StorageServiceStatus {
        StorageServiceStatus {
            id: id.0,
            host: storage.address.host,
            port: storage.address.port,
            alive: storage.alive,
            metadata_version: storage.version,
            last_heartbeat_timestamp: storage.last_heartbeat_ms,
            last_push_timestamp: storage.last_push_ms,
            pushes: storage.pushes,
            push_failures: storage.push_failures,
        }
    }
}
