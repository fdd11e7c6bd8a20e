//! What differs between two images, for those who act on it (open a log, close a log, apply a config).
//!
//! Names things by id or key only: the new value stands in the new image, the old one in the old image. A thing made
//! and unmade between the two images appears nowhere.

use std::collections::BTreeSet;

use super::configs::ConfigResource;
use super::image::MetadataImage;
use crate::ids::{BrokerId, PartitionId, TopicId};

/// The difference between an image and the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MetadataChanges {
    /// Topics in the new image that the old one did not have.
    pub topics_created: BTreeSet<TopicId>,
    /// Topics of the old image that the new one does not have.
    pub topics_deleted: BTreeSet<TopicId>,
    /// Partitions new or different, of topics that both images have.
    pub partitions_changed: BTreeSet<(TopicId, PartitionId)>,
    /// Resources whose configs differ; a created or deleted topic with configs among them.
    pub configs_changed: BTreeSet<ConfigResource>,
    /// Brokers registered, unregistered, fenced, unfenced or otherwise different.
    pub brokers_changed: BTreeSet<BrokerId>,
    /// Whether a finalized feature level differs.
    pub features_changed: bool,
    /// Whether a client quota differs.
    pub quotas_changed: bool,
    /// Whether a preserved record (ACL, SCRAM credential, delegation token, …) differs.
    pub preserved_changed: bool,
}

impl MetadataChanges {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == MetadataChanges::default()
    }

    /// All of `image`, as seen by one that knew nothing before.
    pub fn whole(image: &MetadataImage) -> MetadataChanges {
        MetadataChanges {
            topics_created: image.topics.iter().map(|topic| topic.id).collect(),
            configs_changed: image.configs.iter().map(|(resource, _)| resource.clone()).collect(),
            brokers_changed: image.cluster.brokers.keys().copied().collect(),
            features_changed: image.features.iter().next().is_some(),
            quotas_changed: image.client_quotas.iter().next().is_some(),
            preserved_changed: image.preserved.iter().next().is_some(),
            ..MetadataChanges::default()
        }
    }
}
