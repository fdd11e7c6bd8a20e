//! Decisions about topics: create, delete.

use super::error::ControllerError;
use super::job::{Decision, Situation};
use super::topic_request::{CreateTopicOutcome, CreateTopics, DeleteTopicOutcome, TopicRef};

/// Creates topics.
pub(super) fn create(_: &Situation<'_>, _: CreateTopics) -> Result<Decision<Vec<CreateTopicOutcome>>, ControllerError> {
    Err(ControllerError::Stopped)
}

/// Deletes topics.
pub(super) fn delete(
    _: &Situation<'_>,
    _: Vec<TopicRef>,
) -> Result<Decision<Vec<DeleteTopicOutcome>>, ControllerError> {
    Err(ControllerError::Stopped)
}
