//! Sessions as clients see them: opened, continued, forgotten, evicted.

use super::*;
use crate::ids::PartitionId;

const LIMITS: SessionLimits = SessionLimits {
    slots: 2,
    eviction_age_ms: 1_000,
};

fn key(partition: i32) -> PartitionKey {
    PartitionKey {
        topic: TopicKey::Name("orders".into()),
        partition: PartitionId(partition),
    }
}

fn at(fetch_offset: i64) -> FetchPosition {
    let none = FetchPosition {
        fetch_offset: 0,
        max_bytes: 1024,
        current_leader_epoch: -1,
        last_fetched_epoch: -1,
        log_start_offset: -1,
    };
    FetchPosition { fetch_offset, ..none }
}

fn answer(high_watermark: i64, record_bytes: u64) -> PartitionAnswer {
    PartitionAnswer {
        is_error: false,
        record_bytes,
        high_watermark,
        log_start_offset: 0,
    }
}

fn request(id: SessionId, epoch: i32, partitions: &[(i32, i64)], forgotten: &[i32]) -> SessionRequest {
    SessionRequest {
        id,
        epoch: SessionEpoch(epoch),
        by_topic_id: false,
        partitions: partitions
            .iter()
            .map(|(partition, offset)| (key(*partition), at(*offset)))
            .collect(),
        forgotten: forgotten.iter().map(|partition| key(*partition)).collect(),
    }
}

fn open_session(cache: &FetchSessionCache, now_ms: i64, partitions: &[(i32, i64)], id: i32) -> SessionId {
    let context = cache
        .open(request(SessionId::NONE, 0, partitions, &[]), now_ms)
        .unwrap();
    let answers = vec![answer(0, 0); partitions.len()];
    context.settle(cache, now_ms, &answers, || id).0
}

#[test]
fn a_session_answers_only_what_changed() {
    let cache = FetchSessionCache::new(LIMITS);
    let id = open_session(&cache, 0, &[(0, 5), (1, 7)], 9);
    assert_eq!(id, SessionId(9));

    let context = cache.open(request(id, 1, &[], &[]), 1).unwrap();
    assert_eq!(context.partitions().len(), 2);
    let (_, told) = context.settle(&cache, 1, &[answer(0, 0), answer(3, 0)], || 0);
    assert_eq!(told, [false, true]);

    let context = cache.open(request(id, 2, &[(1, 9)], &[0]), 2).unwrap();
    assert_eq!(context.partitions(), [(key(1), at(9))]);
}

#[test]
fn a_partition_that_got_records_is_served_last_next_time() {
    let cache = FetchSessionCache::new(LIMITS);
    let id = open_session(&cache, 0, &[(0, 0), (1, 0)], 9);
    let context = cache.open(request(id, 1, &[], &[]), 1).unwrap();
    context.settle(&cache, 1, &[answer(4, 100), answer(0, 0)], || 0);
    let context = cache.open(request(id, 2, &[], &[]), 2).unwrap();
    let order: Vec<i32> = context.partitions().iter().map(|(key, _)| key.partition.0).collect();
    assert_eq!(order, [1, 0]);
}

#[test]
fn the_end_of_an_error_is_news() {
    let cache = FetchSessionCache::new(LIMITS);
    let id = open_session(&cache, 0, &[(0, 0)], 9);
    let error = PartitionAnswer {
        is_error: true,
        ..answer(0, 0)
    };
    for (epoch, sent, expected) in [(1, error, true), (2, answer(0, 0), true), (3, answer(0, 0), false)] {
        let context = cache.open(request(id, epoch, &[], &[]), 1).unwrap();
        assert_eq!(context.settle(&cache, 1, &[sent], || 0).1, [expected], "epoch {epoch}");
    }
}

#[test]
fn lost_repeated_and_foreign_requests_are_refused() {
    let cache = FetchSessionCache::new(LIMITS);
    let id = open_session(&cache, 0, &[(0, 0)], 9);
    let expected = SessionEpoch(1);
    for got in [2, 3] {
        let error = cache.open(request(id, got, &[], &[]), 1).unwrap_err();
        assert_eq!(
            error,
            SessionError::WrongEpoch {
                expected,
                got: SessionEpoch(got)
            }
        );
    }
    let unknown = SessionId(77);
    assert_eq!(
        cache.open(request(unknown, 1, &[], &[]), 1).unwrap_err(),
        SessionError::NotFound(unknown)
    );
    let by_id = SessionRequest {
        by_topic_id: true,
        ..request(id, 1, &[], &[])
    };
    assert_eq!(cache.open(by_id, 1).unwrap_err(), SessionError::TopicIdMismatch);
}

#[test]
fn a_session_without_partitions_or_with_a_final_epoch_ends() {
    let cache = FetchSessionCache::new(LIMITS);
    let id = open_session(&cache, 0, &[(0, 0)], 9);
    let context = cache.open(request(id, 1, &[], &[0]), 1).unwrap();
    assert!(!context.is_incremental());
    assert!(cache.is_empty());

    let id = open_session(&cache, 0, &[(0, 0)], 10);
    cache.open(request(id, -1, &[(0, 0)], &[]), 1).unwrap();
    assert!(cache.is_empty());
}

#[test]
fn a_full_cache_displaces_idle_sessions_then_smaller_ones_and_otherwise_declines() {
    let cache = FetchSessionCache::new(LIMITS);
    let small = open_session(&cache, 0, &[(0, 0)], 1);
    let large = open_session(&cache, 0, &[(0, 0), (1, 0), (2, 0)], 2);
    assert_eq!(
        open_session(&cache, 500, &[(0, 0), (1, 0)], 3),
        SessionId::NONE,
        "both are young"
    );

    for id in [small, large] {
        cache.open(request(id, 1, &[], &[]), 1_500).unwrap();
    }
    assert_eq!(
        open_session(&cache, 2_000, &[(0, 0), (1, 0)], 4),
        SessionId(4),
        "bigger than the small one"
    );
    assert_eq!(
        cache.open(request(small, 2, &[], &[]), 2_000).unwrap_err(),
        SessionError::NotFound(small)
    );
    assert_eq!(
        open_session(&cache, 9_000, &[(0, 0)], 5),
        SessionId(5),
        "all others are idle"
    );
}

#[test]
fn epochs_wrap_past_the_reserved_values() {
    assert_eq!(SessionEpoch(i32::MAX).next(), SessionEpoch(1));
    assert_eq!(SessionEpoch::FINAL.next(), SessionEpoch::FINAL);
}
