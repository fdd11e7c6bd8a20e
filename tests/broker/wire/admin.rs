//! What admin tools ask of partitions and the cluster. Codes and texts are what Apache Kafka 4.4 answers to the same.

use std::collections::BTreeMap;

use dmq_protocol::messages::alter_partition_reassignments::{ReassignablePartition, ReassignableTopic};
use dmq_protocol::messages::create_partitions::{CreatePartitionsAssignment, CreatePartitionsTopic};
use dmq_protocol::messages::describe_producers::TopicRequest;
use dmq_protocol::messages::describe_quorum::{RequestPartitionData, RequestTopicData};
use dmq_protocol::messages::elect_leaders::TopicPartitions;
use dmq_protocol::messages::list_partition_reassignments::ListPartitionReassignmentsTopics;
use dmq_protocol::messages::update_features::FeatureUpdateKey;
use dmq_protocol::messages::{
    AlterPartitionReassignmentsRequest, CreatePartitionsRequest, DescribeClusterRequest, DescribeProducersRequest,
    DescribeQuorumRequest, ElectLeadersRequest, ListPartitionReassignmentsRequest, UnregisterBrokerRequest,
    UpdateFeaturesRequest,
};
use dmq_protocol::{ErrorCode, StrBytes};

use super::versions::each_version;
use crate::support::batches::{batch, idempotent};
use crate::support::{TestBroker, Topic, Wire};

fn text(text: &str) -> Option<StrBytes> {
    Some(StrBytes::from(text.to_owned()))
}

fn more(name: &str, count: i32, assignments: Option<Vec<Vec<i32>>>) -> CreatePartitionsTopic {
    let assignment = |broker_ids| CreatePartitionsAssignment { broker_ids };
    CreatePartitionsTopic {
        name: name.to_owned().into(),
        count,
        assignments: assignments.map(|all| all.into_iter().map(assignment).collect()),
    }
}

fn add(topics: Vec<CreatePartitionsTopic>) -> CreatePartitionsRequest {
    CreatePartitionsRequest {
        topics,
        ..CreatePartitionsRequest::default()
    }
}

/// Each API of this file in each version that is promised.
pub fn each_admin_api(wire: &mut Wire, promised: &mut BTreeMap<i16, (i16, i16)>, topic: &Topic) {
    let none = |code: ErrorCode, version: i16| assert_eq!(code, ErrorCode::NONE, "v{version}");
    let partitions = |v: i16| add(vec![more(&topic.name, i32::from(v) + 2, None)]);
    each_version::<CreatePartitionsRequest>(wire, promised, partitions, |v, answer| {
        none(answer.results[0].error_code, v);
    });
    let elect = |_| elections(&topic.name, &[0]);
    each_version::<ElectLeadersRequest>(wire, promised, elect, |_, answer| {
        let result = &answer.replica_election_results[0].partition_result[0];
        assert_eq!(result.error_code, ErrorCode::ELECTION_NOT_NEEDED);
    });
    let same = |_| reassign(&topic.name, 0, Some(vec![1]));
    each_version::<AlterPartitionReassignmentsRequest>(wire, promised, same, |v, answer| {
        none(answer.responses[0].partitions[0].error_code, v);
    });
    let all = |_| ListPartitionReassignmentsRequest::default();
    each_version::<ListPartitionReassignmentsRequest>(wire, promised, all, |v, answer| {
        none(answer.error_code, v);
    });
    let quorum = |_| quorum_of("__cluster_metadata", 0);
    each_version::<DescribeQuorumRequest>(wire, promised, quorum, |v, answer| {
        let partition = &answer.topics[0].partitions[0];
        none(partition.error_code, v);
        assert_eq!((partition.leader_id, partition.current_voters.len()), (1, 1));
        assert!(partition.high_watermark > 0);
        assert_eq!(answer.nodes.len(), usize::from(v >= 2));
    });
    let present = |_| update("share.version", 2, 1);
    each_version::<UpdateFeaturesRequest>(wire, promised, present, |v, answer| {
        none(answer.error_code, v);
        assert_eq!(answer.results.len(), usize::from(v < 2));
    });
    let producers = |_| producers_of(&topic.name, &[0]);
    each_version::<DescribeProducersRequest>(wire, promised, producers, |v, answer| {
        none(answer.topics[0].partitions[0].error_code, v);
    });
    let nobody = |_| UnregisterBrokerRequest { broker_id: 7 };
    each_version::<UnregisterBrokerRequest>(wire, promised, nobody, |_, answer| {
        assert_eq!(answer.error_code, ErrorCode::BROKER_ID_NOT_REGISTERED);
        assert_eq!(answer.error_message, text("Broker ID 7 is not currently registered"));
    });
}

