//! Random histories of records: applied one by one, written out and read back, they give the same image.

use std::sync::Arc;

use dmq_protocol::metadata_records::*;
use dmq_protocol::{StrBytes, Uuid};
use proptest::collection::vec;
use proptest::prelude::*;

use super::record::version_of;
use super::*;
use crate::ids::{BrokerId, LeaderEpoch, Offset, PartitionId, ProducerId, TopicId};

/// A step whose meaning depends on the image: `which` picks among what there is.
#[derive(Debug, Clone)]
enum Step {
    CreateTopic { number: u8, partitions: u8, config: bool },
    ChangePartition { which: usize, leader: i32, isr: Vec<i32> },
    RemoveTopic { which: usize },
    Configure { which: usize, value: Option<u8> },
    RegisterBroker { id: i32 },
    ChangeBroker { which: usize, fenced: i8, cordon: bool },
    Quota { user: Option<u8>, value: Option<u8> },
    TakeProducerIds,
    Feature { level: i16 },
    AddAcl { id: u8 },
    RemoveAcl { which: usize },
    SetScram { user: u8 },
    Begin,
    End,
    Abort,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<u8>(), 1..4u8, any::<bool>()).prop_map(|(number, partitions, config)| Step::CreateTopic {
            number,
            partitions,
            config
        }),
        (any::<usize>(), -1..4i32, vec(0..4i32, 0..3)).prop_map(|(which, leader, isr)| Step::ChangePartition {
            which,
            leader,
            isr
        }),
        any::<usize>().prop_map(|which| Step::RemoveTopic { which }),
        (any::<usize>(), any::<Option<u8>>()).prop_map(|(which, value)| Step::Configure { which, value }),
        (0..4i32).prop_map(|id| Step::RegisterBroker { id }),
        (any::<usize>(), -1..2i8, any::<bool>()).prop_map(|(which, fenced, cordon)| Step::ChangeBroker {
            which,
            fenced,
            cordon
        }),
        (any::<Option<u8>>(), any::<Option<u8>>()).prop_map(|(user, value)| Step::Quota { user, value }),
        Just(Step::TakeProducerIds),
        (0..3i16).prop_map(|level| Step::Feature { level }),
        any::<u8>().prop_map(|id| Step::AddAcl { id }),
        any::<usize>().prop_map(|which| Step::RemoveAcl { which }),
        any::<u8>().prop_map(|user| Step::SetScram { user }),
        Just(Step::Begin),
        Just(Step::End),
        Just(Step::Abort),
    ]
}

fn text(of: impl ToString) -> StrBytes {
    StrBytes::from(of.to_string())
}

fn pick<T>(from: impl IntoIterator<Item = T>, which: usize) -> Option<T> {
    let mut all: Vec<T> = from.into_iter().collect();
    if all.is_empty() {
        None
    } else {
        Some(all.swap_remove(which % all.len()))
    }
}

