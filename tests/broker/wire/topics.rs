//! CreateTopics, DeleteTopics, DescribeTopicPartitions.

use dmq_protocol::messages::create_topics::{CreatableReplicaAssignment, CreatableTopic, CreatableTopicResult};
use dmq_protocol::messages::delete_topics::{DeletableTopicResult, DeleteTopicState};
use dmq_protocol::messages::describe_topic_partitions::{Cursor, TopicRequest};
use dmq_protocol::messages::{CreateTopicsRequest, DeleteTopicsRequest, DescribeTopicPartitionsRequest};
use dmq_protocol::{ErrorCode, Uuid};

use crate::support::batches::batch;
use crate::support::topics::create_request;
use crate::support::{TestBroker, Topic, Wire};

fn create(wire: &mut Wire, request: &CreateTopicsRequest) -> CreatableTopicResult {
    wire.call(7, request).topics.remove(0)
}

fn refusal(wire: &mut Wire, topic: CreatableTopic) -> ErrorCode {
    let request = CreateTopicsRequest {
        topics: vec![topic],
        ..CreateTopicsRequest::default()
    };
    let result = create(wire, &request);
    assert!(result.error_message.is_some(), "{result:?}");
    result.error_code
}

fn topic(name: &str) -> CreatableTopic {
    create_request(name, 1, &[]).topics.remove(0)
}

fn described(wire: &mut Wire, request: &DescribeTopicPartitionsRequest) -> (Vec<(String, Vec<i32>)>, Option<Cursor>) {
    let answer = wire.call(0, request);
    let topics = answer.topics.iter().map(|topic| {
        let numbers = topic.partitions.iter().map(|partition| partition.partition_index);
        (topic.name.as_ref().unwrap().to_string(), numbers.collect())
    });
    (topics.collect(), answer.next_cursor)
}

#[test]
fn illegal_names_are_refused_and_leave_nothing_on_disk() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let long = "x".repeat(250);
    for name in ["", ".", "..", &long, "a/b", "../../etc", "a b", "ä", "a\0b", "a:b"] {
        assert_eq!(
            refusal(&mut wire, topic(name)),
            ErrorCode::INVALID_TOPIC_EXCEPTION,
            "{name:?}"
        );
    }
    let longest = "x".repeat(249);
    assert_eq!(
        create(&mut wire, &create_request(&longest, 1, &[])).error_code,
        ErrorCode::NONE
    );
    Topic::create(&broker, "a.b", 1);
    assert_eq!(refusal(&mut wire, topic("a_b")), ErrorCode::INVALID_TOPIC_EXCEPTION);
    let (all, _) = described(&mut wire, &DescribeTopicPartitionsRequest::default());
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.b", longest.as_str()]);
}

#[test]
fn the_longest_legal_name_holds_records() {
    // The partition's directory name is longer than the topic's: 255 bytes are the file system's limit.
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, &"x".repeat(249), 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["here"]));
    let broker = broker.restart(&[]);
    assert_eq!(topic.read_all(&mut broker.connect(), 0).len(), 1);
    broker.stop();
}

