//! The way to a group's machine: by the group's id.

use std::sync::Arc;

use super::{GroupMachine, GroupReply, GroupSettings, OFFSETS_TOPIC, partition_of};
use crate::coordinator::{Committing, CoordinatorError, CoordinatorHost, Parked, Step, Ticket};
use crate::ids::PartitionId;
use crate::metadata::{MetadataHandle, MetadataImage};

/// All groups that this broker coordinates.
#[derive(Debug, Clone)]
pub struct GroupCoordinator {
    host: Arc<CoordinatorHost<GroupMachine>>,
    metadata: MetadataHandle,
    settings: Arc<GroupSettings>,
}

impl GroupCoordinator {
    /// The way to the machines of `host`.
    pub fn new(
        host: Arc<CoordinatorHost<GroupMachine>>,
        metadata: MetadataHandle,
        settings: Arc<GroupSettings>,
    ) -> GroupCoordinator {
        GroupCoordinator {
            host,
            metadata,
            settings,
        }
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
