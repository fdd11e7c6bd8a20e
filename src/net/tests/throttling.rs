//! Clients that are held back: answered at once, and then not read for a while, on a clock that the test stops.

use std::time::Duration;

use tokio::time::{Instant, pause, resume};

use super::service::Ask;
use super::{Broker, until};
use crate::net::EndKind;

#[tokio::test]
async fn the_answer_goes_out_at_once_and_the_next_request_waits_for_the_throttle() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Throttled, 1).await;
    client.send(Ask::Echo, 2).await;
    assert_eq!(client.number().await, 1);
    assert_eq!(broker.service.seen(), [1]);
    pause();
    let start = Instant::now();
    assert_eq!(client.number().await, 2);
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test]
async fn a_request_without_an_answer_holds_its_client_back_as_well() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::ThrottledSilence, 1).await;
    client.send(Ask::Echo, 2).await;
    until(|| broker.service.seen() == [1]).await;
    pause();
    let start = Instant::now();
    assert_eq!(client.number().await, 2);
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test]
async fn requests_before_the_throttled_one_are_answered_meanwhile() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Later, 1).await;
    client.send(Ask::ThrottledSilence, 2).await;
    until(|| broker.service.seen() == [1, 2]).await;
    broker.service.release(1);
    assert_eq!(client.number().await, 1);
}

#[tokio::test]
async fn another_client_is_not_held_back() {
    let broker = Broker::start().await;
    let (mut first, mut second) = (broker.client().await, broker.client().await);
    first.send(Ask::Throttled, 1).await;
    assert_eq!(first.number().await, 1);
    assert!(second.works().await);
}

#[tokio::test]
async fn a_client_that_is_held_back_for_long_is_not_idle() {
    let broker = Broker::with(|config| config.deadlines.idle = Duration::from_secs(2)).await;
    let mut client = broker.client().await;
    client.send(Ask::Throttled, 1).await;
    assert_eq!(client.number().await, 1);
    pause();
    let start = Instant::now();
    client.closed().await;
    assert_eq!(start.elapsed().as_secs(), 7, "idle from when it may send again");
    resume();
    assert_eq!(broker.stats().ended(EndKind::Idle), 1);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_throttle() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Throttled, 1).await;
    assert_eq!(client.number().await, 1);
    let peer = async {
        assert!(client.closed().await.is_empty());
        drop(client);
    };
    let (drained, ()) = tokio::join!(broker.server.drain(Duration::from_secs(60)), peer);
    assert!(drained);
}
