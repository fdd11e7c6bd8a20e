//! ApiVersions, and whether what it promises is kept: each API in each version is answered and decodes.

use std::collections::BTreeMap;

use dmq_protocol::messages::delete_topics::DeleteTopicState;
use dmq_protocol::messages::describe_topic_partitions::TopicRequest;
use dmq_protocol::messages::metadata::MetadataRequestTopic;
use dmq_protocol::messages::offset_for_leader_epoch::{OffsetForLeaderPartition, OffsetForLeaderTopic};
use dmq_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, CreateTopicsRequest, DeleteTopicsRequest, DescribeClusterRequest,
    DescribeTopicPartitionsRequest, FetchRequest, InitProducerIdRequest, ListOffsetsRequest, MetadataRequest,
    OffsetForLeaderEpochRequest, ProduceRequest,
};
use dmq_protocol::{ApiKey, ErrorCode, Message, Request};

use super::admin::each_admin_api;
use super::log_dirs::each_storage_api;
use super::producers::idempotence;
use crate::support::batches::batch;
use crate::support::topics::{create_request, only};
use crate::support::{TestBroker, Topic, Wire};

fn api_versions() -> ApiVersionsRequest {
    ApiVersionsRequest {
        client_software_name: "test-client".into(),
        client_software_version: "1.0".into(),
        ..ApiVersionsRequest::default()
    }
}

fn promised(wire: &mut Wire) -> BTreeMap<i16, (i16, i16)> {
    let answer = wire.call(4, &api_versions());
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let lines = answer.api_keys.iter();
    lines
        .map(|line| (line.api_key, (line.min_version, line.max_version)))
        .collect()
}

/// Sends a request of each promised version and hands on the answers, which all decode.
pub fn each_version<R: Request>(
    wire: &mut Wire,
    promised: &mut BTreeMap<i16, (i16, i16)>,
    request: impl Fn(i16) -> R,
    check: impl Fn(i16, R::Response),
) {
    let (min, max) = promised.remove(&(R::KEY as i16)).expect("the API is served");
    // Produce is advertised down to 0 for old librdkafka versions, and served from 3 on, as by Kafka.
    let first = if R::KEY == ApiKey::Produce { 3 } else { min };
    let known = R::VERSIONS;
    assert!(
        known.contains(first) && known.contains(max),
        "{}: {first} to {max}",
        R::NAME
    );
    for version in first..=max {
        check(version, wire.call(version, &request(version)));
    }
}

#[test]
fn every_api_in_every_promised_version_is_answered() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "versions", 1);
    let mut wire = broker.connect();
    let mut promised = promised(&mut wire);
    let promised = &mut promised;
    let none = |code: ErrorCode, version: i16| assert_eq!(code, ErrorCode::NONE, "v{version}");

    let produce = |_| topic.produce_request(0, batch(&["x"]), -1);
    each_version::<ProduceRequest>(&mut wire, promised, produce, |v, answer| {
        let answer = only(answer);
        none(answer.error_code, v);
        assert_eq!(answer.base_offset, i64::from(v - 3));
    });
    let fetch = |_| topic.fetch_request(0, 0);
    each_version::<FetchRequest>(&mut wire, promised, fetch, |v, answer| {
        let data = &answer.responses[0].partitions[0];
        none(data.error_code, v);
        assert_eq!(data.high_watermark, 11);
        let topic_named = (&answer.responses[0].topic, answer.responses[0].topic_id);
        assert!(topic_named.0 == &topic.name || topic_named.1 == topic.id);
    });
    each_version::<MetadataRequest>(
        &mut wire,
        promised,
        |_| metadata_of(&topic),
        |v, answer| {
            none(answer.topics[0].error_code, v);
        },
    );
    each_version::<OffsetForLeaderEpochRequest>(
        &mut wire,
        promised,
        |_| epoch_of(&topic),
        |v, answer| {
            let end = &answer.topics[0].partitions[0];
            none(end.error_code, v);
            assert_eq!((end.leader_epoch, end.end_offset), (0, 11));
        },
    );
    each_version::<InitProducerIdRequest>(
        &mut wire,
        promised,
        |_| idempotence(),
        |v, answer| {
            none(answer.error_code, v);
            assert!(answer.producer_id >= 0);
        },
    );
    each_version::<DescribeClusterRequest>(
        &mut wire,
        promised,
        |_| Default::default(),
        |v, answer| {
            none(answer.error_code, v);
            assert_eq!(answer.brokers.len(), 1);
        },
    );
    let describe = |_| DescribeTopicPartitionsRequest {
        topics: vec![TopicRequest {
            name: topic.name.clone(),
        }],
        ..DescribeTopicPartitionsRequest::default()
    };
    each_version::<DescribeTopicPartitionsRequest>(&mut wire, promised, describe, |v, answer| {
        none(answer.topics[0].error_code, v);
    });
    rest_of_the_apis(&mut wire, promised, &topic);
    // Each in every version, with what they need around them, in `groups.rs`, `configs.rs` and `quotas.rs`.
    for key in [
        ApiKey::OffsetCommit,
        ApiKey::OffsetFetch,
        ApiKey::FindCoordinator,
        ApiKey::JoinGroup,
        ApiKey::Heartbeat,
        ApiKey::LeaveGroup,
        ApiKey::SyncGroup,
        ApiKey::DescribeGroups,
        ApiKey::ListGroups,
        ApiKey::DeleteGroups,
        ApiKey::OffsetDelete,
        ApiKey::DescribeConfigs,
        ApiKey::AlterConfigs,
        ApiKey::IncrementalAlterConfigs,
        ApiKey::ListConfigResources,
        ApiKey::DescribeClientQuotas,
        ApiKey::AlterClientQuotas,
    ] {
        assert!(promised.remove(&(key as i16)).is_some(), "{key:?}");
    }
    each_admin_api(&mut wire, promised, &topic);
    each_storage_api(&mut wire, promised, &topic);
    assert_eq!(*promised, BTreeMap::new(), "promised, and not tried here");
}

