//! DeleteTopics: by name, or from v6 on by id.

use std::sync::Arc;

use dmq_protocol::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use super::errors::{code_of_controller, code_of_topic};
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{DeleteTopicOutcome, TopicError, TopicRef};
use crate::ids::TopicId;

pub struct DeleteTopics;

impl Api for DeleteTopics {
    type Request = DeleteTopicsRequest;
    type Answer = DeleteTopicsResponse;

    fn handle(
        handles: &Arc<Handles>,
        context: &RequestContext,
        request: DeleteTopicsRequest,
    ) -> Answer<DeleteTopicsResponse> {
        let controller = handles.controller.clone();
        let version = context.version;
        Answer::later(async move {
            let topics = wanted(request, version);
            let responses = match controller.delete_topics(topics.clone()).await {
                Ok(outcomes) => outcomes
                    .into_iter()
                    .map(|outcome| result_of(outcome, version))
                    .collect(),
                Err(error) => {
                    let message = error.to_string();
                    let all = topics.into_iter();
                    all.map(|topic| refused(topic, code_of_controller(&error), message.clone()))
                        .collect()
                }
            };
            DeleteTopicsResponse {
                responses,
                ..DeleteTopicsResponse::default()
            }
        })
    }
}

fn wanted(request: DeleteTopicsRequest, version: i16) -> Vec<TopicRef> {
    if version < 6 {
        return request
            .topic_names
            .into_iter()
            .map(|name| TopicRef::Name(name.to_string()))
            .collect();
    }
    let reference = |topic: DeleteTopicState| match topic.name {
        Some(name) => TopicRef::Name(name.to_string()),
        None => TopicRef::Id(TopicId(topic.topic_id)),
    };
    request.topics.into_iter().map(reference).collect()
}

fn result_of(outcome: DeleteTopicOutcome, version: i16) -> DeletableTopicResult {
    match outcome.result {
        Ok((name, id)) => DeletableTopicResult {
            name: Some(StrBytes::from(name)),
            topic_id: id.0,
            ..DeletableTopicResult::default()
        },
        Err(error) => {
            let code = match error {
                // Clients from before v3 do not know the code.
                TopicError::DeletionDisabled if version < 3 => ErrorCode::INVALID_REQUEST,
                ref error => code_of_topic(error),
            };
            refused(outcome.topic, code, error.to_string())
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
