//! Who leads which partition after this broker, alone in its cluster, has started.
//!
//! After a stop in order a leader goes on in its epoch. After any other end its log may have lost what it had not
//! synced, so a new epoch begins, and readers find out where theirs differs. A partition without a leader (Kafka leaves
//! it so when it stops) is led again by the replica that was in sync last.

use dmq_protocol::metadata_records::PartitionChangeRecord;

use crate::ids::{BrokerId, PartitionId};
use crate::metadata::{MetadataImage, PartitionImage, Record, TopicImage};

use super::registration;

/// The records that put the partitions in order after `node` has registered. `clean`: its last stop was in order.
pub(super) fn after_start(image: &MetadataImage, node: BrokerId, clean: bool) -> Vec<Record> {
    let partitions = image
        .topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(move |(p, it)| (topic, *p, it)));
    partitions
        .filter_map(|(topic, number, partition)| change(topic, number, partition, node, clean))
        .collect()
}

/// The records that fence every other broker: in an embedded controller's cluster no other process can be alive.
pub(super) fn fence_others(image: &MetadataImage, node: BrokerId) -> Vec<Record> {
    let others = image.cluster.unfenced().filter(|broker| broker.id != node);
    others
        .map(|broker| registration::fence(broker.id, broker.epoch))
        .collect()
}

/// The records that begin a new epoch of each partition that `node` leads, where an external controller says who leads:
/// after a stop that was not in order, readers must find out what the leader's log has lost.
pub(super) fn own_epochs(image: &MetadataImage, node: BrokerId, clean: bool) -> Vec<Record> {
    if clean {
        return Vec::new();
    }
    let partitions = image
        .topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(move |(p, it)| (topic.id, *p, it)));
    let led = partitions.filter(|(.., partition)| partition.leader == Some(node));
    let begun = led.map(|(topic, number, _)| PartitionChangeRecord {
        partition_id: number.0,
        topic_id: topic.0,
        leader: node.0,
        ..PartitionChangeRecord::default()
    });
    begun.map(Record::from).collect()
}

fn change(
    topic: &TopicImage,
    number: PartitionId,
    partition: &PartitionImage,
    node: BrokerId,
    clean: bool,
) -> Option<Record> {
    let leads = partition.leader == Some(node);
    if !partition.replicas.contains(&node) || (leads && clean) || !may_lead(partition, node) {
        return None;
    }
    let alone = vec![node.0];
    let had_elr = !partition.elr.is_empty() || !partition.last_known_elr.is_empty();
    let change = PartitionChangeRecord {
        partition_id: number.0,
        topic_id: topic.id.0,
        // No other replica can be in sync: no other broker is alive.
        isr: (partition.isr != [node]).then_some(alone),
        leader: node.0,
        leader_recovery_state: if partition.leader_recovery_state.number() == 0 {
            -1
        } else {
            0
        },
        eligible_leader_replicas: had_elr.then(Vec::new),
        last_known_elr: had_elr.then(Vec::new),
        ..PartitionChangeRecord::default()
    };
    Some(change.into())
}

/// Whether `node` holds all that was acknowledged, as far as is known.
fn may_lead(partition: &PartitionImage, node: BrokerId) -> bool {
    let nobody = partition.isr.is_empty() && partition.elr.is_empty();
    partition.isr.contains(&node)
        || partition.elr.contains(&node)
        || (nobody && (partition.last_known_elr == [node] || partition.replicas == [node]))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ids::{LeaderEpoch, TopicId};
    use crate::metadata::{DirectoryId, LeaderRecoveryState};
    use dmq_protocol::Uuid;

    const ME: BrokerId = BrokerId(1);
    const OTHER: BrokerId = BrokerId(2);

    fn partition(
        replicas: &[BrokerId],
        isr: &[BrokerId],
        elr: &[BrokerId],
        leader: Option<BrokerId>,
    ) -> PartitionImage {
        PartitionImage {
            replicas: replicas.to_vec(),
            directories: vec![DirectoryId::UNASSIGNED; replicas.len()],
            isr: isr.to_vec(),
            removing_replicas: Vec::new(),
            adding_replicas: Vec::new(),
            elr: elr.to_vec(),
            last_known_elr: Vec::new(),
            leader,
            leader_recovery_state: LeaderRecoveryState::Recovered,
            leader_epoch: LeaderEpoch(5),
            partition_epoch: 0,
        }
    }

    /// The new ISR, leader and ELR.
    type Decided = Option<(Option<Vec<i32>>, i32, Option<Vec<i32>>)>;

    fn decide(partition: PartitionImage, clean: bool) -> Decided {
        let mut topic = TopicImage::new("t", TopicId(Uuid::from_u128(3)));
        let partition = Arc::new(partition);
        topic.partitions.insert(PartitionId(0), partition.clone());
        match change(&topic, PartitionId(0), &partition, ME, clean) {
            Some(Record::PartitionChange(change)) => Some((change.isr, change.leader, change.eligible_leader_replicas)),
            _ => None,
        }
    }

    #[test]
    fn a_leader_goes_on_after_a_clean_stop_and_begins_an_epoch_after_any_other() {
        let led = partition(&[ME], &[ME], &[], Some(ME));
        assert_eq!(decide(led.clone(), true), None);
        assert_eq!(decide(led, false), Some((None, 1, None)));
    }

    #[test]
    fn a_partition_that_kafka_left_without_leader_is_led_again() {
        assert_eq!(
            decide(partition(&[ME], &[], &[ME], None), true),
            Some((Some(vec![1]), 1, Some(vec![])))
        );
        assert_eq!(
            decide(partition(&[ME], &[], &[], None), true),
            Some((Some(vec![1]), 1, None))
        );
    }

    #[test]
    fn what_another_broker_may_know_better_is_not_led() {
        assert_eq!(decide(partition(&[ME, OTHER], &[OTHER], &[], Some(OTHER)), true), None);
        assert_eq!(decide(partition(&[OTHER], &[OTHER], &[], Some(OTHER)), true), None);
        let shared = partition(&[ME, OTHER], &[ME, OTHER], &[], Some(OTHER));
        assert_eq!(decide(shared, true), Some((Some(vec![1]), 1, None)));
    }
}
