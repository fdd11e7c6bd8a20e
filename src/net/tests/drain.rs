//! Stopping: what was asked is answered, nothing new is taken, and it ends in time.

use std::time::Duration;

use tokio::net::TcpStream;

use super::service::Ask;
use super::{Broker, until};
use crate::net::EndKind;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn requests_in_flight_are_answered_before_the_connection_is_closed() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Later, 1).await;
    client.send(Ask::Echo, 2).await;
    until(|| broker.service.seen() == [1, 2]).await;
    let drain = broker.server.drain(LONG);
    let peer = async {
        until(|| broker.stats().open() == 1).await;
        client.send(Ask::Echo, 3).await;
        broker.service.release(1);
        assert_eq!((client.number().await, client.number().await), (1, 2));
        assert!(client.closed().await.is_empty());
        drop(client);
    };
    let (drained, ()) = tokio::join!(drain, peer);
    assert!(drained);
    assert_eq!(broker.service.seen(), [1, 2]);
    assert_eq!(broker.stats().ended(EndKind::Shutdown), 1);
}

#[tokio::test]
async fn idle_connections_end_at_once_and_new_ones_are_refused() {
    let broker = Broker::start().await;
    let mut clients = vec![broker.client().await, broker.client().await];
    for client in &mut clients {
        assert!(client.works().await);
    }
    let peers = async {
        for mut client in clients {
            assert!(client.closed().await.is_empty());
        }
    };
    let (drained, ()) = tokio::join!(broker.server.drain(LONG), peers);
    assert!(drained);
    assert!(TcpStream::connect(broker.server.stats()[0].0.address).await.is_err());
}

#[tokio::test]
async fn what_is_not_answered_in_time_is_cut() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Later, 1).await;
    until(|| broker.service.seen() == [1]).await;
    tokio::time::pause();
    assert!(!broker.server.drain(Duration::from_secs(5)).await);
    assert!(client.closed().await.is_empty());
    assert!(broker.service.is_abandoned(1));
    assert_eq!(broker.stats().open(), 0);
    assert_eq!(broker.stats().ended(EndKind::Failure), 1);
}
