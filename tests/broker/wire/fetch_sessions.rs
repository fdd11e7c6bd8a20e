//! Fetch sessions: opened, continued with what is new, changed, closed, and lost.

use std::time::Duration;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::fetch::ForgottenTopic;
use dmq_protocol::messages::{FetchRequest, FetchResponse};

use crate::support::batches::batch;
use crate::support::topics::{FETCH_LATEST, fetch_of, records_of, values};
use crate::support::{TestBroker, Topic, Wire};

/// A session as its client keeps it.
struct Session {
    id: i32,
    epoch: i32,
    version: i16,
}

impl Session {
    fn open(wire: &mut Wire, version: i16, request: FetchRequest) -> (Session, FetchResponse) {
        let answer = wire.call(
            version,
            &FetchRequest {
                session_epoch: 0,
                ..request
            },
        );
        assert_eq!(answer.error_code, ErrorCode::NONE);
        assert_ne!(answer.session_id, 0);
        let session = Session {
            id: answer.session_id,
            epoch: 0,
            version,
        };
        (session, answer)
    }

    fn next(&mut self, wire: &mut Wire, request: FetchRequest) -> FetchResponse {
        self.epoch += 1;
        wire.call(
            self.version,
            &FetchRequest {
                session_id: self.id,
                session_epoch: self.epoch,
                ..request
            },
        )
    }
}

/// Which partitions an answer names, with the values of their records.
fn news(answer: &FetchResponse) -> Vec<(i32, String)> {
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let partitions = answer.responses.iter().flat_map(|topic| &topic.partitions);
    let mut news: Vec<(i32, String)> = partitions
        .map(|data| (data.partition_index, values(&records_of(data)).concat()))
        .collect();
    news.sort();
    news
}

fn told(news: &[(i32, &str)]) -> Vec<(i32, String)> {
    news.iter()
        .map(|(partition, values)| (*partition, (*values).to_owned()))
        .collect()
}

#[test]
fn an_incremental_answer_names_only_partitions_with_news() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "session", 3);
    let mut wire = broker.connect();
    for version in [7, 12, 13, FETCH_LATEST] {
        let all = fetch_of(
            (0..3)
                .map(|partition| topic.from(partition, end(&topic, &mut wire, partition)))
                .collect(),
        );
        let (mut session, first) = Session::open(&mut wire, version, all);
        assert_eq!(news(&first), told(&[(0, ""), (1, ""), (2, "")]), "v{version}");
        assert_eq!(
            news(&session.next(&mut wire, fetch_of(vec![]))),
            told(&[]),
            "v{version}"
        );

        let offset = topic.append(&mut wire, 1, batch(&["new"]));
        let answer = session.next(&mut wire, fetch_of(vec![]));
        assert_eq!(
            (news(&answer), answer.session_id),
            (told(&[(1, "new")]), session.id),
            "v{version}"
        );
        // As long as the client does not move on, the records are news again.
        assert_eq!(news(&session.next(&mut wire, fetch_of(vec![]))), told(&[(1, "new")]));
        let moved = fetch_of(vec![topic.from(1, offset + 1)]);
        assert_eq!(news(&session.next(&mut wire, moved)), told(&[]), "v{version}");
    }
}

fn end(topic: &Topic, wire: &mut Wire, partition: i32) -> i64 {
    topic.offset_at(wire, partition, -1).offset
}

#[test]
fn an_incremental_fetch_waits_for_news() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "waiting", 2);
    let (mut wire, mut writer) = (broker.connect(), broker.connect());
    let both = fetch_of(vec![topic.from(0, 0), topic.from(1, 0)]);
    let (session, _) = Session::open(&mut wire, FETCH_LATEST, both);
    let request = FetchRequest {
        session_id: session.id,
        session_epoch: 1,
        max_wait_ms: 60_000,
        ..fetch_of(vec![])
    };
    wire.send(FETCH_LATEST, &request);
    assert!(wire.is_silent_for(Duration::from_millis(100)));
    topic.append(&mut writer, 1, batch(&["woken"]));
    let answer = wire.receive::<FetchRequest>(FETCH_LATEST);
    assert_eq!(news(&answer), told(&[(1, "woken")]));
}

