//! OffsetForLeaderEpoch: where the records of a leader epoch end, so that a client notices truncation (KIP-101, KIP-320).

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, OffsetForLeaderPartition,
    OffsetForLeaderTopicResult,
};

use super::errors::code_of;
use super::{Answer, Api, Handles, RequestContext, epoch_from_wire};
use crate::ids::{LeaderEpoch, PartitionId};

pub struct OffsetForLeaderEpoch;

impl Api for OffsetForLeaderEpoch {
    type Request = OffsetForLeaderEpochRequest;
    type Answer = OffsetForLeaderEpochResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: OffsetForLeaderEpochRequest,
    ) -> Answer<OffsetForLeaderEpochResponse> {
        let topics = request.topics.into_iter().map(|topic| {
            let partitions = topic.partitions.iter();
            let partitions = partitions
                .map(|partition| answer_for(handles, &topic.topic, partition))
                .collect();
            OffsetForLeaderTopicResult {
                topic: topic.topic,
                partitions,
            }
        });
        Answer::Now(OffsetForLeaderEpochResponse {
            topics: topics.collect(),
            ..OffsetForLeaderEpochResponse::default()
        })
    }
}

fn answer_for(handles: &Handles, topic: &str, wanted: &OffsetForLeaderPartition) -> EpochEndOffset {
    let answer = EpochEndOffset {
        partition: wanted.partition,
        ..EpochEndOffset::default()
    };
    let partition = match handles.partition_by_name(topic, PartitionId(wanted.partition)) {
        Ok(partition) => partition,
        Err(error_code) => return EpochEndOffset { error_code, ..answer },
    };
    let found = partition.end_of_epoch(
        LeaderEpoch(wanted.leader_epoch),
        epoch_from_wire(wanted.current_leader_epoch),
    );
    match found {
        Ok(Some(end)) => EpochEndOffset {
            error_code: ErrorCode::NONE,
            leader_epoch: end.epoch.0,
            end_offset: end.end_offset.0,
            ..answer
        },
        Ok(None) => answer,
        Err(error) => EpochEndOffset {
            error_code: code_of(&error),
            ..answer
        },
    }
}
