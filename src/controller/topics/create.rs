//! Creates topics.

use std::collections::{BTreeMap, BTreeSet};

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::{ConfigRecord, TopicRecord};

use super::{effective, name, placement};
use crate::config::BrokerSettings;
use crate::controller::error::ControllerError;
use crate::controller::job::{Decision, Situation};
use crate::controller::topic_request::{CreateTopicOutcome, CreateTopics, CreatedTopic, NewTopic, TopicError};
use crate::ids::{BrokerId, PartitionId, TopicId};
use crate::limits::PARTITIONS_PER_REQUEST_MAX;
use crate::metadata::{ConfigResourceType, METADATA_VERSION, PartitionImage, Record};

/// Decides a request to create topics: outcomes in the request's order, names that occur twice at the end.
pub(in crate::controller) fn create(
    situation: &Situation<'_>,
    request: CreateTopics,
) -> Result<Decision<Vec<CreateTopicOutcome>>, ControllerError> {
    situation.check_owner()?;
    let (mut once, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for topic in &request.topics {
        if !once.insert(topic.name.as_str()) {
            twice.insert(topic.name.clone());
        }
    }
    let mut topics = request.topics;
    topics.retain(|topic| !twice.contains(&topic.name));
    check_partition_total(situation, topics.iter())?;
    let settings = situation.effective();
    let (mut records, mut outcomes) = (Vec::new(), Vec::new());
    for topic in topics {
        let result = decide(situation, settings.broker(), &topic).map(|(created, new)| {
            records.extend(new);
            created
        });
        outcomes.push(CreateTopicOutcome {
            name: topic.name,
            result,
        });
    }
    let duplicate = || Err(TopicError::InvalidRequest("Duplicate topic name.".to_owned()));
    outcomes.extend(twice.into_iter().map(|name| CreateTopicOutcome {
        name,
        result: duplicate(),
    }));
    if request.validate_only {
        records.clear();
    }
    Ok(Decision {
        records,
        response: outcomes,
    })
}

/// Looks at the numbers only: nothing is allocated for partitions before they are known to be few enough.
fn check_partition_total<'a>(
    situation: &Situation<'_>,
    topics: impl Iterator<Item = &'a NewTopic>,
) -> Result<(), ControllerError> {
    let count = |topic: &NewTopic| match (topic.assignments.as_slice(), topic.num_partitions) {
        ([], -1) => usize::try_from(situation.settings.broker().num_partitions).unwrap_or(0),
        ([], asked) => usize::try_from(asked).unwrap_or(0),
        (assigned, _) => assigned.len(),
    };
    let total = topics.fold(0usize, |total, topic| total.saturating_add(count(topic)));
    if total > PARTITIONS_PER_REQUEST_MAX {
        return Err(ControllerError::TooManyPartitions {
            partitions: total,
            max: PARTITIONS_PER_REQUEST_MAX,
        });
    }
    Ok(())
}

fn decide(
    situation: &Situation<'_>,
    broker: &BrokerSettings,
    topic: &NewTopic,
) -> Result<(CreatedTopic, Vec<Record>), TopicError> {
    check_name(situation, &topic.name)?;
    let overrides = overrides(topic)?;
    effective::validate(broker, &overrides).map_err(TopicError::InvalidConfig)?;
    let partitions = if topic.assignments.is_empty() {
        chosen(situation, topic)?
    } else {
        assigned(situation, topic)?
    };

    situation.mutations.take(partitions.len())?;
    let id = TopicId(situation.random.uuid());
    let version = situation.image.features.level(METADATA_VERSION);
    let text = |of: &str| StrBytes::from(of.to_owned());
    let mut records = vec![Record::Topic(TopicRecord {
        name: text(&topic.name),
        topic_id: id.0,
    })];
    records.extend(overrides.iter().map(|(name, value)| {
        Record::Config(ConfigRecord {
            resource_type: ConfigResourceType::TOPIC.0,
            resource_name: text(&topic.name),
            name: text(name),
            value: Some(text(value)),
        })
    }));
    let numbered = (0..).map(PartitionId).zip(&partitions);
    records.extend(numbered.map(|(number, partition)| partition.to_record(id, number, version)));

    let replicas = partitions.first().map_or(0, |partition| partition.replicas.len());
    let created = CreatedTopic {
        id,
        num_partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
        replication_factor: i16::try_from(replicas).unwrap_or(i16::MAX),
        configs: effective::effective(situation.settings, &situation.image.configs, &overrides),
    };
    Ok((created, records))
}

fn check_name(situation: &Situation<'_>, wanted: &str) -> Result<(), TopicError> {
    if wanted == name::CLUSTER_METADATA {
        let text = format!("Creation of internal topic {wanted} is prohibited.");
        return Err(TopicError::InvalidRequest(text));
    }
    if situation.image.topics.by_name(wanted).is_some() {
        return Err(TopicError::AlreadyExists(wanted.to_owned()));
    }
    name::validate(wanted).map_err(TopicError::InvalidName)?;
    match situation.image.topics.colliding(wanted) {
        Some(existing) => Err(TopicError::NameCollision {
            name: wanted.to_owned(),
            existing: existing.to_string(),
        }),
        None => Ok(()),
    }
}

