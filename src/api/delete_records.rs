//! DeleteRecords: moves the beginning of partitions; what is below is gone for readers when this is answered.
//!
//! The new beginnings are on stable storage before the answer, so that a crash brings nothing back that was deleted.

use std::collections::BTreeMap;
use std::sync::Arc;

use dmq_protocol::messages::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopicResult,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of;
use super::{Answer, Api, Handles, RequestContext, is_internal};
use crate::ids::{Offset, PartitionId};
use crate::partition::DeleteUpTo;

pub struct DeleteRecords;

/// Stands for the high watermark.
const HIGH_WATERMARK: i64 = -1;
/// In the place of a log start that is not told.
const NO_LOW_WATERMARK: i64 = -1;

impl Api for DeleteRecords {
    type Request = DeleteRecordsRequest;
    type Answer = DeleteRecordsResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: DeleteRecordsRequest,
    ) -> Answer<DeleteRecordsResponse> {
        let topics = results(handles, &request);
        let moved = topics.values().flat_map(BTreeMap::values).any(Result::is_ok);
        let answer = DeleteRecordsResponse {
            topics: topics.into_iter().map(result_of).collect(),
            ..DeleteRecordsResponse::default()
        };
        if !moved {
            return Answer::Now(answer);
        }
        let partitions = Arc::clone(&handles.partitions);
        let checkpoint = tokio::task::spawn_blocking(move || partitions.checkpoint_log_starts());
        Answer::later(async move {
            // A checkpoint that could not be written has been logged; what is deleted is deleted until a crash.
            let _ = checkpoint.await;
            answer
        })
    }
}

type Results = BTreeMap<String, BTreeMap<i32, Result<Offset, ErrorCode>>>;

/// Deletes; of a partition named twice the last offset counts.
fn results(handles: &Handles, request: &DeleteRecordsRequest) -> Results {
    let mut wanted: BTreeMap<&str, BTreeMap<i32, i64>> = BTreeMap::new();
    for topic in &request.topics {
        let offsets = topic
            .partitions
            .iter()
            .map(|partition| (partition.partition_index, partition.offset));
        wanted.entry(&topic.name).or_default().extend(offsets);
    }
    let of_topic = |(topic, offsets): (&str, BTreeMap<i32, i64>)| {
        let results = offsets
            .into_iter()
            .map(|(index, offset)| (index, delete(handles, topic, index, offset)));
        (topic.to_owned(), results.collect())
    };
    // As in Kafka, a topic of which no partition is named is not spoken of.
    wanted.retain(|_, offsets| !offsets.is_empty());
    wanted.into_iter().map(of_topic).collect()
}

fn delete(handles: &Handles, topic: &str, index: i32, offset: i64) -> Result<Offset, ErrorCode> {
    let partition = handles.partition_by_name(topic, PartitionId(index));
    let exists = !matches!(partition, Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    if exists && is_internal(topic) {
        return Err(ErrorCode::INVALID_TOPIC_EXCEPTION);
    }
    let upto = match offset {
        HIGH_WATERMARK => DeleteUpTo::HighWatermark,
        offset => DeleteUpTo::Offset(Offset(offset)),
    };
    partition?.delete_records(upto).map_err(|error| code_of(&error))
}

fn result_of((topic, results): (String, BTreeMap<i32, Result<Offset, ErrorCode>>)) -> DeleteRecordsTopicResult {
    let partitions = results.into_iter().map(|(partition_index, result)| {
        let (low_watermark, error_code) = match result {
            Ok(log_start) => (log_start.0, ErrorCode::NONE),
            Err(code) => (NO_LOW_WATERMARK, code),
        };
        DeleteRecordsPartitionResult {
            partition_index,
            low_watermark,
            error_code,
        }
    });
    DeleteRecordsTopicResult {
        name: StrBytes::from(topic),
        partitions: partitions.collect(),
    }
}
