//! Produces that are accepted: what is stored, what is answered, what survives a restart.

use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::ErrorCode;
use dmq_protocol::compression::Compression;
use dmq_protocol::messages::produce::PartitionProduceData;
use dmq_protocol::messages::{ApiVersionsRequest, ProduceRequest};
use dmq_protocol::records::TimestampType;

use crate::support::batches::{TIME, batch, builder, compressed, filled, timed, with_header};
use crate::support::topics::{PRODUCE_LATEST, batches_of, only, values};
use crate::support::{TestBroker, Topic};

#[test]
fn a_batch_is_given_back_byte_for_byte_but_for_offset_and_epoch() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "bytes", 1);
    let mut wire = broker.connect();
    for codec in [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let sent = compressed(codec, &["one", "two", "three"]);
        let offset = topic.append(&mut wire, 0, sent.clone());
        let data = topic.fetch(&mut wire, 0, offset);
        let got = batches_of(&data).pop().unwrap();
        assert_eq!((got.base_offset(), got.partition_leader_epoch()), (offset, 0));
        let same = |bytes: &Bytes| bytes.slice(16..);
        assert_eq!(same(got.as_bytes()), same(&sent), "{codec:?}");
        assert_eq!(sent[8..12], got.as_bytes()[8..12]);
    }
}

#[test]
fn offsets_go_on_over_batches_and_restarts() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "offsets", 2);
    let mut wire = broker.connect();
    assert_eq!(topic.append(&mut wire, 0, batch(&["a", "b", "c"])), 0);
    assert_eq!(topic.append(&mut wire, 0, batch(&["d"])), 3);
    assert_eq!(topic.append(&mut wire, 1, batch(&["other"])), 0);
    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    assert_eq!(topic.append(&mut wire, 0, batch(&["e"])), 4);
    assert_eq!(values(&topic.read_all(&mut wire, 0)), ["a", "b", "c", "d", "e"]);
    assert_eq!(values(&topic.read_all(&mut wire, 1)), ["other"]);
    broker.stop();
}

#[test]
fn acks_0_is_not_answered_and_what_follows_is_answered_in_its_place() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "silent", 1);
    let mut wire = broker.connect();
    for _ in 0..10 {
        wire.send(PRODUCE_LATEST, &topic.produce_request(0, batch(&["quiet"]), 0));
    }
    wire.send(0, &ApiVersionsRequest::default());
    let (id, _) = wire.receive_with_id::<ApiVersionsRequest>(0);
    assert_eq!(id, wire.last_id());
    let loud = topic.append(&mut wire, 0, batch(&["loud"]));
    assert_eq!(loud, 10);
}

#[test]
fn acks_1_is_answered_with_the_offset() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "leader", 1);
    let mut wire = broker.connect();
    for offset in 0..5 {
        let answer = only(wire.call(PRODUCE_LATEST, &topic.produce_request(0, batch(&["x"]), 1)));
        assert_eq!((answer.error_code, answer.base_offset), (ErrorCode::NONE, offset));
        assert_eq!((answer.log_append_time_ms, answer.log_start_offset), (-1, 0));
    }
}

#[test]
fn partitions_of_one_request_are_accepted_and_refused_each_by_itself() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "mixed", 2);
    let mut wire = broker.connect();
    let mut request = topic.produce_request(0, batch(&["good"]), -1);
    let more = [
        (1, with_header(&batch(&["bad"]), |header| header.record_count = 9)),
        (7, batch(&["where"])),
    ];
    for (index, records) in more {
        request.topic_data[0].partition_data.push(PartitionProduceData {
            index,
            records: Some(records),
        });
    }
    let answer = wire.call(PRODUCE_LATEST, &request);
    let answers = &answer.responses[0].partition_responses;
    let codes: Vec<(i32, ErrorCode, i64)> = answers
        .iter()
        .map(|answer| (answer.index, answer.error_code, answer.base_offset))
        .collect();
    assert_eq!(
        codes,
        [
            (0, ErrorCode::NONE, 0),
            (1, ErrorCode::INVALID_RECORD, -1),
            (7, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, -1),
        ]
    );
    assert_eq!(values(&topic.read_all(&mut wire, 0)), ["good"]);
    assert_eq!(topic.offset_at(&mut wire, 1, -1).offset, 0);
}

#[test]
fn the_broker_sets_the_time_where_the_topic_says_so() {
    let broker = TestBroker::start();
    let topic = Topic::create_with(
        &broker,
        "append-time",
        1,
        &[("message.timestamp.type", "LogAppendTime")],
    );
    let mut wire = broker.connect();
    let answer = topic.produce(&mut wire, 0, timed(&[5, 7]));
    assert_eq!(answer.error_code, ErrorCode::NONE);
    assert!(answer.log_append_time_ms > TIME);
    let data = topic.fetch(&mut wire, 0, 0);
    let stored = batches_of(&data).remove(0);
    assert_eq!(stored.attributes().timestamp_type(), TimestampType::LogAppendTime);
    assert_eq!(stored.max_timestamp(), answer.log_append_time_ms);
    let times: Vec<i64> = topic
        .read_all(&mut wire, 0)
        .iter()
        .map(|record| record.timestamp)
        .collect();
    assert_eq!(times, [answer.log_append_time_ms; 2]);
}

