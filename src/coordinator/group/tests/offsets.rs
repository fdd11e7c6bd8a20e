//! Offsets: committing, transactions, deletion, retention.

use dmq_protocol::Uuid;

use super::*;
use crate::ids::ProducerId;

fn new_offset(topic: &str, partition: i32, offset: i64) -> NewOffset {
    NewOffset {
        topic: Arc::from(topic),
        topic_id: Uuid::ZERO,
        partition,
        offset,
        leader_epoch: -1,
        metadata: Box::from(""),
    }
}

/// A commit by a consumer that is in no group.
fn simple(offsets: Vec<NewOffset>) -> CommitRequest {
    CommitRequest {
        group: Arc::from("g"),
        member: Arc::from(""),
        instance: None,
        generation: -1,
        retention_ms: None,
        knows_missing_groups: true,
        offsets,
    }
}

fn commit(bench: &mut Bench, request: CommitRequest) -> Result<Vec<Result<(), GroupError>>, GroupError> {
    bench.step(|machine, now, effects| machine.commit(request, now, effects))
}

fn offset_of(machine: &GroupMachine, topic: &str, partition: i32) -> Option<i64> {
    let found = machine.offset("g", topic, partition, true).unwrap();
    found.map(|offset| offset.offset)
}

#[test]
fn offsets_are_kept_for_consumers_in_no_group() {
    let mut bench = Bench::new(settings());
    let outcome = commit(&mut bench, simple(vec![new_offset("t", 0, 5), new_offset("t", 1, 6)]));
    assert_eq!(outcome, Ok(vec![Ok(()), Ok(())]));
    assert_eq!(offset_of(&bench.machine, "t", 1), Some(6));
    assert_eq!(offset_of(&bench.machine, "t", 2), None);
    assert!(bench.machine.group("g").unwrap().is_simple());
    assert_eq!(offset_of(&bench.replayed(), "t", 0), Some(5));
}

#[test]
fn a_note_that_is_too_long_is_refused_alone() {
    let mut bench = Bench::new(settings());
    let long = NewOffset {
        metadata: "x".repeat(4_097).into(),
        ..new_offset("t", 0, 5)
    };
    let outcome = commit(&mut bench, simple(vec![long, new_offset("t", 1, 6)]));
    assert_eq!(outcome, Ok(vec![Err(GroupError::MetadataTooLarge), Ok(())]));
}

#[test]
fn only_members_of_the_generation_commit_for_a_group_at_work() {
    let mut bench = Bench::new(settings());
    let ticket = bench.join(JoinRequest {
        can_return: false,
        ..join_request("", "m1")
    });
    bench.advance(Duration::from_secs(3));
    let generation = bench.joined(ticket).unwrap().generation;
    let by = |member: &str, generation: i32| CommitRequest {
        member: Arc::from(member),
        generation,
        ..simple(vec![new_offset("t", 0, 1)])
    };
    assert_eq!(
        commit(&mut bench, by("m1", generation)),
        Err(GroupError::RebalanceInProgress)
    );
    bench.sync(sync_request("m1", generation, &[("m1", "part")]));
    assert_eq!(commit(&mut bench, by("m1", generation)), Ok(vec![Ok(())]));
    assert_eq!(
        commit(&mut bench, by("m1", generation + 1)),
        Err(GroupError::IllegalGeneration)
    );
    assert_eq!(commit(&mut bench, by("x", generation)), Err(GroupError::UnknownMember));
    assert_eq!(commit(&mut bench, by("", -1)), Err(GroupError::UnknownMember));
}

#[test]
fn a_member_of_a_group_that_is_gone_learns_it_in_its_versions_words() {
    let mut bench = Bench::new(settings());
    let by = |knows_missing_groups| CommitRequest {
        member: Arc::from("m1"),
        generation: 3,
        knows_missing_groups,
        ..simple(vec![new_offset("t", 0, 1)])
    };
    let missing = GroupError::GroupNotFound("g".to_owned());
    assert_eq!(commit(&mut bench, by(true)), Err(missing));
    assert_eq!(commit(&mut bench, by(false)), Err(GroupError::IllegalGeneration));
}

#[test]
fn a_commit_keeps_a_member_alive() {
    let mut bench = Bench::new(settings());
    let ticket = bench.join(JoinRequest {
        can_return: false,
        ..join_request("", "m1")
    });
    bench.advance(Duration::from_secs(3));
    let generation = bench.joined(ticket).unwrap().generation;
    bench.sync(sync_request("m1", generation, &[("m1", "part")]));
    for _ in 0..5 {
        bench.advance(Duration::from_secs(8));
        let outcome = commit(
            &mut bench,
            CommitRequest {
                member: Arc::from("m1"),
                generation,
                ..simple(vec![new_offset("t", 0, 1)])
            },
        );
        assert_eq!(outcome, Ok(vec![Ok(())]));
    }
}

