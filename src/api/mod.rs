//! Kafka's APIs: one file each, one table. A handler translates a request, makes one domain call and maps its error.
//!
//! The ApiVersions answer is computed from [`TABLE`], so it cannot promise what is not served. Everything whose order
//! matters on a connection happens before a handler returns; what is left to wait for is the future that it returns.
//! This layer knows nothing of sockets and files.

mod alter_client_quotas;
mod alter_configs;
mod alter_partition_reassignments;
mod alter_replica_log_dirs;
mod api_versions;
mod create_partitions;
mod create_topics;
mod delete_groups;
mod delete_records;
mod delete_topics;
mod describe_client_quotas;
mod describe_cluster;
mod describe_configs;
mod describe_groups;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_topic_partitions;
mod elect_leaders;
pub mod errors;
mod fetch;
mod find_coordinator;
mod handles;
mod heartbeat;
mod incremental_alter_configs;
mod init_producer_id;
mod join_group;
mod leave_group;
mod list_config_resources;
mod list_groups;
pub mod list_offsets;
mod list_partition_reassignments;
mod metadata;
mod meter;
mod offset_commit;
mod offset_delete;
mod offset_fetch;
mod offset_for_leader_epoch;
pub mod produce;
mod reply;
mod request_metrics;
mod request_trace;
pub mod service;
mod sync_group;
mod unregister_broker;
mod update_features;

pub use crate::controller::validate_topic_name;
pub use handles::Handles;
pub use init_producer_id::ProducerIds;
pub use meter::ANONYMOUS;
pub use request_metrics::RequestMetrics;
pub use service::{
    ClientSoftware, ConnectionInfo, Disconnect, Endpoint, Handled, ListenerInfo, PendingReply, Reply, ReplyChunk,
    SecurityProtocol, Service,
};

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use dmq_protocol::header::RequestHeader;
use dmq_protocol::{ApiKey, ErrorCode, Message, Reader, Request, StrBytes, VersionRange};
use tokio::time::Instant;
use tracing::{Instrument, Span};

use crate::ids::LeaderEpoch;
use crate::partition::Isolation;
use crate::quota::Throttle;
use meter::Meter;
use request_metrics::Timing;

/// One API: its request and what is done with it.
trait Api {
    type Request: Request;

    /// The lowest version to advertise, where it differs from the lowest that is served.
    const ADVERTISED_FROM: Option<i16> = None;
    /// The highest version to serve, where the request has newer ones that Kafka calls unstable.
    const SERVED_TO: Option<i16> = None;

    /// Whether the bytes of the request count as produced by its client.
    const PRODUCES: bool = false;

    /// What the handler makes: the response message, or what encodes itself as that.
    type Answer: reply::Encode + Send + 'static;

    fn handle(handles: &Arc<Handles>, context: &RequestContext, request: Self::Request) -> Answer<Self::Answer>;
}

/// Who asks, and how.
#[derive(Debug, Clone)]
struct RequestContext {
    connection: Arc<ConnectionInfo>,
    version: i16,
    meter: Meter,
    /// The client's name for itself (`client.id`); empty if it has none.
    client_id: StrBytes,
    timing: Timing,
    /// The client's id is the one of Kafka's own tools, which may write to internal topics.
    is_admin_client: bool,
    span: Span,
}

/// The client id of who repairs internal topics.
const ADMIN_CLIENT_ID: &str = "__admin_client";

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
    let known = <A::Request as Message>::VERSIONS;
    let max = match A::SERVED_TO {
        Some(max) => max,
        None => known.max,
    };
    let min = match A::ADVERTISED_FROM {
        Some(min) => min,
        None => known.min,
    };
    Entry {
        key: <A::Request as Request>::KEY,
        name: <A::Request as Message>::NAME,
        versions: VersionRange { min: known.min, max },
        advertised: VersionRange { min, max },
        call: call::<A>,
    }
}

