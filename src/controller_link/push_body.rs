//! An image in the shape of a push: what this broker shows of its metadata, and pushes to storage services.

use schemars::JsonSchema;
use serde::Serialize;

use crate::controller::{PushedState, REST_LISTENER, pushed_leader_epoch};
use crate::ids::{BrokerId, PartitionId};
use crate::metadata::{BrokerImage, MetadataImage, PartitionImage, TopicImage};

/// All of an image.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushBody {
    /// The version; see [`PushedState::version_of`].
    pub version: Option<i64>,
    /// Every broker.
    pub brokers: Vec<BrokerView>,
    /// Every partition.
    pub partitions: Vec<PartitionView>,
    /// The controller's time of the last push.
    pub timestamp: Option<i64>,
}

/// A broker.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrokerView {
    id: i32,
    host: Option<String>,
    port: Option<u16>,
    kafka_host: Option<String>,
    kafka_port: Option<u16>,
    is_alive: bool,
    alive: bool,
}

/// A partition.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartitionView {
    topic: String,
    topic_id: String,
    partition: i32,
    leader_id: i32,
    follower_ids: Vec<i32>,
    isr_ids: Vec<i32>,
    leader_epoch: i64,
}

impl PushBody {
    /// What `image` holds.
    pub fn of(image: &MetadataImage) -> PushBody {
        let state = PushedState::of(image);
        let topics = image.topics.iter();
        let partitions = topics.flat_map(|topic| topic.partitions.iter().map(move |(number, it)| (topic, *number, it)));
        let partitions = partitions.map(|(topic, number, it)| PartitionView::of(image, topic, number, it));
        PushBody {
            version: state.version_of(image),
            brokers: image
                .cluster
                .brokers
                .values()
                .map(|broker| BrokerView::of(broker))
                .collect(),
            partitions: partitions.collect(),
            timestamp: state.timestamp_ms,
        }
    }

    /// The same without brokers that nobody can be told how to reach.
    pub fn reachable(mut self) -> PushBody {
        self.brokers.retain(|broker| broker.port.is_some());
        self
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
