//! Kafka's rules for producers, one by one.

use dmq_protocol::records::Attributes;

use super::*;

const PID: i64 = 9;

fn batch(epoch: i16, base_sequence: i32, records: i32, base_offset: i64) -> BatchHeader {
    BatchHeader {
        base_offset,
        batch_length: BatchHeader::MIN_BATCH_LENGTH,
        partition_leader_epoch: 0,
        magic: 2,
        crc: 0,
        attributes: Attributes::default(),
        last_offset_delta: records - 1,
        base_timestamp: 1_000,
        max_timestamp: 1_000,
        producer_id: PID,
        producer_epoch: epoch,
        base_sequence,
        record_count: records,
    }
}

fn transactional(header: BatchHeader) -> BatchHeader {
    BatchHeader {
        attributes: header.attributes.with_transactional(true),
        ..header
    }
}

fn of(producer_id: i64, header: BatchHeader) -> BatchHeader {
    BatchHeader { producer_id, ..header }
}

fn check(states: &ProducerStates, header: &BatchHeader) -> Result<Verdict, LogError> {
    states.check(header, None, AppendOrigin::Client)
}

const COMMIT: EndMarker = EndMarker {
    committed: true,
    coordinator_epoch: 3,
};
const ABORT: EndMarker = EndMarker {
    committed: false,
    coordinator_epoch: 3,
};

fn marker(epoch: i16, offset: i64) -> BatchHeader {
    let header = batch(epoch, -1, 1, offset);
    BatchHeader {
        attributes: header.attributes.with_transactional(true).with_control(true),
        ..header
    }
}

#[test]
fn sequences_follow_each_other() {
    let mut states = ProducerStates::default();
    states.apply(&batch(0, 0, 10, 100), None);
    assert_eq!(check(&states, &batch(0, 10, 5, 0)), Ok(Verdict::New));
    let (producer_id, expected) = (ProducerId(PID), Sequence(10));
    assert_eq!(
        check(&states, &batch(0, 11, 5, 0)),
        Err(LogError::OutOfOrderSequence {
            producer_id,
            expected,
            got: Sequence(11)
        })
    );
    assert_eq!(
        check(&states, &batch(0, 9, 5, 0)),
        Err(LogError::OutOfOrderSequence {
            producer_id,
            expected,
            got: Sequence(9)
        })
    );
}

#[test]
fn an_unknown_producer_may_begin_anywhere() {
    assert_eq!(
        check(&ProducerStates::default(), &batch(4, 1_234, 5, 0)),
        Ok(Verdict::New)
    );
}

#[test]
fn the_last_five_batches_are_recognised_when_repeated() {
    let mut states = ProducerStates::default();
    for n in 0..7 {
        states.apply(&batch(0, n * 10, 10, 500 + i64::from(n) * 10), None);
    }
    for n in 2..7 {
        match check(&states, &batch(0, n * 10, 10, 0)) {
            Ok(Verdict::Duplicate(mark)) => assert_eq!(mark.first_offset(), Offset(500 + i64::from(n) * 10)),
            other => panic!("{n}: {other:?}"),
        }
    }
    assert!(check(&states, &batch(0, 10, 10, 0)).is_err());
    assert!(
        check(&states, &batch(0, 60, 9, 0)).is_err(),
        "another length is another batch"
    );
}

#[test]
fn sequences_wrap_to_zero() {
    let mut states = ProducerStates::default();
    states.apply(&batch(0, i32::MAX - 1, 2, 0), None);
    assert_eq!(check(&states, &batch(0, 0, 1, 0)), Ok(Verdict::New));
    let mut states = ProducerStates::default();
    let wrapping = batch(0, i32::MAX, 3, 10);
    states.apply(&wrapping, None);
    assert!(matches!(check(&states, &wrapping), Ok(Verdict::Duplicate(_))));
    assert_eq!(check(&states, &batch(0, 2, 1, 0)), Ok(Verdict::New));
}

