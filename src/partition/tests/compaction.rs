//! Which log is cleaned, what is written down of it, and what a restart or a deletion makes of that.

use super::registry::*;
use super::*;
use crate::config::{Layer, Scope};
use crate::log::Checkpoint;
use crate::metadata::{ConfigResource, MetadataChanges, MetadataImage};
use crate::partition::Compaction;

fn keyed(key: &str, value: &str) -> Bytes {
    let mut builder = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
    let now_ms = 1_700_000_000_000;
    builder
        .append(now_ms, Some(key.as_bytes()), Some(value.as_bytes()), &[])
        .unwrap();
    builder.build().unwrap()
}

/// A compacted topic with one segment of `records` records of one key, and another that is written to.
fn dirty(cluster: &mut Cluster, number: u128, records: usize) -> Arc<Partition> {
    let mut created = create(number, 1);
    created.push(config(number, "cleanup.policy", "compact"));
    cluster.apply(created);
    let partition = cluster.get(number, 0).unwrap();
    let put = || {
        partition
            .append(&keyed("k", "v"), RequiredAcks::Leader, AppendOrigin::Client)
            .unwrap();
    };
    (0..records).for_each(|_| put());
    partition.log().roll().unwrap();
    put();
    partition
}

fn cleaned(cluster: &Cluster) -> Vec<(String, i64)> {
    let offsets = cluster.dirs[0].read_checkpoint(Checkpoint::Cleaner).unwrap();
    offsets
        .into_iter()
        .map(|(name, offset)| (name.to_string(), offset.0))
        .collect()
}

#[test]
fn the_dirtiest_compacted_log_comes_first_and_a_clean_one_not_again() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    let compaction = Compaction::without_threads(&cluster.registry);
    assert!(!compaction.clean_dirtiest());
    cluster.apply(create(9, 1));
    append(&cluster.get(9, 0).unwrap(), RequiredAcks::Leader);
    let half = dirty(&mut cluster, 1, 10);
    assert!(compaction.clean_dirtiest());
    assert_eq!(cleaned(&cluster), [("topic-1-0".to_owned(), 10)]);
    // One of its segments was cleaned before; nothing of the other's was.
    half.log().roll().unwrap();
    let whole = dirty(&mut cluster, 2, 5);
    assert!(compaction.clean_dirtiest());
    assert_eq!(
        (half.log().cleaned_upto(), whole.log().cleaned_upto()),
        (Some(Offset(10)), Some(Offset(5)))
    );
    assert_eq!(
        cleaned(&cluster),
        [("topic-1-0".to_owned(), 10), ("topic-2-0".to_owned(), 5)]
    );
    assert!(!compaction.clean_dirtiest(), "half of it is not more than half");
    assert_eq!(half.log().segment_count(), 3);
}

#[test]
fn what_was_cleaned_is_known_after_a_crash_and_forgotten_with_its_topic() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    dirty(&mut cluster, 1, 10);
    assert!(Compaction::without_threads(&cluster.registry).clean_dirtiest());
    cluster.world.disk.crash(Crash::LoseUnsynced);
    let mut cluster = cluster.again(&["/data"]);
    assert_eq!(cluster.load(), []);
    let partition = cluster.get(1, 0).unwrap();
    assert_eq!(partition.log().cleaned_upto(), Some(Offset(10)));
    assert!(partition.log_end_offset() >= Offset(10));
    cluster.apply(remove(1));
    assert_eq!(cleaned(&cluster), []);
}

#[test]
fn a_log_that_cannot_be_cleaned_is_left_alone_and_others_are_cleaned() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    dirty(&mut cluster, 1, 10);
    cluster
        .world
        .disk
        .damage("/data/topic-1-0/00000000000000000000.log".as_ref(), 62, b"!")
        .unwrap();
    let compaction = Compaction::without_threads(&cluster.registry);
    assert!(!compaction.clean_dirtiest());
    let whole = dirty(&mut cluster, 2, 5);
    assert!(compaction.clean_dirtiest());
    assert!(whole.log().cleaned_upto().is_some());
    assert!(!compaction.clean_dirtiest());
    // It serves on.
    let partition = cluster.get(1, 0).unwrap();
    assert!(!partition.has_failed());
    let more = partition.append(&keyed("k", "w"), RequiredAcks::Leader, AppendOrigin::Client);
    assert_eq!(more.unwrap().info.first_offset, Offset(11));
}

#[test]
fn threads_clean_by_themselves_and_end_when_told() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    let partition = dirty(&mut cluster, 1, 10);
    let compaction = Compaction::start(&cluster.registry);
    let clock = SystemClock::new();
    while partition.log().cleaned_upto().is_none() {
        assert!(crate::env::Clock::monotonic(&clock) < PATIENCE);
        std::thread::yield_now();
    }
    compaction.stop();
}

#[test]
fn threads_come_and_go_as_the_settings_say() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    let live = cluster.world.settings.clone();
    let compaction = Compaction::start(&cluster.registry);
    let clock = SystemClock::new();
    for wanted in [1, 2, 4, 2, 1] {
        let layer = Layer::from([("log.cleaner.threads".to_owned(), wanted.to_string())]);
        live.store(live.load().with(Scope::AllBrokers, layer).unwrap());
        let changes = MetadataChanges {
            configs_changed: [ConfigResource::all_brokers()].into(),
            ..MetadataChanges::default()
        };
        let image = Arc::new(MetadataImage::empty("c"));
        compaction.publisher().publish(&image, &image, &changes);
        while compaction.threads() != wanted {
            assert!(crate::env::Clock::monotonic(&clock) < PATIENCE);
            std::thread::yield_now();
        }
    }
    compaction.stop();
}
