//! Heartbeats to a controller: what they say, what its answers do, and that a bad controller costs nobody anything.

use std::time::Duration;

use dmq::controller_link::LinkState;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::harness::TestBroker;

const PATIENCE: Duration = Duration::from_secs(60);
const METADATA: &str = "/api/v1/storage/metadata";

/// A controller that hands each heartbeat to the test and answers what the test says.
struct FakeController {
    url: String,
    heartbeats: mpsc::UnboundedReceiver<Received>,
}

struct Received {
    head: String,
    body: Value,
    stream: TcpStream,
}

impl FakeController {
    async fn start() -> FakeController {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (send, heartbeats) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (head, body) = read_request(&mut stream).await;
                if send.send(Received { head, body, stream }).is_err() {
                    return;
                }
            }
        });
        FakeController { url, heartbeats }
    }

    async fn next(&mut self) -> Received {
        let next = tokio::time::timeout(PATIENCE, self.heartbeats.recv());
        next.await.expect("a heartbeat comes").expect("the controller runs")
    }

    /// The next heartbeat, answered with this body.
    async fn answer(&mut self, body: Value) -> Value {
        let heartbeat = self.next().await;
        let told = heartbeat.body.clone();
        heartbeat.respond("200 OK", &body.to_string()).await;
        told
    }
}

impl Received {
    async fn respond(mut self, status: &str, body: &str) {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
        // The other side may be gone by now.
        let _ = self.stream.write_all(format!("{head}{body}").as_bytes()).await;
    }
}

async fn read_request(stream: &mut TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let len = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")
                    .map(str::to_owned)
            });
            if body.len() >= len.unwrap().trim().parse::<usize>().unwrap() {
                return (head.to_owned(), serde_json::from_str(body).unwrap());
            }
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "{text}");
    }
}

/// A broker that reports to this controller every few milliseconds.
async fn broker_of(controller: &FakeController) -> TestBroker {
    let url: &'static str = Box::leak(controller.url.clone().into_boxed_str());
    TestBroker::start_empty(&[
        ("metadata.service-url", url),
        ("metadata.heartbeat-interval-ms", "20"),
        ("node.id", "101"),
    ])
    .await
}

