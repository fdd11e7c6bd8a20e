//! Classic consumer groups and their offsets, frame by frame.

use bytes::Bytes;
use dmq_protocol::messages::join_group::JoinGroupRequestProtocol;
use dmq_protocol::messages::leave_group::MemberIdentity;
use dmq_protocol::messages::metadata::MetadataRequestTopic;
use dmq_protocol::messages::offset_commit::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use dmq_protocol::messages::offset_delete::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use dmq_protocol::messages::offset_fetch::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics, OffsetFetchResponse,
};
use dmq_protocol::messages::sync_group::SyncGroupRequestAssignment;
use dmq_protocol::messages::{
    DeleteGroupsRequest, DeleteTopicsRequest, DescribeGroupsRequest, FindCoordinatorRequest, HeartbeatRequest,
    JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest, ListGroupsRequest, MetadataRequest, OffsetCommitRequest,
    OffsetDeleteRequest, OffsetFetchRequest, SyncGroupRequest,
};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use crate::support::{TestBroker, Topic, Wire};

fn text(text: &str) -> StrBytes {
    StrBytes::from(text.to_owned())
}

const NONE: ErrorCode = ErrorCode::NONE;

/// A broker whose groups do not wait for more members, and that has the offsets topic.
pub fn start() -> TestBroker {
    let broker = TestBroker::with(&quick());
    let found = find(&mut broker.connect(), 4, 0, "any");
    assert_eq!(found, (NONE, 1));
    broker
}

fn quick() -> [(&'static str, &'static str); 2] {
    [
        ("group.initial.rebalance.delay.ms", "0"),
        ("offsets.topic.num.partitions", "5"),
    ]
}

fn find(wire: &mut Wire, version: i16, key_type: i8, key: &str) -> (ErrorCode, i32) {
    let request = FindCoordinatorRequest {
        key: if version < 4 { text(key) } else { Default::default() },
        key_type: if version < 1 { 0 } else { key_type },
        coordinator_keys: if version < 4 { Vec::new() } else { vec![text(key)] },
    };
    let answer = wire.call(version, &request);
    match version {
        0..=3 => (answer.error_code, answer.node_id),
        _ => (answer.coordinators[0].error_code, answer.coordinators[0].node_id),
    }
}

pub fn join_request(group: &str, member: &str) -> JoinGroupRequest {
    JoinGroupRequest {
        group_id: text(group),
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 30_000,
        member_id: text(member),
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            // Version 0, no topics, no user data.
            metadata: Bytes::from_static(&[0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
        }],
        ..JoinGroupRequest::default()
    }
}

/// Joins alone, through the handshake where the version has one.
fn join(wire: &mut Wire, version: i16, group: &str) -> JoinGroupResponse {
    let first = wire.call(version, &join_request(group, ""));
    if version < 4 {
        return first;
    }
    assert_eq!(first.error_code, ErrorCode::MEMBER_ID_REQUIRED);
    assert!(first.member_id.starts_with("test-"), "{}", first.member_id);
    wire.call(version, &join_request(group, &first.member_id))
}

fn sync_request(group: &str, joined: &JoinGroupResponse, part: &'static [u8]) -> SyncGroupRequest {
    SyncGroupRequest {
        group_id: text(group),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        protocol_type: Some("consumer".into()),
        protocol_name: Some("range".into()),
        assignments: vec![SyncGroupRequestAssignment {
            member_id: joined.member_id.clone(),
            assignment: Bytes::from_static(part),
        }],
        ..SyncGroupRequest::default()
    }
}

fn heartbeat(group: &str, joined: &JoinGroupResponse) -> HeartbeatRequest {
    HeartbeatRequest {
        group_id: text(group),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        ..HeartbeatRequest::default()
    }
}

fn commit_request(version: i16, group: &str, topic: &Topic, offset: i64) -> OffsetCommitRequest {
    OffsetCommitRequest {
        group_id: text(group),
        topics: vec![OffsetCommitRequestTopic {
            name: if version < 10 {
                topic.name.clone()
            } else {
                Default::default()
            },
            topic_id: if version < 10 { Uuid::ZERO } else { topic.id },
            partitions: vec![OffsetCommitRequestPartition {
                partition_index: 0,
                committed_offset: offset,
                committed_metadata: Some("note".into()),
                ..OffsetCommitRequestPartition::default()
            }],
        }],
        ..OffsetCommitRequest::default()
    }
}

