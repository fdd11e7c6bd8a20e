//! Deletes topics, named by name or by id.

use std::collections::BTreeMap;

use dmq_protocol::metadata_records::RemoveTopicRecord;

use crate::controller::error::ControllerError;
use crate::controller::job::{Decision, Situation};
use crate::controller::topic_request::{DeleteTopicOutcome, TopicError, TopicRef};
use crate::ids::TopicId;
use crate::metadata::{Record, TopicImage};

/// Decides a request to delete topics: one outcome for each different name or id, in the request's order. A topic that is
/// named both ways stays, and only its name is answered.
pub(in crate::controller) fn delete(
    situation: &Situation<'_>,
    topics: Vec<TopicRef>,
) -> Result<Decision<Vec<DeleteTopicOutcome>>, ControllerError> {
    let mut asked: BTreeMap<TopicRef, usize> = BTreeMap::new();
    for topic in &topics {
        *asked.entry(topic.clone()).or_default() += 1;
    }
    let named_both_ways = named_both_ways(situation, &asked);
    let (mut records, mut outcomes) = (Vec::new(), Vec::new());
    for topic in topics {
        // Each is answered once, however often it was named.
        let Some(times) = asked.remove(&topic) else { continue };
        let result = match (decide(situation, &topic, times), &topic) {
            (Ok(found), TopicRef::Id(id)) if named_both_ways.contains(&found.id) && *id == found.id => continue,
            (Ok(found), TopicRef::Name(_)) if named_both_ways.contains(&found.id) => {
                Err(TopicError::NamedBothWays(found.id))
            }
            (result, _) => result,
        };
        let result = result.and_then(|found| {
            situation.mutations.take(found.partitions.len())?;
            records.push(Record::RemoveTopic(RemoveTopicRecord { topic_id: found.id.0 }));
            Ok((found.name.to_string(), found.id))
        });
        outcomes.push(DeleteTopicOutcome { topic, result });
    }
    Ok(Decision {
        records,
        response: outcomes,
    })
}

/// The topics that the request names by name and by id.
fn named_both_ways(situation: &Situation<'_>, asked: &BTreeMap<TopicRef, usize>) -> Vec<TopicId> {
    let names = asked.keys().filter_map(|topic| match topic {
        TopicRef::Name(name) => situation.image.topics.by_name(name),
        TopicRef::Id(_) => None,
    });
    names
        .map(|topic| topic.id)
        .filter(|id| asked.contains_key(&TopicRef::Id(*id)))
        .collect()
}

fn decide<'a>(situation: &Situation<'a>, topic: &TopicRef, times: usize) -> Result<&'a TopicImage, TopicError> {
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
    Ok(match topic {
        TopicRef::Name(name) => situation.image.topics.by_name(name).ok_or(TopicError::UnknownName)?,
        TopicRef::Id(TopicId::ZERO) => return Err(invalid("Neither topic name nor id were specified.")),
        TopicRef::Id(id) => situation.image.topics.by_id(*id).ok_or(TopicError::UnknownId)?,
    })
}