async fn push(broker: &TestBroker, body: Value) {
    let reply = broker.post(METADATA, body.to_string()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{what}");
}

fn state(broker: &TestBroker) -> LinkState {
    broker.broker.link().heartbeat().unwrap().state
}

#[tokio::test]
async fn a_heartbeat_says_everything_that_both_forms_of_the_endpoint_read() {
    let mut controller = FakeController::start().await;
    let broker = broker_of(&controller).await;
    let first = controller.next().await;
    assert!(
        first
            .head
            .starts_with("POST /api/v1/metadata/storage-heartbeat HTTP/1.1\r\n"),
        "{}",
        first.head
    );
    assert!(
        first
            .head
            .to_ascii_lowercase()
            .contains("content-type: application/json")
    );
    assert_eq!(first.body["currentMetadataVersion"], 0);
    push(
        &broker,
        json!({"version": 7, "timestamp": 5, "partitions": [
            {"topic": "a", "partition": 0, "leaderId": 101},
            {"topic": "a", "partition": 1, "leaderId": 101},
            {"topic": "a", "partition": 2, "leaderId": 3, "followerIds": [101]},
            {"topic": "a", "partition": 3, "leaderId": 3}]}),
    )
    .await;
    first.respond("200 OK", "{}").await;
    let body = controller
        .answer(json!({"serviceId": "storage-101", "acknowledged": true, "timestamp": 1}))
        .await;
    let updated = broker.get(METADATA).await.json()["lastMetadataUpdateTimestamp"].clone();
    let now = body["timestamp"].clone();
    let kafka = broker.broker.kafka_addresses()[0].1.port();
    assert_eq!(
        body,
        json!({"storageServiceId": 101, "serviceId": "storage-101", "currentMetadataVersion": 7, "metadataVersion": 7,
            "lastMetadataUpdateTimestamp": updated, "heartbeatTimestamp": now, "timestamp": now, "alive": true,
            "isAlive": true, "partitionsLeading": 2, "partitionsFollowing": 1, "partitionCount": 3,
            "host": "127.0.0.1", "port": broker.address().port(), "kafkaHost": "127.0.0.1", "kafkaPort": kafka})
    );
    until("the link is up", || state(&broker) == LinkState::Connected).await;
}

#[tokio::test]
async fn a_lag_is_shown_until_a_push_brings_the_broker_level() {
    let mut controller = FakeController::start().await;
    let broker = broker_of(&controller).await;
    push(&broker, json!({"version": 7})).await;
    let behind = json!({"success": true, "controllerMetadataVersion": 9, "inSync": false, "responseTimestamp": 1,
        "errorMessage": null, "instruction": null});
    controller.answer(behind).await;
    let lag = || broker.broker.link().heartbeat().unwrap().lag;
    until("the lag shows", || {
        lag().is_some_and(|lag| lag.controller_version == Some(9))
    })
    .await;
    push(&broker, json!({"version": 8})).await;
    let status = async || broker.get("/api/v1/storage/status").await.json()["controller"].clone();
    let told = status().await;
    assert_eq!(
        (
            &told["url"],
            &told["state"],
            &told["inSync"],
            &told["controllerMetadataVersion"]
        ),
        (&json!(controller.url), &json!("connected"), &json!(false), &json!(9))
    );
    push(&broker, json!({"version": 9})).await;
    assert_eq!((lag(), status().await["inSync"].clone()), (None, json!(true)));
}

#[tokio::test]
async fn no_controller_however_bad_holds_up_a_produce_or_the_next_heartbeat() {
    let mut controller = FakeController::start().await;
    let broker = broker_of(&controller).await;
    push(
        &broker,
        json!({"version": 1, "partitions": [{"topic": "t", "partition": 0, "leaderId": 101}]}),
    )
    .await;
    let produce = async || {
        let body = json!({"topic": "t", "partition": 0, "requiredAcks": -1, "messages": [{"value": "YQ=="}]});
        assert_eq!(broker.produce(body).await.status, 200);
    };
    // It holds the connection open and says nothing: produces are answered while the heartbeat is not.
    let held = controller.next().await;
    for _ in 0..20 {
        produce().await;
    }
    assert_eq!(state(&broker), LinkState::Unknown);
    drop(held);
    for (status, body, told) in [
        ("302 Found\r\nLocation: http://127.0.0.1:1/", "", "answered 302"),
        ("200 OK", "<html>", "not a controller's"),
        (
            "200 OK",
            r#"{"success": false, "errorMessage": "who are you"}"#,
            "who are you",
        ),
        ("500 Oops", "stack trace", "answered 500: stack trace"),
        ("\0\0\0", "", "no answer"),
    ] {
        controller.next().await.respond(status, body).await;
        let away = |state: LinkState| matches!(state, LinkState::Away { reason } if reason.contains(told));
        until(told, || away(state(&broker))).await;
        produce().await;
    }
    controller.answer(json!({"acknowledged": true})).await;
    until("it is up again", || state(&broker) == LinkState::Connected).await;
    let snapshot = broker.broker.link().heartbeat().unwrap();
    assert!(snapshot.failed >= 5 && snapshot.failed_in_a_row == 0, "{snapshot:?}");
}

#[tokio::test]
async fn a_clean_stop_says_goodbye_and_does_not_wait_for_whoever_does_not_listen() {
    let mut controller = FakeController::start().await;
    let broker = broker_of(&controller).await;
    controller.answer(json!({"acknowledged": true})).await;
    let stopping = tokio::spawn(broker.broker.stop());
    let goodbye = loop {
        let heartbeat = controller.next().await;
        if heartbeat.body["alive"] == false {
            break heartbeat;
        }
    };
    assert_eq!(goodbye.body["isAlive"], false);
    // It is never answered.
    stopping.await.unwrap().unwrap();
    drop(goodbye);
}

#[tokio::test]
async fn the_services_file_leads_to_the_metadata_service() {
    let mut controller = FakeController::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("services.json");
    let services = json!({"services": {
        "metadata-services": [{"id": 1, "host": "localhost", "port": 9, "url": "http://127.0.0.1:1"},
                              {"id": 2, "url": controller.url}],
        "storage-services": [{"id": 101, "host": "localhost", "port": 8082, "pairedMetadataServiceId": 2}]},
        "metadata": {"sync": {"heartbeatIntervalMs": 20}}});
    #[expect(clippy::disallowed_methods, reason = "the test's own file")]
    std::fs::write(&file, services.to_string()).unwrap();
    let path: &'static str = Box::leak(file.to_str().unwrap().to_owned().into_boxed_str());
    let broker = TestBroker::start_empty(&[("metadata.services-file", path), ("broker.id", "101")]).await;
    for _ in 0..3 {
        assert_eq!(
            controller.answer(json!({"acknowledged": true})).await["storageServiceId"],
            101
        );
    }
    assert_eq!(broker.broker.link().heartbeat().unwrap().service, controller.url);
    // Who is not in the file is its own controller.
    let other = TestBroker::start_empty(&[("metadata.services-file", path), ("broker.id", "7")]).await;
    assert_eq!(other.broker.link().heartbeat(), None);
}
