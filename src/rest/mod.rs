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
mod consume;
mod health;
mod high_water_mark;
mod json;
mod messages;
mod metadata;
mod metrics;
mod produce;
mod producer;
mod refusal;
mod state;
mod status;
mod topic;

pub use state::{Phase, RestState};

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use axum::serve::ListenerExt;
use axum::{Router, middleware};
use tokio::net::TcpListener;

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
    let read = |endpoint, routes: MethodRouter<RestState>| counted(endpoint, routes.fallback(wrong_method));
    let consume = post(consume::consume).fallback(consume::wrong_method);
    let produce = post(produce::produce).fallback(produce::wrong_method);
    Router::new()
        .route("/api/v1/storage/messages", counted(Endpoint::Messages, produce))
        .route("/api/v1/storage/consume", counted(Endpoint::Consume, consume))
        .route(
            "/api/v1/storage/partitions/{topic}/{partition}/high-water-mark",
            read(Endpoint::HighWaterMark, get(high_water_mark::high_water_mark)),
        )
        .route(
            "/api/v1/storage/metadata",
            counted(
                Endpoint::Metadata,
                post(metadata::push)
                    .get(metadata::view)
                    .fallback(metadata::wrong_method),
            ),
        )
        .route("/api/v1/storage/health", read(Endpoint::Health, get(health::health)))
        .route("/metrics", read(Endpoint::Metrics, get(metrics::metrics)))
        .fallback_service(counted(Endpoint::Other, any(unknown_path)).with_state(state.clone()))
        .with_state(state)
}

/// Serves a listener until `shutdown` resolves and the requests then under way are answered.
pub async fn serve(
    listener: TcpListener,
    state: RestState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY cannot be set on a REST connection");
        }
    });
    axum::serve(listener, router(state))
        .with_graceful_shutdown(shutdown)
        .await
}

async fn unknown_path(uri: Uri) -> Response {
    let message = format!("there is no {}; the endpoints are under /api/v1/storage", uri.path());
    refusal::answer::<Told>(Err(Refused::invalid(message).with_status(StatusCode::NOT_FOUND)))
}

async fn wrong_method(method: Method) -> Response {
    refusal::answer::<Told>(Err(Refused::method(&method, "GET")))
}
