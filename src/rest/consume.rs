//! Consume: the messages of a partition from an offset on, waiting without a thread until there are enough.
//!
//! A consumer goes on after the last message that it was given. So an answer without a message means that there is none
//! yet: stretches of which nothing is shown (markers, aborted transactions) are passed over here, however long they
//! are.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dmq_protocol::ErrorCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::json::{Int, NonNegative};
use super::messages::{Message, Wanted, take};
use super::refusal::{Leader, Refused, Shape, answer};
use super::{RestState, body, topic};
use crate::api::Handles;
use crate::ids::{Offset, PartitionId};
use crate::partition::{FetchFrom, Isolation, Partition, PartitionError, PartitionRead};

const MESSAGES: usize = 100;
const WAIT_MS: u64 = 500;
const MIN_BYTES: u64 = 1;
const MAX_BYTES: u64 = 1024 * 1024;

/// The body of a request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsumeRequest {
    topic: String,
    partition: NonNegative<{ i32::MAX as i64 }>,
    offset: Int<{ i64::MIN }, { i64::MAX }>,
    max_messages: Option<Int<1, { i32::MAX as i64 }>>,
    max_wait_ms: Option<NonNegative<{ i32::MAX as i64 }>>,
    min_bytes: Option<NonNegative<{ i32::MAX as i64 }>>,
    max_bytes: Option<NonNegative<{ i32::MAX as i64 }>>,
    #[expect(dead_code, reason = "callers name their group; positions are kept by them, not here")]
    consumer_group: Option<String>,
    isolation_level: Option<IsolationLevel>,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
enum IsolationLevel {
    #[serde(rename = "read_uncommitted", alias = "READ_UNCOMMITTED")]
    ReadUncommitted,
    #[serde(rename = "read_committed", alias = "READ_COMMITTED")]
    ReadCommitted,
}

/// The body of an answer.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsumeResponse<'a> {
    messages: Vec<Message<'a>>,
    high_water_mark: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    leader: Option<Leader>,
    error_message: Option<String>,
    error_code: &'static str,
    success: bool,
}

impl<'a> ConsumeResponse<'a> {
    fn of(messages: Vec<Message<'a>>, Offset(high_water_mark): Offset) -> ConsumeResponse<'a> {
        ConsumeResponse {
            messages,
            high_water_mark,
            leader: None,
            error_message: None,
            error_code: ErrorCode::NONE.name(),
            success: true,
        }
    }
}

impl Shape for ConsumeResponse<'_> {
    fn refused(refused: &Refused) -> Self {
        ConsumeResponse {
            leader: refused.leader.clone(),
            error_message: Some(refused.message.clone()),
            error_code: refused.code_name(),
            success: false,
            ..ConsumeResponse::of(Vec::new(), Offset::UNKNOWN)
        }
    }
}

pub async fn consume(State(state): State<RestState>, request: Request<Body>) -> Response {
    let (handles, request) = match receive(&state, request).await {
        Ok(received) => received,
        Err(refused) => return answer::<ConsumeResponse<'_>>(Err(refused)),
    };
    let number = PartitionId(request.partition.as_i32());
    let partition = handles.partition_by_name(&request.topic, number);
    let page = match &partition {
        Ok(partition) => Plan::new(&handles, partition, &request).page(&state).await,
        Err(code) => Err(Refused::from(*code)),
    };
    page.unwrap_or_else(|refused| {
        let refused = refused.about(&handles, &request.topic, number);
        let body = ConsumeResponse {
            high_water_mark: partition.map_or(Offset::UNKNOWN, |known| known.high_watermark()).0,
            ..ConsumeResponse::refused(&refused)
        };
        (refused.status, Json(body)).into_response()
    })
}

/// A refusal in the endpoint's shape.
pub fn refuse(refused: Refused) -> Response {
    answer::<ConsumeResponse<'_>>(Err(refused))
}

pub async fn wrong_method(method: Method) -> Response {
    answer::<ConsumeResponse<'_>>(Err(Refused::method(&method, "POST")))
}

async fn receive(state: &RestState, request: Request<Body>) -> Result<(Arc<Handles>, ConsumeRequest), Refused> {
    let handles = state.handles()?;
    let request: ConsumeRequest = body::read(request, handles.settings.socket_request_max_bytes).await?;
    topic::check(&request.topic)?;
    Ok((handles, request))
}

/// What a consume is bound to.
struct Plan<'a> {
    partition: &'a Arc<Partition>,
    topic: &'a str,
    from: Offset,
    isolation: Isolation,
    messages_max: usize,
    min_bytes: u64,
    max_bytes: u64,
    deadline: Instant,
}

/// What a stretch of the log came to.
enum Page {
    /// The body of the answer.
    Messages(Vec<u8>),
    /// Nothing to show; it goes on here.
    Nothing(Offset),
}

