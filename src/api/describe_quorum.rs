//! DescribeQuorum: who votes in the controllers' quorum and how far each is. An embedded controller votes alone.

use std::sync::Arc;

use dmq_protocol::messages::describe_quorum::{
    DescribeQuorumRequest, DescribeQuorumResponse, Listener, Node, ReplicaState, ResponsePartitionData,
    ResponseTopicData,
};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use super::{Answer, Api, Handles, RequestContext};
use crate::controller::CLUSTER_METADATA_TOPIC;

pub struct DescribeQuorum;

/// From this version on the answer says how the voters are reached.
const NODES: i16 = 2;

impl Api for DescribeQuorum {
    type Request = DescribeQuorumRequest;
    type Answer = DescribeQuorumResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: DescribeQuorumRequest,
    ) -> Answer<DescribeQuorumResponse> {
        let wants_quorum = is_the_quorum(&request);
        let topics = request.topics.into_iter().map(|topic| {
            let partitions = topic.partitions.iter();
            let partitions = partitions.map(|partition| match wants_quorum {
                true => quorum(handles),
                false => elsewhere(partition.partition_index),
            });
            ResponseTopicData {
                partitions: partitions.collect(),
                topic_name: topic.topic_name,
            }
        });
        Answer::Now(DescribeQuorumResponse {
            error_code: ErrorCode::NONE,
            error_message: Some(StrBytes::EMPTY),
            topics: topics.collect(),
            nodes: match wants_quorum && context.version >= NODES {
                true => vec![this_node(handles)],
                false => Vec::new(),
            },
        })
    }
}

/// Kafka answers for the one partition of the metadata topic, asked for alone.
fn is_the_quorum(request: &DescribeQuorumRequest) -> bool {
    match request.topics.as_slice() {
        [topic] => {
            let numbers = topic.partitions.iter().map(|partition| partition.partition_index);
            topic.topic_name == CLUSTER_METADATA_TOPIC && numbers.eq([0])
        }
        _ => false,
    }
}

fn elsewhere(partition_index: i32) -> ResponsePartitionData {
    ResponsePartitionData {
        partition_index,
        error_code: ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
        error_message: Some(StrBytes::from_static("This server does not host this topic-partition.")),
        ..ResponsePartitionData::default()
    }
}

fn quorum(handles: &Handles) -> ResponsePartitionData {
    let end = handles.metadata.load().provenance;
    let (log_end, now_ms) = (end.last_offset.plus(1).0, handles.clock.now_ms());
    ResponsePartitionData {
        partition_index: 0,
        error_code: ErrorCode::NONE,
        error_message: Some(StrBytes::EMPTY),
        leader_id: handles.broker_id.0,
        leader_epoch: end.last_epoch.0,
        high_watermark: log_end,
        current_voters: vec![ReplicaState {
            replica_id: handles.broker_id.0,
            // A static voter is known by its id alone.
            replica_directory_id: Uuid::ZERO,
            log_end_offset: log_end,
            last_fetch_timestamp: now_ms,
            last_caught_up_timestamp: now_ms,
        }],
        observers: Vec::new(),
    }
}

fn this_node(handles: &Handles) -> Node {
    let image = handles.metadata.load();
    let endpoints = image.cluster.controllers.get(&handles.broker_id);
    let endpoints = endpoints.into_iter().flat_map(|controller| &controller.endpoints);
    let listeners = endpoints.map(|endpoint| Listener {
        name: StrBytes::from(endpoint.listener.to_string()),
        host: StrBytes::from(endpoint.host.to_string()),
        port: endpoint.port,
    });
    Node {
        node_id: handles.broker_id.0,
        listeners: listeners.collect(),
    }
}
