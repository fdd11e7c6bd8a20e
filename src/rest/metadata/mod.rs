//! Metadata: what an external controller pushes, and the cluster as this broker sees it, in one shape.

mod push;
mod view;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use dmq_protocol::ErrorCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::refusal::{Refused, Shape, answer};
use super::{RestState, body};
use crate::api::errors::code_of_controller;
use crate::controller::PushError;
pub use push::PushRequest;
pub use view::MetadataView;

/// The answer to a push.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushResponse {
    success: bool,
    error_code: &'static str,
    error_message: Option<String>,
    processed_timestamp: Option<i64>,
    broker_id: Option<i32>,
}

impl Shape for PushResponse {
    fn refused(refused: &Refused) -> PushResponse {
        PushResponse {
            success: false,
            error_code: refused.code_name(),
            error_message: Some(refused.message.clone()),
            processed_timestamp: None,
            broker_id: None,
        }
    }
}

/// Applies a push.
pub async fn push(State(state): State<RestState>, request: Request<Body>) -> Response {
    answer(apply(&state, request).await)
}

/// The metadata in force.
pub async fn view(State(state): State<RestState>) -> Response {
    answer(state.handles().map(|handles| MetadataView::of(&handles)))
}

/// A refusal in the endpoint's shape.
pub fn refuse(refused: Refused) -> Response {
    answer::<PushResponse>(Err(refused))
}

pub async fn wrong_method(method: Method) -> Response {
    answer::<PushResponse>(Err(Refused::method(&method, "GET or POST")))
}

async fn apply(state: &RestState, request: Request<Body>) -> Result<PushResponse, Refused> {
    let handles = state.handles()?;
    let request: PushRequest = body::read(request, handles.settings.socket_request_max_bytes).await?;
    let push = request.checked()?;
    match handles.controller.push(push).await {
        Ok(pushed) => pushed.map_err(refused)?,
        Err(error) => return Err(Refused::new(code_of_controller(&error), error.to_string())),
    };
    Ok(PushResponse {
        success: true,
        error_code: ErrorCode::NONE.name(),
        error_message: None,
        processed_timestamp: Some(handles.clock.now_ms()),
        broker_id: Some(handles.broker_id.0),
    })
}

/// Kafka's table has no code for metadata that are too old; the contract has a name for it.
fn refused(error: PushError) -> Refused {
    let message = error.to_string();
    match error {
        PushError::Invalid(_) => Refused::invalid(message),
        PushError::OtherTopic { .. } => {
            Refused::new(ErrorCode::INCONSISTENT_TOPIC_ID, message).with_status(StatusCode::CONFLICT)
        }
        PushError::StaleVersion { .. } | PushError::StaleTimestamp { .. } | PushError::StaleLeaderEpoch { .. } => {
            Refused::invalid(message)
                .with_status(StatusCode::CONFLICT)
                .named("STALE_METADATA_VERSION")
        }
    }
}
