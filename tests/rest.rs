//! REST over loopback against a whole broker: every field, alias, default and status of the contract.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "rest/consume.rs"]
mod consume;
#[path = "rest/endpoints.rs"]
mod endpoints;
#[path = "rest/harness.rs"]
mod harness;
#[path = "rest/heartbeat.rs"]
mod heartbeat;
#[path = "rest/limits.rs"]
mod limits;
#[path = "rest/malformed.rs"]
mod malformed;
#[path = "rest/metadata.rs"]
mod metadata;
#[path = "rest/metrics.rs"]
mod metrics;
#[path = "rest/openapi.rs"]
mod openapi;
#[path = "rest/pairing.rs"]
mod pairing;
#[path = "rest/produce.rs"]
mod produce;
#[path = "rest/status.rs"]
mod status;
