//! Connection limits, and what listeners set on their sockets.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, pause};

use super::client::Client;
use super::service::Ask;
use super::{Broker, listener, until};
use crate::api::service::Endpoint;
use crate::net::{BindError, BoundListeners, NetConfig, RefusalReason};
use crate::quota::{ConnectionRates, Window};

#[tokio::test]
async fn over_the_brokers_limit_new_connections_wait_until_another_one_ends() {
    let broker = Broker::with(|config| config.connections.max = 2).await;
    let mut first = broker.client().await;
    let mut second = broker.client().await;
    assert!(first.works().await && second.works().await);
    let mut third = broker.client().await;
    third.send(Ask::Echo, 3).await;
    assert!(first.works().await && second.works().await);
    assert_eq!(broker.stats().accepted(), 2);
    drop(first);
    assert_eq!(third.number().await, 3);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_those_who_wait_for_room() {
    let broker = Broker::with(|config| config.connections.max = 0).await;
    let mut client = broker.client().await;
    client.send(Ask::Echo, 1).await;
    assert!(broker.server.drain(Duration::from_secs(60)).await);
    assert!(client.closed().await.is_empty());
}

#[tokio::test]
async fn connections_over_the_rate_are_served_a_little_later() {
    let rates = ConnectionRates::new(Window::new(2, Duration::from_secs(1)), Some(2), vec![]);
    let broker = Broker::with_rates(Arc::new(rates), |_| {}).await;
    for _ in 0..2 {
        assert!(broker.client().await.works().await);
    }
    let mut third = broker.client().await;
    third.send(Ask::Echo, 3).await;
    pause();
    let start = Instant::now();
    assert_eq!(third.number().await, 3);
    // One sample's length is the longest; tokio's timers are a millisecond coarse.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_address_over_its_rate_is_closed_after_a_while_and_counts_for_nobody() {
    let rates = Arc::new(ConnectionRates::new(
        Window::new(2, Duration::from_secs(1)),
        None,
        vec![],
    ));
    rates.limit_addresses(Some(1.0), HashMap::new(), HashMap::new());
    let broker = Broker::with_rates(rates, |_| {}).await;
    assert!(broker.client().await.works().await);
    let mut second = broker.client().await;
    second.send(Ask::Echo, 2).await;
    until(|| broker.stats().refused(RefusalReason::AddressRate) == 1).await;
    pause();
    let start = Instant::now();
    assert!(second.closed().await.is_empty());
    // One sample's length is the longest; tokio's timers are a millisecond coarse.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!((broker.stats().accepted(), broker.service.seen()), (1, vec![4711]));
}

#[tokio::test]
async fn an_address_has_its_own_limit() {
    let broker = Broker::with(|config| config.connections.per_ip_max = 1).await;
    let mut first = broker.client().await;
    assert!(first.works().await);
    assert!(broker.client().await.closed().await.is_empty());
    assert_eq!(broker.stats().refused(RefusalReason::Address), 1);
}

#[tokio::test]
async fn an_override_wins_over_the_limit_for_all_addresses() {
    let broker = Broker::with(|config| {
        config.connections.per_ip_max = 0;
        config.connections.per_ip_overrides.insert([127, 0, 0, 1].into(), 1);
    })
    .await;
    assert!(broker.client().await.works().await);
}

#[tokio::test]
async fn each_listener_has_its_own_limit_and_counters() {
    let broker = Broker::with(|config| {
        config.listeners = vec![listener("SMALL"), listener("LARGE")];
        config.listeners[0].connections_max = 0;
    })
    .await;
    let [small, large] = broker.server.stats() else {
        panic!("two listeners were given");
    };
    let mut waiting = Client::connect(small.0.address).await;
    waiting.send(Ask::Echo, 1).await;
    assert!(Client::connect(large.0.address).await.works().await);
    assert_eq!((small.1.accepted(), large.1.accepted()), (0, 1));
}

#[tokio::test]
async fn a_port_in_use_is_reported_with_the_listener_and_the_address() {
    let broker = Broker::start().await;
    let address: SocketAddr = broker.server.stats()[0].0.address;
    let mut second = listener("SECOND");
    second.port = address.port();
    let config = NetConfig {
        listeners: vec![second],
        ..NetConfig::default()
    };
    let error = BoundListeners::bind(config).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, BindError::Bind { .. }));
    assert!(text.contains("SECOND") && text.contains(&address.to_string()), "{text}");
}

#[tokio::test]
async fn an_empty_host_takes_ipv4_and_ipv6_and_free_ports_differ() {
    let any = |name: &str| {
        let mut any = listener(name);
        any.host = String::new();
        any
    };
    let config = NetConfig {
        listeners: vec![any("A"), any("B")],
        ..NetConfig::default()
    };
    let bound = BoundListeners::bind(config).await.unwrap();
    let ports: Vec<u16> = bound.listeners().map(|bound| bound.address.port()).collect();
    assert!(ports[0] != 0 && ports[0] != ports[1]);
    for port in ports {
        let ipv4 = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
        assert!(ipv4.is_ok());
    }
}

#[tokio::test]
async fn connections_inherit_what_the_listener_sets_on_its_socket() {
    let config = NetConfig {
        listeners: vec![listener("A")],
        ..NetConfig::default()
    };
    let (socket, address) = crate::net::bind::bind(&config, &config.listeners[0]).await.unwrap();
    let (accepted, connected) = tokio::join!(socket.accept(), tokio::net::TcpStream::connect(address));
    let _connected = connected.unwrap();
    let accepted = socket2::SockRef::from(&accepted.unwrap().0).tcp_nodelay();
    assert!(accepted.unwrap());
}

#[tokio::test]
async fn an_unknown_host_is_reported() {
    let mut unknown = listener("A");
    unknown.host = "no.such.host.invalid".to_owned();
    unknown.advertised = Some(Endpoint {
        host: "x".into(),
        port: 1,
    });
    let config = NetConfig {
        listeners: vec![unknown],
        ..NetConfig::default()
    };
    let error = BoundListeners::bind(config).await.unwrap_err();
    assert!(matches!(error, BindError::Resolve { .. }), "{error}");
}
