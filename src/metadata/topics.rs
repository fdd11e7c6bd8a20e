//! Topics and partitions of an image, found by name and by id.
//!
//! All indexes hold the same `Arc<TopicImage>`; only `add`, `replace` and `remove` touch them, so they stay in step. A
//! change of one partition copies the path to it, not the topic. Nothing here knows about logs or leadership rules.

use std::ops::Bound;
use std::sync::Arc;

use dmq_protocol::Uuid;
use imbl::{HashMap, OrdMap, OrdSet};

use crate::ids::{BrokerId, LeaderEpoch, PartitionId, TopicId};

/// All topics, by name (in order) and by id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicsImage {
    by_name: OrdMap<Arc<str>, Arc<TopicImage>>,
    by_id: HashMap<TopicId, Arc<TopicImage>>,
    /// Names with a dot or an underscore, under the name they have when all dots are underscores.
    by_metric_name: HashMap<String, OrdSet<Arc<str>>>,
}

impl TopicsImage {
    /// The topic of this name.
    pub fn by_name(&self, name: &str) -> Option<&Arc<TopicImage>> {
        self.by_name.get(name)
    }

    /// The topic with this id.
    pub fn by_id(&self, id: TopicId) -> Option<&Arc<TopicImage>> {
        self.by_id.get(&id)
    }

    /// A topic whose name differs from `name` in dots and underscores only (or is the same): the two would share
    /// metric names, so Kafka allows one of them.
    pub fn colliding(&self, name: &str) -> Option<&Arc<str>> {
        self.by_metric_name.get(&metric_name(name)?)?.get_min()
    }

    /// All topics in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<TopicImage>> {
        self.by_name.values()
    }

    /// All topics whose name is not below `first`, in the order of their names.
    pub fn iter_from<'a>(&'a self, first: &str) -> impl Iterator<Item = &'a Arc<TopicImage>> + use<'a> {
        let bounds = (Bound::Included(first), Bound::Unbounded);
        self.by_name.range::<_, str>(bounds).map(|(_, topic)| topic)
    }

    /// How many topics there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is no topic.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The partition `partition` of the topic named `topic`.
    pub fn partition(&self, topic: &str, partition: PartitionId) -> Option<&Arc<PartitionImage>> {
        self.by_name(topic)?.partition(partition)
    }

    /// Adds a topic whose name and id are new.
    pub(super) fn add(&mut self, topic: Arc<TopicImage>) {
        if let Some(shared) = metric_name(&topic.name) {
            self.by_metric_name
                .entry(shared)
                .or_default()
                .insert(topic.name.clone());
        }
        self.replace(topic);
    }

    /// Puts a topic in the place of the one with the same name and id.
    pub(super) fn replace(&mut self, topic: Arc<TopicImage>) {
        self.by_name.insert(topic.name.clone(), topic.clone());
        self.by_id.insert(topic.id, topic);
    }

    /// Takes the topic with this id out.
    pub(super) fn remove(&mut self, id: TopicId) -> Option<Arc<TopicImage>> {
        let topic = self.by_id.remove(&id)?;
        self.by_name.remove(&*topic.name);
        if let Some(shared) = metric_name(&topic.name) {
            let names = self.by_metric_name.entry(shared.clone()).or_default();
            names.remove(&topic.name);
            if names.is_empty() {
                self.by_metric_name.remove(&shared);
            }
        }
        Some(topic)
    }
}

/// The name with underscores for dots, if it has either.
fn metric_name(name: &str) -> Option<String> {
    name.contains(['.', '_']).then(|| name.replace('.', "_"))
}

/// One topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicImage {
    /// The topic's name.
    pub name: Arc<str>,
    /// The topic's identity over its whole life.
    pub id: TopicId,
    /// The partitions by number; numbers run from 0 without a gap once a topic is complete.
    pub partitions: OrdMap<PartitionId, Arc<PartitionImage>>,
}

impl TopicImage {
    /// A topic without partitions.
    pub fn new(name: &str, id: TopicId) -> TopicImage {
        TopicImage {
            name: Arc::from(name),
            id,
            partitions: OrdMap::new(),
        }
    }

