//! How it stands with other services, in numbers: the heartbeats that leave, or the storage services that report here.

use super::{ControllerLink, LinkState};
use crate::telemetry::metrics::{Collect, Family, Page};

static CONNECTED: Family = Family::gauge(
    "dmq_controller_connected",
    &[],
    "Whether the metadata service took the last heartbeat; no sample where this broker is its own controller.",
);
static IN_SYNC: Family = Family::gauge(
    "dmq_controller_in_sync",
    &[],
    "Whether this broker has the metadata that the metadata service last spoke of.",
);
static SENT: Family = Family::counter(
    "dmq_controller_heartbeats_total",
    &["outcome"],
    "Heartbeats by outcome.",
);
static LAST: Family = Family::gauge(
    "dmq_controller_last_heartbeat_timestamp_seconds",
    &[],
    "When the metadata service last took a heartbeat, in seconds since 1970.",
);
static ALIVE: Family = Family::gauge(
    "dmq_storage_service_alive",
    &["id"],
    "Whether a storage service that reports here is heard.",
);
static VERSION: Family = Family::gauge(
    "dmq_storage_service_metadata_version",
    &["id"],
    "The version of the metadata that a storage service has.",
);
static PUSHES: Family = Family::counter(
    "dmq_storage_service_pushes_total",
    &["id", "outcome"],
    "Pushes of metadata to a storage service by outcome.",
);

const FAMILIES: &[&Family] = &[&CONNECTED, &IN_SYNC, &SENT, &LAST, &ALIVE, &VERSION, &PUSHES];

impl Collect for ControllerLink {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        let heartbeat = self.heartbeat();
        let mut connected = page.family(&CONNECTED);
        if let Some(heartbeat) = &heartbeat {
            connected.add(&[], matches!(heartbeat.state, LinkState::Connected));
        }
        let mut in_sync = page.family(&IN_SYNC);
        if let Some(heartbeat) = &heartbeat {
            in_sync.add(&[], heartbeat.lag.is_none());
        }
        let mut sent = page.family(&SENT);
        if let Some(heartbeat) = &heartbeat {
            sent.add(&[("outcome", "taken")], heartbeat.sent);
            sent.add(&[("outcome", "failed")], heartbeat.failed);
        }
        let mut last = page.family(&LAST);
        if let Some(ms) = heartbeat.and_then(|heartbeat| heartbeat.last_success_ms) {
            last.add(&[], ms as f64 / 1_000.0);
        }
        // Their number is bounded where they are taken in.
        let storages: Vec<_> = self
            .storages()
            .into_iter()
            .map(|(id, storage)| (id.0.to_string(), storage))
            .collect();
        let mut alive = page.family(&ALIVE);
        for (id, storage) in &storages {
            alive.add(&[("id", id)], storage.alive);
        }
        let mut version = page.family(&VERSION);
        for (id, storage) in &storages {
            version.add(&[("id", id)], storage.version);
        }
        let mut pushes = page.family(&PUSHES);
        for (id, storage) in &storages {
            pushes.add(&[("id", id), ("outcome", "taken")], storage.pushes);
            pushes.add(&[("id", id), ("outcome", "failed")], storage.push_failures);
        }
    }
}
