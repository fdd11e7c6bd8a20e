//! This broker as the controller of storage services: heartbeats taken and refused, pushes, silence.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Reply, TestBroker};

const HEARTBEAT: &str = "/api/v1/metadata/storage-heartbeat";
const METADATA: &str = "/api/v1/storage/metadata";
const PATIENCE: Duration = Duration::from_secs(60);

async fn heartbeat(broker: &TestBroker, body: Value) -> Reply {
    broker.post(HEARTBEAT, body.to_string()).await
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "{what}");
}

async fn metadata(broker: &TestBroker) -> Value {
    broker.get(METADATA).await.json()
}

#[tokio::test]
async fn both_forms_of_a_heartbeat_are_taken_and_one_answer_serves_both() {
    let broker = TestBroker::start().await;
    let reply = heartbeat(
        &broker,
        json!({"storageServiceId": 101, "currentMetadataVersion": 0, "alive": true, "host": "127.0.0.1", "port": 1}),
    )
    .await;
    let body = reply.json();
    let version = body["controllerMetadataVersion"].as_i64().unwrap();
    let now = body["timestamp"].clone();
    assert_eq!(
        body,
        json!({"success": true, "controllerMetadataVersion": version, "inSync": false, "responseTimestamp": now,
            "errorCode": "NONE", "errorMessage": null, "instruction": null, "serviceId": "storage-101",
            "acknowledged": true, "timestamp": now})
    );
    let level = json!({"serviceId": "storage-101", "metadataVersion": version.to_string(), "isAlive": true});
    let body = heartbeat(&broker, level).await.json();
    assert_eq!(
        (&body["inSync"], &body["controllerMetadataVersion"]),
        (&json!(true), &json!(version))
    );
    let brokers = metadata(&broker).await["brokers"].clone();
    assert_eq!(
        (&brokers[1]["id"], &brokers[1]["port"], &brokers[1]["kafkaPort"]),
        (&json!(101), &json!(1), &json!(9092))
    );
}

#[tokio::test]
async fn a_heartbeat_that_cannot_be_meant_is_refused_and_registers_nobody() {
    let broker = TestBroker::start().await;
    for (body, told) in [
        (json!({}), "storageServiceId is missing"),
        (json!({"serviceId": "storage-x"}), "'storage-x'"),
        (json!({"storageServiceId": 101}), "host and port are needed"),
        (
            json!({"storageServiceId": 1, "host": "h", "port": 1}),
            "that of this controller",
        ),
        (json!({"storageServiceId": -1}), "storageServiceId: invalid value"),
        (
            json!({"storageServiceId": 2, "host": "h", "port": 70000}),
            "port: invalid value",
        ),
        (
            json!({"storageServiceId": 2, "host": "h", "port": 1, "alive": "yes"}),
            "alive: invalid type",
        ),
    ] {
        let reply = heartbeat(&broker, body.clone()).await;
        assert_eq!(reply.refusal(), (400, "INVALID_REQUEST".to_owned()), "{body}");
        assert!(reply.message().contains(told), "{}", reply.message());
        assert_eq!(
            (&reply.json()["acknowledged"], &reply.json()["inSync"]),
            (&json!(false), &json!(false))
        );
    }
    assert_eq!(metadata(&broker).await["brokers"].as_array().unwrap().len(), 1);
    let reply = crate::harness::request(broker.address(), "GET", HEARTBEAT, "", b"").await;
    assert_eq!(reply.refusal().0, 405);
    let storage = TestBroker::start_empty(&[("metadata.service-url", "http://127.0.0.1:1")]).await;
    let reply = heartbeat(&storage, json!({"storageServiceId": 101, "host": "h", "port": 1})).await;
    assert_eq!(reply.refusal(), (421, "NOT_CONTROLLER".to_owned()));
}

#[tokio::test]
async fn a_service_that_falls_silent_or_stops_is_not_shown_as_alive_until_it_is_heard_again() {
    let broker = TestBroker::start_with(&[("metadata.heartbeat-interval-ms", "50")]).await;
    let report = |alive: bool| json!({"storageServiceId": 101, "host": "127.0.0.1", "port": 1, "alive": alive});
    let alive = async || metadata(&broker).await["brokers"][1]["isAlive"] == true;
    heartbeat(&broker, report(true)).await;
    assert!(alive().await);
    heartbeat(&broker, report(false)).await;
    assert!(!alive().await);
    heartbeat(&broker, report(true)).await;
    assert!(alive().await);
    until("it is missed", async || !alive().await).await;
    heartbeat(&broker, report(true)).await;
    assert!(alive().await);
}

#[tokio::test]
async fn a_storage_service_gets_every_change_and_serves_what_it_leads() {
    let controller = TestBroker::start_with(&[("metadata.heartbeat-interval-ms", "100")]).await;
    let url: &'static str = Box::leak(format!("http://{}", controller.address()).into_boxed_str());
    let settings = [
        ("metadata.service-url", url),
        ("metadata.heartbeat-interval-ms", "50"),
        ("node.id", "101"),
    ];
    let storage = TestBroker::start_empty(&settings).await;
    let level = async || {
        let (there, here) = (metadata(&controller).await, metadata(&storage).await);
        there["version"] == here["version"] && there["partitions"] == here["partitions"]
    };
    until("the storage service is level", level).await;
    assert_eq!(metadata(&storage).await["brokers"].as_array().unwrap().len(), 2);

    controller.create_topic("spread", 6, &[]).await;
    until("the topic arrives", level).await;
    let partitions = metadata(&storage).await["partitions"].clone();
    let led_by = |id: i32| {
        let of = |it: &&Value| it["topic"] == "spread" && it["leaderId"] == id;
        let found = partitions.as_array().unwrap().iter().find(of);
        found.unwrap()["partition"].as_i64().unwrap()
    };
    for (broker, other, id, their) in [(&storage, &controller, 101, 1), (&controller, &storage, 1, 101)] {
        let message = |number: i64| json!({"topic": "spread", "partition": number, "messages": [{"value": "YQ=="}]});
        assert_eq!(broker.produce(message(led_by(id))).await.status, 200);
        let refused = broker.produce(message(led_by(their))).await;
        assert_eq!(refused.refusal().0, 421);
        let leader = refused.json()["leader"].clone();
        assert_eq!(
            (&leader["id"], &leader["port"]),
            (&json!(their), &json!(other.address().port()))
        );
    }
    let seen = controller.broker.link().storages();
    assert!(seen.len() == 1 && seen[0].1.alive && seen[0].1.pushes >= 2, "{seen:?}");

    let status = controller.get("/api/v1/storage/status").await.json();
    let service = &status["storageServices"][0];
    assert_eq!((&service["id"], &service["alive"]), (&json!(101), &json!(true)));
    assert_eq!(service["port"], storage.address().port());

    // Data are not copied to other brokers yet, so nobody is promised that they are.
    let topic = dmq::controller::NewTopic {
        replication_factor: 2,
        num_partitions: 1,
        ..dmq::controller::NewTopic::with_defaults("two")
    };
    let request = dmq::controller::CreateTopics {
        topics: vec![topic],
        validate_only: false,
    };
    let outcome = controller
        .broker
        .handles()
        .controller
        .create_topics(request)
        .await
        .unwrap();
    assert!(outcome[0].result.is_err(), "{outcome:?}");
}
