//! ListOffsets and OffsetForLeaderEpoch.

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::list_offsets::{ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsTopic};
use dmq_protocol::messages::offset_for_leader_epoch::{EpochEndOffset, OffsetForLeaderPartition, OffsetForLeaderTopic};
use dmq_protocol::messages::{FetchRequest, ListOffsetsRequest, OffsetForLeaderEpochRequest};

use crate::support::batches::{TIME, batch, timed};
use crate::support::topics::FETCH_LATEST;
use crate::support::{TestBroker, Topic, Wire};

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

fn found(answer: &ListOffsetsPartitionResponse) -> (ErrorCode, i64, i64) {
    (answer.error_code, answer.timestamp, answer.offset)
}

#[test]
fn the_ends_of_a_log_have_names() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "ends", 2);
    let mut wire = broker.connect();
    // The greatest timestamp is not the last one.
    topic.append(&mut wire, 0, timed(&[TIME, TIME + 50]));
    topic.append(&mut wire, 0, timed(&[TIME + 10]));
    for version in 1..=11 {
        let mut at = |when: i64| topic.offset_at_version(&mut wire, version, 0, when);
        assert_eq!(found(&at(LATEST)), (ErrorCode::NONE, -1, 3), "v{version}");
        assert_eq!(found(&at(EARLIEST)), (ErrorCode::NONE, -1, 0), "v{version}");
        let gated = |known_from: i16, timestamp: i64, offset: i64| {
            if version < known_from {
                (ErrorCode::UNSUPPORTED_VERSION, -1, -1)
            } else {
                (ErrorCode::NONE, timestamp, offset)
            }
        };
        assert_eq!(found(&at(MAX_TIMESTAMP)), gated(7, TIME + 50, 1), "v{version}");
        assert_eq!(found(&at(EARLIEST_LOCAL)), gated(8, -1, 0), "v{version}");
        assert_eq!(found(&at(LATEST_TIERED)), gated(9, -1, -1), "v{version}");
        assert_eq!(found(&at(EARLIEST_PENDING_UPLOAD)), gated(11, -1, -1), "v{version}");
        assert_eq!(found(&at(-77)), (ErrorCode::UNSUPPORTED_VERSION, -1, -1), "v{version}");
        if version >= 4 {
            assert_eq!(at(LATEST).leader_epoch, 0, "v{version}");
        }
    }
    let mut empty = |when: i64| found(&topic.offset_at(&mut wire, 1, when));
    assert_eq!(empty(LATEST), (ErrorCode::NONE, -1, 0));
    assert_eq!(empty(EARLIEST), (ErrorCode::NONE, -1, 0));
    assert_eq!(empty(MAX_TIMESTAMP), (ErrorCode::NONE, -1, -1));
    assert_eq!(empty(TIME), (ErrorCode::NONE, -1, -1));
}

#[test]
fn a_time_finds_the_first_record_that_is_not_older() {
    let broker = TestBroker::start();
    let topic = Topic::create_with(&broker, "times", 1, &[("index.interval.bytes", "100")]);
    let mut wire = broker.connect();
    for step in 0..100 {
        topic.append(&mut wire, 0, timed(&[TIME + step * 20, TIME + step * 20 + 10]));
    }
    let check = |wire: &mut Wire| {
        for (when, timestamp, offset) in [
            (0, TIME, 0),
            (TIME, TIME, 0),
            (TIME + 1, TIME + 10, 1),
            (TIME + 10, TIME + 10, 1),
            (TIME + 11, TIME + 20, 2),
            (TIME + 999, TIME + 1_000, 100),
            (TIME + 1_990, TIME + 1_990, 199),
        ] {
            let answer = topic.offset_at(wire, 0, when);
            assert_eq!(found(&answer), (ErrorCode::NONE, timestamp, offset), "{when}");
            assert_eq!(answer.leader_epoch, 0);
        }
        for when in [TIME + 1_991, i64::MAX] {
            assert_eq!(found(&topic.offset_at(wire, 0, when)), (ErrorCode::NONE, -1, -1));
        }
    };
    check(&mut wire);
    let broker = broker.restart(&[]);
    check(&mut broker.connect());
    let broker = broker.crash_and_restart(&[]);
    check(&mut broker.connect());
    broker.stop();
}

#[test]
fn unknown_partitions_and_epochs_are_refused_and_repeated_ones_too() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "codes", 1);
    let mut wire = broker.connect();
    assert_eq!(
        topic.offset_at(&mut wire, 7, LATEST).error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    let line = |partition_index: i32, current_leader_epoch: i32| ListOffsetsPartition {
        partition_index,
        current_leader_epoch,
        timestamp: LATEST,
    };
    let mut codes = |partitions: Vec<ListOffsetsPartition>| {
        let request = ListOffsetsRequest {
            replica_id: -1,
            topics: vec![ListOffsetsTopic {
                name: topic.name.clone(),
                partitions,
            }],
            ..ListOffsetsRequest::default()
        };
        let answer = wire.call(11, &request);
        let lines = answer.topics.iter().flat_map(|topic| &topic.partitions);
        lines.map(|line| line.error_code).collect::<Vec<_>>()
    };
    assert_eq!(codes(vec![line(0, 0)]), [ErrorCode::NONE]);
    assert_eq!(codes(vec![line(0, 5)]), [ErrorCode::UNKNOWN_LEADER_EPOCH]);
    assert_eq!(codes(vec![line(0, -1), line(0, -1)]), [ErrorCode::INVALID_REQUEST; 2]);
}

