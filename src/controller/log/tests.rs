//! Batches and snapshots there and back, and as Kafka 4.4 wrote them.

use std::path::Path;

use bytes::Bytes;
use dmq_protocol::control_records::ControlRecordType;
use dmq_protocol::metadata_records::{FeatureLevelRecord, NoOpRecord, TopicRecord};
use dmq_protocol::records::RecordBatch;
use dmq_protocol::{StrBytes, Uuid};

use super::batches::{self, Content, Stamp};
use super::kraft::KRaft;
use super::snapshot_file::{self, SnapshotId};
use crate::controller::error::LogFailure;
use crate::disk::{Disk, SimDisk};
use crate::ids::{LeaderEpoch, Offset};
use crate::metadata::Record;

const STAMP: Stamp = Stamp {
    epoch: 4,
    now_ms: 1_700_000_000_000,
    metadata_version: 33,
};
const DIR: &str = "/log/__cluster_metadata-0";
const ID: SnapshotId = SnapshotId {
    end_offset: Offset(7),
    epoch: LeaderEpoch(4),
};

fn topic(number: u128) -> Record {
    let name = StrBytes::from(format!("topic-{number}"));
    TopicRecord {
        name,
        topic_id: Uuid::from_u128(number),
    }
    .into()
}

fn split(mut bytes: Bytes) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    while !bytes.is_empty() {
        batches.push(RecordBatch::split_first(&mut bytes).unwrap());
    }
    batches
}

fn records(batches: &[RecordBatch]) -> Vec<(i64, Record)> {
    batches
        .iter()
        .flat_map(|batch| match batches::read(batch).unwrap() {
            Content::Records(records) => records,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_group_is_one_batch() {
    let group = vec![topic(1), NoOpRecord {}.into()];
    let (bytes, count) = batches::group(10, &group, STAMP).unwrap();
    let batches = split(bytes);
    assert_eq!((batches.len(), count), (1, 2));
    assert_eq!(
        (batches[0].partition_leader_epoch(), batches[0].verify_crc()),
        (4, true)
    );
    assert_eq!(records(&batches), vec![(10, topic(1)), (11, NoOpRecord {}.into())]);
}

#[test]
fn a_group_too_large_for_a_batch_is_a_transaction() {
    let group: Vec<Record> = (0..40_000).map(topic).collect();
    let (bytes, count) = batches::group(0, &group, STAMP).unwrap();
    let batches = split(bytes);
    assert!(batches.len() > 1);
    let read = records(&batches);
    assert_eq!(count, 40_002);
    assert!(read.iter().map(|(offset, _)| *offset).eq(0..count));
    assert!(matches!(read[0].1, Record::BeginTransaction(_)));
    assert!(matches!(read[40_001].1, Record::EndTransaction(_)));
    assert!(read[1..40_001].iter().map(|(_, record)| record).eq(&group));
}

fn written(disk: &SimDisk, records: &[Record]) -> u64 {
    disk.create_dir_all(Path::new(DIR)).unwrap();
    let kraft = (1_234, &KRaft::default());
    snapshot_file::write(disk, Path::new(DIR), ID, kraft, records.iter().cloned(), STAMP).unwrap()
}

#[test]
fn a_snapshot_is_read_as_it_was_written() {
    let disk = SimDisk::new(1);
    let records: Vec<Record> = (0..40_000).map(topic).collect();
    written(&disk, &records);
    assert_eq!(snapshot_file::list(&disk, Path::new(DIR)), Ok(vec![ID]));
    let read = snapshot_file::read(&disk, Path::new(DIR), ID).unwrap();
    assert_eq!((read.last_timestamp_ms, read.kraft), (1_234, KRaft::default()));
    assert!(read.records == records);
}

#[test]
fn a_snapshot_cut_short_or_changed_is_refused() {
    let disk = SimDisk::new(1);
    let len = written(&disk, &[topic(1), topic(2)]);
    let path = ID.path(Path::new(DIR));
    let whole = disk.read(&path, len).unwrap();
    for cut in 0..whole.len() {
        disk.write_atomically(&path, &whole[..cut]).unwrap();
        let read = snapshot_file::read(&disk, Path::new(DIR), ID);
        assert!(
            matches!(read, Err(LogFailure::BadSnapshot { .. })),
            "{cut} bytes: {read:?}"
        );
    }
    for position in (0..whole.len()).step_by(3) {
        let mut changed = whole.clone();
        changed[position] ^= 0x10;
        disk.write_atomically(&path, &changed).unwrap();
        // Offset and epoch are outside the CRC, and mean nothing in a snapshot.
        let read = snapshot_file::read(&disk, Path::new(DIR), ID);
        let same = || read.as_ref().is_ok_and(|read| read.records == [topic(1), topic(2)]);
        assert!(read.is_err() || same(), "byte {position}");
    }
}

#[test]
fn the_bootstrap_snapshot_that_kafka_wrote_is_read() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/kafka-4.4/clean/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"
    );
    let disk = SimDisk::new(1);
    disk.create_dir_all(Path::new(DIR)).unwrap();
    disk.write_atomically(
        &SnapshotId::BOOTSTRAP.path(Path::new(DIR)),
        &std::fs::read(file).unwrap(),
    )
    .unwrap();
    let read = snapshot_file::read(&disk, Path::new(DIR), SnapshotId::BOOTSTRAP).unwrap();
    assert_eq!(read.last_timestamp_ms, 1_795_445_524_312);
    let level = |name: &'static str, feature_level| {
        Record::from(FeatureLevelRecord {
            name: StrBytes::from(name),
            feature_level,
        })
    };
    let expected = [
        level("metadata.version", 33),
        level("eligible.leader.replicas.version", 1),
        level("group.version", 1),
        level("share.version", 2),
        level("streams.version", 1),
        level("transaction.version", 2),
    ];
    assert_eq!(read.records, expected);
    assert_eq!(crate::controller::bootstrap::features(), expected);
}

