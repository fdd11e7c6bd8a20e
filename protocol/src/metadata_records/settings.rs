//! Records about settings, features and quotas, and two that say nothing about either.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;

/// A setting of a topic, a broker or the like has a value, or its default again.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ConfigRecord {
    /// What the setting belongs to: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group.
    #[field(versions = "0+")]
    pub resource_type: i8,
    /// The name or id of what it belongs to; empty for the default of all brokers.
    #[field(versions = "0+")]
    pub resource_name: StrBytes,
    /// The setting's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The setting's value; null if it has none of its own any more.
    #[field(versions = "0+", nullable = "0+")]
    pub value: Option<StrBytes>,
}

/// A feature is at a level for the whole cluster.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct FeatureLevelRecord {
    /// The feature's name, such as `metadata.version`.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The level; 0 if the feature is off.
    #[field(versions = "0+")]
    pub feature_level: i16,
}

/// A quota is set or removed.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ClientQuotaRecord {
    /// Whose quota it is: a combination such as a user and a client id.
    #[field(versions = "0+")]
    pub entity: Vec<EntityData>,
    /// What it limits, such as `producer_byte_rate`.
    #[field(versions = "0+")]
    pub key: StrBytes,
    /// The limit.
    #[field(versions = "0+")]
    pub value: f64,
    /// Whether the quota is removed.
    #[field(versions = "0+")]
    pub remove: bool,
}

/// A part of whose quota it is.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct EntityData {
    /// `user`, `client-id` or `ip`.
    #[field(versions = "0+")]
    pub entity_type: StrBytes,
    /// Its name; null for the default of its type.
    #[field(versions = "0+", nullable = "0+")]
    pub entity_name: Option<StrBytes>,
}

/// Nothing; written at intervals so that the log moves on.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct NoOpRecord {}

/// How far the migration from ZooKeeper is.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct ZkMigrationStateRecord {
    /// 0 none, 1 before, 2 under way, 3 after.
    #[field(versions = "0+")]
    pub zk_migration_state: i8,
}