fn end_of(wire: &mut Wire, topic: &str, partition: i32, current: i32, epoch: i32) -> EpochEndOffset {
    let request = OffsetForLeaderEpochRequest {
        topics: vec![OffsetForLeaderTopic {
            topic: topic.to_owned().into(),
            partitions: vec![OffsetForLeaderPartition {
                partition,
                current_leader_epoch: current,
                leader_epoch: epoch,
            }],
        }],
        ..OffsetForLeaderEpochRequest::default()
    };
    wire.call(4, &request).topics.remove(0).partitions.remove(0)
}

#[test]
fn the_end_of_an_epoch_is_known_for_epochs_that_were() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "ends-of-epochs", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["a", "b"]));
    let mut end = |current: i32, epoch: i32| {
        let end = end_of(&mut wire, "ends-of-epochs", 0, current, epoch);
        (end.error_code, end.leader_epoch, end.end_offset)
    };
    assert_eq!(end(-1, 0), (ErrorCode::NONE, 0, 2));
    assert_eq!(end(0, 0), (ErrorCode::NONE, 0, 2));
    assert_eq!(end(-1, 5), (ErrorCode::NONE, -1, -1));
    assert_eq!(end(5, 0), (ErrorCode::UNKNOWN_LEADER_EPOCH, -1, -1));
    assert_eq!(
        end_of(&mut wire, "absent", 0, -1, 0).error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    assert_eq!(
        end_of(&mut wire, "ends-of-epochs", 3, -1, 0).error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
}

#[test]
fn each_leadership_over_restarts_has_its_own_end() {
    let mut broker = TestBroker::start();
    let topic = Topic::create(&broker, "leaderships", 1);
    let mut ends = Vec::new();
    for round in 0..3 {
        let mut wire = broker.connect();
        topic.append(&mut wire, 0, batch(&["x", "y"]));
        let epoch = topic.offset_at(&mut wire, 0, LATEST).leader_epoch;
        ends.retain(|(known, _)| *known != epoch);
        ends.push((epoch, i64::from(round + 1) * 2));
        for (epoch, end) in &ends {
            let found = end_of(&mut wire, "leaderships", 0, -1, *epoch);
            assert_eq!((found.leader_epoch, found.end_offset), (*epoch, *end));
        }
        broker = if round == 0 {
            broker.restart(&[])
        } else {
            broker.crash_and_restart(&[])
        };
    }
    broker.stop();
}

#[test]
fn an_empty_log_is_in_the_epoch_of_its_leader() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "nothing-yet", 1);
    let mut wire = broker.connect();
    let end = end_of(&mut wire, "nothing-yet", 0, 0, 0);
    assert_eq!(
        (end.error_code, end.leader_epoch, end.end_offset),
        (ErrorCode::NONE, 0, 0)
    );
    assert_eq!(topic.offset_at(&mut wire, 0, EARLIEST).leader_epoch, 0);
    // A reader that knows the epoch already is not sent away.
    let mut request = topic.fetch_request(0, 0);
    request.topics[0].partitions[0].last_fetched_epoch = 0;
    let answer = wire.call(FETCH_LATEST, &request);
    assert_eq!(answer.responses[0].partitions[0].error_code, ErrorCode::NONE);
}

#[test]
fn an_epoch_below_zero_is_long_over_unless_it_says_that_none_is_known() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "below", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["a"]));
    let mut code = |current: i32| end_of(&mut wire, "below", 0, current, 0).error_code;
    assert_eq!(code(-1), ErrorCode::NONE);
    assert_eq!(code(-2), ErrorCode::FENCED_LEADER_EPOCH);
    assert_eq!(code(i32::MIN), ErrorCode::FENCED_LEADER_EPOCH);
}

#[test]
fn an_isolation_level_that_is_none_fails_what_would_be_read() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "isolated", 1);
    let mut wire = broker.connect();
    let offsets = ListOffsetsRequest {
        isolation_level: 2,
        replica_id: -1,
        topics: vec![ListOffsetsTopic {
            name: topic.name.clone(),
            partitions: vec![ListOffsetsPartition {
                timestamp: LATEST,
                ..ListOffsetsPartition::default()
            }],
        }],
        ..ListOffsetsRequest::default()
    };
    let answer = wire.call(11, &offsets);
    assert_eq!(
        answer.topics[0].partitions[0].error_code,
        ErrorCode::UNKNOWN_SERVER_ERROR
    );
    let fetch = FetchRequest {
        isolation_level: -1,
        ..topic.fetch_request(0, 0)
    };
    assert_eq!(
        wire.call(FETCH_LATEST, &fetch).error_code,
        ErrorCode::UNKNOWN_SERVER_ERROR
    );
    let answer = wire.call(12, &fetch);
    assert_eq!(
        answer.responses[0].partitions[0].error_code,
        ErrorCode::UNKNOWN_SERVER_ERROR
    );
}
