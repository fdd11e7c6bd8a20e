//! ControllerRegistration: makes a controller known to the active one.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The controller.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ControllerRegistrationRequest {
    /// The controller's node id.
    #[field(versions = "0+")]
    pub controller_id: i32,
    /// A new id at each start of the process.
    #[field(versions = "0+")]
    pub incarnation_id: Uuid,
    /// Whether it could take part in a migration from ZooKeeper.
    #[field(versions = "0+")]
    pub zk_migration_ready: bool,
    /// Where it listens.
    #[field(versions = "0+")]
    pub listeners: Vec<Listener>,
    /// The features that it supports.
    #[field(versions = "0+")]
    pub features: Vec<Feature>,
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

/// Whether it is known.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ControllerRegistrationResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why it is not known, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
}
