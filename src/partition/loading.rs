//! Opening every replica at start, several at a time, with what recovery that takes.
//!
//! A directory that cannot be opened takes its one partition offline, with an error that says what and where; all others
//! serve. Directories of topics that are gone are set aside under a name of their own, never removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::registry::Checkpoints;
use super::{OpenRegistry, PartitionRegistry, RegistryError};
use crate::log::{LogDir, LogError, PartitionDir};
use crate::metadata::MetadataImage;

/// The topic of the metadata log.
const METADATA_TOPIC: &str = "__cluster_metadata";

/// How far the opening of replicas is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadProgress {
    /// Replicas opened.
    pub done: usize,
    /// Replicas to open.
    pub total: usize,
}

impl PartitionRegistry {
    /// Opens the replicas that have a directory. Fails where a data directory as a whole cannot be read; replicas that
    /// cannot be opened are in the list that comes back.
    pub fn load(
        &self,
        image: &MetadataImage,
        on_progress: &(dyn Fn(LoadProgress) + Sync),
    ) -> Result<Vec<RegistryError>, LogError> {
        let mut found = Vec::new();
        for dir in &self.world().dirs {
            for path in dir.pending_deletions()? {
                self.doom(path, dir);
            }
            let mut partitions = dir.partitions()?;
            // The controller's own log is no topic's.
            partitions.retain(|found| found.topic_partition.topic != METADATA_TOPIC);
            found.push((Arc::clone(dir), Checkpoints::read(dir)?, partitions));
        }
        let total = found.iter().map(|(_, _, partitions)| partitions.len()).sum();
        let done = AtomicUsize::new(0);
        let report = || {
            on_progress(LoadProgress {
                done: done.fetch_add(1, Ordering::Relaxed) + 1,
                total,
            })
        };
        let errors = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for (dir, checkpoints, partitions) in &found {
                let next = Arc::new(AtomicUsize::new(0));
                let threads = self
                    .world()
                    .settings
                    .broker()
                    .num_recovery_threads_per_data_dir
                    .min(partitions.len());
                for _ in 0..threads {
                    let (next, report, errors) = (Arc::clone(&next), &report, &errors);
                    scope.spawn(move || {
                        while let Some(partition) = partitions.get(next.fetch_add(1, Ordering::Relaxed)) {
                            if let Err(error) = self.load_one(image, dir, checkpoints, partition) {
                                errors.lock().push(*error);
                            }
                            report();
                        }
                    });
                }
            }
        });
        Ok(errors.into_inner())
    }

    fn load_one(
        &self,
        image: &MetadataImage,
        dir: &Arc<LogDir>,
        checkpoints: &Checkpoints,
        found: &PartitionDir,
    ) -> Result<(), Box<RegistryError>> {
        let name = &found.topic_partition;
        let failed = |error| {
            Box::new(RegistryError {
                partition: name.clone(),
                directory: found.path.clone(),
                error,
            })
        };
        let topic = image.topics.by_name(&name.topic);
        if let Some((topic, partition)) = topic.and_then(|topic| Some((topic, topic.partition(name.partition)?))) {
            let settings = self.topic_settings(image, &topic.name);
            match self.open_replica(topic, name.partition, partition, settings, dir, checkpoints) {
                Err(refused) if matches!(refused.error, LogError::ForeignTopic { .. }) => {}
                opened => return opened.map(|_| ()),
            }
        }
        let OpenRegistry { disk, random, .. } = self.world();
        let aside = dir.set_aside(disk.as_ref(), random.as_ref(), found).map_err(failed)?;
        tracing::warn!(partition = %name, directory = %aside.display(), "no topic has this partition: set aside");
        Ok(())
    }
}
