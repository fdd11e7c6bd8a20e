//! The whole controller on a simulated disk: starts, restarts, storms, publishing. What its files survive is in `storage`.

mod pushes;
mod storage;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use dmq_protocol::Uuid;

use super::*;
use crate::config::Settings;
use crate::disk::{Crash, Disk, SimDisk};
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
