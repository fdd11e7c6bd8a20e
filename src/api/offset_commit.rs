//! OffsetCommit: consumers store how far they have read. Topics are named up to version 9 and have ids from 10 on.

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic, OffsetCommitResponse,
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::group::{CommitRequest, GroupError, NewOffset};
use crate::ids::{PartitionId, TopicId};
use crate::metadata::{MetadataImage, TopicImage};

pub struct OffsetCommit;

impl Api for OffsetCommit {
    type Request = OffsetCommitRequest;
    type Answer = OffsetCommitResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: OffsetCommitRequest,
    ) -> Answer<OffsetCommitResponse> {
        let image = handles.metadata.load_full();
        let mut plan = Plan::of(&request, &image, context.version);
        let offsets = plan.take_offsets();
        if offsets.is_empty() {
            return Answer::Now(plan.response(Ok(Vec::new())));
        }
        let text = |text: &str| Arc::<str>::from(text);
        let commit = CommitRequest {
            group: text(&request.group_id),
            member: text(&request.member_id),
            instance: request.group_instance_id.as_deref().map(text),
            generation: request.generation_id_or_member_epoch,
            retention_ms: Some(request.retention_time_ms).filter(|kept| *kept >= 0),
            knows_missing_groups: context.version >= 9,
            offsets,
        };
        let committed = handles.groups.step(&request.group_id, |step| {
            step.machine.commit(commit, step.now, step.effects)
        });
        match committed {
            Ok((Ok(results), committing)) => Answer::later(async move {
                match committing.done().await {
                    Ok(()) => plan.response(Ok(results)),
                    Err(error) => plan.response(Err(code_of_coordinator(&error))),
                }
            }),
            Ok((Err(error), _)) => Answer::Now(plan.response(Err(code_of_group(&error)))),
            Err(error) => Answer::Now(plan.response(Err(code_of_coordinator(&error)))),
        }
    }
}

/// The response as it will be, but for the offsets that are for the coordinator to decide on.
struct Plan {
    topics: Vec<OffsetCommitResponseTopic>,
    offsets: Vec<NewOffset>,
    /// Where in `topics` the outcome of each of the offsets goes.
    places: Vec<(usize, usize)>,
}

impl Plan {
    fn of(request: &OffsetCommitRequest, image: &MetadataImage, version: i16) -> Plan {
        let mut plan = Plan {
            topics: Vec::with_capacity(request.topics.len()),
            offsets: Vec::new(),
            places: Vec::new(),
        };
        for topic in &request.topics {
            plan.add(topic, image, version);
        }
        plan
    }

    fn add(&mut self, topic: &OffsetCommitRequestTopic, image: &MetadataImage, version: i16) {
        let (found, unknown) = match version {
            10.. => (image.topics.by_id(TopicId(topic.topic_id)), ErrorCode::UNKNOWN_TOPIC_ID),
            _ => (image.topics.by_name(&topic.name), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
        };
        if found.is_none() && topic.partitions.is_empty() {
            // As in Kafka: there is nothing to refuse.
            return;
        }
        let place = self.topics.len();
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for partition in &topic.partitions {
            let error_code = match found {
                None => unknown,
                Some(image) if image.partition(PartitionId(partition.partition_index)).is_none() => {
                    ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
                }
                Some(image) => {
                    self.places.push((place, partitions.len()));
                    self.offsets.push(new_offset(image, partition));
                    ErrorCode::NONE
                }
            };
            partitions.push(OffsetCommitResponsePartition {
                partition_index: partition.partition_index,
                error_code,
            });
        }
        self.topics.push(OffsetCommitResponseTopic {
            name: topic.name.detached(),
            topic_id: topic.topic_id,
            partitions,
        });
    }

    fn take_offsets(&mut self) -> Vec<NewOffset> {
        std::mem::take(&mut self.offsets)
    }

    /// The response, once the coordinator has said what became of the offsets, or that it takes none of them.
    fn response(mut self, outcome: Result<Vec<Result<(), GroupError>>, ErrorCode>) -> OffsetCommitResponse {
        let code = |place: usize| match &outcome {
            Err(code) => *code,
            Ok(results) => match results.get(place) {
                Some(Err(error)) => code_of_group(error),
                _ => ErrorCode::NONE,
            },
        };
        for (place, (topic, partition)) in self.places.iter().enumerate() {
            let topic = self.topics.get_mut(*topic);
            if let Some(partition) = topic.and_then(|topic| topic.partitions.get_mut(*partition)) {
                partition.error_code = code(place);
            }
        }
        OffsetCommitResponse {
            topics: self.topics,
            ..OffsetCommitResponse::default()
        }
    }
}

fn new_offset(topic: &TopicImage, partition: &OffsetCommitRequestPartition) -> NewOffset {
    NewOffset {
        topic: Arc::clone(&topic.name),
        topic_id: topic.id.0,
        partition: partition.partition_index,
        offset: partition.committed_offset,
        leader_epoch: partition.committed_leader_epoch,
        metadata: partition.committed_metadata.as_deref().unwrap_or_default().into(),
    }
}
