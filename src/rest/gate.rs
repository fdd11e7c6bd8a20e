//! How much REST takes on at a time: requests, memory for their bodies, and how long a body may take to come.
//!
//! What is over a limit is refused at once with 429 and `Retry-After`, before its body is read; nothing queues, so a
//! flood of requests costs the Kafka listeners no memory. A body pays for its memory as its bytes come, not by what it
//! claims, and gives it back when the request is answered. Looking at the broker (health, metrics, status) is not limited.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use dmq_protocol::ErrorCode;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refusal::Refused;
use crate::config::BrokerSettings;
use crate::limits::{REST_BODY_BYTES_PER_SECOND_MIN, REST_RETRY_AFTER_SECONDS};

/// Memory is counted in pieces of this size.
const PIECE_BYTES: usize = 4096;

/// What REST may take at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestLimits {
    /// `rest.max.connections`: open connections.
    pub connections_max: usize,
    /// `rest.max.concurrent.requests`: requests being received or answered.
    pub requests_max: usize,
    /// `rest.request.memory.bytes`: bodies of all requests together.
    pub memory_bytes: usize,
    /// `connection.first.request.timeout.ms`: from a connection's start, or its last answer, to a whole request head.
    pub head_timeout: Duration,
    /// `connection.request.stall.timeout.ms`: without a further byte of a body, or with a client that takes no byte of an
    /// answer.
    pub stall_timeout: Duration,
}

impl RestLimits {
    /// The limits that the settings state.
    pub fn of(settings: &BrokerSettings) -> RestLimits {
        RestLimits {
            connections_max: settings.rest_max_connections,
            requests_max: settings.rest_max_concurrent_requests,
            memory_bytes: settings.rest_request_memory_bytes,
            head_timeout: Duration::from_millis(settings.connection_first_request_timeout_ms),
            stall_timeout: Duration::from_millis(settings.connection_request_stall_timeout_ms),
        }
    }
}

/// The limits with what is taken of them.
#[derive(Debug)]
pub struct Gate {
    limits: RestLimits,
    requests: Semaphore,
    memory: Arc<Semaphore>,
}

impl Gate {
    /// A gate through which nothing has gone yet.
    pub fn new(limits: RestLimits) -> Gate {
        Gate {
            limits,
            requests: Semaphore::new(limits.requests_max.min(Semaphore::MAX_PERMITS)),
            memory: Arc::new(Semaphore::new(limits.memory_bytes / PIECE_BYTES)),
        }
    }
}

/// A request that was let in, as the reading of its body sees it.
#[derive(Debug, Clone)]
pub struct Admitted {
    memory: Arc<Memory>,
    stall_timeout: Duration,
}

#[derive(Debug)]
struct Memory {
    all: Arc<Semaphore>,
    limit_bytes: usize,
    taken: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Admitted {
    fn new(gate: &Gate) -> Admitted {
        Admitted {
            memory: Arc::new(Memory {
                all: Arc::clone(&gate.memory),
                limit_bytes: gate.limits.memory_bytes,
                taken: Mutex::new(None),
            }),
            stall_timeout: gate.limits.stall_timeout,
        }
    }

    /// Sees to it that the request has paid for a body of `len` bytes.
    pub fn reserve(&self, len: usize) -> Result<(), Refused> {
        let mut taken = self.memory.taken.lock();
        let has = taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = len.div_ceil(PIECE_BYTES).saturating_sub(has);
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let Ok(more) = Arc::clone(&self.memory.all).try_acquire_many_owned(missing) else {
            let limit = self.memory.limit_bytes;
            return Err(throttled(format!(
                "the bodies of the requests under way take all of {limit} bytes (rest.request.memory.bytes); try again later"
            )));
        };
        match taken.as_mut() {
            Some(taken) => taken.merge(more),
            None => *taken = Some(more),
        }
        Ok(())
    }

    /// How long the next bytes of a body may take that has come for `so_far`, with `len` bytes.
    pub fn patience(&self, so_far: Duration, len: usize) -> Duration {
        let transfer = Duration::from_secs(len as u64 / REST_BODY_BYTES_PER_SECOND_MIN);
        self.stall_timeout
            .min((self.stall_timeout + transfer).saturating_sub(so_far))
    }
}

/// A request that came too much, and may come again.
fn throttled(message: String) -> Refused {
    Refused::new(ErrorCode::THROTTLING_QUOTA_EXCEEDED, message)
}

/// How an endpoint says no, in its own shape.
pub type Refuse = fn(Refused) -> Response;

/// Lets a request in, if there is room.
pub async fn admit(State((gate, refuse)): State<(Arc<Gate>, Refuse)>, mut request: Request, next: Next) -> Response {
    let Ok(_place) = gate.requests.try_acquire() else {
        let limit = gate.limits.requests_max;
        return with_retry_after(refuse(throttled(format!(
            "{limit} requests are under way (rest.max.concurrent.requests); try again later"
        ))));
    };
    let admitted = Admitted::new(&gate);
    request.extensions_mut().insert(admitted.clone());
    let response = next.run(request).await;
    drop(admitted);
    with_retry_after(response)
}

/// Tells clients that may come again when that makes sense.
fn with_retry_after(mut response: Response) -> Response {
    let status = response.status();
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        let seconds = HeaderValue::from(REST_RETRY_AFTER_SECONDS);
        response.headers_mut().entry(RETRY_AFTER).or_insert(seconds);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(memory_bytes: usize) -> Gate {
        Gate::new(RestLimits {
            connections_max: 1,
            requests_max: 1,
            memory_bytes,
            head_timeout: Duration::from_secs(1),
            stall_timeout: Duration::from_secs(10),
        })
    }

    #[test]
    fn memory_is_paid_as_it_grows_and_given_back_at_the_end() {
        let gate = gate(10 * PIECE_BYTES);
        let (first, second) = (Admitted::new(&gate), Admitted::new(&gate));
        assert_eq!(first.reserve(1), Ok(()));
        assert_eq!(first.reserve(6 * PIECE_BYTES), Ok(()));
        assert_eq!(second.reserve(4 * PIECE_BYTES), Ok(()));
        let refused = second.reserve(4 * PIECE_BYTES + 1).unwrap_err();
        assert_eq!(
            (refused.status.as_u16(), refused.code),
            (429, ErrorCode::THROTTLING_QUOTA_EXCEEDED)
        );
        assert!(refused.message.contains("40960 bytes (rest.request.memory.bytes)"));
        drop(first);
        assert_eq!(second.reserve(10 * PIECE_BYTES), Ok(()));
    }

    #[test]
    fn a_body_must_come_on_and_must_not_come_for_ever() {
        let admitted = Admitted::new(&gate(0));
        let seconds = Duration::from_secs;
        assert_eq!(admitted.patience(seconds(0), 0), seconds(10));
        assert_eq!(admitted.patience(seconds(3), 0), seconds(7));
        let len = 20 * REST_BODY_BYTES_PER_SECOND_MIN as usize;
        assert_eq!(admitted.patience(seconds(20), len), seconds(10));
        assert_eq!(admitted.patience(seconds(31), len), seconds(0));
    }
}
