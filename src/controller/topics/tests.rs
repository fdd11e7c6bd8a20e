//! Decisions about topics, held against what Kafka 4.4 answered to the same requests, and by themselves.

use std::collections::BTreeSet;
use std::sync::Arc;

use dmq_protocol::Uuid;
use serde_json::Value;

use super::{create, delete};
use crate::config::Settings;
use crate::controller::error::ControllerError;
use crate::controller::job::Situation;
use crate::controller::registration::{BrokerIdentity, register_broker};
use crate::controller::topic_request::*;
use crate::controller::{bootstrap, producer_ids};
use crate::env::SeededRandom;
use crate::ids::{BrokerId, LeaderEpoch, PartitionId, ProducerId, TopicId};
use crate::metadata::{DirectoryId, MetadataDelta, MetadataImage, Provenance, Record};
use crate::quota::Mutations;

/// A cluster to decide in.
pub(in crate::controller) struct Cluster {
    pub image: Arc<MetadataImage>,
    settings: Arc<Settings>,
    random: SeededRandom,
    pub mutations: Mutations,
}

impl Cluster {
    pub fn new(brokers: &[(i32, Option<&str>)], settings: &[(&str, &str)]) -> Cluster {
        let settings = Arc::new(Settings::from_pairs(settings.iter().copied()).unwrap());
        let mut cluster = Cluster {
            image: Arc::new(MetadataImage::empty("c")),
            settings,
            random: SeededRandom::new(7),
            mutations: Mutations::unlimited(),
        };
        cluster.apply(&bootstrap::first_group(&bootstrap::features(), &cluster.settings));
        for (id, rack) in brokers {
            let identity = BrokerIdentity {
                node: BrokerId(*id),
                incarnation_id: Uuid::from_u128(1),
                endpoints: Vec::new(),
                rack: rack.map(str::to_owned),
                log_dirs: vec![DirectoryId(Uuid::from_u128(200 + u128::from(id.unsigned_abs())))],
            };
            cluster.apply(&register_broker(&cluster.image, &identity, i64::from(*id)));
        }
        cluster
    }

    pub fn apply(&mut self, records: &[Record]) {
        let mut delta = MetadataDelta::new(&self.image);
        records.iter().for_each(|record| delta.apply(record).unwrap());
        self.image = delta.finish(Provenance::NONE).0;
    }

    pub fn situation(&self) -> Situation<'_> {
        Situation {
            image: &self.image,
            settings: &self.settings,
            now_ms: 0,
            random: &self.random,
            mutations: &self.mutations,
        }
    }

    fn create(&mut self, request: CreateTopics) -> Vec<CreateTopicOutcome> {
        let decision = create(&self.situation(), request).unwrap();
        self.apply(&decision.records);
        decision.response
    }

    pub fn create_one(&mut self, topic: NewTopic) -> Result<CreatedTopic, String> {
        let request = CreateTopics {
            topics: vec![topic],
            validate_only: false,
        };
        self.create(request).remove(0).result.map_err(|error| error.to_string())
    }

    fn delete(&mut self, topics: Vec<TopicRef>) -> Vec<DeleteTopicOutcome> {
        let decision = delete(&self.situation(), topics).unwrap();
        self.apply(&decision.records);
        decision.response
    }
}

pub(in crate::controller) fn sized(name: &str, num_partitions: i32, replication_factor: i16) -> NewTopic {
    NewTopic {
        num_partitions,
        replication_factor,
        ..NewTopic::with_defaults(name)
    }
}

fn golden() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/frames/index.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap()).unwrap()
}

fn new_topic(json: &Value) -> NewTopic {
    let assignment = |json: &Value| ReplicaAssignment {
        partition: PartitionId(number(&json["PartitionIndex"])),
        replicas: list(&json["BrokerIds"]).iter().map(|id| BrokerId(number(id))).collect(),
    };
    let config = |json: &Value| (text(&json["Name"]), json["Value"].as_str().map(str::to_owned));
    NewTopic {
        name: text(&json["Name"]),
        num_partitions: number(&json["NumPartitions"]),
        replication_factor: i16::try_from(number(&json["ReplicationFactor"])).unwrap(),
        assignments: list(&json["Assignments"]).iter().map(assignment).collect(),
        configs: list(&json["Configs"]).iter().map(config).collect(),
    }
}