#[test]
fn a_topics_own_codec_is_what_is_stored() {
    let broker = TestBroker::start();
    let topic = Topic::create_with(&broker, "zstd-only", 1, &[("compression.type", "zstd")]);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["plain"; 50]));
    topic.append(&mut wire, 0, compressed(Compression::Gzip, &["gzip"; 50]));
    let data = topic.fetch(&mut wire, 0, 0);
    for stored in batches_of(&data) {
        assert_eq!(stored.attributes().compression(), Ok(Compression::Zstd));
    }
    let mut expected = vec!["plain"; 50];
    expected.extend(["gzip"; 50]);
    assert_eq!(values(&topic.read_all(&mut wire, 0)), expected);
}

#[test]
fn both_durabilities_keep_everything_over_a_restart() {
    for mode in ["fsync", "os"] {
        let settings = [("log.durability", mode)];
        let broker = TestBroker::with(&settings);
        let topic = Topic::create(&broker, "kept", 1);
        let mut wire = broker.connect();
        for value in ["a", "b", "c"] {
            topic.append(&mut wire, 0, batch(&[value]));
        }
        let broker = broker.restart(&settings);
        assert_eq!(
            values(&topic.read_all(&mut broker.connect(), 0)),
            ["a", "b", "c"],
            "{mode}"
        );
        broker.stop();
    }
}

#[test]
fn flush_messages_and_flush_ms_are_honoured_with_kafkas_durability() {
    let broker = TestBroker::with(&[("log.durability", "os")]);
    let configs = [("flush.messages", "1"), ("flush.ms", "1000")];
    let topic = Topic::create_with(&broker, "flushed", 1, &configs);
    let mut wire = broker.connect();
    for acks in [1, -1, 1] {
        let answer = only(wire.call(PRODUCE_LATEST, &topic.produce_request(0, batch(&["x"]), acks)));
        assert_eq!(answer.error_code, ErrorCode::NONE);
    }
    assert_eq!(topic.offset_at(&mut wire, 0, -1).offset, 3);
}

#[test]
fn no_more_in_sync_replicas_are_demanded_than_there_are_replicas() {
    let broker = TestBroker::start();
    let topic = Topic::create_with(&broker, "strict", 1, &[("min.insync.replicas", "2")]);
    let mut wire = broker.connect();
    let answer = topic.produce(&mut wire, 0, batch(&["x"]));
    assert_eq!((answer.error_code, answer.base_offset), (ErrorCode::NONE, 0));
}

#[test]
fn segments_roll_and_are_read_across() {
    let broker = TestBroker::start();
    let configs = [("segment.bytes", "1048576"), ("index.interval.bytes", "4096")];
    let topic = Topic::create_with(&broker, "rolled", 1, &configs);
    let mut wire = broker.connect();
    let value = "v".repeat(90_000);
    for _ in 0..40 {
        topic.append(&mut wire, 0, filled(builder(Compression::None), &[&value]));
    }
    let partition = broker.dir.path().join("rolled-0");
    let segments = || {
        let names = std::fs::read_dir(&partition)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".log")).count()
    };
    assert!(segments() >= 3, "{} segments", segments());
    assert_eq!(topic.read_all(&mut wire, 0).len(), 40);
    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    for offset in [0, 13, 39] {
        let data = topic.fetch(&mut wire, 0, offset);
        assert_eq!(batches_of(&data)[0].base_offset(), offset);
    }
    assert_eq!(topic.append(&mut wire, 0, batch(&["after"])), 40);
    broker.stop();
}

#[test]
fn a_produce_is_not_answered_before_its_turn_on_a_busy_connection() {
    // Many requests in one write: the broker must not lose count, and memory for them is bounded by settings.
    let broker = TestBroker::with(&[
        ("queued.max.request.bytes", "200000"),
        ("socket.request.max.bytes", "100000"),
    ]);
    let topic = Topic::create(&broker, "burst", 1);
    let mut wire = broker.connect();
    let value = "b".repeat(50_000);
    let records = batch(&[&value]);
    let mut answers = wire.another_end();
    let writer = std::thread::spawn(move || {
        for _ in 0..100 {
            wire.send(PRODUCE_LATEST, &topic.produce_request(0, records.clone(), -1));
        }
        wire
    });
    for expected in 0..100 {
        let answer = only(answers.receive::<ProduceRequest>(PRODUCE_LATEST));
        assert_eq!((answer.error_code, answer.base_offset), (ErrorCode::NONE, expected));
    }
    let mut wire = writer.join().unwrap();
    assert!(wire.is_silent_for(Duration::from_millis(1)));
}
