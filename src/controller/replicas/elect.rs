//! Elects leaders on request: the preferred one, or any where there is none.

use super::change::{Election, PartitionChange};
use crate::controller::job::{Decision, Situation};
use crate::controller::replica_request::{ElectLeaders, ElectionError, ElectionKind, PartitionRef};
use crate::ids::PartitionId;
use crate::metadata::{PartitionImage, Record, TopicImage};

/// What became of each partition, in the request's order; with no partitions named, of all that changed or could not.
pub(in crate::controller) type Elected = Vec<(PartitionRef, Result<(), ElectionError>)>;

/// Decides a request for elections.
pub(in crate::controller) fn elect(situation: &Situation<'_>, request: ElectLeaders) -> Decision<Elected> {
    let mut records = Vec::new();
    let mut outcome = |of: PartitionRef| {
        let result = find(situation, &of)
            .and_then(|(topic, partition)| decide(situation, topic, of.partition, partition, request.kind));
        (of, result.map(|record| records.push(record)))
    };
    let response = match request.partitions {
        Some(partitions) => partitions.into_iter().map(outcome).collect(),
        None => {
            let all = situation.image.topics.iter().flat_map(|topic| {
                let name = topic.name.to_string();
                topic.partitions.keys().map(move |partition| PartitionRef {
                    topic: name.clone(),
                    partition: *partition,
                })
            });
            let outcomes = all.map(&mut outcome);
            outcomes
                .filter(|(_, result)| *result != Err(ElectionError::NotNeeded))
                .collect()
        }
    };
    Decision { records, response }
}

fn find<'a>(
    situation: &Situation<'a>,
    of: &PartitionRef,
) -> Result<(&'a TopicImage, &'a PartitionImage), ElectionError> {
    let topic = situation.image.topics.by_name(&of.topic);
    let topic = topic.ok_or_else(|| ElectionError::NoSuchTopic(of.topic.clone()))?;
    let partition = topic.partition(of.partition);
    let partition = partition.ok_or_else(|| ElectionError::NoSuchPartition {
        topic: of.topic.clone(),
        partition: of.partition,
    })?;
    Ok((topic, partition))
}

fn decide(
    situation: &Situation<'_>,
    topic: &TopicImage,
    number: PartitionId,
    partition: &PartitionImage,
    kind: ElectionKind,
) -> Result<Record, ElectionError> {
    let (election, is_needed, refusal) = match kind {
        ElectionKind::Preferred => {
            let preferred = partition.replicas.first().copied();
            let is_needed = partition.leader.is_none() || partition.leader != preferred;
            (Election::Preferred, is_needed, ElectionError::PreferredUnavailable)
        }
        ElectionKind::Unclean => (
            Election::Unclean,
            partition.leader.is_none(),
            ElectionError::NoneEligible,
        ),
    };
    if !is_needed {
        return Err(ElectionError::NotNeeded);
    }
    let mut change = PartitionChange::of(situation, topic, number, partition);
    change.election = election;
    change.record().ok_or(refusal)
}
