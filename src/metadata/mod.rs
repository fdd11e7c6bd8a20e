//! The cluster's metadata as one immutable [`MetadataImage`], and how the next one comes to be.
//!
//! Records go in ([`MetadataDelta::apply`]), an image comes out; a reader holds an `Arc` of an image and never a lock.
//! Each noun has its file: `topics`, `cluster` (brokers and controllers), `configs`, `features`, `quotas`, `preserved`.
//!
//! Invariants: an image never changes; it holds the effect of a whole prefix of the metadata log, never half of a
//! record group; [`MetadataImage::to_records`] gives back all that an image holds, so a snapshot loses nothing.
//!
//! It must not know where records come from (a file, a push, a quorum), nor Kafka's error codes, nor any I/O.

mod changes;
mod cluster;
mod cluster_delta;
mod configs;
mod delta;
mod error;
mod features;
mod handle;
mod image;
mod live_settings;
mod metrics;
mod preserved;
mod quotas;
mod record;
mod snapshot;
mod topics;
mod topics_delta;

pub use changes::MetadataChanges;
pub use cluster::{BrokerImage, ClusterImage, ControllerImage, Endpoint, SupportedFeature};
pub use configs::{ConfigMap, ConfigResource, ConfigResourceType, ConfigsImage};
pub use delta::MetadataDelta;
pub use error::ApplyError;
pub use features::{ELIGIBLE_LEADER_REPLICAS_VERSION, FeaturesImage, KRAFT_VERSION, METADATA_VERSION};
pub use handle::{MetadataHandle, MetadataPublisher, MetadataWriter};
pub use image::{MetadataImage, Provenance};
pub use live_settings::SettingsPublisher;
pub use metrics::ClusterMetrics;
pub use preserved::{PreservedImage, PreservedKey};
pub use quotas::{ClientQuotasImage, QuotaEntity, QuotaValues};
pub use record::{Record, version_of};
pub use topics::{DirectoryId, LeaderRecoveryState, PartitionImage, TopicImage, TopicsImage};

#[cfg(test)]
mod tests;
