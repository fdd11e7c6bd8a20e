//! FindCoordinator: which broker coordinates a group.
//!
//! The offsets topic is made when the first group is looked for, and the answer waits for it; Kafka has the client ask
//! again meanwhile.

use std::sync::Arc;

use dmq_protocol::messages::find_coordinator::{Coordinator, FindCoordinatorRequest, FindCoordinatorResponse};
use dmq_protocol::{ErrorCode, StrBytes};

use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{CreateTopics, NewTopic};
use crate::coordinator::group::{GroupCoordinator, OFFSETS_TOPIC};

/// Kinds of coordinators by the wire's numbers.
const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;

pub struct FindCoordinator;

impl Api for FindCoordinator {
    type Request = FindCoordinatorRequest;
    type Answer = FindCoordinatorResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: FindCoordinatorRequest,
    ) -> Answer<FindCoordinatorResponse> {
        let (handles, connection) = (Arc::clone(handles), Arc::clone(&context.connection));
        let version = context.version;
        Answer::later(async move {
            let keys = match version {
                0..=3 => vec![request.key.detached()],
                _ => request.coordinator_keys.iter().map(StrBytes::detached).collect(),
            };
            if request.key_type == GROUP
                && !keys.is_empty()
                && handles.metadata.load().topics.by_name(OFFSETS_TOPIC).is_none()
            {
                create_offsets_topic(&handles).await;
            }
            let find = |key| match request.key_type {
                GROUP => find_group(&handles, key, &connection),
                TRANSACTION => refused(
                    key,
                    ErrorCode::INVALID_REQUEST,
                    "This broker does not serve transactions.",
                ),
                other => refused(
                    key,
                    ErrorCode::INVALID_REQUEST,
                    &format!("This broker has no coordinators of type {other}."),
                ),
            };
            answer(version, keys.into_iter().map(find).collect())
        })
    }
}

/// Versions below 4 ask for one coordinator, and are told of it in the response itself.
fn answer(version: i16, coordinators: Vec<Coordinator>) -> FindCoordinatorResponse {
    if version >= 4 {
        return FindCoordinatorResponse {
            coordinators,
            ..FindCoordinatorResponse::default()
        };
    }
    let only = coordinators.into_iter().next().unwrap_or_default();
    // Kafka's text for the code 0.
    let error_message = match only.error_code {
        ErrorCode::NONE => Some(StrBytes::from_static("NONE")),
        _ => only.error_message,
    };
    FindCoordinatorResponse {
        error_code: only.error_code,
        error_message,
        node_id: only.node_id,
        host: only.host,
        port: only.port,
        ..FindCoordinatorResponse::default()
    }
}

fn find_group(handles: &Handles, key: StrBytes, connection: &super::ConnectionInfo) -> Coordinator {
    let image = handles.metadata.load();
    let partition = GroupCoordinator::partition(&image, &key);
    let leader = partition
        .and_then(|partition| image.topics.partition(OFFSETS_TOPIC, partition))
        .and_then(|partition| partition.leader);
    let node = leader
        .and_then(|id| image.cluster.broker(id))
        .and_then(|broker| handles.address_of(broker, connection));
    match node {
        Some(node) => Coordinator {
            key,
            node_id: node.id.0,
            host: node.host,
            port: node.port,
            ..Coordinator::default()
        },
        None => refused(
            key,
            ErrorCode::COORDINATOR_NOT_AVAILABLE,
            "The coordinator is not available.",
        ),
    }
}

fn refused(key: StrBytes, error_code: ErrorCode, reason: &str) -> Coordinator {
    Coordinator {
        key,
        node_id: -1,
        port: -1,
        error_code,
        error_message: Some(StrBytes::from(reason.to_owned())),
        ..Coordinator::default()
    }
}

/// Makes the offsets topic; with as many replicas as there can be, where fewer brokers run than
/// `offsets.topic.replication.factor` asks for. Whoever comes second finds it there.
async fn create_offsets_topic(handles: &Handles) {
    let settings = &handles.settings;
    let brokers = handles.metadata.load().cluster.brokers.len();
    let replicas = i16::try_from(brokers).unwrap_or(i16::MAX);
    let topic = NewTopic {
        num_partitions: settings.offsets_topic_num_partitions,
        replication_factor: settings.offsets_topic_replication_factor.min(replicas).max(1),
        configs: vec![
            ("cleanup.policy".to_owned(), Some("compact".to_owned())),
            ("compression.type".to_owned(), Some("producer".to_owned())),
            (
                "segment.bytes".to_owned(),
                Some(settings.offsets_topic_segment_bytes.to_string()),
            ),
        ],
        ..NewTopic::with_defaults(OFFSETS_TOPIC)
    };
    let request = CreateTopics {
        topics: vec![topic],
        validate_only: false,
    };
    match handles.controller.create_topics(request).await {
        Ok(outcomes) => {
            for error in outcomes.into_iter().filter_map(|outcome| outcome.result.err()) {
                tracing::debug!(topic = OFFSETS_TOPIC, %error, "the offsets topic was not made");
            }
        }
        // Clients ask again and again, so this is no news; where a metadata service owns the topics, it makes this one, too.
        Err(error) => tracing::debug!(topic = OFFSETS_TOPIC, %error, "the offsets topic cannot be made"),
    }
}