fn check_created(case: &str, version: i64, created: &CreatedTopic, kafka: &Value) {
    assert_eq!(
        kafka["ErrorCode"], 0,
        "{case}: created, but Kafka says {}",
        kafka["ErrorMessage"]
    );
    if version >= 5 {
        assert_eq!(created.num_partitions, number(&kafka["NumPartitions"]), "{case}");
        assert_eq!(
            i32::from(created.replication_factor),
            number(&kafka["ReplicationFactor"]),
            "{case}"
        );
        let configs = created.configs.iter().map(|config| {
            let (value, source) = (config.value.clone().unwrap_or_default(), config.source as i32);
            (config.name.clone(), value, source, config.is_sensitive)
        });
        let expected = list(&kafka["Configs"]).iter().map(|json| {
            let sensitive = json["IsSensitive"].as_bool().unwrap();
            (
                text(&json["Name"]),
                text(&json["Value"]),
                number(&json["ConfigSource"]),
                sensitive,
            )
        });
        assert_eq!(configs.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{case}");
    }
}

#[test]
fn topics_are_created_and_refused_as_kafka_does_to_the_letter() {
    let mut cluster = Cluster::new(&[(1, None)], &[]);
    let mut cases = 0;
    for line in golden().iter().filter(|line| line["api"] == "CreateTopics") {
        let (case, version) = (text(&line["name"]), line["version"].as_i64().unwrap());
        let request = CreateTopics {
            topics: list(&line["request"]["Topics"]).iter().map(new_topic).collect(),
            validate_only: line["request"]["validateOnly"] == true,
        };
        let (before, outcomes) = (cluster.image.clone(), cluster.create(request.clone()));
        assert!(
            !request.validate_only || cluster.image == before,
            "{case} changed something"
        );
        let expected = list(&line["response"]["Topics"]);
        assert_eq!(outcomes.len(), expected.len(), "{case}");
        for (outcome, kafka) in outcomes.iter().zip(expected) {
            assert_eq!(outcome.name, text(&kafka["Name"]), "{case}");
            match &outcome.result {
                Ok(created) => check_created(&case, version, created, kafka),
                Err(error) => assert_eq!(error.to_string(), text(&kafka["ErrorMessage"]), "{case}"),
            }
        }
        cases += 1;
    }
    assert!(cases > 20, "{cases} cases");
}

#[test]
fn topics_are_deleted_by_name_or_by_id_and_stay_where_a_request_contradicts_itself() {
    let mut cluster = Cluster::new(&[(1, None)], &[]);
    let id = cluster.create_one(NewTopic::with_defaults("a")).unwrap().id;
    let both_ways = cluster.create_one(NewTopic::with_defaults("both")).unwrap().id;
    let other = cluster.create_one(NewTopic::with_defaults("b")).unwrap().id;
    let name = |name: &str| TopicRef::Name(name.to_owned());
    let outcomes = cluster.delete(vec![
        TopicRef::Id(id),
        TopicRef::Id(both_ways),
        name("both"),
        name("b"),
        name("b"),
        name("c"),
        TopicRef::Id(TopicId(Uuid::from_u128(5))),
        TopicRef::Id(TopicId::ZERO),
    ]);
    let texts: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| outcome.result.map_err(|e| e.to_string()))
        .collect();
    let refused = |text: &str| Err(text.to_owned());
    assert_eq!(
        texts,
        [
            Ok(("a".to_owned(), id)),
            refused("The provided topic name maps to an ID that was already supplied."),
            refused("Duplicate topic name."),
            refused("This server does not host this topic-partition."),
            refused("This server does not host this topic ID."),
            refused("Neither topic name nor id were specified."),
        ]
    );
    let topics = &cluster.image.topics;
    assert!(topics.by_name("a").is_none() && topics.by_id(other).is_some() && topics.by_name("both").is_some());
}

#[test]
fn deletion_can_be_switched_off() {
    let mut cluster = Cluster::new(&[(1, None)], &[("delete.topic.enable", "false")]);
    cluster.create_one(NewTopic::with_defaults("a")).unwrap();
    let outcomes = cluster.delete(vec![TopicRef::Name("a".to_owned())]);
    assert_eq!(outcomes[0].result, Err(TopicError::DeletionDisabled));
}

