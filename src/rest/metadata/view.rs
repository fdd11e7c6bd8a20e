//! The cluster as this broker sees it, in the shape of a push, so that it can be pushed to another broker.

use dmq_protocol::ErrorCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::refusal::{Refused, Shape};
use crate::api::Handles;
use crate::controller::PushedState;
use crate::controller_link::{BrokerView, PartitionView, PushBody};

/// The answer to a request for the metadata.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataView {
    version: Option<i64>,
    brokers: Vec<BrokerView>,
    partitions: Vec<PartitionView>,
    timestamp: Option<i64>,
    /// When the last push was applied, by this broker's clock.
    last_metadata_update_timestamp: Option<i64>,
    broker_id: Option<i32>,
    error_message: Option<String>,
    error_code: &'static str,
    success: bool,
}

impl MetadataView {
    /// What `handles` know at this moment.
    pub fn of(handles: &Handles) -> MetadataView {
        let image = handles.metadata.load_full();
        let body = PushBody::of(&image);
        MetadataView {
            version: body.version,
            brokers: body.brokers,
            partitions: body.partitions,
            timestamp: body.timestamp,
            last_metadata_update_timestamp: PushedState::of(&image).updated_ms,
            broker_id: Some(handles.broker_id.0),
            error_message: None,
            error_code: ErrorCode::NONE.name(),
            success: true,
        }
    }
}

impl Shape for MetadataView {
    fn refused(refused: &Refused) -> MetadataView {
        MetadataView {
            version: None,
            brokers: Vec::new(),
            partitions: Vec::new(),
            timestamp: None,
            last_metadata_update_timestamp: None,
            broker_id: None,
            error_message: Some(refused.message.clone()),
            error_code: refused.code_name(),
            success: false,
        }
    }
}