/// Every API that is served, in the order of their keys.
const TABLE: &[Entry] = &[
    entry::<produce::Produce>(),
    entry::<fetch::Fetch>(),
    entry::<list_offsets::ListOffsets>(),
    entry::<metadata::Metadata>(),
    entry::<offset_commit::OffsetCommit>(),
    entry::<offset_fetch::OffsetFetch>(),
    entry::<find_coordinator::FindCoordinator>(),
    entry::<join_group::JoinGroup>(),
    entry::<heartbeat::Heartbeat>(),
    entry::<leave_group::LeaveGroup>(),
    entry::<sync_group::SyncGroup>(),
    entry::<describe_groups::DescribeGroups>(),
    entry::<list_groups::ListGroups>(),
    entry::<api_versions::ApiVersions>(),
    entry::<create_topics::CreateTopics>(),
    entry::<delete_topics::DeleteTopics>(),
    entry::<delete_records::DeleteRecords>(),
    entry::<init_producer_id::InitProducerId>(),
    entry::<offset_for_leader_epoch::OffsetForLeaderEpoch>(),
    entry::<describe_configs::DescribeConfigs>(),
    entry::<alter_configs::AlterConfigs>(),
    entry::<alter_replica_log_dirs::AlterReplicaLogDirs>(),
    entry::<describe_log_dirs::DescribeLogDirs>(),
    entry::<create_partitions::CreatePartitions>(),
    entry::<delete_groups::DeleteGroups>(),
    entry::<elect_leaders::ElectLeaders>(),
    entry::<incremental_alter_configs::IncrementalAlterConfigs>(),
    entry::<alter_partition_reassignments::AlterPartitionReassignments>(),
    entry::<list_partition_reassignments::ListPartitionReassignments>(),
    entry::<offset_delete::OffsetDelete>(),
    entry::<describe_client_quotas::DescribeClientQuotas>(),
    entry::<alter_client_quotas::AlterClientQuotas>(),
    entry::<describe_quorum::DescribeQuorum>(),
    entry::<update_features::UpdateFeatures>(),
    entry::<describe_cluster::DescribeCluster>(),
    entry::<describe_producers::DescribeProducers>(),
    entry::<unregister_broker::UnregisterBroker>(),
    entry::<list_config_resources::ListConfigResources>(),
    entry::<describe_topic_partitions::DescribeTopicPartitions>(),
];

/// An API that this broker serves, for documentation and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServedApi {
    /// Its key.
    pub key: ApiKey,
    /// The versions that ApiVersions names.
    pub advertised: VersionRange,
    /// The versions that are answered.
    pub versions: VersionRange,
}

/// Every API that this broker serves, in the order of their keys.
pub fn served() -> impl Iterator<Item = ServedApi> {
    TABLE.iter().map(|entry| ServedApi {
        key: entry.key,
        advertised: entry.advertised,
        versions: entry.versions,
    })
}

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
    let (correlation_id, timing) = (header.correlation_id, context.timing);
    let encode = move |mut answer: A::Answer, meter: &Meter, metrics: &RequestMetrics| {
        let throttle = charge::<A>(&mut answer, meter);
        metrics.count_errors(timing, &answer);
        let reply = reply::encode::<A::Request, A::Answer>(answer, correlation_id, version)?;
        if let Some(metered) = meter {
            metered.note_time();
        }
        Ok(reply.holding(throttle))
    };
    let metrics = &handles.request_metrics;
    let RequestContext { span, meter, .. } = &context;
    let answer = span.in_scope(|| A::handle(handles, &context, request));
    match answer {
        Answer::Now(answer) => {
            let reply = encode(answer, meter, metrics)?;
            metrics.answered(timing);
            request_trace::note_answer(&context.span, timing);
            Ok(Handled::Now(reply))
        }
        Answer::Later(pending) => {
            if let Some(metered) = meter {
                metered.pause();
            }
            let (metrics, waiting) = (Arc::clone(metrics), metrics.waits(timing));
            let (span, meter) = (span.clone(), meter.clone());
            Ok(Handled::Later(Box::pin(async move {
                let answer = pending.instrument(span.clone()).await?;
                let reply = encode(answer, &meter, &metrics)?;
                metrics.answered_after(waiting);
                request_trace::note_answer(&span, timing);
                Ok(reply)
            })))
        }
        Answer::Nothing => {
            metrics.answered(timing);
            request_trace::note_answer(span, timing);
            Ok(Handled::NoReply(charge_unanswered::<A>(meter)))
        }
        Answer::Disconnect(reason) => Err(reason),
    }
}

