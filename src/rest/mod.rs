//! HTTP: produce, consume, high watermark, metadata and health, for systems that use the broker as a storage service.
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
mod produce;
mod producer;
mod refusal;
mod state;
mod status;
mod topic;

pub use state::{Phase, RestState};

use std::future::Future;
use std::io;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use refusal::{Refused, Told};

/// Every endpoint.
fn router(state: RestState) -> Router {
    let consume = post(consume::consume).fallback(consume::wrong_method);
    let produce = post(produce::produce).fallback(produce::wrong_method);
    Router::new()
        .route("/api/v1/storage/messages", produce)
        .route("/api/v1/storage/consume", consume)
        .route(
            "/api/v1/storage/partitions/{topic}/{partition}/high-water-mark",
            get(high_water_mark::high_water_mark).fallback(wrong_method),
        )
        .route(
            "/api/v1/storage/metadata",
            post(metadata::push)
                .get(metadata::view)
                .fallback(metadata::wrong_method),
        )
        .route("/api/v1/storage/health", get(health::health).fallback(wrong_method))
        .fallback(unknown_path)
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
