//! ListOffsets: offsets by time, and the ends of a partition.
//!
//! Times that are looked up in a log read an index and at most one index interval of batches.

use std::sync::Arc;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};

use super::errors::code_of;
use super::{Answer, Api, Disconnect, Handles, RequestContext, epoch_from_wire, isolation_from_wire};
use crate::ids::PartitionId;
use crate::partition::{Isolation, OffsetQuery};

/// The API's place in the table.
#[derive(Debug)]
pub struct ListOffsets;

/// Answers name the leader epoch of the offset from this version on (KIP-320).
const FIRST_WITH_LEADER_EPOCH: i16 = 4;

/// Timestamps below zero ask for an end of the log; each is known from some version on.
mod special {
    pub const LATEST: i64 = -1;
    pub const EARLIEST: i64 = -2;
    pub const MAX_TIMESTAMP: i64 = -3;
    pub const EARLIEST_LOCAL: i64 = -4;
    pub const LATEST_TIERED: i64 = -5;
    pub const EARLIEST_PENDING_UPLOAD: i64 = -6;
}

impl Api for ListOffsets {
    type Request = ListOffsetsRequest;
    type Answer = ListOffsetsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: ListOffsetsRequest,
    ) -> Answer<ListOffsetsResponse> {
        let version = context.version;
        let mut wanted = request.topics.iter().flat_map(|topic| &topic.partitions);
        let reads_the_log = wanted.any(|wanted| wanted.timestamp >= 0 || wanted.timestamp == special::MAX_TIMESTAMP);
        if !reads_the_log {
            return Answer::Now(respond(handles, version, request));
        }
        let handles = Arc::clone(handles);
        Answer::Later(Box::pin(async move {
            let looked_up = tokio::task::spawn_blocking(move || respond(&handles, version, request));
            looked_up.await.map_err(|_| Disconnect::ShuttingDown)
        }))
    }
}

fn respond(handles: &Handles, version: i16, request: ListOffsetsRequest) -> ListOffsetsResponse {
    let isolation = isolation_from_wire(request.isolation_level);
    let repeated = repeated_partitions(&request);
    let topics = request
        .topics
        .into_iter()
        .filter(|topic| isolation.is_err() || !topic.partitions.is_empty());
    let topics = topics.map(|topic| {
        let partitions = topic.partitions.iter().map(|wanted| {
            let isolation = match isolation {
                Ok(isolation) => isolation,
                Err(code) => return refused(wanted, code),
            };
            if repeated.contains(&(topic.name.as_str().to_owned(), wanted.partition_index)) {
                return refused(wanted, ErrorCode::INVALID_REQUEST);
            }
            answer_for(handles, version, isolation, &topic.name, wanted)
        });
        let partitions = partitions.collect();
        ListOffsetsTopicResponse {
            name: topic.name,
            partitions,
        }
    });
    ListOffsetsResponse {
        topics: topics.collect(),
        ..ListOffsetsResponse::default()
    }
}

/// Partitions named more than once: Kafka refuses those.
fn repeated_partitions(request: &ListOffsetsRequest) -> Vec<(String, i32)> {
    let mut named: Vec<(&str, i32)> = Vec::new();
    for topic in &request.topics {
        named.extend(
            topic
                .partitions
                .iter()
                .map(|partition| (topic.name.as_str(), partition.partition_index)),
        );
    }
    named.sort_unstable();
    let repeated = named.windows(2).filter_map(|pair| match pair {
        [one, two] if one == two => Some((one.0.to_owned(), one.1)),
        _ => None,
    });
    repeated.collect()
}

fn query_of(timestamp: i64, version: i16) -> Result<Option<OffsetQuery>, ErrorCode> {
    let known_from = match timestamp {
        special::MAX_TIMESTAMP => 7,
        special::EARLIEST_LOCAL => 8,
        special::LATEST_TIERED => 9,
        special::EARLIEST_PENDING_UPLOAD => 11,
        _ => 0,
    };
    if version < known_from {
        return Err(ErrorCode::UNSUPPORTED_VERSION);
    }
    match timestamp {
        special::LATEST => Ok(Some(OffsetQuery::Latest)),
        // Nothing is tiered: what is here is all there is.
        special::EARLIEST | special::EARLIEST_LOCAL => Ok(Some(OffsetQuery::Earliest)),
        special::MAX_TIMESTAMP => Ok(Some(OffsetQuery::MaxTimestamp)),
        special::LATEST_TIERED | special::EARLIEST_PENDING_UPLOAD => Ok(None),
        below if below < 0 => Err(ErrorCode::UNSUPPORTED_VERSION),
        time => Ok(Some(OffsetQuery::AtOrAfter(time))),
    }
}

fn answer_for(
    handles: &Handles,
    version: i16,
    isolation: Isolation,
    topic: &str,
    wanted: &ListOffsetsPartition,
) -> ListOffsetsPartitionResponse {
    let answer = refused(wanted, ErrorCode::NONE);
    let query = match query_of(wanted.timestamp, version) {
        Ok(Some(query)) => query,
        Ok(None) => return answer,
        Err(code) => return refused(wanted, code),
    };
    let partition = match handles.partition_by_name(topic, PartitionId(wanted.partition_index)) {
        Ok(partition) => partition,
        Err(code) => return refused(wanted, code),
    };
    match partition.find_offset(query, isolation, epoch_from_wire(wanted.current_leader_epoch)) {
        Ok(Some(found)) => ListOffsetsPartitionResponse {
            timestamp: found.timestamp_ms,
            offset: found.offset.0,
            leader_epoch: found
                .leader_epoch
                .filter(|_| version >= FIRST_WITH_LEADER_EPOCH)
                .map_or(-1, |epoch| epoch.0),
            ..answer
        },
        Ok(None) => answer,
        Err(error) => refused(wanted, code_of(&error)),
    }
}

fn refused(wanted: &ListOffsetsPartition, error_code: ErrorCode) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse {
        partition_index: wanted.partition_index,
        error_code,
        ..ListOffsetsPartitionResponse::default()
    }
}
