//! Metadata pushed by a controller: orders, refusals, what REST and Kafka clients see of it, restarts, storms.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::{Value, json};

use crate::harness::{MESSAGES, Reply, TestBroker, request};

const METADATA: &str = "/api/v1/storage/metadata";
/// A metadata service that is away; pushes come all the same.
const EXTERNAL: &[(&str, &str)] = &[("metadata.service-url", "http://127.0.0.1:1")];
const PATIENCE: Duration = Duration::from_secs(30);

async fn external() -> TestBroker {
    TestBroker::start_empty(EXTERNAL).await
}

async fn push(broker: &TestBroker, body: Value) -> Reply {
    broker.post(METADATA, body.to_string()).await
}

async fn push_ok(broker: &TestBroker, body: Value) {
    let reply = push(broker, body).await;
    assert_eq!(
        (reply.status, &reply.json()["success"]),
        (200, &json!(true)),
        "{reply:?}"
    );
}

async fn metadata(broker: &TestBroker) -> Value {
    let reply = broker.get(METADATA).await;
    assert_eq!(reply.status, 200);
    reply.json()
}

fn partition(number: i32, leader: i32) -> Value {
    json!({"topic": "t", "partition": number, "leaderId": leader})
}

fn kafka(broker: &TestBroker) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker.broker.kafka_addresses()[0].1.to_string());
    config.set("message.timeout.ms", "20000");
    config
}

fn one_message(topic: &str, partition: i32, acks: i32) -> Value {
    json!({"topic": topic, "partition": partition, "requiredAcks": acks, "messages": [{"value": "YQ=="}]})
}

