//! What a peer must not send: each closes that connection with one log line, and no other.

use std::cell::RefCell;
use std::fmt::Write;
use std::sync::LazyLock;

use tokio::net::TcpSocket;
use tracing::field::{Field, Visit};
use tracing::span;
use tracing::subscriber::set_global_default;

use super::client::{Client, framed};
use super::service::{Ask, request};
use super::{Broker, until};
use crate::api::service::ReplyChunk;
use crate::net::EndKind;

thread_local! {
    /// What was logged on this thread, a line an event, without debugging lines.
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// For all threads, and there before the first connection of any test: tracing remembers for each event whether anybody
/// wanted it, and may remember what a thread without a subscriber of its own wanted.
pub static COLLECTING: LazyLock<()> = LazyLock::new(|| set_global_default(Collector).unwrap());

struct Collector;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl tracing::Subscriber for Collector {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() < tracing::Level::DEBUG
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        LINES.with_borrow_mut(|lines| lines.push(line.0));
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Sends `bytes` on a connection of its own: it is closed, with one line that names the peer and the reason; another
/// connection goes on.
async fn is_refused(bytes: &[u8], reason: &str) {
    LINES.take();
    let broker = Broker::with(|config| config.rest_address = Some("port 8082".to_owned())).await;
    let mut other = broker.client().await;
    assert!(other.works().await);
    let mut client = broker.client().await;
    let peer = client.socket.local_addr().unwrap().to_string();
    client.send_bytes(bytes).await;
    assert!(client.closed().await.is_empty());
    until(|| broker.stats().ended(EndKind::Violation) == 1).await;
    assert!(other.works().await);
    let lines = LINES.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(&peer) && lines[0].contains(reason), "{lines:?}");
}

#[tokio::test]
async fn lengths_that_make_no_sense_are_refused() {
    for (len, reason) in [
        (0, "shorter than a header"),
        (7, "shorter than a header"),
        (-1, "negative"),
        (i32::MIN, "negative"),
        (i32::MAX, "longer than"),
        (100 * 1024 * 1024 + 1, "longer than"),
    ] {
        is_refused(&len.to_be_bytes(), reason).await;
    }
}

#[tokio::test]
async fn http_and_tls_are_recognised() {
    let http = b"GET /topics HTTP/1.1\r\nHost: localhost:9092\r\n\r\n";
    is_refused(http, "HTTP").await;
    is_refused(http, "REST listens on port 8082").await;
    is_refused(b"POST /topics HTTP/1.1\r\n\r\n", "HTTP").await;
    is_refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS").await;
}

#[tokio::test]
async fn a_request_that_the_api_refuses_is_refused() {
    is_refused(&framed([request(Ask::Disconnect, 1, b"")]), "unknown API key 999").await;
}

#[tokio::test]
async fn earlier_requests_are_answered_before_the_connection_is_closed() {
    for bad in [framed([request(Ask::Disconnect, 9, b"")]), vec![0xff; 4].into()] {
        let broker = Broker::start().await;
        let mut client = broker.client().await;
        client.send(Ask::Later, 1).await;
        client.send(Ask::Echo, 2).await;
        client.send_bytes(&bad).await;
        client
            .send_bytes(&framed([request(Ask::Echo, 3, b"after the bad one")]))
            .await;
        broker.has_read(2 * 12 + 4).await;
        broker.service.release(1);
        assert_eq!((client.number().await, client.number().await), (1, 2));
        assert!(client.closed().await.is_empty());
        assert!(!broker.service.seen().contains(&3));
    }
}

#[tokio::test]
async fn answers_on_their_way_survive_the_close_although_more_was_sent_than_is_read() {
    let broker = Broker::with(|config| config.send_buffer_bytes = Some(1_000_000)).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    let mut client = Client {
        socket: socket.connect(broker.server.stats()[0].0.address).await.unwrap(),
    };
    broker
        .service
        .lay_down(vec![ReplyChunk::Bytes(vec![7; 150_000].into())]);
    client.send(Ask::Chunks, 1).await;
    client.send(Ask::Disconnect, 2).await;
    client.send_bytes(&[0; 400_000]).await;
    until(|| broker.stats().ended(EndKind::Violation) == 1).await;
    assert_eq!(client.answer().await.unwrap().len(), 150_000);
    assert!(client.closed().await.is_empty());
}

#[tokio::test]
async fn a_late_refusal_closes_the_connection_and_what_came_after_is_not_answered() {
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send(Ask::DisconnectLater, 1).await;
    client.send(Ask::Echo, 2).await;
    until(|| broker.service.seen() == [1, 2]).await;
    broker.service.release(1);
    assert!(client.closed().await.is_empty());
    until(|| broker.stats().ended(EndKind::Violation) == 1).await;
}

#[tokio::test]
async fn a_peer_that_leaves_within_a_request_is_no_event_for_the_log() {
    LINES.take();
    let broker = Broker::start().await;
    let mut client = broker.client().await;
    client.send_bytes(&[0, 0, 0, 100, 1, 2, 3]).await;
    broker.has_read(7).await;
    drop(client);
    until(|| broker.stats().ended(EndKind::Peer) == 1).await;
    assert_eq!(LINES.take(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_connection_is_one_line_however_many_there_are() {
    LINES.take();
    let broker = Broker::with(|config| config.connections.per_ip_max = 0).await;
    for _ in 0..50 {
        assert!(broker.client().await.closed().await.is_empty());
    }
    let lines = LINES.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("max.connections.per.ip"), "{lines:?}");
}
