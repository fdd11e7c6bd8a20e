//! Peers that take too long, on a clock that the test stops.

use std::time::Duration;

use tokio::time::{Instant, pause, resume};

use super::client::{Client, framed};
use super::service::{Ask, request};
use super::{Broker, until};
use crate::api::service::ReplyChunk;
use crate::net::EndKind;

/// Stops the clock, and tells after how many seconds of it the broker closes the connection.
async fn seconds_to_close(client: &mut Client) -> u64 {
    pause();
    let start = Instant::now();
    client.closed().await;
    let seconds = start.elapsed().as_secs();
    resume();
    seconds
}

#[tokio::test]
async fn a_connection_without_a_first_byte_is_closed() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    until(|| broker.stats().open() == 1).await;
    assert!((59..=60).contains(&seconds_to_close(&mut client).await));
    assert_eq!(broker.stats().ended(EndKind::Slow), 1);
}

#[tokio::test]
async fn an_idle_connection_is_closed_quietly() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    assert!(client.works().await);
    assert!((599..=600).contains(&seconds_to_close(&mut client).await));
    assert_eq!(broker.stats().ended(EndKind::Idle), 1);
}

#[tokio::test]
async fn a_request_that_stops_half_way_is_given_up() {
    for arrived in [2, 6, 200_000] {
        let broker = Broker::start().await;
        let mut client = broker.client().await;
        assert!(client.works().await);
        let before = broker.stats().bytes_in();
        let whole = framed([request(Ask::Echo, 1, &vec![0; 300_000])]);
        client.send_bytes(&whole[..arrived]).await;
        broker.has_read(before + arrived as u64).await;
        assert!((29..=30).contains(&seconds_to_close(&mut client).await), "{arrived}");
        assert_eq!(broker.stats().ended(EndKind::Slow), 1);
    }
}

#[tokio::test]
async fn a_request_that_only_trickles_is_given_up_as_well() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    assert!(client.works().await);
    let before = broker.stats().bytes_in();
    // At 16 KiB a second and 30 s more, it has 33 s in all.
    client.send_bytes(&(50_000_u32).to_be_bytes()).await;
    broker.has_read(before + 4).await;
    pause();
    let start = Instant::now();
    for count in 1..100 {
        if client.socket.try_write(b"x").is_err() || broker.stats().open() == 0 {
            break;
        }
        broker.has_read(before + 4 + count).await;
        tokio::time::advance(Duration::from_secs(5)).await;
        tokio::task::yield_now().await;
    }
    assert!((30..=45).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    assert_eq!(broker.stats().ended(EndKind::Slow), 1);
}

#[tokio::test]
async fn a_peer_that_does_not_read_its_answers_is_closed() {
    let broker = Broker::with(|config| config.send_buffer_bytes = Some(16 * 1024)).await;
    let mut client = broker.client().await;
    broker
        .service
        .lay_down(vec![ReplyChunk::Bytes(vec![0; 20_000_000].into())]);
    client.send(Ask::Chunks, 1).await;
    until(|| broker.service.seen() == [1] && broker.stats().bytes_out() > 0).await;
    pause();
    let start = Instant::now();
    until_time(|| broker.stats().open() == 0).await;
    // Later than that where the system still moved bytes to the peer's buffers, whose end no test can see.
    assert!(start.elapsed().as_secs() >= 599, "{:?}", start.elapsed());
    assert_eq!(broker.stats().ended(EndKind::Slow), 1);
}

/// Lets stopped time pass second by second until the condition holds.
async fn until_time(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn a_request_that_waits_for_its_answer_is_not_idle() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Later, 1).await;
    until(|| broker.service.seen() == [1]).await;
    pause();
    tokio::time::sleep(Duration::from_secs(100_000)).await;
    resume();
    broker.service.release(1);
    assert_eq!(client.number().await, 1);
    assert!((599..=600).contains(&seconds_to_close(&mut client).await));
}

#[tokio::test]
async fn each_request_begins_the_idle_time_anew() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    assert!(client.works().await);
    pause();
    for _ in 0..5 {
        tokio::time::advance(Duration::from_secs(500)).await;
        resume();
        assert!(client.works().await);
        pause();
    }
    resume();
    assert!((599..=600).contains(&seconds_to_close(&mut client).await));
}
