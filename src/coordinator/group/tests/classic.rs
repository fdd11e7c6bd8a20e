//! Members of a classic group, step by step.

use super::*;

const SESSION: Duration = Duration::from_secs(10);

/// A group `g` with these members, stable; the generation that it is in. The first leads.
fn stable(bench: &mut Bench, members: &[&str]) -> i32 {
    let tickets: Vec<Ticket> = members
        .iter()
        .map(|member| {
            let refused = bench.join(join_request("", member));
            assert_eq!(bench.joined(refused).unwrap().error, Some(GroupError::MemberIdRequired));
            bench.join(join_request(member, ""))
        })
        .collect();
    bench.advance(Duration::from_secs(6));
    let answers: Vec<JoinAnswer> = tickets.iter().map(|ticket| bench.joined(*ticket).unwrap()).collect();
    let generation = answers[0].generation;
    let leader = answers
        .iter()
        .find(|answer| !answer.members.is_empty())
        .unwrap()
        .member
        .clone();
    let parts: Vec<(&str, &str)> = members.iter().map(|member| (*member, *member)).collect();
    let mut syncs = Vec::new();
    for member in members {
        let parts = if **member == *leader { &parts[..] } else { &[] };
        syncs.push(bench.sync(sync_request(member, generation, parts)));
    }
    for (ticket, member) in syncs.into_iter().zip(members) {
        assert_eq!(bench.synced(ticket).unwrap().assignment, member.as_bytes());
    }
    assert_eq!(bench.machine.group("g").unwrap().state(), State::Stable);
    generation
}

#[test]
fn a_member_without_an_id_is_given_one_and_comes_back_with_it() {
    let mut bench = Bench::new(settings());
    let first = bench.join(join_request("", "m1"));
    let answer = bench.joined(first).unwrap();
    assert_eq!(
        (answer.error, &*answer.member),
        (Some(GroupError::MemberIdRequired), "m1")
    );
    let second = bench.join(join_request("m1", ""));
    assert_eq!(bench.joined(second), None, "others may come");
    bench.advance(Duration::from_secs(3));
    let answer = bench.joined(second).unwrap();
    assert_eq!((answer.error, answer.generation), (None, 1));
    assert_eq!((answer.leader.as_deref(), answer.members.len()), (Some("m1"), 1));
}

#[test]
fn a_member_of_an_old_version_is_taken_in_at_once() {
    let mut bench = Bench::new(settings());
    let ticket = bench.join(JoinRequest {
        can_return: false,
        ..join_request("", "m1")
    });
    bench.advance(Duration::from_secs(3));
    assert_eq!(bench.joined(ticket).unwrap().error, None);
}

#[test]
fn an_id_that_nobody_comes_back_with_is_forgotten() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1"]);
    let lost = bench.join(join_request("", "m2"));
    assert_eq!(bench.joined(lost).unwrap().error, Some(GroupError::MemberIdRequired));
    for _ in 0..3 {
        bench.advance(Duration::from_secs(5));
        assert_eq!(bench.heartbeat("m1", generation), Ok(()));
    }
    let late = bench.join(join_request("m2", ""));
    assert_eq!(bench.joined(late).unwrap().error, Some(GroupError::UnknownMember));
}

#[test]
fn a_forming_group_waits_longer_while_newcomers_come_but_not_for_ever() {
    let mut bench = Bench::new(settings());
    let short = |member: &str| JoinRequest {
        rebalance_timeout: Duration::from_secs(7),
        can_return: false,
        ..join_request("", member)
    };
    let first = bench.join(short("m1"));
    let mut tickets = Vec::new();
    for number in 2..6 {
        bench.advance(Duration::from_millis(1_600));
        if bench.replies.contains_key(&first) {
            break;
        }
        tickets.push(bench.join(short(&format!("m{number}"))));
    }
    bench.advance(Duration::from_secs(2));
    let answer = bench.joined(first).unwrap();
    assert_eq!(answer.generation, 1);
    assert!(tickets.len() >= 2, "newcomers of the first seconds were waited for");
}

#[test]
fn a_silent_member_is_out_and_the_others_join_again() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1", "m2"]);
    for _ in 0..2 {
        bench.advance(Duration::from_secs(6));
        let _ = bench.heartbeat("m1", generation);
    }
    assert_eq!(bench.heartbeat("m1", generation), Err(GroupError::RebalanceInProgress));
    assert_eq!(bench.heartbeat("m2", generation), Err(GroupError::UnknownMember));
    let again = bench.join(join_request("m1", ""));
    let answer = bench.joined(again).expect("it is the only one left");
    assert_eq!((answer.generation, answer.members.len()), (generation + 1, 1));
}

