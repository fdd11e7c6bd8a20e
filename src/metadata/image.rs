//! The whole of the cluster's metadata at one offset of the metadata log.
//!
//! Immutable once made; cloning it costs a few pointers, because its maps share what did not change.

use std::sync::Arc;

use super::cluster::ClusterImage;
use super::configs::ConfigsImage;
use super::features::FeaturesImage;
use super::preserved::PreservedImage;
use super::quotas::ClientQuotasImage;
use super::topics::TopicsImage;
use crate::ids::{LeaderEpoch, Offset, ProducerId};

/// The cluster's metadata as of `provenance`.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataImage {
    /// The cluster's id, as in `meta.properties`; not a record.
    pub cluster_id: Arc<str>,
    /// How far in the metadata log this image reaches.
    pub provenance: Provenance,
    /// The finalized feature levels.
    pub features: FeaturesImage,
    /// Brokers and controllers.
    pub cluster: ClusterImage,
    /// Topics and partitions.
    pub topics: TopicsImage,
    /// Dynamic configs.
    pub configs: ConfigsImage,
    /// Client quotas.
    pub client_quotas: ClientQuotasImage,
    /// The first producer id that was never given out.
    pub next_producer_id: ProducerId,
    /// Records kept as they are: access control entries, SCRAM credentials, delegation tokens.
    pub preserved: PreservedImage,
}

impl MetadataImage {
    /// A cluster of which no record is known.
    pub fn empty(cluster_id: &str) -> MetadataImage {
        MetadataImage {
            cluster_id: Arc::from(cluster_id),
            provenance: Provenance::NONE,
            features: FeaturesImage::default(),
            cluster: ClusterImage::default(),
            topics: TopicsImage::default(),
            configs: ConfigsImage::default(),
            client_quotas: ClientQuotasImage::default(),
            next_producer_id: ProducerId(0),
            preserved: PreservedImage::default(),
        }
    }
}

/// The last record that an image reflects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provenance {
    /// The record's offset in the metadata log (inclusive); [`Offset::UNKNOWN`] before the first.
    pub last_offset: Offset,
    /// The leader epoch of the batch it stood in.
    pub last_epoch: LeaderEpoch,
    /// When the batch was appended, in ms since 1970.
    pub last_timestamp_ms: i64,
}

impl Provenance {
    /// Of an image that reflects no record.
    pub const NONE: Provenance = Provenance {
        last_offset: Offset::UNKNOWN,
        last_epoch: LeaderEpoch::UNKNOWN,
        last_timestamp_ms: 0,
    };
}
