//! Moving a replica to another data directory while it is in use.
//!
//! A copy grows in a `-future` directory of the target, batch by batch, behind the log that serves. When it has caught
//! up, the metadata is told where the replica will be, then appends pause for the time of a last step: the rest is copied,
//! synced, the copy takes the partition's name in its directory, and the original loses it.
//!
//! Crash story: until the copy has the name, the original is the replica, and the copy is made anew after a restart.
//! While both have it they hold the same records, and one is set aside at start. From then on the copy is the replica.
//! What the checkpoint of log starts says counts in both directories from before that step.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;

use super::registry::Key;
use super::{Partition, PartitionRegistry, log_config};
use crate::ids::{Offset, PartitionId, TopicId, TopicPartition};
use crate::limits::{MOVE_CHUNK_BYTES, PREFERRED_DIRECTORIES_MAX};
use crate::log::{Log, LogConfig, LogDir, LogError, OpenLog, ReadRequest};
use crate::metadata::{DirectoryId, METADATA_VERSION, MetadataImage};

/// From this metadata.version on the metadata knows the directories of replicas.
const DIRECTORY_ASSIGNMENT: i16 = 17;

/// Why a replica is not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// No data directory has this path.
    #[error("no data directory is {0}")]
    NoSuchDirectory(String),
    /// The name of the copy's directory would be too long.
    #[error("the topic's name is too long for its partitions to be moved")]
    NameTooLong,
    /// This broker has no replica of the partition.
    #[error("there is no replica of {0} here")]
    NoReplica(TopicPartition),
    /// The replica's files are out of service, or the disk failed.
    #[error("the files of {0} are out of service")]
    Offline(TopicPartition),
    /// The copy ends elsewhere than the log that it was made from.
    #[error("the copy of {partition} ends at {copy}, the replica at {log}")]
    Incomplete {
        /// Which.
        partition: TopicPartition,
        /// Where the copy ends.
        copy: Offset,
        /// Where the replica ends.
        log: Offset,
    },
    /// Something with files failed.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// A replica on its way to another directory.
#[derive(Debug)]
pub(super) struct Move {
    pub(super) partition: Arc<Partition>,
    pub(super) target: Arc<LogDir>,
    pub(super) future: Log,
    path: PathBuf,
    /// The copy has been as long as the original.
    caught_up: AtomicBool,
    /// Nothing more is to be done.
    cancelled: AtomicBool,
    /// Held by whoever works on the move.
    working: Mutex<()>,
}

/// What one round of work on a move came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// There is more to copy.
    Copying,
    /// All is copied; the metadata must say so first.
    Waiting,
    /// The replica has moved.
    Moved,
    /// The replica stays, goes, or is out of service.
    GivenUp,
}

impl PartitionRegistry {
    /// Begins to move a replica to the data directory with this path, in place of any other move of it; towards the
    /// directory that it is in, a move is given up. Returns once the move outlives a crash. Waits for the disk.
    pub fn move_replica(&self, of: &TopicPartition, topic: Option<TopicId>, path: &str) -> Result<(), MoveError> {
        if !LogDir::future_name_fits(of) {
            return Err(MoveError::NameTooLong);
        }
        let target = self.directory_at(path)?;
        if target.health().offline().is_some() {
            return Err(MoveError::Offline(of.clone()));
        }
        let key = topic.map(|topic| (topic, of.partition));
        match key.and_then(|key| Some((key, self.replica(key)?))) {
            Some((_, replica)) if replica.partition.has_failed() => Err(MoveError::Offline(of.clone())),
            Some((key, _)) => self.begin(key, of, &target),
            None if key.is_some_and(|key| self.is_offline(key)) => Err(MoveError::Offline(of.clone())),
            None => {
                let mut preferred = self.preferred.lock();
                if preferred.len() < PREFERRED_DIRECTORIES_MAX {
                    preferred.insert(of.clone(), target);
                }
                Err(MoveError::NoReplica(of.clone()))
            }
        }
    }

    fn directory_at(&self, path: &str) -> Result<Arc<LogDir>, MoveError> {
        let at = |dir: &&Arc<LogDir>| std::path::absolute(dir.path()).is_ok_and(|own| own.to_string_lossy() == path);
        let found = self.world().dirs.iter().find(at).cloned();
        found.ok_or_else(|| MoveError::NoSuchDirectory(path.to_owned()))
    }

