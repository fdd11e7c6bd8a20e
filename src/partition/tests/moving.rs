//! Replicas move between directories: under appends, over power cuts, and not when they are told otherwise.

use dmq_protocol::metadata_records::{FeatureLevelRecord, PartitionChangeRecord};

use super::registry::*;
use super::*;
use crate::log::{Log, MetaProperties, ReadRequest};
use crate::metadata::{METADATA_VERSION, Record};

const DIRS: [&str; 2] = ["/a", "/b"];

fn name() -> TopicPartition {
    TopicPartition {
        topic: "topic-1".to_owned(),
        partition: PartitionId(0),
    }
}

/// One partition, in `/a`.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(&DIRS);
    cluster.load();
    cluster.apply(create(1, 1));
    cluster
}

/// Every record of a log, as text.
fn records(log: &Log) -> Vec<String> {
    let mut texts = Vec::new();
    let mut from = log.log_start_offset();
    while from < log.log_end_offset() {
        let request = ReadRequest {
            from,
            upto: log.log_end_offset(),
            bytes_max: 1 << 20,
            min_one_batch: true,
        };
        let read = log.read(request).unwrap();
        for batch in read.batches().unwrap() {
            for record in batch.records(1 << 20).unwrap().map(Result::unwrap) {
                let text = String::from_utf8(record.value.unwrap().to_vec()).unwrap();
                if Offset(record.offset) >= log.log_start_offset() {
                    texts.push(text);
                }
            }
        }
        from = read.next_offset;
    }
    texts
}

fn put(partition: &Partition, text: &str) {
    let origin = AppendOrigin::Client;
    partition.append(&batch(&[text]), RequiredAcks::Leader, origin).unwrap();
}

fn dirs_of(cluster: &Cluster, parent: &str) -> Vec<String> {
    let entries = cluster.world.disk.list(parent.as_ref()).unwrap();
    entries
        .into_iter()
        .filter(|entry| entry.is_dir)
        .map(|entry| entry.name)
        .collect()
}

fn move_to(cluster: &Cluster, path: &str) -> Result<(), MoveError> {
    cluster.registry.move_replica(&name(), Some(TopicId(id(1))), path)
}

/// Works on moves until there is no more to do.
fn work(cluster: &Cluster) {
    while cluster.registry.advance_moves() {}
}

#[test]
fn a_replica_moves_while_it_is_appended_to_and_read() {
    let cluster = cluster();
    let partition = cluster.get(1, 0).unwrap();
    let mut expected = Vec::new();
    let mut append = |text: String| {
        put(&partition, &text);
        expected.push(text);
    };
    (0..50).for_each(|n| append(format!("before {n}")));
    let old = partition.log();
    let reading = old.read(ReadRequest {
        from: Offset(0),
        upto: Offset(50),
        bytes_max: 1 << 20,
        min_one_batch: true,
    });
    move_to(&cluster, "/b").unwrap();
    let shown = cluster.registry.directories();
    let (a, b) = (&shown[0].replicas, &shown[1].replicas);
    assert_eq!(
        (a.len(), a[0].is_future, b.len(), b[0].is_future, b[0].lag),
        (1, false, 1, true, 50)
    );
    append("meanwhile".to_owned());
    work(&cluster);
    append("after".to_owned());
    assert_eq!(records(&partition.log()), expected);
    assert_eq!(partition.log().dir(), Path::new("/b/topic-1-0"));
    assert_eq!(
        (partition.high_watermark(), partition.role().is_leader),
        (Offset(52), true)
    );
    assert_eq!(dirs_of(&cluster, "/b"), ["topic-1-0"]);
    assert!(dirs_of(&cluster, "/a").iter().all(|name| name.ends_with("-delete")));
    // Who had begun to read goes on reading.
    assert_eq!(reading.unwrap().batches().unwrap().len(), 50);
    partition.log().flush().unwrap();
    drop((partition, old));
    let mut cluster = cluster.again(&DIRS);
    assert_eq!(cluster.load(), []);
    assert_eq!(records(&cluster.get(1, 0).unwrap().log()), expected);
}

