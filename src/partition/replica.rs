//! A replica's life: opened with its log, told of each change of leadership and settings, closed.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use super::purgatory::{CommitQueue, ReaderSet};
use super::{Directory, Durability, Partition, PartitionError, Role, TopicMeter};
use crate::config::TopicSettings;
use crate::disk::GroupCommit;
use crate::ids::{BrokerId, LeaderEpoch, Offset, TopicId, TopicPartition};
use crate::log::{Log, LogConfig, LogError, OpenLog};
use crate::metadata::PartitionImage;

/// What a replica is opened with.
#[derive(Debug)]
pub struct OpenReplica {
    /// The partition.
    pub name: TopicPartition,
    /// Its topic.
    pub topic_id: TopicId,
    /// Its log.
    pub log: OpenLog,
    /// The settings of its topic.
    pub settings: Arc<TopicSettings>,
    /// When a batch is committed.
    pub durability: Durability,
    /// Who makes logs durable.
    pub group_commit: Arc<GroupCommit>,
    /// The high watermark as it was last written down; 0 when it never was.
    pub high_watermark: Offset,
    /// Where its topic's traffic is counted.
    pub meter: Arc<TopicMeter>,
}

impl Partition {
    /// Opens the log (recovering it where needed) as a replica that knows no leader yet; see [`Partition::set_role`].
    pub fn open(open: OpenReplica) -> Result<Arc<Partition>, LogError> {
        let log = Arc::new(Log::open(open.log)?);
        if let Some(found) = log.topic_id()?
            && found != open.topic_id
        {
            return Err(LogError::ForeignTopic {
                dir: log.dir().to_owned(),
                found,
                expected: open.topic_id,
            });
        }
        let high_watermark = open
            .high_watermark
            .min(log.log_end_offset())
            .max(log.log_start_offset());
        let nobody = Role {
            leader: None,
            leader_epoch: LeaderEpoch::UNKNOWN,
            is_leader: false,
            isr: 0,
        };
        let partition = Arc::new(Partition {
            name: open.name,
            topic_id: open.topic_id,
            log: Arc::clone(&log),
            durability: open.durability,
            group_commit: open.group_commit,
            settings: ArcSwap::new(open.settings),
            role: ArcSwap::from_pointee(nobody),
            leadership: Mutex::new(()),
            high_watermark: AtomicI64::new(high_watermark.0),
            failed: AtomicBool::new(false),
            directory: OnceLock::new(),
            commits: CommitQueue::default(),
            flushes: CommitQueue::default(),
            readers: ReaderSet::default(),
            meter: open.meter,
        });
        // The log must not keep its replica alive.
        let replica = Arc::downgrade(&partition);
        log.set_sync_listener(Box::new(move |outcome| {
            if let Some(replica) = replica.upgrade() {
                replica.on_synced(outcome);
            }
        }));
        Ok(partition)
    }

    /// Takes over what the metadata says of the partition's leadership.
    pub fn set_role(&self, image: &PartitionImage, this_broker: BrokerId) -> Result<(), PartitionError> {
        let role = Role::of(image, this_broker);
        let _leadership = self.leadership.lock();
        let before = self.role.load_full();
        if role.leader_epoch < before.leader_epoch {
            return Ok(());
        }
        let begins = role.is_leader && role.leader_epoch > before.leader_epoch;
        if begins {
            self.log.start_leader_epoch(role.leader_epoch)?;
        }
        let (leader, leader_epoch) = (role.leader, role.leader_epoch);
        let leads = role.is_leader;
        self.role.store(Arc::new(role));
        if leads {
            self.advance_high_watermark();
        } else if before.is_leader {
            self.fail_waiting(&PartitionError::NotLeader { leader, leader_epoch });
        }
        Ok(())
    }

    /// Tells the replica of the state of its data directory, for good.
    pub(super) fn set_directory(&self, directory: Directory) {
        let _ = self.directory.set(directory);
    }

    /// Puts other settings in force.
    pub fn set_settings(&self, settings: Arc<TopicSettings>, log: LogConfig) {
        self.settings.store(settings);
        self.log.set_config(Arc::new(log));
    }

    /// Ends the replica of a deleted topic; gives the directory to remove later, if it ever had one.
    pub fn delete(&self) -> Result<Option<PathBuf>, LogError> {
        let _leadership = self.leadership.lock();
        let gone = Role {
            leader: None,
            is_leader: false,
            ..(*self.role.load_full()).clone()
        };
        let leader_epoch = gone.leader_epoch;
        self.role.store(Arc::new(gone));
        self.fail_waiting(&PartitionError::NotLeader {
            leader: None,
            leader_epoch,
        });
        self.log.rename_for_deletion()
    }

    /// Makes everything durable and closes the log.
    pub fn close(&self) -> Result<(), LogError> {
        let _leadership = self.leadership.lock();
        if self.has_failed() {
            return Ok(());
        }
        self.log.close()
    }
}
