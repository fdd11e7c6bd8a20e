//! DescribeProducers: the idempotent and transactional producers that partitions remember.

use std::sync::Arc;

use dmq_protocol::messages::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState, TopicResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::{Answer, Api, Handles, RequestContext, validate_topic_name};
use crate::ids::PartitionId;
use crate::log::ProducerStatus;

pub struct DescribeProducers;

impl Api for DescribeProducers {
    type Request = DescribeProducersRequest;
    type Answer = DescribeProducersResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: DescribeProducersRequest,
    ) -> Answer<DescribeProducersResponse> {
        let topics = request.topics.into_iter().map(|topic| {
            let refusal = refusal_of(handles, &topic.name);
            let partitions = topic.partition_indexes.iter().map(|index| match &refusal {
                Some((error_code, text)) => PartitionResponse {
                    partition_index: *index,
                    error_code: *error_code,
                    error_message: Some(text.clone()),
                    ..PartitionResponse::default()
                },
                None => producers_of(handles, &topic.name, *index),
            });
            TopicResponse {
                partitions: partitions.collect(),
                name: topic.name.clone(),
            }
        });
        Answer::Now(DescribeProducersResponse {
            topics: topics.collect(),
            ..DescribeProducersResponse::default()
        })
    }
}

/// Why nothing can be said of any partition of a topic.
fn refusal_of(handles: &Handles, topic: &str) -> Option<(ErrorCode, StrBytes)> {
    if let Err(invalid) = validate_topic_name(topic) {
        let text = format!("Topic name is invalid: {invalid}");
        return Some((ErrorCode::INVALID_TOPIC_EXCEPTION, StrBytes::from(text)));
    }
    let unknown = StrBytes::from_static("This server does not host this topic-partition.");
    let known = handles.metadata.load().topics.by_name(topic).is_some();
    (!known).then_some((ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, unknown))
}

fn producers_of(handles: &Handles, topic: &str, index: i32) -> PartitionResponse {
    let found = handles.partition_by_name(topic, PartitionId(index));
    let (error_code, producers) = match found {
        Ok(partition) => (ErrorCode::NONE, partition.producers()),
        Err(error_code) => (error_code, Vec::new()),
    };
    PartitionResponse {
        partition_index: index,
        error_code,
        error_message: None,
        active_producers: producers.into_iter().map(state_of).collect(),
    }
}

fn state_of(producer: ProducerStatus) -> ProducerState {
    ProducerState {
        producer_id: producer.producer_id.0,
        producer_epoch: i32::from(producer.producer_epoch.0),
        last_sequence: producer.last_sequence.0,
        last_timestamp: producer.last_timestamp_ms,
        coordinator_epoch: producer.coordinator_epoch,
        current_txn_start_offset: producer.transaction_start.map_or(-1, |start| start.0),
    }
}
