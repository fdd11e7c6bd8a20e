//! All replicas of this broker, kept in step with the metadata.
//!
//! A publisher of metadata images: topics that appear get replicas, topics that go have theirs removed, and changes of
//! leadership and settings are handed on. Replicas are found by topic id and number, without a lock that anybody holds
//! for long. Knows nothing of requests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use dashmap::DashMap;
use parking_lot::Mutex;

use super::{BrokerTraffic, Directory, Durability, OpenReplica, Partition, log_config};
use crate::config::{BrokerSettings, LiveSettings, TopicSettings};
use crate::disk::{Disk, GroupCommit};
use crate::env::{Clock, Random};
use crate::ids::{BrokerId, Offset, PartitionId, TopicId, TopicPartition};
use crate::log::{Checkpoint, LogDir, LogError, OpenLog, RecoveryProgress};
use crate::metadata::{
    ConfigResourceType, MetadataChanges, MetadataImage, MetadataPublisher, PartitionImage, TopicImage,
};

/// A replica's key.
type Key = (TopicId, PartitionId);

/// What the registry works with.
#[derive(Debug)]
pub struct OpenRegistry {
    /// This broker.
    pub broker_id: BrokerId,
    /// The data directories, locked.
    pub dirs: Vec<Arc<LogDir>>,
    /// The settings in force.
    pub settings: LiveSettings,
    /// When a batch is committed.
    pub durability: Durability,
    /// Who makes logs durable.
    pub group_commit: Arc<GroupCommit>,
    /// The file system.
    pub disk: Arc<dyn Disk>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// A replica that could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("partition {partition} in {}: {error}", directory.display())]
pub struct RegistryError {
    /// Which.
    pub partition: TopicPartition,
    /// Where.
    pub directory: PathBuf,
    /// Why.
    pub error: LogError,
}

/// See the module's page.
#[derive(Debug)]
pub struct PartitionRegistry {
    open: OpenRegistry,
    replicas: DashMap<Key, Replica>,
    /// Replicas whose files could not be opened; they stay as they are until the next start.
    offline: DashMap<Key, LogError>,
    /// The settings that the replicas have.
    applied: ArcSwap<BrokerSettings>,
    /// Directories of deleted topics, and when they may be removed (monotonic).
    doomed: Mutex<Vec<Doomed>>,
    /// Held while checkpoint files are written: one writer of each at a time.
    pub(super) checkpointing: Mutex<()>,
    traffic: BrokerTraffic,
}

#[derive(Debug, Clone)]
struct Replica {
    partition: Arc<Partition>,
    dir: Arc<LogDir>,
}

#[derive(Debug)]
struct Doomed {
    path: PathBuf,
    dir: Arc<LogDir>,
    at: Duration,
}

/// The offsets that a directory's checkpoint files hold.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    pub(super) recovery_points: BTreeMap<TopicPartition, Offset>,
    pub(super) high_watermarks: BTreeMap<TopicPartition, Offset>,
    pub(super) log_starts: BTreeMap<TopicPartition, Offset>,
    pub(super) cleaned: BTreeMap<TopicPartition, Offset>,
}

impl Checkpoints {
    pub(super) fn read(dir: &LogDir) -> Result<Checkpoints, LogError> {
        Ok(Checkpoints {
            recovery_points: dir.read_checkpoint(Checkpoint::RecoveryPoint)?,
            high_watermarks: dir.read_checkpoint(Checkpoint::HighWatermark)?,
            log_starts: dir.read_checkpoint(Checkpoint::LogStart)?,
            cleaned: dir.read_checkpoint(Checkpoint::Cleaner)?,
        })
    }
}

impl PartitionRegistry {
    /// A registry without replicas; see [`PartitionRegistry::load`] and [`MetadataPublisher`].
    pub fn new(open: OpenRegistry) -> PartitionRegistry {
        PartitionRegistry {
            applied: ArcSwap::new(open.settings.broker()),
            open,
            replicas: DashMap::new(),
            offline: DashMap::new(),
            doomed: Mutex::default(),
            checkpointing: Mutex::default(),
            traffic: BrokerTraffic::default(),
        }
    }

