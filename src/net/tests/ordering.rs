//! Requests come in order, whatever their sizes and however they are cut; answers leave in order.

use bytes::Bytes;
use proptest::prelude::*;

use super::client::framed;
use super::service::{Ask, request};
use super::{Broker, until};
use crate::net::limits::{BUFFER_BYTES, LARGE_REQUEST_BYTES_MIN, SLICE_BYTES_MIN};

#[tokio::test]
async fn answers_keep_request_order_when_later_requests_finish_first() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    for number in [1, 2, 3] {
        client.send(Ask::Later, number).await;
    }
    client.send(Ask::Echo, 4).await;
    until(|| broker.service.seen() == [1, 2, 3, 4]).await;
    broker.service.release(3);
    broker.service.release(2);
    broker.service.release(1);
    for number in [1, 2, 3, 4] {
        assert_eq!(client.number().await, number);
    }
}

#[tokio::test]
async fn no_more_requests_are_handled_than_may_wait_for_answers() {
    let broker = Broker::with(|config| config.requests_in_flight_max = 3).await;
    let mut client = broker.client().await;
    let asked = framed((1..=5).map(|number| request(Ask::Later, number, b"")));
    client.send_bytes(&asked).await;
    broker.has_read(asked.len() as u64).await;
    assert_eq!(broker.service.seen(), [1, 2, 3]);
    broker.service.release(1);
    assert_eq!(client.number().await, 1);
    until(|| broker.service.seen() == [1, 2, 3, 4]).await;
    (2..=4).for_each(|number| broker.service.release(number));
    until(|| broker.service.seen().len() == 5).await;
    broker.service.release(5);
    for number in 2..=5 {
        assert_eq!(client.number().await, number);
    }
}

#[tokio::test]
async fn a_request_without_an_answer_leaves_no_gap() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    for (ask, number) in [(Ask::Silence, 1), (Ask::Echo, 2), (Ask::Silence, 3), (Ask::Echo, 4)] {
        client.send(ask, number).await;
    }
    assert_eq!((client.number().await, client.number().await), (2, 4));
    assert_eq!(broker.service.seen(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_thousand_requests_in_one_write_are_all_answered() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client
        .send_bytes(&framed((0..1_000).map(|number| request(Ask::Echo, number, b"x"))))
        .await;
    for number in 0..1_000 {
        assert_eq!(client.number().await, number);
    }
    assert_eq!(broker.stats().requests(), 1_000);
}

#[tokio::test]
async fn a_request_may_come_byte_by_byte() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.socket.set_nodelay(true).unwrap();
    let bytes = framed([request(Ask::Echo, 1, b"slow"), request(Ask::Echo, 2, b"")]);
    for (count, byte) in (1..).zip(&bytes) {
        client.send_bytes(&[*byte]).await;
        broker.has_read(count).await;
    }
    assert_eq!((client.number().await, client.number().await), (1, 2));
}

#[tokio::test]
async fn waiting_requests_are_dropped_when_the_peer_closes() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Later, 1).await;
    until(|| broker.service.seen() == [1]).await;
    // No deadline may be what ends it.
    tokio::time::pause();
    drop(client);
    until(|| broker.service.is_abandoned(1)).await;
    until(|| broker.stats().open() == 0).await;
}

#[tokio::test]
async fn what_was_answered_is_still_sent_when_the_peer_closes_its_side() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::Echo, 1).await;
    tokio::io::AsyncWriteExt::shutdown(&mut client.socket).await.unwrap();
    assert_eq!(client.number().await, 1);
    assert!(client.closed().await.is_empty());
}

/// Sizes around every border at which a request is received in another way.
fn size() -> impl Strategy<Value = usize> {
    let around = |middle: usize| middle - 20..middle + 20;
    prop_oneof![
        4 => 0..200_usize,
        1 => around(SLICE_BYTES_MIN),
        1 => around(LARGE_REQUEST_BYTES_MIN),
        1 => around(BUFFER_BYTES),
        1 => Just(3 * BUFFER_BYTES),
        1 => Just(1_500_000),
    ]
}

fn payload(number: usize, len: usize) -> Vec<u8> {
    (0..len)
        .map(|position| (position * 31 + position / 251 + number) as u8)
        .collect()
}

async fn echoes(frames: Vec<Bytes>, chunk: usize) {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    let bytes = framed(frames.iter().cloned());
    let (mut reader, mut writer) = client.socket.split();
    let send = async {
        for chunk in bytes.chunks(chunk) {
            tokio::io::AsyncWriteExt::write_all(&mut writer, chunk).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let receive = async {
        let mut received = vec![0; bytes.len()];
        tokio::io::AsyncReadExt::read_exact(&mut reader, &mut received)
            .await
            .unwrap();
        assert!(received == bytes, "answers differ from requests");
    };
    tokio::join!(send, receive);
    drop(client);
    until(|| broker.stats().open() == 0).await;
    let config = crate::net::NetConfig::default();
    assert_eq!(
        broker.server.request_memory_available(),
        config.request_memory_bytes as i64
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn requests_of_all_sizes_come_through_whole(sizes in prop::collection::vec(size(), 1..12), chunk in 5_000..300_000_usize) {
        let frames = (0..).zip(sizes).map(|(number, len)| request(Ask::Echo, number, &payload(number as usize, len)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(echoes(frames.collect(), chunk));
    }
}
