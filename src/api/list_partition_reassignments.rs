//! ListPartitionReassignments: the partitions that are on their way to other brokers.

use std::sync::Arc;

use dmq_protocol::messages::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, OngoingPartitionReassignment,
    OngoingTopicReassignment,
};

use super::{Answer, Api, Handles, RequestContext};
use crate::ids::{BrokerId, PartitionId};
use crate::metadata::{PartitionImage, TopicImage};
use dmq_protocol::StrBytes;

pub struct ListPartitionReassignments;

impl Api for ListPartitionReassignments {
    type Request = ListPartitionReassignmentsRequest;
    type Answer = ListPartitionReassignmentsResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: ListPartitionReassignmentsRequest,
    ) -> Answer<ListPartitionReassignmentsResponse> {
        let image = handles.metadata.load();
        let topics = match &request.topics {
            Some(topics) => {
                let found = topics.iter().filter_map(|wanted| {
                    let topic = image.topics.by_name(&wanted.name)?;
                    ongoing(topic, wanted.partition_indexes.iter().copied().map(PartitionId))
                });
                found.collect()
            }
            None => {
                let all = image.topics.iter();
                all.filter_map(|topic| ongoing(topic, topic.partitions.keys().copied()))
                    .collect()
            }
        };
        Answer::Now(ListPartitionReassignmentsResponse {
            error_message: None,
            topics,
            ..ListPartitionReassignmentsResponse::default()
        })
    }
}

/// Those of the partitions that are on their way, if any is.
fn ongoing(topic: &TopicImage, numbers: impl Iterator<Item = PartitionId>) -> Option<OngoingTopicReassignment> {
    let partitions: Vec<_> = numbers
        .filter_map(|number| reassignment(number, topic.partition(number)?))
        .collect();
    (!partitions.is_empty()).then(|| OngoingTopicReassignment {
        name: StrBytes::from(topic.name.to_string()),
        partitions,
    })
}

fn reassignment(number: PartitionId, partition: &PartitionImage) -> Option<OngoingPartitionReassignment> {
    let numbers = |brokers: &[BrokerId]| brokers.iter().map(|broker| broker.0).collect();
    let under_way = !partition.adding_replicas.is_empty() || !partition.removing_replicas.is_empty();
    under_way.then(|| OngoingPartitionReassignment {
        partition_index: number.0,
        replicas: numbers(&partition.replicas),
        adding_replicas: numbers(&partition.adding_replicas),
        removing_replicas: numbers(&partition.removing_replicas),
    })
}