    /// The replica of this partition on this broker.
    pub fn get(&self, topic: TopicId, partition: PartitionId) -> Option<Arc<Partition>> {
        self.replicas
            .get(&(topic, partition))
            .map(|replica| Arc::clone(&replica.partition))
    }

    pub(super) fn free_bytes_min(&self) -> u64 {
        u64::try_from(self.open.settings.broker().log_dir_min_free_bytes).unwrap_or(0)
    }

    /// Whether no data directory is left to work with.
    pub fn has_no_directory_left(&self) -> bool {
        self.open.dirs.iter().all(|dir| dir.health().offline().is_some())
    }

    /// Every replica, in no order.
    pub fn all(&self) -> Vec<Arc<Partition>> {
        self.replicas
            .iter()
            .map(|replica| Arc::clone(&replica.partition))
            .collect()
    }

    /// How many replicas there are.
    pub fn len(&self) -> usize {
        self.replicas.len()
    }

    /// Whether there is no replica.
    pub fn is_empty(&self) -> bool {
        self.replicas.is_empty()
    }

    /// What went in and out.
    pub fn traffic(&self) -> &BrokerTraffic {
        &self.traffic
    }

    /// How many replicas' files could not be opened.
    pub fn offline_count(&self) -> usize {
        self.offline.len()
    }

    /// Whether files of some replica could not be opened: their directory then needs recovery at the next start, too.
    pub(super) fn has_offline(&self) -> bool {
        !self.offline.is_empty()
    }

    /// What the registry works with.
    pub(super) fn world(&self) -> &OpenRegistry {
        &self.open
    }

    /// Replicas with the directory that each lies in.
    pub(super) fn placed(&self) -> Vec<(Arc<Partition>, Arc<LogDir>)> {
        let placed = self
            .replicas
            .iter()
            .map(|replica| (Arc::clone(&replica.partition), Arc::clone(&replica.dir)));
        placed.collect()
    }

    /// Opens one replica in a directory and puts it under its key.
    pub(super) fn open_replica(
        &self,
        topic: &TopicImage,
        number: PartitionId,
        image: &PartitionImage,
        settings: Arc<TopicSettings>,
        dir: &Arc<LogDir>,
        checkpoints: &Checkpoints,
    ) -> Result<Arc<Partition>, Box<RegistryError>> {
        let name = TopicPartition {
            topic: topic.name.to_string(),
            partition: number,
        };
        let failed = |directory: &Path, error| {
            Box::new(RegistryError {
                partition: name.clone(),
                directory: directory.to_owned(),
                error,
            })
        };
        let directory = dir.partition_path(&name).map_err(|error| failed(dir.path(), error))?;
        let known = |offsets: &BTreeMap<TopicPartition, Offset>| offsets.get(&name).copied().unwrap_or(Offset::ZERO);
        let log = OpenLog {
            disk: Arc::clone(&self.open.disk),
            clock: Arc::clone(&self.open.clock),
            random: Arc::clone(&self.open.random),
            dir: directory.clone(),
            topic_partition: name.clone(),
            topic_id: Some(topic.id),
            config: Arc::new(log_config(&self.open.settings.broker(), &settings)),
            log_start_offset: known(&checkpoints.log_starts),
            recovery_point: known(&checkpoints.recovery_points),
            clean_shutdown: dir.was_shut_down_cleanly(),
            on_progress: Some(report_recovery),
        };
        let opened = Partition::open(OpenReplica {
            name: name.clone(),
            topic_id: topic.id,
            log,
            settings,
            durability: self.open.durability,
            group_commit: Arc::clone(&self.open.group_commit),
            high_watermark: known(&checkpoints.high_watermarks),
            meter: self.traffic.of(&topic.name),
        });
        let partition = match opened {
            Ok(partition) => partition,
            Err(error) => {
                if !matches!(error, LogError::ForeignTopic { .. }) {
                    self.offline.insert((topic.id, number), error.clone());
                }
                return Err(failed(&directory, error));
            }
        };
        self.settle(&partition, image, dir, checkpoints);
        let replica = Replica {
            partition: Arc::clone(&partition),
            dir: Arc::clone(dir),
        };
        self.replicas.insert((topic.id, number), replica);
        Ok(partition)
    }