#[test]
fn a_move_is_given_up_when_the_replica_is_to_stay_or_its_topic_goes() {
    let mut cluster = cluster();
    put(&cluster.get(1, 0).unwrap(), "x");
    move_to(&cluster, "/b").unwrap();
    assert_eq!(dirs_of(&cluster, "/b").len(), 1);
    move_to(&cluster, "/a").unwrap();
    assert_eq!(dirs_of(&cluster, "/b").len(), 0);
    work(&cluster);
    assert_eq!(cluster.get(1, 0).unwrap().log().dir(), Path::new("/a/topic-1-0"));
    move_to(&cluster, "/b").unwrap();
    cluster.apply(remove(1));
    work(&cluster);
    assert_eq!(dirs_of(&cluster, "/b").len(), 0);
    assert!(!cluster.registry.is_moving());
}

#[test]
fn what_cannot_move_is_refused() {
    let cluster = cluster();
    let nowhere = MoveError::NoSuchDirectory("/c".to_owned());
    assert_eq!(move_to(&cluster, "/c"), Err(nowhere));
    let of = |topic: &str| TopicPartition {
        topic: topic.to_owned(),
        partition: PartitionId(0),
    };
    let ask = |topic: &str| cluster.registry.move_replica(&of(topic), None, "/b");
    assert_eq!(ask("nope"), Err(MoveError::NoReplica(of("nope"))));
    // 255 bytes are what a directory's name may have.
    assert!(matches!(ask(&"x".repeat(213)), Err(MoveError::NoReplica(_))));
    assert_eq!(ask(&"x".repeat(214)), Err(MoveError::NameTooLong));
    // To where it is: nothing is to be done.
    assert_eq!(move_to(&cluster, "/a"), Ok(()));
    assert!(!cluster.registry.is_moving());
}

#[test]
fn a_directory_asked_for_before_the_partition_is_there_is_where_it_comes_to_lie() {
    let mut cluster = Cluster::new(&DIRS);
    cluster.load();
    let asked = cluster.registry.move_replica(&name(), None, "/b");
    assert_eq!(asked, Err(MoveError::NoReplica(name())));
    cluster.apply(create(1, 2));
    put(&cluster.get(1, 0).unwrap(), "x");
    assert_eq!(cluster.get(1, 0).unwrap().log().dir(), Path::new("/b/topic-1-0"));
    assert_eq!(cluster.get(1, 1).unwrap().log().dir(), Path::new("/a/topic-1-1"));
}

#[test]
fn a_log_start_within_a_batch_and_an_empty_log_move_too() {
    let mut cluster = cluster();
    cluster.apply(create(2, 1));
    let partition = cluster.get(1, 0).unwrap();
    let origin = AppendOrigin::Client;
    partition
        .append(&batch(&["a", "b", "c", "d"]), RequiredAcks::Leader, origin)
        .unwrap();
    put(&partition, "e");
    partition.delete_records(DeleteUpTo::Offset(Offset(2))).unwrap();
    move_to(&cluster, "/b").unwrap();
    let two = TopicPartition {
        topic: "topic-2".to_owned(),
        ..name()
    };
    let from = cluster.get(2, 0).unwrap().log().dir().parent().unwrap().to_owned();
    let to = if from == Path::new("/a") { "/b" } else { "/a" };
    cluster.registry.move_replica(&two, Some(TopicId(id(2))), to).unwrap();
    work(&cluster);
    assert_eq!(
        (partition.log_start_offset(), partition.log_end_offset()),
        (Offset(2), Offset(5))
    );
    let empty = cluster.get(2, 0).unwrap();
    assert_eq!(
        (empty.log().dir().parent(), empty.log_end_offset()),
        (Some(Path::new(to)), Offset(0))
    );
    put(&empty, "first");
    partition.log().flush().unwrap();
    drop((partition, empty));
    let mut cluster = cluster.again(&DIRS);
    cluster.load();
    assert_eq!(cluster.get(1, 0).unwrap().log_start_offset(), Offset(2));
}

