//! CreateTopics: each topic is accepted or refused alone; the answer says what was made.

use std::sync::Arc;

use dmq_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest, CreateTopicsResponse,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_controller, code_of_topic};
use super::meter;
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{self, CreateTopicOutcome, CreatedTopic, NewTopic, ReplicaAssignment, TopicError};
use crate::ids::{BrokerId, PartitionId};

pub struct CreateTopics;

/// From this version on a client that makes too many changes is refused; older ones are held back.
const STRICT_SINCE: i16 = 6;

impl Api for CreateTopics {
    type Request = CreateTopicsRequest;
    type Answer = CreateTopicsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: CreateTopicsRequest,
    ) -> Answer<CreateTopicsResponse> {
        let mutations = meter::mutations(&context.meter, context.version, STRICT_SINCE);
        let controller = handles.controller.limited(&mutations);
        Answer::later(async move {
            let names: Vec<StrBytes> = request.topics.iter().map(|topic| topic.name.clone()).collect();
            let wanted = controller::CreateTopics {
                topics: request.topics.iter().map(new_topic).collect(),
                validate_only: request.validate_only,
            };
            let topics = match controller.create_topics(wanted).await {
                Ok(outcomes) => outcomes.into_iter().map(result_of).collect(),
                Err(error) => {
                    let (code, message) = (code_of_controller(&error), StrBytes::from(error.to_string()));
                    names
                        .into_iter()
                        .map(|name| refused(name, code, message.clone()))
                        .collect()
                }
            };
            CreateTopicsResponse {
                topics,
                throttle_time_ms: mutations.throttle().ms(),
            }
        })
    }
}

fn new_topic(topic: &CreatableTopic) -> NewTopic {
    let assignments = topic.assignments.iter().map(|assignment| ReplicaAssignment {
        partition: PartitionId(assignment.partition_index),
        replicas: assignment.broker_ids.iter().copied().map(BrokerId).collect(),
    });
    let value = |value: &Option<StrBytes>| value.as_ref().map(ToString::to_string);
    NewTopic {
        name: topic.name.to_string(),
        num_partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: assignments.collect(),
        configs: topic
            .configs
            .iter()
            .map(|config| (config.name.to_string(), value(&config.value)))
            .collect(),
    }
}

fn result_of(outcome: CreateTopicOutcome) -> CreatableTopicResult {
    let name = StrBytes::from(outcome.name);
    match outcome.result {
        Ok(created) => made(name, created),
        // Kafka says no more than the code here.
        Err(error @ TopicError::Throttled(_)) => CreatableTopicResult {
            error_message: None,
            ..refused(name, code_of_topic(&error), StrBytes::default())
        },
        Err(error) => refused(name, code_of_topic(&error), StrBytes::from(error.to_string())),
    }
}

fn made(name: StrBytes, created: CreatedTopic) -> CreatableTopicResult {
    let configs = created.configs.into_iter().map(|config| CreatableTopicConfigs {
        name: StrBytes::from(config.name),
        value: config.value.map(StrBytes::from),
        read_only: false,
        config_source: config.source as i8,
        is_sensitive: config.is_sensitive,
    });
    CreatableTopicResult {
        name,
        error_message: None,
        topic_id: created.id.0,
        num_partitions: created.num_partitions,
        replication_factor: created.replication_factor,
        configs: Some(configs.collect()),
        ..CreatableTopicResult::default()
    }
}

fn refused(name: StrBytes, error_code: ErrorCode, message: StrBytes) -> CreatableTopicResult {
    CreatableTopicResult {
        name,
        error_code,
        error_message: Some(message),
        ..CreatableTopicResult::default()
    }
}
