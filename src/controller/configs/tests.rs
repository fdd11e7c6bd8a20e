//! Decisions about configs, without a controller around them.

use std::sync::Arc;

use dmq_protocol::Uuid;
use dmq_protocol::metadata_records::{FeatureLevelRecord, TopicRecord};

use super::*;
use crate::config::Settings;
use crate::controller::ConfigAdjustment;
use crate::env::SeededRandom;
use crate::metadata::{MetadataDelta, MetadataImage, Provenance};

const TOPIC: ConfigResourceType = ConfigResourceType::TOPIC;
const BROKER: ConfigResourceType = ConfigResourceType::BROKER;
const GROUP: ConfigResourceType = ConfigResourceType::GROUP;
const METRICS: ConfigResourceType = ConfigResourceType::CLIENT_METRICS;
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

/// A cluster of the broker 1 with the topic `orders`.
struct Cluster {
    image: Arc<MetadataImage>,
    settings: Arc<Settings>,
}

impl Cluster {
    fn new() -> Cluster {
        let mut cluster = Cluster {
            image: Arc::new(MetadataImage::empty("c")),
            settings: Arc::new(Settings::default()),
        };
        let topic = TopicRecord {
            name: StrBytes::from_static("orders"),
            topic_id: Uuid::from_u128(7),
        };
        cluster.apply(&[Record::Topic(topic)]);
        cluster
    }

    fn apply(&mut self, records: &[Record]) {
        let mut delta = MetadataDelta::new(&self.image);
        records.iter().for_each(|record| delta.apply(record).unwrap());
        self.image = delta.finish(Provenance::NONE).0;
    }

    fn alter(&mut self, request: AlterConfigs) -> (Vec<Result<(), String>>, usize) {
        let random = SeededRandom::new(1);
        let situation = Situation {
            image: &self.image,
            settings: &self.settings,
            now_ms: 0,
            random: &random,
            mutations: &crate::quota::Mutations::unlimited(),
        };
        let decision = alter(&situation, request).unwrap();
        let count = decision.records.len();
        self.apply(&decision.records);
        let told = decision.response.into_iter();
        (told.map(|outcome| outcome.map_err(|e| e.to_string())).collect(), count)
    }

    fn adjust(&mut self, kind: ConfigResourceType, name: &str, steps: &[(&str, i8, Option<&str>)]) -> String {
        let request = AlterConfigs {
            resources: vec![adjustment(kind, name, steps)],
            validate_only: false,
        };
        let outcome = self.alter(request).0.remove(0);
        outcome.map_or_else(|text| text, |()| "changed".to_owned())
    }

    fn value(&self, resource: &ConfigResource, name: &str) -> Option<String> {
        let set = self.image.configs.of(resource)?;
        set.get(name).map(|value| value.to_string())
    }

    fn policy(&self) -> Option<String> {
        self.value(&ConfigResource::topic("orders"), "cleanup.policy")
    }
}

fn adjustment(kind: ConfigResourceType, name: &str, steps: &[(&str, i8, Option<&str>)]) -> AlterResource {
    let steps = steps.iter().map(|(name, operation, value)| ConfigAdjustment {
        name: (*name).to_owned(),
        operation: *operation,
        value: value.map(str::to_owned),
    });
    AlterResource {
        kind,
        name: name.to_owned(),
        change: ConfigChange::Adjust(steps.collect()),
    }
}

fn replacement(name: &str, all: &[(&str, &str)]) -> AlterResource {
    let all = all
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
    AlterResource {
        kind: TOPIC,
        name: name.to_owned(),
        change: ConfigChange::Replace(all.collect()),
    }
}

