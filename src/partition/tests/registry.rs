//! The registry follows the metadata: replicas come, change and go with it, and so do their files.

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::{ConfigRecord, PartitionRecord, RemoveTopicRecord, TopicRecord};

use super::*;
use crate::env::Clock;
use crate::log::LogDir;
use crate::metadata::{MetadataDelta, MetadataImage, MetadataWriter, Record};

pub(super) struct Cluster {
    pub(super) world: World,
    pub(super) dirs: Vec<Arc<LogDir>>,
    pub(super) registry: Arc<PartitionRegistry>,
    writer: MetadataWriter,
    image: Arc<MetadataImage>,
}

impl Cluster {
    pub(super) fn new(dirs: &[&str]) -> Cluster {
        Cluster::on(World::new(), dirs, &Arc::new(MetadataImage::empty("cluster")))
    }

    /// A broker that starts on a disk with an image, as after a restart.
    pub(super) fn on(world: World, dirs: &[&str], image: &Arc<MetadataImage>) -> Cluster {
        let open = |path: &&str| {
            let opened = LogDir::open(Arc::new(world.disk.clone()), path.as_ref());
            Arc::new(opened.unwrap())
        };
        let dirs: Vec<_> = dirs.iter().map(open).collect();
        let registry = Arc::new(PartitionRegistry::new(OpenRegistry {
            broker_id: US,
            dirs: dirs.clone(),
            settings: world.settings.clone(),
            durability: Durability::Os,
            group_commit: Arc::clone(&world.commit),
            disk: Arc::new(world.disk.clone()),
            clock: Arc::clone(&world.clock) as _,
            random: Arc::new(SeededRandom::new(3)),
        }));
        Cluster {
            writer: MetadataWriter::new(Arc::clone(image)),
            world,
            dirs,
            registry,
            image: Arc::clone(image),
        }
    }

    /// Opens what is on disk, then follows the metadata.
    pub(super) fn load(&mut self) -> Vec<RegistryError> {
        let errors = self.registry.load(&self.image, &|_| {}).unwrap();
        self.writer.register(Arc::clone(&self.registry) as _);
        errors
    }

    /// Writes records as the controller does.
    pub(super) fn apply(&mut self, records: Vec<Record>) {
        let mut delta = MetadataDelta::new(&self.image);
        for record in &records {
            delta.apply(record).unwrap();
        }
        let (image, changes) = delta.finish(self.image.provenance);
        self.image = Arc::clone(&image);
        self.writer.publish(image, &changes);
    }

    pub(super) fn get(&self, topic: u128, number: i32) -> Option<Arc<Partition>> {
        self.registry.get(TopicId(id(topic)), PartitionId(number))
    }

    /// Ends this broker as a crash or a stop does, and starts the next one with the same metadata.
    pub(super) fn again(self, dirs: &[&str]) -> Cluster {
        let Cluster {
            world,
            registry,
            writer,
            image,
            dirs: locked,
        } = self;
        drop((registry, writer, locked));
        Cluster::on(world, dirs, &image)
    }
}

fn id(topic: u128) -> Uuid {
    Uuid::from_u128(1_000 + topic)
}

fn topic(number: u128) -> Record {
    TopicRecord {
        name: StrBytes::from(format!("topic-{number}")),
        topic_id: id(number),
    }
    .into()
}

fn partition(topic: u128, partition_id: i32) -> PartitionRecord {
    PartitionRecord {
        partition_id,
        topic_id: id(topic),
        replicas: vec![US.0],
        isr: vec![US.0],
        leader: US.0,
        leader_epoch: 0,
        partition_epoch: 0,
        directories: vec![DirectoryId::UNASSIGNED.0],
        ..PartitionRecord::default()
    }
}

pub(super) fn create(number: u128, partitions: i32) -> Vec<Record> {
    let mut records = vec![topic(number)];
    records.extend((0..partitions).map(|which| Record::from(partition(number, which))));
    records
}

pub(super) fn remove(number: u128) -> Vec<Record> {
    vec![RemoveTopicRecord { topic_id: id(number) }.into()]
}

pub(super) fn config(number: u128, name: &str, value: &str) -> Record {
    ConfigRecord {
        resource_type: 2,
        resource_name: StrBytes::from(format!("topic-{number}")),
        name: StrBytes::from(name.to_owned()),
        value: Some(StrBytes::from(value.to_owned())),
    }
    .into()
}

