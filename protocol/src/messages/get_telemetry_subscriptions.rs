//! GetTelemetrySubscriptions: asks which of its metrics a client should send.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct GetTelemetrySubscriptionsRequest {
    /// The id of this instance of the client; zero to be given one.
    #[field(versions = "0+")]
    pub client_instance_id: Uuid,
}

/// What is wanted of the client.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct GetTelemetrySubscriptionsResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing is told, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The id given to this instance of the client; zero if it has one.
    #[field(versions = "0+")]
    pub client_instance_id: Uuid,
    /// The subscription: changes with what is wanted.
    #[field(versions = "0+")]
    pub subscription_id: i32,
    /// The compressions that the broker reads, the preferred first, numbered as in record batches.
    #[field(versions = "0+")]
    pub accepted_compression_types: Vec<i8>,
    /// How often to send metrics, in milliseconds.
    #[field(versions = "0+")]
    pub push_interval_ms: i32,
    /// How large a push may be, in bytes.
    #[field(versions = "0+")]
    pub telemetry_max_bytes: i32,
    /// Whether sums are of the time since the last push, rather than since the start.
    #[field(versions = "0+")]
    pub delta_temporality: bool,
    /// The beginnings of the names of the metrics that are wanted; one empty name for all, none for none.
    #[field(versions = "0+")]
    pub requested_metrics: Vec<StrBytes>,
}
