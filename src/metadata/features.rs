//! The finalized feature levels of an image.
//!
//! Only what records said; which levels exist and what they mean is the controller's to know.

use std::sync::Arc;

use imbl::OrdMap;

/// The name of the feature that versions the metadata records themselves.
pub const METADATA_VERSION: &str = "metadata.version";
/// The name of the feature that versions KRaft's own records; told by a control record, never by a feature record.
pub const KRAFT_VERSION: &str = "kraft.version";

/// The name of the feature that keeps replicas eligible to lead which left the ISR with all that was committed.
pub const ELIGIBLE_LEADER_REPLICAS_VERSION: &str = "eligible.leader.replicas.version";

/// The level of each feature that is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeaturesImage {
    finalized: OrdMap<Arc<str>, i16>,
}

impl FeaturesImage {
    /// The feature's level; 0 when it is off.
    pub fn level(&self, name: &str) -> i16 {
        self.finalized.get(name).copied().unwrap_or(0)
    }

    /// Every feature that is on, with its level, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i16)> {
        self.finalized.iter().map(|(name, level)| (&**name, *level))
    }

    /// Sets a level; 0 switches the feature off.
    pub(super) fn set(&mut self, name: &str, level: i16) {
        if level == 0 {
            self.finalized.remove(name);
        } else {
            self.finalized.insert(Arc::from(name), level);
        }
    }
}