#[test]
fn a_transactions_offsets_count_when_it_commits_and_never_over_later_ones() {
    let mut bench = Bench::new(settings());
    let producer = ProducerId(7);
    let pending = |bench: &mut Bench, partition: i32, offset: i64, at: i64| {
        let change = GroupChange::Offset {
            key: OffsetKey {
                group: Arc::from("g"),
                topic: Arc::from("t"),
                partition,
            },
            value: Some(CommittedOffset {
                offset,
                leader_epoch: -1,
                metadata: Box::from(""),
                committed_ms: 0,
                expires_ms: None,
                topic_id: Uuid::ZERO,
                written_at: Offset::UNKNOWN,
            }),
        };
        bench.machine.apply(
            change,
            Written {
                offset: Offset(at),
                transaction: Some(producer),
                source: Source::Replay,
            },
        );
    };
    pending(&mut bench, 0, 10, 100);
    pending(&mut bench, 1, 20, -5);
    assert_eq!(bench.machine.offset("g", "t", 0, true), Err(GroupError::UnstableOffset));
    assert_eq!(bench.machine.offset("g", "t", 0, false), Ok(None));
    commit(&mut bench, simple(vec![new_offset("t", 1, 21)])).unwrap();
    bench.machine.end_transaction(producer, true);
    assert_eq!(offset_of(&bench.machine, "t", 0), Some(10));
    assert_eq!(offset_of(&bench.machine, "t", 1), Some(21));

    pending(&mut bench, 0, 11, 101);
    bench.machine.end_transaction(producer, false);
    assert_eq!(offset_of(&bench.machine, "t", 0), Some(10));
}

#[test]
fn offsets_of_topics_that_the_group_reads_are_not_deleted() {
    let mut bench = Bench::new(settings());
    let ticket = bench.join(JoinRequest {
        can_return: false,
        ..join_request("", "m1")
    });
    bench.advance(Duration::from_secs(3));
    let generation = bench.joined(ticket).unwrap().generation;
    bench.sync(sync_request("m1", generation, &[("m1", "part")]));
    commit(
        &mut bench,
        CommitRequest {
            member: Arc::from("m1"),
            generation,
            ..simple(vec![new_offset("t", 0, 1), new_offset("other", 0, 2)])
        },
    )
    .unwrap();
    let group = Arc::<str>::from("g");
    let wanted = [(Arc::from("t"), 0), (Arc::from("other"), 0), (Arc::from("never"), 3)];
    let outcome = bench.step(|machine, _, effects| machine.delete_offsets(&group, &wanted, effects));
    assert_eq!(outcome, Ok(vec![Err(GroupError::SubscribedToTopic), Ok(()), Ok(())]));
    assert_eq!(offset_of(&bench.machine, "t", 0), Some(1));
    assert_eq!(offset_of(&bench.replayed(), "other", 0), None);
}

#[test]
fn offsets_go_when_nobody_has_used_them_for_long_and_then_their_group() {
    let mut bench = Bench::new(settings());
    commit(&mut bench, simple(vec![new_offset("t", 0, 5)])).unwrap();
    bench.advance(Duration::from_secs(900));
    assert_eq!(offset_of(&bench.machine, "t", 0), Some(5));
    bench.advance(Duration::from_secs(600));
    assert_eq!(offset_of(&bench.machine, "t", 0), None);
    assert!(bench.machine.group("g").is_none());
    assert!(bench.replayed().group("g").is_none());
}

#[test]
fn an_old_client_says_itself_how_long_its_offsets_are_kept() {
    let mut bench = Bench::new(settings());
    let request = CommitRequest {
        retention_ms: Some(5_000_000),
        ..simple(vec![new_offset("t", 0, 5)])
    };
    commit(&mut bench, request).unwrap();
    bench.advance(Duration::from_secs(4_000));
    assert_eq!(offset_of(&bench.replayed(), "t", 0), Some(5));
    bench.advance(Duration::from_secs(2_000));
    assert_eq!(offset_of(&bench.machine, "t", 0), None);
}

#[test]
fn offsets_go_with_their_topic() {
    let mut bench = Bench::new(settings());
    commit(&mut bench, simple(vec![new_offset("t", 0, 5), new_offset("u", 0, 6)])).unwrap();
    bench.step(|machine, _, effects| machine.forget_topics(&|topic| topic == "t", effects));
    assert_eq!(offset_of(&bench.machine, "t", 0), None);
    assert_eq!(offset_of(&bench.replayed(), "u", 0), Some(6));
}