#[test]
fn topics_that_appear_get_replicas_that_lead_and_later_partitions_too() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    cluster.apply(create(1, 2));
    assert_eq!(cluster.registry.len(), 2);
    assert_eq!(
        append(&cluster.get(1, 1).unwrap(), RequiredAcks::Leader)
            .info
            .first_offset,
        Offset(0)
    );
    cluster.apply(vec![partition(1, 2).into()]);
    append(&cluster.get(1, 2).unwrap(), RequiredAcks::Leader);
    let led_elsewhere = PartitionRecord {
        replicas: vec![US.0, THEM.0],
        isr: vec![THEM.0],
        leader: THEM.0,
        directories: vec![DirectoryId::UNASSIGNED.0; 2],
        ..partition(1, 3)
    };
    let held_elsewhere = PartitionRecord {
        replicas: vec![THEM.0],
        ..led_elsewhere.clone()
    };
    let held_elsewhere = PartitionRecord {
        partition_id: 4,
        directories: vec![DirectoryId::UNASSIGNED.0],
        ..held_elsewhere
    };
    cluster.apply(vec![led_elsewhere.into(), held_elsewhere.into()]);
    assert!(!cluster.get(1, 3).unwrap().role().is_leader);
    assert!(cluster.get(1, 4).is_none());
}

#[test]
fn settings_of_a_topic_reach_its_replicas_and_their_logs_while_they_work() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    let mut records = create(1, 1);
    records.push(config(1, "max.message.bytes", "200"));
    cluster.apply(records);
    let partition = cluster.get(1, 0).unwrap();
    let large = batch(&[&"x".repeat(300)]);
    let append = || partition.append(&large, RequiredAcks::Leader, AppendOrigin::Client);
    assert!(matches!(
        append(),
        Err(PartitionError::Log(LogError::RecordTooLarge { max: 200, .. }))
    ));
    cluster.apply(vec![
        config(1, "max.message.bytes", "1000"),
        config(1, "min.insync.replicas", "3"),
    ]);
    assert!(append().is_ok());
    assert_eq!(partition.settings().min_insync_replicas, 3);
    cluster.apply(vec![
        ConfigRecord {
            resource_type: 2,
            resource_name: "topic-1".into(),
            name: "max.message.bytes".into(),
            value: None,
        }
        .into(),
    ]);
    assert_eq!(
        partition.settings().max_message_bytes,
        cluster.world.settings.broker().message_max_bytes()
    );
}

#[test]
fn a_deleted_topics_files_go_after_their_delay_and_a_new_one_of_the_name_is_empty() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    let mut records = create(1, 1);
    records.push(config(1, "file.delete.delay.ms", "5000"));
    cluster.apply(records);
    append(&cluster.get(1, 0).unwrap(), RequiredAcks::Leader);
    cluster.apply(remove(1));
    assert!(cluster.get(1, 0).is_none());
    cluster.apply(vec![
        TopicRecord {
            name: "topic-1".into(),
            topic_id: id(2),
        }
        .into(),
        partition(2, 0).into(),
    ]);
    assert_eq!(cluster.get(2, 0).unwrap().log_end_offset(), Offset(0));
    append(&cluster.get(2, 0).unwrap(), RequiredAcks::Leader);

    let doomed = || cluster.dirs[0].pending_deletions().unwrap().len();
    cluster.registry.remove_doomed();
    assert_eq!(doomed(), 1);
    cluster.world.clock.advance(Duration::from_millis(5_000));
    cluster.registry.remove_doomed();
    assert_eq!(doomed(), 0);
    assert_eq!(cluster.get(2, 0).unwrap().log_end_offset(), Offset(1));
}

#[test]
fn a_restart_finds_what_was_there_and_sets_aside_what_belongs_to_nobody() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    for number in 1..=3 {
        cluster.apply(create(number, 1));
        append(&cluster.get(number, 0).unwrap(), RequiredAcks::Leader);
    }
    for partition in cluster.registry.all() {
        partition.close().unwrap();
    }
    // While the broker was down, topic 2 was deleted, and topic 3 deleted and made again.
    let mut meanwhile = MetadataDelta::new(&cluster.image);
    let again = TopicRecord {
        name: "topic-3".into(),
        topic_id: id(4),
    };
    for record in [remove(2), remove(3), vec![again.into(), partition(4, 0).into()]].concat() {
        meanwhile.apply(&record).unwrap();
    }
    cluster.image = meanwhile.finish(cluster.image.provenance).0;

    let mut cluster = cluster.again(&["/data"]);
    assert_eq!(cluster.load(), []);
    assert_eq!(cluster.get(1, 0).unwrap().high_watermark(), Offset(1));
    assert_eq!(cluster.get(4, 0).unwrap().log_end_offset(), Offset(0));
    append(&cluster.get(4, 0).unwrap(), RequiredAcks::Leader);
    let names = cluster.world.disk.list("/data".as_ref()).unwrap();
    let aside = names.iter().filter(|entry| entry.name.ends_with("-stray"));
    assert_eq!(aside.count(), 2, "{names:?}");
}

