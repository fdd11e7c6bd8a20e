//! Why a request was not served, and how every endpoint says so.
//!
//! An answer of an endpoint has one shape: what went well and what did not are told in the same fields.

use axum::Json;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use dmq_protocol::ErrorCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::status;
use crate::api::Handles;
use crate::api::errors::code_of;
use crate::api::produce::Refusal;
use crate::controller::REST_LISTENER;
use crate::ids::{BrokerId, PartitionId};
use crate::limits::REST_ERROR_MESSAGE_BYTES_MAX;
use crate::partition::PartitionError;

/// A request that was not served.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Kafka's code.
    pub code: ErrorCode,
    /// The code's name where it is not Kafka's.
    name: Option<&'static str>,
    /// The HTTP status.
    pub status: StatusCode,
    /// What was wrong, with which value, and what would be right.
    pub message: String,
    /// The messages at fault, by their place in the request.
    pub messages: Vec<(i32, String)>,
    /// Who leads the partition instead.
    pub leader: Option<Leader>,
}

/// The leader of a partition that this broker does not lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Leader {
    id: i32,
    host: Option<String>,
    port: Option<u16>,
}

impl Refused {
    /// A refusal with the status that belongs to its code.
    pub fn new(code: ErrorCode, message: String) -> Refused {
        Refused {
            code,
            name: None,
            status: status::of(code),
            message: shortened(message),
            messages: Vec::new(),
            leader: None,
        }
    }

    /// A request that is not what it must be.
    pub fn invalid(message: impl Into<String>) -> Refused {
        Refused::new(ErrorCode::INVALID_REQUEST, message.into())
    }

    /// A request with a method that the endpoint does not have.
    pub fn method(method: &Method, allowed: &str) -> Refused {
        Refused::invalid(format!("the method {method} is not allowed here, {allowed} is"))
            .with_status(StatusCode::METHOD_NOT_ALLOWED)
    }

    /// The same refusal with a status that HTTP has and the codes do not tell apart.
    pub fn with_status(self, status: StatusCode) -> Refused {
        Refused { status, ..self }
    }

    /// The same refusal under a name that Kafka's table does not have.
    pub fn named(self, name: &'static str) -> Refused {
        Refused {
            name: Some(name),
            ..self
        }
    }

    /// The name to tell.
    pub fn code_name(&self) -> &'static str {
        self.name.unwrap_or(self.code.name())
    }

    /// The same refusal, naming the topic, the partition and, where another broker leads, that one.
    pub fn about(mut self, handles: &Handles, topic: &str, partition: PartitionId) -> Refused {
        if self.code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION {
            self.message = shortened(format!(
                "there is no partition {partition} of a topic '{topic}' in this cluster"
            ));
        }
        if self.code == ErrorCode::NOT_LEADER_OR_FOLLOWER {
            self.leader = Leader::of(handles, topic, partition);
            self.message = match &self.leader {
                Some(Leader {
                    id,
                    host: Some(host),
                    port: Some(port),
                }) => format!("{topic}-{partition} is led by broker {id} at {host}:{port}, not by this broker"),
                Some(Leader { id, .. }) => format!("{topic}-{partition} is led by broker {id}, not by this broker"),
                None => format!("{topic}-{partition} has no leader at present"),
            };
        }
        self
    }
}

impl Leader {
    /// Who leads by the metadata, with the address of its REST listener or else of its first listener.
    fn of(handles: &Handles, topic: &str, partition: PartitionId) -> Option<Leader> {
        let image = handles.metadata.load();
        let BrokerId(id) = image.topics.partition(topic, partition)?.leader?;
        let broker = image.cluster.broker(BrokerId(id));
        let endpoint = broker.and_then(|broker| broker.endpoint(REST_LISTENER).or(broker.endpoints.first()));
        Some(Leader {
            id,
            host: endpoint.map(|endpoint| endpoint.host.to_string()),
            port: endpoint.map(|endpoint| endpoint.port),
        })
    }
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Refused {
        Refused::new(code, code.message().to_owned())
    }
}

impl From<PartitionError> for Refused {
    fn from(error: PartitionError) -> Refused {
        Refused::new(code_of(&error), error.to_string())
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused {
            messages: refusal.records,
            ..Refused::new(refusal.code, refusal.message)
        }
    }
}

/// The body of an endpoint's answers.
pub trait Shape: Serialize {
    /// The body of a refusal.
    fn refused(refused: &Refused) -> Self;
}

/// The body of a refusal where a success has no fields to share with it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    #[serde(skip_serializing_if = "Option::is_none")]
    leader: Option<Leader>,
    error_message: String,
    error_code: &'static str,
    success: bool,
}

impl Shape for Told {
    fn refused(refused: &Refused) -> Told {
        Told {
            leader: refused.leader.clone(),
            error_message: refused.message.clone(),
            error_code: refused.code_name(),
            success: false,
        }
    }
}

/// The response that says what came of a request.
pub fn answer<S: Shape>(result: Result<S, Refused>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(refused) => (refused.status, Json(S::refused(&refused))).into_response(),
    }
}

/// The message, cut where it echoes too much of what was sent.
fn shortened(mut message: String) -> String {
    if message.len() > REST_ERROR_MESSAGE_BYTES_MAX {
        message.truncate(message.floor_char_boundary(REST_ERROR_MESSAGE_BYTES_MAX));
        message.push('…');
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_echoes_only_so_much_and_cuts_between_characters() {
        let refused = Refused::invalid("ä".repeat(1_000_000));
        assert!(refused.message.len() <= REST_ERROR_MESSAGE_BYTES_MAX + '…'.len_utf8());
        assert!(refused.message.ends_with("ä…"));
        assert_eq!(Refused::invalid("short").message, "short");
    }

    #[test]
    fn a_status_of_its_own_leaves_the_code() {
        let refused = Refused::method(&Method::PUT, "POST");
        assert_eq!(
            (refused.status.as_u16(), refused.code),
            (405, ErrorCode::INVALID_REQUEST)
        );
        assert_eq!(refused.message, "the method PUT is not allowed here, POST is");
    }
}
