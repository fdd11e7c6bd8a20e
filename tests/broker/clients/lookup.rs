//! What clients ask besides records: offsets by time, the ends of partitions, topics that go.

use rdkafka::consumer::Consumer;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};

use crate::support::batches::TIME;
use crate::support::kafka::{Written, admin, consumer, create_topic, options, producer, read_topic, runtime, send_all};
use crate::support::{PATIENCE, TestBroker};

fn timed(n: i64) -> Written {
    Written {
        timestamp: Some(TIME + n * 100),
        ..Written::value(0, format!("{n}"))
    }
}

#[test]
fn offsets_are_found_by_time() {
    let broker = TestBroker::start();
    create_topic(&broker.bootstrap(), "times", 2, &[]);
    let records: Vec<Written> = (0..50).map(timed).collect();
    send_all(
        &producer(&broker.bootstrap(), &[("batch.num.messages", "5")]),
        "times",
        &records,
    );
    let broker = broker.restart(&[]);
    let consumer = consumer(&broker.bootstrap(), "times", 2, &[]);
    let at = |when: i64| {
        let mut wanted = TopicPartitionList::new();
        for partition in 0..2 {
            wanted
                .add_partition_offset("times", partition, Offset::Offset(when))
                .unwrap();
        }
        let found = consumer.offsets_for_times(wanted, PATIENCE).expect("an answer");
        let offsets = found.elements().into_iter().map(|element| element.offset());
        offsets.collect::<Vec<_>>()
    };
    assert_eq!(at(TIME), [Offset::Offset(0), Offset::End]);
    assert_eq!(at(TIME + 1), [Offset::Offset(1), Offset::End]);
    assert_eq!(at(TIME + 4_900), [Offset::Offset(49), Offset::End]);
    assert_eq!(at(TIME + 4_901), [Offset::End, Offset::End]);
    broker.stop();
}

#[test]
fn watermarks_follow_what_is_written() {
    let broker = TestBroker::start();
    create_topic(&broker.bootstrap(), "marks", 1, &[]);
    let consumer = consumer(&broker.bootstrap(), "marks", 1, &[]);
    let marks = || consumer.fetch_watermarks("marks", 0, PATIENCE).expect("an answer");
    assert_eq!(marks(), (0, 0));
    let records: Vec<Written> = (0..10).map(timed).collect();
    send_all(&producer(&broker.bootstrap(), &[]), "marks", &records);
    assert_eq!(marks(), (0, 10));
}

#[test]
fn a_deleted_topic_is_gone_and_one_of_its_name_is_another() {
    let broker = TestBroker::start();
    let bootstrap = broker.bootstrap();
    create_topic(&bootstrap, "gone", 1, &[("retention.ms", "1000000000")]);
    send_all(&producer(&bootstrap, &[]), "gone", &[Written::value(0, "old")]);
    let delete = || {
        let deleted = runtime().block_on(admin(&bootstrap).delete_topics(&["gone"], &options()));
        deleted.expect("an answer").remove(0).map_err(|(_, code)| code)
    };
    assert_eq!(delete(), Ok("gone".to_owned()));
    assert_eq!(delete(), Err(RDKafkaErrorCode::UnknownTopicOrPartition));
    create_topic(&bootstrap, "gone", 1, &[]);
    send_all(&producer(&bootstrap, &[]), "gone", &[Written::value(0, "new")]);
    let read = read_topic(&bootstrap, "gone", 1).remove(0);
    let values: Vec<_> = read
        .iter()
        .map(|(offset, record)| (*offset, record.value.clone()))
        .collect();
    assert_eq!(values, [(0, Some(b"new".to_vec()))]);
    broker.stop();
}

#[test]
fn a_topic_that_exists_or_cannot_be_is_refused_by_name() {
    let broker = TestBroker::start();
    create_topic(&broker.bootstrap(), "taken", 1, &[]);
    use rdkafka::admin::{NewTopic, TopicReplication};
    let topics = [
        NewTopic::new("taken", 1, TopicReplication::Fixed(1)),
        NewTopic::new("a b", 1, TopicReplication::Fixed(1)),
        NewTopic::new("three", 1, TopicReplication::Fixed(3)),
    ];
    let outcome = runtime().block_on(admin(&broker.bootstrap()).create_topics(&topics, &options()));
    let codes: Vec<_> = outcome
        .expect("an answer")
        .into_iter()
        .map(|result| result.unwrap_err().1)
        .collect();
    assert_eq!(
        codes,
        [
            RDKafkaErrorCode::TopicAlreadyExists,
            RDKafkaErrorCode::InvalidTopic,
            RDKafkaErrorCode::InvalidReplicationFactor,
        ]
    );
}