/// The topic's own configs; of one named twice the last counts.
fn overrides(topic: &NewTopic) -> Result<BTreeMap<String, String>, TopicError> {
    let nulls: Vec<&str> = topic
        .configs
        .iter()
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if !nulls.is_empty() {
        let text = format!("Null value not supported for topic configs: {}", nulls.join(","));
        return Err(TopicError::InvalidConfig(text));
    }
    Ok(topic
        .configs
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
        .collect())
}

/// Partitions whose replicas the controller chooses.
fn chosen(situation: &Situation<'_>, topic: &NewTopic) -> Result<Vec<PartitionImage>, TopicError> {
    let broker = situation.settings.broker();
    let replication_factor = match topic.replication_factor {
        -1 => i16::try_from(broker.default_replication_factor).unwrap_or(i16::MAX),
        given @ 1.. => given,
        _ => return Err(TopicError::NonPositiveReplicationFactor),
    };
    let partitions = match topic.num_partitions {
        -1 => broker.num_partitions,
        given @ 1.. => given,
        _ => return Err(TopicError::NonPositivePartitions),
    };
    let unplaceable = |reason: String| TopicError::Unplaceable {
        replication_factor,
        reason,
    };
    let cluster = &situation.image.cluster;
    let placed = placement::place(cluster, situation.random, partitions, replication_factor).map_err(unplaceable)?;
    if let Some(reason) = placed
        .iter()
        .find_map(|replicas| placement::not_copied(situation, replicas))
    {
        return Err(unplaceable(reason));
    }
    let none_active = || unplaceable("All brokers are currently fenced or in controlled shutdown.".to_owned());
    placed
        .into_iter()
        .map(|replicas| placement::newborn(cluster, replicas).ok_or_else(none_active))
        .collect()
}

/// Partitions whose replicas the request names.
fn assigned(situation: &Situation<'_>, topic: &NewTopic) -> Result<Vec<PartitionImage>, TopicError> {
    if topic.replication_factor != -1 {
        let text = "A manual partition assignment was specified, but replication factor was not set to -1.";
        return Err(TopicError::InvalidRequest(text.to_owned()));
    }
    if topic.num_partitions != -1 {
        let text = "A manual partition assignment was specified, but numPartitions was not set to -1.";
        return Err(TopicError::InvalidRequest(text.to_owned()));
    }
    let refused = |text: String| Err(TopicError::InvalidAssignment(text));
    let (mut partitions, mut expected) = (BTreeMap::new(), None);
    for assignment in &topic.assignments {
        let number = assignment.partition;
        if partitions.contains_key(&number) {
            return refused(format!(
                "Found multiple manual partition assignments for partition {number}"
            ));
        }
        check_replicas(situation, &assignment.replicas, expected)?;
        if let Some(reason) = placement::not_copied(situation, &assignment.replicas) {
            return refused(reason);
        }
        expected = Some(assignment.replicas.len());
        match placement::newborn(&situation.image.cluster, assignment.replicas.clone()) {
            Some(partition) => partitions.insert(number, partition),
            None => {
                return refused(format!(
                    "All brokers specified in the manual partition assignment for partition {number} are fenced or in \
                     controlled shutdown."
                ));
            }
        };
    }
    if !partitions
        .keys()
        .copied()
        .eq((0..).map(PartitionId).take(partitions.len()))
    {
        return refused("partitions should be a consecutive 0-based integer sequence".to_owned());
    }
    Ok(partitions.into_values().collect())
}

/// Whether a partition may have these replicas, named by hand.
pub(in crate::controller) fn check_replicas(
    situation: &Situation<'_>,
    replicas: &[BrokerId],
    expected: Option<usize>,
) -> Result<(), TopicError> {
    let refused = |text: String| {
        Err(TopicError::InvalidAssignment(format!(
            "The manual partition assignment {text}"
        )))
    };
    if replicas.is_empty() {
        return refused("includes an empty replica list.".to_owned());
    }
    let mut seen = BTreeSet::new();
    let mut sorted = replicas.to_vec();
    sorted.sort_unstable();
    for broker in sorted {
        if situation.image.cluster.broker(broker).is_none() {
            return refused(format!("includes broker {broker}, but no such broker is registered."));
        }
        if !seen.insert(broker) {
            return refused(format!("includes the broker {broker} more than once."));
        }
    }
    match expected {
        Some(count) if count != replicas.len() => refused(format!(
            "includes a partition with {} replica(s), but this is not consistent with previous partitions, which have \
             {count} replica(s).",
            replicas.len()
        )),
        _ => Ok(()),
    }
}