#[test]
fn wrong_numbers_and_settings_are_refused_with_kafkas_codes() {
    let broker = TestBroker::start();
    Topic::create(&broker, "taken", 1);
    let mut wire = broker.connect();
    let with = |partitions: i32, replicas: i16| CreatableTopic {
        num_partitions: partitions,
        replication_factor: replicas,
        ..topic("fresh")
    };
    let assigned = |partition_index: i32, broker_ids: Vec<i32>| CreatableTopic {
        assignments: vec![CreatableReplicaAssignment {
            partition_index,
            broker_ids,
        }],
        ..with(-1, -1)
    };
    let configured = |name: &str, value: &str| create_request("fresh", 1, &[(name, value)]).topics.remove(0);
    let both = CreatableTopic {
        num_partitions: 1,
        ..assigned(0, vec![1])
    };
    let null = {
        let mut topic = configured("retention.ms", "");
        topic.configs[0].value = None;
        topic
    };
    for (what, wanted, code) in [
        ("taken", topic("taken"), ErrorCode::TOPIC_ALREADY_EXISTS),
        ("no partitions", with(0, 1), ErrorCode::INVALID_PARTITIONS),
        ("-2 partitions", with(-2, 1), ErrorCode::INVALID_PARTITIONS),
        ("no replicas", with(1, 0), ErrorCode::INVALID_REPLICATION_FACTOR),
        ("three replicas", with(1, 3), ErrorCode::INVALID_REPLICATION_FACTOR),
        (
            "not from 0",
            assigned(1, vec![1]),
            ErrorCode::INVALID_REPLICA_ASSIGNMENT,
        ),
        (
            "unknown broker",
            assigned(0, vec![9]),
            ErrorCode::INVALID_REPLICA_ASSIGNMENT,
        ),
        ("a count, too", both, ErrorCode::INVALID_REQUEST),
        ("unknown", configured("no.such", "1"), ErrorCode::INVALID_CONFIG),
        (
            "no number",
            configured("retention.ms", "soon"),
            ErrorCode::INVALID_CONFIG,
        ),
        ("null", null, ErrorCode::INVALID_CONFIG),
    ] {
        assert_eq!(refusal(&mut wire, wanted), code, "{what}");
    }
}

#[test]
fn one_bad_topic_does_not_keep_the_others_from_being_created() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let topics = ["good", "..", "twice", "twice", "fine"];
    let request = CreateTopicsRequest {
        topics: topics.iter().map(|name| topic(name)).collect(),
        ..CreateTopicsRequest::default()
    };
    let answer = wire.call(7, &request);
    let mut codes: Vec<(String, ErrorCode)> = answer
        .topics
        .iter()
        .map(|topic| (topic.name.to_string(), topic.error_code))
        .collect();
    codes.sort();
    codes.dedup();
    let codes: Vec<(&str, ErrorCode)> = codes.iter().map(|(name, code)| (name.as_str(), *code)).collect();
    assert_eq!(
        codes,
        [
            ("..", ErrorCode::INVALID_TOPIC_EXCEPTION),
            ("fine", ErrorCode::NONE),
            ("good", ErrorCode::NONE),
            ("twice", ErrorCode::INVALID_REQUEST),
        ]
    );
}

#[test]
fn validate_only_says_what_would_be_and_creates_nothing() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let request = CreateTopicsRequest {
        validate_only: true,
        ..create_request("dry", 4, &[("retention.ms", "1000")])
    };
    let result = create(&mut wire, &request);
    assert_eq!((result.error_code, result.num_partitions), (ErrorCode::NONE, 4));
    let configs = result.configs.unwrap();
    let retention = configs.iter().find(|config| &*config.name == "retention.ms").unwrap();
    assert_eq!((retention.value.as_deref(), retention.config_source), (Some("1000"), 1));
    let (all, _) = described(&mut wire, &DescribeTopicPartitionsRequest::default());
    assert_eq!(all, []);
}

#[test]
fn defaults_of_the_broker_are_used_for_minus_one() {
    let broker = TestBroker::with(&[("num.partitions", "5")]);
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            num_partitions: -1,
            replication_factor: -1,
            ..topic("defaults")
        }],
        ..CreateTopicsRequest::default()
    };
    let result = create(&mut broker.connect(), &request);
    let made = (result.error_code, result.num_partitions, result.replication_factor);
    assert_eq!(made, (ErrorCode::NONE, 5, 1));
}

fn delete(wire: &mut Wire, name: Option<&str>, topic_id: Uuid) -> DeletableTopicResult {
    let request = DeleteTopicsRequest {
        topics: vec![DeleteTopicState {
            name: name.map(|name| name.to_owned().into()),
            topic_id,
        }],
        timeout_ms: 1_000,
        ..DeleteTopicsRequest::default()
    };
    wire.call(6, &request).responses.remove(0)
}

