//! Elections, reassignments, directories and farewells, decided in small clusters.

use dmq_protocol::Uuid;

use super::*;
use crate::controller::error::ControllerError;
use crate::controller::registration;
use crate::controller::replica_request::{
    AlterReassignments, AssignDirectories, ElectLeaders, ElectionError, ElectionKind, PartitionRef, ReassignmentError,
};
use crate::controller::topics::tests::{Cluster, sized};
use crate::ids::{BrokerId, LeaderEpoch, PartitionId};
use crate::metadata::{DirectoryId, PartitionImage};

/// Brokers 1 to 3, and a topic `t` whose partition 0 is on 1 and 2.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(&[(1, None), (2, None), (3, None)], &[]);
    let mut topic = sized("t", -1, -1);
    topic.assignments = vec![crate::controller::ReplicaAssignment {
        partition: PartitionId(0),
        replicas: ids([1, 2]),
    }];
    cluster.create_one(topic).unwrap();
    cluster
}

fn ids<const N: usize>(ids: [i32; N]) -> Vec<BrokerId> {
    ids.into_iter().map(BrokerId).collect()
}

fn at(topic: &str, partition: i32) -> PartitionRef {
    PartitionRef {
        topic: topic.to_owned(),
        partition: PartitionId(partition),
    }
}

fn partition(cluster: &Cluster) -> PartitionImage {
    let topic = cluster.image.topics.by_name("t").unwrap();
    PartitionImage::clone(topic.partition(PartitionId(0)).unwrap())
}

fn fence(cluster: &mut Cluster, broker: i32) {
    let epoch = cluster.image.cluster.broker(BrokerId(broker)).unwrap().epoch;
    cluster.apply(&[registration::fence(BrokerId(broker), epoch)]);
}

fn elect_one(cluster: &mut Cluster, kind: ElectionKind, of: PartitionRef) -> Result<(), ElectionError> {
    let request = ElectLeaders {
        kind,
        partitions: Some(vec![of]),
    };
    let mut decision = elect(&cluster.situation(), request);
    cluster.apply(&decision.records);
    decision.response.remove(0).1
}

fn reassign(cluster: &mut Cluster, target: Option<Vec<BrokerId>>) -> Result<(), ReassignmentError> {
    alter_with(cluster, at("t", 0), target, true)
}

fn alter_with(
    cluster: &mut Cluster,
    of: PartitionRef,
    target: Option<Vec<BrokerId>>,
    may_change_factor: bool,
) -> Result<(), ReassignmentError> {
    let request = AlterReassignments {
        partitions: vec![(of, target)],
        may_change_factor,
    };
    let mut decision = alter(&cluster.situation(), request);
    cluster.apply(&decision.records);
    decision.response.remove(0).1
}

#[test]
fn an_election_is_refused_where_none_is_needed_or_nothing_is_to_elect() {
    let mut cluster = cluster();
    let preferred = ElectionKind::Preferred;
    let refusal = |result: Result<(), ElectionError>| result.unwrap_err().to_string();
    let needless = elect_one(&mut cluster, preferred, at("t", 0));
    assert_eq!(refusal(needless), "Leader election not needed for topic partition.");
    let unknown = elect_one(&mut cluster, preferred, at("t", 9));
    assert_eq!(refusal(unknown), "No such partition as t-9");
    let unknown = elect_one(&mut cluster, ElectionKind::Unclean, at("nope", 0));
    assert_eq!(refusal(unknown), "No such topic as nope");
    let all = ElectLeaders {
        kind: preferred,
        partitions: None,
    };
    assert_eq!(elect(&cluster.situation(), all).response, []);
}

#[test]
fn the_preferred_replica_takes_over_once_it_may() {
    let mut cluster = cluster();
    // The first replica is now 2; 1 leads.
    assert_eq!(reassign(&mut cluster, Some(ids([2, 1]))), Ok(()));
    assert_eq!(partition(&cluster).leader, Some(BrokerId(1)));
    fence(&mut cluster, 2);
    assert_eq!(
        elect_one(&mut cluster, ElectionKind::Preferred, at("t", 0)),
        Err(ElectionError::PreferredUnavailable)
    );
    let mut cluster = self::cluster();
    reassign(&mut cluster, Some(ids([2, 1]))).unwrap();
    assert_eq!(elect_one(&mut cluster, ElectionKind::Preferred, at("t", 0)), Ok(()));
    let led = partition(&cluster);
    assert_eq!((led.leader, led.leader_epoch), (Some(BrokerId(2)), LeaderEpoch(1)));
}