/// What is committed for partition 0: code, offset, note.
fn fetch(wire: &mut Wire, version: i16, group: &str, topic: Option<&Topic>) -> Option<(ErrorCode, i64, String)> {
    let old = topic.map(|topic| {
        vec![OffsetFetchRequestTopic {
            name: topic.name.clone(),
            partition_indexes: vec![0],
        }]
    });
    let new = topic.map(|topic| {
        vec![OffsetFetchRequestTopics {
            name: if version < 10 {
                topic.name.clone()
            } else {
                Default::default()
            },
            topic_id: if version < 10 { Uuid::ZERO } else { topic.id },
            partition_indexes: vec![0],
        }]
    });
    let request = match version {
        0..=7 => OffsetFetchRequest {
            group_id: text(group),
            topics: old,
            ..OffsetFetchRequest::default()
        },
        _ => OffsetFetchRequest {
            topics: Some(Vec::new()),
            groups: vec![OffsetFetchRequestGroup {
                group_id: text(group),
                topics: new,
                ..OffsetFetchRequestGroup::default()
            }],
            ..OffsetFetchRequest::default()
        },
    };
    first_offset(wire.call(version, &request), version)
}

fn first_offset(answer: OffsetFetchResponse, version: i16) -> Option<(ErrorCode, i64, String)> {
    if version < 8 {
        assert_eq!(answer.error_code, NONE);
        let found = answer.topics.first()?.partitions.first()?;
        let note = found.metadata.as_deref().unwrap_or("null").to_owned();
        return Some((found.error_code, found.committed_offset, note));
    }
    let group = &answer.groups[0];
    assert_eq!(group.error_code, NONE);
    let found = group.topics.first()?.partitions.first()?;
    let note = found.metadata.as_deref().unwrap_or("null").to_owned();
    Some((found.error_code, found.committed_offset, note))
}

#[test]
fn the_coordinator_is_found_in_every_version_and_its_topic_is_kafkas() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    for version in 0..=6 {
        assert_eq!(find(&mut wire, version, 0, "g"), (NONE, 1), "v{version}");
    }
    for version in 1..=6 {
        // Neither transactions nor share groups are coordinated here yet.
        for kind in [1, 2, 9] {
            assert_eq!(
                find(&mut wire, version, kind, "g"),
                (ErrorCode::INVALID_REQUEST, -1),
                "v{version}"
            );
        }
    }
    let request = MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some("__consumer_offsets".into()),
            ..MetadataRequestTopic::default()
        }]),
        ..MetadataRequest::default()
    };
    let topic = wire.call(13, &request).topics.remove(0);
    assert_eq!((topic.partitions.len(), topic.is_internal), (50, true));
}

#[test]
fn a_member_goes_through_its_life_in_every_version() {
    let broker = start();
    let mut wire = broker.connect();
    for version in 0..=9 {
        let group = format!("life-{version}");
        let joined = join(&mut wire, version, &group);
        assert_eq!((joined.error_code, joined.generation_id), (NONE, 1), "v{version}");
        assert_eq!(joined.protocol_name.as_deref(), Some("range"));
        assert_eq!(
            (joined.leader.clone(), joined.members.len()),
            (joined.member_id.clone(), 1)
        );
        let other = version.min(5);
        let synced = wire.call(other, &sync_request(&group, &joined, b"part"));
        assert_eq!(
            (synced.error_code, &synced.assignment[..]),
            (NONE, &b"part"[..]),
            "v{other}"
        );
        let other = version.min(4);
        assert_eq!(
            wire.call(other, &heartbeat(&group, &joined)).error_code,
            NONE,
            "v{other}"
        );
        let other = version.min(5);
        let leave = LeaveGroupRequest {
            group_id: text(&group),
            member_id: if other < 3 {
                joined.member_id.clone()
            } else {
                Default::default()
            },
            members: match other {
                0..=2 => Vec::new(),
                _ => vec![MemberIdentity {
                    member_id: joined.member_id.clone(),
                    ..MemberIdentity::default()
                }],
            },
        };
        let left = wire.call(other, &leave);
        assert_eq!(left.error_code, NONE, "v{other}");
        assert!(left.members.iter().all(|member| member.error_code == NONE));
        let gone = wire.call(4, &heartbeat(&group, &joined));
        assert_eq!(gone.error_code, ErrorCode::UNKNOWN_MEMBER_ID);
    }
}

