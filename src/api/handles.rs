//! What handlers work with: one of everything below this layer, shared by all connections.

use std::sync::Arc;

use crate::config::BrokerSettings;
use crate::controller::ControllerHandle;
use crate::env::{Clock, Random};
use crate::fetch_session::FetchSessionCache;
use crate::ids::BrokerId;
use crate::metadata::MetadataHandle;
use crate::partition::PartitionRegistry;

use super::init_producer_id::ProducerIds;

/// The broker as the api layer sees it.
#[derive(Debug)]
pub struct Handles {
    /// This node.
    pub broker_id: BrokerId,
    /// The settings that the process started with.
    pub settings: Arc<BrokerSettings>,
    /// The cluster's metadata.
    pub metadata: MetadataHandle,
    /// Where changes of the metadata are decided.
    pub controller: ControllerHandle,
    /// The replicas on this broker.
    pub partitions: Arc<PartitionRegistry>,
    /// Incremental fetch sessions.
    pub fetch_sessions: FetchSessionCache,
    /// Producer ids to give out.
    pub producer_ids: ProducerIds,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}