/// The records of a step; none when it makes no sense now.
fn records(delta: &MetadataDelta, step: &Step) -> Vec<Record> {
    let image = delta.image();
    let one = |record: Option<Record>| record.into_iter().collect();
    match step.clone() {
        Step::CreateTopic {
            number,
            partitions,
            config,
        } => create_topic(image, number, partitions, config),
        Step::ChangePartition { which, leader, isr } => one(pick(image.topics.iter(), which).and_then(|topic| {
            let (number, _) = pick(topic.partitions.iter(), which)?;
            let change = PartitionChangeRecord {
                partition_id: number.0,
                topic_id: topic.id.0,
                isr: Some(isr.clone()),
                leader,
                eligible_leader_replicas: Some(isr),
                ..PartitionChangeRecord::default()
            };
            Some(change.into())
        })),
        Step::RemoveTopic { which } => {
            one(pick(image.topics.iter(), which).map(|topic| RemoveTopicRecord { topic_id: topic.id.0 }.into()))
        }
        Step::Configure { which, value } => one(pick(image.topics.iter(), which).map(|topic| {
            let (resource_type, resource_name) = (2, text(&topic.name));
            let (name, value) = (text(format!("config.{}", which % 3)), value.map(text));
            ConfigRecord {
                resource_type,
                resource_name,
                name,
                value,
            }
            .into()
        })),
        Step::RegisterBroker { id } => vec![broker(id).into()],
        Step::ChangeBroker { which, fenced, cordon } => {
            one(pick(image.cluster.brokers.values(), which).map(|broker| {
                let change = BrokerRegistrationChangeRecord {
                    broker_id: broker.id.0,
                    broker_epoch: broker.epoch,
                    fenced,
                    cordoned_log_dirs: cordon.then(|| vec![Uuid::from_u128(500)]),
                    ..BrokerRegistrationChangeRecord::default()
                };
                change.into()
            }))
        }
        Step::Quota { user, value } => vec![quota(user, value).into()],
        Step::TakeProducerIds => {
            let next_producer_id = image.next_producer_id.0 + 1000;
            vec![
                ProducerIdsRecord {
                    broker_id: 1,
                    broker_epoch: 5,
                    next_producer_id,
                }
                .into(),
            ]
        }
        Step::Feature { level } => vec![
            FeatureLevelRecord {
                name: text("group.version"),
                feature_level: level,
            }
            .into(),
        ],
        Step::AddAcl { id } => one((!image.preserved.contains(&PreservedKey::Acl(acl(id).id))).then(|| acl(id).into())),
        Step::RemoveAcl { which } => {
            let acls = image.preserved.iter().filter_map(|(key, _)| match key {
                PreservedKey::Acl(id) => Some(*id),
                _ => None,
            });
            one(pick(acls, which).map(|id| RemoveAccessControlEntryRecord { id }.into()))
        }
        Step::SetScram { user } => {
            let credential = UserScramCredentialRecord {
                name: text(user),
                mechanism: 1,
                iterations: 4096,
                ..Default::default()
            };
            vec![credential.into()]
        }
        Step::Begin => one((!delta.in_transaction()).then(|| BeginTransactionRecord { name: None }.into())),
        Step::End => one(delta.in_transaction().then(|| EndTransactionRecord {}.into())),
        Step::Abort => one(delta
            .in_transaction()
            .then(|| AbortTransactionRecord { reason: None }.into())),
    }
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_read_back_is_the_image_it_was_written_from(steps in vec(step(), 0..60)) {
        let mut delta = start();
        for step in &steps {
            for record in records(&delta, step) {
                delta.apply(&record).unwrap();
            }
        }
        let (image, _) = finish(delta);
        let mut read = MetadataDelta::new(&MetadataImage::empty("cluster"));
        for record in image.to_records() {
            let bytes = record.encode(version_of(&record, 33)).unwrap();
            read.apply(&Record::decode(bytes).unwrap()).unwrap();
        }
        prop_assert_eq!(finish(read).0, image);
    }

    #[test]
    fn images_taken_on_the_way_do_not_change_where_the_way_leads(steps in vec(step(), 0..60), every in 1..7usize) {
        let (mut whole, mut parts) = (start(), start());
        for (number, step) in steps.iter().enumerate() {
            for record in records(&whole, step) {
                whole.apply(&record).unwrap();
                parts.apply(&record).unwrap();
            }
            if number % every == 0 && !parts.in_transaction() {
                parts = MetadataDelta::new(&finish(parts).0);
            }
        }
        prop_assert_eq!(finish(whole).0, finish(parts).0);
    }

    #[test]
    fn the_changes_name_every_topic_partition_and_config_that_differs(
        before in vec(step(), 0..30), after in vec(step(), 0..30),
    ) {
        let mut delta = start();
        for record in before.iter().flat_map(|step| { let new = records(&delta, step); apply_all(&mut delta, &new); new }) {
            drop(record);
        }
        let (old, _) = finish(delta);
        let mut delta = MetadataDelta::new(&old);
        for step in &after {
            let new = records(&delta, step);
            apply_all(&mut delta, &new);
        }
        let (new, changes) = finish(delta);
        let created: Vec<TopicId> = new.topics.iter().map(|t| t.id).filter(|id| old.topics.by_id(*id).is_none()).collect();
        for topic in &created {
            prop_assert!(changes.topics_created.contains(topic));
        }
        for topic in old.topics.iter() {
            match new.topics.by_id(topic.id) {
                None => prop_assert!(changes.topics_deleted.contains(&topic.id)),
                Some(now) => for (number, partition) in &now.partitions {
                    let differs = topic.partition(*number) != Some(partition);
                    let told = changes.partitions_changed.contains(&(topic.id, *number));
                    prop_assert!(!differs || told || changes.topics_created.contains(&topic.id));
                },
            }
        }
        for topic in &changes.topics_created {
            prop_assert!(new.topics.by_id(*topic).is_some());
        }
        for (resource, values) in new.configs.iter() {
            prop_assert!(old.configs.of(resource) == Some(values) || changes.configs_changed.contains(resource));
        }
        for (resource, values) in old.configs.iter() {
            prop_assert!(new.configs.of(resource) == Some(values) || changes.configs_changed.contains(resource));
        }
    }
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

#[test]
fn records_that_do_not_fit_are_refused_and_change_nothing() {
    let mut delta = topic_with_partition();
    let before = finish(delta.clone());
    let (known, unknown) = (TopicId(Uuid::from_u128(1000)), TopicId(Uuid::from_u128(4)));
    let mut refused = |record: Record| delta.apply(&record).unwrap_err();
    let again = TopicRecord {
        name: text("topic.0"),
        topic_id: unknown.0,
    };
    assert_eq!(
        refused(again.into()),
        ApplyError::TopicExists {
            name: "topic.0".into(),
            topic: unknown
        }
    );
    let remove = RemoveTopicRecord { topic_id: unknown.0 };
    let record = "RemoveTopicRecord";
    assert_eq!(
        refused(remove.into()),
        ApplyError::UnknownTopic { record, topic: unknown }
    );
    let record = "PartitionChangeRecord";
    let elsewhere = PartitionChangeRecord {
        partition_id: 9,
        ..change()
    };
    let partition = PartitionId(9);
    assert_eq!(
        refused(elsewhere.into()),
        ApplyError::UnknownPartition {
            record,
            topic: known,
            partition
        }
    );
    let strange = PartitionChangeRecord { leader: -7, ..change() };
    assert_eq!(
        refused(strange.into()),
        ApplyError::InvalidField {
            record,
            field: "Leader",
            value: -7
        }
    );
    let back = ProducerIdsRecord {
        broker_id: 1,
        broker_epoch: 0,
        next_producer_id: -5,
    };
    assert_eq!(
        refused(back.into()),
        ApplyError::ProducerIdsGoBack { present: 0, named: -5 }
    );
    let fence = FenceBrokerRecord { id: 3, epoch: 0 };
    let broker = BrokerId(3);
    assert_eq!(
        refused(fence.into()),
        ApplyError::UnknownBroker {
            record: "FenceBrokerRecord",
            broker
        }
    );
    assert_eq!(
        refused(EndTransactionRecord {}.into()),
        ApplyError::NoTransaction {
            record: "EndTransactionRecord"
        }
    );
    assert_eq!(finish(delta), before);
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