/// As [`cluster`], with directories that have ids (5 and 6), and metadata that knows them.
fn cluster_with_ids() -> Cluster {
    let mut cluster = Cluster::new(&DIRS);
    let version = FeatureLevelRecord {
        name: METADATA_VERSION.into(),
        feature_level: 33,
    };
    for (number, dir) in (5..).zip(&cluster.dirs) {
        let meta = MetaProperties {
            cluster_id: "cluster".to_owned(),
            node_id: US,
            directory_id: Some(Uuid::from_u128(number)),
            other: Default::default(),
        };
        dir.write_meta(&meta).unwrap();
    }
    cluster.load();
    cluster.apply([vec![version.into()], create(1, 1)].concat());
    assert!(note_placements(&mut cluster));
    cluster
}

fn directory(number: u128) -> DirectoryId {
    DirectoryId(Uuid::from_u128(number))
}

/// Does as the controller does when it is told where replicas are; whether it was.
fn note_placements(cluster: &mut Cluster) -> bool {
    let misplaced = cluster.registry.misplaced();
    for (topic, partition, directory) in &misplaced {
        let change = PartitionChangeRecord {
            partition_id: partition.0,
            topic_id: topic.0,
            directories: Some(vec![directory.0]),
            ..PartitionChangeRecord::default()
        };
        cluster.apply(vec![Record::from(change)]);
    }
    !misplaced.is_empty()
}

#[test]
fn the_last_step_waits_until_the_metadata_says_where_the_replica_will_be() {
    let mut cluster = cluster_with_ids();
    let placed = |cluster: &Cluster| {
        let image = cluster.image.topics.partition("topic-1", PartitionId(0)).cloned();
        image.unwrap().directory_of(US)
    };
    assert_eq!(placed(&cluster), Some(directory(5)));
    assert_eq!(cluster.registry.misplaced(), []);
    move_to(&cluster, "/b").unwrap();
    work(&cluster);
    assert_eq!(cluster.get(1, 0).unwrap().log().dir(), Path::new("/a/topic-1-0"));
    assert!(note_placements(&mut cluster), "it will be there");
    assert_eq!(placed(&cluster), Some(directory(6)));
    work(&cluster);
    assert_eq!(cluster.get(1, 0).unwrap().log().dir(), Path::new("/b/topic-1-0"));
    assert!(!note_placements(&mut cluster));
}

/// Nothing that was durable is lost, whatever write a power cut comes before, and the replica is there once.
#[test]
fn a_move_survives_a_power_cut_at_any_write() {
    let mut moved = Vec::new();
    for n in 1..400 {
        let mut cluster = cluster_with_ids();
        let partition = cluster.get(1, 0).unwrap();
        (0..20).for_each(|number| put(&partition, &format!("record {number}")));
        partition.delete_records(DeleteUpTo::Offset(Offset(3))).unwrap();
        partition.log().flush().unwrap();
        cluster.registry.checkpoint_log_starts();
        let expected = records(&partition.log());
        cluster.world.disk.fail_at(n, Fault::PowerOff);
        let begun = move_to(&cluster, "/b").is_ok();
        work(&cluster);
        note_placements(&mut cluster);
        work(&cluster);
        let done = cluster.world.disk.operations() < n;
        let at_b = partition.log().dir().starts_with("/b");
        drop(partition);
        cluster.world.disk.crash(match n % 2 {
            0 => Crash::LoseUnsynced,
            _ => Crash::KeepSome,
        });
        let mut cluster = cluster.again(&DIRS);
        assert_eq!(cluster.load(), [], "cut at write {n}");
        let partition = cluster.get(1, 0).unwrap();
        assert_eq!(records(&partition.log()), expected, "cut at write {n}");
        assert_eq!(partition.log_start_offset(), Offset(3), "cut at write {n}");
        let copies = DIRS
            .iter()
            .flat_map(|dir| dirs_of(&cluster, dir))
            .filter(|name| name == "topic-1-0");
        assert_eq!(copies.count(), 1, "cut at write {n}");
        // What was begun goes on.
        if begun {
            work(&cluster);
            note_placements(&mut cluster);
            work(&cluster);
            assert!(partition.log().dir().starts_with("/b"), "cut at write {n}");
        }
        assert_eq!(records(&partition.log()), expected, "cut at write {n}");
        put(&partition, "next");
        moved.push(at_b);
        if done {
            break;
        }
    }
    assert!(moved.len() > 20 && moved.last() == Some(&true), "{} cuts", moved.len());
    assert!(moved.iter().any(|at_b| !at_b));
}
