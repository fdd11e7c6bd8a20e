//! Fetch: record batches from any number of partitions, waiting without a thread until there are enough.
//!
//! The batches themselves are not read here: the answer names where they lie in the log's files, and the connection
//! sends them from there. `plan` reads within the request's bounds and waits; `respond` makes the answer.

mod plan;
mod respond;

use std::sync::Arc;

use dmq_protocol::messages::fetch::{FetchRequest, FetchResponse};
use dmq_protocol::{StrBytes, Uuid};

use super::errors::code_of_session;
use super::{Answer, Api, Handles, RequestContext};
use crate::fetch_session::{FetchPosition, PartitionKey, SessionEpoch, SessionId, SessionRequest, TopicKey};
use crate::ids::{PartitionId, TopicId};
use plan::Plan;
use respond::{Fetched, Responder};

pub struct Fetch;

/// Topics are named by id from this version on.
const FIRST_BY_TOPIC_ID: i16 = 13;
/// Sessions exist from this version on.
const FIRST_WITH_SESSIONS: i16 = 7;

impl Api for Fetch {
    type Request = FetchRequest;
    type Answer = Fetched;

    fn handle(handles: &Arc<Handles>, context: &RequestContext, request: FetchRequest) -> Answer<Fetched> {
        let plan = Plan::new(handles, context, &request);
        let now_ms = handles.clock.now_ms();
        let session = match handles
            .fetch_sessions
            .open(session_request(context.version, request), now_ms)
        {
            Ok(session) => session,
            Err(error) => {
                let error_code = code_of_session(&error);
                return Answer::Now(Fetched::from(FetchResponse {
                    error_code,
                    ..FetchResponse::default()
                }));
            }
        };
        let responder = Responder::new(handles, context, session);
        let wanted = plan.resolve(handles, responder.session());
        if let Some(code) = plan.is_refused(&wanted) {
            return Answer::Now(responder.refuse(code));
        }
        let found = plan.read(&wanted);
        if plan.is_due() || plan.is_enough(&found) {
            Plan::count(&wanted, &found);
            return Answer::Now(responder.respond(found));
        }
        Answer::later(async move {
            let found = plan.wait(&wanted).await;
            Plan::count(&wanted, &found);
            responder.respond(found)
        })
    }
}

fn session_request(version: i16, request: FetchRequest) -> SessionRequest {
    let by_topic_id = version >= FIRST_BY_TOPIC_ID;
    let topic_key = |name: &StrBytes, id: Uuid| match by_topic_id {
        true => TopicKey::Id(TopicId(id)),
        false => TopicKey::Name(Arc::from(name.as_str())),
    };
    let key = |topic: &TopicKey, partition: i32| PartitionKey {
        topic: topic.clone(),
        partition: PartitionId(partition),
    };
    let mut partitions = Vec::new();
    for topic in &request.topics {
        let topic_key = topic_key(&topic.topic, topic.topic_id);
        partitions.extend(topic.partitions.iter().map(|wanted| {
            let position = FetchPosition {
                fetch_offset: wanted.fetch_offset,
                max_bytes: wanted.partition_max_bytes,
                current_leader_epoch: wanted.current_leader_epoch,
                last_fetched_epoch: wanted.last_fetched_epoch,
                log_start_offset: wanted.log_start_offset,
            };
            (key(&topic_key, wanted.partition), position)
        }));
    }
    let mut forgotten = Vec::new();
    for topic in &request.forgotten_topics_data {
        let topic_key = topic_key(&topic.topic, topic.topic_id);
        forgotten.extend(topic.partitions.iter().map(|partition| key(&topic_key, *partition)));
    }
    let epoch = match version {
        FIRST_WITH_SESSIONS.. => SessionEpoch(request.session_epoch),
        _ => SessionEpoch::FINAL,
    };
    SessionRequest {
        id: SessionId(request.session_id),
        epoch,
        by_topic_id,
        partitions,
        forgotten,
    }
}