#[test]
fn who_does_not_join_in_time_is_out() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1", "m2"]);
    let again = bench.join(join_request("m1", ""));
    assert_eq!(bench.joined(again), None);
    // It is alive, but does not do what it is told.
    for _ in 0..12 {
        bench.advance(Duration::from_secs(5));
        let _ = bench.heartbeat("m2", generation);
    }
    let answer = bench.joined(again).unwrap();
    assert_eq!(answer.members.len(), 1);
    assert_eq!(bench.heartbeat("m2", generation), Err(GroupError::UnknownMember));
}

#[test]
fn who_does_not_ask_for_its_part_in_time_is_out() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1", "m2"]);
    let tickets = [bench.join(join_request("m1", "")), bench.join(join_request("m2", ""))];
    let generation = {
        let answers = tickets.map(|ticket| bench.joined(ticket).unwrap());
        assert_eq!(answers[0].generation, generation + 1);
        answers[0].generation
    };
    let sync = bench.sync(sync_request("m1", generation, &[("m1", "all")]));
    assert_eq!(bench.synced(sync).unwrap().assignment, "all");
    for _ in 0..12 {
        bench.advance(Duration::from_secs(5));
        let _ = bench.heartbeat("m1", generation);
        let _ = bench.heartbeat("m2", generation);
    }
    assert_eq!(bench.heartbeat("m2", generation), Err(GroupError::UnknownMember));
    assert_eq!(bench.heartbeat("m1", generation), Err(GroupError::RebalanceInProgress));
}

#[test]
fn a_member_that_leaves_is_missed_at_once_and_an_empty_group_says_so() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1", "m2"]);
    let leave = |bench: &mut Bench, member: &str| {
        let leaver = Leaver {
            member: Arc::from(member),
            instance: None,
        };
        bench.step(|machine, now, effects| machine.leave("g", &[leaver], now, effects))
    };
    assert_eq!(leave(&mut bench, "m2"), [Ok(())]);
    assert_eq!(leave(&mut bench, "m2"), [Err(GroupError::UnknownMember)]);
    assert_eq!(bench.heartbeat("m1", generation), Err(GroupError::RebalanceInProgress));
    assert_eq!(leave(&mut bench, "m1"), [Ok(())]);
    let group = bench.machine.group("g").unwrap();
    assert_eq!((group.state(), group.generation()), (State::Empty, generation + 1));
    assert_eq!(bench.replayed().group("g").unwrap().state(), State::Empty);
}

#[test]
fn a_static_member_takes_its_place_again_without_a_rebalance() {
    let mut bench = Bench::new(settings());
    let fixed = |member: &str, fresh: &str| JoinRequest {
        instance: Some(Arc::from("i1")),
        ..join_request(member, fresh)
    };
    let first = bench.join(fixed("", "i1-a"));
    bench.advance(Duration::from_secs(3));
    let generation = bench.joined(first).unwrap().generation;
    let sync = bench.sync(SyncRequest {
        instance: Some(Arc::from("i1")),
        ..sync_request("i1-a", generation, &[("i1-a", "part")])
    });
    assert_eq!(bench.synced(sync).unwrap().assignment, "part");

    let restarted = bench.join(fixed("", "i1-b"));
    let answer = bench.joined(restarted).unwrap();
    assert_eq!(
        (answer.error, answer.generation, &*answer.member),
        (None, generation, "i1-b")
    );
    assert!(answer.skip_assignment);
    let sync = bench.sync(SyncRequest {
        instance: Some(Arc::from("i1")),
        ..sync_request("i1-b", generation, &[])
    });
    assert_eq!(bench.synced(sync).unwrap().assignment, "part");
    // The one before is shut out by name.
    let fenced =
        bench.step(|machine, now, effects| machine.heartbeat(("g", "i1-a", Some("i1")), generation, now, effects));
    assert_eq!(fenced, Err(GroupError::FencedInstance));
    assert_eq!(bench.replayed().group("g").unwrap().describe()[0].assignment, "part");
}

#[test]
fn an_administrator_removes_a_static_member_by_its_instance() {
    let mut bench = Bench::new(settings());
    let ticket = bench.join(JoinRequest {
        instance: Some(Arc::from("i1")),
        ..join_request("", "i1-a")
    });
    bench.advance(Duration::from_secs(3));
    assert!(bench.joined(ticket).is_some());
    let leaver = |instance: &str| Leaver {
        member: Arc::from(""),
        instance: Some(Arc::from(instance)),
    };
    let leavers = [leaver("i2"), leaver("i1")];
    let left = bench.step(|machine, now, effects| machine.leave("g", &leavers, now, effects));
    assert_eq!(left, [Err(GroupError::UnknownMember), Ok(())]);
}

