//! Notes in which log directories a broker's replicas lie.

use super::change::PartitionChange;
use crate::controller::job::{Decision, Situation};
use crate::controller::replica_request::AssignDirectories;
use crate::ids::BrokerId;

/// Decides to note them. Partitions that are gone, or have no replica on the broker, are passed over.
pub(in crate::controller) fn assign(
    situation: &Situation<'_>,
    broker: BrokerId,
    request: &AssignDirectories,
) -> Decision<()> {
    let mut records = Vec::new();
    for (topic, number, directory) in &request.assignments {
        let Some(topic) = situation.image.topics.by_id(*topic) else {
            continue;
        };
        let Some(partition) = topic.partition(*number) else {
            continue;
        };
        if partition.replicas.contains(&broker) {
            let mut change = PartitionChange::of(situation, topic, *number, partition);
            change.directories.insert(broker, *directory);
            records.extend(change.record());
        }
    }
    Decision { records, response: () }
}
