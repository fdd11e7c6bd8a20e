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
