//! Fetch outside of sessions: what is returned, how much, when, and what is refused.

use std::time::{Duration, Instant};

use dmq_protocol::ErrorCode;
use dmq_protocol::compression::Compression;
use dmq_protocol::messages::FetchRequest;
use dmq_protocol::messages::fetch::{FetchTopic, PartitionData};

use crate::support::batches::{batch, builder, filled};
use crate::support::topics::{FETCH_LATEST, batches_of, fetch_of, records_of, values};
use crate::support::{TestBroker, Topic, Wire};

/// A batch of this many bytes, more or less.
fn sized(len: usize) -> bytes::Bytes {
    filled(builder(Compression::None), &[&"s".repeat(len)])
}

fn partitions(wire: &mut Wire, version: i16, request: &FetchRequest) -> Vec<PartitionData> {
    let answer = wire.call(version, request);
    assert_eq!(answer.error_code, ErrorCode::NONE);
    answer
        .responses
        .into_iter()
        .flat_map(|topic| topic.partitions)
        .collect()
}

fn only(wire: &mut Wire, version: i16, request: &FetchRequest) -> PartitionData {
    let mut all = partitions(wire, version, request);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn every_version_gives_the_same_records_from_the_batch_that_holds_the_offset_on() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "versions", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["a", "b"]));
    topic.append(&mut wire, 0, batch(&["c", "d", "e"]));
    for version in 4..=FETCH_LATEST {
        let read = |wire: &mut Wire, offset: i64| {
            let data = only(wire, version, &topic.fetch_request(0, offset));
            assert_eq!(
                (data.error_code, data.high_watermark),
                (ErrorCode::NONE, 5),
                "v{version}"
            );
            let records = records_of(&data);
            (records[0].offset, values(&records).concat())
        };
        assert_eq!(read(&mut wire, 0), (0, "abcde".to_owned()), "v{version}");
        assert_eq!(read(&mut wire, 2), (2, "cde".to_owned()), "v{version}");
        // Batches are never cut: the reader drops what lies before its offset.
        assert_eq!(read(&mut wire, 4), (2, "cde".to_owned()), "v{version}");
        let end = only(&mut wire, version, &topic.fetch_request(0, 5));
        assert_eq!(
            (end.error_code, records_of(&end).len()),
            (ErrorCode::NONE, 0),
            "v{version}"
        );
    }
}

#[test]
fn offsets_before_the_start_and_beyond_the_end_are_out_of_range() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "range", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["only"]));
    for offset in [2, 9_999, i64::MAX, -1, i64::MIN] {
        let data = topic.fetch(&mut wire, 0, offset);
        assert_eq!(data.error_code, ErrorCode::OFFSET_OUT_OF_RANGE, "{offset}");
        assert_eq!(
            (data.high_watermark, data.records.map_or(0, |records| records.len())),
            (-1, 0)
        );
    }
}

#[test]
fn unknown_topics_partitions_and_ids_are_told_apart() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "known", 1);
    let mut wire = broker.connect();
    let absent = Topic {
        name: "absent".into(),
        id: dmq_protocol::Uuid::from_u128(0xdead_beef),
    };
    let mut code = |version: i16, topic: &Topic, partition: i32| {
        only(&mut wire, version, &topic.fetch_request(partition, 0)).error_code
    };
    assert_eq!(code(12, &absent, 0), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(code(18, &absent, 0), ErrorCode::UNKNOWN_TOPIC_ID);
    for version in [12, 18] {
        for partition in [1, -1, i32::MAX] {
            assert_eq!(code(version, &topic, partition), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        }
    }
}

#[test]
fn a_partitions_limit_bounds_its_records_and_never_cuts_a_batch() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "limit", 1);
    let mut wire = broker.connect();
    for _ in 0..10 {
        topic.append(&mut wire, 0, sized(1_000));
    }
    let len = sized(1_000).len();
    for (limit, batches) in [
        (0, 1),
        (1, 1),
        (len, 1),
        (len * 2, 2),
        (len * 3 + len / 2, 3),
        (len * 10, 10),
    ] {
        let mut request = topic.fetch_request(0, 0);
        request.topics[0].partitions[0].partition_max_bytes = i32::try_from(limit).unwrap();
        let data = only(&mut wire, FETCH_LATEST, &request);
        assert_eq!(batches_of(&data).len(), batches, "{limit} bytes");
    }
}

