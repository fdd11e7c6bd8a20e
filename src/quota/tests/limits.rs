//! Which limit holds for whom.

use super::{Client, image};
use crate::quota::limits::Limits;

const KEY: &str = "producer_byte_rate";
const NAME: Option<&str> = Some("alice");
const APP: Option<&str> = Some("app");

type Entity = &'static [(&'static str, Option<&'static str>)];

/// From the most particular on.
const PRECEDENCE: [Entity; 8] = [
    &[("user", NAME), ("client-id", APP)],
    &[("user", NAME), ("client-id", None)],
    &[("user", NAME)],
    &[("user", None), ("client-id", APP)],
    &[("user", None), ("client-id", None)],
    &[("user", None)],
    &[("client-id", APP)],
    &[("client-id", None)],
];

fn limits(entities: &[Entity]) -> Limits {
    let numbered = entities
        .iter()
        .zip(1..)
        .map(|(entity, limit)| (*entity, KEY, f64::from(limit)));
    Limits::of_image(&image(&numbered.collect::<Vec<_>>()), KEY)
}

fn of(limits: &Limits, user: &str, client_id: &str) -> Option<(String, String, f64)> {
    let found = limits.find(Client { user, client_id });
    found.map(|(account, limit)| (account.user.to_owned(), account.client_id.to_owned(), limit))
}

#[test]
fn the_most_particular_of_the_limits_holds() {
    for level in 0..PRECEDENCE.len() {
        let limits = limits(&PRECEDENCE[level..]);
        let (user, client_id) = match level {
            2 | 5 => ("alice", ""),
            6 | 7 => ("", "app"),
            _ => ("alice", "app"),
        };
        assert_eq!(
            of(&limits, "alice", "app"),
            Some((user.to_owned(), client_id.to_owned(), 1.0)),
            "{level}"
        );
    }
}

#[test]
fn limits_of_others_hold_for_nobody_else() {
    let limits = limits(&PRECEDENCE[..1]);
    assert_eq!(of(&limits, "alice", "other"), None);
    assert_eq!(of(&limits, "bob", "app"), None);
}

#[test]
fn a_users_limit_is_shared_by_its_clients_and_a_clients_by_its_users() {
    let users = limits(&[&[("user", NAME)]]);
    assert_eq!(of(&users, "alice", "a"), of(&users, "alice", "b"));
    let clients = limits(&[&[("client-id", APP)]]);
    assert_eq!(of(&clients, "alice", "app"), of(&clients, "bob", "app"));
    let anyone = limits(&[&[("client-id", None)]]);
    assert_ne!(
        of(&anyone, "alice", "a"),
        of(&anyone, "alice", "b"),
        "the default is for each by itself"
    );
}

#[test]
fn a_client_without_an_id_has_no_limit_as_a_client() {
    let limits = limits(&[&[("client-id", None)]]);
    assert_eq!(of(&limits, "alice", ""), None);
}

#[test]
fn a_client_without_an_id_falls_under_its_users_limit_where_a_pair_would_hold() {
    let limits = limits(&[&[("user", NAME), ("client-id", None)], &[("user", None)]]);
    assert_eq!(of(&limits, "alice", ""), Some(("alice".to_owned(), String::new(), 2.0)));
}

#[test]
fn other_quotas_and_addresses_are_no_limits_of_this_kind() {
    let image = image(&[
        (&[("user", NAME)], "consumer_byte_rate", 1.0),
        (&[("ip", Some("127.0.0.1"))], KEY, 1.0),
    ]);
    assert!(Limits::of_image(&image, KEY).is_empty());
}
