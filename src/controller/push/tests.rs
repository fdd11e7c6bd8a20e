//! Decisions about pushes, one after the other on a cluster of images.

use std::sync::Arc;

use dmq_protocol::Uuid;

use super::*;
use crate::config::Settings;
use crate::controller::bootstrap;
use crate::controller::registration::{BrokerIdentity, register_broker};
use crate::env::SeededRandom;
use crate::ids::LeaderEpoch;
use crate::metadata::{
    BrokerImage, DirectoryId, Endpoint, MetadataDelta, MetadataImage, PartitionImage, Provenance, Record,
};

const NOW: i64 = 1_700_000_000_000;

/// A broker with the id 1 that pushes are made to.
struct Pushes {
    image: Arc<MetadataImage>,
    settings: Arc<Settings>,
    random: SeededRandom,
}

impl Pushes {
    fn new() -> Pushes {
        let mut pushes = Pushes {
            image: Arc::new(MetadataImage::empty("c")),
            settings: Arc::new(Settings::from_pairs([("node.id", "1")]).unwrap()),
            random: SeededRandom::new(7),
        };
        pushes.apply(&bootstrap::first_group(&bootstrap::features(), &pushes.settings));
        let endpoint = |listener: &str, port| Endpoint {
            listener: Arc::from(listener),
            host: Arc::from("own.example"),
            port,
            security_protocol: 0,
        };
        let identity = BrokerIdentity {
            node: BrokerId(1),
            incarnation_id: Uuid::from_u128(1),
            endpoints: vec![
                endpoint("PLAINTEXT", 9092),
                endpoint("EXTERNAL", 9093),
                endpoint("REST", 8082),
            ],
            rack: None,
            log_dirs: vec![DirectoryId(Uuid::from_u128(200))],
        };
        pushes.apply(&register_broker(&pushes.image, &identity, 5));
        pushes
    }

    fn apply(&mut self, records: &[Record]) {
        let mut delta = MetadataDelta::new(&self.image);
        records.iter().for_each(|record| delta.apply(record).unwrap());
        self.image = delta.finish(Provenance::NONE).0;
    }

    fn decide(&self, push: &MetadataPush) -> Decision<Result<Pushed, PushError>> {
        let situation = Situation {
            image: &self.image,
            settings: &self.settings,
            now_ms: NOW,
            random: &self.random,
            mutations: &crate::quota::Mutations::unlimited(),
        };
        decide(&situation, push)
    }

    fn push(&mut self, push: &MetadataPush) -> Result<Pushed, PushError> {
        let Decision { records, response } = self.decide(push);
        if response.is_err() {
            assert_eq!(records, []);
        }
        self.apply(&records);
        response
    }

    /// Pushes one partition under the next version.
    fn partition(&mut self, partition: PushedPartition) -> Result<Pushed, PushError> {
        let version = Some(self.state().version.map_or(0, |version| version + 1));
        let partitions = vec![partition];
        self.push(&MetadataPush {
            version,
            partitions,
            ..MetadataPush::default()
        })
    }

    fn state(&self) -> PushedState {
        PushedState::of(&self.image)
    }

    fn of(&self, topic: &str, partition: i32) -> &Arc<PartitionImage> {
        self.image.topics.partition(topic, PartitionId(partition)).unwrap()
    }

    fn broker(&self, id: i32) -> &Arc<BrokerImage> {
        self.image.cluster.broker(BrokerId(id)).unwrap()
    }
}

fn partition(leader: i32) -> PushedPartition {
    PushedPartition {
        topic: "t".to_owned(),
        topic_id: None,
        partition: PartitionId(0),
        leader: (leader >= 0).then_some(BrokerId(leader)),
        followers: Vec::new(),
        isr: None,
        leader_epoch: None,
    }
}

fn ids(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().copied().map(BrokerId).collect()
}

fn versioned(version: i64) -> MetadataPush {
    MetadataPush {
        version: Some(version),
        ..MetadataPush::default()
    }
}

fn timed(timestamp_ms: i64) -> MetadataPush {
    MetadataPush {
        timestamp_ms: Some(timestamp_ms),
        ..MetadataPush::default()
    }
}

fn broker(id: i32) -> PushedBroker {
    PushedBroker {
        id: BrokerId(id),
        host: "rest.example".to_owned(),
        port: 8083,
        kafka_host: "kafka.example".to_owned(),
        kafka_port: 9094,
        alive: true,
    }
}

#[test]
fn versions_only_rise() {
    let mut pushes = Pushes::new();
    assert_eq!(pushes.push(&versioned(0)), Ok(Pushed::Applied));
    assert_eq!(pushes.push(&versioned(7)), Ok(Pushed::Applied));
    let with_topic = MetadataPush {
        partitions: vec![partition(1)],
        ..versioned(7)
    };
    assert_eq!(pushes.push(&with_topic), Ok(Pushed::Unchanged));
    assert!(pushes.image.topics.is_empty());
    let stale = pushes.push(&versioned(6)).unwrap_err();
    assert_eq!(stale, PushError::StaleVersion { current: 7, pushed: 6 });
    assert_eq!(
        stale.to_string(),
        "the pushed version 6 is lower than the current version 7"
    );
    assert_eq!(
        (pushes.state().version, pushes.state().updated_ms),
        (Some(7), Some(NOW))
    );
}