#[tokio::test]
async fn the_answer_and_the_view_have_the_fields_of_the_contract() {
    let broker = external().await;
    let reply = push(
        &broker,
        json!({"version": 123456789,
            "brokers": [{"id": 1, "host": "localhost", "port": 8082, "isAlive": true},
                        {"id": 2, "host": "other", "port": 8083, "kafkaHost": "k", "kafkaPort": 9999}],
            "partitions": [{"topic": "test", "partition": 0, "leaderId": 1, "followerIds": [2, 3], "isrIds": [1, 2],
                            "leaderEpoch": 4}],
            "timestamp": 123456789}),
    )
    .await;
    let body = reply.json();
    assert!(body["processedTimestamp"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(
        body,
        json!({"success": true, "errorCode": "NONE", "errorMessage": null,
            "processedTimestamp": body["processedTimestamp"], "brokerId": 1})
    );
    let view = metadata(&broker).await;
    assert!(view["lastMetadataUpdateTimestamp"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(
        (&view["version"], &view["timestamp"]),
        (&json!(123456789), &json!(123456789))
    );
    assert_eq!(view["brokers"][0]["port"], 8082);
    assert_eq!(
        view["brokers"][1],
        json!({"id": 2, "host": "other", "port": 8083, "kafkaHost": "k", "kafkaPort": 9999, "isAlive": true,
            "alive": true})
    );
    let topic_id = view["partitions"][0]["topicId"].clone();
    assert_eq!(
        view["partitions"],
        json!([{"topic": "test", "topicId": topic_id, "partition": 0, "leaderId": 1, "followerIds": [2, 3],
            "isrIds": [1, 2], "leaderEpoch": 4}])
    );
    // What one broker shows can be pushed to another.
    let other = external().await;
    push_ok(&other, view.clone()).await;
    assert_eq!(metadata(&other).await["partitions"], view["partitions"]);
}

#[tokio::test]
async fn an_older_version_is_409_an_equal_one_changes_nothing_and_a_malformed_one_neither() {
    let broker = external().await;
    push_ok(&broker, json!({"version": 7, "partitions": [partition(0, 1)]})).await;
    let before = metadata(&broker).await;
    let stale = push(&broker, json!({"version": 6, "partitions": [partition(1, 1)]})).await;
    assert_eq!(stale.refusal(), (409, "STALE_METADATA_VERSION".to_owned()));
    assert!(
        stale.message().contains('6') && stale.message().contains('7'),
        "{}",
        stale.message()
    );
    push_ok(&broker, json!({"version": 7, "partitions": [partition(1, 1)]})).await;
    for (body, status, code) in [
        (json!({"version": -1}), 400, "INVALID_REQUEST"),
        (
            json!({"version": 8, "partitions": [partition(-1, 1)]}),
            400,
            "INVALID_REQUEST",
        ),
        (
            json!({"version": 8, "partitions": [{"topic": "a b", "partition": 0, "leaderId": 1}]}),
            400,
            "INVALID_TOPIC_EXCEPTION",
        ),
        (
            json!({"version": 8, "partitions": [partition(1, 1), partition(1, 1)]}),
            400,
            "INVALID_REQUEST",
        ),
        (json!({"partitions": [partition(1, 1)]}), 400, "INVALID_REQUEST"),
        (json!([]), 400, "INVALID_REQUEST"),
    ] {
        assert_eq!(
            push(&broker, body.clone()).await.refusal(),
            (status, code.to_owned()),
            "{body}"
        );
    }
    let refused = request(broker.address(), "PUT", METADATA, "", b"").await;
    assert_eq!(refused.refusal(), (405, "INVALID_REQUEST".to_owned()));
    assert_eq!(metadata(&broker).await, before);
}

#[tokio::test]
async fn a_lower_leader_epoch_of_one_partition_refuses_the_whole_push() {
    let broker = external().await;
    let epoch = |epoch: i64| json!({"topic": "t", "partition": 0, "leaderId": 1, "leaderEpoch": epoch});
    push_ok(&broker, json!({"version": 1, "partitions": [epoch(1795406161636)]})).await;
    let stale = push(
        &broker,
        json!({"version": 2, "partitions": [partition(1, 1), epoch(1795406161635)]}),
    )
    .await;
    assert_eq!(stale.refusal(), (409, "STALE_METADATA_VERSION".to_owned()));
    for named in ["t-0", "1795406161635", "1795406161636"] {
        assert!(stale.message().contains(named), "{}", stale.message());
    }
    let view = metadata(&broker).await;
    assert_eq!(
        (&view["version"], view["partitions"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
}

#[tokio::test]
async fn a_pushed_topic_is_served_to_kafka_clients_and_one_led_elsewhere_names_its_leader() {
    let broker = external().await;
    let (_, address) = broker.broker.kafka_addresses()[0].clone();
    push_ok(
        &broker,
        json!({"version": null, "timestamp": 5,
            "brokers": [{"id": 1, "host": "localhost", "port": 8081, "alive": true},
                        {"id": 2, "host": "rest.example", "port": 8083, "kafkaHost": "127.0.0.1", "kafkaPort": 1,
                         "alive": true}],
            "partitions": [{"topic": "orders", "partition": 0, "leaderId": 1, "followerIds": [], "isrIds": [1]},
                           {"topic": "orders", "partition": 1, "leaderId": 2, "followerIds": [1], "isrIds": [2, 1]},
                           {"topic": "orders", "partition": 2, "leaderId": 9},
                           {"topic": "orders", "partition": 3, "leaderId": null, "followerIds": [1]}]}),
    )
    .await;
    for number in [1, 2, 3] {
        let reply = broker.produce(one_message("orders", number, -1)).await;
        assert_eq!(reply.refusal(), (421, "NOT_LEADER_OR_FOLLOWER".to_owned()));
        let leader = match number {
            1 => json!({"id": 2, "host": "rest.example", "port": 8083}),
            2 => json!({"id": 9, "host": null, "port": null}),
            _ => Value::Null,
        };
        assert_eq!(reply.json()["leader"], leader);
    }
    let config = kafka(&broker);
    let seen = tokio::task::spawn_blocking(move || {
        let consumer: BaseConsumer = config.create().unwrap();
        let metadata = consumer.fetch_metadata(Some("orders"), PATIENCE).unwrap();
        let mut brokers: Vec<_> = metadata
            .brokers()
            .iter()
            .map(|it| (it.id(), it.host().to_owned(), it.port()))
            .collect();
        brokers.sort();
        let partitions = metadata.topics()[0].partitions().iter();
        let leaders: Vec<_> = partitions
            .map(|it| (it.id(), it.leader(), it.replicas().to_vec()))
            .collect();
        (brokers, leaders)
    });
    let (brokers, leaders) = seen.await.unwrap();
    assert_eq!(
        brokers,
        [
            (1, "127.0.0.1".to_owned(), i32::from(address.port())),
            (2, "127.0.0.1".to_owned(), 1)
        ],
        "this broker's own listeners win"
    );
    assert_eq!(
        leaders,
        [(0, 1, vec![1]), (1, 2, vec![2, 1]), (2, -1, vec![9]), (3, -1, vec![1])]
    );

    let producer: FutureProducer = kafka(&broker).create().unwrap();
    let record = FutureRecord::<(), _>::to("orders").partition(0).payload("from kafka");
    assert_eq!(producer.send(record, PATIENCE).await.unwrap().offset, 0);
    let reply = broker
        .consume(json!({"topic": "orders", "partition": 0, "offset": 0}))
        .await;
    assert_eq!(reply.json()["messages"][0]["value"], "ZnJvbSBrYWZrYQ==");

    // The leadership moves away and back: the next request already is refused, then served.
    let lead = |leader: i32, stamp: i64| {
        json!({"version": null, "timestamp": stamp,
            "partitions": [{"topic": "orders", "partition": 0, "leaderId": leader, "followerIds": [1, 2]}]})
    };
    push_ok(&broker, lead(2, 6)).await;
    assert_eq!(broker.produce(one_message("orders", 0, 1)).await.status, 421);
    push_ok(&broker, lead(1, 7)).await;
    assert_eq!(
        broker.produce(one_message("orders", 0, 1)).await.json()["results"][0]["offset"],
        1
    );
}

#[tokio::test]
async fn acks_all_needs_min_insync_replicas_of_the_pushed_isr() {
    let settings = [EXTERNAL, &[("min.insync.replicas", "2")]].concat();
    let broker = TestBroker::start_empty(&settings).await;
    let isr = |version: i64, isr: &[i32]| {
        json!({"version": version,
            "partitions": [{"topic": "t", "partition": 0, "leaderId": 1, "followerIds": [2], "isrIds": isr}]})
    };
    push_ok(&broker, isr(1, &[1])).await;
    let refused = broker.produce(one_message("t", 0, -1)).await;
    assert_eq!(refused.refusal(), (503, "NOT_ENOUGH_REPLICAS".to_owned()));
    assert_eq!(broker.produce(one_message("t", 0, 1)).await.status, 200);
    let producer: FutureProducer = kafka(&broker).set("message.timeout.ms", "2000").create().unwrap();
    let record = FutureRecord::<(), _>::to("t").partition(0).payload("x");
    let (error, _) = producer.send(record, PATIENCE).await.unwrap_err();
    let expected = [RDKafkaErrorCode::NotEnoughReplicas, RDKafkaErrorCode::MessageTimedOut];
    assert!(
        error.rdkafka_error_code().is_some_and(|code| expected.contains(&code)),
        "{error}"
    );
    push_ok(&broker, isr(2, &[1, 2])).await;
    assert_eq!(broker.produce(one_message("t", 0, -1)).await.status, 200);
}

#[tokio::test]
async fn topics_are_the_metadata_services_to_make() {
    let broker = external().await;
    let admin: AdminClient<_> = kafka(&broker).create().unwrap();
    let topic = NewTopic::new("mine", 1, TopicReplication::Fixed(1));
    let outcome = admin.create_topics([&topic], &AdminOptions::new()).await.unwrap();
    assert_eq!(outcome, [Err(("mine".to_owned(), RDKafkaErrorCode::PolicyViolation))]);
    // Auto-creation leaves a missing topic missing.
    let config = kafka(&broker);
    let error = tokio::task::spawn_blocking(move || {
        let mut config = config;
        config.set("allow.auto.create.topics", "true");
        let consumer: BaseConsumer = config.create().unwrap();
        let metadata = consumer.fetch_metadata(Some("mine"), PATIENCE).unwrap();
        metadata.topics()[0].error()
    });
    let unknown = RDKafkaErrorCode::UnknownTopicOrPartition;
    assert_eq!(error.await.unwrap().map(RDKafkaErrorCode::from), Some(unknown));
    assert_eq!(metadata(&broker).await["partitions"], json!([]));
}

#[tokio::test]
async fn what_was_pushed_holds_after_a_restart() {
    for settings in [EXTERNAL, &[][..]] {
        let broker = TestBroker::start_empty(settings).await;
        push_ok(
            &broker,
            json!({"version": 41, "timestamp": 17, "brokers": [{"id": 2, "host": "other", "port": 8083}],
                "partitions": [{"topic": "t", "partition": 0, "leaderId": 1, "leaderEpoch": 1795406161636_i64},
                               {"topic": "t", "partition": 1, "leaderId": 2, "followerIds": [1]}]}),
        )
        .await;
        assert_eq!(broker.produce(one_message("t", 0, -1)).await.status, 200);
        let before = metadata(&broker).await;
        let broker = broker.restart().await;
        let after = metadata(&broker).await;
        for field in ["version", "timestamp", "lastMetadataUpdateTimestamp", "partitions"] {
            assert_eq!(after[field], before[field], "{field}");
        }
        assert_eq!(after["brokers"][1], before["brokers"][1]);
        assert_eq!(push(&broker, json!({"version": 40})).await.refusal().0, 409);
        let stale = json!({"topic": "t", "partition": 0, "leaderId": 1, "leaderEpoch": 1795406161635_i64});
        assert_eq!(
            push(&broker, json!({"version": 42, "partitions": [stale]}))
                .await
                .refusal()
                .0,
            409
        );
        assert_eq!(broker.produce(one_message("t", 1, -1)).await.status, 421);
        assert_eq!(
            broker.produce(one_message("t", 0, -1)).await.json()["results"][0]["offset"],
            1
        );
        push_ok(&broker, json!({"version": 42})).await;
    }
}

/// Each push moves all partitions to one leader under one version; whoever looks must see them move together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_pushes_and_produces_leaves_no_half_push_and_no_lost_record() {
    const PARTITIONS: i32 = 8;
    const PUSHERS: i64 = 4;
    const ROUNDS: i64 = 40;
    let broker = external().await;
    let everything = |version: i64| {
        let leader = if version % 3 == 0 { 2 } else { 1 };
        let partition = |number: i32| {
            json!({"topic": "t", "partition": number, "leaderId": leader, "followerIds": [3 - leader],
                "leaderEpoch": version})
        };
        let partitions: Vec<Value> = (0..PARTITIONS).map(partition).collect();
        json!({"version": version, "partitions": partitions})
    };
    push_ok(&broker, everything(1)).await;
    let address = broker.address();
    let mut pushers = tokio::task::JoinSet::new();
    for pusher in 0..PUSHERS {
        pushers.spawn(async move {
            let mut applied = 0;
            for round in 1..=ROUNDS {
                let body = everything(1 + round * PUSHERS + pusher).to_string();
                let reply = request(address, "POST", METADATA, "", body.as_bytes()).await;
                match reply.status {
                    200 => applied += 1,
                    _ => assert_eq!(reply.refusal(), (409, "STALE_METADATA_VERSION".to_owned())),
                }
            }
            applied
        });
    }
    let watching = async {
        let (mut last, mut looks) = (0, 0);
        while last < 1 + ROUNDS * PUSHERS + PUSHERS - 1 {
            let view = request(address, "GET", METADATA, "", b"").await.json();
            let version = view["version"].as_i64().unwrap();
            assert!(version >= last, "{version} after {last}");
            for partition in view["partitions"].as_array().unwrap() {
                assert_eq!(partition["leaderEpoch"], version, "half a push: {view}");
                assert_eq!(partition["leaderId"], if version % 3 == 0 { 2 } else { 1 });
            }
            (last, looks) = (version, looks + 1);
        }
        looks
    };
    let producing = async {
        let mut acknowledged = Vec::new();
        for number in 0..200 {
            let body = one_message("t", number % PARTITIONS, -1).to_string();
            let reply = request(address, "POST", MESSAGES, "", body.as_bytes()).await;
            match reply.status {
                200 => acknowledged.push((
                    number % PARTITIONS,
                    reply.json()["results"][0]["offset"].as_i64().unwrap(),
                )),
                _ => assert_eq!(reply.refusal().0, 421),
            }
        }
        acknowledged
    };
    let (looks, acknowledged) = tokio::join!(watching, producing);
    let applied: i32 = pushers.join_all().await.into_iter().sum();
    assert!(looks > 0 && applied > 0);
    // The highest version of all leads here: everything acknowledged is there, once.
    let highest = ROUNDS * PUSHERS + PUSHERS;
    push_ok(&broker, everything(highest + 3 - highest % 3 + 1)).await;
    for number in 0..PARTITIONS {
        let mut offsets: Vec<i64> = acknowledged
            .iter()
            .filter(|(of, _)| *of == number)
            .map(|(_, offset)| *offset)
            .collect();
        let path = format!("/api/v1/storage/partitions/t/{number}/high-water-mark");
        let high_watermark = broker.get(&path).await.json().as_i64().unwrap();
        assert!(offsets.iter().all(|offset| *offset < high_watermark));
        let count = offsets.len();
        offsets.dedup();
        assert_eq!(offsets.len(), count);
    }
}
