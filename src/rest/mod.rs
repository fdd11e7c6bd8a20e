//! HTTP: produce, consume, high watermark, metadata, health and metrics, for systems that use the broker as a storage
//! service.
//!
//! A request takes the same way as one on a Kafka listener from [`api::produce`](crate::api::produce) and
//! [`Partition::read`](crate::partition::Partition::read) on; what is here is JSON, HTTP statuses and nothing else.
//! Every answer of an endpoint has one shape, errors included; the statuses stand in one table ([`status`]).
//! Invariants: a body that cannot be understood as a whole changes nothing; no body leads to a 5xx by itself; files are
//! read and records inflated off the network threads. Knows nothing of the Kafka wire, sockets' options or file names.

mod batch;
mod body;
mod broker_status;
mod consume;
mod gate;
mod health;
mod high_water_mark;
mod json;
mod link_status;
mod messages;
mod metadata;
mod metrics;
mod openapi;
mod produce;
mod producer;
mod refusal;
mod serve;
mod state;
mod status;
mod storage_heartbeat;
mod topic;

pub use gate::RestLimits;
pub use openapi::text as openapi_text;
pub use serve::serve;
pub use state::{Phase, RestState, RestWorld};

use std::sync::Arc;

use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use axum::{Router, middleware};

use crate::controller_link;
use gate::Refuse;
use metrics::Endpoint;
use refusal::{Refused, Told};

/// Every endpoint.
fn router(state: RestState) -> Router {
    let counted = |endpoint, routes: MethodRouter<RestState>| {
        routes.layer(middleware::from_fn_with_state(
            (Arc::clone(state.metrics()), endpoint),
            metrics::count,
        ))
    };
    let limited = |endpoint, refuse: Refuse, routes: MethodRouter<RestState>| {
        let gate = Arc::clone(state.gate());
        counted(
            endpoint,
            routes.layer(middleware::from_fn_with_state((gate, refuse), gate::admit)),
        )
    };
    let look = |endpoint, routes: MethodRouter<RestState>| counted(endpoint, routes.fallback(wrong_method));
    let consume = post(consume::consume).fallback(consume::wrong_method);
    let produce = post(produce::produce).fallback(produce::wrong_method);
    Router::new()
        .route(
            "/api/v1/storage/messages",
            limited(Endpoint::Messages, produce::refuse, produce),
        )
        .route(
            "/api/v1/storage/consume",
            limited(Endpoint::Consume, consume::refuse, consume),
        )
        .route(
            "/api/v1/storage/partitions/{topic}/{partition}/high-water-mark",
            limited(
                Endpoint::HighWaterMark,
                refuse,
                get(high_water_mark::high_water_mark).fallback(wrong_method),
            ),
        )
        .route(
            "/api/v1/storage/metadata",
            limited(
                Endpoint::Metadata,
                metadata::refuse,
                post(metadata::push)
                    .get(metadata::view)
                    .fallback(metadata::wrong_method),
            ),
        )
        .route(
            controller_link::HEARTBEAT_PATH,
            limited(
                Endpoint::StorageHeartbeat,
                storage_heartbeat::refuse,
                post(storage_heartbeat::heartbeat).fallback(storage_heartbeat::wrong_method),
            ),
        )
        .route("/api/v1/storage/health", look(Endpoint::Health, get(health::health)))
        .route(
            "/api/v1/storage/liveness",
            look(Endpoint::Health, get(health::liveness)),
        )
        .route(
            "/api/v1/storage/readiness",
            look(Endpoint::Health, get(health::readiness)),
        )
        .route(
            "/api/v1/storage/status",
            look(Endpoint::Status, get(broker_status::status)),
        )
        .route("/api/v1/openapi.json", look(Endpoint::Other, get(openapi::openapi)))
        .route("/metrics", look(Endpoint::Metrics, get(metrics::metrics)))
        .fallback_service(counted(Endpoint::Other, any(unknown_path)).with_state(state.clone()))
        .with_state(state)
}

async fn unknown_path(uri: Uri) -> Response {
    let message = format!("there is no {}; the endpoints are under /api/v1/storage", uri.path());
    refusal::answer::<Told>(Err(Refused::invalid(message).with_status(StatusCode::NOT_FOUND)))
}

fn refuse(refused: Refused) -> Response {
    refusal::answer::<Told>(Err(refused))
}

async fn wrong_method(method: Method) -> Response {
    refusal::answer::<Told>(Err(Refused::method(&method, "GET")))
}