#[test]
fn two_members_share_a_group_and_learn_of_each_other() {
    let broker = start();
    let (mut one, mut two) = (broker.connect(), broker.connect());
    let first = join(&mut one, 9, "pair");
    one.call(5, &sync_request("pair", &first, b"all"));

    let id = two.call(9, &join_request("pair", "")).member_id;
    two.send(9, &join_request("pair", &id));
    // The second waits for the first to come again.
    let told = loop {
        let code = one.call(4, &heartbeat("pair", &first)).error_code;
        if code != NONE {
            break code;
        }
    };
    assert_eq!(told, ErrorCode::REBALANCE_IN_PROGRESS);
    let again = one.call(9, &join_request("pair", &first.member_id));
    let second = two.receive::<JoinGroupRequest>(9);
    assert_eq!((again.generation_id, second.generation_id), (2, 2));
    assert_eq!((again.members.len(), second.members.len()), (2, 0));

    two.send(5, &sync_request("pair", &second, b""));
    let mut assignment = sync_request("pair", &again, b"a");
    assignment.assignments.push(SyncGroupRequestAssignment {
        member_id: second.member_id.clone(),
        assignment: Bytes::from_static(b"b"),
    });
    assert_eq!(&one.call(5, &assignment).assignment[..], b"a");
    assert_eq!(&two.receive::<SyncGroupRequest>(5).assignment[..], b"b");
}

#[test]
fn offsets_are_committed_and_fetched_in_every_version() {
    let broker = start();
    let topic = Topic::create(&broker, "offsets", 1);
    let mut wire = broker.connect();
    for version in 2..=10 {
        let request = commit_request(version, "g", &topic, i64::from(version));
        let answer = wire.call(version, &request);
        assert_eq!(answer.topics[0].partitions[0].error_code, NONE, "v{version}");
        let expected = Some((NONE, i64::from(version), "note".to_owned()));
        for reader in 1..=10 {
            assert_eq!(fetch(&mut wire, reader, "g", Some(&topic)), expected, "v{reader}");
        }
        for reader in 2..=10 {
            assert_eq!(fetch(&mut wire, reader, "g", None), expected, "v{reader}, all");
        }
    }
    assert_eq!(
        fetch(&mut wire, 8, "nobody", Some(&topic)),
        Some((NONE, -1, String::new()))
    );
    assert_eq!(fetch(&mut wire, 8, "nobody", None), None);
}

