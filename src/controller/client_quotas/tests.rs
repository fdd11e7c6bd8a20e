//! Quota changes by example: what is refused and in which words, what is written.

use super::*;
use crate::config::Settings;
use crate::env::SeededRandom;
use crate::metadata::{MetadataDelta, MetadataImage};
use crate::quota::Mutations;

type Parts<'a> = &'a [(&'a str, Option<&'a str>)];

const ALICE: Parts<'_> = &[("user", Some("alice"))];

fn entity(parts: Parts<'_>) -> QuotaEntity {
    parts
        .iter()
        .map(|(kind, name)| (Arc::from(*kind), name.map(Arc::from)))
        .collect()
}

fn alteration(parts: Parts<'_>, ops: &[(&str, Option<f64>)]) -> QuotaAlteration {
    QuotaAlteration {
        entity: entity(parts),
        ops: ops.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect(),
    }
}

/// A cluster's quotas.
struct Cluster(MetadataImage);

impl Cluster {
    fn new() -> Cluster {
        Cluster(MetadataImage::empty("c"))
    }

    fn alter(&mut self, request: AlterClientQuotas) -> (Vec<Result<(), QuotaError>>, usize) {
        let (settings, random) = (Arc::new(Settings::default()), SeededRandom::new(1));
        let situation = Situation {
            image: &self.0,
            settings: &settings,
            now_ms: 0,
            random: &random,
            mutations: &Mutations::unlimited(),
        };
        let decision = alter(&situation, request).unwrap();
        let mut delta = MetadataDelta::new(&self.0);
        decision.records.iter().for_each(|record| delta.apply(record).unwrap());
        self.0 = delta.image().clone();
        let results = decision.response.into_iter().map(|(_, result)| result);
        (results.collect(), decision.records.len())
    }

    fn one(&mut self, alteration: QuotaAlteration) -> (Result<(), QuotaError>, usize) {
        let request = AlterClientQuotas {
            alterations: vec![alteration],
            ..AlterClientQuotas::default()
        };
        let (mut results, records) = self.alter(request);
        (results.remove(0), records)
    }

    fn value(&self, parts: Parts<'_>, key: &str) -> Option<f64> {
        self.0.client_quotas.of(&entity(parts))?.get(key).copied()
    }
}

#[test]
fn a_quota_is_set_changed_and_removed_and_what_changes_nothing_is_not_written() {
    let (mut cluster, key) = (Cluster::new(), "producer_byte_rate");
    assert_eq!(cluster.one(alteration(ALICE, &[(key, Some(100.0))])), (Ok(()), 1));
    assert_eq!(cluster.one(alteration(ALICE, &[(key, Some(100.0))])), (Ok(()), 0));
    assert_eq!(cluster.value(ALICE, key), Some(100.0));
    let both = [(key, None), ("consumer_byte_rate", Some(5.0))];
    assert_eq!(cluster.one(alteration(ALICE, &both)), (Ok(()), 2));
    assert_eq!(cluster.value(ALICE, key), None);
    assert_eq!(cluster.one(alteration(ALICE, &[("anything", None)])), (Ok(()), 0));
}

/// The words in which a change of one quota is refused.
fn refusal(parts: Parts<'_>, key: &str, value: f64) -> String {
    let request = AlterClientQuotas {
        alterations: vec![alteration(parts, &[(key, Some(value))])],
        unknown_hosts: BTreeSet::from([Arc::from("no.host")]),
        ..AlterClientQuotas::default()
    };
    let (mut results, records) = Cluster::new().alter(request);
    assert_eq!(records, 0);
    results.remove(0).unwrap_err().to_string()
}

#[test]
fn wrong_entities_are_refused_in_kafkas_words() {
    let of = |parts| refusal(parts, "producer_byte_rate", 1.0);
    assert_eq!(of(&[]), "Invalid empty client quota entity");
    assert_eq!(of(&[("group", Some("g"))]), "Unhandled client quota entity type: group");
    assert_eq!(of(&[("user", Some(""))]), "Empty user not supported");
    let combined = "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId";
    assert_eq!(of(&[("ip", Some("1.2.3.4")), ("user", Some("u"))]), combined);
    assert_eq!(
        of(&[("ip", Some("no.host"))]),
        "no.host is not a valid IP or resolvable host."
    );
    assert_eq!(
        of(&[("ip", Some("1.2.3.4"))]),
        "Invalid configuration key producer_byte_rate"
    );
    let of_user = refusal(ALICE, "connection_creation_rate", 1.0);
    assert_eq!(of_user, "Invalid configuration key connection_creation_rate");
}

