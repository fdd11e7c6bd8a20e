//! What each record does to an image, and what is refused. Random histories are in `histories`.

mod histories;

use std::sync::Arc;

use dmq_protocol::metadata_records::*;
use dmq_protocol::{StrBytes, Uuid};

use super::record::version_of;
use super::*;
use crate::ids::{BrokerId, LeaderEpoch, Offset, PartitionId, ProducerId, TopicId};

fn text(of: impl ToString) -> StrBytes {
    StrBytes::from(of.to_string())
}

fn create_topic(image: &MetadataImage, number: u8, partitions: u8, config: bool) -> Vec<Record> {
    let name = format!("topic.{number}");
    if image.topics.by_name(&name).is_some() {
        return Vec::new();
    }
    let topic_id = Uuid::from_u128(1000 + u128::from(number));
    let mut records = vec![
        TopicRecord {
            name: text(&name),
            topic_id,
        }
        .into(),
    ];
    if config {
        let value = Some(text("1"));
        records.push(
            ConfigRecord {
                resource_type: 2,
                resource_name: text(&name),
                name: text("a"),
                value,
            }
            .into(),
        );
    }
    records.extend((0..i32::from(partitions)).map(|partition_id| {
        let partition = PartitionRecord {
            partition_id,
            topic_id,
            replicas: vec![1, 2],
            isr: vec![1],
            leader: 1,
            leader_epoch: 0,
            partition_epoch: 0,
            directories: vec![Uuid::from_u128(200), Uuid::from_u128(201)],
            ..PartitionRecord::default()
        };
        Record::from(partition)
    }));
    records
}

fn broker(id: i32) -> RegisterBrokerRecord {
    RegisterBrokerRecord {
        broker_id: id,
        broker_epoch: i64::from(id) * 10,
        incarnation_id: Uuid::from_u128(77),
        end_points: vec![BrokerEndpoint {
            name: text("PLAINTEXT"),
            host: text("h"),
            port: 9092,
            security_protocol: 0,
        }],
        features: vec![BrokerFeature {
            name: text("f"),
            min_supported_version: 0,
            max_supported_version: 1,
        }],
        rack: (id % 2 == 0).then(|| text("r")),
        log_dirs: vec![Uuid::from_u128(300)],
        cordoned_log_dirs: Some(Vec::new()),
        ..RegisterBrokerRecord::default()
    }
}

fn quota(user: Option<u8>, value: Option<u8>) -> ClientQuotaRecord {
    ClientQuotaRecord {
        entity: vec![EntityData {
            entity_type: text("user"),
            entity_name: user.map(text),
        }],
        key: text("producer_byte_rate"),
        value: value.map_or(0.0, f64::from),
        remove: value.is_none(),
    }
}

fn acl(id: u8) -> AccessControlEntryRecord {
    AccessControlEntryRecord {
        id: Uuid::from_u128(u128::from(id) + 1),
        principal: text("User:u"),
        ..Default::default()
    }
}

fn start() -> MetadataDelta {
    let mut delta = MetadataDelta::new(&MetadataImage::empty("cluster"));
    delta
        .apply(
            &FeatureLevelRecord {
                name: text(METADATA_VERSION),
                feature_level: 33,
            }
            .into(),
        )
        .unwrap();
    delta
}

fn finish(delta: MetadataDelta) -> (Arc<MetadataImage>, MetadataChanges) {
    delta.finish(Provenance::NONE)
}

fn apply_all(delta: &mut MetadataDelta, records: &[Record]) {
    for record in records {
        delta.apply(record).unwrap();
    }
}

fn topic_with_partition() -> MetadataDelta {
    let mut delta = start();
    let records = create_topic(delta.image(), 0, 1, true);
    apply_all(&mut delta, &records);
    delta
}

fn change() -> PartitionChangeRecord {
    PartitionChangeRecord {
        partition_id: 0,
        topic_id: Uuid::from_u128(1000),
        ..PartitionChangeRecord::default()
    }
}

#[test]
fn a_change_of_leader_raises_the_leader_epoch_also_when_there_is_none() {
    let mut delta = topic_with_partition();
    let shape = |delta: &MetadataDelta| {
        let partition = delta
            .image()
            .topics
            .partition("topic.0", PartitionId(0))
            .unwrap()
            .clone();
        (partition.leader, partition.leader_epoch, partition.partition_epoch)
    };
    assert_eq!(shape(&delta), (Some(BrokerId(1)), LeaderEpoch(0), 0));
    delta
        .apply(
            &PartitionChangeRecord {
                isr: Some(vec![1, 2]),
                ..change()
            }
            .into(),
        )
        .unwrap();
    assert_eq!(shape(&delta), (Some(BrokerId(1)), LeaderEpoch(0), 1));
    delta
        .apply(&PartitionChangeRecord { leader: -1, ..change() }.into())
        .unwrap();
    assert_eq!(shape(&delta), (None, LeaderEpoch(1), 2));
    delta
        .apply(&PartitionChangeRecord { leader: 1, ..change() }.into())
        .unwrap();
    assert_eq!(shape(&delta), (Some(BrokerId(1)), LeaderEpoch(2), 3));
}

