//! All machines of one internal topic that this broker leads: loaded, woken, dropped.
//!
//! A publisher of metadata images: a partition that this broker comes to lead gets a machine, one that it no longer leads
//! loses it. Knows nothing of what the machines do.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use dashmap::DashMap;
use dmq_protocol::compression::Compression;
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, oneshot};

use super::shard::{Settled, Shard, Step, Stepped};
use super::{CoordinatorError, Machine, Now, Ticket, Timers, loading};
use crate::env::Clock;
use crate::ids::{BrokerId, LeaderEpoch, Offset, PartitionId};
use crate::metadata::{MetadataChanges, MetadataImage, MetadataPublisher};
use crate::partition::{Partition, PartitionRegistry};

/// What a host works with.
pub struct OpenHost<M> {
    /// The internal topic.
    pub topic: &'static str,
    /// This broker.
    pub broker_id: BrokerId,
    /// The replicas.
    pub partitions: Arc<PartitionRegistry>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Makes a machine that has seen nothing yet.
    pub make: Box<dyn Fn() -> M + Send + Sync>,
    /// How many machines are loaded at a time.
    pub loaders: usize,
    /// How many bytes of a partition are read at a time when its machine is loaded.
    pub load_bytes: u64,
    /// How batches are compressed.
    pub compression: Compression,
    /// Where loading and waking run.
    pub runtime: tokio::runtime::Handle,
}

impl<M> fmt::Debug for OpenHost<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenHost")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

/// See the module's page.
#[derive(Debug)]
pub struct CoordinatorHost<M: Machine> {
    this: Weak<CoordinatorHost<M>>,
    open: OpenHost<M>,
    shards: DashMap<PartitionId, Arc<Shard<M>>>,
    loaders: Arc<Semaphore>,
    wakes: Mutex<Timers<PartitionId>>,
    /// Rings when something is due earlier than was known.
    alarm: Notify,
    stopped: AtomicBool,
}

/// What must be committed before a client may be told.
#[derive(Debug)]
pub struct Committing {
    partition: Arc<Partition>,
    needed: Offset,
}

impl Committing {
    /// Resolves when it is.
    pub async fn done(self) -> Result<(), CoordinatorError> {
        let committed = self.partition.committed(self.needed).await;
        committed.map_err(CoordinatorError::Unwritable)
    }
}

/// A request whose answer comes when the machine gives it.
#[derive(Debug)]
pub struct Parked<R> {
    partition: Arc<Partition>,
    later: oneshot::Receiver<Settled<R>>,
}

impl<R> Parked<R> {
    /// Resolves when there is an answer and what it tells is committed. If the machine goes before that, whoever asked is to
    /// look for the coordinator again.
    pub async fn answer(self) -> Result<R, CoordinatorError> {
        let Settled { reply, needed } = self.later.await.map_err(|_| CoordinatorError::NotCoordinator)?;
        let partition = self.partition;
        Committing { partition, needed }.done().await?;
        Ok(reply)
    }
}

impl<M: Machine> CoordinatorHost<M> {
    /// A host without machines; it is to be registered as a publisher after the replicas' registry.
    pub fn start(open: OpenHost<M>) -> Arc<CoordinatorHost<M>> {
        let runtime = open.runtime.clone();
        let host = Arc::new_cyclic(|this| CoordinatorHost {
            this: Weak::clone(this),
            loaders: Arc::new(Semaphore::new(open.loaders)),
            open,
            shards: DashMap::new(),
            wakes: Mutex::default(),
            alarm: Notify::new(),
            stopped: AtomicBool::new(false),
        });
        runtime.spawn(wake_when_due(Arc::clone(&host)));
        host
    }

