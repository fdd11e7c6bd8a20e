//! The tables of error codes and of API keys are Kafka 4.4's.

use std::collections::BTreeMap;
use std::fmt::Write;

use dmq_protocol::header::{request_header_version, response_header_version};
use dmq_protocol::messages::{self, MessageVisitor};
use dmq_protocol::{ApiKey, ErrorCode, Message, VersionRange};

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

/// The versions of every message.
#[derive(Default)]
struct Versions(BTreeMap<&'static str, VersionRange>);

impl MessageVisitor for Versions {
    fn visit<M: Message>(&mut self) {
        self.0.insert(M::NAME, M::VERSIONS);
    }
}

/// The header versions of an API in the form of the facts file: a run of versions for each pair of them.
fn header_versions(key: ApiKey, versions: VersionRange) -> String {
    let mut runs: Vec<(VersionRange, i16, i16)> = Vec::new();
    for version in versions.iter() {
        let request = request_header_version(key, version).unwrap();
        let response = response_header_version(key, version).unwrap();
        match runs.last_mut() {
            Some(run) if (run.1, run.2) == (request, response) => run.0.max = version,
            _ => runs.push((VersionRange::new(version, version), request, response)),
        }
    }
    runs.into_iter()
        .fold(String::new(), |mut text, (versions, request, response)| {
            write!(text, " | {versions} {request} {response}").unwrap();
            text
        })
}

#[test]
fn every_live_api_has_kafkas_versions_and_headers() {
    let mut versions = Versions::default();
    messages::visit_all(&mut versions);
    let mut ours = String::new();
    for key in ApiKey::ALL {
        let Some(request) = versions.0.get(&*format!("{key}Request")) else {
            continue;
        };
        assert_eq!(versions.0.get(&*format!("{key}Response")), Some(request), "{key}");
        writeln!(
            ours,
            "{} {key} {request}{}",
            key.as_i16(),
            header_versions(*key, *request)
        )
        .unwrap();
    }
    assert_eq!(ours, facts(include_str!("../facts/header_versions.txt")));
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