#[test]
fn the_next_sequence_is_one_that_passes() {
    let mut states = ProducerStates::default();
    let next = |states: &ProducerStates, epoch| states.next_sequence(ProducerId(PID), ProducerEpoch(epoch)).0;
    assert_eq!(next(&states, 0), 0);
    for (epoch, first, records, expected) in [(0, 0, 3, 3), (0, 3, 1, 4), (2, 0, 1, 1), (3, 0, 1, 1)] {
        states.apply(&batch(epoch, first, records, 0), None);
        assert_eq!(next(&states, epoch), expected);
        assert_eq!(next(&states, epoch + 1), 0);
        let header = batch(epoch, next(&states, epoch), 1, 10);
        assert_eq!(check(&states, &header), Ok(Verdict::New));
    }
    states.apply(&batch(4, i32::MAX - 1, 2, 20), None);
    assert_eq!(next(&states, 4), 0);
}

#[test]
fn an_old_epoch_is_fenced_and_a_new_one_begins_at_zero() {
    let mut states = ProducerStates::default();
    states.apply(&batch(5, 0, 10, 0), None);
    assert_eq!(
        check(&states, &batch(4, 10, 1, 0)),
        Err(LogError::InvalidProducerEpoch {
            producer_id: ProducerId(PID),
            current: ProducerEpoch(5),
            got: ProducerEpoch(4)
        })
    );
    assert!(matches!(
        check(&states, &batch(6, 10, 1, 0)),
        Err(LogError::OutOfOrderSequence { .. })
    ));
    assert_eq!(check(&states, &batch(6, 0, 1, 0)), Ok(Verdict::New));
    assert_eq!(
        states.check(&batch(4, 10, 1, 0), None, AppendOrigin::Replication),
        Ok(Verdict::New)
    );
}

#[test]
fn readers_stop_at_the_first_open_transaction_and_at_unreplicated_ends() {
    let mut states = ProducerStates::default();
    states.apply(&transactional(batch(0, 0, 5, 10)), None);
    states.apply(&of(8, transactional(batch(0, 0, 5, 15))), None);
    assert_eq!(states.first_unstable(Offset(100)), Some(Offset(10)));
    let ended = states.apply(&marker(0, 20), Some(ABORT)).unwrap();
    assert_eq!(
        ended,
        EndedTransaction {
            producer_id: ProducerId(PID),
            first: Offset(10),
            last: Offset(20),
            committed: false,
            last_stable: Offset(15)
        }
    );
    assert_eq!(
        states.first_unstable(Offset(20)),
        Some(Offset(10)),
        "the marker is not replicated yet"
    );
    assert_eq!(states.first_unstable(Offset(21)), Some(Offset(15)));
    let ended = states.apply(&of(8, marker(0, 21)), Some(COMMIT)).unwrap();
    assert_eq!(ended.last_stable, Offset(22));
    assert_eq!(states.first_unstable(Offset(22)), None);
    states.on_high_watermark(Offset(22));
    assert!(states.has_no_transactions());
}

#[test]
fn a_marker_without_a_transaction_ends_nothing_but_fences() {
    let mut states = ProducerStates::default();
    assert_eq!(states.apply(&marker(7, 3), Some(COMMIT)), None);
    assert!(matches!(
        check(&states, &batch(6, 0, 1, 0)),
        Err(LogError::InvalidProducerEpoch { .. })
    ));
    assert_eq!(check(&states, &batch(7, 0, 1, 0)), Ok(Verdict::New));
    let stale = EndMarker {
        coordinator_epoch: 2,
        ..ABORT
    };
    assert_eq!(
        states.check(&marker(7, 0), Some(stale), AppendOrigin::Coordinator),
        Err(LogError::CoordinatorFenced {
            producer_id: ProducerId(PID),
            current: 3,
            got: 2
        })
    );
}

#[test]
fn a_plain_batch_inside_a_transaction_is_refused() {
    let mut states = ProducerStates::default();
    states.apply(&transactional(batch(0, 0, 5, 10)), None);
    assert_eq!(
        check(&states, &batch(0, 5, 1, 0)),
        Err(LogError::InvalidTransactionState {
            producer_id: ProducerId(PID)
        })
    );
}

#[test]
fn idle_producers_are_forgotten_but_not_inside_a_transaction() {
    let mut states = ProducerStates::default();
    states.apply(&batch(0, 0, 1, 0), None);
    states.apply(&of(8, transactional(batch(0, 0, 1, 1))), None);
    states.expire(1_999, 1_000);
    assert_eq!(states.entries().len(), 2);
    states.expire(2_000, 1_000);
    assert_eq!(
        states
            .status()
            .iter()
            .map(|status| status.producer_id.0)
            .collect::<Vec<_>>(),
        [8]
    );
}
