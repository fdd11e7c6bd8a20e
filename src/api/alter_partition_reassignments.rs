//! AlterPartitionReassignments: moves partitions to other brokers, or takes that back.

use std::sync::Arc;

use dmq_protocol::messages::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, ReassignablePartition,
    ReassignablePartitionResponse, ReassignableTopicResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_controller, code_of_reassignment};
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{AlterReassignments, PartitionRef, ReassignmentError};
use crate::ids::{BrokerId, PartitionId};

pub struct AlterPartitionReassignments;

impl Api for AlterPartitionReassignments {
    type Request = AlterPartitionReassignmentsRequest;
    type Answer = AlterPartitionReassignmentsResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: AlterPartitionReassignmentsRequest,
    ) -> Answer<AlterPartitionReassignmentsResponse> {
        let controller = handles.controller.clone();
        let may_change_factor = request.allow_replication_factor_change;
        let counts = request
            .topics
            .iter()
            .map(|topic| (topic.name.to_string(), topic.partitions.len()));
        let counts: Vec<(String, usize)> = counts.collect();
        let partitions = request.topics.iter().flat_map(|topic| {
            let wanted = topic.partitions.iter();
            wanted.map(|partition| (place_of(&topic.name, partition), target_of(partition)))
        });
        let partitions = partitions.collect();
        drop(request);
        Answer::later(async move {
            let empty = AlterPartitionReassignmentsResponse {
                allow_replication_factor_change: may_change_factor || counts.is_empty(),
                // With nothing asked Kafka leaves the field's own default.
                error_message: counts.is_empty().then_some(StrBytes::EMPTY),
                ..AlterPartitionReassignmentsResponse::default()
            };
            let altered = controller.alter_reassignments(AlterReassignments {
                partitions,
                may_change_factor,
            });
            match altered.await {
                Ok(outcomes) => {
                    let mut outcomes = outcomes.into_iter();
                    let responses = counts.into_iter().map(|(name, count)| ReassignableTopicResponse {
                        name: StrBytes::from(name),
                        partitions: outcomes.by_ref().take(count).map(result_of).collect(),
                    });
                    AlterPartitionReassignmentsResponse {
                        responses: responses.collect(),
                        ..empty
                    }
                }
                Err(error) => AlterPartitionReassignmentsResponse {
                    error_code: code_of_controller(&error),
                    error_message: Some(StrBytes::from(error.to_string())),
                    ..empty
                },
            }
        })
    }
}

fn place_of(topic: &StrBytes, partition: &ReassignablePartition) -> PartitionRef {
    PartitionRef {
        topic: topic.to_string(),
        partition: PartitionId(partition.partition_index),
    }
}

/// The replicas to be; none takes back what is under way.
fn target_of(partition: &ReassignablePartition) -> Option<Vec<BrokerId>> {
    let replicas = partition.replicas.as_ref()?;
    Some(replicas.iter().copied().map(BrokerId).collect())
}

fn result_of((of, result): (PartitionRef, Result<(), ReassignmentError>)) -> ReassignablePartitionResponse {
    let (error_code, error_message) = match result {
        Ok(()) => (ErrorCode::NONE, None),
        // Kafka says no more than the code here.
        Err(error @ ReassignmentError::NoneInProgress) => (code_of_reassignment(&error), None),
        Err(error) => (code_of_reassignment(&error), Some(StrBytes::from(error.to_string()))),
    };
    ReassignablePartitionResponse {
        partition_index: of.partition.0,
        error_code,
        error_message,
    }
}