#[test]
fn members_follow_the_protocol_that_all_support_and_most_prefer() {
    let mut bench = Bench::new(settings());
    let with = |member: &str, names: &[&str]| JoinRequest {
        protocols: names.iter().map(|name| protocol(name)).collect(),
        can_return: false,
        ..join_request("", member)
    };
    let tickets = [
        bench.join(with("m1", &["range", "sticky"])),
        bench.join(with("m2", &["sticky", "range"])),
        bench.join(with("m3", &["other", "sticky", "range"])),
    ];
    let alien = bench.join(with("m4", &["other"]));
    assert_eq!(
        bench.joined(alien).unwrap().error,
        Some(GroupError::InconsistentProtocol)
    );
    let alien = bench.join(JoinRequest {
        protocol_type: Arc::from("connect"),
        ..with("m5", &["range"])
    });
    assert_eq!(
        bench.joined(alien).unwrap().error,
        Some(GroupError::InconsistentProtocol)
    );
    bench.advance(Duration::from_secs(60));
    for ticket in tickets {
        assert_eq!(bench.joined(ticket).unwrap().protocol.as_deref(), Some("sticky"));
    }
}

#[test]
fn a_full_group_takes_nobody_in() {
    let mut bench = Bench::new(GroupSettings {
        members_max: 1,
        ..settings()
    });
    stable(&mut bench, &["m1"]);
    let refused = bench.join(join_request("", "m2"));
    assert_eq!(bench.joined(refused).unwrap().error, Some(GroupError::MaxSizeReached));
}

#[test]
fn a_repeated_join_is_told_the_same_and_a_changed_one_rebalances() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1", "m2"]);
    let leader = bench.machine.group("g").unwrap().describe()[0].identity.id.to_string();
    let follower = if leader == "m1" { "m2" } else { "m1" };
    let same = bench.join(join_request(follower, ""));
    assert_eq!(bench.joined(same).unwrap().generation, generation);
    let changed = bench.join(JoinRequest {
        protocols: vec![protocol("range"), protocol("sticky")],
        ..join_request(follower, "")
    });
    assert_eq!(bench.joined(changed), None);
    assert_eq!(
        bench.heartbeat(&leader, generation),
        Err(GroupError::RebalanceInProgress)
    );
}

#[test]
fn stale_generations_and_strangers_are_refused() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1"]);
    assert_eq!(
        bench.heartbeat("m1", generation - 1),
        Err(GroupError::IllegalGeneration)
    );
    assert_eq!(bench.heartbeat("x", generation), Err(GroupError::UnknownMember));
    let stale = bench.sync(sync_request("m1", generation - 1, &[]));
    assert_eq!(bench.synced(stale).unwrap().error, Some(GroupError::IllegalGeneration));
    let other = bench.sync(SyncRequest {
        protocol: Some(Arc::from("sticky")),
        ..sync_request("m1", generation, &[])
    });
    assert_eq!(
        bench.synced(other).unwrap().error,
        Some(GroupError::InconsistentProtocol)
    );
    let nowhere =
        bench.step(|machine, now, effects| machine.heartbeat(("nowhere", "m1", None), generation, now, effects));
    assert_eq!(nowhere, Err(GroupError::UnknownMember));
}

#[test]
fn loaded_members_keep_their_part_until_their_session_is_over() {
    let mut bench = Bench::new(settings());
    let generation = stable(&mut bench, &["m1", "m2"]);
    bench.machine = bench.replayed();
    bench.step(|machine, now, effects| machine.loaded(now, effects));
    assert_eq!(bench.heartbeat("m1", generation), Ok(()));
    let sync = bench.sync(sync_request("m2", generation, &[]));
    assert_eq!(bench.synced(sync).unwrap().assignment, "m2");
    bench.advance(SESSION + Duration::from_secs(1));
    assert_eq!(bench.heartbeat("m1", generation), Err(GroupError::UnknownMember));
    assert_eq!(bench.machine.group("g").unwrap().state(), State::Empty);
}

#[test]
fn a_group_with_members_is_not_deleted_and_one_without_is() {
    let mut bench = Bench::new(settings());
    let id = Arc::<str>::from("g");
    let delete = |bench: &mut Bench| bench.step(|machine, _, effects| machine.delete(&id, effects));
    assert!(matches!(delete(&mut bench), Err(GroupError::GroupNotFound(_))));
    stable(&mut bench, &["m1"]);
    assert_eq!(delete(&mut bench), Err(GroupError::NonEmpty));
    bench.advance(SESSION + Duration::from_secs(1));
    assert_eq!(delete(&mut bench), Ok(()));
    assert!(bench.machine.group("g").is_none());
    assert!(bench.replayed().group("g").is_none());
}
