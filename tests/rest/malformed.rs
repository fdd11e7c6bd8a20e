//! Bodies that are not what they must be: each gets an error that says so, and none changes anything.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::json;

use crate::harness::{CONSUME, MESSAGES, TestBroker, exchange, request};

/// Bodies of produce requests and a part of what must be said of each.
const WHOLE: &[(&str, &str)] = &[
    ("", "EOF while parsing"),
    ("{", "EOF while parsing"),
    ("null", "expected a JSON object"),
    ("[]", "expected a JSON object"),
    (r#"["orders", 0, [{"value": "YQ=="}]]"#, "expected a JSON object"),
    ("{} {}", "missing field `topic`"),
    (
        r#"{"partition": 0, "messages": [{"value": "YQ=="}]}"#,
        "missing field `topic`",
    ),
    (
        r#"{"topic": "orders", "messages": [{"value": "YQ=="}]}"#,
        "missing field `partition`",
    ),
    (r#"{"topic": "orders", "partition": 0}"#, "missing field `messages`"),
    (r#"{"topic": null}"#, "topic: invalid type: null"),
    (r#"{"topic": 7}"#, "topic: invalid type: integer `7`"),
    (r#"{"topic": "a", "topic": "b"}"#, "duplicate field `topic`"),
    (
        r#"{"partition": -1}"#,
        "partition: invalid value: integer `-1`, expected an integer from 0 to 2147483647",
    ),
    (
        r#"{"partition": 2147483648}"#,
        "partition: invalid value: integer `2147483648`",
    ),
    (r#"{"partition": 0.5}"#, "partition: invalid type: floating point `0.5`"),
    (r#"{"partition": "0"}"#, "partition: invalid type: string \"0\""),
    (r#"{"messages": {}}"#, "messages: invalid type: map"),
    (
        r#"{"topic": "orders", "partition": 0, "messages": [{"value": "YQ=="}]} x"#,
        "trailing characters",
    ),
];

/// The same for what stands between the brackets of `messages`.
const MESSAGE: &[(&str, &str)] = &[
    (
        "",
        "messages: invalid length 0, expected an array of 1 to 1000000 messages",
    ),
    ("null", "messages[0]: invalid type: null"),
    (r#"["k", "YQ=="]"#, "messages[0]: invalid type: sequence"),
    (
        r#"{"value": "YQ=="}, {"key": "k"}"#,
        "messages[1]: missing field `value`",
    ),
    (r#"{"value": null}"#, "messages[0].value: invalid type: null"),
    (r#"{"value": ""}"#, "messages[0].value: invalid length 0"),
    (r#"{"value": []}"#, "messages[0].value: invalid length 0"),
    (r#"{"value": "Y!=="}"#, "messages[0].value: 'Y!==' is not base64"),
    (
        r#"{"value": [1, 256]}"#,
        "messages[0].value[1]: invalid value: integer `256`",
    ),
    (r#"{"key": 5}"#, "messages[0].key: invalid type"),
    (r#"{"key": "\ud800"}"#, "messages[0].key"),
    (r#"{"timestamp": -1}"#, "messages[0].timestamp: invalid value"),
    (r#"{"timestamp": 1e30}"#, "messages[0].timestamp: invalid type"),
    (r#"{"headers": {"a": 1}}"#, "messages[0].headers.a: invalid type"),
    (r#"{"headers": {"a": "1", "a": "2"}}"#, "the header 'a' occurs twice"),
];

/// The same for fields of a request that is otherwise in order.
const FIELD: &[(&str, &str)] = &[
    (
        r#""requiredAcks": 2"#,
        "requiredAcks: invalid value: integer `2`, expected an integer from -1 to 1",
    ),
    (r#""requiredAcks": "all""#, "requiredAcks: invalid type"),
    (r#""timeoutMs": -1"#, "timeoutMs: invalid value"),
    (r#""producerId": """#, "producerId: invalid value"),
    (r#""producerId": -1"#, "producerId: invalid value"),
    (r#""producerEpoch": 32768"#, "producerEpoch: invalid value"),
    (r#""producerId": 1, "baseSequence": 0"#, "baseSequence is given without"),
    (
        r#""producerId": 1, "producerEpoch": 0, "baseSequence": -1"#,
        "baseSequence: invalid value",
    ),
];

/// The same for fields of a consume request that is otherwise in order.
const CONSUMED: &[(&str, &str)] = &[
    (r#""maxMessages": 1"#, "missing field `offset`"),
    (r#""offset": "0""#, "offset: invalid type"),
    (r#""offset": 9223372036854775808"#, "offset: invalid value"),
    (
        r#""offset": 0, "maxMessages": 0"#,
        "maxMessages: invalid value: integer `0`",
    ),
    (r#""offset": 0, "maxWaitMs": -1"#, "maxWaitMs: invalid value"),
    (r#""offset": 0, "minBytes": -1"#, "minBytes: invalid value"),
    (r#""offset": 0, "maxBytes": -1"#, "maxBytes: invalid value"),
    (r#""offset": 0, "consumerGroup": 1"#, "consumerGroup: invalid type"),
    (
        r#""offset": 0, "isolationLevel": "serializable""#,
        "unknown variant `serializable`, expected",
    ),
];

#[tokio::test]
async fn a_malformed_body_is_told_what_is_wrong_with_it_and_changes_nothing() {
    let broker = TestBroker::start().await;
    let invalid = (400, "INVALID_REQUEST".to_owned());
    let place = r#""topic": "orders", "partition": 0"#;
    let whole = WHOLE.iter().map(|(body, told)| ((*body).to_owned(), told));
    let message = MESSAGE
        .iter()
        .map(|(message, told)| (format!(r#"{{{place}, "messages": [{message}]}}"#), told));
    let field = FIELD.iter().map(|(field, told)| {
        (
            format!(r#"{{{place}, "messages": [{{"value": "YQ=="}}], {field}}}"#),
            told,
        )
    });
    for (body, told) in whole.chain(message).chain(field) {
        let reply = broker.post(MESSAGES, &body).await;
        assert_eq!(reply.refusal(), invalid, "{body}");
        assert!(reply.message().contains(told), "{body}: {}", reply.message());
        assert!(
            reply.json()["results"].is_array() && reply.json()["throttleTimeMs"] == 0,
            "{}",
            reply.text
        );
    }
    for (fields, told) in CONSUMED {
        let body = format!("{{{place}, {fields}}}");
        let reply = broker.post(CONSUME, &body).await;
        assert_eq!(reply.refusal(), invalid, "{body}");
        assert!(reply.message().contains(told), "{body}: {}", reply.message());
        assert_eq!(
            (&reply.json()["messages"], &reply.json()["highWaterMark"]),
            (&json!([]), &json!(-1))
        );
    }
    assert_eq!(broker.end_offset("orders"), 0);
}

#[tokio::test]
async fn bytes_that_are_no_text_and_bombs_are_refused() {
    let broker = TestBroker::start().await;
    let not_text = broker.post(MESSAGES, b"{\"topic\": \"\xff\"}").await;
    assert_eq!(not_text.refusal().0, 400);
    assert!(not_text.message().contains("not UTF-8"), "{}", not_text.message());
    let nested = format!(r#"{{"topic": {}"#, "[".repeat(200_000));
    assert_eq!(broker.post(MESSAGES, nested).await.refusal().0, 400);
    let echo = broker
        .post(MESSAGES, format!(r#"{{"partition": "{}"}}"#, "x".repeat(200_000)))
        .await;
    assert_eq!(echo.refusal().0, 400);
    assert!(echo.text.len() < 2_000, "{}", echo.text.len());
}

#[tokio::test]
async fn other_content_types_are_415() {
    let broker = TestBroker::start().await;
    let body = br#"{"topic": "orders", "partition": 0, "messages": [{"value": "YQ=="}]}"#;
    for (headers, status) in [
        ("", 200),
        ("Content-Type: application/json; charset=UTF-8\r\n", 200),
        ("Content-Type: application/x-www-form-urlencoded\r\n", 415),
        ("Content-Type: text/plain\r\n", 415),
    ] {
        let reply = request(broker.address(), "POST", MESSAGES, headers, body).await;
        assert_eq!(reply.status, status, "{headers}");
        if status != 200 {
            assert_eq!(reply.refusal().1, "INVALID_REQUEST");
        }
    }
    assert_eq!(broker.high_watermark("orders").await, 2);
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_however_its_length_is_told() {
    let broker = TestBroker::start_with(&[("socket.request.max.bytes", "2048")]).await;
    let too_large = (413, "MESSAGE_TOO_LARGE".to_owned());
    let body = format!(r#"{{"topic": "orders", "partition": 0, "x": "{}"}}"#, "x".repeat(3_000));
    let reply = broker.post(MESSAGES, &body).await;
    assert_eq!(reply.refusal(), too_large);
    assert!(
        reply
            .message()
            .contains("at most 2048 are taken (socket.request.max.bytes)"),
        "{}",
        reply.message()
    );
    let head = format!("POST {CONSUME} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunked = format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    assert_eq!(
        exchange(broker.address(), chunked.as_bytes()).await.refusal(),
        too_large
    );
    // A claim alone is enough.
    let claim =
        format!("POST {MESSAGES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n");
    assert_eq!(exchange(broker.address(), claim.as_bytes()).await.refusal(), too_large);
}

/// Bytes, or a request with a part of it replaced by something else.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let whole = r#"{"topic":"orders","partition":0,"offset":0,
        "messages":[{"key":"k","value":"YQ==","timestamp":5,"headers":{"h":"v"}}],
        "producerId":"p","producerEpoch":1,"baseSequence":0,"requiredAcks":1,"timeoutMs":100,
        "maxMessages":1,"maxWaitMs":0,"minBytes":0,"maxBytes":10,
        "consumerGroup":"g","isolationLevel":"read_committed"}"#;
    let part = prop_oneof![
        "[0-9eE+.-]{1,25}".prop_map(String::into_bytes),
        Just(b"null".to_vec()),
        Just(b"\"\"".to_vec()),
        "[\\[\\]{}\":,]{1,4}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..8),
    ];
    let changed = (0..whole.len(), 0..12_usize, part).prop_map(move |(at, len, part)| {
        let after = (at + len).min(whole.len());
        [&whole.as_bytes()[..at], &part, &whole.as_bytes()[after..]].concat()
    });
    prop_oneof![3 => changed, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

#[tokio::test]
async fn no_body_is_the_brokers_fault() {
    let broker = TestBroker::start().await;
    let seed = std::env::var("DMQ_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| broker.broker.handles().random.next_u64());
    let config = Config {
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    for round in 0..150 {
        let body = bodies().new_tree(&mut runner).unwrap().current();
        for path in [MESSAGES, CONSUME] {
            let before = broker.end_offset("orders");
            let reply = broker.post(path, &body).await;
            let told = format!(
                "DMQ_SEED={seed} round {round} {path}: {reply:?} for {}",
                String::from_utf8_lossy(&body)
            );
            assert!(reply.status < 500, "{told}");
            assert_eq!(reply.json()["success"], reply.status == 200, "{told}");
            if reply.status != 200 {
                assert_eq!(broker.end_offset("orders"), before, "{told}");
            }
        }
    }
}
