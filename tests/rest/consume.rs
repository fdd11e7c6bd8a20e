//! Consume: fields, defaults, waiting, and what Kafka producers wrote.

use std::sync::Arc;
use std::time::Duration;

use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, TimestampType};
use serde_json::{Value, json};

use crate::harness::TestBroker;

async fn with_messages(count: usize) -> TestBroker {
    let broker = TestBroker::start().await;
    let messages: Vec<Value> = (0..count)
        .map(|n| json!({"key": format!("k{n}"), "value": "YQ=="}))
        .collect();
    let reply = broker
        .produce(json!({"topic": "orders", "partition": 0, "messages": messages}))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    broker
}

fn offsets(reply: &Value) -> Vec<i64> {
    let messages = reply["messages"].as_array().unwrap().iter();
    messages.map(|message| message["offset"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_contracts_example_is_answered_as_the_contract_says() {
    let broker = TestBroker::start().await;
    let messages = json!([{"key": "key1", "value": "dmFsdWUx", "timestamp": 1_697_328_000_000_i64}]);
    broker
        .produce(json!({"topic": "orders", "partition": 0, "messages": messages}))
        .await;
    let reply = broker
        .consume(
            json!({"topic": "orders", "partition": 0, "offset": 0, "maxMessages": 100, "maxWaitMs": 500, "minBytes": 1,
                        "maxBytes": 1_048_576, "consumerGroup": "g1", "isolationLevel": "read_uncommitted"}),
        )
        .await;
    assert_eq!(reply.status, 200);
    assert!(reply.head.contains("content-type: application/json"), "{}", reply.head);
    assert_eq!(
        reply.json(),
        json!({"messages": [{"key": "key1", "value": "dmFsdWUx", "topic": "orders", "partition": 0, "offset": 0,
                             "timestamp": 1_697_328_000_000_i64, "headers": {}}],
               "highWaterMark": 1, "errorMessage": null, "errorCode": "NONE", "success": true})
    );
}

#[tokio::test]
async fn a_page_begins_at_the_offset_and_holds_100_messages_or_what_was_asked_for() {
    let broker = with_messages(120).await;
    let page = async |more: Value| {
        let mut body = json!({"topic": "orders", "partition": 0, "offset": 10});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reply = broker.consume(body).await.json();
        assert_eq!(reply["highWaterMark"], 120);
        offsets(&reply)
    };
    assert_eq!(page(json!({})).await, (10..110).collect::<Vec<_>>());
    assert_eq!(page(json!({"maxMessages": 2})).await, [10, 11]);
    assert_eq!(page(json!({"maxBytes": 1})).await, [10]);
    assert_eq!(
        page(json!({"offset": 119, "isolationLevel": "read_committed"})).await,
        [119]
    );
    assert_eq!(
        page(json!({"offset": 119, "isolationLevel": "READ_COMMITTED", "consumerGroup": null})).await,
        [119]
    );
}

#[tokio::test]
async fn at_the_end_nothing_comes_before_the_time_is_up() {
    let broker = with_messages(1).await;
    let clock = Arc::clone(&broker.broker.handles().clock);
    let begun = clock.monotonic();
    let body = json!({"topic": "orders", "partition": 0, "offset": 1, "maxWaitMs": 80});
    let reply = broker.consume(body).await.json();
    assert!(clock.monotonic() - begun >= Duration::from_millis(80));
    assert_eq!((&reply["messages"], &reply["highWaterMark"]), (&json!([]), &json!(1)));
    assert_eq!((&reply["success"], &reply["errorCode"]), (&json!(true), &json!("NONE")));
}

#[tokio::test]
async fn what_comes_meanwhile_ends_the_wait_once_it_is_enough() {
    let broker = Arc::new(with_messages(1).await);
    let waiting = tokio::spawn({
        let broker = Arc::clone(&broker);
        let body = json!({"topic": "orders", "partition": 0, "offset": 1, "maxWaitMs": 60_000, "minBytes": 150});
        async move { broker.consume(body).await.json() }
    });
    // One batch of a single small message has less than 80 bytes.
    for _ in 0..3 {
        broker
            .produce(json!({"topic": "orders", "partition": 0, "messages": [{"value": "YQ=="}]}))
            .await;
    }
    let reply = tokio::time::timeout(Duration::from_secs(30), waiting)
        .await
        .unwrap()
        .unwrap();
    assert!(offsets(&reply).len() >= 2, "{reply}");
}

#[tokio::test]
async fn an_offset_outside_the_log_is_refused_with_the_high_watermark() {
    let broker = with_messages(2).await;
    for offset in [3, 1_000, -1, i64::MAX, i64::MIN] {
        let reply = broker
            .consume(json!({"topic": "orders", "partition": 0, "offset": offset}))
            .await;
        assert_eq!(reply.refusal(), (400, "OFFSET_OUT_OF_RANGE".to_owned()), "{offset}");
        assert_eq!(
            (&reply.json()["messages"], &reply.json()["highWaterMark"]),
            (&json!([]), &json!(2))
        );
    }
}

#[tokio::test]
async fn what_kafka_producers_wrote_is_readable_whatever_it_is() {
    let broker = TestBroker::start().await;
    for codec in Compression::ALL {
        let mut builder = BatchBuilder::new(0, codec, TimestampType::CreateTime);
        builder
            .append(1_697_328_000_000, Some(b"\xff\xfe"), Some(b"v"), &[])
            .unwrap();
        builder.append(1_697_328_000_000, Some(b"k"), None, &[]).unwrap();
        broker.append("orders", builder.build().unwrap()).await;
    }
    let reply = broker
        .consume(json!({"topic": "orders", "partition": 0, "offset": 0}))
        .await
        .json();
    assert_eq!(offsets(&reply), (0..10).collect::<Vec<_>>());
    for pair in reply["messages"].as_array().unwrap().chunks(2) {
        let (binary, tombstone) = (&pair[0], &pair[1]);
        assert_eq!(
            (&binary["key"], &binary["keyEncoding"]),
            (&json!("//4="), &json!("base64"))
        );
        assert_eq!((&binary["value"], &tombstone["value"]), (&json!("dg=="), &json!(null)));
        assert_eq!((&tombstone["key"], tombstone.get("keyEncoding")), (&json!("k"), None));
    }
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let broker = with_messages(3).await.restart().await;
    let reply = broker
        .consume(json!({"topic": "orders", "partition": 0, "offset": 0}))
        .await
        .json();
    assert_eq!(
        (offsets(&reply), &reply["messages"][2]["key"]),
        (vec![0, 1, 2], &json!("k2"))
    );
}
