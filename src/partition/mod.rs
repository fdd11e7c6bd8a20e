//! A replica of one partition: its role, its high watermark, and the requests that wait for it.
//!
//! A leader appends, and moves its high watermark once what it appended is committed: on every in-sync replica and, with
//! [`Durability::Fsync`], on stable storage. Readers see nothing beyond it.
//!
//! Invariants: log start ≤ last stable offset ≤ high watermark ≤ log end; the high watermark never goes back while this
//! replica leads. Nothing here waits: an append returns once it is in the log, and whoever needs more parks.

mod compaction;
mod delete_records;
mod directories;
mod error;
mod leader;
mod loading;
mod log_config;
mod metrics;
mod offsets;
pub mod purgatory;
mod registry;
mod replica;
mod traffic;
mod upkeep;

pub use compaction::Compaction;
pub use delete_records::DeleteUpTo;
pub use directories::{DirectoryStatus, ReplicaStatus};
pub use error::PartitionError;
pub use leader::{Appended, FetchFrom, Isolation, PartitionRead, RequiredAcks};
pub use loading::LoadProgress;
pub use log_config::log_config;
pub use offsets::{OffsetQuery, TimedOffset};
pub use registry::{OpenRegistry, PartitionRegistry, RegistryError};
pub use replica::OpenReplica;
pub use traffic::{BrokerTraffic, TopicMeter, Traffic};

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use crate::config::TopicSettings;
use crate::disk::GroupCommit;
use crate::ids::{BrokerId, LeaderEpoch, Offset, TopicId, TopicPartition};
use crate::log::{DirHealth, Log, ProducerStatus};
use crate::metadata::PartitionImage;
use purgatory::{CommitQueue, ReaderSet};

/// When a leader calls a batch committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On stable storage, by group commit (`log.durability=fsync`).
    Fsync,
    /// In the operating system's hands, as Apache Kafka does (`log.durability=os`).
    Os,
}

/// Who leads, and what this replica is to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The leader; none while no replica may lead.
    pub leader: Option<BrokerId>,
    /// The epoch of that leadership.
    pub leader_epoch: LeaderEpoch,
    /// Whether this broker is the leader.
    pub is_leader: bool,
    /// How many replicas are in sync.
    pub isr: usize,
}

impl Role {
    fn of(image: &PartitionImage, this_broker: BrokerId) -> Role {
        Role {
            leader: image.leader,
            leader_epoch: image.leader_epoch,
            is_leader: image.leader == Some(this_broker),
            isr: image.isr.len(),
        }
    }
}

/// The state of a replica's data directory, and what is demanded of it.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    health: Arc<DirHealth>,
    /// `log.dir.min.free.bytes`.
    free_bytes_min: u64,
}

/// One replica.
#[derive(Debug)]
pub struct Partition {
    name: TopicPartition,
    topic_id: TopicId,
    log: Arc<Log>,
    durability: Durability,
    group_commit: Arc<GroupCommit>,
    settings: ArcSwap<TopicSettings>,
    role: ArcSwap<Role>,
    /// Serializes appends with changes of role, so that nothing is appended under an epoch that has ended.
    leadership: Mutex<()>,
    high_watermark: AtomicI64,
    /// The files are in doubt; see [`Partition::has_failed`].
    failed: AtomicBool,
    /// The state of the data directory, where it lies in one.
    directory: OnceLock<Directory>,
    /// Produces that wait for the high watermark.
    commits: CommitQueue,
    /// Produces that wait for stable storage because of `flush.messages`.
    flushes: CommitQueue,
    readers: ReaderSet,
    meter: Arc<TopicMeter>,
}

impl Partition {
    /// The partition's topic and number.
    pub fn name(&self) -> &TopicPartition {
        &self.name
    }

    /// The partition's topic.
    pub fn topic_id(&self) -> TopicId {
        self.topic_id
    }

    /// Who leads.
    pub fn role(&self) -> Arc<Role> {
        self.role.load_full()
    }

    /// The first offset that no consumer may read: everything below is committed.
    pub fn high_watermark(&self) -> Offset {
        Offset(self.high_watermark.load(Ordering::Acquire))
    }

    /// The first offset that a reader of committed transactions may not read.
    pub fn last_stable_offset(&self) -> Offset {
        self.log.last_stable_offset(self.high_watermark())
    }

    /// The first offset that is still there.
    pub fn log_start_offset(&self) -> Offset {
        self.log.log_start_offset()
    }

    /// The offset that the next record will get.
    pub fn log_end_offset(&self) -> Offset {
        self.log.log_end_offset()
    }

    /// Bytes of records on disk.
    pub fn size_bytes(&self) -> u64 {
        self.log.size_bytes()
    }

    /// The producers that the log remembers, in the order of their ids.
    pub fn producers(&self) -> Vec<ProducerStatus> {
        let mut producers = self.log.producers();
        producers.sort_unstable_by_key(|producer| producer.producer_id);
        producers
    }

    /// Where reads of the partition are counted; appends count themselves.
    pub fn meter(&self) -> &TopicMeter {
        &self.meter
    }

    /// The settings of the partition's topic.
    pub fn settings(&self) -> Arc<TopicSettings> {
        self.settings.load_full()
    }

    /// The replica's log, for those who keep it (checkpoints, flushes, closing).
    pub(crate) fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// Where a fetch parks until there is something new.
    pub fn readers(&self) -> &ReaderSet {
        &self.readers
    }
}

#[cfg(test)]
mod tests;
