//! PushTelemetry: sends a client's metrics to the broker.

use bytes::Bytes;
use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::uuid::Uuid;

/// The metrics.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct PushTelemetryRequest {
    /// The id of this instance of the client.
    #[field(versions = "0+")]
    pub client_instance_id: Uuid,
    /// The subscription: changes with what is wanted.
    #[field(versions = "0+")]
    pub subscription_id: i32,
    /// Whether the client is about to stop.
    #[field(versions = "0+")]
    pub terminating: bool,
    /// How the metrics are compressed, numbered as in record batches.
    #[field(versions = "0+")]
    pub compression_type: i8,
    /// OpenTelemetry metrics, version 1 of its protobuf form.
    #[field(versions = "0+")]
    pub metrics: Bytes,
}

/// Whether they were taken.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct PushTelemetryResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why the metrics were not taken, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
}