/// Charges the client for its request; the answer says for how long it is held back.
fn charge<A: Api>(answer: &mut A::Answer, meter: &Meter) -> Throttle {
    let Some(metered) = meter else {
        return Throttle::NONE;
    };
    metered.resume();
    let produced = match A::PRODUCES {
        true => metered.charge_produced(),
        false => Throttle::NONE,
    };
    reply::Encode::charge(answer, metered, produced)
}

/// Charges the client for a request without an answer: nobody is told of a throttle, and the time that was spent is not
/// charged, as in Kafka.
fn charge_unanswered<A: Api>(meter: &Meter) -> Throttle {
    match meter {
        Some(metered) if A::PRODUCES => metered.charge_produced(),
        _ => Throttle::NONE,
    }
}

impl Service for Arc<Handles> {
    fn call(&self, connection: &Arc<ConnectionInfo>, frame: Bytes, arrived: Instant) -> Result<Handled, Disconnect> {
        let malformed = |detail: String| Disconnect::MalformedHeader { detail };
        let (key, version) = RequestHeader::peek(&frame).ok_or_else(|| malformed("it is too short".to_owned()))?;
        let Some((place, entry)) = (0..).zip(TABLE).find(|(_, entry)| entry.key as i16 == key) else {
            return Err(Disconnect::UnknownApi { key, version });
        };
        if !entry.versions.contains(version) {
            if entry.key == ApiKey::ApiVersions {
                let timing = self.request_metrics.begin(place, 0, arrived);
                self.request_metrics.count_error(timing, ErrorCode::UNSUPPORTED_VERSION);
                return api_versions::unsupported(&frame).map(Handled::Now);
            }
            return Err(Disconnect::UnsupportedVersion {
                api: entry.name,
                version,
            });
        }
        let frame_len = frame.len();
        let mut reader = Reader::new(frame);
        let (_, mut header) = RequestHeader::read_first(&mut reader).map_err(|error| malformed(error.to_string()))?;
        let body = reader.rest();
        let context = RequestContext {
            connection: Arc::clone(connection),
            version,
            meter: meter::meter(self, connection, &header, frame_len),
            timing: self.request_metrics.begin(place, version, arrived),
            is_admin_client: header.client_id.as_deref() == Some(ADMIN_CLIENT_ID),
            span: request_trace::span(&self.settings.request_trace, connection, entry.name, version, &header),
            // Last: the others look at the header.
            client_id: header.client_id.take().unwrap_or_default(),
        };
        (entry.call)(self, context, header, body)
    }
}

/// Topics that belong to the broker itself, by Kafka's names.
fn is_internal(topic: &str) -> bool {
    matches!(
        topic,
        "__consumer_offsets" | "__transaction_state" | "__share_group_state"
    )
}

/// What everybody may do with a topic, as bits by Kafka's numbers for operations: read, write, create, delete, alter,
/// describe, describe configs, alter configs. No authorizer restricts anybody.
const TOPIC_OPERATIONS: i32 = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;

/// What everybody may do with the cluster: create, alter, describe, cluster action, describe configs, alter configs,
/// idempotent write.
const CLUSTER_OPERATIONS: i32 = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;

/// What everybody may do with a group: read, delete, describe, describe configs, alter configs.
const GROUP_OPERATIONS: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

/// In the place of operations that were not asked for.
const UNASKED_OPERATIONS: i32 = i32::MIN;

/// A leader epoch as requests carry it: −1 for "not known". Other negative ones are epochs that are long over.
fn epoch_from_wire(epoch: i32) -> Option<LeaderEpoch> {
    (epoch != LeaderEpoch::UNKNOWN.0).then_some(LeaderEpoch(epoch))
}

/// An isolation level as requests carry it. For any other Kafka fails the request with an unknown server error.
fn isolation_from_wire(level: i8) -> Result<Isolation, ErrorCode> {
    match level {
        0 => Ok(Isolation::ReadUncommitted),
        1 => Ok(Isolation::ReadCommitted),
        _ => Err(ErrorCode::UNKNOWN_SERVER_ERROR),
    }
}