#[test]
fn kraft_control_records_go_from_one_snapshot_to_the_next() {
    use dmq_protocol::control_records::{ControlRecord, KRaftVersionRecord, VotersRecord};
    let mut kraft = KRaft::default();
    let version = KRaftVersionRecord {
        version: 0,
        kraft_version: 1,
    }
    .to_value()
    .unwrap();
    let voters = VotersRecord {
        version: 0,
        voters: Vec::new(),
    }
    .to_value()
    .unwrap();
    let records = vec![
        (ControlRecordType::KRaftVersion, version),
        (ControlRecordType::KRaftVoters, voters),
    ];
    kraft.note_all(records, 0).unwrap();
    let disk = SimDisk::new(1);
    disk.create_dir_all(Path::new(DIR)).unwrap();
    snapshot_file::write(&disk, Path::new(DIR), ID, (0, &kraft), [topic(1)].into_iter(), STAMP).unwrap();
    assert_eq!(snapshot_file::read(&disk, Path::new(DIR), ID).unwrap().kraft, kraft);
}

fn golden(kind: &str, file: &str) -> Vec<u8> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/kafka-4.4");
    std::fs::read(format!("{root}/{kind}/{file}")).unwrap()
}

/// Topic, partition and topic id of each partition that Kafka had.
fn golden_partitions() -> Vec<(String, i32, String)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/kafka-4.4/records.jsonl");
    let lines = std::fs::read_to_string(path).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let partitions = lines.filter(|line| !line["topic_id"].is_null()).map(|line| {
        let text = |field: &str| line[field].as_str().unwrap().to_owned();
        (
            text("topic"),
            i32::try_from(line["partition"].as_i64().unwrap()).unwrap(),
            text("topic_id"),
        )
    });
    partitions.collect()
}

#[test]
fn the_log_that_kafka_wrote_replays_to_its_topics_with_their_leader_epochs() {
    use crate::metadata::{MetadataDelta, MetadataImage, Provenance};
    for kind in ["clean", "killed"] {
        let bytes = golden(kind, "__cluster_metadata-0/00000000000000000000.log");
        let mut delta = MetadataDelta::new(&MetadataImage::empty("c"));
        for batch in split(bytes.into()) {
            assert!(batch.verify_crc());
            if let Content::Records(records) = batches::read(&batch).unwrap() {
                records.iter().for_each(|(_, record)| delta.apply(record).unwrap());
            }
        }
        let (image, _) = delta.finish(Provenance::NONE);
        let mut partitions = 0;
        for (topic, partition, id) in golden_partitions() {
            let found = image
                .topics
                .by_name(&topic)
                .unwrap_or_else(|| panic!("no topic {topic}"));
            assert_eq!(found.id.to_string(), id);
            let partition = found.partition(crate::ids::PartitionId(partition)).unwrap();
            // Kafka started three times, and takes the leadership away when it stops.
            let (epoch, leader) = if kind == "clean" { (5, None) } else { (4, Some(1)) };
            assert_eq!(
                (partition.leader_epoch.0, partition.leader.map(|id| id.0)),
                (epoch, leader),
                "{topic}"
            );
            partitions += 1;
        }
        let others = ["__transaction_state"];
        assert_eq!(
            partitions + others.len(),
            image.topics.iter().map(|topic| topic.partitions.len()).sum::<usize>()
        );
        assert!(image.topics.by_name("gone").is_none());
        let retention = image
            .configs
            .of_topic("codecs")
            .and_then(|set| set.get("retention.ms"))
            .map(|v| v.to_string());
        assert_eq!((image.next_producer_id.0, retention.as_deref()), (3000, Some("-1")));
    }
}