#[test]
fn a_partition_whose_files_cannot_be_opened_is_offline_and_not_made_anew() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    cluster.apply([create(1, 1), create(2, 1)].concat());
    for number in 1..=2 {
        append(&cluster.get(number, 0).unwrap(), RequiredAcks::Leader);
    }
    cluster.registry.close(1);
    let file = "/data/topic-1-0/partition.metadata";
    cluster.world.disk.damage(file.as_ref(), 0, b"garbage!").unwrap();

    let mut cluster = cluster.again(&["/data"]);
    let errors = cluster.load();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].to_string().contains("topic-1-0"), "{}", errors[0]);
    assert!(cluster.get(1, 0).is_none());
    assert_eq!(cluster.get(2, 0).unwrap().log_end_offset(), Offset(1));
    // Whatever the metadata says next, nothing is written over the records that are there.
    cluster.apply(vec![config(1, "retention.ms", "1"), partition(1, 1).into()]);
    assert!(cluster.get(1, 0).is_none());
    assert!(cluster.get(1, 1).is_some());
    cluster.registry.close(1);
    assert!(
        !cluster
            .world
            .disk
            .exists("/data/.kafka_cleanshutdown".as_ref())
            .unwrap()
    );
}

#[test]
fn a_clean_stop_is_marked_and_the_next_start_believes_its_checkpoints() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    cluster.apply(create(1, 2));
    append(&cluster.get(1, 0).unwrap(), RequiredAcks::Leader);
    cluster.registry.close(9);
    let mut cluster = cluster.again(&["/data"]);
    assert!(cluster.dirs[0].was_shut_down_cleanly());
    assert_eq!(cluster.dirs[0].previous_broker_epoch(), Some(9));
    assert_eq!(cluster.load(), []);
    assert_eq!(cluster.get(1, 0).unwrap().high_watermark(), Offset(1));
    assert_eq!(cluster.get(1, 1).unwrap().high_watermark(), Offset(0));
}

#[test]
fn a_failed_partition_keeps_its_directory_from_being_called_clean() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    cluster.apply(create(1, 1));
    let partition = cluster.get(1, 0).unwrap();
    append(&partition, RequiredAcks::Leader);
    cluster.world.disk.fail_at(1, Fault::Io);
    assert!(
        partition
            .append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Client)
            .is_err()
    );
    cluster.world.disk.fail_never();
    cluster.registry.close(1);
    assert!(
        !cluster
            .world
            .disk
            .exists("/data/.kafka_cleanshutdown".as_ref())
            .unwrap()
    );
}

#[test]
fn new_replicas_go_where_the_metadata_says_or_where_the_fewest_are() {
    let mut cluster = Cluster::new(&["/one", "/two"]);
    cluster.load();
    cluster.apply(create(1, 4));
    for number in 0..4 {
        append(&cluster.get(1, number).unwrap(), RequiredAcks::Leader);
    }
    let count = |dir: &str| {
        let names = cluster.world.disk.list(dir.as_ref()).unwrap();
        names.iter().filter(|entry| entry.name.starts_with("topic-")).count()
    };
    assert_eq!((count("/one"), count("/two")), (2, 2));
}

#[test]
fn flush_ms_has_old_appends_synced() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    let mut records = create(1, 1);
    records.push(config(1, "flush.ms", "1000"));
    cluster.apply(records);
    let partition = cluster.get(1, 0).unwrap();
    let appended = append(&partition, RequiredAcks::Leader);
    let wait = CommitWait::new(1);
    partition.flushes.park(appended.commit, 0, &wait, || Offset::ZERO);
    cluster.registry.flush_due();
    assert_eq!(wait.outcome(), [None]);
    cluster.world.clock.advance(Duration::from_millis(1_000));
    cluster.registry.flush_due();
    assert_eq!(settled(&wait), Ok(()));
    assert!(cluster.world.clock.now_ms() > 0);
}
