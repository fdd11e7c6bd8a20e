//! Clients over their quotas: told so at once, held back for that time. Times are what the broker reports.

use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::messages::api_versions::ApiVersionsResponse;
use dmq_protocol::messages::create_partitions::CreatePartitionsTopic;
use dmq_protocol::messages::delete_topics::DeleteTopicState;
use dmq_protocol::messages::fetch::FetchResponse;
use dmq_protocol::messages::metadata::MetadataRequestTopic;
use dmq_protocol::messages::{
    ApiVersionsRequest, CreatePartitionsRequest, DeleteTopicsRequest, FetchRequest, MetadataRequest,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::quotas::{Entity, alter, change};
use crate::support::batches::batch;
use crate::support::topics::{FETCH_LATEST, PRODUCE_LATEST, create_request, fetch_of};
use crate::support::wire::request_frame;
use crate::support::{TestBroker, Topic, Wire};

/// What these connections call themselves.
const SELF: Entity<'_> = &[("client-id", Some("test"))];
const ANYBODY: Entity<'_> = &[("user", None)];
const SOON: Duration = Duration::from_millis(200);

fn limited(entity: Entity<'_>, key: &str, limit: f64) -> TestBroker {
    let broker = TestBroker::start();
    alter(&mut broker.connect(), vec![change(entity, &[(key, Some(limit))])]);
    broker
}

fn of_bytes(len: usize) -> Bytes {
    batch(&[&"x".repeat(len)])
}

fn is_held(wire: &mut Wire) -> bool {
    wire.send(0, &ApiVersionsRequest::default());
    wire.is_silent_for(SOON)
}

fn api_versions(wire: &mut Wire) -> ApiVersionsResponse {
    wire.call(2, &ApiVersionsRequest::default())
}

#[test]
fn a_producer_pays_for_what_is_over_ten_seconds_worth() {
    let broker = limited(SELF, "producer_byte_rate", 1_000.0);
    let topic = Topic::create(&broker, "t", 1);
    let mut wire = broker.connect();
    let request = topic.produce_request(0, of_bytes(70_000), 1);
    let bytes = request_frame(PRODUCE_LATEST, 1, &request).len();
    let answer = wire.call(PRODUCE_LATEST, &request);
    assert_eq!(
        answer.responses[0].partition_responses[0].error_code,
        ErrorCode::NONE,
        "it is appended"
    );
    assert_eq!(usize::try_from(answer.throttle_time_ms).unwrap(), bytes - 10_000);
    assert!(is_held(&mut wire));
    assert_eq!(
        api_versions(&mut broker.connect()).throttle_time_ms,
        0,
        "other requests have no such quota"
    );
}

#[test]
fn a_throttle_ends_and_the_client_goes_on() {
    let broker = limited(ANYBODY, "producer_byte_rate", 100_000.0);
    let topic = Topic::create(&broker, "t", 1);
    let mut wire = broker.connect();
    let answer = wire.call(PRODUCE_LATEST, &topic.produce_request(0, of_bytes(1_010_000), 1));
    assert!(
        (1..1_000).contains(&answer.throttle_time_ms),
        "{}",
        answer.throttle_time_ms
    );
    assert_eq!(api_versions(&mut wire).throttle_time_ms, 0);
}

#[test]
fn a_producer_that_wants_no_answer_is_held_back_as_well() {
    let broker = limited(SELF, "producer_byte_rate", 1_000.0);
    let topic = Topic::create(&broker, "t", 1);
    let mut wire = broker.connect();
    wire.send(PRODUCE_LATEST, &topic.produce_request(0, of_bytes(70_000), 0));
    assert!(is_held(&mut wire));
    assert_eq!(topic.read_all(&mut broker.connect(), 0).len(), 1);
}

fn fetch(wire: &mut Wire, request: FetchRequest) -> (FetchResponse, usize) {
    let answer = wire.call(FETCH_LATEST, &request);
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let records = answer.responses.iter().flat_map(|topic| &topic.partitions);
    let bytes = records
        .map(|data| data.records.as_ref().map_or(0, |records| records.len()))
        .sum();
    (answer, bytes)
}

#[test]
fn a_consumer_over_its_quota_gets_nothing_but_the_time_and_its_session_goes_on() {
    let broker = limited(ANYBODY, "consumer_byte_rate", 1_000.0);
    let topic = Topic::create(&broker, "t", 1);
    for _ in 0..3 {
        topic.append(&mut broker.connect(), 0, of_bytes(6_000));
    }
    let wire = &mut broker.connect();
    let open = FetchRequest {
        session_epoch: 0,
        ..fetch_of(vec![topic.from(0, 0)])
    };
    let (first, bytes) = fetch(wire, open);
    assert_eq!(first.throttle_time_ms, 0);
    assert!((6_000..10_000).contains(&bytes), "at most ten seconds' worth: {bytes}");
    assert_ne!(first.session_id, 0);

    let next = |epoch| FetchRequest {
        session_id: first.session_id,
        session_epoch: epoch,
        min_bytes: 0,
        max_wait_ms: 0,
        ..fetch_of(vec![topic.from(0, 1)])
    };
    let (second, bytes) = fetch(wire, next(1));
    assert!(
        (1..5_000).contains(&second.throttle_time_ms),
        "{}",
        second.throttle_time_ms
    );
    assert_eq!(
        (bytes, second.responses.len(), second.session_id),
        (0, 0, first.session_id)
    );

    let (third, _) = fetch(wire, next(2));
    assert_eq!(
        third.session_id, first.session_id,
        "the session is where it was, whatever the throttle"
    );
}

#[test]
fn a_client_over_its_share_of_time_is_held_back_for_a_second_at_most() {
    let broker = limited(&[("user", Some("ANONYMOUS"))], "request_percentage", 1e-9);
    assert_eq!(api_versions(&mut broker.connect()).throttle_time_ms, 1_000);
}

#[test]
fn a_removed_quota_holds_nobody() {
    let broker = limited(SELF, "producer_byte_rate", 1.0);
    alter(
        &mut broker.connect(),
        vec![change(SELF, &[("producer_byte_rate", None)])],
    );
    let topic = Topic::create(&broker, "t", 1);
    let answer = broker
        .connect()
        .call(PRODUCE_LATEST, &topic.produce_request(0, of_bytes(10_000), 1));
    assert_eq!(answer.throttle_time_ms, 0);
}

#[test]
fn quotas_hold_after_a_restart() {
    let broker = limited(SELF, "producer_byte_rate", 1_000.0).restart(&[]);
    let topic = Topic::create(&broker, "t", 1);
    let answer = broker
        .connect()
        .call(PRODUCE_LATEST, &topic.produce_request(0, of_bytes(70_000), 1));
    assert!(answer.throttle_time_ms > 50_000);
}

#[test]
fn the_windows_are_the_settings() {
    let broker = TestBroker::with(&[("quota.window.num", "2"), ("quota.window.size.seconds", "3")]);
    alter(
        &mut broker.connect(),
        vec![change(SELF, &[("producer_byte_rate", Some(1_000.0))])],
    );
    let topic = Topic::create(&broker, "t", 1);
    let request = topic.produce_request(0, of_bytes(70_000), 1);
    let bytes = request_frame(PRODUCE_LATEST, 1, &request).len();
    let answer = broker.connect().call(PRODUCE_LATEST, &request);
    assert_eq!(
        usize::try_from(answer.throttle_time_ms).unwrap(),
        bytes - 3_000,
        "one sample of three seconds before this"
    );
}

/// A broker on which eleven partitions may be created, and then one in a thousand seconds.
fn slow_controller() -> TestBroker {
    let broker = TestBroker::with(&[("controller.quota.window.num", "11000")]);
    alter(
        &mut broker.connect(),
        vec![change(SELF, &[("controller_mutation_rate", Some(0.001))])],
    );
    broker
}

#[test]
fn a_client_that_owes_partitions_is_refused_from_the_version_on_that_knows_it() {
    let broker = slow_controller();
    let answer = broker.connect().call(7, &create_request("first", 20, &[]));
    assert_eq!(
        (answer.topics[0].error_code, answer.throttle_time_ms),
        (ErrorCode::NONE, 0)
    );

    let mut wire = broker.connect();
    let refused = wire.call(7, &create_request("second", 1, &[]));
    let topic = &refused.topics[0];
    assert_eq!(topic.error_code, ErrorCode::THROTTLING_QUOTA_EXCEEDED);
    assert_eq!(topic.error_message, None);
    assert!(
        (8_900_000..=9_000_000).contains(&refused.throttle_time_ms),
        "{}",
        refused.throttle_time_ms
    );
    assert!(is_held(&mut wire));

    let more = CreatePartitionsRequest {
        topics: vec![CreatePartitionsTopic {
            name: StrBytes::from_static("first"),
            count: 21,
            ..CreatePartitionsTopic::default()
        }],
        timeout_ms: 10_000,
        validate_only: false,
    };
    let refused = broker.connect().call(3, &more);
    assert_eq!(refused.results[0].error_code, ErrorCode::THROTTLING_QUOTA_EXCEEDED);
    assert!(refused.throttle_time_ms > 0);

    let delete = DeleteTopicsRequest {
        topics: vec![DeleteTopicState {
            name: Some(StrBytes::from_static("first")),
            ..DeleteTopicState::default()
        }],
        ..DeleteTopicsRequest::default()
    };
    let refused = broker.connect().call(6, &delete);
    assert_eq!(refused.responses[0].error_code, ErrorCode::THROTTLING_QUOTA_EXCEEDED);
}

#[test]
fn older_versions_have_their_partitions_and_are_held_back() {
    let broker = slow_controller();
    let mut wire = broker.connect();
    let answer = wire.call(5, &create_request("first", 20, &[]));
    assert_eq!(answer.topics[0].error_code, ErrorCode::NONE);
    assert!(
        (8_900_000..=9_000_000).contains(&answer.throttle_time_ms),
        "{}",
        answer.throttle_time_ms
    );
    assert!(is_held(&mut wire));
    let again = broker.connect().call(5, &create_request("second", 1, &[]));
    assert_eq!(again.topics[0].error_code, ErrorCode::NONE);
}

#[test]
fn a_topic_that_a_quota_keeps_from_being_made_is_just_not_there() {
    let broker = slow_controller();
    broker.connect().call(7, &create_request("first", 20, &[]));
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some(StrBytes::from_static("second")),
            ..MetadataRequestTopic::default()
        }]),
        allow_auto_topic_creation: true,
        ..MetadataRequest::default()
    };
    let answer = broker.connect().call(12, &request);
    assert_eq!(answer.topics[0].error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(answer.throttle_time_ms, 0);
}