    /// Begins a move, unless it is under way or done already.
    pub(super) fn begin(&self, key: Key, of: &TopicPartition, target: &Arc<LogDir>) -> Result<(), MoveError> {
        let _one_at_a_time = self.beginning.lock();
        let under_way = self.moves.get(&key).map(|it| Arc::clone(&it));
        match under_way {
            Some(other) if Arc::ptr_eq(&other.target, target) => return Ok(()),
            Some(other) => self.cancel(key, &other),
            None => {}
        }
        let replica = self.replica(key).ok_or_else(|| MoveError::NoReplica(of.clone()))?;
        if Arc::ptr_eq(&replica.dir, target) {
            return Ok(());
        }
        let begun = Move::begin(self, &replica.partition, target)?;
        tracing::info!(partition = %begun.partition.name(), to = %target.path().display(), "moving to another directory");
        self.moves.insert(key, Arc::new(begun));
        self.placements.notify_one();
        Ok(())
    }

    /// Ends a move of a replica that stays where it is, or goes.
    fn cancel(&self, key: Key, moving: &Arc<Move>) {
        moving.cancelled.store(true, Ordering::Release);
        // Whoever works on it ends soon; then nobody uses the files.
        let _working = moving.working.lock();
        self.moves.remove_if(&key, |_, it| Arc::ptr_eq(it, moving));
        self.placements.notify_one();
        let disk = self.world().disk.as_ref();
        if let Err(error) = moving.target.remove_future(disk, &moving.path) {
            tracing::warn!(%error, "cannot remove a copy that is no longer wanted; the next start does");
        }
    }

    /// Ends the move of a replica that goes, if there is one; its copy goes with the next round of work.
    pub(super) fn abandon(&self, key: Key) {
        if let Some(moving) = self.moves.get(&key) {
            moving.cancelled.store(true, Ordering::Release);
        }
        self.placements.notify_one();
    }

    /// Works on every move for a while; whether one of them has more to copy at once. Waits for the disk.
    pub fn advance_moves(&self) -> bool {
        let moves: Vec<(Key, Arc<Move>)> = self.moves.iter().map(|it| (*it.key(), Arc::clone(&it))).collect();
        let mut more = false;
        for (key, moving) in moves {
            let working = moving.working.lock();
            let step = match moving.cancelled.load(Ordering::Acquire) {
                true => None,
                false => Some(moving.step(self, key)),
            };
            drop(working);
            match step {
                None => self.cancel(key, &moving),
                Some(Ok(Step::Copying)) => more = true,
                Some(Ok(Step::Waiting)) => {}
                Some(Ok(Step::Moved)) => {
                    self.moves.remove_if(&key, |_, it| Arc::ptr_eq(it, &moving));
                    // A crash soon after need not look through all of it.
                    self.checkpoint_recovery_points();
                    self.checkpoint_high_watermarks();
                }
                Some(Ok(Step::GivenUp)) => self.cancel(key, &moving),
                Some(Err(MoveError::Log(LogError::DiskFull { .. }))) => {
                    tracing::warn!(partition = %moving.partition.name(), "no room to move it to; it is tried again");
                }
                Some(Err(error)) => {
                    tracing::error!(partition = %moving.partition.name(), %error, "the move is given up");
                    self.cancel(key, &moving);
                }
            }
        }
        more
    }

    /// Replicas of which the metadata does not say where they are, or where they will be once their move's last step is
    /// done, with their directories.
    pub fn misplaced(&self) -> Vec<(TopicId, PartitionId, DirectoryId)> {
        let image = self.image.load_full();
        if image.features.level(METADATA_VERSION) < DIRECTORY_ASSIGNMENT {
            return Vec::new();
        }
        let wanted = self.replicas().into_iter().filter_map(|(key, replica)| {
            let moving = self.moves.get(&key).filter(|it| it.caught_up.load(Ordering::Acquire));
            let directory = id_of(moving.as_ref().map_or(&replica.dir, |it| &it.target))?;
            let partition = image.topics.by_id(key.0)?.partition(key.1)?;
            let said = partition.directory_of(self.world().broker_id)?;
            (said != directory).then_some((key.0, key.1, directory))
        });
        wanted.collect()
    }