#[test]
fn a_push_without_a_version_is_ordered_by_its_timestamp_and_leaves_the_version() {
    let mut pushes = Pushes::new();
    assert_eq!(pushes.push(&timed(100)), Ok(Pushed::Applied));
    assert_eq!(pushes.state().version, None);
    assert_eq!(pushes.push(&versioned(3)), Ok(Pushed::Applied));
    assert_eq!(pushes.push(&timed(100)), Ok(Pushed::Applied));
    let stale = PushError::StaleTimestamp {
        current: 100,
        pushed: 99,
    };
    assert_eq!(pushes.push(&timed(99)), Err(stale));
    assert_eq!(pushes.push(&timed(101)), Ok(Pushed::Applied));
    assert_eq!(
        (pushes.state().version, pushes.state().timestamp_ms),
        (Some(3), Some(101))
    );
    assert!(matches!(
        pushes.push(&MetadataPush::default()),
        Err(PushError::Invalid(_))
    ));
}

#[test]
fn a_topic_appears_with_the_members_that_are_told_or_follow_from_it() {
    let mut pushes = Pushes::new();
    let told = PushedPartition {
        followers: ids(&[2, 3, 2, 1]),
        isr: Some(ids(&[1, 2])),
        leader_epoch: Some(4),
        ..partition(1)
    };
    pushes.partition(told).unwrap();
    let image = pushes.of("t", 0);
    assert_eq!((&image.replicas, &image.isr), (&ids(&[1, 2, 3]), &ids(&[1, 2])));
    assert_eq!((image.leader, image.leader_epoch), (Some(BrokerId(1)), LeaderEpoch(0)));
    assert_eq!(image.directory_of(BrokerId(1)), Some(DirectoryId(Uuid::from_u128(200))));
    let alone = PushedPartition {
        partition: PartitionId(1),
        ..partition(2)
    };
    pushes.partition(alone).unwrap();
    let image = pushes.of("t", 1);
    assert_eq!((&image.replicas, &image.isr), (&ids(&[2]), &ids(&[2])));
    let unled = PushedPartition {
        partition: PartitionId(2),
        followers: ids(&[2]),
        isr: Some(Vec::new()),
        ..partition(-1)
    };
    pushes.partition(unled).unwrap();
    let image = pushes.of("t", 2);
    assert_eq!((image.leader, &image.replicas, image.isr.len()), (None, &ids(&[2]), 0));
}

#[test]
fn brokers_that_are_told_of_a_topic_separately_give_it_the_same_id() {
    let (mut one, mut other) = (Pushes::new(), Pushes::new());
    other.random = SeededRandom::new(8);
    one.partition(partition(1)).unwrap();
    other.push(&timed(5)).unwrap();
    other.partition(partition(2)).unwrap();
    let id = |pushes: &Pushes| pushes.image.topics.by_name("t").unwrap().id;
    assert_eq!(id(&one), id(&other));
    assert_ne!(id(&one), TopicId::ZERO);
}

#[test]
fn an_id_that_the_controller_gives_is_kept_and_another_one_refused() {
    let mut pushes = Pushes::new();
    let with_id = |id: u128| PushedPartition {
        topic_id: Some(TopicId(Uuid::from_u128(id))),
        ..partition(1)
    };
    pushes.partition(with_id(900)).unwrap();
    assert!(pushes.image.topics.by_id(TopicId(Uuid::from_u128(900))).is_some());
    pushes.partition(partition(1)).unwrap();
    assert!(matches!(
        pushes.partition(with_id(901)),
        Err(PushError::OtherTopic { .. })
    ));
    let taken = PushedPartition {
        topic: "other".to_owned(),
        ..with_id(900)
    };
    assert!(matches!(pushes.partition(taken), Err(PushError::Invalid(_))));
}

#[test]
fn kafkas_epoch_rises_by_one_with_the_pushed_epoch_or_the_leader_and_never_falls() {
    let mut pushes = Pushes::new();
    let mut step = |leader: i32, pushed: Option<i64>| {
        let outcome = pushes.partition(PushedPartition {
            leader_epoch: pushed,
            followers: ids(&[3 - leader]),
            ..partition(leader)
        });
        let topic = pushes.image.topics.by_name("t").unwrap().id;
        let remembered = pushed_leader_epoch(&pushes.image, topic, PartitionId(0));
        outcome.map(|_| (pushes.of("t", 0).leader_epoch.0, remembered))
    };
    assert_eq!(step(1, None), Ok((0, None)));
    assert_eq!(step(1, None), Ok((0, None)), "nothing changed");
    assert_eq!(step(2, None), Ok((1, None)), "the leader changed");
    assert_eq!(step(2, Some(1_795_406_161_636)), Ok((2, Some(1_795_406_161_636))));
    assert_eq!(step(2, Some(1_795_406_161_636)), Ok((2, Some(1_795_406_161_636))));
    assert_eq!(step(2, None), Ok((2, Some(1_795_406_161_636))), "unchanged");
    assert_eq!(
        step(1, None),
        Ok((3, Some(1_795_406_161_637))),
        "one more when the leader changes"
    );
    assert_eq!(step(1, Some(1_795_406_161_640)), Ok((4, Some(1_795_406_161_640))));
    let stale = step(1, Some(1_795_406_161_639)).unwrap_err();
    assert!(
        stale.to_string().contains("1795406161639") && stale.to_string().contains("1795406161640"),
        "{stale}"
    );
    assert_eq!(step(2, Some(i64::MAX)), Ok((5, Some(i64::MAX))));
    assert_eq!(step(1, None), Ok((6, Some(i64::MAX))), "there is no higher one");
}

