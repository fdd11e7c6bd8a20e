//! High watermark, health, and what lies beside the endpoints: paths, methods, partitions of other brokers.

use std::sync::Arc;

use dmq::config::BrokerSettings;
use dmq::env::SystemClock;
use dmq::rest::{self, Phase, RestLimits, RestState, RestWorld};
use dmq::telemetry::metrics::{ProcessMetrics, Registry};
use dmq_protocol::metadata_records::{
    AnyMetadataRecord, BrokerEndpoint, PartitionRecord, RegisterBrokerRecord, TopicRecord,
};
use dmq_protocol::{StrBytes, Uuid};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::harness::{CONSUME, MESSAGES, TestBroker, request};

pub fn world() -> RestWorld {
    RestWorld {
        registry: Registry::new(),
        process: Arc::new(ProcessMetrics::new(Arc::new(SystemClock::new()))),
        limits: RestLimits::of(&BrokerSettings::default()),
    }
}

const HEALTH: &str = "/api/v1/storage/health";

#[tokio::test]
async fn the_high_watermark_is_a_number() {
    let broker = TestBroker::start().await;
    let path = "/api/v1/storage/partitions/orders/1/high-water-mark";
    let reply = broker.get(path).await;
    assert_eq!((reply.status, reply.text.as_str()), (200, "0"));
    assert!(reply.head.contains("content-type: application/json"), "{}", reply.head);
    broker
        .produce(json!({"topic": "orders", "partition": 1, "messages": [{"value": "YQ=="}]}))
        .await;
    assert_eq!(broker.get(path).await.text, "1");
}

#[tokio::test]
async fn an_unknown_partition_is_404_and_a_wrong_name_400_everywhere() {
    let broker = TestBroker::start().await;
    let unknown = (404, "UNKNOWN_TOPIC_OR_PARTITION".to_owned());
    for (topic, partition) in [("nothing", 0), ("orders", 2), ("orders", i32::MAX)] {
        let place = json!({"topic": topic, "partition": partition, "offset": 0, "messages": [{"value": "YQ=="}]});
        let produced = broker.produce(place.clone()).await;
        assert_eq!(produced.refusal(), unknown);
        assert_eq!(
            (&produced.json()["topic"], &produced.json()["partition"]),
            (&json!(topic), &json!(partition))
        );
        assert_eq!(produced.json()["results"][0]["offset"], -1);
        assert_eq!(broker.consume(place).await.refusal(), unknown);
        let path = format!("/api/v1/storage/partitions/{topic}/{partition}/high-water-mark");
        assert_eq!(broker.get(&path).await.refusal(), unknown);
    }
    let illegal = (400, "INVALID_TOPIC_EXCEPTION".to_owned());
    for (name, encoded) in [("a b", "a%20b"), ("..", ".."), ("a/b", "a%2Fb")] {
        let place = json!({"topic": name, "partition": 0, "offset": 0, "messages": [{"value": "YQ=="}]});
        assert_eq!(broker.produce(place.clone()).await.refusal(), illegal);
        assert_eq!(broker.consume(place).await.refusal(), illegal);
        let path = format!("/api/v1/storage/partitions/{encoded}/0/high-water-mark");
        assert_eq!(broker.get(&path).await.refusal(), illegal);
    }
    for path in ["x", "-1", "1.0", "%FF", "99999999999"] {
        let path = format!("/api/v1/storage/partitions/orders/{path}/high-water-mark");
        assert_eq!(
            broker.get(&path).await.refusal(),
            (400, "INVALID_REQUEST".to_owned()),
            "{path}"
        );
    }
    // Nothing was created on the way.
    assert!(
        broker
            .broker
            .handles()
            .metadata
            .load()
            .topics
            .by_name("nothing")
            .is_none()
    );
}

#[tokio::test]
async fn wrong_paths_and_methods_are_told_in_json() {
    let broker = TestBroker::start().await;
    for path in [
        "/",
        "/api/v1/storage",
        "/api/v1/storage/message",
        "/api/v1/storage/partitions/orders/0",
    ] {
        assert_eq!(
            broker.get(path).await.refusal(),
            (404, "INVALID_REQUEST".to_owned()),
            "{path}"
        );
    }
    for (method, path, allowed) in [
        ("GET", MESSAGES, "post"),
        ("PUT", MESSAGES, "post"),
        ("DELETE", CONSUME, "post"),
        ("POST", HEALTH, "get"),
        ("POST", "/api/v1/storage/partitions/orders/0/high-water-mark", "get"),
    ] {
        let reply = request(broker.address(), method, path, "", b"").await;
        assert_eq!(reply.refusal(), (405, "INVALID_REQUEST".to_owned()), "{method} {path}");
        assert!(reply.head.contains(&format!("allow: {allowed}")), "{}", reply.head);
    }
    assert!(broker.get(MESSAGES).await.json()["results"].is_array());
}