#[test]
fn an_aborted_group_leaves_nothing_and_an_open_one_is_not_seen() {
    let mut delta = topic_with_partition();
    let before = finish(delta.clone());
    delta.apply(&BeginTransactionRecord { name: None }.into()).unwrap();
    delta
        .apply(
            &RemoveTopicRecord {
                topic_id: Uuid::from_u128(1000),
            }
            .into(),
        )
        .unwrap();
    assert!(delta.in_transaction() && delta.image().topics.is_empty());
    assert_eq!(finish(delta.clone()), before);
    delta.apply(&AbortTransactionRecord { reason: None }.into()).unwrap();
    assert_eq!(finish(delta), before);
}

/// What a record is refused with; it must change nothing.
fn refused(record: impl Into<Record>) -> ApplyError {
    let mut delta = topic_with_partition();
    let before = finish(delta.clone());
    let error = delta.apply(&record.into()).unwrap_err();
    assert_eq!(finish(delta), before);
    error
}

#[test]
fn records_about_topics_that_do_not_fit_are_refused_and_change_nothing() {
    let (known, unknown) = (TopicId(Uuid::from_u128(1000)), TopicId(Uuid::from_u128(4)));
    let again = TopicRecord {
        name: text("topic.0"),
        topic_id: unknown.0,
    };
    assert_eq!(
        refused(again),
        ApplyError::TopicExists {
            name: "topic.0".into(),
            topic: unknown
        }
    );
    let record = "RemoveTopicRecord";
    let remove = RemoveTopicRecord { topic_id: unknown.0 };
    assert_eq!(refused(remove), ApplyError::UnknownTopic { record, topic: unknown });
    let record = "PartitionChangeRecord";
    let partition = PartitionId(9);
    let elsewhere = PartitionChangeRecord {
        partition_id: partition.0,
        ..change()
    };
    assert_eq!(
        refused(elsewhere),
        ApplyError::UnknownPartition {
            record,
            topic: known,
            partition
        }
    );
    let strange = PartitionChangeRecord { leader: -7, ..change() };
    assert_eq!(
        refused(strange),
        ApplyError::InvalidField {
            record,
            field: "Leader",
            value: -7
        }
    );
}

#[test]
fn other_records_that_do_not_fit_are_refused_and_change_nothing() {
    let back = ProducerIdsRecord {
        broker_id: 1,
        broker_epoch: 0,
        next_producer_id: -5,
    };
    assert_eq!(refused(back), ApplyError::ProducerIdsGoBack { present: 0, named: -5 });
    let (record, broker) = ("FenceBrokerRecord", BrokerId(3));
    assert_eq!(
        refused(FenceBrokerRecord { id: 3, epoch: 0 }),
        ApplyError::UnknownBroker { record, broker }
    );
    let record = "EndTransactionRecord";
    assert_eq!(refused(EndTransactionRecord {}), ApplyError::NoTransaction { record });
    let nothing = RemoveAccessControlEntryRecord { id: Uuid::from_u128(9) };
    assert!(matches!(refused(nothing), ApplyError::NothingToRemove { .. }));
}

#[test]
fn a_record_for_another_incarnation_of_a_broker_is_refused() {
    let mut delta = start();
    delta.apply(&broker(2).into()).unwrap();
    let stale = UnfenceBrokerRecord { id: 2, epoch: 3 };
    let (record, broker) = ("UnfenceBrokerRecord", BrokerId(2));
    let error = ApplyError::BrokerEpochMismatch {
        record,
        broker,
        present: 20,
        named: 3,
    };
    assert_eq!(delta.apply(&stale.into()), Err(error));
    delta.apply(&UnfenceBrokerRecord { id: 2, epoch: 20 }.into()).unwrap();
    assert_eq!(delta.image().cluster.unfenced().count(), 1);
}

#[test]
fn a_topic_made_and_removed_between_two_images_is_in_no_change() {
    let mut delta = topic_with_partition();
    delta
        .apply(
            &RemoveTopicRecord {
                topic_id: Uuid::from_u128(1000),
            }
            .into(),
        )
        .unwrap();
    let (image, changes) = delta.finish(Provenance {
        last_offset: Offset(9),
        ..Provenance::NONE
    });
    assert!(image.topics.is_empty() && image.configs.of_topic("topic.0").is_none());
    assert!(changes.topics_created.is_empty() && changes.topics_deleted.is_empty());
    assert_eq!(
        (image.provenance.last_offset, image.next_producer_id),
        (Offset(9), ProducerId(0))
    );
}
