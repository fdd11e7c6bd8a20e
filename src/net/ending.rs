//! Why a connection ends, what the log says about it, and what is still done for the peer.
//!
//! One log line per connection at most. What happens every day (peers that close, idle connections) is for debugging
//! only; what somebody has to look at is a warning that names the peer and the reason.

use std::io;

use dmq_protocol::frame::{FrameError, OtherProtocol};

use super::answers::AnswerError;
use super::output::SendError;
use super::stats::EndKind;
use crate::api::service::{ConnectionInfo, Disconnect};

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum Ending {
    /// The peer closed its side; the bytes of an unfinished request that it left.
    Closed { unfinished_bytes: usize },
    /// The network or the peer's system broke the connection.
    Broken(io::Error),
    /// Nothing was asked for long enough.
    Idle,
    /// The peer took too long.
    Slow(Slowness),
    /// Not the protocol's framing.
    Frame(FrameError),
    /// A request that the api layer will not take.
    Request(Disconnect),
    /// An answer that cannot be given.
    Answer(SendError),
    /// Earlier requests got no answer in the time that a closing connection has.
    Unfinished,
    /// The broker stops.
    Shutdown,
}

/// What a peer was too slow with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Slowness {
    #[error("no request came after the connection was opened")]
    NoRequest,
    #[error("a request stopped half-way ({arrived_bytes} bytes of it had come)")]
    Request { arrived_bytes: usize },
    #[error("the peer did not read its answers")]
    Answer,
}

impl Ending {
    /// Whether requests that came before still get their answers.
    pub fn answers_earlier_requests(&self) -> bool {
        matches!(self, Ending::Frame(_) | Ending::Request(_) | Ending::Shutdown)
    }

    /// Whether answers that are there already are still sent.
    pub fn sends_finished_answers(&self) -> bool {
        self.answers_earlier_requests() || matches!(self, Ending::Closed { .. })
    }

    /// The class that it is counted under.
    pub fn kind(&self) -> EndKind {
        match self {
            Ending::Closed { .. } | Ending::Broken(_) | Ending::Answer(SendError::Socket(_)) => EndKind::Peer,
            Ending::Idle => EndKind::Idle,
            Ending::Slow(_) => EndKind::Slow,
            Ending::Frame(_) | Ending::Request(_) => EndKind::Violation,
            Ending::Answer(SendError::File(_) | SendError::TooLong(_)) | Ending::Unfinished => EndKind::Failure,
            Ending::Shutdown => EndKind::Shutdown,
        }
    }

    /// Writes the log line.
    pub fn log(&self, connection: &ConnectionInfo, rest_address: Option<&str>) {
        let (peer, listener) = (connection.peer, connection.listener.name.as_str());
        match self {
            Ending::Closed { unfinished_bytes: 0 } => tracing::debug!(%peer, listener, "connection closed by the peer"),
            Ending::Closed { unfinished_bytes } => {
                tracing::debug!(%peer, listener, unfinished_bytes, "connection closed by the peer within a request");
            }
            Ending::Broken(error) | Ending::Answer(SendError::Socket(error)) => {
                tracing::debug!(%peer, listener, %error, "connection broken");
            }
            Ending::Idle => tracing::debug!(%peer, listener, "idle connection closed"),
            Ending::Shutdown => tracing::debug!(%peer, listener, "connection closed, the broker stops"),
            Ending::Slow(Slowness::NoRequest) => {
                tracing::info!(%peer, listener, reason = %Slowness::NoRequest, "connection closed");
            }
            Ending::Slow(reason) => tracing::warn!(%peer, listener, %reason, "connection closed"),
            Ending::Frame(reason @ FrameError::OtherProtocol(OtherProtocol::Http)) => {
                let rest = rest_address.map_or(String::new(), |address| format!("; REST listens on {address}"));
                tracing::warn!(%peer, listener, reason = %format_args!("{reason}{rest}"), "connection closed");
            }
            Ending::Frame(reason) => tracing::warn!(%peer, listener, %reason, "connection closed"),
            Ending::Request(reason) => tracing::warn!(%peer, listener, %reason, "connection closed"),
            Ending::Answer(error) => tracing::error!(%peer, listener, reason = %error, "connection closed"),
            Ending::Unfinished => {
                tracing::warn!(%peer, listener, "connection closed; requests were left without an answer");
            }
        }
    }
}

impl From<AnswerError> for Ending {
    fn from(error: AnswerError) -> Ending {
        match error {
            AnswerError::Api(disconnect) => Ending::Request(disconnect),
            AnswerError::Send(error) => Ending::Answer(error),
        }
    }
}
