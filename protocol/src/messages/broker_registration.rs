//! BrokerRegistration: makes a broker a member of the cluster.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The broker.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "0+")]
pub struct BrokerRegistrationRequest {
    /// The broker's id.
    #[field(versions = "0+")]
    pub broker_id: i32,
    /// The cluster that it belongs to.
    #[field(versions = "0+")]
    pub cluster_id: StrBytes,
    /// A new id at each start of the process.
    #[field(versions = "0+")]
    pub incarnation_id: Uuid,
    /// Where it listens.
    #[field(versions = "0+")]
    pub listeners: Vec<Listener>,
    /// The features that it supports.
    #[field(versions = "0+")]
    pub features: Vec<Feature>,
    /// The broker's rack (`broker.rack`); null if it has none.
    #[field(versions = "0+", nullable = "0+")]
    pub rack: Option<StrBytes>,
    /// Whether the broker is being migrated from ZooKeeper.
    #[field(versions = "1+")]
    pub is_migrating_zk_broker: bool,
    /// The ids of the broker's log directories that work.
    #[field(versions = "2+", ignorable)]
    pub log_dirs: Vec<Uuid>,
    /// The epoch of the last clean stop; −1 if there was none.
    #[field(versions = "3+", default = "-1", ignorable)]
    pub previous_broker_epoch: i64,
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Listener {
    /// The listener's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: u16,
    /// How the listener is secured: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.
    #[field(versions = "0+")]
    pub security_protocol: i16,
}

/// A feature.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Feature {
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

/// Whether it is a member.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-4", flexible = "0+")]
pub struct BrokerRegistrationResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why it is not a member, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The broker's epoch: the offset of its registration in the metadata log; −1 if it is not known.
    #[field(versions = "0+", default = "-1")]
    pub broker_epoch: i64,
}