    /// Tells a replica that was just opened of its directory, of what compaction did, and of its role.
    fn settle(&self, partition: &Partition, image: &PartitionImage, dir: &LogDir, checkpoints: &Checkpoints) {
        partition.set_directory(Directory {
            health: Arc::clone(dir.health()),
            free_bytes_min: self.free_bytes_min(),
        });
        if let Some(offset) = checkpoints.cleaned.get(partition.name()) {
            partition.log().set_cleaned_upto(*offset);
        }
        if let Err(error) = partition.set_role(image, self.open.broker_id) {
            tracing::error!(partition = %partition.name(), %error, "cannot take up the partition's role");
        }
    }

    /// The directory for a new replica: the one that the metadata assigns, else the one with the fewest.
    fn place(&self, image: &PartitionImage) -> Option<Arc<LogDir>> {
        let assigned = image.directory_of(self.open.broker_id);
        let dirs = &self.open.dirs;
        let named = dirs.iter().find(|dir| {
            let id = dir.meta().and_then(|meta| meta.directory_id);
            id.is_some() && id == assigned.map(|assigned| assigned.0)
        });
        if let Some(dir) = named {
            return Some(Arc::clone(dir));
        }
        let count = |dir: &Arc<LogDir>| {
            self.replicas
                .iter()
                .filter(|replica| Arc::ptr_eq(&replica.dir, dir))
                .count()
        };
        match dirs.as_slice() {
            [only] => Some(Arc::clone(only)),
            several => several.iter().min_by_key(|dir| count(dir)).cloned(),
        }
    }

    /// Settings of a topic: the broker's with the topic's own on top. Own ones that are no longer valid are left out.
    pub fn topic_settings(&self, image: &MetadataImage, topic: &str) -> Arc<TopicSettings> {
        let own = image
            .configs
            .of_topic(topic)
            .into_iter()
            .flat_map(|configs| configs.iter());
        let broker = self.open.settings.broker();
        match TopicSettings::resolve(&broker, own.map(|(name, value)| (&**name, &**value))) {
            Ok(settings) => Arc::new(settings),
            Err(error) => {
                tracing::error!(topic, %error, "the topic's settings are not valid; the broker's are used");
                Arc::new(TopicSettings::defaults(&broker))
            }
        }
    }

    /// Puts a topic's settings in force for its replicas.
    fn apply_settings(&self, image: &MetadataImage, topic: &TopicImage) {
        let settings = self.topic_settings(image, &topic.name);
        let broker = self.open.settings.broker();
        for number in topic.partitions.keys() {
            if let Some(partition) = self.get(topic.id, *number) {
                partition.set_settings(Arc::clone(&settings), log_config(&broker, &settings));
            }
        }
    }

    fn follow_topic(&self, image: &MetadataImage, topic: &TopicImage) {
        let settings = self.topic_settings(image, &topic.name);
        for (number, partition) in &topic.partitions {
            self.follow_partition(topic, *number, partition, &settings);
        }
    }

