//! Metadata: the brokers, and the topics that were asked for. Creates missing topics where that is allowed.
//!
//! A topic that is created on the way is answered as it stands afterwards, so that a producer's first request needs no
//! second round.

use std::collections::HashSet;
use std::sync::Arc;

use dmq_protocol::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker, MetadataResponsePartition,
    MetadataResponseTopic,
};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use super::errors::{code_of_controller, code_of_topic};
use super::meter;
use super::{
    Answer, Api, CLUSTER_OPERATIONS, ConnectionInfo, Handles, RequestContext, TOPIC_OPERATIONS, UNASKED_OPERATIONS,
    is_internal,
};
use crate::controller::{ControllerHandle, CreateTopics, NewTopic, TopicError, validate_topic_name};
use crate::ids::{BrokerId, TopicId};
use crate::metadata::{MetadataImage, PartitionImage, TopicImage};

pub struct Metadata;

/// Topics can be named by id from this version on.
const FIRST_BY_TOPIC_ID: i16 = 12;

impl Api for Metadata {
    type Request = MetadataRequest;
    type Answer = MetadataResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        mut request: MetadataRequest,
    ) -> Answer<MetadataResponse> {
        let topics = request.topics.iter().flatten();
        let is_by_id = topics.clone().any(|topic| topic.topic_id != Uuid::ZERO);
        if context.version < FIRST_BY_TOPIC_ID && (is_by_id || topics.clone().any(|topic| topic.name.is_none())) {
            return Answer::Now(refused(&request, ErrorCode::INVALID_REQUEST));
        }
        if is_by_id {
            only_by_id(&mut request);
        }
        let wants_all = match &request.topics {
            None => true,
            Some(topics) => topics.is_empty() && context.version == 0,
        };
        // Where a metadata service makes the topics, a missing one is waited for, not made.
        let is_owner = handles.settings.metadata_service_url.is_none();
        let may_create = is_owner && request.allow_auto_topic_creation && handles.settings.auto_create_topics_enable;
        let missing = if may_create && !wants_all {
            missing_topics(handles, &request)
        } else {
            Vec::new()
        };
        if missing.is_empty() {
            let image = handles.metadata.load();
            let asked = Asked::of(context, &request, wants_all);
            return Answer::Now(respond(handles, &image, &asked, &[]));
        }
        // Nobody is told that a topic was not created for too many changes: the next request tries again.
        let mutations = meter::mutations(&context.meter, context.version, 0);
        let handles = Arc::clone(handles);
        let context = context.clone();
        Answer::later(async move {
            let failed = create(&handles.controller.limited(&mutations), missing).await;
            let image = handles.metadata.load_full();
            respond(&handles, &image, &Asked::of(&context, &request, false), &failed)
        })
    }
}

/// Where a request has ids, its names are not looked at.
fn only_by_id(request: &mut MetadataRequest) {
    let topics = request.topics.iter_mut().flatten();
    topics.for_each(|topic| topic.name = None);
    if let Some(topics) = &mut request.topics {
        topics.retain(|topic| topic.topic_id != Uuid::ZERO);
    }
}

/// The refusal of a whole request, which is told of each topic; the old versions that know no ids know no null names.
fn refused(request: &MetadataRequest, error_code: ErrorCode) -> MetadataResponse {
    let topics = request.topics.iter().flatten();
    let topics = topics.map(|topic| MetadataResponseTopic {
        error_code,
        name: Some(topic.name.clone().unwrap_or_default()),
        topic_id: topic.topic_id,
        ..MetadataResponseTopic::default()
    });
    MetadataResponse {
        topics: topics.collect(),
        ..MetadataResponse::default()
    }
}

/// The topics to create: legal names that the request gives and the cluster lacks, each once.
fn missing_topics(handles: &Handles, request: &MetadataRequest) -> Vec<StrBytes> {
    let image = handles.metadata.load();
    let named = request.topics.iter().flatten().filter_map(|topic| topic.name.as_ref());
    let mut missing: Vec<StrBytes> = named
        .filter(|name| image.topics.by_name(name).is_none() && validate_topic_name(name).is_ok())
        .cloned()
        .collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// Creates topics with the broker's defaults; those that could not be, with the reason.
async fn create(controller: &ControllerHandle, names: Vec<StrBytes>) -> Vec<(StrBytes, ErrorCode)> {
    let topics = names.iter().map(|name| NewTopic::with_defaults(name)).collect();
    let request = CreateTopics {
        topics,
        validate_only: false,
    };
    let outcomes = match controller.create_topics(request).await {
        Ok(outcomes) => outcomes,
        Err(error) => {
            return names
                .into_iter()
                .map(|name| (name, code_of_controller(&error)))
                .collect();
        }
    };
    let failures = outcomes.into_iter().filter_map(|outcome| match outcome.result {
        // Another client was faster: the topic is there.
        Ok(_) | Err(TopicError::AlreadyExists(_) | TopicError::Throttled(_)) => None,
        Err(error) => Some((StrBytes::from(outcome.name), code_of_topic(&error))),
    });
    failures.collect()
}

/// What is asked, by whom.
struct Asked<'a> {
    connection: &'a ConnectionInfo,
    version: i16,
    request: &'a MetadataRequest,
    wants_all: bool,
}

