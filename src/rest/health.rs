//! Whether the process lives, whether it serves, and whether clients should be sent to it: text for load balancers and
//! people.

use axum::extract::State;
use axum::http::StatusCode;

use super::{Phase, RestState};

/// Whether requests are served: the contract's health.
pub async fn health(State(state): State<RestState>) -> (StatusCode, &'static str) {
    match state.phase() {
        Phase::Serving(..) => (StatusCode::OK, "OK"),
        Phase::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
        Phase::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
    }
}

/// Whether the process is at work at all, recovering too: whoever restarts it on a failure must not do so meanwhile.
pub async fn liveness() -> &'static str {
    "OK"
}

/// Whether clients should be sent here: requests are served, the cluster counts this broker in, and not all of its
/// partitions are out of service.
pub async fn readiness(State(state): State<RestState>) -> (StatusCode, &'static str) {
    let Phase::Serving(handles, _) = state.phase() else {
        return health(State(state)).await;
    };
    let image = handles.metadata.load();
    let is_fenced = image
        .cluster
        .broker(handles.broker_id)
        .is_none_or(|broker| broker.fenced);
    let partitions = handles.partitions.all();
    let all_failed = partitions.iter().all(|partition| partition.has_failed());
    let none_works = all_failed && (!partitions.is_empty() || handles.partitions.offline_count() > 0);
    match (is_fenced, none_works) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "fenced"),
        (false, true) => (StatusCode::SERVICE_UNAVAILABLE, "no partition is in service"),
        (false, false) => (StatusCode::OK, "OK"),
    }
}
