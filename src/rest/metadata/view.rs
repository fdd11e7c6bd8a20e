//! The cluster as this broker sees it, in the shape of a push, so that it can be pushed to another broker.

use dmq_protocol::ErrorCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::refusal::{Refused, Shape};
use crate::api::Handles;
use crate::controller::{PushedState, REST_LISTENER, pushed_leader_epoch};
use crate::ids::{BrokerId, PartitionId};
use crate::metadata::{BrokerImage, MetadataImage, PartitionImage, TopicImage};

/// The answer to a request for the metadata.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetadataView {
    version: Option<i64>,
    brokers: Vec<BrokerView>,
    partitions: Vec<PartitionView>,
    /// The controller's time of the last push.
    timestamp: Option<i64>,
    /// When the last push was applied, by this broker's clock.
    last_metadata_update_timestamp: Option<i64>,
    broker_id: Option<i32>,
    error_message: Option<String>,
    error_code: &'static str,
    success: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BrokerView {
    id: i32,
    host: Option<String>,
    port: Option<u16>,
    kafka_host: Option<String>,
    kafka_port: Option<u16>,
    is_alive: bool,
    alive: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PartitionView {
    topic: String,
    topic_id: String,
    partition: i32,
    leader_id: i32,
    follower_ids: Vec<i32>,
    isr_ids: Vec<i32>,
    leader_epoch: i64,
}

impl MetadataView {
    /// What `handles` know at this moment.
    pub fn of(handles: &Handles) -> MetadataView {
        let image = handles.metadata.load();
        let state = PushedState::of(&image);
        let topics = image.topics.iter();
        let partitions = topics.flat_map(|topic| topic.partitions.iter().map(move |(number, it)| (topic, *number, it)));
        MetadataView {
            version: state.version_of(&image),
            brokers: image
                .cluster
                .brokers
                .values()
                .map(|broker| BrokerView::of(broker))
                .collect(),
            partitions: partitions
                .map(|(topic, number, partition)| PartitionView::of(&image, topic, number, partition))
                .collect(),
            timestamp: state.timestamp_ms,
            last_metadata_update_timestamp: state.updated_ms,
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

impl BrokerView {
    fn of(broker: &BrokerImage) -> BrokerView {
        let rest = broker.endpoint(REST_LISTENER);
        let kafka = broker
            .endpoints
            .iter()
            .find(|endpoint| &*endpoint.listener != REST_LISTENER);
        BrokerView {
            id: broker.id.0,
            host: rest.map(|rest| rest.host.to_string()),
            port: rest.map(|rest| rest.port),
            kafka_host: kafka.map(|kafka| kafka.host.to_string()),
            kafka_port: kafka.map(|kafka| kafka.port),
            is_alive: !broker.fenced,
            alive: !broker.fenced,
        }
    }
}

impl PartitionView {
    fn of(image: &MetadataImage, topic: &TopicImage, number: PartitionId, partition: &PartitionImage) -> PartitionView {
        let numbers = |ids: &[BrokerId]| ids.iter().map(|id| id.0).collect::<Vec<_>>();
        let mut followers = numbers(&partition.replicas);
        followers.retain(|id| Some(BrokerId(*id)) != partition.leader);
        let pushed = pushed_leader_epoch(image, topic.id, number);
        PartitionView {
            topic: topic.name.to_string(),
            topic_id: topic.id.to_string(),
            partition: number.0,
            leader_id: partition.leader.map_or(-1, |leader| leader.0),
            follower_ids: followers,
            isr_ids: numbers(&partition.isr),
            leader_epoch: pushed.unwrap_or(i64::from(partition.leader_epoch.0)),
        }
    }
}