#[test]
fn topics_are_deleted_by_name_and_by_id_and_their_names_can_be_used_again() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let first = Topic::create(&broker, "again", 1);
    first.append(&mut wire, 0, batch(&["old"]));
    let gone = delete(&mut wire, Some("again"), Uuid::ZERO);
    assert_eq!((gone.error_code, gone.topic_id), (ErrorCode::NONE, first.id));
    assert_eq!(
        first.produce(&mut wire, 0, batch(&["late"])).error_code,
        ErrorCode::UNKNOWN_TOPIC_ID
    );

    let second = Topic::create(&broker, "again", 1);
    assert_ne!(second.id, first.id);
    assert_eq!(second.append(&mut wire, 0, batch(&["new"])), 0);
    let gone = delete(&mut wire, None, second.id);
    assert_eq!(
        (gone.error_code, gone.name.as_deref()),
        (ErrorCode::NONE, Some("again"))
    );

    assert_eq!(
        delete(&mut wire, Some("again"), Uuid::ZERO).error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    assert_eq!(
        delete(&mut wire, None, second.id).error_code,
        ErrorCode::UNKNOWN_TOPIC_ID
    );
    let named_twice = delete(&mut wire, Some("again"), second.id);
    assert_eq!(named_twice.error_code, ErrorCode::INVALID_REQUEST);

    // What was deleted stays deleted.
    let broker = broker.restart(&[]);
    let (all, _) = described(&mut broker.connect(), &DescribeTopicPartitionsRequest::default());
    assert_eq!(all, []);
    broker.stop();
}

#[test]
fn deletion_can_be_forbidden() {
    let broker = TestBroker::with(&[("delete.topic.enable", "false")]);
    Topic::create(&broker, "kept", 1);
    let mut wire = broker.connect();
    assert_eq!(
        delete(&mut wire, Some("kept"), Uuid::ZERO).error_code,
        ErrorCode::TOPIC_DELETION_DISABLED
    );
    let old = DeleteTopicsRequest {
        topic_names: vec!["kept".into()],
        ..DeleteTopicsRequest::default()
    };
    assert_eq!(wire.call(2, &old).responses[0].error_code, ErrorCode::INVALID_REQUEST);
}

#[test]
fn partitions_are_described_in_pages_that_join_without_gap_or_overlap() {
    let broker = TestBroker::start();
    for (name, partitions) in [("a", 3), ("b", 1), ("c", 4)] {
        Topic::create(&broker, name, partitions);
    }
    let mut wire = broker.connect();
    for limit in 1..=9 {
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let request = DescribeTopicPartitionsRequest {
                response_partition_limit: limit,
                cursor,
                ..DescribeTopicPartitionsRequest::default()
            };
            let (topics, next) = described(&mut wire, &request);
            let page: Vec<(String, i32)> = topics
                .into_iter()
                .flat_map(|(name, numbers)| numbers.into_iter().map(move |number| (name.clone(), number)))
                .collect();
            assert!(page.len() <= usize::try_from(limit).unwrap());
            seen.extend(page);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        let seen: Vec<(&str, i32)> = seen.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        let all = [
            ("a", 0),
            ("a", 1),
            ("a", 2),
            ("b", 0),
            ("c", 0),
            ("c", 1),
            ("c", 2),
            ("c", 3),
        ];
        assert_eq!(seen, all, "pages of {limit}");
    }
    let some = DescribeTopicPartitionsRequest {
        topics: ["c", "absent", "a/b"]
            .iter()
            .map(|name| TopicRequest {
                name: (*name).to_owned().into(),
            })
            .collect(),
        ..DescribeTopicPartitionsRequest::default()
    };
    let answer = wire.call(0, &some);
    let codes: Vec<(&str, ErrorCode)> = answer
        .topics
        .iter()
        .map(|topic| (topic.name.as_deref().unwrap(), topic.error_code))
        .collect();
    assert_eq!(
        codes,
        [
            ("a/b", ErrorCode::INVALID_TOPIC_EXCEPTION),
            ("absent", ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
            ("c", ErrorCode::NONE),
        ]
    );
}
