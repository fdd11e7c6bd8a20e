//! Deletes topics, named by name or by id.

use std::collections::BTreeMap;

use dmq_protocol::metadata_records::RemoveTopicRecord;

use crate::controller::error::ControllerError;
use crate::controller::job::{Decision, Situation};
use crate::controller::topic_request::{DeleteTopicOutcome, TopicError, TopicRef};
use crate::ids::TopicId;
use crate::metadata::{Record, TopicImage};

/// Decides a request to delete topics: one outcome for each different name or id, in the request's order.
pub(in crate::controller) fn delete(
    situation: &Situation<'_>,
    topics: Vec<TopicRef>,
) -> Result<Decision<Vec<DeleteTopicOutcome>>, ControllerError> {
    let mut asked: BTreeMap<TopicRef, usize> = BTreeMap::new();
    for topic in &topics {
        *asked.entry(topic.clone()).or_default() += 1;
    }
    let (mut records, mut outcomes, mut gone) = (Vec::new(), Vec::new(), Vec::<TopicId>::new());
    for topic in topics {
        // Each is answered once, however often it was named.
        let Some(times) = asked.remove(&topic) else { continue };
        let result = decide(situation, &topic, times, &gone).map(|found| {
            records.push(Record::RemoveTopic(RemoveTopicRecord { topic_id: found.id.0 }));
            gone.push(found.id);
            (found.name.to_string(), found.id)
        });
        outcomes.push(DeleteTopicOutcome { topic, result });
    }
    Ok(Decision {
        records,
        response: outcomes,
    })
}

fn decide<'a>(
    situation: &Situation<'a>,
    topic: &TopicRef,
    times: usize,
    gone: &[TopicId],
) -> Result<&'a TopicImage, TopicError> {
    if !situation.settings.broker().delete_topic_enable {
        return Err(TopicError::DeletionDisabled);
    }
    let invalid = |text: &str| TopicError::InvalidRequest(text.to_owned());
    if times > 1 {
        return Err(invalid(match topic {
            TopicRef::Name(_) => "Duplicate topic name.",
            TopicRef::Id(_) => "Duplicate topic id.",
        }));
    }
    let found = match topic {
        TopicRef::Name(name) => situation.image.topics.by_name(name).ok_or(TopicError::UnknownName)?,
        TopicRef::Id(TopicId::ZERO) => return Err(invalid("Neither topic name nor id were specified.")),
        TopicRef::Id(id) => situation.image.topics.by_id(*id).ok_or(TopicError::UnknownId)?,
    };
    if gone.contains(&found.id) {
        return Err(invalid(
            "The provided topic name maps to an ID that was already supplied.",
        ));
    }
    situation.mutations.take(found.partitions.len())?;
    Ok(found)
}
