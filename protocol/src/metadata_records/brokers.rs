//! Records about brokers and controllers: registration, fencing, and the producer ids they were given.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// A broker is a member of the cluster, fenced at first.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "0+")]
pub struct RegisterBrokerRecord {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// Whether the broker is being migrated from ZooKeeper.
    #[field(versions = "2+")]
    pub is_migrating_zk_broker: bool,
    /// A new id at each start of the process.
    #[field(versions = "0+")]
    pub incarnation_id: Uuid,
    /// The broker's epoch: the offset of its registration in the metadata log.
    #[field(versions = "0+")]
    pub broker_epoch: i64,
    /// Where it listens.
    #[field(versions = "0+")]
    pub end_points: Vec<BrokerEndpoint>,
    /// The features that the broker supports.
    #[field(versions = "0+")]
    pub features: Vec<BrokerFeature>,
    /// The broker's rack (`broker.rack`); null if it has none.
    #[field(versions = "0+", nullable = "0+")]
    pub rack: Option<StrBytes>,
    /// Whether the broker is out of service.
    #[field(versions = "0+", default = "true")]
    pub fenced: bool,
    /// Whether the broker is on its way out, its partitions moving elsewhere.
    #[field(versions = "1+")]
    pub in_controlled_shutdown: bool,
    /// The ids of the broker's log directories that work.
    #[field(versions = "3+", tag = 0, tagged_versions = "3+")]
    pub log_dirs: Vec<Uuid>,
    /// The ids of the log directories that get no new partitions; null if that is not known.
    #[field(versions = "4+", nullable = "4+", default = "null", tag = 1, tagged_versions = "4+")]
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
}

/// Where a broker listens.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct BrokerEndpoint {
    /// The listener's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: u16,
    /// How the endpoint is secured: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    #[field(versions = "0+")]
    pub security_protocol: i16,
}

/// A feature that a broker supports.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct BrokerFeature {
    /// The feature's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The lowest level supported.
    #[field(versions = "0+")]
    pub min_supported_version: i16,
    /// The highest level supported.
    #[field(versions = "0+")]
    pub max_supported_version: i16,
}

/// A broker is no member of the cluster any more.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct UnregisterBrokerRecord {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log.
    #[field(versions = "0+")]
    pub broker_epoch: i64,
}

/// A broker is out of service. Written by old releases; now BrokerRegistrationChangeRecord says so.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct FenceBrokerRecord {
    /// The broker's id.
    #[field(versions = "0+")]
    pub id: i32,
    /// The broker's epoch.
    #[field(versions = "0+")]
    pub epoch: i64,
}

/// A broker is in service. Written by old releases; now BrokerRegistrationChangeRecord says so.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct UnfenceBrokerRecord {
    /// The broker's id.
    #[field(versions = "0+")]
    pub id: i32,
    /// The broker's epoch.
    #[field(versions = "0+")]
    pub epoch: i64,
}

/// What changes about a registered broker.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-3", flexible = "0+")]
pub struct BrokerRegistrationChangeRecord {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log.
    #[field(versions = "0+")]
    pub broker_epoch: i64,
    /// −1 if the broker is back in service, 1 if it is out of it, 0 for no change.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+")]
    pub fenced: i8,
    /// 1 if the broker is on its way out, 0 for no change.
    #[field(versions = "1+", tag = 1, tagged_versions = "1+")]
    pub in_controlled_shutdown: i8,
    /// The ids of the broker's log directories that work; empty for no change.
    #[field(versions = "2+", tag = 2, tagged_versions = "2+")]
    pub log_dirs: Vec<Uuid>,
    /// The ids of the log directories that get no new partitions; null for no change.
    #[field(versions = "3+", nullable = "3+", default = "null", tag = 3, tagged_versions = "3+")]
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
}

/// A broker has a block of producer ids to give out.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ProducerIdsRecord {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The broker's epoch: the offset of its registration in the metadata log.
    #[field(versions = "0+", default = "-1")]
    pub broker_epoch: i64,
    /// The first id after the block, and so the first of the next.
    #[field(versions = "0+")]
    pub next_producer_id: i64,
}

/// A controller is a member of the cluster.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RegisterControllerRecord {
    /// The controller's id.
    #[field(versions = "0+")]
    pub controller_id: i32,
    /// A new id at each start of the process.
    #[field(versions = "0+")]
    pub incarnation_id: Uuid,
    /// Whether the controller could take part in a migration from ZooKeeper.
    #[field(versions = "0+")]
    pub zk_migration_ready: bool,
    /// Where it listens.
    #[field(versions = "0+")]
    pub end_points: Vec<ControllerEndpoint>,
    /// The features that the controller supports.
    #[field(versions = "0+")]
    pub features: Vec<ControllerFeature>,
}

/// Where a controller listens.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ControllerEndpoint {
    /// The listener's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: u16,
    /// How the endpoint is secured: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    #[field(versions = "0+")]
    pub security_protocol: i16,
}

/// A feature that a controller supports.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ControllerFeature {
    /// The feature's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The lowest level supported.
    #[field(versions = "0+")]
    pub min_supported_version: i16,
    /// The highest level supported.
    #[field(versions = "0+")]
    pub max_supported_version: i16,
}

/// A controller is no member of the cluster any more.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct UnregisterControllerRecord {
    /// The controller's id.
    #[field(versions = "0+")]
    pub controller_id: i32,
}
