//! Adds partitions to topics.

use std::collections::BTreeMap;

use super::create::check_replicas;
use super::placement;
use crate::controller::error::ControllerError;
use crate::controller::job::{Decision, Situation};
use crate::controller::replica_request::{AddPartitions, MorePartitions};
use crate::controller::topic_request::TopicError;
use crate::ids::{BrokerId, PartitionId};
use crate::limits::PARTITIONS_PER_REQUEST_MAX;
use crate::metadata::{METADATA_VERSION, PartitionImage, Record, TopicImage};

/// What became of each topic; names that occur twice come first.
pub(in crate::controller) type Added = Vec<(String, Result<(), TopicError>)>;

/// Decides a request to add partitions. Each topic is accepted or refused alone.
pub(in crate::controller) fn add(
    situation: &Situation<'_>,
    request: AddPartitions,
) -> Result<Decision<Added>, ControllerError> {
    situation.check_owner()?;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for topic in &request.topics {
        *times.entry(topic.topic.clone()).or_default() += 1;
    }
    times.retain(|_, times| *times > 1);
    let once = |topic: &&MorePartitions| !times.contains_key(&topic.topic);
    check_total(situation, request.topics.iter().filter(once))?;
    let duplicate = || Err(TopicError::InvalidRequest("Duplicate topic name.".to_owned()));
    let mut response: Added = times.keys().map(|name| (name.clone(), duplicate())).collect();
    let mut records = Vec::new();
    for topic in request.topics.iter().filter(once) {
        let result = decide(situation, topic).map(|new| records.extend(new));
        response.push((topic.topic.clone(), result));
    }
    if request.validate_only {
        records.clear();
    }
    Ok(Decision { records, response })
}

/// Looks at the numbers only: nothing is allocated for partitions before they are known to be few enough.
fn check_total<'a>(
    situation: &Situation<'_>,
    topics: impl Iterator<Item = &'a MorePartitions>,
) -> Result<(), ControllerError> {
    let additional = |topic: &MorePartitions| {
        let present = situation.image.topics.by_name(&topic.topic)?.partitions.len();
        Some(usize::try_from(topic.count).unwrap_or(0).saturating_sub(present))
    };
    let partitions = topics.filter_map(additional).fold(0, usize::saturating_add);
    if partitions > PARTITIONS_PER_REQUEST_MAX {
        let max = PARTITIONS_PER_REQUEST_MAX;
        return Err(ControllerError::TooManyAdditionalPartitions { partitions, max });
    }
    Ok(())
}

fn decide(situation: &Situation<'_>, wanted: &MorePartitions) -> Result<Vec<Record>, TopicError> {
    let topic = situation.image.topics.by_name(&wanted.topic);
    let topic = topic.ok_or(TopicError::UnknownName)?;
    let present = topic.partitions.len();
    let count = usize::try_from(wanted.count).unwrap_or(0);
    let refused = |text: String| Err(TopicError::InvalidPartitions(text));
    if count == present {
        return refused(format!("Topic already has {present} partition(s)."));
    }
    if count < present {
        return refused(format!(
            "The topic {} currently has {present} partition(s); {} would not be an increase.",
            wanted.topic, wanted.count
        ));
    }
    situation.mutations.take(count - present)?;
    let partitions = match &wanted.assignments {
        Some(assignments) => assigned(situation, topic, count - present, assignments)?,
        None => chosen(situation, topic, count - present)?,
    };
    let version = situation.image.features.level(METADATA_VERSION);
    let first = i32::try_from(present).unwrap_or(i32::MAX);
    let numbered = (first..).map(PartitionId).zip(partitions);
    Ok(numbered
        .map(|(number, partition)| partition.to_record(topic.id, number, version))
        .collect())
}

/// How many replicas the topic's partitions have.
fn replication_factor(topic: &TopicImage) -> usize {
    topic.partitions.values().next().map_or(1, |first| first.replicas.len())
}

fn assigned(
    situation: &Situation<'_>,
    topic: &TopicImage,
    additional: usize,
    assignments: &[Vec<BrokerId>],
) -> Result<Vec<PartitionImage>, TopicError> {
    let refused = |text: String| Err(TopicError::InvalidAssignment(text));
    if assignments.len() != additional {
        return refused(format!(
            "Attempted to add {additional} additional partition(s), but only {} assignment(s) were specified.",
            assignments.len()
        ));
    }
    let mut partitions = Vec::new();
    for (place, replicas) in assignments.iter().enumerate() {
        check_replicas(situation, replicas, Some(replication_factor(topic)))?;
        match placement::newborn(&situation.image.cluster, replicas.clone()) {
            Some(partition) => partitions.push(partition),
            None => {
                return refused(format!(
                    "All brokers specified in the manual partition assignment for partition {} are fenced or in \
                     controlled shutdown.",
                    topic.partitions.len() + place
                ));
            }
        }
    }
    Ok(partitions)
}

fn chosen(situation: &Situation<'_>, topic: &TopicImage, additional: usize) -> Result<Vec<PartitionImage>, TopicError> {
    let replication_factor = i16::try_from(replication_factor(topic)).unwrap_or(i16::MAX);
    let unplaceable = |reason: String| TopicError::Unplaceable {
        replication_factor,
        reason,
    };
    let cluster = &situation.image.cluster;
    let count = i32::try_from(additional).unwrap_or(i32::MAX);
    let placed = placement::place(cluster, situation.random, count, replication_factor).map_err(unplaceable)?;
    let none_active = || unplaceable("All brokers are currently fenced or in controlled shutdown.".to_owned());
    let partitions = placed.into_iter().map(|replicas| placement::newborn(cluster, replicas));
    partitions.collect::<Option<Vec<_>>>().ok_or_else(none_active)
}

#[cfg(test)]
mod tests;
