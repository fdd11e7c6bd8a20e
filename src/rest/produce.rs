//! Produce: the messages of one request as one record batch, by the way that a Kafka producer's batch takes.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request};
use axum::response::{IntoResponse, Response};
use dmq_protocol::ErrorCode;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::batch::Records;
use super::json::{HeaderFields, Int, NonNegative, Object, Payload};
use super::producer::{Producer, ProducerName};
use super::refusal::{Leader, Refused, Shape, answer};
use super::{RestState, body, topic};
use crate::api::Handles;
use crate::api::produce::{produce_next, produce_one};
use crate::ids::PartitionId;
use crate::limits::REST_MESSAGES_MAX;
use crate::partition::RequiredAcks;

/// How long all in-sync replicas may take when the request does not say.
const TIMEOUT_MS: u64 = 30_000;

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProduceRequest {
    topic: String,
    partition: NonNegative<{ i32::MAX as i64 }>,
    messages: Messages,
    producer_id: Option<ProducerName>,
    producer_epoch: Option<NonNegative<{ i16::MAX as i64 }>>,
    base_sequence: Option<NonNegative<{ i32::MAX as i64 }>>,
    required_acks: Option<Int<-1, 1>>,
    timeout_ms: Option<NonNegative<{ i32::MAX as i64 }>>,
}

/// A message as it is to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ProducedMessage {
    /// The key, if there is one.
    pub key: Option<String>,
    /// The value; not empty.
    pub value: Vec<u8>,
    /// Milliseconds since 1970; the time of its arrival where there is none.
    pub timestamp: Option<i64>,
    /// The headers.
    pub headers: HeaderFields,
}

#[derive(Deserialize, JsonSchema)]
struct MessageFields {
    key: Option<String>,
    value: Payload,
    timestamp: Option<NonNegative<{ i64::MAX }>>,
    headers: Option<HeaderFields>,
}

/// The messages of one request; at least one.
#[derive(Debug)]
struct Messages(Vec<ProducedMessage>);

impl JsonSchema for Messages {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Messages".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let message = generator.subschema_for::<MessageFields>();
        json_schema!({"type": "array", "items": message, "minItems": 1, "maxItems": REST_MESSAGES_MAX})
    }
}

impl<'de> Deserialize<'de> for Messages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Messages, D::Error> {
        deserializer.deserialize_seq(MessagesVisitor)
    }
}

struct MessagesVisitor;

impl<'de> Visitor<'de> for MessagesVisitor {
    type Value = Messages;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of 1 to {REST_MESSAGES_MAX} messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut objects: A) -> Result<Messages, A::Error> {
        let mut messages = Vec::new();
        while let Some(Object(fields)) = objects.next_element::<Object<MessageFields>>()? {
            if messages.len() == REST_MESSAGES_MAX {
                return Err(A::Error::invalid_length(REST_MESSAGES_MAX + 1, &self));
            }
            messages.push(ProducedMessage {
                key: fields.key,
                value: fields.value.0,
                timestamp: fields.timestamp.map(Int::get),
                headers: fields.headers.unwrap_or_default(),
            });
        }
        match messages.is_empty() {
            true => Err(A::Error::invalid_length(0, &self)),
            false => Ok(Messages(messages)),
        }
    }
}

/// The body of an answer.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProduceResponse {
    topic: Option<String>,
    partition: Option<i32>,
    results: Vec<MessageResult>,
    throttle_time_ms: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    leader: Option<Leader>,
    error_message: Option<String>,
    error_code: &'static str,
    success: bool,
}

/// What became of one message.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MessageResult {
    offset: i64,
    timestamp: i64,
    error_code: &'static str,
    error_message: Option<String>,
}

impl Shape for ProduceResponse {
    fn refused(refused: &Refused) -> ProduceResponse {
        ProduceResponse {
            topic: None,
            partition: None,
            results: Vec::new(),
            throttle_time_ms: 0,
            leader: refused.leader.clone(),
            error_message: Some(refused.message.clone()),
            error_code: refused.code_name(),
            success: false,
        }
    }
}

