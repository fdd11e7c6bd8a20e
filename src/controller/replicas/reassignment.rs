//! Moving a partition to other brokers: which replicas it has meanwhile, when it is done, and how it is taken back.
//!
//! Pure arithmetic on lists of brokers; who may be named is decided elsewhere.

use crate::ids::BrokerId;
use crate::metadata::PartitionImage;

/// A partition's replicas, among them those that are being added and those that are about to go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::controller) struct Reassignment {
    /// All replicas, those to be removed last.
    pub replicas: Vec<BrokerId>,
    /// Those that are new.
    pub adding: Vec<BrokerId>,
    /// Those that go.
    pub removing: Vec<BrokerId>,
}

impl Reassignment {
    /// What the partition is in the middle of; nothing is added or removed if that is nothing.
    pub fn under_way(partition: &PartitionImage) -> Reassignment {
        Reassignment {
            replicas: partition.replicas.clone(),
            adding: partition.adding_replicas.clone(),
            removing: partition.removing_replicas.clone(),
        }
    }

    /// From the present replicas to others, whatever was under way before.
    pub fn begin(present: &[BrokerId], target: &[BrokerId]) -> Reassignment {
        let without = |all: &[BrokerId], gone: &[BrokerId]| {
            let mut rest: Vec<BrokerId> = all.iter().copied().filter(|broker| !gone.contains(broker)).collect();
            rest.sort_unstable();
            rest
        };
        let removing = without(present, target);
        Reassignment {
            replicas: target.iter().chain(&removing).copied().collect(),
            adding: without(target, present),
            removing,
        }
    }

    /// Whether replicas come or go.
    pub fn is_under_way(&self) -> bool {
        !self.adding.is_empty() || !self.removing.is_empty()
    }

    /// The replicas once those that go are gone, if all that stay are in sync. None while they are not, or if nothing is
    /// under way.
    pub fn completed(&self, isr: &[BrokerId]) -> Option<Reassignment> {
        let stays = |broker: &BrokerId| !self.removing.contains(broker);
        let replicas: Vec<BrokerId> = self.replicas.iter().copied().filter(stays).collect();
        let done = self.is_under_way() && !replicas.is_empty() && replicas.iter().all(|replica| isr.contains(replica));
        done.then(|| Reassignment {
            replicas,
            ..Reassignment::default()
        })
    }

    /// The replicas as they were before.
    pub fn taken_back(&self) -> Vec<BrokerId> {
        let was_there = |broker: &BrokerId| !self.adding.contains(broker);
        self.replicas.iter().copied().filter(was_there).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brokers<const N: usize>(ids: [i32; N]) -> Vec<BrokerId> {
        ids.into_iter().map(BrokerId).collect()
    }

    #[test]
    fn a_reassignment_keeps_the_old_replicas_until_the_new_ones_are_in_sync() {
        let moving = Reassignment::begin(&brokers([1, 2]), &brokers([3, 2]));
        assert_eq!(
            moving,
            Reassignment {
                replicas: brokers([3, 2, 1]),
                adding: brokers([3]),
                removing: brokers([1])
            }
        );
        assert_eq!(moving.completed(&brokers([1, 2])), None);
        let done = moving.completed(&brokers([1, 2, 3])).unwrap();
        assert_eq!((&done.replicas, done.is_under_way()), (&brokers([3, 2]), false));
        assert_eq!(moving.taken_back(), brokers([2, 1]));
    }

    #[test]
    fn another_order_of_the_same_replicas_is_no_reassignment() {
        let turned = Reassignment::begin(&brokers([1, 2]), &brokers([2, 1]));
        assert_eq!((turned.is_under_way(), &turned.replicas), (false, &brokers([2, 1])));
        assert_eq!(turned.completed(&brokers([1, 2])), None);
    }
}
