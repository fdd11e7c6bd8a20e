//! The OpenAPI description: which endpoints there are, what they take and what they answer, made of the types that the
//! handlers themselves read and write.
//!
//! Served at `/api/v1/openapi.json`, kept at `docs/openapi.json` (a test holds them equal), and tried by a fuzzer that
//! reads it (`compat/`): an answer that is not described here fails there.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::broker_status::StatusResponse;
use super::consume::{ConsumeRequest, ConsumeResponse};
use super::metadata::{MetadataView, PushRequest, PushResponse};
use super::produce::{ProduceRequest, ProduceResponse};
use super::refusal::Told;
use super::storage_heartbeat::{HeartbeatAnswer, HeartbeatRequest};
use crate::controller_link::HEARTBEAT_PATH;

/// Where schemas with a name stand.
const DEFINITIONS: &str = "/components/schemas";

/// Statuses that every endpoint with a limit has.
const LIMITED: &[u16] = &[429, 503];
/// Statuses of what is refused in a body, beside those.
const BODY: &[u16] = &[400, 408, 413, 415];

/// An endpoint.
struct Operation {
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    request: Option<fn(&mut SchemaGenerator) -> Schema>,
    success: Content,
    /// The shape of a refusal, where it is another one.
    refusal: Option<Content>,
    /// Every status but 200.
    statuses: &'static [&'static [u16]],
}

/// What an answer's body is.
#[derive(Clone, Copy)]
enum Content {
    Json(fn(&mut SchemaGenerator) -> Schema),
    Text,
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

const OPERATIONS: &[Operation] = &[
    Operation {
        method: "post",
        path: "/api/v1/storage/messages",
        id: "produce",
        summary: "Appends messages to a partition as one record batch: all of them or none",
        request: Some(of::<ProduceRequest>),
        success: Content::Json(of::<ProduceResponse>),
        refusal: None,
        statuses: &[LIMITED, BODY, &[401, 403, 404, 409, 421, 500, 504]],
    },
    Operation {
        method: "post",
        path: "/api/v1/storage/consume",
        id: "consume",
        summary: "Reads messages of a partition from an offset on, waiting until there are enough",
        request: Some(of::<ConsumeRequest>),
        success: Content::Json(of::<ConsumeResponse<'_>>),
        refusal: None,
        statuses: &[LIMITED, BODY, &[401, 403, 404, 421, 500]],
    },
    Operation {
        method: "get",
        path: "/api/v1/storage/partitions/{topic}/{partition}/high-water-mark",
        id: "highWaterMark",
        summary: "The first offset of a partition that no consumer may read yet",
        request: None,
        success: Content::Json(of::<i64>),
        refusal: Some(Content::Json(of::<Told>)),
        statuses: &[LIMITED, &[400, 401, 403, 404, 421, 500]],
    },
    Operation {
        method: "post",
        path: "/api/v1/storage/metadata",
        id: "pushMetadata",
        summary: "Takes over what an external controller says of brokers and partitions, as a whole or not at all",
        request: Some(of::<PushRequest>),
        success: Content::Json(of::<PushResponse>),
        refusal: None,
        statuses: &[LIMITED, BODY, &[401, 403, 409, 500]],
    },
    Operation {
        method: "get",
        path: "/api/v1/storage/metadata",
        id: "metadata",
        summary: "The metadata in force, in the shape of a push",
        request: None,
        success: Content::Json(of::<MetadataView>),
        refusal: None,
        statuses: &[LIMITED],
    },
    Operation {
        method: "post",
        path: HEARTBEAT_PATH,
        id: "storageHeartbeat",
        summary: "Takes the report of a storage service, where this broker is its controller",
        request: Some(of::<HeartbeatRequest>),
        success: Content::Json(of::<HeartbeatAnswer>),
        refusal: None,
        statuses: &[LIMITED, BODY, &[401, 403, 421, 500]],
    },
    Operation {
        method: "get",
        path: "/api/v1/storage/status",
        id: "status",
        summary: "What the broker is and does, for people",
        request: None,
        success: Content::Json(of::<StatusResponse>),
        refusal: None,
        statuses: &[&[500]],
    },
    Operation {
        method: "get",
        path: "/api/v1/storage/health",
        id: "health",
        summary: "Whether requests are served",
        request: None,
        success: Content::Text,
        refusal: None,
        statuses: &[&[503]],
    },
    Operation {
        method: "get",
        path: "/api/v1/storage/liveness",
        id: "liveness",
        summary: "Whether the process is at work, recovering too",
        request: None,
        success: Content::Text,
        refusal: None,
        statuses: &[],
    },
    Operation {
        method: "get",
        path: "/api/v1/storage/readiness",
        id: "readiness",
        summary: "Whether clients should be sent here",
        request: None,
        success: Content::Text,
        refusal: None,
        statuses: &[&[503]],
    },
    Operation {
        method: "get",
        path: "/metrics",
        id: "metrics",
        summary: "Everything that is counted, for Prometheus",
        request: None,
        success: Content::Text,
        refusal: None,
        statuses: &[],
    },
];

/// What each status means here.
fn meaning(status: u16) -> &'static str {
    match status {
        200 => "Done",
        400 => "The request is not valid, the topic's name is not legal, or the offset is out of range",
        401 => "Not authenticated",
        403 => "Not authorized",
        404 => "There is no such topic or partition",
        405 => "The endpoint does not have this method",
        408 => "The body stopped coming",
        409 => "The metadata, the producer's epoch or its sequence is out of date or out of order",
        413 => "The body or the batch is too large",
        415 => "The body is not JSON in UTF-8",
        421 => "Another broker leads the partition (`leader` names it), or another service is the controller",
        429 => "Too much at a time",
        500 => "The broker failed, its log directory for example",
        503 => "Too few replicas are in sync, or the broker is starting or stopping",
        504 => "Appended, but not by all in-sync replicas in time",
        _ => "See errorCode",
    }
}

static DESCRIPTION: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&description()).unwrap_or_default();
    text.push('\n');
    text
});

