//! Produce: fields, defaults, acks, producers, refusals of the log.

use dmq_protocol::records::RecordBatch;
use serde_json::{Value, json};

use crate::harness::TestBroker;

fn one(value: &str) -> Value {
    json!([{"value": value}])
}

#[tokio::test]
async fn the_contracts_example_is_answered_as_the_contract_says() {
    let broker = TestBroker::start().await;
    let reply = broker
        .produce(json!({
            "topic": "orders", "partition": 0,
            "messages": [
                {"key": "key1", "value": "dmFsdWUx", "timestamp": 1_697_328_000_000_i64},
                {"key": "key2", "value": "dmFsdWUy", "timestamp": 1_697_328_000_001_i64,
                 "headers": {"content-type": "text/plain"}}],
            "producerId": "producer-1", "producerEpoch": 0, "requiredAcks": 1, "timeoutMs": 30000}))
        .await;
    let result = |offset: i64, timestamp: i64| {
        json!({"offset": offset, "timestamp": timestamp,
               "errorCode": "NONE", "errorMessage": null})
    };
    assert_eq!(reply.status, 200);
    assert!(reply.head.contains("content-type: application/json"), "{}", reply.head);
    assert_eq!(
        reply.json(),
        json!({"topic": "orders", "partition": 0,
               "results": [result(0, 1_697_328_000_000), result(1, 1_697_328_000_001)],
               "throttleTimeMs": 0, "errorMessage": null, "errorCode": "NONE", "success": true})
    );
}

#[tokio::test]
async fn a_value_and_a_place_are_enough() {
    let broker = TestBroker::start().await;
    let before = broker.broker.handles().clock.now_ms();
    let body = json!({"topic": "orders", "partition": 1, "messages": [{"value": [104, 105]}], "unknown": {"a": [1]}});
    let reply = broker.produce(body).await.json();
    assert_eq!(
        (&reply["success"], &reply["partition"], &reply["results"][0]["offset"]),
        (&json!(true), &json!(1), &json!(0))
    );
    let timestamp = reply["results"][0]["timestamp"].as_i64().unwrap();
    assert!((before..=broker.broker.handles().clock.now_ms()).contains(&timestamp));
    let read = broker
        .consume(json!({"topic": "orders", "partition": 1, "offset": 0}))
        .await
        .json();
    assert_eq!(
        (&read["messages"][0]["value"], &read["messages"][0]["key"]),
        (&json!("aGk="), &json!(null))
    );
}

#[tokio::test]
async fn null_stands_for_absent() {
    let broker = TestBroker::start().await;
    let body = json!({"topic": "orders", "partition": 0,
                      "producerId": null, "producerEpoch": null, "baseSequence": null,
                      "requiredAcks": null, "timeoutMs": null,
                      "messages": [{"key": null, "value": "YQ==", "timestamp": null, "headers": null}]});
    assert_eq!(broker.produce(body).await.status, 200);
}

#[tokio::test]
async fn acks_0_tells_no_offsets_and_the_others_do() {
    let broker = TestBroker::start().await;
    for (acks, offset) in [(0, -1), (1, 1), (-1, 2)] {
        let body = json!({"topic": "orders", "partition": 0, "messages": one("YQ=="), "requiredAcks": acks});
        let reply = broker.produce(body).await;
        assert_eq!(
            (reply.status, &reply.json()["results"][0]["offset"]),
            (200, &json!(offset)),
            "acks {acks}"
        );
    }
    assert_eq!(broker.high_watermark("orders").await, 3);
}

#[tokio::test]
async fn one_request_is_one_batch_as_a_kafka_consumer_reads_it() {
    let broker = TestBroker::start().await;
    let body = json!({"topic": "orders", "partition": 0, "producerId": 77, "producerEpoch": 3, "baseSequence": 5,
                      "messages": [{"key": "k", "value": "YQ==", "headers": {"h": "x"}}, {"value": "Yg=="}]});
    assert_eq!(broker.produce(body).await.status, 200);
    let partition = broker
        .broker
        .handles()
        .partition_by_name("orders", dmq::ids::PartitionId(0))
        .unwrap();
    let from = dmq::partition::FetchFrom {
        offset: dmq::ids::Offset(0),
        current_leader_epoch: None,
        last_fetched_epoch: None,
        isolation: dmq::partition::Isolation::ReadUncommitted,
    };
    let stored = partition
        .read(from, 1 << 20, true)
        .unwrap()
        .records
        .unwrap()
        .read()
        .unwrap();
    let mut stored = bytes::Bytes::from(stored);
    let batch = RecordBatch::split_first(&mut stored).unwrap();
    assert!(stored.is_empty() && batch.verify_crc());
    assert_eq!(
        (batch.producer_id(), batch.producer_epoch(), batch.base_sequence()),
        (77, 3, 5)
    );
    let records: Vec<_> = batch.records(1 << 20).unwrap().map(Result::unwrap).collect();
    assert_eq!(records[0].key.as_deref(), Some(&b"k"[..]));
    assert_eq!(records[0].headers[0].value.as_deref(), Some(&b"x"[..]));
    assert_eq!(records[1].value.as_deref(), Some(&b"b"[..]));
}