#[test]
fn partitions_are_added_to_a_topic_that_is_in_use_and_are_there_after_a_restart() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "grows", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["before"]));
    let only_asked = CreatePartitionsRequest {
        validate_only: true,
        ..add(vec![more("grows", 3, None)])
    };
    assert_eq!(wire.call(3, &only_asked).results[0].error_code, ErrorCode::NONE);
    let refused = topic.produce(&mut wire, 2, batch(&["too early"]));
    assert_eq!(refused.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let added = wire.call(3, &add(vec![more("grows", 3, Some(vec![vec![1], vec![1]]))]));
    assert_eq!(
        (added.results[0].error_code, &added.results[0].error_message),
        (ErrorCode::NONE, &None)
    );
    assert_eq!(topic.append(&mut wire, 2, batch(&["new"])), 0);
    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    assert_eq!(topic.read_all(&mut wire, 2).len(), 1);
    assert_eq!(topic.append(&mut wire, 1, batch(&["the other"])), 0);
    broker.stop();
}

#[test]
fn refused_partitions_have_kafkas_codes_and_texts() {
    let broker = TestBroker::start();
    Topic::create(&broker, "t", 2);
    let mut wire = broker.connect();
    for (wanted, code, message) in [
        (more("nope", 3, None), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, None),
        (
            more("t", 2, None),
            ErrorCode::INVALID_PARTITIONS,
            text("Topic already has 2 partition(s)."),
        ),
        (
            more("t", 3, Some(vec![vec![7]])),
            ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            text("The manual partition assignment includes broker 7, but no such broker is registered."),
        ),
        (
            more("t", i32::MAX, None),
            ErrorCode::POLICY_VIOLATION,
            text("Excessively large number of additional partitions per request."),
        ),
    ] {
        let answer = wire.call(3, &add(vec![wanted])).results.remove(0);
        assert_eq!((answer.error_code, answer.error_message), (code, message));
    }
    let twice = wire.call(3, &add(vec![more("t", 3, None), more("t", 4, None)]));
    let codes: Vec<_> = twice.results.iter().map(|result| result.error_code).collect();
    assert_eq!(codes, [ErrorCode::INVALID_REQUEST]);
}

fn elections(topic: &str, partitions: &[i32]) -> ElectLeadersRequest {
    ElectLeadersRequest {
        topic_partitions: Some(vec![TopicPartitions {
            topic: topic.to_owned().into(),
            partitions: partitions.to_vec(),
        }]),
        ..ElectLeadersRequest::default()
    }
}

#[test]
fn elections_say_of_each_partition_why_there_is_none() {
    let broker = TestBroker::start();
    Topic::create(&broker, "a", 1);
    Topic::create(&broker, "b", 1);
    let mut wire = broker.connect();
    let answer = wire.call(2, &elections("a", &[0, 9]));
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let results = &answer.replica_election_results[0].partition_result;
    assert_eq!(
        results[0].error_message,
        text("Leader election not needed for topic partition.")
    );
    assert_eq!(
        (results[1].error_code, &results[1].error_message),
        (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, &text("No such partition as a-9"))
    );
    // All of them: topics are named, partitions that need no election are not.
    let all = ElectLeadersRequest {
        topic_partitions: None,
        ..ElectLeadersRequest::default()
    };
    let answer = wire.call(2, &all);
    let shown: Vec<_> = answer
        .replica_election_results
        .iter()
        .map(|topic| (&*topic.topic, topic.partition_result.len()))
        .collect();
    assert_eq!(shown, [("a", 0), ("b", 0)]);
    let strange = ElectLeadersRequest {
        election_type: 5,
        ..elections("a", &[0])
    };
    let answer = wire.call(2, &strange);
    let result = &answer.replica_election_results[0].partition_result[0];
    assert_eq!(answer.error_code, ErrorCode::INVALID_REQUEST);
    assert_eq!(
        (result.error_code, &result.error_message),
        (ErrorCode::INVALID_REQUEST, &text("Unknown election type 5"))
    );
}

