//! Takes a broker out of the cluster for good.

use dmq_protocol::metadata_records::UnregisterBrokerRecord;

use super::change::{Election, PartitionChange};
use crate::controller::error::ControllerError;
use crate::controller::job::{Decision, Situation};
use crate::controller::topics::effective_value;
use crate::ids::BrokerId;

/// Decides to forget a broker: its partitions are led by others, or by nobody, first.
pub(in crate::controller) fn unregister(
    situation: &Situation<'_>,
    id: BrokerId,
) -> Result<Decision<()>, ControllerError> {
    situation.check_owner()?;
    let Some(broker) = situation.image.cluster.broker(id) else {
        return Err(ControllerError::BrokerNotRegistered(id));
    };
    let mut records = Vec::new();
    for topic in situation.image.topics.iter() {
        let unclean = || effective_value(situation, &topic.name, "unclean.leader.election.enable");
        for (number, partition) in &topic.partitions {
            if !partition.isr.contains(&id) && !partition.elr.contains(&id) {
                continue;
            }
            let mut change = PartitionChange::of(situation, topic, *number, partition);
            change.isr.retain(|replica| *replica != id);
            change.leaving = Some(id);
            if unclean().as_deref() == Some("true") {
                change.election = Election::Unclean;
            }
            records.extend(change.record());
        }
    }
    records.push(
        UnregisterBrokerRecord {
            broker_id: id.0,
            broker_epoch: broker.epoch,
        }
        .into(),
    );
    Ok(Decision { records, response: () })
}
