//! Status: what a person wants to know first of a running broker, on one page of JSON.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use dmq_protocol::ErrorCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::link_status::{ControllerStatus, StorageServiceStatus};
use super::refusal::{Refused, Shape, answer};
use super::{Phase, RestState};
use crate::api::Handles;
use crate::controller::PushedState;

/// The body of an answer. Every part but the first is there once the broker serves.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusResponse {
    /// `starting`, `serving` or `stopping`.
    state: &'static str,
    version: &'static str,
    started_timestamp: i64,
    uptime_ms: u64,
    resident_memory_bytes: Option<u64>,
    broker: Option<BrokerStatus>,
    storage: Option<StorageStatus>,
    traffic: Option<TrafficStatus>,
    metadata: Option<MetadataStatus>,
    /// The metadata service that this broker reports to.
    controller: Option<ControllerStatus>,
    /// The storage services that report to this broker.
    storage_services: Vec<StorageServiceStatus>,
    requests: Vec<RequestStatus>,
    error_message: Option<String>,
    error_code: &'static str,
    success: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BrokerStatus {
    id: i32,
    cluster_id: String,
    /// Whether the cluster's metadata say that it may lead.
    is_active: bool,
    /// `fsync` or `os`.
    durability: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StorageStatus {
    log_dirs: Vec<String>,
    size_bytes: u64,
    partitions: usize,
    partitions_leading: usize,
    partitions_following: usize,
    /// Replicas whose files could not be opened, or failed since; the log says why.
    partitions_offline: usize,
}

/// Counted since the start.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TrafficStatus {
    messages_in: u64,
    bytes_in: u64,
    bytes_out: u64,
    failed_produce_requests: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MetadataStatus {
    version: Option<i64>,
    last_metadata_update_timestamp: Option<i64>,
    topics: usize,
    brokers_active: usize,
}

/// Requests on the Kafka listeners by API.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RequestStatus {
    api: &'static str,
    count: u64,
    mean_time_ms: f64,
}

impl StatusResponse {
    fn of(state: &RestState) -> StatusResponse {
        let (name, handles, link) = match state.phase() {
            Phase::Starting => ("starting", None, None),
            Phase::Serving(handles, link) => ("serving", Some(handles), Some(link)),
            Phase::Stopping => ("stopping", None, None),
        };
        let process = state.process();
        StatusResponse {
            state: name,
            version: env!("CARGO_PKG_VERSION"),
            started_timestamp: process.started_ms(),
            uptime_ms: u64::try_from(process.uptime().as_millis()).unwrap_or(u64::MAX),
            resident_memory_bytes: process.resident_bytes(),
            broker: handles.as_deref().map(BrokerStatus::of),
            storage: handles.as_deref().map(StorageStatus::of),
            traffic: handles.as_deref().map(TrafficStatus::of),
            metadata: handles.as_deref().map(MetadataStatus::of),
            controller: link.as_deref().and_then(ControllerStatus::of),
            storage_services: link.as_deref().map(StorageServiceStatus::all).unwrap_or_default(),
            requests: handles.as_deref().map(RequestStatus::all).unwrap_or_default(),
            error_message: None,
            error_code: ErrorCode::NONE.name(),
            success: true,
        }
    }
}

impl Shape for StatusResponse {
    fn refused(refused: &Refused) -> StatusResponse {
        StatusResponse {
            state: "unknown",
            version: env!("CARGO_PKG_VERSION"),
            started_timestamp: 0,
            uptime_ms: 0,
            resident_memory_bytes: None,
            broker: None,
            storage: None,
            traffic: None,
            metadata: None,
            controller: None,
            storage_services: Vec::new(),
            requests: Vec::new(),
            error_message: Some(refused.message.clone()),
            error_code: refused.code_name(),
            success: false,
        }
    }
}

impl BrokerStatus {
    fn of(handles: &Handles) -> BrokerStatus {
        let image = handles.metadata.load();
        BrokerStatus {
            id: handles.broker_id.0,
            cluster_id: image.cluster_id.to_string(),
            is_active: image
                .cluster
                .broker(handles.broker_id)
                .is_some_and(|broker| !broker.fenced),
            durability: handles.settings.log_durability.name(),
        }
    }
}

impl StorageStatus {
    fn of(handles: &Handles) -> StorageStatus {
        let partitions = handles.partitions.all();
        let failed = partitions.iter().filter(|partition| partition.has_failed()).count();
        let leading = partitions.iter().filter(|partition| partition.role().is_leader).count();
        let dirs = handles.settings.log_dirs.iter();
        StorageStatus {
            log_dirs: dirs.map(|dir| dir.display().to_string()).collect(),
            size_bytes: partitions.iter().map(|partition| partition.size_bytes()).sum(),
            partitions: partitions.len(),
            partitions_leading: leading,
            partitions_following: partitions.len() - leading,
            partitions_offline: failed + handles.partitions.offline_count(),
        }
    }
}

impl TrafficStatus {
    fn of(handles: &Handles) -> TrafficStatus {
        let all = handles.partitions.traffic().all();
        TrafficStatus {
            messages_in: all.messages_in.get(),
            bytes_in: all.bytes_in.get(),
            bytes_out: all.bytes_out.get(),
            failed_produce_requests: all.failed_produce_requests.get(),
        }
    }
}

impl MetadataStatus {
    fn of(handles: &Handles) -> MetadataStatus {
        let image = handles.metadata.load();
        let pushed = PushedState::of(&image);
        MetadataStatus {
            version: pushed.version_of(&image),
            last_metadata_update_timestamp: pushed.updated_ms,
            topics: image.topics.len(),
            brokers_active: image.cluster.unfenced().count(),
        }
    }
}

impl RequestStatus {
    fn all(handles: &Handles) -> Vec<RequestStatus> {
        let totals = handles.request_metrics.totals();
        let status = |(api, count, took): (_, u64, std::time::Duration)| RequestStatus {
            api,
            count,
            mean_time_ms: took.as_secs_f64() * 1_000.0 / count.max(1) as f64,
        };
        totals.map(status).collect()
    }
}

/// The status, laid out for people.
pub async fn status(State(state): State<RestState>) -> Response {
    // Thousands of partitions take a while, which no network thread has.
    let made = tokio::task::spawn_blocking(move || serde_json::to_vec_pretty(&StatusResponse::of(&state)));
    let body = match made.await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return failed(&error),
        Err(error) => return failed(&error),
    };
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    answer::<StatusResponse>(Err(Refused::new(ErrorCode::UNKNOWN_SERVER_ERROR, error.to_string())))
}