#[test]
fn a_list_grows_from_its_default_and_shrinks_to_nothing() {
    let mut cluster = Cluster::new();
    let steps: [(i8, &str, Option<&str>); 6] = [
        (APPEND, "compact", Some("delete,compact")),
        (APPEND, "compact", Some("delete,compact")),
        (SUBTRACT, "delete", Some("compact")),
        (SUBTRACT, "compact", Some("")),
        (SUBTRACT, "compact", Some("")),
        (DELETE, "ignored", None),
    ];
    for (operation, value, after) in steps {
        let told = cluster.adjust(TOPIC, "orders", &[("cleanup.policy", operation, Some(value))]);
        assert_eq!((told.as_str(), cluster.policy().as_deref()), ("changed", after));
    }
    let told = cluster.adjust(TOPIC, "orders", &[("cleanup.policy", APPEND, Some(""))]);
    assert_eq!(told, "Configuration 'cleanup.policy' values must not be empty.");
}

/// A resource, the steps to change it, and Kafka's answer.
type Refusal = (
    ConfigResourceType,
    &'static str,
    &'static [(&'static str, i8, Option<&'static str>)],
    &'static str,
);

const REFUSALS: [Refusal; 26] = [
    (
        TOPIC,
        "orders",
        &[("nope", SET, Some("1"))],
        "Unknown topic config name: nope",
    ),
    (
        TOPIC,
        "orders",
        &[("segment.bytes", SET, Some("1")), ("zzz", SET, Some("1"))],
        "Unknown topic config name: zzz",
    ),
    (
        TOPIC,
        "orders",
        &[("segment.bytes", SET, Some("100000000000000"))],
        "Invalid value 100000000000000 for configuration segment.bytes: Not a number of type INT",
    ),
    (
        TOPIC,
        "orders",
        &[("retention.ms", APPEND, Some("1"))],
        "Can't APPEND to key retention.ms because its type is not LIST.",
    ),
    (
        TOPIC,
        "orders",
        &[("nope", SUBTRACT, Some("1"))],
        "Can't SUBTRACT to key nope because its type is not LIST.",
    ),
    (
        TOPIC,
        "orders",
        &[("retention.ms", SET, None), ("nope", APPEND, None)],
        "Null value not supported for : retention.ms, nope",
    ),
    (
        TOPIC,
        "orders",
        &[("retention.ms", SET, Some("1")), ("retention.ms", DELETE, None)],
        "Error due to duplicate config keys",
    ),
    (
        TOPIC,
        "orders",
        &[("retention.ms", 9, Some("1"))],
        "Unknown operations type 9",
    ),
    (
        TOPIC,
        "orders",
        &[
            ("min.compaction.lag.ms", SET, Some("9")),
            ("max.compaction.lag.ms", SET, Some("5")),
        ],
        "conflict topic config setting min.compaction.lag.ms (9) > max.compaction.lag.ms (5)",
    ),
    (
        TOPIC,
        "nosuch",
        &[("retention.ms", SET, Some("1"))],
        "The topic 'nosuch' does not exist.",
    ),
    (TOPIC, "nosuch", &[], "The topic 'nosuch' does not exist."),
    (
        TOPIC,
        "nosuch",
        &[("nope", SET, Some("1"))],
        "Unknown topic config name: nope",
    ),
    (
        TOPIC,
        "no such",
        &[],
        "Topic name is invalid: 'no such' contains one or more characters other than ASCII alphanumerics, '.', '_' \
         and '-'",
    ),
    (TOPIC, "", &[], "Default topic resources are not allowed."),
    (BROKER, "2", &[], "Unexpected broker id, expected 1, but received 2"),
    (BROKER, "x", &[], "Node id must be an integer, but it is: x"),
    (
        BROKER,
        "1",
        &[("node.id", SET, Some("1")), ("num.partitions", SET, Some("4"))],
        "Cannot update these configs dynamically: [node.id, num.partitions]",
    ),
    (
        BROKER,
        "1",
        &[("log.retention.ms", APPEND, Some("1"))],
        "Config value append is not allowed for config key: log.retention.ms",
    ),
    (
        BROKER,
        "",
        &[("nope", SUBTRACT, Some("1"))],
        "Unknown config name: nope",
    ),
    (GROUP, "", &[], "Default group resources are not allowed."),
    (
        GROUP,
        "g",
        &[("consumer.session.timeout.ms", SET, Some("5"))],
        "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.",
    ),
    (
        GROUP,
        "g",
        &[("streams.rack.aware.assignment.tags", APPEND, Some("a"))],
        "Can't APPEND to key streams.rack.aware.assignment.tags because its type is not LIST.",
    ),
    (METRICS, "", &[], "Subscription name can't be empty"),
    (
        METRICS,
        "m",
        &[("nope", SET, Some("1"))],
        "Unknown client metrics configuration: nope",
    ),
    (ConfigResourceType(99), "x", &[], "Unknown resource type 99"),
    (ConfigResourceType(-1), "x", &[], "Unknown resource type -1"),
];