    /// Resolves when there may be something to do for [`PartitionRegistry::advance_moves`] or to say by
    /// [`PartitionRegistry::misplaced`].
    pub async fn placements_change(&self) {
        self.placements.notified().await;
    }

    /// Whether some replica is on its way to another directory.
    pub fn is_moving(&self) -> bool {
        !self.moves.is_empty()
    }

    /// Begins again with moves that the process before did not finish.
    pub(super) fn resume(&self, image: &MetadataImage, unfinished: Vec<(TopicPartition, Arc<LogDir>)>) {
        for (of, target) in unfinished {
            let topic = image.topics.by_name(&of.topic);
            let Some(key) = topic
                .map(|topic| (topic.id, of.partition))
                .filter(|key| self.replica(*key).is_some())
            else {
                continue;
            };
            if let Err(error) = self.begin(key, &of, &target) {
                tracing::error!(partition = %of, %error, "an unfinished move is not taken up again");
            }
        }
    }

    /// Whether the metadata says that the replica is in this directory, or cannot say it.
    fn is_said_to_be_in(&self, key: Key, dir: &LogDir) -> bool {
        let image = self.image.load();
        let Some(directory) = id_of(dir) else { return true };
        let said = image.topics.by_id(key.0).and_then(|topic| topic.partition(key.1));
        let said = said.and_then(|partition| partition.directory_of(self.world().broker_id));
        image.features.level(METADATA_VERSION) < DIRECTORY_ASSIGNMENT || said == Some(directory)
    }
}

/// A directory's id.
fn id_of(dir: &LogDir) -> Option<DirectoryId> {
    Some(DirectoryId(dir.meta()?.directory_id?))
}

impl Move {
    /// An empty copy, in a directory of its own.
    fn begin(
        registry: &PartitionRegistry,
        partition: &Arc<Partition>,
        target: &Arc<LogDir>,
    ) -> Result<Move, MoveError> {
        let world = registry.world();
        let name = partition.name();
        let path = target.future_path(name, world.random.as_ref())?;
        let future = Log::open(open_log(registry, partition, path.clone(), Offset::ZERO))?;
        let moving = Move {
            partition: Arc::clone(partition),
            target: Arc::clone(target),
            future,
            path,
            caught_up: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
            working: Mutex::new(()),
        };
        moving.start_anew(&partition.log())?;
        moving.future.flush()?;
        Ok(moving)
    }

    /// Copies for a while; takes the last step where it is time for that.
    fn step(&self, registry: &PartitionRegistry, key: Key) -> Result<Step, MoveError> {
        let log = self.partition.log();
        if !self.copy(&log, MOVE_CHUNK_BYTES)? {
            return Ok(Step::Copying);
        }
        if !self.caught_up.swap(true, Ordering::AcqRel) {
            registry.placements.notify_one();
        }
        if !registry.is_said_to_be_in(key, &self.target) {
            return Ok(Step::Waiting);
        }
        // What can be made durable now need not be while appends pause.
        self.future.flush()?;
        registry.checkpoint_log_starts();
        self.take_over(registry, key)
    }

    /// Copies at most about `bytes_max`; whether nothing is left to copy.
    fn copy(&self, log: &Log, bytes_max: u64) -> Result<bool, LogError> {
        let mut copied = 0;
        while copied < bytes_max {
            let (start, end) = (log.log_start_offset(), log.log_end_offset());
            let behind = self.future.log_end_offset() < end;
            if self.future.log_end_offset() > end || (start == end && behind) {
                self.start_anew(log)?;
            }
            let request = ReadRequest {
                from: self.future.log_end_offset().max(start),
                upto: end,
                bytes_max: MOVE_CHUNK_BYTES,
                min_one_batch: true,
            };
            let read = match log.read(request) {
                // Retention was here.
                Err(LogError::OffsetOutOfRange { .. }) => continue,
                read => read?,
            };
            if read.is_empty() {
                self.future
                    .increment_log_start_offset(start.min(self.future.log_end_offset()))?;
                return Ok(true);
            }
            copied += read.len();
            self.append(read.batches()?.into_iter().map(|batch| batch.as_bytes().clone()))?;
        }
        Ok(false)
    }

