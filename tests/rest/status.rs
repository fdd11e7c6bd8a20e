//! Status, liveness and readiness: what people and supervisors are told.

use serde_json::json;

use crate::harness::TestBroker;

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
