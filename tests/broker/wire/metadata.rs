//! Metadata and DescribeCluster: topics by name, by id, all, none; and where the broker says it is.

use std::net::SocketAddr;

use dmq_protocol::messages::describe_topic_partitions::{Cursor, TopicRequest};
use dmq_protocol::messages::metadata::{MetadataRequestTopic, MetadataResponseTopic};
use dmq_protocol::messages::{
    DescribeClusterRequest, DescribeTopicPartitionsRequest, MetadataRequest, MetadataResponse,
};
use dmq_protocol::{ErrorCode, Uuid};

use crate::support::{TestBroker, Topic, Wire};

fn ask(wire: &mut Wire, topics: Option<Vec<MetadataRequestTopic>>, create: bool) -> MetadataResponse {
    let request = MetadataRequest {
        topics,
        allow_auto_topic_creation: create,
        ..MetadataRequest::default()
    };
    wire.call(13, &request)
}

fn named(name: &str) -> MetadataRequestTopic {
    MetadataRequestTopic {
        name: Some(name.to_owned().into()),
        ..MetadataRequestTopic::default()
    }
}

fn by_id(topic_id: Uuid) -> MetadataRequestTopic {
    MetadataRequestTopic { topic_id, name: None }
}

fn names(answer: &MetadataResponse) -> Vec<String> {
    let topics = answer.topics.iter();
    topics.map(|topic| topic.name.as_ref().unwrap().to_string()).collect()
}

#[test]
fn topics_are_found_by_name_by_id_all_and_none() {
    let broker = TestBroker::start();
    let one = Topic::create(&broker, "one", 3);
    let two = Topic::create(&broker, "two", 1);
    let mut wire = broker.connect();
    assert_eq!(names(&ask(&mut wire, None, false)), ["one", "two"]);
    assert_eq!(names(&ask(&mut wire, Some(vec![]), false)), [""; 0]);
    assert_eq!(names(&ask(&mut wire, Some(vec![named("two")]), false)), ["two"]);
    let found = ask(&mut wire, Some(vec![by_id(one.id), by_id(two.id)]), false);
    assert_eq!(names(&found), ["one", "two"]);
    assert_eq!((found.topics[0].topic_id, found.topics[1].topic_id), (one.id, two.id));
    let partitions = &found.topics[0].partitions;
    let numbers: Vec<i32> = partitions.iter().map(|partition| partition.partition_index).collect();
    assert_eq!(numbers, [0, 1, 2]);
    for partition in partitions {
        assert_eq!(partition.error_code, ErrorCode::NONE);
        let who = (partition.leader_id, &partition.replica_nodes, &partition.isr_nodes);
        assert_eq!(who, (1, &vec![1], &vec![1]));
        assert_eq!((partition.leader_epoch, partition.offline_replicas.len()), (0, 0));
    }
    // Before version 1 there was no null: an empty list meant all.
    let all = MetadataRequest {
        topics: Some(vec![]),
        ..MetadataRequest::default()
    };
    assert_eq!(names(&wire.call(0, &all)), ["one", "two"]);
    assert_eq!(names(&wire.call(1, &all)), [""; 0]);
}

#[test]
fn unknown_topics_are_refused_each_by_itself() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "here", 1);
    let mut wire = broker.connect();
    let stranger = Uuid::from_u128(0x1234_5678_9abc);
    let codes = |answer: &MetadataResponse| {
        let topics = answer.topics.iter();
        topics.map(|topic| topic.error_code).collect::<Vec<_>>()
    };
    let answer = ask(
        &mut wire,
        Some(vec![named("absent"), named("a/b"), named("here")]),
        false,
    );
    assert_eq!(
        codes(&answer),
        [
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode::INVALID_TOPIC_EXCEPTION,
            ErrorCode::NONE,
        ]
    );
    let answer = ask(&mut wire, Some(vec![by_id(stranger), by_id(topic.id)]), false);
    assert_eq!(codes(&answer), [ErrorCode::UNKNOWN_TOPIC_ID, ErrorCode::NONE]);
    assert_eq!(answer.topics[0].topic_id, stranger);
}

#[test]
fn a_topic_that_is_asked_for_is_created_where_that_is_allowed() {
    let broker = TestBroker::with(&[("num.partitions", "2")]);
    let mut wire = broker.connect();
    let codes = |answer: &MetadataResponse| {
        let topics = answer.topics.iter();
        topics
            .map(|topic: &MetadataResponseTopic| topic.error_code)
            .collect::<Vec<_>>()
    };
    let refused = ask(&mut wire, Some(vec![named("auto")]), false);
    assert_eq!(codes(&refused), [ErrorCode::UNKNOWN_TOPIC_OR_PARTITION]);
    let illegal = ask(&mut wire, Some(vec![named("..")]), true);
    assert_eq!(codes(&illegal), [ErrorCode::INVALID_TOPIC_EXCEPTION]);
    // The same name twice must not be created twice.
    let made = ask(&mut wire, Some(vec![named("auto"), named("auto")]), true);
    for topic in &made.topics {
        assert_eq!(topic.error_code, ErrorCode::NONE);
        assert_eq!(topic.partitions.len(), 2);
        assert!(topic.partitions.iter().all(|partition| partition.leader_id == 1));
    }
    assert_eq!(names(&ask(&mut wire, None, false)), ["auto"]);

    let closed = TestBroker::with(&[("auto.create.topics.enable", "false")]);
    let answer = ask(&mut closed.connect(), Some(vec![named("auto")]), true);
    assert_eq!(codes(&answer), [ErrorCode::UNKNOWN_TOPIC_OR_PARTITION]);
}