#[tokio::test]
async fn health_follows_the_brokers_life_and_nothing_else_is_served_before_and_after() {
    let broker = TestBroker::start().await;
    let phase = watch::Sender::new(Phase::Starting);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(rest::serve(
        listener,
        RestState::new(phase.subscribe(), world()),
        async {
            let _ = stopped.await;
        },
    ));
    let produce = || async {
        let body = json!({"topic": "orders", "partition": 0, "messages": [{"value": "YQ=="}]}).to_string();
        request(address, "POST", MESSAGES, "", body.as_bytes()).await
    };
    let health = || async { request(address, "GET", HEALTH, "", b"").await };

    assert_eq!((health().await.status, health().await.text.as_str()), (503, "starting"));
    assert_eq!(produce().await.refusal(), (503, "BROKER_NOT_AVAILABLE".to_owned()));
    phase.send_replace(Phase::Serving(
        broker.broker.handles().clone(),
        broker.broker.link().clone(),
    ));
    let reply = health().await;
    assert_eq!((reply.status, reply.text.as_str()), (200, "OK"));
    assert!(reply.head.contains("content-type: text/plain"), "{}", reply.head);
    assert_eq!(produce().await.status, 200);

    // A consume that waits is answered when the broker stops, not when its time is up.
    let waiting = tokio::spawn(async move {
        let body = json!({"topic": "orders", "partition": 1, "offset": 0, "maxWaitMs": 600_000}).to_string();
        request(address, "POST", CONSUME, "", body.as_bytes()).await.json()
    });
    while broker
        .broker
        .handles()
        .partition_by_name("orders", dmq::ids::PartitionId(1))
        .unwrap()
        .readers()
        .is_empty()
    {
        tokio::task::yield_now().await;
    }
    phase.send_replace(Phase::Stopping);
    assert_eq!(waiting.await.unwrap()["messages"], json!([]));
    assert_eq!((health().await.status, health().await.text.as_str()), (503, "stopping"));
    assert_eq!(produce().await.refusal().0, 503);
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_partition_of_another_broker_is_421_and_names_its_leader() {
    let broker = TestBroker::start().await;
    let topic_id = Uuid::from_u128(0x1234_5678);
    let rest = |port: u16| BrokerEndpoint {
        name: StrBytes::from("REST"),
        host: StrBytes::from("other.example"),
        port,
        security_protocol: 0,
    };
    let registration = RegisterBrokerRecord {
        broker_id: 2,
        incarnation_id: Uuid::from_u128(9),
        broker_epoch: 1,
        end_points: vec![rest(8182)],
        fenced: false,
        ..RegisterBrokerRecord::default()
    };
    let topic = TopicRecord {
        name: StrBytes::from("elsewhere"),
        topic_id,
    };
    let partition = PartitionRecord {
        partition_id: 0,
        topic_id,
        replicas: vec![2],
        isr: vec![2],
        leader: 2,
        leader_epoch: 1,
        partition_epoch: 0,
        ..PartitionRecord::default()
    };
    let records = vec![
        AnyMetadataRecord::RegisterBroker(registration),
        AnyMetadataRecord::Topic(topic),
        AnyMetadataRecord::Partition(partition),
    ];
    broker.broker.handles().controller.submit(records).await.unwrap();

    let place = json!({"topic": "elsewhere", "partition": 0, "offset": 0, "messages": [{"value": "YQ=="}]});
    let high_watermark = "/api/v1/storage/partitions/elsewhere/0/high-water-mark";
    for reply in [
        broker.produce(place.clone()).await,
        broker.consume(place).await,
        broker.get(high_watermark).await,
    ] {
        assert_eq!(reply.refusal(), (421, "NOT_LEADER_OR_FOLLOWER".to_owned()));
        assert_eq!(
            reply.json()["leader"],
            json!({"id": 2, "host": "other.example", "port": 8182})
        );
        assert!(
            reply.message().contains("broker 2 at other.example:8182"),
            "{}",
            reply.message()
        );
    }
}
