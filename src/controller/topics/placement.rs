//! Which brokers get the replicas of a new topic.
//!
//! Leaders go round the brokers, replicas of one partition go to different racks while there are some left, and fenced
//! brokers are used only when the others do not suffice. Deterministic, given the random source.

use std::collections::BTreeMap;

use crate::controller::job::Situation;
use crate::controller::push::REST_LISTENER;
use crate::env::Random;
use crate::ids::BrokerId;
use crate::metadata::{BrokerImage, ClusterImage, DirectoryId, PartitionImage};

/// Who holds the replicas of each of `partitions` partitions, or why no one can.
pub(super) fn place(
    cluster: &ClusterImage,
    random: &dyn Random,
    partitions: i32,
    replication_factor: i16,
) -> Result<Vec<Vec<BrokerId>>, String> {
    let usable: Vec<&BrokerImage> = cluster
        .brokers
        .values()
        .map(|b| &**b)
        .filter(|b| takes_replicas(b))
        .collect();
    let (active, fenced): (Vec<_>, Vec<_>) = usable.iter().partition(|broker| !broker.fenced);
    if active.is_empty() {
        return Err("All brokers are currently fenced.".to_owned());
    }
    if usize::try_from(replication_factor).unwrap_or(usize::MAX) > usable.len() {
        return Err(format!(
            "The target replication factor of {replication_factor} cannot be reached because only {} broker(s) are \
             registered or some brokers have all their log directories cordoned.",
            usable.len()
        ));
    }
    let ring = interleave_racks(&active, random);
    let spare = interleave_racks(&fenced, random);
    let count = usize::try_from(replication_factor).unwrap_or(0);
    let partitions = usize::try_from(partitions).unwrap_or(0);
    Ok((0..partitions)
        .map(|partition| stripe(&ring, &spare, partition, count))
        .collect())
}

/// A broker and its rack.
type Place<'a> = (BrokerId, Option<&'a str>);

/// A broker with all its directories cordoned takes no new replica.
fn takes_replicas(broker: &BrokerImage) -> bool {
    let cordoned = broker.cordoned_log_dirs.as_deref().unwrap_or_default();
    broker.log_dirs.is_empty() || broker.log_dirs.iter().any(|directory| !cordoned.contains(directory))
}

/// One broker of each rack, then a second of each, and so on; racks and brokers in random order.
fn interleave_racks<'a>(brokers: &[&'a BrokerImage], random: &dyn Random) -> Vec<Place<'a>> {
    let mut racks: BTreeMap<Option<&str>, Vec<Place<'a>>> = BTreeMap::new();
    for broker in brokers {
        let rack = broker.rack.as_deref();
        racks.entry(rack).or_default().push((broker.id, rack));
    }
    let mut racks: Vec<Vec<Place<'a>>> = racks.into_values().collect();
    shuffle(&mut racks, random);
    for rack in &mut racks {
        shuffle(rack, random);
    }
    let depth = racks.iter().map(Vec::len).max().unwrap_or(0);
    (0..depth)
        .flat_map(|row| racks.iter().filter_map(move |rack| rack.get(row).copied()))
        .collect()
}

/// The leader at the partition's place of the ring; its followers further on, from a place that moves each round, those
/// in racks that have none yet first.
fn stripe(ring: &[Place<'_>], spare: &[Place<'_>], partition: usize, count: usize) -> Vec<BrokerId> {
    let (leader, others) = (partition % ring.len().max(1), ring.len().saturating_sub(1));
    let shift = (partition / ring.len().max(1)) % others.max(1);
    let followers = (0..others).map(|step| 1 + (shift + step) % others);
    let places = std::iter::once(0)
        .chain(followers)
        .map(|step| (leader + step) % ring.len());
    let mut left: Vec<Place<'_>> = places.filter_map(|place| ring.get(place).copied()).collect();
    let (mut chosen, mut racks) = (Vec::with_capacity(count), Vec::new());
    while chosen.len() < count && !left.is_empty() {
        let elsewhere = left.iter().position(|(_, rack)| !racks.contains(rack));
        if elsewhere.is_none() {
            racks.clear();
        }
        let (broker, rack) = left.remove(elsewhere.unwrap_or(0));
        chosen.push(broker);
        racks.push(rack);
    }
    chosen.extend(spare.iter().map(|(broker, _)| *broker).take(count - chosen.len()));
    chosen
}

fn shuffle<T>(list: &mut [T], random: &dyn Random) {
    for end in (1..list.len()).rev() {
        let bound = u64::try_from(end).unwrap_or(u64::MAX).saturating_add(1);
        let pick = usize::try_from(random.below(bound)).unwrap_or(0);
        list.swap(end, pick);
    }
}

/// Why these replicas would hold no copies: storage services that report over REST take their metadata from here, but
/// no data.
pub(super) fn not_copied(situation: &Situation<'_>, replicas: &[BrokerId]) -> Option<String> {
    let own = situation.settings.broker().node_id;
    let reports = |id: &&BrokerId| {
        let broker = situation.image.cluster.broker(**id);
        **id != own && broker.is_some_and(|broker| broker.endpoint(REST_LISTENER).is_some())
    };
    let service = replicas.iter().filter(|_| replicas.len() > 1).find(reports)?;
    Some(format!(
        "The storage service {service} holds no copies of partitions, only partitions of its own."
    ))
}

/// A partition at its birth: every broker that is alive is in sync, the first of them leads.
pub(super) fn newborn(cluster: &ClusterImage, replicas: Vec<BrokerId>) -> Option<PartitionImage> {
    let isr: Vec<BrokerId> = replicas.iter().copied().filter(|id| is_active(cluster, *id)).collect();
    let leader = Some(*isr.first()?);
    Some(PartitionImage {
        directories: replicas.iter().map(|id| default_directory(cluster, *id)).collect(),
        replicas,
        isr,
        removing_replicas: Vec::new(),
        adding_replicas: Vec::new(),
        elr: Vec::new(),
        last_known_elr: Vec::new(),
        leader,
        leader_recovery_state: crate::metadata::LeaderRecoveryState::Recovered,
        leader_epoch: crate::ids::LeaderEpoch(0),
        partition_epoch: 0,
    })
}

/// Whether a broker may lead.
pub(in crate::controller) fn is_active(cluster: &ClusterImage, id: BrokerId) -> bool {
    cluster
        .broker(id)
        .is_some_and(|broker| !broker.fenced && !broker.in_controlled_shutdown)
}

/// With one log directory there is no choice; with several the broker makes it.
pub(in crate::controller) fn default_directory(cluster: &ClusterImage, id: BrokerId) -> DirectoryId {
    match cluster.broker(id).map(|broker| broker.log_dirs.as_slice()) {
        Some([]) => DirectoryId::MIGRATING,
        Some([only]) => *only,
        _ => DirectoryId::UNASSIGNED,
    }
}
