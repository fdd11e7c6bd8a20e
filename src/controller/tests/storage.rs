//! What the controller's files survive: power cuts, failing disks, damage; and that Apache Kafka's are continued.

use crate::disk::Fault;

use super::*;

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
async fn a_full_disk_refuses_changes_until_there_is_room_again() {
    let disk = disk();
    let settings = settings(&[("metadata.log.max.record.bytes.between.snapshots", "4096")]);
    let controller = Controller::start(config(&disk, settings.clone(), None)).unwrap();
    disk.set_capacity(8_000);
    let mut expected = BTreeMap::new();
    let refused = loop {
        let name = format!("t-{}", expected.len());
        match create(&controller.handle(), &name, 2).await {
            Ok(id) => expected.insert(name, (id.unwrap(), 2)),
            Err(refused) => break refused,
        };
    };
    assert!(matches!(refused, ControllerError::LogFailed { .. }), "{refused}");
    assert!(
        expected.len() > 5,
        "{} topics: the snapshot that did not fit ended it",
        expected.len()
    );
    disk.set_capacity(u64::MAX);
    expected.insert("later".to_owned(), (create_ok(&controller, "later").await, 2));
    assert_eq!(topics(&image(&controller)), expected);
    disk.crash(Crash::LoseUnsynced);
    let controller = Controller::start(config(&disk, settings, None)).unwrap();
    assert_eq!(topics(&image(&controller)), expected);
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
