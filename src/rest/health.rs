//! Health: whether requests are served, as text for load balancers and people.

use axum::extract::State;
use axum::http::StatusCode;

use super::{Phase, RestState};

pub async fn health(State(state): State<RestState>) -> (StatusCode, &'static str) {
    match state.phase() {
        Phase::Serving(..) => (StatusCode::OK, "OK"),
        Phase::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
        Phase::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
    }
}
