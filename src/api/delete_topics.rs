//! DeleteTopics: by name, or from v6 on by id.

use std::sync::Arc;

use dmq_protocol::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use super::errors::{code_of_controller, code_of_topic};
use super::meter;
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{DeleteTopicOutcome, TopicError, TopicRef};
use crate::ids::TopicId;

pub struct DeleteTopics;

/// From this version on a client that makes too many changes is refused; older ones are held back.
const STRICT_SINCE: i16 = 5;

impl Api for DeleteTopics {
    type Request = DeleteTopicsRequest;
    type Answer = DeleteTopicsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: DeleteTopicsRequest,
    ) -> Answer<DeleteTopicsResponse> {
        let mutations = meter::mutations(&context.meter, context.version, STRICT_SINCE);
        let controller = handles.controller.limited(&mutations);
        let version = context.version;
        Answer::later(async move {
            let (topics, mut responses) = wanted(request, version);
            match controller.delete_topics(topics.clone()).await {
                Ok(outcomes) => {
                    let results = outcomes.into_iter().map(|outcome| result_of(outcome, version));
                    responses.extend(results);
                }
                Err(error) => {
                    let message = error.to_string();
                    let all = topics.into_iter();
                    responses.extend(all.map(|topic| refused(topic, code_of_controller(&error), message.clone())));
                }
            }
            DeleteTopicsResponse {
                responses,
                throttle_time_ms: mutations.throttle().ms(),
            }
        })
    }
}

/// The topics as the controller is asked for them, and the refusals of those that are named in two ways at once.
fn wanted(request: DeleteTopicsRequest, version: i16) -> (Vec<TopicRef>, Vec<DeletableTopicResult>) {
    let by_name = |name: &StrBytes| TopicRef::Name(name.to_string());
    if version < 6 {
        return (request.topic_names.iter().map(by_name).collect(), Vec::new());
    }
    let (mut topics, mut refusals) = (Vec::new(), Vec::new());
    for DeleteTopicState { name, topic_id } in request.topics {
        match name {
            Some(name) if topic_id != Uuid::ZERO => refusals.push(DeletableTopicResult {
                name: Some(name),
                topic_id,
                error_code: ErrorCode::INVALID_REQUEST,
                error_message: Some(StrBytes::from_static(
                    "You may not specify both topic name and topic id.",
                )),
            }),
            Some(name) => topics.push(by_name(&name)),
            None => topics.push(TopicRef::Id(TopicId(topic_id))),
        }
    }
    (topics, refusals)
}

fn result_of(outcome: DeleteTopicOutcome, version: i16) -> DeletableTopicResult {
    match outcome.result {
        Ok((name, id)) => DeletableTopicResult {
            name: Some(StrBytes::from(name)),
            topic_id: id.0,
            ..DeletableTopicResult::default()
        },
        Err(error) => {
            let named_id = match error {
                TopicError::NamedBothWays(id) => Some(id),
                _ => None,
            };
            let code = match error {
                // Clients from before v3 do not know the code.
                TopicError::DeletionDisabled if version < 3 => ErrorCode::INVALID_REQUEST,
                ref error => code_of_topic(error),
            };
            let refused = refused(outcome.topic, code, error.to_string());
            let message = match error {
                // Kafka says no more than the code here.
                TopicError::Throttled(_) => None,
                _ => refused.error_message,
            };
            DeletableTopicResult {
                topic_id: named_id.map_or(refused.topic_id, |TopicId(id)| id),
                error_message: message,
                ..refused
            }
        }
    }
}

fn refused(topic: TopicRef, error_code: ErrorCode, message: String) -> DeletableTopicResult {
    let (name, topic_id) = match topic {
        TopicRef::Name(name) => (Some(StrBytes::from(name)), Uuid::ZERO),
        TopicRef::Id(id) => (None, id.0),
    };
    let error_message = Some(StrBytes::from(message));
    DeletableTopicResult {
        name,
        topic_id,
        error_code,
        error_message,
    }
}