    /// Brings one replica in step with the metadata: opened, told its role, or removed.
    fn follow_partition(
        &self,
        topic: &TopicImage,
        number: PartitionId,
        image: &PartitionImage,
        settings: &Arc<TopicSettings>,
    ) {
        let is_ours = image.replicas.contains(&self.open.broker_id);
        match self.get(topic.id, number) {
            Some(partition) if is_ours => {
                if let Err(error) = partition.set_role(image, self.open.broker_id) {
                    tracing::error!(partition = %partition.name(), %error, "cannot take up the partition's role");
                }
            }
            Some(_) => self.remove((topic.id, number)),
            None if is_ours && !self.offline.contains_key(&(topic.id, number)) => {
                let Some(dir) = self.place(image) else {
                    return;
                };
                let nothing = Checkpoints::default();
                if let Err(error) = self.open_replica(topic, number, image, Arc::clone(settings), &dir, &nothing) {
                    tracing::error!(%error, "cannot open a partition");
                }
            }
            None => {}
        }
    }

    fn remove(&self, key: Key) {
        let Some((_, Replica { partition, dir })) = self.replicas.remove(&key) else {
            return;
        };
        let delay_ms = u64::try_from(partition.settings().file_delete_delay_ms).unwrap_or(0);
        match partition.delete() {
            Ok(Some(path)) => {
                let at = self.open.clock.monotonic() + Duration::from_millis(delay_ms);
                let dir = Arc::clone(&dir);
                self.doomed.lock().push(Doomed { path, dir, at });
            }
            Ok(None) => {}
            Err(error) => tracing::error!(partition = %partition.name(), %error, "cannot remove a partition's files"),
        }
        if partition.log().cleaned_upto().is_some() {
            // A topic that is created anew under the name must not be taken for cleaned.
            self.checkpoint_cleaned(&dir);
        }
    }

    /// Removes directories of deleted topics whose delay is over.
    pub fn remove_doomed(&self) {
        let now = self.open.clock.monotonic();
        let due: Vec<Doomed> = self.doomed.lock().extract_if(.., |doomed| doomed.at <= now).collect();
        for Doomed { path, dir, .. } in due {
            if let Err(error) = dir.remove_deleted(&path) {
                tracing::error!(directory = %path.display(), %error, "cannot remove a deleted partition's directory");
            }
        }
    }

    /// Has a directory of a deleted topic, found at start, removed at the next round.
    pub(super) fn doom(&self, path: PathBuf, dir: &Arc<LogDir>) {
        let at = self.open.clock.monotonic();
        self.doomed.lock().push(Doomed {
            path,
            dir: Arc::clone(dir),
            at,
        });
    }
}

/// Says how far the recovery of a large log is.
fn report_recovery(progress: &RecoveryProgress) {
    let (done, total) = (progress.bytes_done, progress.bytes_total);
    tracing::info!(partition = %progress.topic_partition, bytes.done = done, bytes.total = total, "recovering a log");
}

impl MetadataPublisher for PartitionRegistry {
    fn name(&self) -> &'static str {
        "partitions"
    }

    fn publish(&self, old: &Arc<MetadataImage>, new: &Arc<MetadataImage>, changes: &MetadataChanges) {
        for id in &changes.topics_deleted {
            for number in old
                .topics
                .by_id(*id)
                .into_iter()
                .flat_map(|topic| topic.partitions.keys())
            {
                self.remove((*id, *number));
            }
        }
        for topic in changes.topics_created.iter().filter_map(|id| new.topics.by_id(*id)) {
            self.follow_topic(new, topic);
        }
        for (id, number) in &changes.partitions_changed {
            let Some(topic) = new.topics.by_id(*id) else {
                continue;
            };
            if let Some(image) = topic.partition(*number) {
                self.follow_partition(topic, *number, image, &self.topic_settings(new, &topic.name));
            }
        }
        for resource in &changes.configs_changed {
            let topic = (resource.kind == ConfigResourceType::TOPIC).then(|| new.topics.by_name(&resource.name));
            let Some(topic) = topic.flatten() else {
                continue;
            };
            self.apply_settings(new, topic);
        }
        let broker = self.open.settings.broker();
        if *self.applied.swap(Arc::clone(&broker)) != *broker {
            new.topics.iter().for_each(|topic| self.apply_settings(new, topic));
        }
    }
}
