//! The features of the cluster: which levels this release can serve, and which a new cluster starts with.
//!
//! The numbers are Kafka 4.4's; a level decides the formats of records and of internal topics, so a directory at a higher
//! one cannot be opened. What a client is told of features is the api layer's.

use crate::metadata::{FeaturesImage, KRAFT_VERSION, METADATA_VERSION};

/// One feature: its name, the lowest and the highest level served, the level of a new cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// The feature's name.
    pub name: &'static str,
    /// The lowest level served.
    pub min_level: i16,
    /// The highest level served.
    pub max_level: i16,
    /// The level of a new cluster.
    pub default_level: i16,
}

const fn feature(name: &'static str, min_level: i16, max_level: i16, default_level: i16) -> Feature {
    Feature {
        name,
        min_level,
        max_level,
        default_level,
    }
}

/// Every feature of Kafka 4.4, metadata.version first, then by name.
pub const FEATURES: [Feature; 7] = [
    feature(METADATA_VERSION, 7, 33, 33),
    feature("eligible.leader.replicas.version", 0, 1, 1),
    feature("group.version", 0, 1, 1),
    // Told by KRaft's own control record: 0 with the one static voter that an embedded controller is.
    feature(KRAFT_VERSION, 0, 1, 0),
    feature("share.version", 0, 2, 2),
    feature("streams.version", 0, 1, 1),
    feature("transaction.version", 0, 2, 2),
];

/// A finalized feature whose level this release cannot serve, and the levels it can.
pub(super) fn unsupported(features: &FeaturesImage) -> Option<(String, i16, Option<Feature>)> {
    features.iter().find_map(|(name, level)| {
        let known = FEATURES.into_iter().find(|known| known.name == name);
        let fits = known.is_some_and(|known| (known.min_level..=known.max_level).contains(&level));
        (!fits).then(|| (name.to_owned(), level, known))
    })
}