impl<'a> Asked<'a> {
    fn of(context: &'a RequestContext, request: &'a MetadataRequest, wants_all: bool) -> Asked<'a> {
        Asked {
            connection: &context.connection,
            version: context.version,
            request,
            wants_all,
        }
    }
}

fn respond(
    handles: &Handles,
    image: &MetadataImage,
    asked: &Asked<'_>,
    failed: &[(StrBytes, ErrorCode)],
) -> MetadataResponse {
    let request = asked.request;
    let described = |topic: &TopicImage| described(handles, image, asked, topic);
    let mut topics: Vec<MetadataResponseTopic> = if asked.wants_all {
        image.topics.iter().map(|topic| described(topic)).collect()
    } else {
        // Each topic once: a request that repeats a name must not multiply the answer.
        let mut named = HashSet::new();
        let wanted = request.topics.iter().flatten();
        wanted
            .filter(|topic| named.insert((&topic.name, topic.topic_id)))
            .map(|topic| answer_for(image, topic, &described, failed))
            .collect()
    };
    if request.include_topic_authorized_operations {
        // What is asked by name is answered so even where there is no such topic.
        let known = topics
            .iter_mut()
            .filter(|topic| topic.error_code != ErrorCode::UNKNOWN_TOPIC_ID);
        known.for_each(|topic| topic.topic_authorized_operations = TOPIC_OPERATIONS);
    }
    MetadataResponse {
        brokers: brokers(handles, image, asked.connection),
        cluster_id: Some(StrBytes::from(image.cluster_id.to_string())),
        controller_id: handles.broker_id.0,
        topics,
        cluster_authorized_operations: if request.include_cluster_authorized_operations {
            CLUSTER_OPERATIONS
        } else {
            UNASKED_OPERATIONS
        },
        ..MetadataResponse::default()
    }
}

/// The live brokers under the addresses that this client can use.
fn brokers(handles: &Handles, image: &MetadataImage, connection: &ConnectionInfo) -> Vec<MetadataResponseBroker> {
    let brokers = image.cluster.brokers.values();
    let nodes = brokers.filter_map(|broker| handles.address_of(broker, connection));
    let live = nodes.filter(|node| !node.is_fenced).map(|node| MetadataResponseBroker {
        node_id: node.id.0,
        host: node.host,
        port: node.port,
        rack: node.rack,
    });
    live.collect()
}

fn answer_for(
    image: &MetadataImage,
    wanted: &MetadataRequestTopic,
    described: &dyn Fn(&TopicImage) -> MetadataResponseTopic,
    failed: &[(StrBytes, ErrorCode)],
) -> MetadataResponseTopic {
    let by_id = wanted.topic_id != Uuid::ZERO && wanted.name.is_none();
    let found = match &wanted.name {
        Some(name) => image.topics.by_name(name),
        None => image.topics.by_id(TopicId(wanted.topic_id)),
    };
    if let Some(topic) = found {
        return described(topic);
    }
    let failure = failed.iter().find(|(name, _)| wanted.name.as_ref() == Some(name));
    let error_code = match (&wanted.name, failure) {
        (_, Some((_, code))) => *code,
        (Some(name), None) if validate_topic_name(name).is_err() => ErrorCode::INVALID_TOPIC_EXCEPTION,
        _ if by_id => ErrorCode::UNKNOWN_TOPIC_ID,
        _ => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    };
    MetadataResponseTopic {
        error_code,
        is_internal: wanted.name.as_ref().is_some_and(|name| is_internal(name)),
        name: wanted.name.clone(),
        topic_id: wanted.topic_id,
        ..MetadataResponseTopic::default()
    }
}

/// Clients from before this version know no better than that the leader is not available.
const LISTENER_NOT_FOUND_SINCE: i16 = 6;

fn described(handles: &Handles, image: &MetadataImage, asked: &Asked<'_>, topic: &TopicImage) -> MetadataResponseTopic {
    let partitions = topic.partitions.iter().map(|(number, partition)| {
        let leader = handles.leader_of(image, partition, asked.connection);
        MetadataResponsePartition {
            error_code: match leader {
                Ok(_) => ErrorCode::NONE,
                Err(_) if asked.version < LISTENER_NOT_FOUND_SINCE => ErrorCode::LEADER_NOT_AVAILABLE,
                Err(code) => code,
            },
            partition_index: number.0,
            leader_id: leader.map_or(-1, |leader| leader.0),
            leader_epoch: handles.leader_epoch_of(image, partition).0,
            replica_nodes: partition.replicas.iter().map(|broker| broker.0).collect(),
            isr_nodes: partition.isr.iter().map(|broker| broker.0).collect(),
            offline_replicas: offline_replicas(image, partition),
        }
    });
    MetadataResponseTopic {
        name: Some(StrBytes::from(topic.name.to_string())),
        topic_id: topic.id.0,
        is_internal: is_internal(&topic.name),
        partitions: partitions.collect(),
        ..MetadataResponseTopic::default()
    }
}

/// Replicas on brokers that are unknown or fenced.
pub(super) fn offline_replicas(image: &MetadataImage, partition: &PartitionImage) -> Vec<i32> {
    let is_offline = |id: BrokerId| image.cluster.broker(id).is_none_or(|broker| broker.fenced);
    partition
        .replicas
        .iter()
        .filter(|id| is_offline(**id))
        .map(|id| id.0)
        .collect()
}
