//! Kafka's APIs: one file each, one table. A handler translates a request, makes one domain call and maps its error.
//!
//! The ApiVersions answer is computed from [`TABLE`], so it cannot promise what is not served. Everything whose order
//! matters on a connection happens before a handler returns; what is left to wait for is the future that it returns.
//! This layer knows nothing of sockets and files.

mod api_versions;
mod create_topics;
mod delete_topics;
mod describe_cluster;
mod describe_topic_partitions;
pub mod errors;
mod fetch;
mod handles;
mod init_producer_id;
pub mod list_offsets;
mod metadata;
mod offset_for_leader_epoch;
pub mod produce;
mod reply;
pub mod service;

pub use handles::Handles;
pub use service::{
    ClientSoftware, ConnectionInfo, Disconnect, Endpoint, Handled, ListenerInfo, PendingReply, Reply, ReplyChunk,
    SecurityProtocol, Service,
};

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use dmq_protocol::header::RequestHeader;
use dmq_protocol::{ApiKey, ErrorCode, Message, Request, StrBytes, VersionRange};

/// One API: its request and what is done with it.
trait Api {
    type Request: Request;

    /// The lowest version to advertise, where it differs from the lowest that is served.
    const ADVERTISED_FROM: Option<i16> = None;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: Self::Request,
    ) -> Answer<<Self::Request as Request>::Response>;
}

/// Who asks, and how.
#[derive(Debug)]
struct RequestContext {
    connection: Arc<ConnectionInfo>,
    version: i16,
    client_id: Option<StrBytes>,
}

/// What a handler came to.
enum Answer<R> {
    /// Done.
    Now(R),
    /// The rest of it waits for something.
    Later(Pin<Box<dyn Future<Output = Result<R, Disconnect>> + Send>>),
    /// The request wants no answer.
    Nothing,
    /// The request failed, and closing the connection is the only way to say so.
    Disconnect(Disconnect),
}

impl<R> Answer<R> {
    fn later(future: impl Future<Output = R> + Send + 'static) -> Answer<R>
    where
        R: 'static,
    {
        Answer::Later(Box::pin(async { Ok(future.await) }))
    }
}

/// An API as the dispatcher and ApiVersions see it.
struct Entry {
    key: ApiKey,
    name: &'static str,
    versions: VersionRange,
    advertised: VersionRange,
    call: fn(&Arc<Handles>, RequestContext, RequestHeader, Bytes) -> Result<Handled, Disconnect>,
}

const fn entry<A: Api>() -> Entry {
    let versions = <A::Request as Message>::VERSIONS;
    let min = match A::ADVERTISED_FROM {
        Some(min) => min,
        None => versions.min,
    };
    Entry {
        key: <A::Request as Request>::KEY,
        name: <A::Request as Message>::NAME,
        versions,
        advertised: VersionRange { min, max: versions.max },
        call: call::<A>,
    }
}

/// Every API that is served, in the order of their keys.
const TABLE: &[Entry] = &[
    entry::<produce::Produce>(),
    entry::<fetch::Fetch>(),
    entry::<list_offsets::ListOffsets>(),
    entry::<metadata::Metadata>(),
    entry::<api_versions::ApiVersions>(),
    entry::<create_topics::CreateTopics>(),
    entry::<delete_topics::DeleteTopics>(),
    entry::<init_producer_id::InitProducerId>(),
    entry::<offset_for_leader_epoch::OffsetForLeaderEpoch>(),
    entry::<describe_cluster::DescribeCluster>(),
    entry::<describe_topic_partitions::DescribeTopicPartitions>(),
];

/// Decodes a request, has it handled, and encodes what comes of it.
fn call<A: Api>(
    handles: &Arc<Handles>,
    context: RequestContext,
    header: RequestHeader,
    body: Bytes,
) -> Result<Handled, Disconnect> {
    let version = context.version;
    let api = <A::Request as Message>::NAME;
    let malformed = |error: dmq_protocol::DecodeError| Disconnect::MalformedRequest {
        api,
        version,
        detail: error.to_string(),
    };
    let request = A::Request::decode(body, version).map_err(malformed)?;
    let correlation_id = header.correlation_id;
    match A::handle(handles, &context, request) {
        Answer::Now(response) => reply::encode::<A::Request>(&response, correlation_id, version).map(Handled::Now),
        Answer::Later(pending) => Ok(Handled::Later(Box::pin(async move {
            reply::encode::<A::Request>(&pending.await?, correlation_id, version)
        }))),
        Answer::Nothing => Ok(Handled::NoReply),
        Answer::Disconnect(reason) => Err(reason),
    }
}

impl Service for Arc<Handles> {
    fn call(&self, connection: &Arc<ConnectionInfo>, frame: Bytes) -> Result<Handled, Disconnect> {
        let malformed = |error: dmq_protocol::DecodeError| Disconnect::MalformedHeader { detail: error.to_string() };
        let (key, version) = RequestHeader::peek(&frame).map_err(malformed)?;
        let Some(entry) = TABLE.iter().find(|entry| entry.key as i16 == key) else {
            return Err(Disconnect::UnknownApi { key, version });
        };
        if !entry.versions.contains(version) {
            if entry.key == ApiKey::ApiVersions {
                return api_versions::unsupported(&frame).map(Handled::Now);
            }
            return Err(Disconnect::UnsupportedVersion { api: entry.name, version });
        }
        let mut body = frame;
        let header = RequestHeader::take(&mut body).map_err(malformed)?;
        let context =
            RequestContext { connection: Arc::clone(connection), version, client_id: header.client_id.clone() };
        (entry.call)(self, context, header, body)
    }
}

/// What an error is called in an answer that has room for words.
fn message_of(error: ErrorCode) -> StrBytes {
    StrBytes::from_static(error.message())
}
