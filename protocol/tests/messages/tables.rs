//! The tables of error codes and of API keys are Kafka 4.4's.

use dmq_protocol::{ApiKey, ErrorCode};

/// A facts file without its comment.
fn facts(file: &str) -> &str {
    file.split_once("\n\n").expect("a comment, then facts").1
}

#[test]
fn every_error_code_is_kafkas() {
    let word = |code: ErrorCode| if code.is_retriable() { "retriable" } else { "fatal" };
    let ours: String = ErrorCode::all()
        .map(|code| format!("{} {} {}\n", code.0, code.name(), word(code)))
        .collect();
    assert_eq!(ours, facts(include_str!("../facts/errors.txt")));
}

#[test]
fn every_api_key_is_kafkas() {
    let ours: String = ApiKey::ALL
        .iter()
        .map(|key| format!("{} {key}\n", key.as_i16()))
        .collect();
    assert_eq!(ours, facts(include_str!("../facts/api_keys.txt")));
}

#[test]
fn every_error_code_of_an_answer_is_shown_and_no_other_number() {
    use dmq_protocol::messages::produce::{PartitionProduceResponse, ProduceResponse, TopicProduceResponse};
    use dmq_protocol::messages::{fetch::FetchResponse, metadata::MetadataRequest};
    use dmq_protocol::{ErrorCode, Wire};

    let partition = |index, error_code| PartitionProduceResponse {
        index,
        error_code,
        ..PartitionProduceResponse::default()
    };
    let topic = |partition_responses| TopicProduceResponse {
        partition_responses,
        ..TopicProduceResponse::default()
    };
    let (none, full) = (ErrorCode::NONE, ErrorCode::NOT_ENOUGH_REPLICAS);
    let response = ProduceResponse {
        responses: vec![
            topic(vec![partition(5, full), partition(6, none)]),
            topic(vec![partition(7, full)]),
        ],
        throttle_time_ms: 9,
        ..ProduceResponse::default()
    };
    let mut seen = Vec::new();
    response.error_codes(&mut |code| seen.push(code));
    FetchResponse::default().error_codes(&mut |code| seen.push(code));
    assert_eq!(seen, [full, none, full, none]);
    const { assert!(!MetadataRequest::HAS_ERROR_CODES && ProduceResponse::HAS_ERROR_CODES) };
}
