//! The whole controller on a simulated disk: restarts, crashes, storms, snapshots, and the directory of Apache Kafka.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use dmq_protocol::Uuid;

use super::*;
use crate::config::Settings;
use crate::disk::{Crash, Disk, Fault, SimDisk};
use crate::env::{ManualClock, SeededRandom};
use crate::ids::{BrokerId, LeaderEpoch, PartitionId, TopicId};
use crate::metadata::*;

const DIR: &str = "/data";
const LOG: &str = "/data/__cluster_metadata-0";

fn settings(pairs: &[(&str, &str)]) -> Arc<Settings> {
    Arc::new(Settings::from_pairs(pairs.iter().copied()).unwrap())
}

fn config(disk: &SimDisk, settings: Arc<Settings>, previous_broker_epoch: Option<i64>) -> StartController {
    let directory = DirectoryId(Uuid::from_u128(700));
    StartController {
        settings,
        disk: Arc::new(disk.clone()),
        clock: Arc::new(ManualClock::at(1_700_000_000_000)),
        random: Arc::new(SeededRandom::new(3 + disk.operations())),
        metadata_dir: PathBuf::from(DIR),
        metadata_directory_id: directory,
        cluster_id: "cluster".to_owned(),
        log_dirs: vec![directory],
        endpoints: vec![Endpoint {
            listener: Arc::from("PLAINTEXT"),
            host: Arc::from("localhost"),
            port: 9092,
            security_protocol: 0,
        }],
        previous_broker_epoch,
        elects: true,
    }
}

fn start(disk: &SimDisk) -> Controller {
    Controller::start(config(disk, settings(&[]), None)).unwrap()
}

fn disk() -> SimDisk {
    let disk = SimDisk::new(11);
    disk.create_dir_all(Path::new(DIR)).unwrap();
    disk
}

fn image(controller: &Controller) -> Arc<MetadataImage> {
    controller.handle().metadata().load_full()
}

async fn create(
    handle: &ControllerHandle,
    name: &str,
    num_partitions: i32,
) -> Result<Result<TopicId, TopicError>, ControllerError> {
    let topic = NewTopic {
        num_partitions,
        ..NewTopic::with_defaults(name)
    };
    let outcomes = handle
        .create_topics(CreateTopics {
            topics: vec![topic],
            validate_only: false,
        })
        .await?;
    Ok(outcomes.into_iter().next().unwrap().result.map(|created| created.id))
}

async fn create_ok(controller: &Controller, name: &str) -> TopicId {
    create(&controller.handle(), name, 2).await.unwrap().unwrap()
}

/// Topic names with their ids and how many partitions each has.
fn topics(image: &MetadataImage) -> BTreeMap<String, (TopicId, usize)> {
    image
        .topics
        .iter()
        .map(|topic| (topic.name.to_string(), (topic.id, topic.partitions.len())))
        .collect()
}

