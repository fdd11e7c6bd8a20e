//! OffsetDelete: an administrator deletes a group's offsets of topics that the group does not read.

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::group::GroupError;
use crate::ids::PartitionId;

pub struct OffsetDelete;

impl Api for OffsetDelete {
    type Request = OffsetDeleteRequest;
    type Answer = OffsetDeleteResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: OffsetDeleteRequest,
    ) -> Answer<OffsetDeleteResponse> {
        if request.group_id.is_empty() {
            return Answer::Now(refused(code_of_group(&GroupError::InvalidGroupId)));
        }
        let image = handles.metadata.load_full();
        let known: Vec<(Arc<str>, i32)> = request
            .topics
            .iter()
            .filter_map(|topic| Some((image.topics.by_name(&topic.name)?, topic)))
            .flat_map(|(found, topic)| {
                let there = topic
                    .partitions
                    .iter()
                    .filter(|partition| found.partition(PartitionId(partition.partition_index)).is_some());
                there.map(|partition| (Arc::clone(&found.name), partition.partition_index))
            })
            .collect();
        let group = Arc::<str>::from(request.group_id.as_str());
        let deleted = handles
            .groups
            .step(&group, |step| step.machine.delete_offsets(&group, &known, step.effects));
        match deleted {
            Ok((Ok(results), committing)) => Answer::later(async move {
                match committing.done().await {
                    Ok(()) => response(&request, &known, &results),
                    Err(error) => refused(code_of_coordinator(&error)),
                }
            }),
            Ok((Err(error), _)) => Answer::Now(refused(code_of_group(&error))),
            Err(error) => Answer::Now(refused(code_of_coordinator(&error))),
        }
    }
}

fn response(
    request: &OffsetDeleteRequest,
    known: &[(Arc<str>, i32)],
    results: &[Result<(), GroupError>],
) -> OffsetDeleteResponse {
    let code = |name: &str, index: i32| {
        let place = known
            .iter()
            .position(|(topic, partition)| (&**topic, *partition) == (name, index));
        match place.and_then(|place| results.get(place)) {
            None => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            Some(result) => result.as_ref().err().map_or(ErrorCode::NONE, code_of_group),
        }
    };
    // As in Kafka, a topic of which no partition is named is not spoken of.
    let named = request.topics.iter().filter(|topic| !topic.partitions.is_empty());
    let topics = named.map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| OffsetDeleteResponsePartition {
            partition_index: partition.partition_index,
            error_code: code(&topic.name, partition.partition_index),
        });
        OffsetDeleteResponseTopic {
            name: topic.name.detached(),
            partitions: partitions.collect(),
        }
    });
    OffsetDeleteResponse {
        topics: topics.collect(),
        ..OffsetDeleteResponse::default()
    }
}

fn refused(error_code: ErrorCode) -> OffsetDeleteResponse {
    OffsetDeleteResponse {
        error_code,
        ..OffsetDeleteResponse::default()
    }
}