#[test]
fn the_answers_limit_is_shared_and_the_first_batch_comes_whatever_its_size() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "shared", 3);
    let mut wire = broker.connect();
    for partition in 0..3 {
        for _ in 0..2 {
            topic.append(&mut wire, partition, sized(1_000));
        }
    }
    let len = sized(1_000).len();
    let all = || {
        (0..3)
            .map(|partition| topic.from(partition, 0))
            .collect::<Vec<FetchTopic>>()
    };
    let mut sizes = |max_bytes: usize, topics: Vec<FetchTopic>| {
        let request = FetchRequest {
            max_bytes: i32::try_from(max_bytes).unwrap(),
            ..fetch_of(topics)
        };
        let found = partitions(&mut wire, FETCH_LATEST, &request);
        found.iter().map(|data| batches_of(data).len()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(1, all()), [1, 0, 0]);
    assert_eq!(sizes(len * 2, all()), [2, 0, 0]);
    assert_eq!(sizes(len * 3, all()), [2, 1, 0]);
    assert_eq!(sizes(len * 100, all()), [2, 2, 2]);
    // The first partition that has something is the one that always gets a batch.
    let mut from_the_end = all();
    from_the_end[0].partitions[0].fetch_offset = 2;
    assert_eq!(sizes(1, from_the_end), [0, 1, 0]);
}

#[test]
fn the_brokers_own_limit_holds_whatever_the_client_asks_for() {
    let broker = TestBroker::with(&[("fetch.max.bytes", "2048")]);
    let topic = Topic::create(&broker, "capped", 1);
    let mut wire = broker.connect();
    for _ in 0..5 {
        topic.append(&mut wire, 0, sized(900));
    }
    let data = topic.fetch(&mut wire, 0, 0);
    assert_eq!(batches_of(&data).len(), 2);
}

#[test]
fn a_fetch_waits_for_data_and_is_answered_when_it_comes_not_before() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "wait", 1);
    let (mut reader, mut writer) = (broker.connect(), broker.connect());
    let request = FetchRequest {
        max_wait_ms: 60_000,
        min_bytes: 1,
        ..topic.fetch_request(0, 0)
    };
    reader.send(FETCH_LATEST, &request);
    assert!(reader.is_silent_for(Duration::from_millis(100)));
    topic.append(&mut writer, 0, batch(&["news"]));
    let answer = reader.receive::<FetchRequest>(FETCH_LATEST);
    assert_eq!(values(&records_of(&answer.responses[0].partitions[0])), ["news"]);
}

#[test]
fn a_fetch_waits_for_enough_from_all_its_partitions_together() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "enough", 2);
    let (mut reader, mut writer) = (broker.connect(), broker.connect());
    let request = FetchRequest {
        max_wait_ms: 60_000,
        min_bytes: i32::try_from(sized(1_000).len() * 3).unwrap(),
        ..fetch_of(vec![topic.from(0, 0), topic.from(1, 0)])
    };
    reader.send(FETCH_LATEST, &request);
    topic.append(&mut writer, 0, sized(1_000));
    topic.append(&mut writer, 1, sized(1_000));
    assert!(reader.is_silent_for(Duration::from_millis(100)));
    topic.append(&mut writer, 0, sized(1_000));
    let answer = reader.receive::<FetchRequest>(FETCH_LATEST);
    let found = answer.responses.iter().flat_map(|topic| &topic.partitions);
    assert_eq!(found.map(|data| batches_of(data).len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_fetch_that_waited_long_enough_is_answered_with_what_there_is() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "patience", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["little"]));
    let request = FetchRequest {
        max_wait_ms: 150,
        min_bytes: 1 << 20,
        ..topic.fetch_request(0, 0)
    };
    let begun = Instant::now();
    let data = only(&mut wire, FETCH_LATEST, &request);
    assert!(begun.elapsed() >= Duration::from_millis(150));
    assert_eq!(values(&records_of(&data)), ["little"]);
}

#[test]
fn a_fetch_with_something_to_report_does_not_wait() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "report", 1);
    let mut wire = broker.connect();
    for (partition, offset) in [(0, 7), (5, 0)] {
        let request = FetchRequest {
            max_wait_ms: i32::MAX,
            min_bytes: i32::MAX,
            ..topic.fetch_request(partition, offset)
        };
        assert_ne!(only(&mut wire, FETCH_LATEST, &request).error_code, ErrorCode::NONE);
    }
    // Nor does one that asks for nothing.
    let nothing = FetchRequest {
        max_wait_ms: i32::MAX,
        ..fetch_of(vec![])
    };
    assert_eq!(partitions(&mut wire, FETCH_LATEST, &nothing).len(), 0);
}

#[test]
fn a_fetch_that_waits_is_told_when_its_topic_is_deleted() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "doomed", 1);
    let (mut reader, mut admin) = (broker.connect(), broker.connect());
    let request = FetchRequest {
        max_wait_ms: 60_000,
        ..topic.fetch_request(0, 0)
    };
    reader.send(FETCH_LATEST, &request);
    assert!(reader.is_silent_for(Duration::from_millis(50)));
    let delete = dmq_protocol::messages::DeleteTopicsRequest {
        topic_names: vec![topic.name.clone()],
        ..Default::default()
    };
    assert_eq!(admin.call(5, &delete).responses[0].error_code, ErrorCode::NONE);
    let answer = reader.receive::<FetchRequest>(FETCH_LATEST);
    assert_ne!(answer.responses[0].partitions[0].error_code, ErrorCode::NONE);
}

