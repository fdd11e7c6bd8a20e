//! Why settings that Kafka knows have no effect in this broker, each reason written once.
//!
//! Every text ends the sentence "accepted without effect: …" that the broker logs when such a setting is set.

/// The coordinator does without.
pub(super) const COORDINATOR: &str = "the group coordinator has no such knob";
/// Classic groups only.
pub(super) const GROUPS: &str = "groups of the consumer protocol (KIP-848) are not served by this version";
/// No share groups.
pub(super) const SHARE_GROUPS: &str = "share groups are not served by this version";
/// No streams groups.
pub(super) const STREAMS_GROUPS: &str = "streams groups are not served by this version";
/// The storage engine does without.
pub(super) const LOG: &str = "the storage engine has no such knob";
/// One way to make lz4 frames.
pub(super) const LZ4_LEVEL: &str = "lz4 frames are made at one speed only";
/// No reporters to configure.
pub(super) const METRICS: &str = "metrics are not reported this way";
/// The runtime does without.
pub(super) const RUNTIME: &str = "work is scheduled on one runtime, without pools of threads to size";
/// No waiting operations to purge.
pub(super) const PURGATORY: &str = "waiting requests are dropped as soon as they are answered";
/// Nothing is loaded from Java classes.
pub(super) const CLASSES: &str = "no classes are loaded into this broker";
/// One controller, in the same process.
pub(super) const QUORUM: &str = "the controller runs in the broker's process, without a quorum";
/// No replication and no moves of replicas to hold back.
pub(super) const QUOTAS: &str = "replication and moves between directories are not held back by this version";
/// One replica per partition.
pub(super) const REPLICATION: &str = "partitions are not replicated to other brokers by this version";
/// No connections to other brokers.
pub(super) const INTER_BROKER: &str = "this broker opens no connections to other brokers";
/// No SASL.
pub(super) const SASL: &str = "SASL is not served by this version";
/// No authorizer, no delegation tokens.
pub(super) const SECURITY: &str = "clients are neither authenticated nor authorized by this version";
/// No remote storage.
pub(super) const TIERED_STORAGE: &str = "logs are kept on local disks only";
/// No TLS.
pub(super) const TLS: &str = "TLS is not served by this version";
/// No transactions.
pub(super) const TRANSACTIONS: &str = "transactions are not served by this version";
/// Client telemetry is not collected.
pub(super) const CLIENT_TELEMETRY: &str = "clients are not asked for their metrics";
/// A clean stop always drains.
pub(super) const SHUTDOWN: &str = "a stop always drains and flushes first";
/// Directories cannot be cordoned.
pub(super) const CORDONED: &str = "log directories cannot be cordoned in this version";
/// Nothing unstable is served.
pub(super) const UNSTABLE: &str = "only stable versions are served";
/// There is one moment at which listeners open.
pub(super) const ONE_LISTENER_PHASE: &str = "all listeners open together, without waiting for an authorizer";
/// Memory is what is limited.
pub(super) const REQUEST_COUNT: &str = "requests under way are limited by their memory, queued.max.request.bytes";