pub async fn produce(State(state): State<RestState>, request: Request<Body>) -> Response {
    let (handles, request) = match receive(&state, request).await {
        Ok(received) => received,
        Err(refused) => return answer::<ProduceResponse>(Err(refused)),
    };
    let (name, messages) = (request.topic.clone(), request.messages.0.len());
    let partition = PartitionId(request.partition.as_i32());
    match append(&handles, partition, request).await {
        Ok(response) => answer(Ok(response)),
        Err(refused) => {
            let refused = refused.about(&handles, &name, partition);
            let body = ProduceResponse {
                topic: Some(name),
                partition: Some(partition.0),
                results: results_of(&refused, messages),
                ..ProduceResponse::refused(&refused)
            };
            (refused.status, Json(body)).into_response()
        }
    }
}

/// A refusal in the endpoint's shape.
pub fn refuse(refused: Refused) -> Response {
    answer::<ProduceResponse>(Err(refused))
}

pub async fn wrong_method(method: Method) -> Response {
    answer::<ProduceResponse>(Err(Refused::method(&method, "POST")))
}

async fn receive(state: &RestState, request: Request<Body>) -> Result<(Arc<Handles>, ProduceRequest), Refused> {
    let handles = state.handles()?;
    let request: ProduceRequest = body::read(request, handles.settings.socket_request_max_bytes).await?;
    topic::check(&request.topic)?;
    Ok((handles, request))
}

/// All messages share the fate of their batch; those at fault are told apart by what is said of them.
fn results_of(refused: &Refused, messages: usize) -> Vec<MessageResult> {
    let at_fault: HashMap<i32, &String> = refused.messages.iter().map(|(place, why)| (*place, why)).collect();
    let result = |place| MessageResult {
        offset: -1,
        timestamp: -1,
        error_code: refused.code_name(),
        error_message: at_fault.get(&place).map(|why| (*why).clone()),
    };
    (0..).take(messages).map(result).collect()
}

async fn append(
    handles: &Arc<Handles>,
    number: PartitionId,
    request: ProduceRequest,
) -> Result<ProduceResponse, Refused> {
    let producer = Producer::of(request.producer_id, request.producer_epoch, request.base_sequence)?;
    let acks = request.required_acks.map_or(-1, Int::as_i16);
    let acks = RequiredAcks::from_wire(acks).ok_or(ErrorCode::INVALID_REQUEST)?;
    let timeout = Duration::from_millis(request.timeout_ms.map_or(TIMEOUT_MS, Int::as_u64));
    let partition = handles.partition_by_name(&request.topic, number)?;

    let now_ms = handles.clock.now_ms();
    let Messages(messages) = request.messages;
    let timestamps: Vec<i64> = messages
        .iter()
        .map(|message| message.timestamp.unwrap_or(now_ms))
        .collect();
    let records = Records::encode(messages, now_ms)?;
    let appended = match producer {
        Producer::Anonymous => produce_one(partition, records.anonymous()?, acks, timeout).await,
        Producer::Idempotent(id, epoch, first) => {
            produce_one(partition, records.sequenced(id, epoch, first)?, acks, timeout).await
        }
        Producer::Fencing(id, epoch) => {
            let build = |first| records.sequenced(id, epoch, first);
            produce_next(partition, (id, epoch), build, acks, timeout).await
        }
    };
    let info = appended?;
    let results = timestamps.into_iter().zip(0..).map(|(timestamp, place)| MessageResult {
        offset: match acks {
            RequiredAcks::None => -1,
            RequiredAcks::Leader | RequiredAcks::All => info.first_offset.plus(place).0,
        },
        timestamp: info.log_append_time_ms.unwrap_or(timestamp),
        error_code: ErrorCode::NONE.name(),
        error_message: None,
    });
    Ok(ProduceResponse {
        results: results.collect(),
        topic: Some(request.topic),
        partition: Some(number.0),
        throttle_time_ms: 0,
        leader: None,
        error_message: None,
        error_code: ErrorCode::NONE.name(),
        success: true,
    })
}