#[test]
fn leader_epochs_ahead_and_behind_are_told_apart() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "epochs", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["x"]));
    let with_epoch = |current: i32| {
        let mut request = topic.fetch_request(0, 0);
        request.topics[0].partitions[0].current_leader_epoch = current;
        request
    };
    let code = |wire: &mut Wire, epoch: i32| only(wire, FETCH_LATEST, &with_epoch(epoch)).error_code;
    assert_eq!(code(&mut wire, 0), ErrorCode::NONE);
    assert_eq!(code(&mut wire, -1), ErrorCode::NONE);
    assert_eq!(code(&mut wire, 1), ErrorCode::UNKNOWN_LEADER_EPOCH);
    assert_eq!(code(&mut wire, i32::MAX), ErrorCode::UNKNOWN_LEADER_EPOCH);
    // An unclean restart begins a new leadership: who still believes in the old one is fenced.
    let broker = broker.crash_and_restart(&[]);
    let mut wire = broker.connect();
    let epoch = topic.offset_at(&mut wire, 0, -1).leader_epoch;
    assert!(epoch > 0);
    assert_eq!(code(&mut wire, epoch - 1), ErrorCode::FENCED_LEADER_EPOCH);
    assert_eq!(code(&mut wire, epoch), ErrorCode::NONE);
    broker.stop();
}

#[test]
fn a_reader_whose_last_epoch_is_unknown_here_is_out_of_range() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "diverged", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["a", "b"]));
    let with_last = |offset: i64, epoch: i32| {
        let mut request = topic.fetch_request(0, offset);
        request.topics[0].partitions[0].last_fetched_epoch = epoch;
        request
    };
    assert_eq!(
        only(&mut wire, FETCH_LATEST, &with_last(2, 0)).error_code,
        ErrorCode::NONE
    );
    let unknown = only(&mut wire, FETCH_LATEST, &with_last(1, 7));
    assert_eq!(unknown.error_code, ErrorCode::OFFSET_OUT_OF_RANGE);
    // The epoch is known, but it ended before the offset: that is where the reader must go back to.
    let beyond = only(&mut wire, FETCH_LATEST, &with_last(9, 0));
    assert_eq!(beyond.error_code, ErrorCode::NONE);
    assert_eq!(
        (beyond.diverging_epoch.epoch, beyond.diverging_epoch.end_offset),
        (0, 2)
    );
    assert_eq!(records_of(&beyond).len(), 0);
}

#[test]
fn readers_of_committed_records_see_all_that_is_in_no_transaction() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "committed", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["a"]));
    for (level, aborted) in [(0, None), (1, Some(0))] {
        let request = FetchRequest {
            isolation_level: level,
            ..topic.fetch_request(0, 0)
        };
        let data = only(&mut wire, FETCH_LATEST, &request);
        assert_eq!((data.last_stable_offset, data.high_watermark), (1, 1));
        assert_eq!(values(&records_of(&data)), ["a"]);
        assert_eq!(data.aborted_transactions.map(|aborted| aborted.len()), aborted);
    }
}

#[test]
fn nobody_fetches_as_a_replica_of_a_broker_that_does_not_exist() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "replica", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["a"]));
    let old = FetchRequest {
        replica_id: 2,
        ..topic.fetch_request(0, 0)
    };
    let mut new = topic.fetch_request(0, 0);
    new.replica_state.replica_id = 2;
    for (version, request) in [(12, old), (18, new)] {
        let data = only(&mut wire, version, &request);
        assert_ne!(data.error_code, ErrorCode::NONE, "v{version}");
        assert_eq!(records_of(&data).len(), 0);
    }
}

#[test]
fn large_answers_arrive_whole() {
    let broker = TestBroker::with(&[("message.max.bytes", "9000000")]);
    let topic = Topic::create(&broker, "large", 2);
    let mut wire = broker.connect();
    let value = "large ".repeat(1_400_000);
    for partition in 0..2 {
        topic.append(&mut wire, partition, batch(&[&value]));
        topic.append(&mut wire, partition, batch(&["small"]));
    }
    let request = fetch_of(vec![topic.from(0, 0), topic.from(1, 0)]);
    for data in partitions(&mut wire, FETCH_LATEST, &request) {
        let records = records_of(&data);
        assert!(values(&records) == [value.as_str(), "small"]);
    }
}
