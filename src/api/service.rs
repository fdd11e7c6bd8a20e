//! What the api layer offers a connection, and what a connection tells the api layer about itself.
//!
//! The connection (in `net`) cuts the byte stream into frames, calls [`Service::call`] for each of them in the order in
//! which they came, and writes the answers in that same order. Everything whose order matters on a connection (an
//! append, above all) therefore happens before `call` returns; what may come later is only the answer.
//!
//! This file knows nothing of sockets, frames' lengths on the wire, deadlines or limits; `net` knows nothing of what a
//! request means.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tokio::time::Instant;

use crate::disk::FileRange;
use crate::quota::Throttle;

/// What the api layer offers a connection.
pub trait Service: Send + Sync + 'static {
    /// Handles one request frame (header and body, without the length before it), the last bytes of which `arrived` then.
    ///
    /// Runs on a network thread: it must not wait for a disk, a lock held over I/O, or another task. An error closes
    /// the connection after the requests before this one have been answered.
    ///
    /// The memory of a request counts against `queued.max.request.bytes` until the last slice of `frame` is dropped: an
    /// answer that has to wait should not hold any, or other connections may have to wait with it.
    fn call(&self, connection: &Arc<ConnectionInfo>, frame: Bytes, arrived: Instant) -> Result<Handled, Disconnect>;
}

/// An answer that is still to come.
///
/// It is polled once it answers the oldest unanswered request of its connection, not before, and it is dropped
/// unfinished when the connection ends first. So code that must run in any case, or early, runs before
/// [`Service::call`] returns or in a task of its own; code inside the future runs in the connection's request order.
pub type PendingReply = Pin<Box<dyn Future<Output = Result<Reply, Disconnect>> + Send>>;

/// What became of one request.
pub enum Handled {
    /// Answered at once.
    Now(Reply),
    /// Accepted; the answer follows. Later requests of the connection are handled meanwhile.
    Later(PendingReply),
    /// Nothing is to be answered (Produce with `acks=0`). The client is held back for this time.
    NoReply(Throttle),
}

impl fmt::Debug for Handled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Handled::Now(reply) => f.debug_tuple("Now").field(reply).finish(),
            Handled::Later(_) => f.write_str("Later"),
            Handled::NoReply(throttle) => f.debug_tuple("NoReply").field(throttle).finish(),
        }
    }
}

/// One answer: response header and body without the 4-byte length, as chunks that are sent in order.
#[derive(Debug)]
pub struct Reply {
    body: Body,
    len: u64,
    throttle: Throttle,
}

#[derive(Debug)]
enum Body {
    Whole(Bytes),
    Chunks(Vec<ReplyChunk>),
}

/// A part of an answer.
#[derive(Debug, Clone)]
pub enum ReplyChunk {
    /// Encoded bytes.
    Bytes(Bytes),
    /// A part of a log file; it goes from the page cache to the socket where it can.
    File(FileRange),
}

impl ReplyChunk {
    /// How many bytes it puts on the wire.
    pub fn len(&self) -> u64 {
        match self {
            ReplyChunk::Bytes(bytes) => bytes.len() as u64,
            ReplyChunk::File(range) => range.len,
        }
    }

    /// Whether it puts nothing on the wire.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Reply {
    /// An answer of encoded bytes and file ranges.
    pub fn chunks(chunks: Vec<ReplyChunk>) -> Reply {
        let len = chunks.iter().fold(0_u64, |sum, chunk| sum.saturating_add(chunk.len()));
        Reply {
            body: Body::Chunks(chunks),
            len,
            throttle: Throttle::NONE,
        }
    }

    /// The same answer, after which the client is held back: nothing is read from its connection for this time.
    pub fn holding(self, throttle: Throttle) -> Reply {
        Reply { throttle, ..self }
    }

    /// For how long the client is held back once this is sent.
    pub fn throttle(&self) -> Throttle {
        self.throttle
    }

    /// How many bytes it has, without the length field in front of it.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Hands each chunk to `take`, in the order in which they are to be sent.
    pub fn for_each_chunk(self, mut take: impl FnMut(ReplyChunk)) {
        match self.body {
            Body::Whole(bytes) => take(ReplyChunk::Bytes(bytes)),
            Body::Chunks(chunks) => chunks.into_iter().for_each(take),
        }
    }
}

impl From<Bytes> for Reply {
    fn from(bytes: Bytes) -> Reply {
        Reply {
            len: bytes.len() as u64,
            body: Body::Whole(bytes),
            throttle: Throttle::NONE,
        }
    }
}

