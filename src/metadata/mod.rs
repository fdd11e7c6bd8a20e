//! The cluster's metadata as one immutable [`MetadataImage`], and how the next one comes to be.
//!
//! Records go in, an image comes out; a reader holds an `Arc` of an image and never a lock. Each noun has its file:
//! `topics`, `cluster` (brokers and controllers), `configs`, `features`, `quotas`.
//!
//! Invariants: an image never changes; it holds the effect of a whole prefix of the metadata log, never half of a
//! record group; what an image holds can be written back as records, so a snapshot loses nothing.
//!
//! It must not know where records come from (a file, a push, a quorum), nor Kafka's error codes, nor any I/O.

mod changes;
mod cluster;
mod configs;
mod features;
mod handle;
mod image;
mod quotas;
mod topics;

pub use changes::MetadataChanges;
pub use cluster::{BrokerImage, ClusterImage, ControllerImage, Endpoint, SupportedFeature};
pub use configs::{ConfigMap, ConfigResource, ConfigResourceType, ConfigsImage};
pub use features::{FeaturesImage, KRAFT_VERSION, METADATA_VERSION};
pub use handle::{MetadataHandle, MetadataPublisher, MetadataWriter};
pub use image::{MetadataImage, Provenance};
pub use quotas::{ClientQuotasImage, QuotaEntity, QuotaValues};
pub use topics::{DirectoryId, LeaderRecoveryState, PartitionImage, TopicImage, TopicsImage};

/// A metadata record of any type, as the log holds it.
pub type Record = bytes::Bytes;
