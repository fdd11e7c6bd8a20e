//! Pushes of an external controller: what outlives a crash, and who leads after it.

use super::*;
use crate::controller::{MetadataPush, Pushed, PushedPartition, PushedState, pushed_leader_epoch};

fn pushed(partition: i32, leader: i32) -> PushedPartition {
    PushedPartition {
        topic: "t".to_owned(),
        topic_id: None,
        partition: PartitionId(partition),
        leader: Some(BrokerId(leader)),
        followers: vec![BrokerId(3 - leader)],
        isr: None,
        leader_epoch: Some(77),
    }
}

#[tokio::test]
async fn an_answered_push_is_there_whole_after_a_crash_and_no_one_is_elected() {
    for crash in [Crash::LoseUnsynced, Crash::Process] {
        let disk = disk();
        let external = settings(&[("metadata.service-url", "http://controller")]);
        let begin = || {
            let mut start = config(&disk, external.clone(), None);
            start.elects = false;
            Controller::start(start).unwrap()
        };
        let controller = begin();
        // So many that they are written as a transaction of several batches.
        let push = MetadataPush {
            version: Some(9),
            timestamp_ms: Some(5),
            partitions: (0..20_000).map(|number| pushed(number, 1 + number % 2)).collect(),
            ..MetadataPush::default()
        };
        assert_eq!(controller.handle().push(push).await.unwrap(), Ok(Pushed::Applied));
        let before = image(&controller);
        disk.crash(crash);
        let controller = begin();
        let after = image(&controller);
        assert_eq!(PushedState::of(&after), PushedState::of(&before));
        let topic = after.topics.by_name("t").unwrap();
        assert_eq!(topic.partitions.len(), 20_000);
        assert_eq!(pushed_leader_epoch(&after, topic.id, PartitionId(19_999)), Some(77));
        // The leader's log may have lost its end, so a new epoch of the same leadership begins; others stay.
        let role = |number: i32| {
            let partition = topic.partition(PartitionId(number)).unwrap();
            (partition.leader, partition.leader_epoch)
        };
        assert_eq!(role(0), (Some(BrokerId(1)), LeaderEpoch(1)));
        assert_eq!(role(1), (Some(BrokerId(2)), LeaderEpoch(0)));
    }
}

/// Two brokers of a pair gave out the id 0 each; the second producer's records were taken for the first one's repeated,
/// acknowledged, and thrown away.
#[tokio::test]
async fn brokers_of_one_metadata_service_never_give_out_the_same_producer_id() {
    let mut taken = std::collections::BTreeSet::new();
    for (node, url) in [
        ("1", ""),
        ("0", "http://c"),
        ("1", "http://c"),
        ("2", "http://c"),
        ("1048574", "http://c"),
    ] {
        let disk = disk();
        let mut pairs = vec![("node.id", node)];
        pairs.extend((!url.is_empty()).then_some(("metadata.service-url", url)));
        let settings = settings(&pairs);
        for _ in 0..3 {
            let controller = Controller::start(config(&disk, settings.clone(), None)).unwrap();
            for _ in 0..2 {
                let block = controller.handle().allocate_producer_ids().await.unwrap();
                assert!(block.first.0 + block.len <= 1 << 62, "{block:?}");
                assert!(taken.insert(block.first.0), "{block:?} again");
            }
            controller.shutdown().await.unwrap();
        }
    }
    // Also without a setting, once something was pushed: no other broker may have the ids from now on.
    let controller = start(&disk());
    let before = controller.handle().allocate_producer_ids().await.unwrap().first.0;
    let push = MetadataPush {
        version: Some(1),
        ..MetadataPush::default()
    };
    controller.handle().push(push).await.unwrap().unwrap();
    let after = controller.handle().allocate_producer_ids().await.unwrap().first.0;
    assert_eq!((before, after), (0, 2 << 42));
}

#[tokio::test]
async fn topics_are_made_only_by_whoever_owns_the_metadata() {
    let disk = disk();
    let external = settings(&[("metadata.service-url", "http://controller:9091")]);
    let controller = Controller::start(config(&disk, external, None)).unwrap();
    let refused = create(&controller.handle(), "t", 1).await.unwrap_err();
    assert!(refused.to_string().contains("http://controller:9091"), "{refused}");
}
