//! DeleteRecords: what is deleted is gone for readers at once, and stays gone.

use dmq_protocol::messages::DeleteRecordsRequest;
use dmq_protocol::messages::delete_records::{DeleteRecordsPartition, DeleteRecordsTopic};
use dmq_protocol::{ErrorCode, StrBytes};

use crate::support::batches::batch;
use crate::support::{TestBroker, Topic, Wire};

const EARLIEST: i64 = -2;

pub fn request(topic: &StrBytes, offsets: &[(i32, i64)]) -> DeleteRecordsRequest {
    let partition = |(partition_index, offset): &(i32, i64)| DeleteRecordsPartition {
        partition_index: *partition_index,
        offset: *offset,
    };
    DeleteRecordsRequest {
        topics: vec![DeleteRecordsTopic {
            name: topic.clone(),
            partitions: offsets.iter().map(partition).collect(),
        }],
        timeout_ms: 1_000,
    }
}

/// The code and the low watermark of each partition.
fn delete(wire: &mut Wire, topic: &StrBytes, offsets: &[(i32, i64)]) -> Vec<(i32, ErrorCode, i64)> {
    let answer = wire.call(2, &request(topic, offsets));
    let partitions = answer.topics[0].partitions.iter();
    partitions
        .map(|it| (it.partition_index, it.error_code, it.low_watermark))
        .collect()
}

#[test]
fn deleted_records_are_gone_at_once_and_after_a_crash() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "t", 1);
    let mut wire = broker.connect();
    for _ in 0..10 {
        topic.append(&mut wire, 0, batch(&["x"]));
    }
    assert_eq!(delete(&mut wire, &topic.name, &[(0, 4)]), [(0, ErrorCode::NONE, 4)]);
    // A lower offset deletes nothing, and is no error.
    assert_eq!(delete(&mut wire, &topic.name, &[(0, 2)]), [(0, ErrorCode::NONE, 4)]);
    assert_eq!(topic.offset_at(&mut wire, 0, EARLIEST).offset, 4);
    assert_eq!(topic.fetch(&mut wire, 0, 3).error_code, ErrorCode::OFFSET_OUT_OF_RANGE);
    let data = topic.fetch(&mut wire, 0, 4);
    assert_eq!((data.error_code, data.log_start_offset), (ErrorCode::NONE, 4));
    let broker = broker.crash_and_restart(&[]);
    let mut wire = broker.connect();
    assert_eq!(topic.offset_at(&mut wire, 0, EARLIEST).offset, 4);
    // All of them; the log goes on where it was.
    assert_eq!(delete(&mut wire, &topic.name, &[(0, -1)]), [(0, ErrorCode::NONE, 10)]);
    let broker = broker.crash_and_restart(&[]);
    let mut wire = broker.connect();
    assert_eq!(topic.offset_at(&mut wire, 0, EARLIEST).offset, 10);
    assert_eq!(topic.append(&mut wire, 0, batch(&["next"])), 10);
    broker.stop();
}

#[test]
fn what_cannot_be_deleted_is_refused_with_kafkas_codes() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "t", 2);
    let compacted = Topic::create_with(&broker, "compacted", 1, &[("cleanup.policy", "compact")]);
    let both = Topic::create_with(&broker, "both", 1, &[("cleanup.policy", "compact,delete")]);
    let none = Topic::create_with(&broker, "none", 1, &[("cleanup.policy", "")]);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["x"]));
    let beyond = delete(&mut wire, &topic.name, &[(0, 2), (1, -2), (9, 0)]);
    let refused = |partition, code| (partition, code, -1);
    assert_eq!(
        beyond,
        [
            refused(0, ErrorCode::OFFSET_OUT_OF_RANGE),
            refused(1, ErrorCode::OFFSET_OUT_OF_RANGE),
            refused(9, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
        ]
    );
    // Of a partition named twice the last offset counts.
    let twice = delete(&mut wire, &topic.name, &[(0, 1), (0, 5)]);
    assert_eq!(twice, [refused(0, ErrorCode::OFFSET_OUT_OF_RANGE)]);
    let policy = delete(&mut wire, &compacted.name, &[(0, 0)]);
    assert_eq!(policy, [refused(0, ErrorCode::POLICY_VIOLATION)]);
    for topic in [&both, &none] {
        assert_eq!(delete(&mut wire, &topic.name, &[(0, -1)]), [(0, ErrorCode::NONE, 0)]);
    }
    let internal = Topic::create_with(&broker, "__consumer_offsets", 1, &[]);
    let internal = delete(&mut wire, &internal.name, &[(0, 0)]);
    assert_eq!(internal, [refused(0, ErrorCode::INVALID_TOPIC_EXCEPTION)]);
}