#[test]
fn a_reassignment_begins_is_taken_back_and_ends_at_once_where_all_are_in_sync() {
    let mut cluster = cluster();
    assert_eq!(reassign(&mut cluster, None), Err(ReassignmentError::NoneInProgress));
    assert_eq!(reassign(&mut cluster, Some(ids([1, 2]))), Ok(()));
    assert_eq!(
        partition(&cluster).partition_epoch,
        0,
        "the same replicas are no change"
    );
    assert_eq!(reassign(&mut cluster, Some(ids([3, 2]))), Ok(()));
    let moving = partition(&cluster);
    assert_eq!(
        (&moving.replicas, &moving.adding_replicas, &moving.removing_replicas),
        (&ids([3, 2, 1]), &ids([3]), &ids([1]))
    );
    assert_eq!((moving.isr, moving.directories.len()), (ids([1, 2]), 3));
    assert_eq!(reassign(&mut cluster, None), Ok(()));
    let back = partition(&cluster);
    assert_eq!(
        (back.replicas, back.adding_replicas, back.removing_replicas),
        (ids([2, 1]), vec![], vec![])
    );
    // Fewer replicas, all of them in sync: done at once, and another leader where the present one goes.
    assert_eq!(reassign(&mut cluster, Some(ids([2]))), Ok(()));
    let done = partition(&cluster);
    assert_eq!(
        (done.replicas, done.isr, done.leader),
        (ids([2]), ids([2]), Some(BrokerId(2)))
    );
}

#[test]
fn a_reassignment_is_refused_with_kafkas_words() {
    let mut cluster = cluster();
    let mut refusal = |of, target, may_change_factor| {
        alter_with(&mut cluster, of, Some(target), may_change_factor)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refusal(at("nope", 0), ids([1]), true),
        "Unable to find a topic named nope."
    );
    assert_eq!(refusal(at("t", 9), ids([1]), true), "Unable to find partition t:9.");
    assert_eq!(
        refusal(at("t", 0), ids([7]), true),
        "The manual partition assignment includes broker 7, but no such broker is registered."
    );
    assert_eq!(
        refusal(at("t", 0), vec![], false),
        "The manual partition assignment includes an empty replica list."
    );
    assert_eq!(
        refusal(at("t", 0), ids([1]), false),
        "The replication factor is changed from 2 to 1"
    );
}

#[test]
fn a_partition_without_leader_is_led_uncleanly_on_request_only() {
    let mut cluster = cluster();
    // Broker 3 alone is left, and has never been in sync.
    reassign(&mut cluster, Some(ids([1, 2, 3]))).unwrap();
    for broker in [1, 2] {
        let decision = unregister(&cluster.situation(), BrokerId(broker)).unwrap();
        cluster.apply(&decision.records);
    }
    let orphan = partition(&cluster);
    assert_eq!((orphan.leader, orphan.isr.as_slice()), (None, &[][..]));
    assert_eq!(
        elect_one(&mut cluster, ElectionKind::Preferred, at("t", 0)),
        Err(ElectionError::PreferredUnavailable)
    );
    let taken = elect_one(&mut cluster, ElectionKind::Unclean, at("t", 0));
    let led = partition(&cluster);
    assert_eq!((taken, led.leader), (Ok(()), Some(BrokerId(3))));
    assert_eq!(led.isr, ids([3]));
}

#[test]
fn a_broker_that_goes_hands_its_leaderships_over() {
    let mut cluster = cluster();
    let decision = unregister(&cluster.situation(), BrokerId(1)).unwrap();
    cluster.apply(&decision.records);
    let left = partition(&cluster);
    assert_eq!((left.leader, left.isr), (Some(BrokerId(2)), ids([2])));
    assert!(cluster.image.cluster.broker(BrokerId(1)).is_none());
    let unknown = unregister(&cluster.situation(), BrokerId(1)).unwrap_err();
    assert_eq!(unknown, ControllerError::BrokerNotRegistered(BrokerId(1)));
    assert_eq!(unknown.to_string(), "Broker ID 1 is not currently registered");
}

#[test]
fn a_replicas_directory_is_noted_once() {
    let mut cluster = cluster();
    let topic = cluster.image.topics.by_name("t").unwrap().id;
    let directory = DirectoryId(Uuid::from_u128(77));
    let assignments = vec![(topic, PartitionId(0), directory), (topic, PartitionId(5), directory)];
    let request = AssignDirectories { assignments };
    let decision = assign(&cluster.situation(), BrokerId(2), &request);
    cluster.apply(&decision.records);
    assert_eq!(partition(&cluster).directory_of(BrokerId(2)), Some(directory));
    assert_eq!(assign(&cluster.situation(), BrokerId(2), &request).records, []);
    assert_eq!(assign(&cluster.situation(), BrokerId(3), &request).records, []);
}