#[test]
fn the_broker_is_where_the_client_found_it_unless_it_is_advertised_elsewhere() {
    let broker = TestBroker::start();
    let address = |answer: &MetadataResponse| (answer.brokers[0].host.to_string(), answer.brokers[0].port);
    let answer = ask(&mut broker.connect(), None, false);
    assert_eq!(
        address(&answer),
        ("127.0.0.1".to_owned(), i32::from(broker.address().port()))
    );
    assert_eq!(answer.cluster_id.as_deref(), Some(broker.cluster_id().as_str()));
    assert_eq!(answer.controller_id, 1);

    // Another address of the same machine: what was reached is what is told.
    let anywhere = TestBroker::with(&[("listeners", "PLAINTEXT://0.0.0.0:0")]);
    let other: SocketAddr = format!("127.0.0.2:{}", anywhere.address().port()).parse().unwrap();
    let answer = ask(&mut Wire::connect(other), None, false);
    assert_eq!(address(&answer), ("127.0.0.2".to_owned(), i32::from(other.port())));

    let advertised = TestBroker::with(&[("advertised.listeners", "PLAINTEXT://kafka.example:1234")]);
    let answer = ask(&mut advertised.connect(), None, false);
    assert_eq!(address(&answer), ("kafka.example".to_owned(), 1234));
}

#[test]
fn describe_cluster_names_the_brokers_and_refuses_to_speak_for_controllers() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let described = wire.call(2, &DescribeClusterRequest::default());
    assert_eq!(described.error_code, ErrorCode::NONE);
    assert_eq!(described.cluster_id.to_string(), broker.cluster_id());
    assert_eq!(
        (described.brokers[0].broker_id, described.brokers[0].is_fenced),
        (1, false)
    );
    assert_eq!(described.brokers[0].port, i32::from(broker.address().port()));
    for (endpoint_type, code) in [
        (2, ErrorCode::MISMATCHED_ENDPOINT_TYPE),
        (7, ErrorCode::UNSUPPORTED_ENDPOINT_TYPE),
    ] {
        let request = DescribeClusterRequest {
            endpoint_type,
            ..DescribeClusterRequest::default()
        };
        assert_eq!(wire.call(1, &request).error_code, code);
    }
}

#[test]
fn versions_without_ids_refuse_requests_that_name_no_name() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "here", 1);
    let mut wire = broker.connect();
    for asked in [by_id(topic.id), by_id(Uuid::ZERO)] {
        let request = MetadataRequest {
            topics: Some(vec![named("here"), asked]),
            ..MetadataRequest::default()
        };
        for version in [10, 11] {
            let answer = wire.call(version, &request);
            let codes: Vec<ErrorCode> = answer.topics.iter().map(|topic| topic.error_code).collect();
            assert_eq!(codes, [ErrorCode::INVALID_REQUEST; 2]);
            assert!(answer.brokers.is_empty() && answer.cluster_id.is_none());
        }
    }
}

#[test]
fn where_a_request_has_ids_its_names_are_not_looked_at() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "here", 1);
    Topic::create(&broker, "there", 1);
    let mut wire = broker.connect();
    let answer = ask(
        &mut wire,
        Some(vec![named("there"), named("new"), by_id(topic.id)]),
        true,
    );
    assert_eq!(names(&answer), ["here"]);
    assert_eq!(names(&ask(&mut wire, None, false)), ["here", "there"]);
}

#[test]
fn an_internal_topic_is_one_also_where_it_is_missing() {
    let broker = TestBroker::start();
    let answer = ask(
        &mut broker.connect(),
        Some(vec![named("__consumer_offsets"), named("absent")]),
        false,
    );
    let internal: Vec<bool> = answer.topics.iter().map(|topic| topic.is_internal).collect();
    assert_eq!(internal, [true, false]);
}

#[test]
fn a_page_of_topics_begins_at_a_partition_that_is_asked_for() {
    let broker = TestBroker::start();
    Topic::create(&broker, "here", 2);
    let mut wire = broker.connect();
    let mut codes = |topic: &str, cursor: (&str, i32)| {
        let request = DescribeTopicPartitionsRequest {
            topics: vec![TopicRequest {
                name: topic.to_owned().into(),
            }],
            response_partition_limit: 10,
            cursor: Some(Cursor {
                topic_name: cursor.0.to_owned().into(),
                partition_index: cursor.1,
            }),
        };
        let answer = wire.call(0, &request);
        let topics = answer.topics.iter();
        topics.map(|topic| topic.error_code).collect::<Vec<_>>()
    };
    assert_eq!(codes("here", ("here", 1)), [ErrorCode::NONE]);
    assert_eq!(codes("here", ("here", -1)), [ErrorCode::INVALID_REQUEST]);
    assert_eq!(codes("here", ("other", 0)), [ErrorCode::INVALID_REQUEST]);
}
