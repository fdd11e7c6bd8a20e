//! Opening every replica at start, several at a time, with what recovery that takes.
//!
//! A directory that cannot be opened takes its one partition offline, with an error that says what and where; all others
//! serve. Directories of topics that are gone are set aside under a name of their own, never removed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::registry::Checkpoints;
use super::{OpenRegistry, PartitionRegistry, RegistryError};
use crate::ids::TopicPartition;
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

/// A directory, what its checkpoints say, and the partitions in it.
type Found = (Arc<LogDir>, Checkpoints, Vec<PartitionDir>);

impl PartitionRegistry {
    /// Opens the replicas that have a directory. Fails where a data directory as a whole cannot be read; replicas that
    /// cannot be opened are in the list that comes back.
    pub fn load(
        &self,
        image: &MetadataImage,
        on_progress: &(dyn Fn(LoadProgress) + Sync),
    ) -> Result<Vec<RegistryError>, LogError> {
        self.image.store(Arc::new(image.clone()));
        let (mut found, mut unfinished) = (Vec::new(), Vec::new());
        for dir in &self.world().dirs {
            for future in dir.futures()? {
                // It may lack what the original got since, and have what that lost: it is made anew.
                dir.remove_future(self.world().disk.as_ref(), &future.path)?;
                unfinished.push((future.topic_partition, Arc::clone(dir)));
            }
            for path in dir.pending_deletions()? {
                self.doom(path, dir);
            }
            let mut partitions = dir.partitions()?;
            // The controller's own log is no topic's.
            partitions.retain(|found| found.topic_partition.topic != METADATA_TOPIC);
            found.push((Arc::clone(dir), Checkpoints::read(dir)?, partitions));
        }
        self.set_copies_aside(image, &mut found)?;
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
        self.resume(image, unfinished);
        Ok(errors.into_inner())
    }

    /// Of a partition that is in two directories, which the last step of a move leaves when it is cut short, keeps the one
    /// that the metadata names.
    fn set_copies_aside(&self, image: &MetadataImage, found: &mut [Found]) -> Result<(), LogError> {
        let mut kept: BTreeMap<TopicPartition, usize> = BTreeMap::new();
        for (place, (dir, _, partitions)) in found.iter().enumerate() {
            for partition in partitions {
                let name = &partition.topic_partition;
                if !kept.contains_key(name) || self.is_assigned(image, name, dir) {
                    kept.insert(name.clone(), place);
                }
            }
        }
        let OpenRegistry { disk, random, .. } = self.world();
        for (place, (dir, _, partitions)) in found.iter_mut().enumerate() {
            let (stay, go): (Vec<_>, Vec<_>) = std::mem::take(partitions)
                .into_iter()
                .partition(|partition| kept.get(&partition.topic_partition) == Some(&place));
            *partitions = stay;
            for partition in go {
                let aside = dir.set_aside(disk.as_ref(), random.as_ref(), &partition)?;
                let name = &partition.topic_partition;
                tracing::warn!(partition = %name, directory = %aside.display(), "a second copy was set aside");
            }
        }
        Ok(())
    }

    fn is_assigned(&self, image: &MetadataImage, name: &TopicPartition, dir: &LogDir) -> bool {
        let partition = image.topics.partition(&name.topic, name.partition);
        let assigned = partition.and_then(|partition| partition.directory_of(self.world().broker_id));
        let id = dir.meta().and_then(|meta| meta.directory_id);
        id.is_some() && id == assigned.map(|assigned| assigned.0)
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
