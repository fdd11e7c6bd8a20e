//! The data directories as an operator sees them: how full, and which replicas lie where.

use std::path::PathBuf;
use std::sync::Arc;

use super::PartitionRegistry;
use crate::ids::TopicPartition;
use crate::log::{LogDir, LogError};

/// A data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryStatus {
    /// Where it is, from the root.
    pub path: PathBuf,
    /// Bytes that its file system has room for, and those that are free; or why it does not say.
    pub space: Result<(u64, u64), LogError>,
    /// The replicas in it, in the order of their names.
    pub replicas: Vec<ReplicaStatus>,
}

/// A replica in a data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaStatus {
    /// Which.
    pub partition: TopicPartition,
    /// Bytes of records.
    pub size_bytes: u64,
    /// By how many records it is behind: behind the high watermark, or, for a future replica, the present one's end.
    pub lag: i64,
    /// Whether it is to take the present replica's place once it has caught up.
    pub is_future: bool,
}

impl PartitionRegistry {
    /// Every data directory. Asks the file systems.
    pub fn directories(&self) -> Vec<DirectoryStatus> {
        let placed = self.placed();
        let status = |dir: &Arc<LogDir>| {
            let here = placed.iter().filter(|(_, place)| Arc::ptr_eq(place, dir));
            let mut replicas: Vec<ReplicaStatus> = here
                .map(|(partition, _)| ReplicaStatus {
                    partition: partition.name().clone(),
                    size_bytes: partition.size_bytes(),
                    lag: (partition.high_watermark().0 - partition.log_end_offset().0).max(0),
                    is_future: false,
                })
                .collect();
            replicas.sort_by(|a, b| a.partition.cmp(&b.partition));
            DirectoryStatus {
                path: std::path::absolute(dir.path()).unwrap_or_else(|_| dir.path().to_owned()),
                space: dir.total_space().and_then(|total| Ok((total, dir.free_space()?))),
                replicas,
            }
        };
        self.world().dirs.iter().map(status).collect()
    }
}