    /// Begins the copy with the batch that holds the log's first offset.
    fn start_anew(&self, log: &Log) -> Result<(), LogError> {
        let start = log.log_start_offset();
        let request = ReadRequest {
            from: start,
            upto: log.log_end_offset(),
            bytes_max: 1,
            min_one_batch: true,
        };
        let first = log.read(request)?.batches()?;
        let first = first
            .first()
            .map_or(start, |batch| Offset(batch.header().base_offset).min(start));
        self.future.truncate_fully_and_start_at(first)
    }

    /// Appends batches in as few writes as segments allow.
    fn append(&self, batches: impl Iterator<Item = Bytes>) -> Result<(), LogError> {
        let limit = usize::try_from(self.future.config().segment_bytes_max).unwrap_or(usize::MAX);
        let mut together = BytesMut::new();
        for batch in batches {
            if !together.is_empty() && together.len() + batch.len() > limit {
                self.append_whole(together.split().freeze())?;
            }
            together.extend_from_slice(&batch);
        }
        match together.is_empty() {
            true => Ok(()),
            false => self.append_whole(together.freeze()),
        }
    }

    fn append_whole(&self, batches: Bytes) -> Result<(), LogError> {
        let config = self.future.config();
        let len = batches.len() as u64;
        if len > config.segment_bytes_max {
            // The batch is older than the setting that it does not fit.
            self.future.set_config(Arc::new(LogConfig {
                segment_bytes_max: len,
                ..LogConfig::clone(&config)
            }));
        }
        let appended = self.future.append_as_follower(&batches);
        self.future.set_config(config);
        appended.map(drop)
    }

    /// The last step. Appends to the partition wait for it: it copies and syncs what came since the last look, and
    /// renames two directories.
    fn take_over(&self, registry: &PartitionRegistry, key: Key) -> Result<Step, MoveError> {
        let world = registry.world();
        let disk = world.disk.as_ref();
        let name = self.partition.name();
        let Some(_still) = self.partition.try_hold_still() else {
            // Its files are being compacted.
            return Ok(Step::Waiting);
        };
        let _pause = self.partition.pause();
        let log = self.partition.log();
        if self.cancelled.load(Ordering::Acquire) || self.partition.has_failed() || log.failure().is_some() {
            return Ok(Step::GivenUp);
        }
        while !self.copy(&log, u64::MAX)? {}
        if self.future.log_end_offset() < log.log_end_offset() {
            // Compaction left nothing of the log's last offsets; the next append brings one.
            return Ok(Step::Waiting);
        }
        self.future.close()?;
        let path = self.target.promote(disk, &self.path, name)?;
        let opened = Log::open(open_log(registry, &self.partition, path, log.log_start_offset()));
        let installed = opened.map_err(MoveError::from).and_then(|new| self.install(&log, new));
        if let Err(error) = installed {
            // The original is still there and in use: the copy must not be found beside it.
            let aside = self.target.demote(disk, world.random.as_ref(), name)?;
            registry.doom(aside, &self.target);
            return Err(error);
        }
        let from = registry.replica(key).map(|replica| replica.dir);
        registry.relocate(key, &self.target);
        match (log.rename_for_deletion(), from) {
            (Ok(Some(old)), Some(from)) => registry.doom_later(old, &from, &self.partition),
            (Ok(_), _) => {}
            (Err(error), _) => {
                tracing::error!(partition = %name, %error, "the directory that it left keeps its name; the next start sets it aside");
            }
        }
        tracing::info!(partition = %name, to = %self.target.path().display(), "moved to another directory");
        Ok(Step::Moved)
    }
}

impl Move {
    /// Puts the finished copy in the place of the log that it was made from.
    fn install(&self, log: &Log, new: Log) -> Result<(), MoveError> {
        let (copy, end) = (new.log_end_offset(), log.log_end_offset());
        if copy != end {
            return Err(MoveError::Incomplete {
                partition: self.partition.name().clone(),
                copy,
                log: end,
            });
        }
        Ok(self.partition.install(new)?)
    }
}

fn open_log(registry: &PartitionRegistry, partition: &Partition, dir: PathBuf, log_start_offset: Offset) -> OpenLog {
    let world = registry.world();
    OpenLog {
        disk: Arc::clone(&world.disk),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        dir,
        topic_partition: partition.name().clone(),
        topic_id: Some(partition.topic_id()),
        config: Arc::new(log_config(&world.settings.broker(), &partition.settings())),
        log_start_offset,
        recovery_point: Offset::ZERO,
        clean_shutdown: true,
        on_progress: None,
    }
}