impl<'a> Plan<'a> {
    fn new(handles: &Handles, partition: &'a Arc<Partition>, request: &'a ConsumeRequest) -> Plan<'a> {
        let max_bytes = request.max_bytes.map_or(MAX_BYTES, Int::as_u64);
        let max_bytes = max_bytes.min(handles.settings.fetch_max_bytes as u64);
        let messages_max = request.max_messages.map(Int::as_u64);
        let wait = Duration::from_millis(request.max_wait_ms.map_or(WAIT_MS, Int::as_u64));
        Plan {
            partition,
            topic: &request.topic,
            from: Offset(request.offset.get()),
            isolation: match request.isolation_level {
                Some(IsolationLevel::ReadCommitted) => Isolation::ReadCommitted,
                Some(IsolationLevel::ReadUncommitted) | None => Isolation::ReadUncommitted,
            },
            messages_max: messages_max.map_or(MESSAGES, |most| usize::try_from(most).unwrap_or(usize::MAX)),
            // More than may be returned never comes.
            min_bytes: request.min_bytes.map_or(MIN_BYTES, Int::as_u64).min(max_bytes),
            max_bytes,
            deadline: Instant::now() + wait,
        }
    }

    async fn page(mut self, state: &RestState) -> Result<Response, Refused> {
        loop {
            let read = self.wait(state).await;
            let meter = self.partition.meter();
            let read = read
                .inspect(|read| meter.fetched(Ok(read.len())))
                .inspect_err(|error| meter.fetched(Err(error)))?;
            let high_watermark = read.high_watermark;
            if read.is_empty() {
                return Ok(Json(ConsumeResponse::of(Vec::new(), high_watermark)).into_response());
            }
            match self.open(read).await? {
                Page::Messages(body) => return Ok(([(CONTENT_TYPE, "application/json")], body).into_response()),
                Page::Nothing(next) if next > self.from => self.from = next,
                Page::Nothing(_) => {
                    let message = format!("the batch at offset {} of {} ends before it", self.from, self.topic);
                    return Err(Refused::new(ErrorCode::CORRUPT_MESSAGE, message));
                }
            }
        }
    }

    /// Finds enough to read, or what there is when the time is up.
    async fn wait(&self, state: &RestState) -> Result<PartitionRead, PartitionError> {
        let read = self.read()?;
        if read.len() >= self.min_bytes {
            return Ok(read);
        }
        let parked = Parked::at(self.partition);
        loop {
            let read = self.read()?;
            if read.len() >= self.min_bytes {
                return Ok(read);
            }
            tokio::select! {
                () = parked.news.notified() => {}
                () = tokio::time::sleep_until(self.deadline) => return self.read(),
                () = state.stopping() => return Ok(read),
            }
        }
    }

    fn read(&self) -> Result<PartitionRead, PartitionError> {
        let from = FetchFrom {
            offset: self.from,
            current_leader_epoch: None,
            last_fetched_epoch: None,
            isolation: self.isolation,
        };
        self.partition.read(from, self.max_bytes, true)
    }

    /// Reads the files and makes the answer's body, which may take a while.
    async fn open(&self, read: PartitionRead) -> Result<Page, Refused> {
        let (topic, number) = (self.topic.to_owned(), self.partition.name().partition.0);
        let (from, messages_max, bytes_max) = (self.from, self.messages_max, self.max_bytes);
        let inflated_max = self.partition.settings().max_decompressed_message_bytes;
        let upto = match self.isolation {
            Isolation::ReadUncommitted => read.high_watermark,
            Isolation::ReadCommitted => read.last_stable_offset,
        };
        let work = move || {
            let aborted = read.aborted.iter().flatten();
            let wanted = Wanted {
                source: (&topic, number),
                from,
                upto,
                messages_max,
                bytes_max,
                inflated_max,
                aborted: aborted.map(|one| (one.first_offset, one.producer_id)).collect(),
            };
            let stored = read.records.map_or_else(|| Ok(Vec::new()), |range| range.read());
            let stored = stored.map_err(|error| {
                let message = format!("{topic}-{number} cannot be read at offset {from}: {error}");
                Refused::new(ErrorCode::KAFKA_STORAGE_ERROR, message)
            })?;
            let taken = take(Bytes::from(stored), wanted).map_err(|error| {
                let message = format!("a batch of {topic}-{number} at or after offset {from} is damaged: {error}");
                Refused::new(ErrorCode::CORRUPT_MESSAGE, message)
            })?;
            if taken.messages.is_empty() {
                return Ok(Page::Nothing(taken.next));
            }
            let body = ConsumeResponse::of(taken.messages, read.high_watermark);
            let body = serde_json::to_vec(&body).map_err(unexpected)?;
            Ok(Page::Messages(body))
        };
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(unexpected(error)))
    }
}

fn unexpected(error: impl std::fmt::Display) -> Refused {
    Refused::new(ErrorCode::UNKNOWN_SERVER_ERROR, error.to_string())
}

/// A consume's place among the readers of its partition, given back when it ends.
struct Parked<'a> {
    partition: &'a Partition,
    news: Arc<Notify>,
}

impl<'a> Parked<'a> {
    fn at(partition: &'a Partition) -> Parked<'a> {
        let news = Arc::new(Notify::new());
        partition.readers().add(&news);
        Parked { partition, news }
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        self.partition.readers().remove(&self.news);
    }
}