    /// The partition of this number.
    pub fn partition(&self, partition: PartitionId) -> Option<&Arc<PartitionImage>> {
        self.partitions.get(&partition)
    }
}

/// What the cluster knows of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionImage {
    /// The brokers that hold a replica; the first is the preferred leader.
    pub replicas: Vec<BrokerId>,
    /// The log directory's id of each replica, in the order of `replicas`; see the constants of [`DirectoryId`].
    pub directories: Vec<DirectoryId>,
    /// The replicas that are in sync.
    pub isr: Vec<BrokerId>,
    /// Replicas that a reassignment is about to remove.
    pub removing_replicas: Vec<BrokerId>,
    /// Replicas that a reassignment is about to add.
    pub adding_replicas: Vec<BrokerId>,
    /// Replicas outside the ISR that may lead without loss (KIP-966).
    pub elr: Vec<BrokerId>,
    /// The last replicas of the ELR when it became empty (KIP-966).
    pub last_known_elr: Vec<BrokerId>,
    /// The leader; none while no replica may lead.
    pub leader: Option<BrokerId>,
    /// Whether the leader took over uncleanly and has not finished recovering.
    pub leader_recovery_state: LeaderRecoveryState,
    /// Raised with every change of leadership.
    pub leader_epoch: LeaderEpoch,
    /// Raised with every change of this partition.
    pub partition_epoch: i32,
}

impl PartitionImage {
    /// The log directory that the replica on `broker` is assigned to.
    pub fn directory_of(&self, broker: BrokerId) -> Option<DirectoryId> {
        let place = self.replicas.iter().position(|replica| *replica == broker)?;
        self.directories.get(place).copied()
    }
}

/// Whether a partition's leader was elected uncleanly and is still recovering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeaderRecoveryState {
    /// The usual state.
    #[default]
    Recovered,
    /// Elected from outside the ISR; it may not be followed for truncation decisions yet.
    Recovering,
}

impl LeaderRecoveryState {
    /// The state's number in a metadata record.
    pub const fn number(self) -> i8 {
        match self {
            LeaderRecoveryState::Recovered => 0,
            LeaderRecoveryState::Recovering => 1,
        }
    }

    /// The state with this number.
    pub const fn from_number(number: i8) -> Option<LeaderRecoveryState> {
        match number {
            0 => Some(LeaderRecoveryState::Recovered),
            1 => Some(LeaderRecoveryState::Recovering),
            _ => None,
        }
    }
}

/// The id of a log directory of some broker, as in its `meta.properties`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectoryId(pub Uuid);

impl DirectoryId {
    /// Written by a cluster from before directory assignment; the broker knows where the replica is.
    pub const MIGRATING: DirectoryId = DirectoryId(Uuid::ZERO);
    /// Not assigned yet: the broker chooses.
    pub const UNASSIGNED: DirectoryId = DirectoryId(Uuid::from_u128(1));
    /// In a directory that has failed.
    pub const LOST: DirectoryId = DirectoryId(Uuid::from_u128(2));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_found_by_name_and_id_until_it_is_removed() {
        let mut topics = TopicsImage::default();
        let id = TopicId(Uuid::from_u128(7));
        topics.add(Arc::new(TopicImage::new("orders", id)));
        assert_eq!(topics.by_name("orders"), topics.by_id(id));
        assert_eq!(topics.iter_from("order").count(), 1);
        assert_eq!(topics.iter_from("p").count(), 0);
        assert!(topics.remove(id).is_some());
        assert!(topics.is_empty());
        assert_eq!(topics, TopicsImage::default());
    }

    #[test]
    fn names_that_differ_in_dots_and_underscores_collide() {
        let mut topics = TopicsImage::default();
        let id = TopicId(Uuid::from_u128(7));
        topics.add(Arc::new(TopicImage::new("a.b_c", id)));
        assert_eq!(topics.colliding("a_b.c").map(|name| &**name), Some("a.b_c"));
        assert_eq!(topics.colliding("a-b-c"), None);
        topics.remove(id);
        assert_eq!(topics, TopicsImage::default());
    }
}