#[test]
fn a_new_partition_is_led_by_its_first_replica_in_the_brokers_only_directory() {
    let mut cluster = Cluster::new(&[(1, None)], &[("num.partitions", "3")]);
    let created = cluster.create_one(NewTopic::with_defaults("a")).unwrap();
    assert_eq!((created.num_partitions, created.replication_factor), (3, 1));
    let topic = cluster.image.topics.by_id(created.id).unwrap();
    for partition in topic.partitions.values() {
        assert_eq!(
            (partition.leader, partition.leader_epoch),
            (Some(BrokerId(1)), LeaderEpoch(0))
        );
        assert_eq!(
            (partition.isr.as_slice(), partition.partition_epoch),
            (&[BrokerId(1)][..], 0)
        );
        assert_eq!(partition.directories, [DirectoryId(Uuid::from_u128(201))]);
    }
}

#[test]
fn names_that_collide_in_metrics_and_the_metadata_topic_are_refused() {
    let mut cluster = Cluster::new(&[(1, None)], &[]);
    cluster.create_one(NewTopic::with_defaults("a.b")).unwrap();
    let refused = cluster.create_one(NewTopic::with_defaults("a_b"));
    assert_eq!(refused, Err("Topic 'a_b' collides with existing topic: a.b".to_owned()));
    let refused = cluster.create_one(NewTopic::with_defaults("a.b"));
    assert_eq!(refused, Err("Topic 'a.b' already exists.".to_owned()));
    let refused = cluster.create_one(NewTopic::with_defaults("__cluster_metadata"));
    assert_eq!(
        refused,
        Err("Creation of internal topic __cluster_metadata is prohibited.".to_owned())
    );
}

#[test]
fn a_request_for_too_many_partitions_is_refused_before_any_is_made() {
    let cluster = Cluster::new(&[(1, None)], &[]);
    let request = CreateTopics {
        topics: vec![sized("a", 2, 1), sized("b", i32::MAX, 1)],
        validate_only: false,
    };
    let refused = create(&cluster.situation(), request).unwrap_err();
    let partitions = usize::try_from(i32::MAX).unwrap() + 2;
    assert_eq!(
        refused,
        ControllerError::TooManyPartitions {
            partitions,
            max: 10_000
        }
    );
}

#[test]
fn partitions_of_topics_that_are_named_twice_do_not_count() {
    let cluster = Cluster::new(&[(1, None)], &[]);
    let request = CreateTopics {
        topics: vec![sized("a", i32::MAX, 1), sized("a", 2, 1)],
        validate_only: false,
    };
    let decision = create(&cluster.situation(), request).unwrap();
    assert_eq!(decision.response.len(), 1);
    assert!(decision.response[0].result.is_err());
}

#[test]
fn replicas_go_round_the_brokers_and_to_different_racks() {
    let racks = [(1, Some("a")), (2, Some("a")), (3, Some("b")), (4, Some("b"))];
    let mut cluster = Cluster::new(&racks, &[]);
    let id = cluster.create_one(sized("t", 40, 2)).unwrap().id;
    let topic = cluster.image.topics.by_id(id).unwrap();
    let rack = |broker: &BrokerId| if broker.0 <= 2 { "a" } else { "b" };
    let mut pairs = BTreeSet::new();
    for partition in topic.partitions.values() {
        let racks: BTreeSet<_> = partition.replicas.iter().map(rack).collect();
        assert_eq!(racks.len(), 2, "{:?}", partition.replicas);
        pairs.insert(partition.replicas.clone());
    }
    assert_eq!(pairs.len(), 8, "each leader with each broker of the other rack");
    for broker in 1..=4 {
        let led = topic
            .partitions
            .values()
            .filter(|p| p.leader == Some(BrokerId(broker)))
            .count();
        assert_eq!(led, 10, "broker {broker} leads {led} of 40");
    }
    let refused = cluster.create_one(sized("five", 1, 5)).unwrap_err();
    assert!(refused.contains("because only 4 broker(s) are registered"), "{refused}");
}

#[test]
fn producer_id_blocks_follow_each_other() {
    let mut cluster = Cluster::new(&[(1, None)], &[]);
    for block in 0..3 {
        let decision = producer_ids::allocate(&cluster.situation()).unwrap();
        assert_eq!(
            (decision.response.first, decision.response.len),
            (ProducerId(block * 1000), 1000)
        );
        cluster.apply(&decision.records);
    }
    let mut image = MetadataImage::clone(&cluster.image);
    image.next_producer_id = ProducerId(i64::MAX - 5);
    cluster.image = Arc::new(image);
    assert_eq!(
        producer_ids::allocate(&cluster.situation()),
        Err(ControllerError::ProducerIdsExhausted)
    );
}
