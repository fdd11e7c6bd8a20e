//! librdkafka's consumer groups: several members that come and go, and a broker that restarts meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::Message;

use crate::support::kafka::{Written, client, create_topic, producer, send_all};
use crate::support::{PATIENCE, TestBroker};

const PARTITIONS: i32 = 6;
const QUICK: [(&str, &str); 2] = [
    ("group.initial.rebalance.delay.ms", "0"),
    ("group.min.session.timeout.ms", "500"),
];

/// A member of a group that reads a topic from its beginning and commits what it has read.
fn member(bootstrap: &str, group: &str, topic: &str, settings: &[(&str, &str)]) -> BaseConsumer {
    let mut config = client(
        bootstrap,
        &[
            ("group.id", group),
            ("auto.offset.reset", "earliest"),
            ("enable.auto.commit", "false"),
            ("session.timeout.ms", "6000"),
            ("heartbeat.interval.ms", "200"),
            ("fetch.wait.max.ms", "50"),
        ],
    );
    for (name, value) in settings {
        config.set(*name, *value);
    }
    let member: BaseConsumer = config.create().expect("a consumer");
    member.subscribe(&[topic]).expect("a subscription");
    member
}

/// Everything that was read, by partition and offset, with how often.
type Read = BTreeMap<(i32, i64), usize>;

/// Has members read until `done`.
fn read_until(members: &[BaseConsumer], read: &mut Read, done: impl Fn(&[BaseConsumer], &Read) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done(members, read) {
        assert!(Instant::now() < deadline, "{} records and no end", read.len());
        for member in members {
            // The broker may be away for a moment: an error is no news.
            if let Some(Ok(message)) = member.poll(Duration::from_millis(5)) {
                *read.entry((message.partition(), message.offset())).or_default() += 1;
                // A rebalance may have taken the partition away; whoever has it now reads the record again.
                let _ = member.commit_message(&message, CommitMode::Async);
            }
        }
    }
}

fn assigned(member: &BaseConsumer) -> BTreeSet<i32> {
    let assignment = member.assignment().expect("an assignment");
    assignment
        .elements()
        .iter()
        .map(|element| element.partition())
        .collect()
}

/// Whether the members have all partitions between them, each has some, and none is had twice.
fn shared_by_all(members: &[BaseConsumer]) -> bool {
    let parts: Vec<BTreeSet<i32>> = members.iter().map(assigned).collect();
    let total: usize = parts.iter().map(BTreeSet::len).sum();
    let all: BTreeSet<i32> = parts.iter().flatten().copied().collect();
    total == all.len() && all.len() == PARTITIONS as usize && parts.iter().all(|part| !part.is_empty())
}

fn write(broker: &TestBroker, topic: &str, each: usize) -> usize {
    let records: Vec<Written> = (0..PARTITIONS)
        .flat_map(|partition| (0..each).map(move |number| Written::value(partition, format!("{number}"))))
        .collect();
    send_all(&producer(&broker.bootstrap(), &[]), topic, &records);
    records.len()
}

#[test]
fn members_share_the_partitions_and_a_newcomer_gets_its_part() {
    for strategy in ["range,roundrobin", "cooperative-sticky"] {
        let broker = TestBroker::with(&QUICK);
        create_topic(&broker.bootstrap(), "shared", PARTITIONS, &[]);
        let written = write(&broker, "shared", 20);
        let settings = [("partition.assignment.strategy", strategy)];
        let mut members = vec![member(&broker.bootstrap(), "g", "shared", &settings)];
        let mut read = Read::new();
        read_until(&members, &mut read, |_, read| read.len() == written);
        members.push(member(&broker.bootstrap(), "g", "shared", &settings));
        members.push(member(&broker.bootstrap(), "g", "shared", &settings));
        read_until(&members, &mut read, |members, _| shared_by_all(members));
        let more = write(&broker, "shared", 20);
        read_until(&members, &mut read, |_, read| read.len() == written + more);
    }
}

#[test]
fn a_group_goes_on_where_it_was_after_a_restart_of_the_broker() {
    let broker = TestBroker::with(&QUICK);
    create_topic(&broker.bootstrap(), "resumed", PARTITIONS, &[]);
    let written = write(&broker, "resumed", 20);
    let mut read = Read::new();
    let members = [member(&broker.bootstrap(), "g", "resumed", &[])];
    read_until(&members, &mut read, |_, read| read.len() == written);
    members[0].commit_consumer_state(CommitMode::Sync).expect("committed");
    drop(members);
    let broker = broker.restart(&QUICK);
    let more = write(&broker, "resumed", 5);
    let members = [member(&broker.bootstrap(), "g", "resumed", &[])];
    let mut after = Read::new();
    read_until(&members, &mut after, |_, read| read.len() >= more);
    assert_eq!(after.len(), more, "what was committed is not read again");
    assert!(after.keys().all(|place| !read.contains_key(place)));
}

#[test]
fn a_static_member_comes_back_to_its_partitions() {
    let broker = TestBroker::with(&QUICK);
    create_topic(&broker.bootstrap(), "fixed", PARTITIONS, &[]);
    let named = |name: &str| {
        let settings = [("group.instance.id", name), ("session.timeout.ms", "30000")];
        member(&broker.bootstrap(), "g", "fixed", &settings)
    };
    let mut members = vec![named("a"), named("b")];
    let mut read = Read::new();
    read_until(&members, &mut read, |members, _| shared_by_all(members));
    let (first, second) = (assigned(&members[0]), assigned(&members[1]));
    // Static members do not say that they leave.
    drop(members.remove(0));
    members.insert(0, named("a"));
    read_until(&members, &mut read, |members, _| assigned(&members[0]) == first);
    assert_eq!(assigned(&members[1]), second);
}