#[test]
fn offsets_of_what_does_not_exist_are_refused() {
    let broker = start();
    let topic = Topic::create(&broker, "known", 1);
    let mut wire = broker.connect();
    let mut unknown = commit_request(9, "g", &topic, 1);
    unknown.topics[0].name = "unknown".into();
    let code = |answer: dmq_protocol::messages::OffsetCommitResponse| answer.topics[0].partitions[0].error_code;
    assert_eq!(code(wire.call(9, &unknown)), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let mut unknown = commit_request(10, "g", &topic, 1);
    unknown.topics[0].topic_id = Uuid::from_u128(77);
    assert_eq!(code(wire.call(10, &unknown)), ErrorCode::UNKNOWN_TOPIC_ID);
    let mut unknown = commit_request(9, "g", &topic, 1);
    unknown.topics[0].partitions[0].partition_index = 7;
    assert_eq!(code(wire.call(9, &unknown)), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let mut stale = commit_request(9, "g", &topic, 1);
    stale.generation_id_or_member_epoch = 3;
    stale.member_id = "x".into();
    assert_eq!(code(wire.call(9, &stale)), ErrorCode::GROUP_ID_NOT_FOUND);
    assert_eq!(code(wire.call(8, &stale)), ErrorCode::ILLEGAL_GENERATION);
    let mut long = commit_request(9, "g", &topic, 1);
    long.topics[0].partitions[0].committed_metadata = Some("x".repeat(4_097).into());
    assert_eq!(code(wire.call(9, &long)), ErrorCode::OFFSET_METADATA_TOO_LARGE);
}

#[test]
fn groups_are_listed_and_described_and_deleted_when_empty() {
    let broker = start();
    let topic = Topic::create(&broker, "read", 1);
    let mut wire = broker.connect();
    wire.call(9, &commit_request(9, "simple", &topic, 5));
    let joined = join(&mut wire, 9, "busy");
    wire.call(5, &sync_request("busy", &joined, b"part"));

    for version in 0..=5 {
        let listed = wire.call(version, &ListGroupsRequest::default());
        let mut names: Vec<_> = listed.groups.iter().map(|group| group.group_id.to_string()).collect();
        names.sort();
        assert_eq!(names, ["busy", "simple"], "v{version}");
    }
    let stable = ListGroupsRequest {
        states_filter: vec!["stable".into()],
        types_filter: vec!["Classic".into()],
    };
    let listed = wire.call(5, &stable);
    let group = &listed.groups[0];
    assert_eq!(listed.groups.len(), 1);
    assert_eq!(
        (
            &*group.group_id,
            &*group.protocol_type,
            &*group.group_state,
            &*group.group_type
        ),
        ("busy", "consumer", "Stable", "classic")
    );

    let describe = DescribeGroupsRequest {
        groups: vec!["busy".into(), "simple".into(), "none".into()],
        ..DescribeGroupsRequest::default()
    };
    for version in 0..=6 {
        let described = wire.call(version, &describe).groups;
        let member = &described[0].members[0];
        assert_eq!(&*described[0].group_state, "Stable", "v{version}");
        assert_eq!((&*member.client_id, &*member.client_host), ("test", "/127.0.0.1"));
        assert_eq!(&member.member_assignment[..], b"part");
        assert_eq!(&*described[1].group_state, "Empty");
        let missing = if version < 6 {
            NONE
        } else {
            ErrorCode::GROUP_ID_NOT_FOUND
        };
        assert_eq!((&*described[2].group_state, described[2].error_code), ("Dead", missing));
    }

    for version in 0..=3 {
        let delete = DeleteGroupsRequest {
            groups_names: vec!["busy".into(), "simple".into(), "".into(), "busy".into()],
        };
        let codes: Vec<_> = wire
            .call(version, &delete)
            .results
            .iter()
            .map(|result| result.error_code)
            .collect();
        let simple = if version == 0 {
            NONE
        } else {
            ErrorCode::GROUP_ID_NOT_FOUND
        };
        assert_eq!(
            codes,
            [ErrorCode::GROUP_ID_NOT_FOUND, ErrorCode::NON_EMPTY_GROUP, simple],
            "v{version}"
        );
    }
    assert_eq!(fetch(&mut wire, 8, "simple", None), None);
}

#[test]
fn offsets_are_deleted_by_an_administrator() {
    let broker = start();
    let topic = Topic::create(&broker, "deleted", 1);
    let mut wire = broker.connect();
    wire.call(9, &commit_request(9, "g", &topic, 5));
    let delete = |group: &str, name: &str| OffsetDeleteRequest {
        group_id: text(group),
        topics: vec![OffsetDeleteRequestTopic {
            name: text(name),
            partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
        }],
    };
    let answer = wire.call(0, &delete("nobody", "deleted"));
    assert_eq!(answer.error_code, ErrorCode::GROUP_ID_NOT_FOUND);
    let answer = wire.call(0, &delete("g", "unknown"));
    assert_eq!(
        answer.topics[0].partitions[0].error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    let mut elsewhere = delete("g", "deleted");
    elsewhere.topics[0].partitions[0].partition_index = 9;
    let answer = wire.call(0, &elsewhere);
    assert_eq!(
        answer.topics[0].partitions[0].error_code,
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    let answer = wire.call(0, &delete("g", "deleted"));
    assert_eq!(
        (answer.error_code, answer.topics[0].partitions[0].error_code),
        (NONE, NONE)
    );
    assert_eq!(fetch(&mut wire, 8, "g", None), None);
}

#[test]
fn offsets_go_with_their_topic() {
    let broker = start();
    let topic = Topic::create(&broker, "short-lived", 1);
    let mut wire = broker.connect();
    wire.call(9, &commit_request(9, "g", &topic, 5));
    let delete = DeleteTopicsRequest {
        topic_names: vec![topic.name.clone()],
        timeout_ms: 1_000,
        ..DeleteTopicsRequest::default()
    };
    assert_eq!(wire.call(5, &delete).responses[0].error_code, NONE);
    assert_eq!(fetch(&mut wire, 8, "g", None), None);
}

#[test]
fn groups_and_offsets_survive_a_restart_and_a_crash() {
    let broker = start();
    let topic = Topic::create(&broker, "kept", 1);
    let mut wire = broker.connect();
    wire.call(9, &commit_request(9, "simple", &topic, 5));
    let joined = join(&mut wire, 9, "busy");
    wire.call(5, &sync_request("busy", &joined, b"part"));

    let check = |broker: &TestBroker| {
        let mut wire = broker.connect();
        // Loading takes a moment; members hear nothing of it but that they may go on.
        let found = loop {
            let request = sync_request("busy", &joined, b"");
            let answer = wire.call(5, &request);
            if answer.error_code != ErrorCode::COORDINATOR_LOAD_IN_PROGRESS {
                break answer;
            }
        };
        assert_eq!((found.error_code, &found.assignment[..]), (NONE, &b"part"[..]));
        assert_eq!(fetch_when_loaded(&mut wire, "simple", &topic), 5);
    };
    let broker = broker.restart(&quick());
    check(&broker);
    let broker = broker.crash_and_restart(&quick());
    check(&broker);
}

fn fetch_when_loaded(wire: &mut Wire, group: &str, topic: &Topic) -> i64 {
    loop {
        let request = OffsetFetchRequest {
            group_id: text(group),
            topics: Some(vec![OffsetFetchRequestTopic {
                name: topic.name.clone(),
                partition_indexes: vec![0],
            }]),
            ..OffsetFetchRequest::default()
        };
        let answer = wire.call(7, &request);
        match answer.error_code {
            ErrorCode::COORDINATOR_LOAD_IN_PROGRESS => {}
            code => {
                assert_eq!(code, NONE);
                return answer.topics[0].partitions[0].committed_offset;
            }
        }
    }
}

#[test]
fn requests_that_make_no_sense_are_refused_by_code() {
    let broker = start();
    let mut wire = broker.connect();
    let mut code = |change: &dyn Fn(&mut JoinGroupRequest)| {
        let mut request = join_request("g", "");
        change(&mut request);
        wire.call(9, &request).error_code
    };
    assert_eq!(
        code(&|request| request.group_id = "".into()),
        ErrorCode::INVALID_GROUP_ID
    );
    assert_eq!(
        code(&|request| request.session_timeout_ms = 5_999),
        ErrorCode::INVALID_SESSION_TIMEOUT
    );
    assert_eq!(
        code(&|request| request.session_timeout_ms = 1_800_001),
        ErrorCode::INVALID_SESSION_TIMEOUT
    );
    assert_eq!(
        code(&|request| request.member_id = "x".into()),
        ErrorCode::UNKNOWN_MEMBER_ID
    );
    assert_eq!(
        code(&|request| request.protocols.clear()),
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL
    );
    let nameless = SyncGroupRequest {
        group_id: "g".into(),
        ..SyncGroupRequest::default()
    };
    assert_eq!(
        wire.call(5, &nameless).error_code,
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL
    );
    assert_eq!(wire.call(4, &nameless).error_code, ErrorCode::UNKNOWN_MEMBER_ID);
}
