//! ElectLeaders: has the preferred replica lead, or any replica where none does.

use std::sync::Arc;

use dmq_protocol::messages::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::{code_of_controller, code_of_election};
use super::{Answer, Api, Handles, RequestContext};
use crate::controller::{self, ControllerError, ElectionError, ElectionKind, PartitionRef};
use crate::ids::PartitionId;

pub struct ElectLeaders;

/// What became of each partition.
type Outcomes = Vec<(PartitionRef, Result<(), ElectionError>)>;

impl Api for ElectLeaders {
    type Request = ElectLeadersRequest;
    type Answer = ElectLeadersResponse;

    fn handle(
        handles: &Arc<Handles>,
        _: &RequestContext,
        request: ElectLeadersRequest,
    ) -> Answer<ElectLeadersResponse> {
        let asked = asked(&request);
        let kind = match request.election_type {
            0 => ElectionKind::Preferred,
            1 => ElectionKind::Unclean,
            other => {
                let text = format!("Unknown election type {other}");
                return Answer::Now(refused(asked.as_deref(), ErrorCode::INVALID_REQUEST, &text));
            }
        };
        drop(request);
        let handles = Arc::clone(handles);
        Answer::later(async move {
            let partitions = asked.as_ref().map(|topics| {
                let each = topics.iter().flat_map(|(topic, numbers)| {
                    numbers.iter().map(|number| PartitionRef {
                        topic: topic.clone(),
                        partition: *number,
                    })
                });
                each.collect()
            });
            let elected = handles
                .controller
                .elect_leaders(controller::ElectLeaders { kind, partitions })
                .await;
            match (elected, asked) {
                (Ok(outcomes), Some(topics)) => answer(as_asked(topics, outcomes)),
                (Ok(outcomes), None) => answer(by_topic(&handles, outcomes)),
                (Err(error), asked) => failed(asked.as_deref(), &error),
            }
        })
    }
}

/// The partitions of a request, topic by topic; none stands for all.
fn asked(request: &ElectLeadersRequest) -> Option<Vec<(String, Vec<PartitionId>)>> {
    let topics = request.topic_partitions.as_ref()?.iter();
    let numbers = |numbers: &[i32]| numbers.iter().copied().map(PartitionId).collect();
    Some(
        topics
            .map(|topic| (topic.topic.to_string(), numbers(&topic.partitions)))
            .collect(),
    )
}

/// The outcomes, which are in the request's order, cut into its topics.
fn as_asked(topics: Vec<(String, Vec<PartitionId>)>, outcomes: Outcomes) -> Vec<ReplicaElectionResult> {
    let mut outcomes = outcomes.into_iter();
    let results = topics.into_iter().map(|(topic, numbers)| ReplicaElectionResult {
        topic: StrBytes::from(topic),
        partition_result: outcomes.by_ref().take(numbers.len()).map(result_of).collect(),
    });
    results.collect()
}

/// Every topic, with those of its partitions that changed or could not: Kafka names the others' topics, too.
fn by_topic(handles: &Handles, outcomes: Outcomes) -> Vec<ReplicaElectionResult> {
    let image = handles.metadata.load();
    let mut outcomes = outcomes.into_iter().peekable();
    let mut results = Vec::with_capacity(image.topics.len());
    for topic in image.topics.iter() {
        let mut partition_result = Vec::new();
        while let Some(outcome) = outcomes.next_if(|(of, _)| of.topic == *topic.name) {
            partition_result.push(result_of(outcome));
        }
        results.push(ReplicaElectionResult {
            topic: StrBytes::from(topic.name.to_string()),
            partition_result,
        });
    }
    results
}

fn answer(replica_election_results: Vec<ReplicaElectionResult>) -> ElectLeadersResponse {
    ElectLeadersResponse {
        replica_election_results,
        ..ElectLeadersResponse::default()
    }
}

fn failed(asked: Option<&[(String, Vec<PartitionId>)]>, error: &ControllerError) -> ElectLeadersResponse {
    refused(asked, code_of_controller(error), &error.to_string())
}

fn refused(asked: Option<&[(String, Vec<PartitionId>)]>, error_code: ErrorCode, text: &str) -> ElectLeadersResponse {
    let topics = asked.unwrap_or_default().iter().map(|(topic, numbers)| {
        let results = numbers.iter().map(|number| PartitionResult {
            partition_id: number.0,
            error_code,
            error_message: Some(StrBytes::from(text.to_owned())),
        });
        ReplicaElectionResult {
            topic: StrBytes::from(topic.clone()),
            partition_result: results.collect(),
        }
    });
    ElectLeadersResponse {
        error_code,
        ..answer(topics.collect())
    }
}

fn result_of((of, result): (PartitionRef, Result<(), ElectionError>)) -> PartitionResult {
    let (error_code, error_message) = match result {
        Ok(()) => (ErrorCode::NONE, None),
        Err(error) => (code_of_election(&error), Some(StrBytes::from(error.to_string()))),
    };
    PartitionResult {
        partition_id: of.partition.0,
        error_code,
        error_message,
    }
}
