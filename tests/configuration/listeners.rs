//! Where the broker may listen, and what it refuses to.

use crate::*;

fn refused(pairs: &[&str]) -> String {
    load(None, &[], pairs).unwrap_err()
}

#[test]
fn hosts_ports_and_names_are_parsed() {
    let broker = BrokerSettings::from_pairs([
        (
            "listeners",
            "plaintext://127.0.0.1:0,EXTERNAL://[::1]:9094,INSIDE://:9095",
        ),
        (
            "listener.security.protocol.map",
            "PLAINTEXT:PLAINTEXT,external:plaintext,INSIDE:PLAINTEXT",
        ),
        ("rest.listeners", ""),
        ("max.connections.per.ip.overrides", "localhost:5,::1:6,[fe80::1]:7"),
    ])
    .unwrap();
    let shown: Vec<_> = broker.listeners.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        ["PLAINTEXT://127.0.0.1:0", "EXTERNAL://[::1]:9094", "INSIDE://:9095"]
    );
    assert_eq!(broker.listeners[2].host, None);
    assert_eq!(broker.rest_listeners, []);
    let overrides = [
        ("localhost".to_owned(), 5),
        ("::1".to_owned(), 6),
        ("fe80::1".to_owned(), 7),
    ];
    assert_eq!(broker.max_connections_per_ip_overrides, overrides);
}

#[test]
fn what_cannot_be_listened_on_is_refused_with_the_reason() {
    for (setting, reason) in [
        (
            "listeners=PLAINTEXT://:9092,PLAINTEXT://:9093",
            "the name PLAINTEXT occurs twice",
        ),
        (
            "listeners=PLAINTEXT://:9092,SSL://:9092",
            "PLAINTEXT and SSL share port 9092",
        ),
        (
            "listeners=INSIDE://:9092",
            "INSIDE has no entry in listener.security.protocol.map",
        ),
        (
            "listeners=PLAINTEXT://:99999",
            "the port must be a number from 0 to 65535",
        ),
        ("listeners=:9092", "is not of the form name://host:port"),
        ("listeners=PLAINTEXT://a b:9092", "is not of the form name://host:port"),
        ("listeners=", "at least one listener"),
        ("listeners=SASL_SSL://:9092", "this version serves PLAINTEXT only"),
        ("advertised.listeners=OTHER://a:9092", "OTHER is none of the listeners"),
        (
            "advertised.listeners=PLAINTEXT://:9092",
            "needs a host that clients can connect to",
        ),
        ("rest.listeners=https://:8443", "must begin with http://"),
        (
            "max.connections.per.ip.overrides=a",
            "is not of the form host:connections",
        ),
        ("listener.security.protocol.map=A:B", "the protocol must be PLAINTEXT"),
    ] {
        let error = refused(&[setting]);
        assert!(error.contains(reason), "{setting}: {error}");
    }
}

#[test]
fn one_port_may_serve_both_internet_protocols() {
    let both = "listeners=PLAINTEXT://127.0.0.1:9092,X://[::1]:9092";
    let map = "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,X:PLAINTEXT";
    assert_eq!(load(None, &[], &[both, map]).unwrap().broker().listeners.len(), 2);
}