#[test]
fn in_sync_replicas_and_followers_change_without_a_new_epoch() {
    let mut pushes = Pushes::new();
    pushes.partition(partition(1)).unwrap();
    let grown = PushedPartition {
        followers: ids(&[2, 3]),
        isr: Some(ids(&[3, 1])),
        ..partition(1)
    };
    pushes.partition(grown.clone()).unwrap();
    let image = Arc::clone(pushes.of("t", 0));
    assert_eq!((&image.replicas, &image.isr), (&ids(&[1, 2, 3]), &ids(&[3, 1])));
    assert_eq!((image.leader_epoch, image.partition_epoch), (LeaderEpoch(0), 1));
    assert_eq!(image.directory_of(BrokerId(1)), Some(DirectoryId(Uuid::from_u128(200))));
    pushes.partition(grown).unwrap();
    assert_eq!(pushes.of("t", 0), &image, "nothing changed");
    pushes.partition(partition(-1)).unwrap();
    let unled = pushes.of("t", 0);
    assert_eq!((unled.leader, &unled.replicas), (None, &ids(&[1, 2, 3])));
}

#[test]
fn one_wrong_partition_keeps_everything_else_out() {
    let mut pushes = Pushes::new();
    let epoch = |epoch| PushedPartition {
        leader_epoch: Some(epoch),
        ..partition(1)
    };
    pushes.partition(epoch(9)).unwrap();
    let before = Arc::clone(&pushes.image);
    let good = PushedPartition {
        topic: "good".to_owned(),
        ..partition(1)
    };
    let outside = PushedPartition {
        isr: Some(ids(&[1, 4])),
        ..good.clone()
    };
    let leaderless = PushedPartition {
        isr: Some(ids(&[2])),
        followers: ids(&[2]),
        ..good.clone()
    };
    let nobody = PushedPartition {
        leader: None,
        ..good.clone()
    };
    for wrong in [epoch(8), outside, leaderless, nobody] {
        let mut push = versioned(50);
        push.brokers = vec![broker(2)];
        push.partitions = vec![
            good.clone(),
            PushedPartition {
                partition: PartitionId(if wrong.topic == "good" { 1 } else { 0 }),
                ..wrong
            },
        ];
        assert!(pushes.push(&push).is_err());
        assert_eq!(pushes.image, before);
    }
    let mut push = versioned(50);
    push.partitions = vec![good];
    assert_eq!(pushes.push(&push), Ok(Pushed::Applied));
}

#[test]
fn other_brokers_are_registered_for_every_listener_and_this_one_keeps_its_own() {
    let mut pushes = Pushes::new();
    let mut push = versioned(1);
    push.brokers = vec![broker(1), broker(2)];
    pushes.push(&push).unwrap();
    let addresses = |pushes: &Pushes, id: i32| -> Vec<String> {
        let line = |it: &Endpoint| format!("{} {}:{}", it.listener, it.host, it.port);
        pushes.broker(id).endpoints.iter().map(line).collect()
    };
    assert_eq!(
        addresses(&pushes, 2),
        [
            "PLAINTEXT kafka.example:9094",
            "EXTERNAL kafka.example:9094",
            "REST rest.example:8083"
        ]
    );
    assert_eq!(
        addresses(&pushes, 1),
        [
            "PLAINTEXT own.example:9092",
            "EXTERNAL own.example:9093",
            "REST rest.example:8083"
        ]
    );
    assert_eq!(
        pushes.broker(1).epoch,
        5,
        "the epoch of this start is in the mark of a clean stop"
    );

    let dead = PushedBroker {
        alive: false,
        ..broker(2)
    };
    let mut push = versioned(2);
    push.brokers = vec![
        dead,
        PushedBroker {
            alive: false,
            ..broker(1)
        },
    ];
    pushes.push(&push).unwrap();
    assert!(pushes.broker(2).fenced);
    assert!(!pushes.broker(1).fenced, "this broker is alive, whatever it is told");
    // A broker that is not named stays as it was.
    pushes.push(&versioned(3)).unwrap();
    assert!(pushes.broker(2).fenced);
    let only_state = pushes.decide(&MetadataPush {
        brokers: vec![PushedBroker {
            alive: false,
            ..broker(2)
        }],
        ..versioned(4)
    });
    assert!(
        only_state
            .records
            .iter()
            .all(|record| matches!(record, Record::Config(_))),
        "what is known already is not written again"
    );
}
