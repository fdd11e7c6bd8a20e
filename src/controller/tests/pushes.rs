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

#[tokio::test]
async fn topics_are_made_only_by_whoever_owns_the_metadata() {
    let disk = disk();
    let external = settings(&[("metadata.service-url", "http://controller:9091")]);
    let controller = Controller::start(config(&disk, external, None)).unwrap();
    let refused = create(&controller.handle(), "t", 1).await.unwrap_err();
    assert!(refused.to_string().contains("http://controller:9091"), "{refused}");
}
