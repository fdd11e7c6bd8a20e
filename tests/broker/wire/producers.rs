//! Producer ids and sequences: nothing twice, nothing out of order, also after a restart.

use std::collections::HashSet;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::{InitProducerIdRequest, InitProducerIdResponse};

use crate::support::batches::idempotent;
use crate::support::topics::values;
use crate::support::{TestBroker, Topic, Wire};

/// What a producer asks for that wants no transactions.
pub fn idempotence() -> InitProducerIdRequest {
    InitProducerIdRequest {
        transactional_id: None,
        ..InitProducerIdRequest::default()
    }
}

fn init(wire: &mut Wire) -> InitProducerIdResponse {
    let answer = wire.call(5, &idempotence());
    assert_eq!(answer.error_code, ErrorCode::NONE);
    answer
}

#[test]
fn producer_ids_never_repeat_also_not_over_clean_and_unclean_restarts() {
    let mut broker = TestBroker::start();
    let mut seen = HashSet::new();
    for round in 0..4 {
        for _ in 0..2 {
            let mut wire = broker.connect();
            for _ in 0..20 {
                let answer = init(&mut wire);
                assert_eq!(answer.producer_epoch, 0);
                assert!(seen.insert(answer.producer_id), "{} twice", answer.producer_id);
            }
        }
        broker = if round % 2 == 0 {
            broker.restart(&[])
        } else {
            broker.crash_and_restart(&[])
        };
    }
    broker.stop();
}

#[test]
fn transactional_ids_are_not_served_and_halves_of_identities_are_invalid() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let mut code = |id: Option<&'static str>, producer_id: i64, producer_epoch: i16| {
        let request = InitProducerIdRequest {
            transactional_id: id.map(Into::into),
            transaction_timeout_ms: 1_000,
            producer_id,
            producer_epoch,
            ..InitProducerIdRequest::default()
        };
        wire.call(5, &request).error_code
    };
    assert_eq!(code(None, 5, -1), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(None, -1, 5), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(Some(""), -1, -1), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(Some("mine"), -1, -1), ErrorCode::NOT_COORDINATOR);
}

/// Epoch, first sequence and values of a batch, and the offset or code that it is answered with.
type Step<'a> = (i16, i32, &'a [&'a str], Result<i64, ErrorCode>);

/// Batches with these sequences and epochs, and what comes of each.
#[track_caller]
fn sends(topic: &Topic, wire: &mut Wire, id: i64, batches: &[Step]) {
    for (epoch, sequence, values, expected) in batches {
        let answer = topic.produce(wire, 0, idempotent(id, *epoch, *sequence, values));
        let got = match answer.error_code {
            ErrorCode::NONE => Ok(answer.base_offset),
            code => Err(code),
        };
        assert_eq!(
            got, *expected,
            "epoch {epoch}, sequence {sequence}: {:?}",
            answer.error_message
        );
    }
}

#[test]
fn a_repeated_batch_is_answered_with_its_first_offset_also_after_restarts() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "repeated", 1);
    let mut wire = broker.connect();
    let id = init(&mut wire).producer_id;
    let first: &[&str] = &["a", "b"];
    sends(
        &topic,
        &mut wire,
        id,
        &[
            (0, 0, first, Ok(0)),
            (0, 2, &["c"], Ok(2)),
            (0, 0, first, Ok(0)),
            (0, 2, &["c"], Ok(2)),
        ],
    );
    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    sends(
        &topic,
        &mut wire,
        id,
        &[
            // Snapshots hold each producer's last batch, as Kafka's do: of those before it only the records are left.
            (0, 2, &["c"], Ok(2)),
            (0, 3, &["d"], Ok(3)),
            (0, 3, &["d"], Ok(3)),
        ],
    );
    let broker = broker.crash_and_restart(&[]);
    let mut wire = broker.connect();
    sends(
        &topic,
        &mut wire,
        id,
        &[
            (0, 3, &["d"], Ok(3)),
            (0, 4, &["e"], Ok(4)),
            (0, 6, &["g"], Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER)),
        ],
    );
    assert_eq!(values(&topic.read_all(&mut wire, 0)), ["a", "b", "c", "d", "e"]);
    broker.stop();
}

#[test]
fn sequences_that_skip_or_go_back_are_out_of_order() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "order", 1);
    let mut wire = broker.connect();
    let id = init(&mut wire).producer_id;
    let out_of_order = Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    let mut steps: Vec<Step> = vec![
        (0, 0, &["0"], Ok(0)),
        (0, 2, &["2"], out_of_order),
        (0, 1, &["1"], Ok(1)),
    ];
    let more: Vec<i32> = (2..10).collect();
    steps.extend(more.iter().map(|n| (0, *n, &["n"] as &[&str], Ok(i64::from(*n)))));
    // Only the last five batches are remembered: an older repeat is what Kafka calls a duplicate sequence.
    steps.push((0, 9, &["n"], Ok(9)));
    steps.push((0, 5, &["n"], Ok(5)));
    sends(&topic, &mut wire, id, &steps);
    let older = topic.produce(&mut wire, 0, idempotent(id, 0, 1, &["1"]));
    assert!(
        matches!(
            older.error_code,
            ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER | ErrorCode::DUPLICATE_SEQUENCE_NUMBER
        ),
        "{:?}",
        older.error_code
    );
    assert_eq!(topic.offset_at(&mut wire, 0, -1).offset, 10);
}

#[test]
fn a_producer_epoch_begins_at_sequence_0_and_fences_the_one_before() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "epochs", 1);
    let mut wire = broker.connect();
    let id = init(&mut wire).producer_id;
    let steps: [Step; 6] = [
        (0, 0, &["old"], Ok(0)),
        (1, 1, &["early"], Err(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER)),
        (1, 0, &["new"], Ok(1)),
        (0, 1, &["stale"], Err(ErrorCode::INVALID_PRODUCER_EPOCH)),
        (0, 0, &["old"], Err(ErrorCode::INVALID_PRODUCER_EPOCH)),
        (1, 1, &["next"], Ok(2)),
    ];
    sends(&topic, &mut wire, id, &steps);
    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    let stale: &[&str] = &["stale"];
    sends(
        &topic,
        &mut wire,
        id,
        &[(0, 1, stale, Err(ErrorCode::INVALID_PRODUCER_EPOCH))],
    );
    assert_eq!(values(&topic.read_all(&mut wire, 0)), ["old", "new", "next"]);
    broker.stop();
}

#[test]
fn sequences_wrap_around_at_the_largest_number() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "wrap", 1);
    let mut wire = broker.connect();
    let id = init(&mut wire).producer_id;
    // An unknown producer may begin anywhere: its earlier records may have been removed.
    sends(
        &topic,
        &mut wire,
        id,
        &[
            (0, i32::MAX - 1, &["a", "b"], Ok(0)),
            (0, 0, &["c"], Ok(2)),
            (0, 1, &["d"], Ok(3)),
        ],
    );
}

#[test]
fn producers_do_not_disturb_each_other() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "many", 1);
    let mut wire = broker.connect();
    let ids: Vec<i64> = (0..10).map(|_| init(&mut wire).producer_id).collect();
    for sequence in 0..3 {
        for (place, id) in ids.iter().enumerate() {
            let offset = i64::from(sequence) * 10 + i64::try_from(place).unwrap();
            sends(&topic, &mut wire, *id, &[(0, sequence, &["x"], Ok(offset))]);
        }
    }
}