#[test]
fn refusals_are_in_kafkas_words_and_change_nothing() {
    let mut cluster = Cluster::new();
    let before = cluster.image.configs.clone();
    for (kind, name, steps, expected) in REFUSALS {
        assert_eq!(cluster.adjust(kind, name, steps), expected, "{kind:?} {name} {steps:?}");
    }
    assert_eq!(cluster.image.configs, before);
}

#[test]
fn replacing_unsets_what_is_not_named() {
    let mut cluster = Cluster::new();
    let set = |all: &[(&str, &str)], validate_only| AlterConfigs {
        resources: vec![replacement("orders", all)],
        validate_only,
    };
    cluster.alter(set(&[("retention.ms", "5"), ("preallocate", "true")], false));
    let (_, records) = cluster.alter(set(&[("retention.ms", "5")], false));
    assert_eq!(records, 1, "only the change is written");
    let orders = ConfigResource::topic("orders");
    assert_eq!(cluster.value(&orders, "retention.ms").as_deref(), Some("5"));
    assert_eq!(cluster.value(&orders, "preallocate"), None);
    let (told, records) = cluster.alter(set(&[("retention.ms", "6")], true));
    assert_eq!((told, records), (vec![Ok(())], 0));
    cluster.alter(set(&[], false));
    assert_eq!(cluster.image.configs.of(&orders), None);
}

#[test]
fn a_resource_named_twice_is_refused_and_the_others_change() {
    let mut cluster = Cluster::new();
    let one = |name: &str, value: &str| adjustment(BROKER, name, &[("log.retention.ms", SET, Some(value))]);
    let (told, _) = cluster.alter(AlterConfigs {
        resources: vec![one("1", "10"), one("", "20"), one("1", "30")],
        validate_only: false,
    });
    let twice = Err("Each resource must appear at most once.".to_owned());
    assert_eq!(told, [twice.clone(), Ok(()), twice]);
    assert_eq!(
        cluster
            .value(&ConfigResource::all_brokers(), "log.retention.ms")
            .as_deref(),
        Some("20")
    );
}

#[test]
fn a_brokers_configs_are_written_even_when_nothing_differs() {
    let mut cluster = Cluster::new();
    let request = || AlterConfigs {
        resources: vec![
            adjustment(BROKER, "1", &[("log.retention.ms", SET, Some("10"))]),
            adjustment(TOPIC, "orders", &[("retention.ms", SET, Some("10"))]),
        ],
        validate_only: false,
    };
    assert_eq!(cluster.alter(request()).1, 2);
    assert_eq!(cluster.alter(request()).1, 1);
}

#[test]
fn with_eligible_leader_replicas_the_minimum_of_in_sync_replicas_is_the_clusters() {
    let mut cluster = Cluster::new();
    let broker = [("min.insync.replicas", SET, Some("2"))];
    assert_eq!(cluster.adjust(BROKER, "1", &broker), "changed");
    let feature = FeatureLevelRecord {
        name: StrBytes::from_static("eligible.leader.replicas.version"),
        feature_level: 1,
    };
    cluster.apply(&[Record::FeatureLevel(feature)]);
    assert_eq!(
        cluster.adjust(BROKER, "1", &broker),
        "Broker-level min.insync.replicas cannot be altered while ELR is enabled."
    );
    assert_eq!(
        cluster.adjust(BROKER, "", &[("min.insync.replicas", DELETE, None)]),
        "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."
    );
    assert_eq!(cluster.adjust(BROKER, "", &broker), "changed");
}
