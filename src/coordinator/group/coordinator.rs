//! The way to a group's machine: by the group's id.

use std::sync::Arc;

use dmq_protocol::compression::Compression;

use super::deleted_topics::DeletedTopics;
use super::{GroupMachine, GroupReply, GroupSettings, OFFSETS_TOPIC, partition_of};
use crate::config::BrokerSettings;
use crate::coordinator::{Committing, CoordinatorError, CoordinatorHost, OpenHost, Parked, Step, Ticket};
use crate::env::Clock;
use crate::ids::PartitionId;
use crate::metadata::{MetadataHandle, MetadataImage, MetadataPublisher};
use crate::partition::PartitionRegistry;

/// All groups that this broker coordinates.
#[derive(Debug, Clone)]
pub struct GroupCoordinator {
    host: Arc<CoordinatorHost<GroupMachine>>,
    metadata: MetadataHandle,
    settings: Arc<GroupSettings>,
}

impl GroupCoordinator {
    /// Puts coordinators to work, within the runtime that is to wake them. They serve once their
    /// [publishers](GroupCoordinator::publishers) are registered, after the replicas' registry.
    pub fn start(
        broker: &BrokerSettings,
        partitions: &Arc<PartitionRegistry>,
        metadata: MetadataHandle,
        clock: &Arc<dyn Clock>,
    ) -> GroupCoordinator {
        let settings = Arc::new(GroupSettings::of(broker));
        let of_machines = Arc::clone(&settings);
        let host = CoordinatorHost::start(OpenHost {
            topic: OFFSETS_TOPIC,
            broker_id: broker.node_id,
            partitions: Arc::clone(partitions),
            clock: Arc::clone(clock),
            make: Box::new(move || GroupMachine::new(Arc::clone(&of_machines))),
            loaders: broker.group_coordinator_threads,
            load_bytes: broker.offsets_load_buffer_size,
            compression: codec(broker.offsets_topic_compression_codec),
            runtime: tokio::runtime::Handle::current(),
        });
        GroupCoordinator {
            host,
            metadata,
            settings,
        }
    }

    /// What keeps the coordinators in step with the metadata.
    pub fn publishers(&self) -> [Arc<dyn MetadataPublisher>; 2] {
        let deleted_topics = DeletedTopics::new(Arc::clone(&self.host));
        [Arc::clone(&self.host) as _, Arc::new(deleted_topics)]
    }

    /// Ends all work; who waits is told to look for another coordinator.
    pub fn stop(&self) {
        self.host.stop();
    }

    /// What holds for all groups.
    pub fn settings(&self) -> &GroupSettings {
        &self.settings
    }

    /// The partition of the offsets topic that a group is kept in; none as long as there is no such topic.
    pub fn partition(image: &MetadataImage, group: &str) -> Option<PartitionId> {
        let topic = image.topics.by_name(OFFSETS_TOPIC)?;
        let partitions = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
        Some(partition_of(group, partitions))
    }

    /// Takes a step of the machine that has this group.
    pub fn step<T>(
        &self,
        group: &str,
        step: impl FnOnce(Step<'_, GroupMachine>) -> T,
    ) -> Result<(T, Committing), CoordinatorError> {
        self.host.step(self.find(group)?, step)
    }

    /// As [`GroupCoordinator::step`], for a request whose answer the machine gives later.
    pub fn park(
        &self,
        group: &str,
        step: impl FnOnce(Step<'_, GroupMachine>, Ticket),
    ) -> Result<Parked<GroupReply>, CoordinatorError> {
        self.host.park(self.find(group)?, step)
    }

    /// Looks at every machine here.
    pub fn look_at_all<T>(&self, look: impl Fn(&GroupMachine) -> T) -> Vec<Result<(T, Committing), CoordinatorError>> {
        let partitions = self.host.partitions().into_iter();
        partitions
            .map(|partition| self.host.step(partition, |step| look(step.machine)))
            .collect()
    }

    fn find(&self, group: &str) -> Result<PartitionId, CoordinatorError> {
        GroupCoordinator::partition(&self.metadata.load(), group).ok_or(CoordinatorError::NotCoordinator)
    }
}

/// A codec by the number that batches have for it; what it is not, is no codec.
fn codec(number: i32) -> Compression {
    let codecs = [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ];
    let place = usize::try_from(number).ok();
    place
        .and_then(|place| codecs.get(place))
        .copied()
        .unwrap_or(Compression::None)
}