fn reassign(topic: &str, partition_index: i32, replicas: Option<Vec<i32>>) -> AlterPartitionReassignmentsRequest {
    AlterPartitionReassignmentsRequest {
        topics: vec![ReassignableTopic {
            name: topic.to_owned().into(),
            partitions: vec![ReassignablePartition {
                partition_index,
                replicas,
            }],
        }],
        ..AlterPartitionReassignmentsRequest::default()
    }
}

#[test]
fn a_single_broker_answers_to_reassignments_as_kafka_does() {
    let broker = TestBroker::start();
    Topic::create(&broker, "t", 1);
    let mut wire = broker.connect();
    let manual = "The manual partition assignment includes";
    for (request, code, message) in [
        (reassign("t", 0, Some(vec![1])), ErrorCode::NONE, None),
        (reassign("t", 0, None), ErrorCode::NO_REASSIGNMENT_IN_PROGRESS, None),
        (
            reassign("t", 0, Some(vec![1, 7])),
            ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            text(&format!("{manual} broker 7, but no such broker is registered.")),
        ),
        (
            reassign("t", 0, Some(vec![])),
            ErrorCode::INVALID_REPLICA_ASSIGNMENT,
            text(&format!("{manual} an empty replica list.")),
        ),
        (
            reassign("nope", 0, None),
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            text("Unable to find a topic named nope."),
        ),
        (
            reassign("t", 99, Some(vec![1])),
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            text("Unable to find partition t:99."),
        ),
    ] {
        let answer = wire.call(1, &request);
        let result = &answer.responses[0].partitions[0];
        assert_eq!((answer.error_code, &answer.error_message), (ErrorCode::NONE, &None));
        assert_eq!((result.error_code, &result.error_message), (code, &message));
    }
    let some = ListPartitionReassignmentsRequest {
        topics: Some(vec![ListPartitionReassignmentsTopics {
            name: "t".into(),
            partition_indexes: vec![0, 99],
        }]),
        ..ListPartitionReassignmentsRequest::default()
    };
    for request in [some, ListPartitionReassignmentsRequest::default()] {
        let answer = wire.call(0, &request);
        assert_eq!((answer.error_code, answer.topics.len()), (ErrorCode::NONE, 0));
    }
}

fn quorum_of(topic: &str, partition_index: i32) -> DescribeQuorumRequest {
    DescribeQuorumRequest {
        topics: vec![RequestTopicData {
            topic_name: topic.to_owned().into(),
            partitions: vec![RequestPartitionData { partition_index }],
        }],
    }
}

#[test]
fn the_quorum_is_described_and_no_other_partition_is_one() {
    let broker = TestBroker::start();
    Topic::create(&broker, "t", 1);
    let mut wire = broker.connect();
    let mut high_watermark = || {
        let answer = wire.call(2, &quorum_of("__cluster_metadata", 0));
        answer.topics[0].partitions[0].high_watermark
    };
    let before = high_watermark();
    Topic::create(&broker, "another", 1);
    assert_eq!(high_watermark(), before + 2, "a topic and a partition");
    for (topic, partition) in [("t", 0), ("__cluster_metadata", 1)] {
        let answer = wire.call(2, &quorum_of(topic, partition));
        let refused = &answer.topics[0].partitions[0];
        assert_eq!(refused.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        assert_eq!(
            refused.error_message,
            text("This server does not host this topic-partition.")
        );
        assert!(answer.nodes.is_empty());
    }
}

fn update(feature: &str, level: i16, upgrade_type: i8) -> UpdateFeaturesRequest {
    UpdateFeaturesRequest {
        feature_updates: vec![FeatureUpdateKey {
            feature: feature.to_owned().into(),
            max_version_level: level,
            upgrade_type,
            ..FeatureUpdateKey::default()
        }],
        ..UpdateFeaturesRequest::default()
    }
}

#[test]
fn features_change_and_stay_changed_and_refusals_say_why() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let refused = wire.call(2, &update("share.version", 1, 1));
    assert_eq!(refused.error_code, ErrorCode::INVALID_UPDATE_VERSION);
    assert_eq!(
        refused.error_message,
        text(
            "The update failed for all features since the following feature had an error: Invalid update version 1 for \
             feature share.version. Can't downgrade the version of this feature without setting the upgrade type to \
             either safe or unsafe downgrade."
        )
    );
    let only_asked = UpdateFeaturesRequest {
        validate_only: true,
        ..update("share.version", 0, 2)
    };
    assert_eq!(wire.call(2, &only_asked).error_code, ErrorCode::NONE);
    assert_eq!(wire.call(2, &update("share.version", 1, 2)).error_code, ErrorCode::NONE);
    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    // 1 is where it is: level 2 is up, and 1 is no change.
    assert_eq!(wire.call(2, &update("share.version", 1, 1)).error_code, ErrorCode::NONE);
    assert_eq!(wire.call(2, &update("share.version", 2, 1)).error_code, ErrorCode::NONE);
    broker.stop();
}