fn rest_of_the_apis(wire: &mut Wire, promised: &mut BTreeMap<i16, (i16, i16)>, topic: &Topic) {
    let none = |code: ErrorCode, version: i16| assert_eq!(code, ErrorCode::NONE, "v{version}");
    each_version::<ApiVersionsRequest>(
        wire,
        promised,
        |_| api_versions(),
        |v, answer| {
            none(answer.error_code, v);
            assert!(!answer.api_keys.is_empty());
        },
    );
    let create = |v: i16| create_request(&format!("created-{v}"), 1, &[]);
    each_version::<CreateTopicsRequest>(wire, promised, create, |v, answer| {
        none(answer.topics[0].error_code, v);
    });
    let delete = |v: i16| {
        let name = format!("created-{}", v + 1);
        let (topics, topic_names) = if v < 6 {
            (Vec::new(), vec![name.into()])
        } else {
            let state = DeleteTopicState {
                name: Some(name.into()),
                ..DeleteTopicState::default()
            };
            (vec![state], Vec::new())
        };
        DeleteTopicsRequest {
            topics,
            topic_names,
            timeout_ms: 1_000,
        }
    };
    each_version::<DeleteTopicsRequest>(wire, promised, delete, |v, answer| {
        none(answer.responses[0].error_code, v);
    });
    let (min, max) = promised.remove(&(ListOffsetsRequest::KEY as i16)).unwrap();
    for version in min..=max {
        let latest = topic.offset_at_version(wire, version, 0, -1);
        assert_eq!((latest.error_code, latest.offset), (ErrorCode::NONE, 11), "v{version}");
    }
}

fn metadata_of(topic: &Topic) -> MetadataRequest {
    MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some(topic.name.clone()),
            ..MetadataRequestTopic::default()
        }]),
        ..MetadataRequest::default()
    }
}

fn epoch_of(topic: &Topic) -> OffsetForLeaderEpochRequest {
    OffsetForLeaderEpochRequest {
        topics: vec![OffsetForLeaderTopic {
            topic: topic.name.clone(),
            partitions: vec![OffsetForLeaderPartition::default()],
        }],
        ..OffsetForLeaderEpochRequest::default()
    }
}

#[test]
fn an_api_versions_request_of_the_future_is_answered_in_version_0_and_the_connection_goes_on() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.send_frame(&[0, 18, 0, 99, 0, 0, 0, 7, 0, 1, b'c', 0, 42, 42, 42]);
    let frame = wire.receive_frame().unwrap();
    assert_eq!(frame[..4], [0, 0, 0, 7]);
    let answer = ApiVersionsResponse::decode(frame.slice(4..), 0).unwrap();
    assert_eq!(answer.error_code, ErrorCode::UNSUPPORTED_VERSION);
    let own: Vec<_> = answer
        .api_keys
        .iter()
        .map(|line| (line.api_key, line.max_version))
        .collect();
    assert_eq!(own, [(18, 5)]);
    promised(&mut wire);
}

#[test]
fn a_client_name_that_would_spoil_metrics_is_an_invalid_request() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    for (name, version) in [("", "1"), ("a b", "1"), ("a", ""), ("a\n", "1"), ("-a", "1")] {
        let request = ApiVersionsRequest {
            client_software_name: name.into(),
            client_software_version: version.into(),
            ..ApiVersionsRequest::default()
        };
        let answer = wire.call(3, &request);
        assert_eq!(answer.error_code, ErrorCode::INVALID_REQUEST, "{name:?} {version:?}");
    }
    promised(&mut wire);
}

#[test]
fn a_client_that_looks_for_another_cluster_or_node_is_told_to_bootstrap_again() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let mut code = |cluster_id: Option<String>, node_id: i32| {
        let request = ApiVersionsRequest {
            cluster_id: cluster_id.map(Into::into),
            node_id,
            ..api_versions()
        };
        wire.call(5, &request).error_code
    };
    let ours = broker.cluster_id();
    assert_eq!(code(Some("AAAAAAAAAAAAAAAAAAAAAA".to_owned()), 1).0, 129);
    assert_eq!(code(Some(ours.clone()), 77).0, 129);
    assert_eq!(code(Some(ours.clone()), 1), ErrorCode::NONE);
    // Who knows one of the two knows the other.
    assert_eq!(code(Some(ours), -1), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(None, 1), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(None, -2), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(None, -1), ErrorCode::NONE);
}

#[test]
fn answers_come_in_the_order_of_the_requests_whatever_each_of_them_takes() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "pipeline", 1);
    let mut wire = broker.connect();
    let mut ids = Vec::new();
    for round in 0..20 {
        // A produce waits for the disk, a creation for the controller, ApiVersions for nothing.
        wire.send(13, &topic.produce_request(0, batch(&["x"]), -1));
        ids.push(wire.last_id());
        wire.send(7, &create_request(&format!("pipelined-{round}"), 1, &[]));
        ids.push(wire.last_id());
        wire.send(4, &api_versions());
        ids.push(wire.last_id());
    }
    for (place, id) in ids.into_iter().enumerate() {
        let got = match place % 3 {
            0 => wire.receive_with_id::<ProduceRequest>(13).0,
            1 => wire.receive_with_id::<CreateTopicsRequest>(7).0,
            _ => wire.receive_with_id::<ApiVersionsRequest>(4).0,
        };
        assert_eq!(got, id);
    }
    assert_eq!(topic.offset_at(&mut wire, 0, -1).offset, 20);
}
