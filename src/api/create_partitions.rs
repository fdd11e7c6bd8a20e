//! CreatePartitions: each topic gets more partitions or is refused alone.

use std::sync::Arc;

use dmq_protocol::messages::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsResponse, CreatePartitionsTopic, CreatePartitionsTopicResult,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_controller, code_of_topic};
use super::meter;
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{AddPartitions, MorePartitions, TopicError};
use crate::ids::BrokerId;

pub struct CreatePartitions;

/// From this version on a client that makes too many changes is refused; older ones are held back.
const STRICT_SINCE: i16 = 3;

impl Api for CreatePartitions {
    type Request = CreatePartitionsRequest;
    type Answer = CreatePartitionsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: CreatePartitionsRequest,
    ) -> Answer<CreatePartitionsResponse> {
        let mutations = meter::mutations(&context.meter, context.version, STRICT_SINCE);
        let controller = handles.controller.limited(&mutations);
        let names: Vec<String> = request.topics.iter().map(|topic| topic.name.to_string()).collect();
        let wanted = AddPartitions {
            topics: request.topics.iter().map(more).collect(),
            validate_only: request.validate_only,
        };
        // The future holds nothing of the request's frame.
        drop(request);
        Answer::later(async move {
            let results = match controller.add_partitions(wanted).await {
                Ok(outcomes) => outcomes
                    .into_iter()
                    .map(|(name, result)| result_of(name, result))
                    .collect(),
                Err(error) => {
                    let (code, text) = (code_of_controller(&error), error.to_string());
                    names
                        .into_iter()
                        .map(|name| answer(name, code, Some(text.clone())))
                        .collect()
                }
            };
            CreatePartitionsResponse {
                results,
                throttle_time_ms: mutations.throttle().ms(),
            }
        })
    }
}

fn more(topic: &CreatePartitionsTopic) -> MorePartitions {
    let brokers = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect();
    MorePartitions {
        topic: topic.name.to_string(),
        count: topic.count,
        assignments: topic
            .assignments
            .as_ref()
            .map(|all| all.iter().map(|assignment| brokers(&assignment.broker_ids)).collect()),
    }
}

fn result_of(name: String, result: Result<(), TopicError>) -> CreatePartitionsTopicResult {
    match result {
        Ok(()) => answer(name, ErrorCode::NONE, None),
        // Kafka says no more than the code here.
        Err(error @ (TopicError::UnknownName | TopicError::Throttled(_))) => answer(name, code_of_topic(&error), None),
        Err(error) => answer(name, code_of_topic(&error), Some(error.to_string())),
    }
}

fn answer(name: String, error_code: ErrorCode, message: Option<String>) -> CreatePartitionsTopicResult {
    CreatePartitionsTopicResult {
        name: StrBytes::from(name),
        error_code,
        error_message: message.map(StrBytes::from),
    }
}