fn fenced(id: Value, epoch: i64, sequence: Option<i64>) -> Value {
    json!({"topic": "orders", "partition": 0, "messages": [{"value": "YQ=="}, {"value": "Yg=="}],
           "producerId": id, "producerEpoch": epoch, "baseSequence": sequence})
}

#[tokio::test]
async fn a_lower_epoch_is_shut_out_also_where_nobody_counts_and_after_a_restart() {
    let broker = TestBroker::start().await;
    for (epoch, status) in [(1, 200), (1, 200), (3, 200), (3, 200), (2, 409), (0, 409), (3, 200)] {
        let reply = broker.produce(fenced(json!("producer-1"), epoch, None)).await;
        assert_eq!(reply.status, status, "epoch {epoch}: {}", reply.text);
        if status == 409 {
            assert_eq!(reply.refusal().1, "INVALID_PRODUCER_EPOCH");
            assert_eq!(reply.json()["results"][1]["errorCode"], "INVALID_PRODUCER_EPOCH");
        }
    }
    assert_eq!(broker.high_watermark("orders").await, 10);
    let broker = broker.restart().await;
    assert_eq!(broker.produce(fenced(json!("producer-1"), 2, None)).await.status, 409);
    assert_eq!(broker.produce(fenced(json!("another"), 2, None)).await.status, 200);
    assert_eq!(broker.produce(fenced(json!("producer-1"), 3, None)).await.status, 200);
}

#[tokio::test]
async fn a_repeated_batch_is_answered_with_its_first_offsets_also_after_a_restart() {
    let mut broker = TestBroker::start().await;
    for id in [json!("producer-1"), json!(4711)] {
        let base = broker.high_watermark("orders").await;
        for round in 0..2 {
            let reply = broker.produce(fenced(id.clone(), 0, Some(0))).await.json();
            let offsets = [&reply["results"][0]["offset"], &reply["results"][1]["offset"]];
            assert_eq!(offsets, [&json!(base), &json!(base + 1)], "{id} round {round}");
            broker = broker.restart().await;
        }
        let gap = broker.produce(fenced(id.clone(), 0, Some(9))).await;
        assert_eq!(gap.refusal(), (409, "OUT_OF_ORDER_SEQUENCE_NUMBER".to_owned()));
        assert_eq!(broker.produce(fenced(id, 0, Some(2))).await.status, 200);
    }
}

#[tokio::test]
async fn concurrent_requests_of_a_producer_that_does_not_count_all_get_in() {
    let broker = std::sync::Arc::new(TestBroker::start().await);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let broker = std::sync::Arc::clone(&broker);
        requests.spawn(async move { broker.produce(fenced(json!("p"), 0, None)).await.status });
    }
    assert_eq!(requests.join_all().await, vec![200; 20]);
    assert_eq!(broker.high_watermark("orders").await, 40);
}

#[tokio::test]
async fn too_large_a_batch_is_413_and_changes_nothing() {
    let broker = TestBroker::start().await;
    broker.create_topic("small", 1, &[("max.message.bytes", "1000")]).await;
    let body = json!({"topic": "small", "partition": 0, "messages": [{"value": vec![1; 2_000]}]});
    let reply = broker.produce(body).await;
    assert_eq!(reply.refusal(), (413, "MESSAGE_TOO_LARGE".to_owned()));
    assert_eq!(reply.json()["topic"], "small");
    assert_eq!(broker.end_offset("small"), 0);
}

#[tokio::test]
async fn the_log_names_the_messages_at_fault() {
    let broker = TestBroker::start().await;
    broker
        .create_topic("compacted", 1, &[("cleanup.policy", "compact")])
        .await;
    let messages = json!([{"key": "k", "value": "YQ=="}, {"value": "YQ=="}]);
    let body = json!({"topic": "compacted", "partition": 0, "messages": messages});
    let reply = broker.produce(body).await;
    assert_eq!(reply.refusal(), (400, "INVALID_RECORD".to_owned()));
    let results = &reply.json()["results"];
    assert_eq!(
        (&results[0]["errorMessage"], &results[0]["offset"]),
        (&json!(null), &json!(-1))
    );
    assert!(results[1]["errorMessage"].is_string(), "{results}");
    assert_eq!(broker.end_offset("compacted"), 0);
}

#[tokio::test]
async fn the_brokers_time_is_told_where_it_counts() {
    let broker = TestBroker::start().await;
    broker
        .create_topic("timed", 1, &[("message.timestamp.type", "LogAppendTime")])
        .await;
    let body = json!({"topic": "timed", "partition": 0, "messages": [{"value": "YQ==", "timestamp": 5}]});
    let told = broker.produce(body).await.json()["results"][0]["timestamp"]
        .as_i64()
        .unwrap();
    assert!(told > 1_600_000_000_000);
    let read = broker
        .consume(json!({"topic": "timed", "partition": 0, "offset": 0}))
        .await
        .json();
    assert_eq!(read["messages"][0]["timestamp"], told);
}
