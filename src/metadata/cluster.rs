//! The nodes of an image: brokers by id, controllers by id.
//!
//! Holds registrations as the records say them; which of them is alive is told by `fenced`, not judged here.

use std::sync::Arc;

use dmq_protocol::Uuid;
use imbl::OrdMap;

use super::topics::DirectoryId;
use crate::ids::BrokerId;

/// All registered nodes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClusterImage {
    /// The brokers, in the order of their ids.
    pub brokers: OrdMap<BrokerId, Arc<BrokerImage>>,
    /// The controllers, in the order of their ids.
    pub controllers: OrdMap<BrokerId, Arc<ControllerImage>>,
}

impl ClusterImage {
    /// The broker with this id, fenced or not.
    pub fn broker(&self, id: BrokerId) -> Option<&Arc<BrokerImage>> {
        self.brokers.get(&id)
    }

    /// The brokers that may lead and be shown to clients.
    pub fn unfenced(&self) -> impl Iterator<Item = &Arc<BrokerImage>> {
        self.brokers.values().filter(|broker| !broker.fenced)
    }
}

/// One broker's registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerImage {
    /// The broker's `node.id`.
    pub id: BrokerId,
    /// The offset of the registration record: orders the incarnations of one broker.
    pub epoch: i64,
    /// Differs for each start of the broker's process.
    pub incarnation_id: Uuid,
    /// Where it listens, one for each listener name.
    pub endpoints: Vec<Endpoint>,
    /// The feature levels that it can serve.
    pub features: Vec<SupportedFeature>,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// Registered, but not (or no longer) allowed to lead or be shown to clients.
    pub fenced: bool,
    /// Moving its leaderships away before it stops.
    pub in_controlled_shutdown: bool,
    /// A leftover of the ZooKeeper migration, kept as it was.
    pub is_migrating_zk_broker: bool,
    /// Its log directories that work.
    pub log_dirs: Vec<DirectoryId>,
    /// Its log directories that take no new replica; none when the record's version does not say.
    pub cordoned_log_dirs: Option<Vec<DirectoryId>>,
}

impl BrokerImage {
    /// Where this broker answers for the listener called `listener` (`PLAINTEXT`, `INTERNAL`, …).
    pub fn endpoint(&self, listener: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| &*endpoint.listener == listener)
    }
}

/// One controller's registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControllerImage {
    /// The controller's `node.id`.
    pub id: BrokerId,
    /// Differs for each start of the controller's process.
    pub incarnation_id: Uuid,
    /// A leftover of the ZooKeeper migration, kept as it was.
    pub zk_migration_ready: bool,
    /// Where it listens.
    pub endpoints: Vec<Endpoint>,
    /// The feature levels that it can serve.
    pub features: Vec<SupportedFeature>,
}

/// An address of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The listener's name.
    pub listener: Arc<str>,
    /// The host that clients connect to.
    pub host: Arc<str>,
    /// The port that clients connect to.
    pub port: u16,
    /// Kafka's number of the security protocol: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    pub security_protocol: i16,
}

/// A feature and the levels of it that a node can serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportedFeature {
    /// The feature's name, e.g. `metadata.version`.
    pub name: Arc<str>,
    /// The lowest level served.
    pub min_level: i16,
    /// The highest level served.
    pub max_level: i16,
}
