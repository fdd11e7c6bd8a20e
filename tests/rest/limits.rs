//! What REST takes at a time, what it makes of clients that are slow, and what looks at it without limits.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{CONSUME, MESSAGES, TestBroker, exchange};

fn head(path: &str, content_length: usize) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {content_length}\r\n\r\n")
}

/// Waits until the page of metrics has this line.
async fn until(broker: &TestBroker, line: &str) {
    while !broker.get("/metrics").await.text.lines().any(|is| is == line) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_request_too_many_is_429_and_may_come_again() {
    let broker = TestBroker::start_with(&[("rest.max.concurrent.requests", "1")]).await;
    let mut waiting = TcpStream::connect(broker.address()).await.unwrap();
    let wait = json!({"topic": "orders", "partition": 0, "offset": 0, "maxWaitMs": 600_000}).to_string();
    let request = head(CONSUME, wait.len()) + &wait;
    waiting.write_all(request.as_bytes()).await.unwrap();
    until(&broker, "dmq_rest_requests_under_way 2").await;
    let one = json!({"topic": "orders", "partition": 0, "messages": [{"value": "YQ=="}]});
    let refused = broker.produce(one.clone()).await;
    assert_eq!(refused.refusal(), (429, "THROTTLING_QUOTA_EXCEEDED".to_owned()));
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    assert!(refused.json()["results"].is_array(), "it has the endpoint's own shape");
    assert_eq!(broker.get("/api/v1/storage/health").await.status, 200);
    drop(waiting);
    until(&broker, "dmq_rest_requests_under_way 1").await;
    assert_eq!(broker.produce(one).await.status, 200);
}

#[tokio::test]
async fn bodies_beyond_the_memory_for_them_are_429() {
    let broker = TestBroker::start_with(&[("rest.request.memory.bytes", "8192")]).await;
    let message = |len| json!({"topic": "orders", "partition": 0, "messages": [{"value": "YWFh".repeat(len)}]});
    assert_eq!(broker.produce(message(1_000)).await.status, 200);
    let refused = broker.produce(message(3_000)).await;
    assert_eq!(refused.refusal(), (429, "THROTTLING_QUOTA_EXCEEDED".to_owned()));
    assert!(refused.message().contains("rest.request.memory.bytes"));
    assert_eq!(broker.produce(message(1_000)).await.status, 200);
    assert_eq!(broker.end_offset("orders"), 2);
}

#[tokio::test]
async fn a_body_that_stops_coming_is_408_and_changes_nothing() {
    let broker = TestBroker::start_with(&[("connection.request.stall.timeout.ms", "50")]).await;
    let request = head(MESSAGES, 1_000) + "{\"topic\": \"orders\"";
    let refused = exchange(broker.address(), request.as_bytes()).await;
    assert_eq!(refused.refusal(), (408, "REQUEST_TIMED_OUT".to_owned()));
    assert!(
        refused.message().starts_with("18 bytes of the body came"),
        "{}",
        refused.message()
    );
    assert_eq!(broker.end_offset("orders"), 0);
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let broker = TestBroker::start_with(&[("connection.first.request.timeout.ms", "50")]).await;
    let mut stream = TcpStream::connect(broker.address()).await.unwrap();
    stream.write_all(b"GET /api/v1/storage/health HTT").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(!String::from_utf8(answer).unwrap().contains("200"));
}

#[tokio::test]
async fn a_connection_too_many_is_closed_and_counted() {
    let broker = TestBroker::start_with(&[("rest.max.connections", "1")]).await;
    let mut first = TcpStream::connect(broker.address()).await.unwrap();
    let health = b"GET /api/v1/storage/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut answer = [0; 15];
    first.write_all(health).await.unwrap();
    first.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    let mut second = TcpStream::connect(broker.address()).await.unwrap();
    // The other side may have reset the connection before or after this is written.
    let _ = second.write_all(health).await;
    let mut nothing = Vec::new();
    let _ = second.read_to_end(&mut nothing).await;
    assert!(nothing.is_empty());
    let page = broker.broker.metrics().page();
    for line in ["dmq_rest_connections 1", "dmq_rest_connections_refused_total 1"] {
        assert!(page.lines().any(|is| is == line), "{line} in\n{page}");
    }
}

#[tokio::test]
async fn what_may_be_tried_again_says_when() {
    let settings = [
        ("metadata.service-url", "http://127.0.0.1:1"),
        ("min.insync.replicas", "2"),
    ];
    let broker = TestBroker::start_empty(&settings).await;
    let pushed = json!({"version": 1,
        "partitions": [{"topic": "strict", "partition": 0, "leaderId": 1, "followerIds": [2], "isrIds": [1]}]});
    let reply = broker.post("/api/v1/storage/metadata", pushed.to_string()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let refused = broker
        .produce(json!({"topic": "strict", "partition": 0, "messages": [{"value": "YQ=="}]}))
        .await;
    assert_eq!(refused.refusal(), (503, "NOT_ENOUGH_REPLICAS".to_owned()));
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
}
