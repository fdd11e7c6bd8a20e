//! Moves partitions to other brokers on request, and takes that back.

use super::change::{Election, PartitionChange};
use super::reassignment::Reassignment;
use crate::controller::job::{Decision, Situation};
use crate::controller::replica_request::{AlterReassignments, PartitionRef, ReassignmentError};
use crate::controller::topics::{check_replicas, effective_value};
use crate::ids::{BrokerId, PartitionId};
use crate::metadata::{PartitionImage, Record, TopicImage};

/// What became of each partition, in the request's order.
pub(in crate::controller) type Reassigned = Vec<(PartitionRef, Result<(), ReassignmentError>)>;

/// Decides a request to move partitions. Each is accepted or refused alone; of one named twice, both start from what is.
pub(in crate::controller) fn alter(situation: &Situation<'_>, request: AlterReassignments) -> Decision<Reassigned> {
    let (mut records, mut response) = (Vec::new(), Vec::new());
    for (of, target) in request.partitions {
        let result = decide(situation, &of, target.as_deref(), request.may_change_factor);
        response.push((of, result.map(|record| records.extend(record))));
    }
    Decision { records, response }
}

fn decide(
    situation: &Situation<'_>,
    of: &PartitionRef,
    target: Option<&[BrokerId]>,
    may_change_factor: bool,
) -> Result<Option<Record>, ReassignmentError> {
    let topic = situation.image.topics.by_name(&of.topic);
    let topic = topic.ok_or_else(|| ReassignmentError::NoSuchTopic(of.topic.clone()))?;
    let partition = topic.partition(of.partition);
    let partition = partition.ok_or_else(|| ReassignmentError::NoSuchPartition {
        topic: of.topic.clone(),
        partition: of.partition,
    })?;
    let Some(target) = target else {
        return take_back(situation, topic, of.partition, partition);
    };
    check_replicas(situation, target, None).map_err(|error| ReassignmentError::InvalidAssignment(error.to_string()))?;
    if !may_change_factor {
        check_factor(partition, target)?;
    }
    let mut change = PartitionChange::of(situation, topic, of.partition, partition);
    let begun = Reassignment::begin(&partition.replicas, target);
    let under_way = Reassignment::under_way(partition);
    change.reassignment = Reassignment {
        // What neither comes nor goes leaves an older reassignment as it is.
        adding: if begun.adding.is_empty() {
            under_way.adding
        } else {
            begun.adding
        },
        removing: if begun.removing.is_empty() {
            under_way.removing
        } else {
            begun.removing
        },
        replicas: begun.replicas,
    };
    Ok(change.record())
}

fn check_factor(partition: &PartitionImage, target: &[BrokerId]) -> Result<(), ReassignmentError> {
    let stays = partition
        .replicas
        .iter()
        .filter(|replica| !partition.removing_replicas.contains(replica));
    let (from, to) = (stays.count(), target.len());
    if from == to {
        return Ok(());
    }
    Err(ReassignmentError::FactorChanged { from, to })
}

fn take_back(
    situation: &Situation<'_>,
    topic: &TopicImage,
    number: PartitionId,
    partition: &PartitionImage,
) -> Result<Option<Record>, ReassignmentError> {
    let under_way = Reassignment::under_way(partition);
    if !under_way.is_under_way() {
        return Err(ReassignmentError::NoneInProgress);
    }
    let refused = |text: String| Err(ReassignmentError::InvalidAssignment(text));
    let replicas = under_way.taken_back();
    let mut isr: Vec<BrokerId> = partition
        .isr
        .iter()
        .copied()
        .filter(|replica| replicas.contains(replica))
        .collect();
    let unclean_allowed =
        effective_value(situation, &topic.name, "unclean.leader.election.enable").as_deref() == Some("true");
    if isr.is_empty() {
        let Some(first) = replicas.first() else {
            return refused("Invalid replica assignment: addingReplicas contains all replicas.".to_owned());
        };
        if !unclean_allowed {
            return refused(format!(
                "Unable to revert partition assignment for {}:{number} because it would require an unclean leader \
                 election.",
                topic.name
            ));
        }
        isr.push(*first);
    }
    let mut change = PartitionChange::of(situation, topic, number, partition);
    change.isr = isr;
    change.reassignment = Reassignment {
        replicas,
        ..Reassignment::default()
    };
    if unclean_allowed {
        change.election = Election::Unclean;
    }
    Ok(change.record())
}
