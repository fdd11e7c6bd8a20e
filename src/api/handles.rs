//! What handlers work with: one of everything below this layer, shared by all connections.

use std::sync::Arc;

use crate::config::{BrokerSettings, LiveSettings};
use crate::controller::{ControllerHandle, REST_LISTENER};
use crate::coordinator::group::GroupCoordinator;
use crate::env::{Clock, Random};
use crate::fetch_session::FetchSessionCache;
use crate::ids::{BrokerId, LeaderEpoch, PartitionId, TopicId};
use crate::metadata::{BrokerImage, MetadataHandle, MetadataImage, PartitionImage, TopicImage};
use crate::partition::{Partition, PartitionRegistry};
use crate::quota::Quotas;
use dmq_protocol::{ErrorCode, StrBytes};

use super::ConnectionInfo;
use super::init_producer_id::ProducerIds;
use super::request_metrics::RequestMetrics;

/// The broker as the api layer sees it.
#[derive(Debug)]
pub struct Handles {
    /// This node.
    pub broker_id: BrokerId,
    /// The settings that the process started with.
    pub settings: Arc<BrokerSettings>,
    /// The settings in force now; where one may change at run time, its readers take it from here.
    pub live: LiveSettings,
    /// The cluster's metadata.
    pub metadata: MetadataHandle,
    /// Where changes of the metadata are decided.
    pub controller: ControllerHandle,
    /// The replicas on this broker.
    pub partitions: Arc<PartitionRegistry>,
    /// The groups that this broker coordinates.
    pub groups: GroupCoordinator,
    /// Incremental fetch sessions.
    pub fetch_sessions: FetchSessionCache,
    /// Producer ids to give out.
    pub producer_ids: ProducerIds,
    /// What clients may use.
    pub quotas: Arc<Quotas>,
    /// What is counted of requests on Kafka listeners.
    pub request_metrics: Arc<RequestMetrics>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl Handles {
    /// The replica of a partition that this broker leads or is about to, by the topic's name.
    pub fn partition_by_name(&self, topic: &str, number: PartitionId) -> Result<Arc<Partition>, ErrorCode> {
        let image = self.metadata.load();
        let topic = image
            .topics
            .by_name(topic)
            .ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
        self.partition_of(topic, number)
    }

    /// As [`Handles::partition_by_name`], by the topic's id.
    pub fn partition_by_id(&self, topic: TopicId, number: PartitionId) -> Result<Arc<Partition>, ErrorCode> {
        if let Some(partition) = self.partitions.get(topic, number) {
            return Ok(partition);
        }
        let image = self.metadata.load();
        let topic = image.topics.by_id(topic).ok_or(ErrorCode::UNKNOWN_TOPIC_ID)?;
        self.partition_of(topic, number)
    }

    fn partition_of(&self, topic: &TopicImage, number: PartitionId) -> Result<Arc<Partition>, ErrorCode> {
        if let Some(partition) = self.partitions.get(topic.id, number) {
            return Ok(partition);
        }
        let image = topic.partition(number).ok_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)?;
        Err(match image.replicas.contains(&self.broker_id) {
            // Its files could not be opened; the start-up log says why.
            true => ErrorCode::KAFKA_STORAGE_ERROR,
            false => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        })
    }

    /// A broker as this client reaches it: this one by the address that the client came by, others by the one they
    /// registered for the same listener. None: it does not serve that listener.
    pub fn address_of(&self, broker: &BrokerImage, connection: &ConnectionInfo) -> Option<Node> {
        let (host, port) = if broker.id == self.broker_id {
            let own = &connection.advertised;
            (own.host.to_string(), own.port)
        } else {
            let endpoint = broker.endpoint(&connection.listener.name)?;
            (endpoint.host.to_string(), endpoint.port)
        };
        Some(Node {
            id: broker.id,
            host: StrBytes::from(host),
            port: i32::from(port),
            rack: broker.rack.as_ref().map(|rack| StrBytes::from(rack.to_string())),
            is_fenced: broker.fenced && broker.id != self.broker_id,
        })
    }

    /// The leader of a partition, if this client can reach it; else why not: nobody leads or the leader is not known, or
    /// it is out of service or without a listener of this name.
    pub fn leader_of(
        &self,
        image: &MetadataImage,
        partition: &PartitionImage,
        connection: &ConnectionInfo,
    ) -> Result<BrokerId, ErrorCode> {
        let leader = partition.leader.ok_or(ErrorCode::LEADER_NOT_AVAILABLE)?;
        let broker = image.cluster.broker(leader).ok_or(ErrorCode::LEADER_NOT_AVAILABLE)?;
        match self.address_of(broker, connection) {
            Some(node) if !node.is_fenced => Ok(leader),
            _ => Err(ErrorCode::LISTENER_NOT_FOUND),
        }
    }

    /// The epoch of a partition's leadership as far as it can be told: brokers that a metadata service tells of a
    /// partition separately count its epochs each for itself, so only the leader knows the one that holds.
    pub fn leader_epoch_of(&self, image: &MetadataImage, partition: &PartitionImage) -> LeaderEpoch {
        let elsewhere = partition.leader.filter(|leader| *leader != self.broker_id);
        let leader = elsewhere.and_then(|leader| image.cluster.broker(leader));
        // Brokers that registered themselves name their log directories.
        let told_of =
            |leader: &Arc<BrokerImage>| leader.log_dirs.is_empty() && leader.endpoint(REST_LISTENER).is_some();
        match leader.is_some_and(told_of) {
            true => LeaderEpoch::UNKNOWN,
            false => partition.leader_epoch,
        }
    }

    /// The brokers with these ids, each once, as this client reaches them; ids that nobody has are left out.
    pub fn addresses_of(&self, mut ids: Vec<i32>, connection: &ConnectionInfo) -> Vec<Node> {
        ids.sort_unstable();
        ids.dedup();
        let image = self.metadata.load();
        let known = ids.into_iter().filter_map(|id| image.cluster.broker(BrokerId(id)));
        known.filter_map(|broker| self.address_of(broker, connection)).collect()
    }
}

/// A broker as one client reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: BrokerId,
    /// The host.
    pub host: StrBytes,
    /// The port.
    pub port: i32,
    /// `broker.rack`.
    pub rack: Option<StrBytes>,
    /// Whether it may neither lead nor be used by clients.
    pub is_fenced: bool,
}