/// The description as JSON text.
pub fn text() -> &'static str {
    &DESCRIPTION
}

/// Serves it.
pub async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], text()).into_response()
}

fn generator(contract: Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = DEFINITIONS.into();
        settings.meta_schema = None;
        settings.contract = contract;
    });
    settings.into_generator()
}

fn description() -> Value {
    let mut requests = generator(Contract::Deserialize);
    let mut responses = generator(Contract::Serialize);
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let described = operation.describe(&mut requests, &mut responses);
        let path = paths.entry(operation.path).or_insert_with(|| Value::Object(Map::new()));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(operation.method.to_owned(), described);
        }
    }
    let mut schemas = requests.take_definitions(true);
    schemas.extend(responses.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "DMQ storage service",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Unknown fields of a request are ignored. An error has the shape of a success, with \
                `success: false`, an `errorCode` by Kafka's names, and an `errorMessage` that says what was wrong.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://localhost:8082"}],
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

impl Operation {
    fn describe(&self, requests: &mut SchemaGenerator, responses: &mut SchemaGenerator) -> Value {
        let mut answers = Map::new();
        answers.insert("200".to_owned(), self.success.answer(200, responses));
        let refusal = self.refusal.unwrap_or(self.success);
        for status in self.statuses.iter().copied().flatten().chain(&[405]) {
            let content = match status {
                // The same for all that are only looked at.
                405 if self.method == "get" && self.path != "/api/v1/storage/metadata" => Content::Json(of::<Told>),
                405 if self.method == "get" => Content::Json(of::<PushResponse>),
                _ => refusal,
            };
            answers.insert(status.to_string(), content.answer(*status, responses));
        }
        let mut described = json!({
            "operationId": self.id,
            "summary": self.summary,
            "parameters": parameters(self.path),
            "responses": answers,
        });
        if let (Some(request), Some(fields)) = (self.request, described.as_object_mut()) {
            let schema = request(requests);
            let body = json!({"required": true, "content": {"application/json": {"schema": schema}}});
            fields.insert("requestBody".to_owned(), body);
        }
        described
    }
}

impl Content {
    fn answer(self, status: u16, generator: &mut SchemaGenerator) -> Value {
        let content = match self {
            Content::Json(schema) => json!({"application/json": {"schema": schema(generator)}}),
            Content::Text => json!({"text/plain": {"schema": {"type": "string"}}}),
        };
        let mut answer = json!({"description": meaning(status), "content": content});
        if let (429 | 503, Some(fields)) = (status, answer.as_object_mut()) {
            let seconds = json!({"description": "Seconds", "schema": {"type": "integer", "minimum": 0}});
            fields.insert("headers".to_owned(), json!({"Retry-After": seconds}));
        }
        answer
    }
}

/// What stands in the braces of a path.
fn parameters(path: &str) -> Vec<Value> {
    let names = path.split(['{', '}']).skip(1).step_by(2);
    let parameter = |name: &str| {
        let schema = match name {
            "partition" => json!({"type": "integer", "minimum": 0, "maximum": i32::MAX}),
            _ => json!({"type": "string", "pattern": "^[a-zA-Z0-9._-]{1,249}$"}),
        };
        json!({"name": name, "in": "path", "required": true, "schema": schema})
    };
    names.map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_are_described_by_the_handlers_types() {
        let description = description();
        let schema = |name: &str| &description["components"]["schemas"][name];
        let request = schema("ProduceRequest");
        assert_eq!(request["required"], json!(["topic", "partition", "messages"]));
        assert_eq!(
            request["properties"]["requiredAcks"],
            json!({"type": ["integer", "null"], "minimum": -1, "maximum": 1})
        );
        assert_eq!(request["properties"]["messages"]["minItems"], 1);
        let answer = &description["paths"]["/api/v1/storage/messages"]["post"]["responses"]["421"];
        assert_eq!(
            answer["content"]["application/json"]["schema"],
            json!({"$ref": "#/components/schemas/ProduceResponse"})
        );
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
        let description = description();
        let schemas = description["components"]["schemas"].as_object().unwrap();
        let text = description.to_string();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
        let mut ids: Vec<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), OPERATIONS.len());
    }
}