    /// Takes a step of the machine on a partition. Its effect is in the log, and is to be told when it is committed.
    pub fn step<T>(
        &self,
        partition: PartitionId,
        step: impl FnOnce(Step<'_, M>) -> T,
    ) -> Result<(T, Committing), CoordinatorError> {
        let shard = self.shard(partition)?;
        let Stepped { outcome, needed, wake } = self.checked(&shard, shard.step(self.now(), step))?;
        self.schedule(partition, wake);
        let partition = Arc::clone(&shard.partition);
        Ok((outcome, Committing { partition, needed }))
    }

    /// As [`CoordinatorHost::step`], for a request whose answer the machine gives under a ticket, now or later.
    pub fn park(
        &self,
        partition: PartitionId,
        step: impl FnOnce(Step<'_, M>, Ticket),
    ) -> Result<Parked<M::Reply>, CoordinatorError> {
        let shard = self.shard(partition)?;
        let stepped = self.checked(&shard, shard.park(self.now(), step))?;
        self.schedule(partition, stepped.wake);
        Ok(Parked {
            partition: Arc::clone(&shard.partition),
            later: stepped.outcome,
        })
    }

    /// The partitions with a machine, loading ones among them.
    pub fn partitions(&self) -> Vec<PartitionId> {
        let mut partitions: Vec<PartitionId> = self.shards.iter().map(|shard| *shard.key()).collect();
        partitions.sort_unstable();
        partitions
    }

    /// Ends all work.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.alarm.notify_one();
        for shard in &self.shards {
            shard.unload();
        }
        self.shards.clear();
    }

    fn now(&self) -> Now {
        Now {
            wall_ms: self.open.clock.now_ms(),
            monotonic: self.open.clock.monotonic(),
        }
    }

    fn shard(&self, partition: PartitionId) -> Result<Arc<Shard<M>>, CoordinatorError> {
        let found = self.shards.get(&partition).map(|shard| Arc::clone(&shard));
        found.ok_or(CoordinatorError::NotCoordinator)
    }

    /// Has a machine that is ahead of its log loaded again.
    fn checked<T>(&self, shard: &Arc<Shard<M>>, outcome: Result<T, CoordinatorError>) -> Result<T, CoordinatorError> {
        if outcome.is_err() && shard.is_gone() {
            self.load_again(shard);
        }
        outcome
    }

    fn load_again(&self, shard: &Arc<Shard<M>>) {
        let role = shard.partition.role();
        let removed = self
            .shards
            .remove_if(&shard.number, |_, current| Arc::ptr_eq(current, shard));
        if removed.is_some() && role.is_leader && role.leader_epoch == shard.epoch {
            tracing::warn!(partition = %shard.partition.name(), "a coordinator is loaded again");
            self.load(shard.number, &shard.partition, shard.epoch);
        }
    }

    fn schedule(&self, partition: PartitionId, wake: Option<Duration>) {
        let Some(at) = wake else {
            return;
        };
        let Some(shard) = self.shards.get(&partition).map(|shard| Arc::clone(&shard)) else {
            return;
        };
        if !shard.is_to_wake_earlier(at) {
            return;
        }
        let mut wakes = self.wakes.lock();
        let is_first = wakes.next().is_none_or(|first| at < first);
        wakes.add(at, partition);
        drop(wakes);
        if is_first {
            self.alarm.notify_one();
        }
    }

    fn wake(&self, partition: PartitionId) {
        let Ok(shard) = self.shard(partition) else {
            return;
        };
        shard.note_woken();
        let wake = shard.wake(self.now());
        if shard.is_gone() {
            self.load_again(&shard);
        }
        self.schedule(partition, wake);
    }

    /// Keeps machines in step with who leads what.
    fn follow(&self, image: &MetadataImage) {
        let topic = image.topics.by_name(self.open.topic);
        let leads = |number: PartitionId| -> Option<LeaderEpoch> {
            let partition = topic?.partition(number)?;
            (partition.leader == Some(self.open.broker_id)).then_some(partition.leader_epoch)
        };
        self.shards.retain(|number, shard| {
            let stays = topic.is_some_and(|topic| topic.id == shard.partition.topic_id())
                && leads(*number) == Some(shard.epoch);
            if !stays {
                shard.unload();
            }
            stays
        });
        let Some(topic) = topic else {
            return;
        };
        for number in topic.partitions.keys() {
            let (Some(epoch), false) = (leads(*number), self.shards.contains_key(number)) else {
                continue;
            };
            if let Some(partition) = self.open.partitions.get(topic.id, *number) {
                self.load(*number, &partition, epoch);
            }
        }
    }

    /// Puts a machine in place and has it loaded; one with nothing to load serves at once.
    fn load(&self, number: PartitionId, partition: &Arc<Partition>, epoch: LeaderEpoch) {
        if self.stopped.load(Ordering::Acquire) {
            return;
        }
        let shard = Arc::new(Shard::loading(
            number,
            Arc::clone(partition),
            epoch,
            self.open.compression,
        ));
        self.shards.insert(number, Arc::clone(&shard));
        if partition.log_start_offset() == partition.log_end_offset() {
            self.load_now(&shard);
            return;
        }
        let (host, loaders) = (Weak::clone(&self.this), Arc::clone(&self.loaders));
        self.open.runtime.spawn(async move {
            let Ok(_turn) = loaders.acquire().await else {
                return;
            };
            // The runtime tells of a panic; there is nothing to add.
            let _ = tokio::task::spawn_blocking(move || {
                if let Some(host) = host.upgrade() {
                    host.load_now(&shard);
                }
            })
            .await;
        });
    }

    fn load_now(&self, shard: &Arc<Shard<M>>) {
        let begun = self.open.clock.monotonic();
        let mut machine = (self.open.make)();
        match loading::replay(shard.partition.log(), self.open.load_bytes, &mut machine) {
            Ok(read) => {
                let wake = shard.activate(machine, read, self.now());
                self.schedule(shard.number, wake);
                let took = self.open.clock.monotonic().saturating_sub(begun);
                tracing::debug!(partition = %shard.partition.name(), upto = %read, ?took, "a coordinator is loaded");
            }
            Err(error) => {
                tracing::error!(partition = %shard.partition.name(), %error, "a coordinator cannot be loaded");
                shard.unload();
            }
        }
    }
}

impl<M: Machine> MetadataPublisher for CoordinatorHost<M> {
    fn name(&self) -> &'static str {
        self.open.topic
    }

    fn publish(&self, old: &Arc<MetadataImage>, new: &Arc<MetadataImage>, changes: &MetadataChanges) {
        let id_in = |image: &MetadataImage| image.topics.by_name(self.open.topic).map(|topic| topic.id);
        let (before, after) = (id_in(old), id_in(new));
        let is_touched = |id| changes.partitions_changed.iter().any(|(topic, _)| *topic == id);
        if before != after || after.is_some_and(is_touched) {
            self.follow(new);
        }
    }
}

async fn wake_when_due<M: Machine>(host: Arc<CoordinatorHost<M>>) {
    while !host.stopped.load(Ordering::Acquire) {
        let now = host.open.clock.monotonic();
        let (due, next) = {
            let mut wakes = host.wakes.lock();
            (wakes.pop_due(now), wakes.next())
        };
        if let Some(partition) = due {
            host.wake(partition);
            continue;
        }
        match next {
            Some(at) => {
                // Whichever comes first: the time, or something that is due earlier.
                let _ = tokio::time::timeout(at.saturating_sub(now), host.alarm.notified()).await;
            }
            None => host.alarm.notified().await,
        }
    }
}
