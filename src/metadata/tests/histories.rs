//! Random histories of records: applied one by one, written out and read back, they give the same image.

use dmq_protocol::metadata_records::*;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

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
    if let Step::CreateTopic {
        number,
        partitions,
        config,
    } = *step
    {
        return create_topic(image, number, partitions, config);
    }
    let open = delta.in_transaction();
    let record: Option<Record> = match step.clone() {
        Step::CreateTopic { .. } => None,
        Step::ChangePartition { which, leader, isr } => change_partition(image, which, leader, isr),
        Step::RemoveTopic { which } => {
            pick(image.topics.iter(), which).map(|topic| RemoveTopicRecord { topic_id: topic.id.0 }.into())
        }
        Step::Configure { which, value } => pick(image.topics.iter(), which).map(|topic| {
            let (resource_type, resource_name) = (2, text(&topic.name));
            let (name, value) = (text(format!("config.{}", which % 3)), value.map(text));
            ConfigRecord {
                resource_type,
                resource_name,
                name,
                value,
            }
            .into()
        }),
        Step::RegisterBroker { id } => Some(broker(id).into()),
        Step::ChangeBroker { which, fenced, cordon } => change_broker(image, which, fenced, cordon),
        Step::Quota { user, value } => Some(quota(user, value).into()),
        Step::TakeProducerIds => {
            let next_producer_id = image.next_producer_id.0 + 1000;
            Some(
                ProducerIdsRecord {
                    broker_id: 1,
                    broker_epoch: 5,
                    next_producer_id,
                }
                .into(),
            )
        }
        Step::Feature { level } => Some(
            FeatureLevelRecord {
                name: text("group.version"),
                feature_level: level,
            }
            .into(),
        ),
        Step::AddAcl { id } => (!image.preserved.contains(&PreservedKey::Acl(acl(id).id))).then(|| acl(id).into()),
        Step::RemoveAcl { which } => remove_acl(image, which),
        Step::SetScram { user } => {
            let (name, mechanism, iterations) = (text(user), 1, 4096);
            Some(
                UserScramCredentialRecord {
                    name,
                    mechanism,
                    iterations,
                    ..Default::default()
                }
                .into(),
            )
        }
        Step::Begin => (!open).then(|| BeginTransactionRecord { name: None }.into()),
        Step::End => open.then(|| EndTransactionRecord {}.into()),
        Step::Abort => open.then(|| AbortTransactionRecord { reason: None }.into()),
    };
    record.into_iter().collect()
}

fn change_partition(image: &MetadataImage, which: usize, leader: i32, isr: Vec<i32>) -> Option<Record> {
    let topic = pick(image.topics.iter(), which)?;
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
}

fn change_broker(image: &MetadataImage, which: usize, fenced: i8, cordon: bool) -> Option<Record> {
    let broker = pick(image.cluster.brokers.values(), which)?;
    let change = BrokerRegistrationChangeRecord {
        broker_id: broker.id.0,
        broker_epoch: broker.epoch,
        fenced,
        cordoned_log_dirs: cordon.then(|| vec![Uuid::from_u128(500)]),
        ..BrokerRegistrationChangeRecord::default()
    };
    Some(change.into())
}

fn remove_acl(image: &MetadataImage, which: usize) -> Option<Record> {
    let acls = image.preserved.iter().filter_map(|(key, _)| match key {
        PreservedKey::Acl(id) => Some(*id),
        _ => None,
    });
    pick(acls, which).map(|id| RemoveAccessControlEntryRecord { id }.into())
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
