//! Memory for requests is bounded over all connections, and comes back.

use super::client::framed;
use super::service::{Ask, request};
use super::{Broker, until};

const BUDGET: usize = 400_000;

async fn small_broker() -> Broker {
    Broker::with(|config| config.request_memory_bytes = BUDGET).await
}

#[tokio::test]
async fn a_large_request_waits_for_memory_and_is_served_when_there_is_some() {
    let broker = small_broker().await;
    let (mut first, mut second) = (broker.client().await, broker.client().await);
    assert!(first.works().await && second.works().await);
    let large = framed([request(Ask::Echo, 1, &vec![1; 500_000])]);
    let read = broker.stats().bytes_in();
    // The length alone reserves nothing yet: with the next bytes the body begins.
    first.send_bytes(&large[..10]).await;
    broker.has_read(read + 10).await;
    first.send_bytes(&large[10..20]).await;
    broker.has_read(read + 20).await;
    assert!(broker.server.request_memory_available() <= 0);
    // The second asks for hardly anything, and still has to wait.
    second.send(Ask::Echo, 2).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(broker.stats().bytes_in(), read + 20);
    first.send_bytes(&large[20..]).await;
    assert_eq!(first.number().await, 1);
    assert_eq!(second.number().await, 2);
    until(|| broker.server.request_memory_available() == BUDGET as i64).await;
}

#[tokio::test]
async fn a_peer_that_goes_away_within_a_request_gives_its_memory_back() {
    let broker = small_broker().await;
    let (mut first, mut second) = (broker.client().await, broker.client().await);
    assert!(first.works().await && second.works().await);
    let read = broker.stats().bytes_in();
    let large = framed([request(Ask::Echo, 1, &vec![1; 500_000])]);
    first.send_bytes(&large[..200_000]).await;
    broker.has_read(read + 200_000).await;
    drop(first);
    second.send_bytes(&large).await;
    assert_eq!(second.number().await, 1);
    until(|| broker.server.request_memory_available() == BUDGET as i64).await;
}

#[tokio::test]
async fn requests_that_wait_for_answers_count() {
    let broker = small_broker().await;
    let mut client = broker.client().await;
    client.send_bytes(&framed([request(Ask::Later, 1, &[0; 1_000])])).await;
    until(|| broker.service.seen() == [1]).await;
    assert_eq!(broker.server.request_memory_available(), BUDGET as i64 - 1_008);
    client.send_bytes(&framed([request(Ask::Later, 2, &[0; 20_000])])).await;
    until(|| broker.service.seen() == [1, 2]).await;
    assert!(broker.server.request_memory_available() <= BUDGET as i64 - 21_000);
    broker.service.release(1);
    broker.service.release(2);
    assert_eq!((client.number().await, client.number().await), (1, 2));
    until(|| broker.server.request_memory_available() == BUDGET as i64).await;
}

#[tokio::test]
async fn a_claimed_length_takes_no_memory_that_did_not_arrive() {
    use crate::net::budget::MemoryBudget;
    use crate::net::buffer::BufferPool;
    use crate::net::input::Input;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (accepted, client) = tokio::join!(listener.accept(), super::Client::connect(address));
    let (mut socket, mut client) = (accepted.unwrap().0, client);
    let claimed = 100 * 1024 * 1024;
    let mut input = Input::new(BufferPool::new(MemoryBudget::new(claimed)), claimed);
    client.send_bytes(&(claimed as u32).to_be_bytes()).await;
    let mut arrived = 0;
    while arrived < 8 * 1024 * 1024 {
        client.send_bytes(&[7; 32 * 1024]).await;
        arrived += std::future::poll_fn(|cx| input.poll_read(cx, &mut socket))
            .await
            .unwrap();
        let capacity = input.capacity();
        assert!(capacity <= (2 * arrived).max(1024 * 1024), "{capacity} for {arrived}");
    }
}
