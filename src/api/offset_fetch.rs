//! OffsetFetch: consumers ask how far they have read. One group up to version 7, several from 8 on; topics have ids from
//! version 10 on.

use std::sync::Arc;

use dmq_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponse,
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions, OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use super::errors::{code_of_coordinator, code_of_group};
use super::{Answer, Api, Handles, RequestContext};
use crate::coordinator::group::{CommittedOffset, GroupError, GroupMachine};
use crate::coordinator::{Committing, CoordinatorError};
use crate::ids::TopicId;
use crate::metadata::MetadataImage;

pub struct OffsetFetch;

impl Api for OffsetFetch {
    type Request = OffsetFetchRequest;
    type Answer = OffsetFetchResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: OffsetFetchRequest,
    ) -> Answer<OffsetFetchResponse> {
        let version = context.version;
        let image = handles.metadata.load_full();
        let stable = request.require_stable;
        let wanted = wanted(request, version);
        let looked_up: Vec<LookedUp> = wanted
            .iter()
            .map(|group| look_up(handles, &image, group, stable, version))
            .collect();
        Answer::later(async move {
            let mut groups = Vec::with_capacity(looked_up.len());
            for (found, wanted) in looked_up.into_iter().zip(&wanted) {
                groups.push(settled(found, wanted).await);
            }
            response(groups, version)
        })
    }
}

/// What one group's offsets are, and what must be committed before it may be told.
type LookedUp = Result<(Vec<OffsetFetchResponseTopics>, Committing), CoordinatorError>;

/// The groups asked for, in the newest form.
fn wanted(request: OffsetFetchRequest, version: i16) -> Vec<OffsetFetchRequestGroup> {
    if version >= 8 {
        return request.groups;
    }
    let topics = request.topics.map(|topics| {
        let topics = topics.into_iter().map(|topic| OffsetFetchRequestTopics {
            name: topic.name,
            topic_id: Uuid::ZERO,
            partition_indexes: topic.partition_indexes,
        });
        topics.collect()
    });
    vec![OffsetFetchRequestGroup {
        group_id: request.group_id,
        topics,
        ..OffsetFetchRequestGroup::default()
    }]
}

fn look_up(
    handles: &Handles,
    image: &MetadataImage,
    wanted: &OffsetFetchRequestGroup,
    stable: bool,
    version: i16,
) -> LookedUp {
    handles.groups.step(&wanted.group_id, |step| match &wanted.topics {
        Some(topics) => topics
            .iter()
            .map(|topic| named(step.machine, image, (&wanted.group_id, topic), stable, version))
            .collect(),
        None => everything(step.machine, image, &wanted.group_id, stable, version),
    })
}

/// The offsets of a topic that the request names.
fn named(
    machine: &GroupMachine,
    image: &MetadataImage,
    (group, wanted): (&str, &OffsetFetchRequestTopics),
    stable: bool,
    version: i16,
) -> OffsetFetchResponseTopics {
    let name = match version {
        10.. => image.topics.by_id(TopicId(wanted.topic_id)).map(|topic| &*topic.name),
        _ => Some(wanted.name.as_str()),
    };
    let partitions = wanted.partition_indexes.iter().map(|index| match name {
        Some(name) => partition(*index, machine.offset(group, name, *index, stable)),
        None => OffsetFetchResponsePartitions {
            error_code: ErrorCode::UNKNOWN_TOPIC_ID,
            ..nothing(*index)
        },
    });
    OffsetFetchResponseTopics {
        name: wanted.name.detached(),
        topic_id: wanted.topic_id,
        partitions: partitions.collect(),
    }
}

/// Every offset that the group has. Topics that are gone have no id to tell them by.
fn everything(
    machine: &GroupMachine,
    image: &MetadataImage,
    group: &str,
    stable: bool,
    version: i16,
) -> Vec<OffsetFetchResponseTopics> {
    let mut topics = Vec::new();
    for (name, partitions) in machine.partitions_with_offsets(group) {
        let id = image.topics.by_name(name).map(|topic| topic.id.0);
        if version >= 10 && id.is_none() {
            continue;
        }
        let found = partitions.map(|index| partition(index, machine.offset(group, name, index, stable)));
        topics.push(OffsetFetchResponseTopics {
            name: StrBytes::from(name.to_string()),
            topic_id: id.unwrap_or(Uuid::ZERO),
            partitions: found.collect(),
        });
    }
    topics
}

fn nothing(partition_index: i32) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index,
        committed_offset: -1,
        metadata: Some(StrBytes::default()),
        ..OffsetFetchResponsePartitions::default()
    }
}

fn partition(index: i32, found: Result<Option<&CommittedOffset>, GroupError>) -> OffsetFetchResponsePartitions {
    match found {
        Ok(Some(offset)) => OffsetFetchResponsePartitions {
            partition_index: index,
            committed_offset: offset.offset,
            committed_leader_epoch: offset.leader_epoch,
            metadata: Some(StrBytes::from(offset.metadata.to_string())),
            error_code: ErrorCode::NONE,
        },
        Ok(None) => nothing(index),
        Err(error) => OffsetFetchResponsePartitions {
            error_code: code_of_group(&error),
            ..nothing(index)
        },
    }
}

/// A group's part of the response, once what was found is committed.
async fn settled(found: LookedUp, wanted: &OffsetFetchRequestGroup) -> OffsetFetchResponseGroup {
    let settled = match found {
        Ok((topics, committing)) => committing.done().await.map(|()| topics),
        Err(error) => Err(error),
    };
    let group_id = wanted.group_id.detached();
    match settled {
        Ok(topics) => OffsetFetchResponseGroup {
            group_id,
            topics,
            ..OffsetFetchResponseGroup::default()
        },
        Err(error) => OffsetFetchResponseGroup {
            group_id,
            // Version 1 has no place for the error but at each partition.
            topics: refused(wanted),
            error_code: code_of_coordinator(&error),
        },
    }
}

fn refused(wanted: &OffsetFetchRequestGroup) -> Vec<OffsetFetchResponseTopics> {
    let topics = wanted.topics.iter().flatten();
    let topics = topics.map(|topic| OffsetFetchResponseTopics {
        name: topic.name.detached(),
        topic_id: topic.topic_id,
        partitions: topic.partition_indexes.iter().map(|index| nothing(*index)).collect(),
    });
    topics.collect()
}

fn response(mut groups: Vec<OffsetFetchResponseGroup>, version: i16) -> OffsetFetchResponse {
    if version >= 8 {
        for group in &mut groups {
            if group.error_code != ErrorCode::NONE {
                group.topics.clear();
            }
        }
        return OffsetFetchResponse {
            groups,
            ..OffsetFetchResponse::default()
        };
    }
    let only = groups.pop().unwrap_or_default();
    let group_error = only.error_code;
    let topics = only.topics.into_iter().map(|topic| {
        let partitions = topic
            .partitions
            .into_iter()
            .map(|partition| OffsetFetchResponsePartition {
                partition_index: partition.partition_index,
                committed_offset: partition.committed_offset,
                committed_leader_epoch: partition.committed_leader_epoch,
                metadata: partition.metadata,
                error_code: match group_error {
                    ErrorCode::NONE => partition.error_code,
                    error => error,
                },
            });
        OffsetFetchResponseTopic {
            name: topic.name,
            partitions: partitions.collect(),
        }
    });
    OffsetFetchResponse {
        // From version 2 on the error stands in the response itself.
        topics: topics
            .filter(|_| version < 2 || group_error == ErrorCode::NONE)
            .collect(),
        error_code: group_error,
        ..OffsetFetchResponse::default()
    }
}