/// How a listener's connections are secured, by Kafka's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityProtocol {
    /// Neither encrypted nor authenticated.
    Plaintext,
}

impl SecurityProtocol {
    /// Kafka's name for it.
    pub fn name(self) -> &'static str {
        match self {
            SecurityProtocol::Plaintext => "PLAINTEXT",
        }
    }

    /// Kafka's number for it, as the metadata records carry it.
    pub fn id(self) -> i16 {
        match self {
            SecurityProtocol::Plaintext => 0,
        }
    }
}

/// An address that a client may be told to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// A name, or an IP address without brackets.
    pub host: Box<str>,
    /// The TCP port.
    pub port: u16,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A listener as its connections know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerInfo {
    /// The listener's name (`PLAINTEXT`, `INTERNAL`, …), unique in this broker.
    pub name: String,
    /// How its connections are secured.
    pub security_protocol: SecurityProtocol,
    /// Its entry in `advertised.listeners`, when there is one.
    pub advertised: Option<Endpoint>,
}

/// One connection, for as long as it lasts.
#[derive(Debug)]
pub struct ConnectionInfo {
    /// Unique over the life of the process.
    pub id: u64,
    /// The other side.
    pub peer: SocketAddr,
    /// Our side: the address that the peer connected to.
    pub local: SocketAddr,
    /// The listener that took the connection.
    pub listener: Arc<ListenerInfo>,
    /// The address of this broker to give to this peer; never a wildcard.
    pub advertised: Endpoint,
    /// When it was accepted, in milliseconds since the epoch.
    pub opened_at_ms: i64,
    /// Set by the first ApiVersions request that names it.
    pub client_software: OnceLock<Box<ClientSoftware>>,
}

/// The client library at the other end, by its own account (ApiVersions from v3 on).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSoftware {
    /// Such as `apache-kafka-java`.
    pub name: String,
    /// Such as `4.4.0`.
    pub version: String,
}

/// Why the api layer wants a connection closed. It becomes one log line with the peer's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disconnect {
    /// The request header could not be read.
    #[error("malformed request header: {detail}")]
    MalformedHeader {
        /// What was wrong with it.
        detail: String,
    },
    /// The API key is not one this broker serves.
    #[error("unknown API key {key} (version {version})")]
    UnknownApi {
        /// The key that the header carried.
        key: i16,
        /// The version that the header carried.
        version: i16,
    },
    /// The API is known, the version is not served.
    #[error("{api} version {version} is not supported")]
    UnsupportedVersion {
        /// The API's name.
        api: &'static str,
        /// The version that the header carried.
        version: i16,
    },
    /// The body could not be read.
    #[error("malformed {api} v{version} request: {detail}")]
    MalformedRequest {
        /// The API's name.
        api: &'static str,
        /// The version that the header carried.
        version: i16,
        /// What was wrong with it.
        detail: String,
    },
    /// The answer cannot be expressed in the version that was asked for.
    #[error("{api} v{version} response cannot be encoded: {detail}")]
    UnencodableResponse {
        /// The API's name.
        api: &'static str,
        /// The version that the header carried.
        version: i16,
        /// What stood in the way.
        detail: String,
    },
    /// A Produce with `acks=0` failed: closing is the only way to tell the producer.
    #[error("Produce with acks=0 failed: {detail}")]
    UnansweredProduceFailed {
        /// What failed.
        detail: String,
    },
    /// The broker stops and cannot answer any more.
    #[error("the broker is shutting down")]
    ShuttingDown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_knows_its_length_and_keeps_its_chunks_in_order() {
        let reply = Reply::chunks(vec![
            ReplyChunk::Bytes(Bytes::from_static(b"abc")),
            ReplyChunk::Bytes(Bytes::new()),
            ReplyChunk::Bytes(Bytes::from_static(b"de")),
        ]);
        assert_eq!(reply.len(), 5);
        let mut seen = Vec::new();
        reply.for_each_chunk(|chunk| match chunk {
            ReplyChunk::Bytes(bytes) => seen.extend_from_slice(&bytes),
            ReplyChunk::File(_) => unreachable!("no file was given"),
        });
        assert_eq!(seen, b"abcde");
    }

    #[test]
    fn an_ipv6_endpoint_is_written_in_brackets() {
        assert_eq!(
            Endpoint {
                host: "::1".into(),
                port: 9092
            }
            .to_string(),
            "[::1]:9092"
        );
        assert_eq!(
            Endpoint {
                host: "kafka".into(),
                port: 9092
            }
            .to_string(),
            "kafka:9092"
        );
    }
}