fn producers_of(topic: &str, partitions: &[i32]) -> DescribeProducersRequest {
    DescribeProducersRequest {
        topics: vec![TopicRequest {
            name: topic.to_owned().into(),
            partition_indexes: partitions.to_vec(),
        }],
    }
}

#[test]
fn producers_are_described_with_their_last_sequence() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "t", 2);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, idempotent(9, 3, 0, &["a", "b"]));
    topic.append(&mut wire, 0, idempotent(8, 0, 0, &["c"]));
    topic.append(&mut wire, 0, batch(&["nobody's"]));
    let answer = wire.call(0, &producers_of("t", &[0, 1, 99]));
    let partitions = &answer.topics[0].partitions;
    let shown: Vec<_> = partitions[0]
        .active_producers
        .iter()
        .map(|it| {
            (
                it.producer_id,
                it.producer_epoch,
                it.last_sequence,
                it.current_txn_start_offset,
            )
        })
        .collect();
    assert_eq!(shown, [(8, 0, 0, -1), (9, 3, 1, -1)]);
    assert!(
        partitions[0]
            .active_producers
            .iter()
            .all(|it| it.last_timestamp > 0 && it.coordinator_epoch == -1)
    );
    assert_eq!(
        (partitions[1].error_code, partitions[1].active_producers.len()),
        (ErrorCode::NONE, 0)
    );
    assert_eq!(
        (partitions[2].error_code, &partitions[2].error_message),
        (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, &None)
    );
    for (name, code, message) in [
        (
            "nope",
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            "This server does not host this topic-partition.",
        ),
        (
            "",
            ErrorCode::INVALID_TOPIC_EXCEPTION,
            "Topic name is invalid: the empty string is not allowed",
        ),
    ] {
        let answer = wire.call(0, &producers_of(name, &[0]));
        let refused = &answer.topics[0].partitions[0];
        assert_eq!((refused.error_code, &refused.error_message), (code, &text(message)));
    }
}

#[test]
fn a_cluster_is_described_by_its_brokers_and_not_to_who_asks_for_controllers() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    for (endpoint_type, code, message) in [
        (
            2,
            ErrorCode::MISMATCHED_ENDPOINT_TYPE,
            "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER",
        ),
        (0, ErrorCode::UNSUPPORTED_ENDPOINT_TYPE, "Unsupported endpoint type 0"),
        (3, ErrorCode::UNSUPPORTED_ENDPOINT_TYPE, "Unsupported endpoint type 3"),
    ] {
        let request = DescribeClusterRequest {
            endpoint_type,
            include_fenced_brokers: true,
            ..DescribeClusterRequest::default()
        };
        let answer = wire.call(2, &request);
        assert_eq!((answer.error_code, &answer.error_message), (code, &text(message)));
        assert_eq!((answer.endpoint_type, answer.controller_id), (1, -1));
        assert!(answer.cluster_id.is_empty() && answer.brokers.is_empty());
    }
}