#[test]
fn partitions_are_added_and_forgotten() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "changing", 3);
    let mut wire = broker.connect();
    for partition in 0..3 {
        topic.append(&mut wire, partition, batch(&["x"]));
    }
    let (mut session, first) = Session::open(&mut wire, FETCH_LATEST, fetch_of(vec![topic.from(0, 0)]));
    assert_eq!(news(&first), told(&[(0, "x")]));
    let answer = session.next(&mut wire, fetch_of(vec![topic.from(1, 0)]));
    assert_eq!(news(&answer), told(&[(0, "x"), (1, "x")]));
    let forget = FetchRequest {
        forgotten_topics_data: vec![ForgottenTopic {
            topic: topic.name.clone(),
            topic_id: topic.id,
            partitions: vec![0],
        }],
        ..fetch_of(vec![topic.from(2, 0)])
    };
    assert_eq!(news(&session.next(&mut wire, forget)), told(&[(1, "x"), (2, "x")]));
}

#[test]
fn errors_are_told_again_and_their_end_is_news() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "errors", 1);
    let mut wire = broker.connect();
    let (mut session, first) = Session::open(&mut wire, FETCH_LATEST, fetch_of(vec![topic.from(0, 5)]));
    let code = |answer: &FetchResponse| answer.responses[0].partitions[0].error_code;
    assert_eq!(code(&first), ErrorCode::OFFSET_OUT_OF_RANGE);
    let again = session.next(&mut wire, fetch_of(vec![]));
    assert_eq!(code(&again), ErrorCode::OFFSET_OUT_OF_RANGE);
    let reset = session.next(&mut wire, fetch_of(vec![topic.from(0, 0)]));
    assert_eq!(code(&reset), ErrorCode::NONE);
    assert_eq!(news(&session.next(&mut wire, fetch_of(vec![]))), told(&[]));
}

#[test]
fn a_wrong_epoch_and_an_unknown_session_are_refused() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "epochs", 1);
    let mut wire = broker.connect();
    let (mut session, _) = Session::open(&mut wire, FETCH_LATEST, fetch_of(vec![topic.from(0, 0)]));
    let mut ask = |session_id: i32, session_epoch: i32| {
        let request = FetchRequest {
            session_id,
            session_epoch,
            ..fetch_of(vec![])
        };
        let answer = wire.call(FETCH_LATEST, &request);
        (answer.error_code.0, answer.session_id, answer.responses.len())
    };
    assert_eq!(ask(session.id, 9), (71, 0, 0));
    assert_eq!(ask(session.id ^ 1, 1), (70, 0, 0));
    assert_eq!(ask(0, 1), (70, 0, 0));
    // Neither did harm to the session.
    assert_eq!(news(&session.next(&mut wire, fetch_of(vec![]))), told(&[]));
}

#[test]
fn a_closed_session_is_gone() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "closed", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["x"]));
    let (session, _) = Session::open(&mut wire, FETCH_LATEST, fetch_of(vec![topic.from(0, 0)]));
    let close = FetchRequest {
        session_id: session.id,
        session_epoch: -1,
        ..fetch_of(vec![topic.from(0, 0)])
    };
    let answer = wire.call(FETCH_LATEST, &close);
    assert_eq!((news(&answer), answer.session_id), (told(&[(0, "x")]), 0));
    let after = FetchRequest {
        session_id: session.id,
        session_epoch: 1,
        ..fetch_of(vec![])
    };
    assert_eq!(
        wire.call(FETCH_LATEST, &after).error_code,
        ErrorCode::FETCH_SESSION_ID_NOT_FOUND
    );
}

#[test]
fn a_full_cache_opens_no_session_and_serves_all_the_same() {
    let broker = TestBroker::with(&[("max.incremental.fetch.session.cache.slots", "1")]);
    let topic = Topic::create(&broker, "full", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&["x"]));
    let opening = || FetchRequest {
        session_epoch: 0,
        ..fetch_of(vec![topic.from(0, 0)])
    };
    assert_ne!(wire.call(FETCH_LATEST, &opening()).session_id, 0);
    let second = wire.call(FETCH_LATEST, &opening());
    assert_eq!((news(&second), second.session_id), (told(&[(0, "x")]), 0));
}

#[test]
fn a_session_that_began_with_names_cannot_go_on_with_ids() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "names", 1);
    let mut wire = broker.connect();
    let (mut session, _) = Session::open(&mut wire, 12, fetch_of(vec![topic.from(0, 0)]));
    session.version = 13;
    let answer = session.next(&mut wire, fetch_of(vec![]));
    assert_eq!(answer.error_code, ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR);
}