#[test]
fn wrong_limits_are_refused_in_kafkas_words() {
    let of = |value| refusal(ALICE, "producer_byte_rate", value);
    assert_eq!(of(f64::NAN), "Quota producer_byte_rate must be a finite number");
    assert_eq!(of(f64::INFINITY), "Quota producer_byte_rate must be a finite number");
    assert_eq!(of(0.0), "Quota producer_byte_rate must be greater than 0");
    assert_eq!(
        of(1e20),
        "Proposed value for producer_byte_rate is too large for a LONG."
    );
    assert_eq!(of(1.5), "producer_byte_rate cannot be a fractional value.");
    let connections = refusal(&[("ip", None)], "connection_creation_rate", 2_147_483_648.0);
    assert_eq!(
        connections,
        "Proposed value for connection_creation_rate is too large for an INT."
    );
}

#[test]
fn every_combination_that_kafka_knows_is_taken() {
    let mut cluster = Cluster::new();
    for parts in [
        &[("user", None)][..],
        &[("client-id", None)],
        &[("client-id", Some("c"))],
        &[("client-id", Some("c")), ("user", None)],
        &[("client-id", None), ("user", Some("u"))],
    ] {
        for (key, value) in [
            ("producer_byte_rate", 9_223_372_036_854_775_807.0),
            ("consumer_byte_rate", 1.000_000_1),
            ("request_percentage", 0.5),
            ("controller_mutation_rate", 0.1),
        ] {
            assert_eq!(
                cluster.one(alteration(parts, &[(key, Some(value))])),
                (Ok(()), 1),
                "{parts:?} {key}"
            );
        }
    }
    for host in [None, Some("::1"), Some("known.host")] {
        let alteration = alteration(&[("ip", host)], &[("connection_creation_rate", Some(7.0))]);
        assert_eq!(cluster.one(alteration), (Ok(()), 1));
    }
}

#[test]
fn one_wrong_limit_refuses_its_entity_and_no_other() {
    let mut cluster = Cluster::new();
    let bob: Parts<'_> = &[("user", Some("bob"))];
    let request = AlterClientQuotas {
        alterations: vec![
            alteration(ALICE, &[("producer_byte_rate", Some(1.0)), ("nonsense", Some(1.0))]),
            alteration(bob, &[("producer_byte_rate", Some(1.0))]),
        ],
        ..AlterClientQuotas::default()
    };
    let (results, records) = cluster.alter(request);
    assert!(results[0].is_err() && results[1].is_ok());
    assert_eq!(records, 1);
    assert_eq!(cluster.value(ALICE, "producer_byte_rate"), None);
}

#[test]
fn an_entity_named_twice_is_answered_once_as_a_duplicate_and_keeps_its_first_changes() {
    let mut cluster = Cluster::new();
    let both: Parts<'_> = &[("user", None), ("client-id", Some("c"))];
    let request = AlterClientQuotas {
        alterations: vec![
            alteration(both, &[("producer_byte_rate", Some(1.0))]),
            alteration(both, &[("producer_byte_rate", Some(2.0))]),
            alteration(
                ALICE,
                &[("producer_byte_rate", Some(1.0)), ("producer_byte_rate", Some(2.0))],
            ),
        ],
        ..AlterClientQuotas::default()
    };
    let (results, _) = cluster.alter(request);
    let words: Vec<String> = results
        .into_iter()
        .map(|result| result.unwrap_err().to_string())
        .collect();
    let duplicate = "Ignoring duplicate entity ClientQuotaEntity(entries={client-id=c, user=null})";
    assert_eq!(
        words,
        [
            duplicate,
            "Ignoring duplicate entity ClientQuotaEntity(entries={user=alice})"
        ]
    );
    assert_eq!(cluster.value(both, "producer_byte_rate"), Some(1.0));
    assert_eq!(cluster.value(ALICE, "producer_byte_rate"), None);
}

#[test]
fn validation_alone_says_the_same_and_writes_nothing() {
    let mut cluster = Cluster::new();
    let request = AlterClientQuotas {
        alterations: vec![alteration(ALICE, &[("producer_byte_rate", Some(1.0))])],
        validate_only: true,
        ..AlterClientQuotas::default()
    };
    assert_eq!(cluster.alter(request), (vec![Ok(())], 0));
}

#[test]
fn a_request_of_too_many_changes_is_refused_as_a_whole() {
    let (settings, random, image) = (
        Arc::new(Settings::default()),
        SeededRandom::new(1),
        MetadataImage::empty("c"),
    );
    let situation = Situation {
        image: &image,
        settings: &settings,
        now_ms: 0,
        random: &random,
        mutations: &Mutations::unlimited(),
    };
    let user = |number: usize| QuotaAlteration {
        entity: BTreeMap::from([(Arc::from("user"), Some(Arc::from(number.to_string())))]),
        ops: vec![("producer_byte_rate".to_owned(), Some(1.0))],
    };
    let request = |count| AlterClientQuotas {
        alterations: (0..count).map(user).collect(),
        ..AlterClientQuotas::default()
    };
    assert!(alter(&situation, request(100)).is_ok());
    let refused = alter(&situation, request(RECORDS_PER_REQUEST_MAX + 1)).unwrap_err();
    assert_eq!(refused, ControllerError::TooManyChanges);
}