#[tokio::test]
async fn a_first_start_makes_a_cluster_with_this_broker_in_service() {
    let disk = disk();
    let controller = start(&disk);
    let image = image(&controller);
    let levels: Vec<_> = image
        .features
        .iter()
        .map(|(name, level)| (name.to_owned(), level))
        .collect();
    let expected = FEATURES.iter().filter(|feature| feature.default_level > 0);
    let mut expected: Vec<_> = expected
        .map(|feature| (feature.name.to_owned(), feature.default_level))
        .collect();
    expected.sort();
    assert_eq!(levels, expected);
    let broker = image.cluster.broker(BrokerId(1)).unwrap();
    assert_eq!((broker.fenced, broker.epoch), (false, controller.broker_epoch()));
    assert_eq!(broker.endpoint("PLAINTEXT").map(|endpoint| endpoint.port), Some(9092));
    assert_eq!(image.cluster.controllers.len(), 1);
    let file = Path::new(LOG).join("quorum-state");
    let state = String::from_utf8(disk.read(&file, 4096).unwrap()).unwrap();
    assert!(state.contains(r#""leaderEpoch":1"#), "{state}");
    assert!(
        disk.exists(&Path::new(LOG).join("00000000000000000000-0000000000.checkpoint"))
            .unwrap()
    );
}

#[tokio::test]
async fn a_restart_keeps_topics_and_ids_and_never_repeats_producer_ids() {
    let disk = disk();
    let mut blocks = Vec::new();
    let mut expected = BTreeMap::new();
    let mut previous = None;
    for round in 0..4 {
        let controller = Controller::start(config(&disk, settings(&[]), previous)).unwrap();
        assert_eq!(topics(&image(&controller)), expected);
        let name = format!("topic-{round}");
        expected.insert(name.clone(), (create_ok(&controller, &name).await, 2));
        blocks.push(controller.handle().allocate_producer_ids().await.unwrap().first.0);
        previous = Some(controller.broker_epoch());
        if round % 2 == 0 {
            controller.shutdown().await.unwrap();
        } else {
            disk.crash(Crash::LoseUnsynced);
            previous = None;
        }
    }
    assert_eq!(blocks, [0, 1000, 2000, 3000]);
}

#[tokio::test]
async fn leaders_go_on_in_their_epoch_only_after_a_clean_stop() {
    let disk = disk();
    let controller = start(&disk);
    create_ok(&controller, "t").await;
    let epoch = controller.broker_epoch();
    controller.shutdown().await.unwrap();
    let leader = |controller: &Controller| {
        let partition = image(controller).topics.partition("t", PartitionId(1)).unwrap().clone();
        (partition.leader, partition.leader_epoch)
    };
    let controller = Controller::start(config(&disk, settings(&[]), Some(epoch))).unwrap();
    assert_eq!(leader(&controller), (Some(BrokerId(1)), LeaderEpoch(0)));
    assert!(controller.broker_epoch() > epoch);
    disk.crash(Crash::Process);
    let controller = start(&disk);
    assert_eq!(leader(&controller), (Some(BrokerId(1)), LeaderEpoch(1)));
}

/// Records of the kinds that are only kept.
fn kept_records() -> Vec<Record> {
    use dmq_protocol::metadata_records::*;
    let quota = ClientQuotaRecord {
        entity: vec![EntityData {
            entity_type: "user".into(),
            entity_name: None,
        }],
        key: "producer_byte_rate".into(),
        value: 1024.5,
        remove: false,
    };
    let acl = AccessControlEntryRecord {
        id: Uuid::from_u128(5),
        principal: "User:a".into(),
        ..Default::default()
    };
    let scram = UserScramCredentialRecord {
        name: "a".into(),
        mechanism: 2,
        salt: vec![1, 2].into(),
        ..Default::default()
    };
    let token = DelegationTokenRecord {
        owner: "User:a".into(),
        token_id: "id".into(),
        ..Default::default()
    };
    let broker = ConfigRecord {
        resource_type: 4,
        resource_name: "1".into(),
        name: "log.retention.ms".into(),
        value: Some("7".into()),
    };
    vec![quota.into(), acl.into(), scram.into(), token.into(), broker.into()]
}

#[tokio::test]
async fn the_image_that_a_restart_loads_is_the_one_that_was_published() {
    for snapshot_after in ["1", "100000"] {
        let disk = disk();
        let settings = settings(&[("metadata.log.max.record.bytes.between.snapshots", snapshot_after)]);
        let controller = Controller::start(config(&disk, settings.clone(), None)).unwrap();
        create_ok(&controller, "t").await;
        controller.handle().submit(kept_records()).await.unwrap();
        controller.handle().allocate_producer_ids().await.unwrap();
        let (before, epoch) = (image(&controller), controller.broker_epoch());
        controller.shutdown().await.unwrap();
        let controller = Controller::start(config(&disk, settings, Some(epoch))).unwrap();
        let after = image(&controller);
        assert_eq!(after.preserved.iter().count(), 3);
        // The start registered the node anew; all else is as it was.
        let mut expected = MetadataImage::clone(&before);
        (expected.provenance, expected.cluster) = (after.provenance, after.cluster.clone());
        assert_eq!(*after, expected);
    }
}

/// Notes every image that is published.
#[derive(Default)]
struct Watcher(Mutex<Vec<(Arc<MetadataImage>, MetadataChanges)>>);

impl MetadataPublisher for Watcher {
    fn name(&self) -> &'static str {
        "watcher"
    }

    fn publish(&self, old: &Arc<MetadataImage>, new: &Arc<MetadataImage>, changes: &MetadataChanges) {
        let mut seen = self.0.lock().unwrap();
        if let Some((before, _)) = seen.last() {
            assert!(Arc::ptr_eq(before, old), "an image was passed over");
            assert!(new.provenance.last_offset > old.provenance.last_offset);
        }
        seen.push((new.clone(), changes.clone()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_of_requests_each_topic_is_made_once_and_whole() {
    let disk = disk();
    let controller = start(&disk);
    let watcher = Arc::new(Watcher::default());
    controller.handle().register_publisher(watcher.clone()).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..200 {
        let handle = controller.handle();
        tasks.spawn(async move { create(&handle, &format!("topic-{}", task % 50), 3).await.unwrap() });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 50);
    assert!(results.iter().flatten().all(|id| *id != TopicId::ZERO));
    let seen = watcher.0.lock().unwrap();
    for (image, changes) in seen.iter() {
        assert!(image.topics.iter().all(|topic| topic.partitions.len() == 3));
        assert!(
            changes
                .topics_created
                .iter()
                .all(|id| image.topics.by_id(*id).is_some())
        );
    }
    assert_eq!(
        seen.iter()
            .map(|(_, changes)| changes.topics_created.len())
            .sum::<usize>(),
        50
    );
    assert_eq!(seen.last().unwrap().0.topics.len(), 50);
}

#[tokio::test]
async fn a_publisher_has_seen_a_change_before_its_asker_is_answered() {
    let disk = disk();
    let controller = start(&disk);
    create_ok(&controller, "before").await;
    let watcher = Arc::new(Watcher::default());
    controller.handle().register_publisher(watcher.clone()).await.unwrap();
    assert_eq!(watcher.0.lock().unwrap()[0].1.topics_created.len(), 1);
    let id = create_ok(&controller, "after").await;
    assert!(watcher.0.lock().unwrap().last().unwrap().1.topics_created.contains(&id));
    assert!(controller.handle().metadata().load().topics.by_id(id).is_some());
}

#[tokio::test]
async fn records_that_do_not_apply_are_refused_whole() {
    let disk = disk();
    let controller = start(&disk);
    let before = image(&controller);
    let good = dmq_protocol::metadata_records::TopicRecord {
        name: "t".into(),
        topic_id: Uuid::from_u128(900),
    };
    let bad = dmq_protocol::metadata_records::RemoveTopicRecord {
        topic_id: Uuid::from_u128(901),
    };
    let refused = controller.handle().submit(vec![good.into(), bad.into()]).await;
    assert!(
        matches!(refused, Err(ControllerError::Inapplicable { .. })),
        "{refused:?}"
    );
    let open = dmq_protocol::metadata_records::BeginTransactionRecord { name: None };
    let refused = controller.handle().submit(vec![open.into()]).await;
    assert!(
        matches!(refused, Err(ControllerError::Inapplicable { .. })),
        "{refused:?}"
    );
    assert_eq!(image(&controller), before);
    create_ok(&controller, "t").await;
}

#[tokio::test]
async fn what_was_answered_survives_a_power_cut_at_any_write() {
    let mut cuts = 0;
    for n in 1..200 {
        let disk = disk();
        disk.fail_at(n, Fault::PowerOff);
        let mut answered = BTreeMap::new();
        if let Ok(controller) = Controller::start(config(&disk, settings(&[]), None)) {
            for number in 0..6 {
                let name = format!("t-{number}");
                match create(&controller.handle(), &name, 2).await {
                    Ok(result) => drop(answered.insert(name, (result.unwrap(), 2))),
                    Err(_) => break,
                }
            }
        }
        let finished = answered.len() == 6;
        disk.crash(if n % 2 == 0 {
            Crash::LoseUnsynced
        } else {
            Crash::KeepSome
        });
        let controller = start(&disk);
        let found = topics(&image(&controller));
        for (name, topic) in &answered {
            assert_eq!(found.get(name), Some(topic), "cut at write {n}");
        }
        assert!(
            found.values().all(|(_, partitions)| *partitions == 2),
            "cut at write {n}: half a topic"
        );
        if finished {
            break;
        }
        cuts += 1;
    }
    assert!(cuts > 10, "{cuts} cuts");
}

#[tokio::test]
async fn a_failed_log_accepts_nothing_more_and_changes_nothing() {
    let disk = disk();
    let controller = start(&disk);
    create_ok(&controller, "before").await;
    let before = image(&controller);
    disk.fail_at(1, Fault::Io);
    let failed = create(&controller.handle(), "t", 1).await;
    assert!(matches!(failed, Err(ControllerError::LogFailed { .. })), "{failed:?}");
    disk.fail_never();
    assert!(matches!(
        create(&controller.handle(), "u", 1).await,
        Err(ControllerError::LogFailed { .. })
    ));
    assert_eq!(image(&controller), before);
    assert!(controller.shutdown().await.is_err());
}

fn snapshots(disk: &SimDisk) -> Vec<String> {
    let names = disk.list(Path::new(LOG)).unwrap().into_iter().map(|entry| entry.name);
    names.filter(|name| name.ends_with(".checkpoint")).collect()
}

async fn many_topics(disk: &SimDisk) -> (Arc<Settings>, Arc<MetadataImage>) {
    let settings = settings(&[("metadata.log.max.record.bytes.between.snapshots", "4096")]);
    let controller = Controller::start(config(disk, settings.clone(), None)).unwrap();
    for number in 0..100 {
        create_ok(&controller, &format!("t-{number}")).await;
    }
    let handle = controller.handle();
    let delete = (0..50).map(|number| TopicRef::Name(format!("t-{number}"))).collect();
    handle.delete_topics(delete).await.unwrap();
    let image = image(&controller);
    controller.shutdown().await.unwrap();
    (settings, image)
}

#[tokio::test]
async fn snapshots_let_the_beginning_of_the_log_go_and_lose_nothing() {
    let disk = disk();
    let (settings, before) = many_topics(&disk).await;
    let kept = snapshots(&disk);
    assert_eq!(kept.len(), 3, "the bootstrap one and two more: {kept:?}");
    let first_segment = Path::new(LOG).join("00000000000000000000.log");
    assert!(!disk.exists(&first_segment).unwrap());
    disk.crash(Crash::LoseUnsynced);
    let controller = Controller::start(config(&disk, settings, None)).unwrap();
    assert_eq!(topics(&image(&controller)), topics(&before));
    assert_eq!(image(&controller).features, before.features);
    assert_eq!(image(&controller).configs, before.configs);
}

#[tokio::test]
async fn a_damaged_snapshot_is_replaced_by_the_one_before_it() {
    let disk = disk();
    let (settings, before) = many_topics(&disk).await;
    let newest = Path::new(LOG).join(snapshots(&disk).pop().unwrap());
    disk.damage(&newest, 200, &[0xff; 16]).unwrap();
    let controller = Controller::start(config(&disk, settings.clone(), None)).unwrap();
    assert_eq!(topics(&image(&controller)), topics(&before));
    disk.crash(Crash::Process);
    for name in snapshots(&disk) {
        disk.damage(&Path::new(LOG).join(name), 100, &[0xff; 16]).unwrap();
    }
    let refused = Controller::start(config(&disk, settings, None)).unwrap_err();
    assert!(
        matches!(refused, StartError::Log(LogFailure::BadSnapshot { .. })),
        "{refused}"
    );
}

#[tokio::test]
async fn the_directory_of_apache_kafka_is_continued() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/kafka-4.4");
    for (kind, clean, epoch_before) in [("clean", Some(126), 5), ("killed", None, 4)] {
        let disk = disk();
        disk.create_dir_all(Path::new(LOG)).unwrap();
        for entry in std::fs::read_dir(format!("{root}/{kind}/__cluster_metadata-0")).unwrap() {
            let path = entry.unwrap().path();
            let to = Path::new(LOG).join(path.file_name().unwrap());
            disk.write_atomically(&to, &std::fs::read(&path).unwrap()).unwrap();
        }
        let controller = Controller::start(config(&disk, settings(&[]), clean)).unwrap();
        let image = image(&controller);
        let names: Vec<_> = image.topics.iter().map(|topic| topic.name.to_string()).collect();
        let expected = "__transaction_state appendtime codecs deleted-records empty segments times transactions";
        assert_eq!(names.join(" "), expected);
        for partition in image.topics.iter().flat_map(|topic| topic.partitions.values()) {
            assert_eq!(
                (partition.leader, partition.leader_epoch.0),
                (Some(BrokerId(1)), epoch_before + 1)
            );
            assert_eq!(
                (partition.isr.as_slice(), partition.elr.as_slice()),
                (&[BrokerId(1)][..], &[][..])
            );
        }
        assert_eq!(controller.handle().allocate_producer_ids().await.unwrap().first.0, 3000);
        let state = disk.read(&Path::new(LOG).join("quorum-state"), 4096).unwrap();
        assert!(String::from_utf8(state).unwrap().contains(r#""leaderEpoch":4"#));
        create_ok(&controller, "ours").await;
        controller.shutdown().await.unwrap();
        let controller = start(&disk);
        assert_eq!(controller.handle().metadata().load().topics.len(), names.len() + 1);
    }
}

#[tokio::test]
async fn garbage_in_the_directory_is_named_and_not_written_over() {
    let disk = disk();
    disk.create_dir_all(Path::new(LOG)).unwrap();
    disk.write_atomically(&Path::new(LOG).join("quorum-state"), b"not json")
        .unwrap();
    let refused = Controller::start(config(&disk, settings(&[]), None)).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("/data/__cluster_metadata-0/quorum-state is damaged"),
        "{refused}"
    );
    let others = br#"{"leaderId":3,"leaderEpoch":9,"votedId":-1,"currentVoters":[{"voterId":1},{"voterId":3}],"data_version":0}"#;
    disk.write_atomically(&Path::new(LOG).join("quorum-state"), others)
        .unwrap();
    let refused = Controller::start(config(&disk, settings(&[]), None)).unwrap_err();
    assert_eq!(refused, StartError::Log(LogFailure::OtherVoters { others: vec![3] }));
}

#[tokio::test]
async fn a_group_that_a_crash_left_open_is_given_up_by_the_next_start() {
    use dmq_protocol::metadata_records::{BeginTransactionRecord, TopicRecord};
    let disk = disk();
    start(&disk).shutdown().await.unwrap();
    let (mut log, loaded) =
        log::MetadataLog::open(start::open_log(&config(&disk, settings(&[]), None), false)).unwrap();
    assert!(!loaded.delta.in_transaction());
    let half = TopicRecord {
        name: "half".into(),
        topic_id: Uuid::from_u128(900),
    };
    log.append(&[vec![BeginTransactionRecord { name: None }.into(), half.into()]], 33)
        .unwrap();
    log.flush().unwrap();
    disk.crash(Crash::LoseUnsynced);
    let controller = start(&disk);
    assert_eq!(topics(&image(&controller)), BTreeMap::new());
    create_ok(&controller, "half").await;
    disk.crash(Crash::LoseUnsynced);
    assert_eq!(topics(&image(&start(&disk))).len(), 1);
}
