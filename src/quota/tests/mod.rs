//! The machines against Kafka's own numbers, against a plain model, and by example.

mod limits;
mod rates;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Client, ClientQuota, ConnectionRates, Mutations, Quotas, Strictness, Throttle, Window};
use crate::env::{Clock, ManualClock};
use crate::metadata::{ClientQuotasImage, MetadataDelta, MetadataImage, Record};
use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::{ClientQuotaRecord, EntityData};

const CLIENTS: Client<'_> = Client {
    user: "alice",
    client_id: "app",
};

fn window() -> Window {
    Window::default()
}

/// An entity: each kind with its name, `None` for the default.
type Parts<'a> = &'a [(&'a str, Option<&'a str>)];

/// Quotas as records set them: the entity's parts, the key, the limit.
fn image(quotas: &[(Parts<'_>, &str, f64)]) -> ClientQuotasImage {
    let mut delta = MetadataDelta::new(&MetadataImage::empty("c"));
    for (entity, key, value) in quotas {
        let entity: BTreeMap<_, _> = entity.iter().copied().collect();
        let entity = entity.into_iter().map(|(kind, name)| EntityData {
            entity_type: StrBytes::from(kind.to_owned()),
            entity_name: name.map(|name| StrBytes::from(name.to_owned())),
        });
        let record = ClientQuotaRecord {
            entity: entity.collect(),
            key: StrBytes::from((*key).to_owned()),
            value: *value,
            remove: false,
        };
        delta.apply(&Record::ClientQuota(record)).unwrap();
    }
    delta.image().client_quotas.clone()
}

fn quotas(key: &str, limit: f64) -> Quotas {
    let quotas = Quotas::new(window(), window());
    quotas.set_limits(&image(&[(&[("user", Some("alice"))], key, limit)]));
    quotas
}

fn ms(throttle: Throttle) -> i32 {
    throttle.ms()
}

#[test]
fn a_burst_is_paid_for_once_the_window_has_been_used_up() {
    let quotas = quotas("producer_byte_rate", 1_000.0);
    let charge = |bytes: f64, now_ms| ms(quotas.produce.charge(CLIENTS, bytes, now_ms));
    assert_eq!(charge(10_000.0, 0), 0, "ten seconds' worth at once");
    assert_eq!(charge(1_000.0, 0), 1_000);
    assert_eq!(
        charge(2_000.0, 0),
        3_000,
        "what was counted while throttled is paid for too"
    );
}

#[test]
fn nobody_else_pays_and_nothing_is_counted_for_them() {
    let quotas = quotas("producer_byte_rate", 1.0);
    let other = Client { user: "bob", ..CLIENTS };
    assert_eq!(quotas.produce.charge(other, 1e9, 0), Throttle::NONE);
    assert!(quotas.active().produce() && !quotas.active().fetch());
    quotas.set_limits(&ClientQuotasImage::default());
    assert!(quotas.active().none());
    assert_eq!(quotas.produce.charge(CLIENTS, 1e9, 0), Throttle::NONE);
}

#[test]
fn a_changed_limit_applies_to_what_was_counted_before() {
    let quotas = quotas("producer_byte_rate", 1e9);
    assert_eq!(ms(quotas.produce.charge(CLIENTS, 20_000.0, 0)), 0);
    quotas.set_limits(&image(&[(&[("user", Some("alice"))], "producer_byte_rate", 1_000.0)]));
    assert_eq!(ms(quotas.produce.charge(CLIENTS, 0.0, 0)), 10_000);
}

#[test]
fn what_is_taken_back_is_as_if_it_had_never_been() {
    let quotas = quotas("consumer_byte_rate", 1_000.0);
    assert_eq!(ms(quotas.fetch.charge(CLIENTS, 50_000.0, 10)), 40_000);
    quotas.fetch.note(CLIENTS, -50_000.0, 10);
    assert_eq!(ms(quotas.fetch.charge(CLIENTS, 10_000.0, 10)), 0);
}

#[test]
fn the_most_that_can_be_fetched_at_once_is_what_the_past_samples_allow() {
    let quotas = quotas("consumer_byte_rate", 1_000.0);
    assert_eq!(quotas.fetch.most_at_once(CLIENTS), 10_000.0);
    assert_eq!(ClientQuota::new(window()).most_at_once(CLIENTS), f64::INFINITY);
}

#[test]
fn time_is_throttled_for_one_sample_at_most() {
    let quotas = quotas("request_percentage", 1.0);
    assert_eq!(ms(quotas.request.charge(CLIENTS, 1_000.0, 0)), 1_000);
}

fn mutations(quotas: &Quotas, strictness: Strictness, clock: &Arc<ManualClock>) -> Mutations {
    let clock: Arc<dyn Clock> = Arc::clone(clock) as _;
    Mutations::limited(Arc::clone(&quotas.mutations), CLIENTS, strictness, clock)
}

#[test]
fn strict_mutations_may_go_into_debt_once_and_are_then_refused_until_it_is_paid() {
    let (quotas, clock) = (quotas("controller_mutation_rate", 2.0), Arc::new(ManualClock::at(0)));
    let first = mutations(&quotas, Strictness::Strict, &clock);
    assert_eq!(first.take(30), Ok(()), "22 tokens were there");
    assert_eq!(first.throttle(), Throttle::NONE);
    let second = mutations(&quotas, Strictness::Strict, &clock);
    assert!(second.take(1).is_err());
    assert_eq!(ms(second.throttle()), 4_000, "eight tokens at two a second");
    clock.advance(Duration::from_millis(1_500));
    assert_eq!(
        ms(second.throttle()),
        2_500,
        "an answer that comes later tells what is left"
    );
    clock.advance(Duration::from_millis(2_500));
    assert_eq!(mutations(&quotas, Strictness::Strict, &clock).take(1), Ok(()));
}

#[test]
fn permissive_mutations_are_made_and_throttled() {
    let (quotas, clock) = (quotas("controller_mutation_rate", 2.0), Arc::new(ManualClock::at(0)));
    let request = mutations(&quotas, Strictness::Permissive, &clock);
    assert_eq!(request.take(30), Ok(()));
    assert_eq!(ms(request.throttle()), 4_000);
    assert_eq!(request.take(2), Ok(()));
    assert_eq!(ms(request.throttle()), 5_000);
}

#[test]
fn connections_over_the_listeners_or_the_brokers_rate_are_taken_later() {
    let rates = ConnectionRates::new(window(), Some(10), vec![Some(2), None]);
    let arrive = |listener, now_ms| ms(rates.arrive(listener, now_ms));
    assert!((0..20).all(|_| arrive(0, 0) == 0));
    assert_eq!(arrive(0, 0), 500, "one over 20 in ten seconds, at two a second");
    assert_eq!(arrive(1, 0), 0, "the other listener has no limit of its own");
    assert!((0..78).all(|_| arrive(1, 0) == 0));
    assert_eq!(arrive(1, 0), 100, "the broker's hundred and first");
    assert!(arrive(0, 0) <= 1_000, "never longer than one sample");
}

#[test]
fn an_address_over_its_rate_is_turned_away_and_costs_the_listener_nothing() {
    let rates = ConnectionRates::new(window(), Some(100), vec![Some(1)]);
    rates.set_address_limits(&image(&[
        (&[("ip", Some("10.0.0.1"))], "connection_creation_rate", 2.0),
        (&[("ip", None)], "connection_creation_rate", 1_000.0),
        (&[("ip", Some("some.host"))], "connection_creation_rate", 3.0),
    ]));
    let (limited, host) = ([10, 0, 0, 1].into(), [10, 0, 0, 9].into());
    for _ in 0..10 {
        assert_eq!(ms(rates.arrive(0, 0)), 0);
        assert_eq!(ms(rates.arrive_from(0, limited, 0)), 0);
    }
    assert_eq!(ms(rates.arrive(0, 0)), 1_000);
    assert_eq!(ms(rates.arrive_from(0, limited, 5_000)), 0);
    for _ in 0..9 {
        rates.arrive_from(0, limited, 5_000);
    }
    for _ in 0..50 {
        rates.arrive(0, 30_000);
        assert_eq!(
            ms(rates.arrive_from(0, [10, 0, 0, 2].into(), 30_000)),
            0,
            "the default is larger"
        );
    }
    assert!((0..31).all(|_| rates.arrive_from(0, host, 60_000) == Throttle::NONE));
    rates.host_is("some.host", host);
    assert!(ms(rates.arrive_from(0, host, 60_000)) > 0);
}

#[test]
fn a_refused_connection_is_taken_back_from_every_rate() {
    let rates = ConnectionRates::new(window(), Some(2), vec![Some(2)]);
    rates.set_address_limits(&image(&[(&[("ip", None)], "connection_creation_rate", 1.0)]));
    let address = [127, 0, 0, 1].into();
    for _ in 0..10 {
        assert_eq!((ms(rates.arrive(0, 0)), ms(rates.arrive_from(0, address, 0))), (0, 0));
    }
    for _ in 0..100 {
        assert_eq!(
            (ms(rates.arrive(0, 0)), ms(rates.arrive_from(0, address, 0))),
            (0, 1_000)
        );
    }
}
