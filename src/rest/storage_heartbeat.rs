//! Heartbeats of storage services, where this broker is their controller. Both deployed forms are read, and one answer
//! serves both.

use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use dmq_protocol::ErrorCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::{Count, Id, LooseInt, Port};
use super::refusal::{Refused, Shape, answer};
use super::{RestState, body};
use crate::api::errors::code_of_controller;
use crate::controller_link::{ControllerLink, PairingError, Report, StorageAddress};
use crate::ids::BrokerId;

/// The longest heartbeat.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Where a storage service's Kafka listener is when it does not say.
const KAFKA_PORT: u16 = 9092;
/// What the text form of an id begins with.
const SERVICE_PREFIX: &str = "storage-";

/// A heartbeat of either form.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatRequest {
    storage_service_id: Option<Id>,
    service_id: Option<String>,
    current_metadata_version: Option<Count>,
    metadata_version: Option<Count>,
    alive: Option<bool>,
    is_alive: Option<bool>,
    host: Option<String>,
    port: Option<Port>,
    kafka_host: Option<String>,
    kafka_port: Option<Port>,
}

/// The answer, in both forms at once.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatAnswer {
    success: bool,
    controller_metadata_version: Option<i64>,
    in_sync: bool,
    response_timestamp: Option<i64>,
    error_code: &'static str,
    error_message: Option<String>,
    instruction: Option<String>,
    service_id: Option<String>,
    acknowledged: bool,
    timestamp: Option<i64>,
}

impl Shape for HeartbeatAnswer {
    fn refused(refused: &Refused) -> HeartbeatAnswer {
        HeartbeatAnswer {
            success: false,
            controller_metadata_version: None,
            in_sync: false,
            response_timestamp: None,
            error_code: refused.code_name(),
            error_message: Some(refused.message.clone()),
            instruction: None,
            service_id: None,
            acknowledged: false,
            timestamp: None,
        }
    }
}

pub async fn heartbeat(State(state): State<RestState>, request: Request<Body>) -> Response {
    answer(take(&state, request).await)
}

/// A refusal in the endpoint's shape.
pub fn refuse(refused: Refused) -> Response {
    answer::<HeartbeatAnswer>(Err(refused))
}

pub async fn wrong_method(method: Method) -> Response {
    answer::<HeartbeatAnswer>(Err(Refused::method(&method, "POST")))
}

async fn take(state: &RestState, request: Request<Body>) -> Result<HeartbeatAnswer, Refused> {
    let link = state.link()?;
    let heartbeat: HeartbeatRequest = body::read(request, BODY_BYTES_MAX).await?;
    let report = heartbeat.report(&link)?;
    let id = report.id;
    let greeting = link.heard(report).await.map_err(refused)?;
    Ok(HeartbeatAnswer {
        success: true,
        controller_metadata_version: Some(greeting.version),
        in_sync: greeting.in_sync,
        response_timestamp: Some(greeting.now_ms),
        error_code: ErrorCode::NONE.name(),
        error_message: None,
        instruction: None,
        service_id: Some(format!("{SERVICE_PREFIX}{id}")),
        acknowledged: true,
        timestamp: Some(greeting.now_ms),
    })
}

fn refused(error: PairingError) -> Refused {
    let message = error.to_string();
    match error {
        PairingError::NotController => {
            Refused::new(ErrorCode::NOT_CONTROLLER, message).with_status(StatusCode::MISDIRECTED_REQUEST)
        }
        PairingError::OwnId(_) => Refused::invalid(message),
        PairingError::TooMany(_) => Refused::invalid(message).with_status(StatusCode::SERVICE_UNAVAILABLE),
        PairingError::Controller(error) => Refused::new(code_of_controller(&error), message),
    }
}

impl HeartbeatRequest {
    fn report(self, link: &ControllerLink) -> Result<Report, Refused> {
        let id = self.id()?;
        let version = self.current_metadata_version.or(self.metadata_version);
        let known = link.address_of(id);
        let told = self.host.filter(|host| !host.is_empty()).zip(self.port);
        let address = match (told, known) {
            (Some((host, port)), _) => StorageAddress {
                kafka_host: self.kafka_host.unwrap_or_else(|| host.clone()),
                kafka_port: self.kafka_port.map_or(KAFKA_PORT, LooseInt::as_u16),
                host,
                port: port.as_u16(),
            },
            (None, Some(known)) => known,
            (None, None) => {
                let message = format!("host and port are needed: storage service {id} has not reported before");
                return Err(Refused::invalid(message));
            }
        };
        Ok(Report {
            id,
            address,
            alive: self.alive.or(self.is_alive).unwrap_or(true),
            version: version.map_or(0, |version| version.0),
        })
    }

    fn id(&self) -> Result<BrokerId, Refused> {
        if let Some(id) = self.storage_service_id {
            return Ok(BrokerId(id.as_i32()));
        }
        let text = self.service_id.as_deref().unwrap_or_default();
        let digits = text.strip_prefix(SERVICE_PREFIX).unwrap_or(text);
        let number = digits.parse::<i32>().ok().filter(|number| *number >= 0);
        number.map(BrokerId).ok_or_else(|| {
            Refused::invalid(format!(
                "storageServiceId is missing and serviceId is '{text}'; a number or {SERVICE_PREFIX}101 is needed"
            ))
        })
    }
}
