//! Status, liveness and readiness: what people and supervisors are told.

use dmq::rest::{self, Phase, RestState};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::endpoints::world;
use crate::harness::{TestBroker, request};

#[tokio::test]
async fn the_status_tells_a_person_what_the_broker_is_and_does() {
    let broker = TestBroker::start().await;
    broker
        .produce(json!({"topic": "orders", "partition": 0, "messages": [{"value": "YQ=="}, {"value": "Yg=="}]}))
        .await;
    let reply = broker.get("/api/v1/storage/status").await;
    assert!(
        reply.text.contains("\n  \"broker\": {\n"),
        "it is laid out for people: {}",
        reply.text
    );
    let status = reply.json();
    for (pointer, expected) in [
        ("/state", json!("serving")),
        ("/version", json!(env!("CARGO_PKG_VERSION"))),
        ("/broker/id", json!(1)),
        ("/broker/clusterId", json!(broker.broker.cluster_id())),
        ("/broker/isActive", json!(true)),
        ("/broker/durability", json!("fsync")),
        ("/storage/partitions", json!(2)),
        ("/storage/partitionsLeading", json!(2)),
        ("/storage/partitionsOffline", json!(0)),
        ("/traffic/messagesIn", json!(2)),
        ("/metadata/topics", json!(1)),
        ("/metadata/brokersActive", json!(1)),
        ("/success", json!(true)),
        ("/errorCode", json!("NONE")),
    ] {
        assert_eq!(status.pointer(pointer), Some(&expected), "{pointer} in {status}");
    }
    assert!(status["storage"]["sizeBytes"].as_u64().unwrap() > 0);
    assert!(status["residentMemoryBytes"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn a_broker_that_serves_is_alive_and_ready() {
    let broker = TestBroker::start().await;
    for path in ["/api/v1/storage/liveness", "/api/v1/storage/readiness"] {
        let reply = broker.get(path).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, "OK"), "{path}");
        assert!(reply.head.contains("content-type: text/plain"), "{}", reply.head);
    }
}

#[tokio::test]
async fn a_broker_that_starts_is_alive_and_not_ready_and_says_so() {
    let phase = watch::Sender::new(Phase::Starting);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(rest::serve(
        listener,
        RestState::new(phase.subscribe(), world()),
        std::future::pending(),
    ));
    let get = |path: &str| {
        let path = format!("/api/v1/storage/{path}");
        async move { request(address, "GET", &path, "", b"").await }
    };
    let (live, ready) = (get("liveness").await, get("readiness").await);
    assert_eq!((live.status, live.text.as_str()), (200, "OK"));
    assert_eq!((ready.status, ready.text.as_str()), (503, "starting"));
    let status = get("status").await.json();
    assert_eq!(
        (&status["state"], &status["broker"]),
        (&json!("starting"), &json!(null))
    );
    let refused = get("partitions/orders/0/high-water-mark").await;
    assert_eq!(refused.refusal(), (503, "BROKER_NOT_AVAILABLE".to_owned()));
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    serving.abort();
}
