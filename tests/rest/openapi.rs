//! The OpenAPI description: served, kept in `docs/openapi.json`, and true of every endpoint's methods. That answers are
//! as described is tried by a fuzzer, see `compat/`. To write the file anew: `UPDATE_DOCS=1 cargo test --test rest openapi`.
#![allow(clippy::disallowed_methods)]

use std::path::Path;

use serde_json::Value;

use crate::harness::{TestBroker, request};

#[tokio::test]
async fn the_description_is_served_and_is_the_one_in_the_documentation() {
    let broker = TestBroker::start().await;
    let reply = broker.get("/api/v1/openapi.json").await;
    assert_eq!(reply.status, 200);
    assert!(reply.head.contains("content-type: application/json"), "{}", reply.head);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &reply.text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == reply.text,
        "docs/openapi.json is old; see the head of this file"
    );
}

#[tokio::test]
async fn every_described_path_is_there_with_exactly_the_described_methods() {
    let broker = TestBroker::start().await;
    let description: Value = serde_json::from_str(dmq::rest::openapi_text()).unwrap();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let url = path.replace("{topic}", "orders").replace("{partition}", "0");
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let reply = request(broker.address(), method, &url, "", b"").await;
            let described = methods.get(method.to_ascii_lowercase());
            assert_eq!(reply.status == 405, described.is_none(), "{method} {path}: {reply:?}");
            assert_ne!(reply.status, 404, "{method} {path}");
            let responses = described.map(|described| &described["responses"]);
            assert!(
                responses.is_none_or(|responses| !responses[reply.status.to_string()].is_null()),
                "{method} {path}: {reply:?} is not described"
            );
        }
    }
}
