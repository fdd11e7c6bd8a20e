//! A replica as leader: what is committed when, who is told, and what a failing disk does. The registry is in `registry`.
//!
//! Syncs run on one thread, which a test can keep busy ([`World::hold_syncs`]): what is appended meanwhile is written and
//! not durable, for as long as the test likes.

mod compaction;
mod directories;
mod registry;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::Uuid;
use dmq_protocol::compression::Compression;
use dmq_protocol::records::{BatchBuilder, TimestampType};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::purgatory::{CommitWait, Commitment};
use super::*;
use crate::config::{LiveSettings, Settings};
use crate::disk::{Crash, Disk, Durability as _, Fault, GroupCommitConfig, SimDisk, SyncTicket, Syncable};
use crate::env::{ManualClock, SeededRandom, SystemClock};
use crate::ids::PartitionId;
use crate::log::{AppendOrigin, LogError, OpenLog};
use crate::metadata::{DirectoryId, LeaderRecoveryState};

const US: BrokerId = BrokerId(1);
const THEM: BrokerId = BrokerId(2);
/// Only failures take that long.
const PATIENCE: Duration = Duration::from_secs(60);

struct World {
    disk: SimDisk,
    clock: Arc<ManualClock>,
    commit: Arc<GroupCommit>,
    settings: LiveSettings,
}

impl World {
    fn new() -> World {
        let config = GroupCommitConfig {
            threads_max: 1,
            thread_idle: Duration::from_millis(1),
        };
        let disk = SimDisk::new(7);
        disk.create_dir_all("/data".as_ref()).unwrap();
        World {
            disk,
            clock: Arc::new(ManualClock::at(1_700_000_000_000)),
            commit: Arc::new(GroupCommit::new(config, Arc::new(SystemClock::new()))),
            settings: LiveSettings::fixed(Settings::default()),
        }
    }

    /// A partition that this broker leads in epoch 0.
    fn leader(&self, durability: Durability, settings: &[(&str, &str)]) -> Arc<Partition> {
        let partition = self.open(durability, settings);
        partition.set_role(&image(US, 0), US).unwrap();
        partition
    }

    fn open(&self, durability: Durability, settings: &[(&str, &str)]) -> Arc<Partition> {
        let settings = TopicSettings::resolve(&self.settings.broker(), settings.iter().copied()).unwrap();
        let name = TopicPartition {
            topic: "t".to_owned(),
            partition: PartitionId(0),
        };
        let topic_id = TopicId(Uuid::from_u128(1_000));
        let log = OpenLog {
            disk: Arc::new(self.disk.clone()),
            clock: Arc::clone(&self.clock) as _,
            random: Arc::new(SeededRandom::new(1)),
            dir: PathBuf::from("/data/t-0"),
            topic_partition: name.clone(),
            topic_id: Some(topic_id),
            config: Arc::new(log_config(&self.settings.broker(), &settings)),
            log_start_offset: Offset::ZERO,
            recovery_point: Offset::ZERO,
            clean_shutdown: false,
            on_progress: None,
        };
        let opened = Partition::open(OpenReplica {
            name,
            topic_id,
            log,
            settings: Arc::new(settings),
            durability,
            group_commit: Arc::clone(&self.commit),
            high_watermark: Offset::ZERO,
            meter: Arc::default(),
        });
        opened.unwrap()
    }

    /// Keeps the sync thread busy until the hold is dropped.
    fn hold_syncs(&self) -> Hold {
        let (entered, has_entered) = channel();
        let (release, released) = channel();
        let target: Arc<dyn Syncable> = Arc::new(Busy {
            ticket: SyncTicket::default(),
            entered,
            released: Mutex::new(released),
        });
        self.commit.submit(&target);
        has_entered.recv_timeout(PATIENCE).unwrap();
        Hold(release)
    }
}

/// Something whose sync takes until it is told to end.
struct Busy {
    ticket: SyncTicket,
    entered: Sender<()>,
    released: Mutex<Receiver<()>>,
}

impl Syncable for Busy {
    fn sync(&self) {
        self.entered.send(()).unwrap();
        // Ends when the hold is dropped.
        let _ = self.released.lock().recv();
    }

    fn ticket(&self) -> &SyncTicket {
        &self.ticket
    }
}

struct Hold(#[expect(dead_code, reason = "dropping it is what counts")] Sender<()>);

fn image(leader: BrokerId, epoch: i32) -> PartitionImage {
    PartitionImage {
        replicas: vec![US, THEM],
        directories: vec![DirectoryId::UNASSIGNED; 2],
        isr: vec![leader],
        removing_replicas: Vec::new(),
        adding_replicas: Vec::new(),
        elr: Vec::new(),
        last_known_elr: Vec::new(),
        leader: Some(leader),
        leader_recovery_state: LeaderRecoveryState::Recovered,
        leader_epoch: LeaderEpoch(epoch),
        partition_epoch: epoch,
    }
}

fn batch(values: &[&str]) -> Bytes {
    let mut batch = BatchBuilder::new(0, Compression::None, TimestampType::CreateTime);
    for value in values {
        batch
            .append(1_700_000_000_000, None, Some(value.as_bytes()), &[])
            .unwrap();
    }
    batch.build().unwrap()
}

fn append(partition: &Partition, acks: RequiredAcks) -> Appended {
    partition.append(&batch(&["x"]), acks, AppendOrigin::Client).unwrap()
}

/// Parks a request for an append.
fn park(partition: &Partition, appended: &Appended) -> Arc<CommitWait> {
    let wait = CommitWait::new(1);
    partition.wait_for_commit(appended, 0, &wait);
    wait
}

/// What became of a parked request.
fn settled(wait: &CommitWait) -> Commitment {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let waited = async { tokio::time::timeout(PATIENCE, wait.wait()).await };
    runtime.unwrap().block_on(waited).expect("it is settled");
    wait.outcome().remove(0).unwrap()
}

fn from(offset: i64) -> FetchFrom {
    FetchFrom {
        offset: Offset(offset),
        current_leader_epoch: None,
        last_fetched_epoch: None,
        isolation: Isolation::ReadUncommitted,
    }
}

fn has_records(partition: &Partition, offset: i64) -> bool {
    !partition.read(from(offset), 1 << 20, true).unwrap().is_empty()
}

#[test]
fn nothing_is_committed_or_readable_before_it_is_on_stable_storage() {
    let world = World::new();
    let partition = world.leader(Durability::Fsync, &[]);
    let hold = world.hold_syncs();
    let wait = park(&partition, &append(&partition, RequiredAcks::All));
    assert_eq!(
        (partition.log_end_offset(), partition.high_watermark()),
        (Offset(1), Offset(0))
    );
    assert!(!has_records(&partition, 0));
    assert_eq!(wait.outcome(), [None]);
    drop(hold);
    assert_eq!(settled(&wait), Ok(()));
    assert_eq!(partition.high_watermark(), Offset(1));
    assert!(has_records(&partition, 0));
    // What was called committed survives the loss of everything that was not synced.
    world.disk.crash(Crash::LoseUnsynced);
    assert_eq!(world.leader(Durability::Fsync, &[]).high_watermark(), Offset(1));
}

#[test]
fn with_kafkas_durability_what_is_written_is_committed() {
    let world = World::new();
    let partition = world.leader(Durability::Os, &[]);
    let _hold = world.hold_syncs();
    let wait = park(&partition, &append(&partition, RequiredAcks::All));
    assert_eq!(wait.outcome(), [Some(Ok(()))]);
    assert_eq!(partition.high_watermark(), Offset(1));
}

#[test]
fn one_sync_commits_all_appends_before_it() {
    let world = World::new();
    let partition = world.leader(Durability::Fsync, &[]);
    let hold = world.hold_syncs();
    let waits: Vec<_> = (0..50)
        .map(|_| park(&partition, &append(&partition, RequiredAcks::All)))
        .collect();
    drop(hold);
    for wait in &waits {
        assert_eq!(settled(wait), Ok(()));
    }
    let shared = world.commit.metrics().shared.get();
    assert_eq!(shared, 49);
}

#[test]
fn a_failed_sync_fails_who_waits_and_everything_after() {
    let world = World::new();
    let partition = world.leader(Durability::Fsync, &[]);
    settled(&park(&partition, &append(&partition, RequiredAcks::All))).unwrap();
    let hold = world.hold_syncs();
    let waits = [(); 3].map(|()| park(&partition, &append(&partition, RequiredAcks::All)));
    world.disk.fail_at(1, Fault::Io);
    drop(hold);
    for wait in &waits {
        assert_eq!(settled(wait), Err(PartitionError::StorageFailed));
    }
    assert_eq!(partition.high_watermark(), Offset(1));
    assert!(partition.has_failed());
    let refused = partition.append(&batch(&["late"]), RequiredAcks::Leader, AppendOrigin::Client);
    assert_eq!(refused, Err(PartitionError::StorageFailed));
    assert_eq!(
        partition.read(from(0), 1, true).unwrap_err(),
        PartitionError::StorageFailed
    );
    // Nor does closing claim anything, and who parks now is not left waiting.
    partition.close().unwrap();
    let late = Appended {
        info: crate::log::AppendInfo {
            first_offset: Offset(3),
            last_offset: Offset(3),
            log_append_time_ms: None,
            log_start_offset: Offset(0),
            duplicate: false,
            rolled: false,
            bytes: 0,
            records: 1,
        },
        commit: Offset(4),
        flush_demanded: false,
    };
    assert_eq!(
        park(&partition, &late).outcome(),
        [Some(Err(PartitionError::StorageFailed))]
    );
}

#[test]
fn a_full_disk_refuses_and_a_broken_one_ends_the_partition() {
    let world = World::new();
    let partition = world.leader(Durability::Os, &[]);
    append(&partition, RequiredAcks::Leader);
    let refused = |fault: Fault| {
        world.disk.fail_at(1, fault);
        let refused = partition.append(&batch(&["y"]), RequiredAcks::Leader, AppendOrigin::Client);
        world.disk.fail_never();
        refused.unwrap_err()
    };
    assert!(matches!(
        refused(Fault::Full),
        PartitionError::Log(LogError::DiskFull { .. })
    ));
    assert!(!partition.has_failed());
    assert_eq!(append(&partition, RequiredAcks::Leader).info.first_offset, Offset(1));
    assert!(matches!(refused(Fault::Io), PartitionError::Log(LogError::Io { .. })));
    assert!(partition.has_failed());
}

#[test]
fn acks_all_needs_enough_replicas_in_sync() {
    let world = World::new();
    let partition = world.leader(Durability::Fsync, &[("min.insync.replicas", "2")]);
    let refused = partition.append(&batch(&["x"]), RequiredAcks::All, AppendOrigin::Client);
    assert_eq!(refused, Err(PartitionError::NotEnoughReplicas { isr: 1, required: 2 }));
    append(&partition, RequiredAcks::Leader);
    append(&partition, RequiredAcks::None);
    assert_eq!(partition.log_end_offset(), Offset(2));
}

#[test]
fn a_leadership_that_ends_fails_who_waits_and_refuses_who_comes() {
    let world = World::new();
    let partition = world.leader(Durability::Fsync, &[]);
    let _hold = world.hold_syncs();
    let wait = park(&partition, &append(&partition, RequiredAcks::All));
    partition.set_role(&image(THEM, 1), US).unwrap();
    let not_leader = PartitionError::NotLeader {
        leader: Some(THEM),
        leader_epoch: LeaderEpoch(1),
    };
    assert_eq!(wait.outcome(), [Some(Err(not_leader.clone()))]);
    let refused = partition.append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Client);
    assert_eq!(refused, Err(not_leader.clone()));
    assert_eq!(partition.read(from(0), 1, true).unwrap_err(), not_leader);
    // What the metadata said before is not believed any more.
    partition.set_role(&image(US, 0), US).unwrap();
    assert!(!partition.role().is_leader);
    partition.set_role(&image(US, 2), US).unwrap();
    assert_eq!(append(&partition, RequiredAcks::Leader).info.first_offset, Offset(1));
    let end = partition.end_of_epoch(LeaderEpoch(0), None).unwrap().unwrap();
    assert_eq!((end.epoch, end.end_offset), (LeaderEpoch(0), Offset(1)));
}

#[test]
fn clients_that_believe_in_another_leadership_are_told() {
    let world = World::new();
    let partition = world.open(Durability::Fsync, &[]);
    assert!(matches!(
        partition.check_epoch(None),
        Err(PartitionError::NotLeader { leader: None, .. })
    ));
    partition.set_role(&image(US, 5), US).unwrap();
    let current = LeaderEpoch(5);
    let check = |epoch: i32| partition.check_epoch(Some(LeaderEpoch(epoch)));
    assert_eq!(check(5), Ok(()));
    let requested = LeaderEpoch(4);
    assert_eq!(check(4), Err(PartitionError::FencedLeaderEpoch { current, requested }));
    let requested = LeaderEpoch(6);
    assert_eq!(check(6), Err(PartitionError::UnknownLeaderEpoch { current, requested }));
}

#[test]
fn flush_messages_has_every_nth_message_wait_for_stable_storage() {
    let world = World::new();
    let partition = world.leader(Durability::Os, &[("flush.messages", "3")]);
    let hold = world.hold_syncs();
    let appended = [(); 3].map(|()| append(&partition, RequiredAcks::Leader));
    let demanded = appended.each_ref().map(|appended| appended.flush_demanded);
    assert_eq!(demanded, [false, false, true]);
    let wait = park(&partition, &appended[2]);
    // Readers see it at once, as in Kafka: only the answer waits.
    assert_eq!((wait.outcome(), partition.high_watermark()), (vec![None], Offset(3)));
    drop(hold);
    assert_eq!(settled(&wait), Ok(()));
    world.disk.crash(Crash::LoseUnsynced);
    assert_eq!(world.open(Durability::Os, &[]).log_end_offset(), Offset(3));
}

#[test]
fn readers_are_woken_when_something_is_committed_not_when_it_is_written() {
    let world = World::new();
    let partition = world.leader(Durability::Fsync, &[]);
    let news = Arc::new(Notify::new());
    partition.readers().add(&news);
    let hold = world.hold_syncs();
    append(&partition, RequiredAcks::Leader);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let nothing = tokio::time::timeout(Duration::ZERO, news.notified()).await;
        assert!(nothing.is_err());
        drop(hold);
        tokio::time::timeout(PATIENCE, news.notified()).await.unwrap();
    });
    assert!(has_records(&partition, 0));
}

#[test]
fn a_reader_is_told_where_its_history_parts_from_the_leaders() {
    let world = World::new();
    let partition = world.leader(Durability::Os, &[]);
    append(&partition, RequiredAcks::Leader);
    partition.set_role(&image(US, 3), US).unwrap();
    append(&partition, RequiredAcks::Leader);
    let read = |offset: i64, last: i32| {
        let from = FetchFrom {
            last_fetched_epoch: Some(LeaderEpoch(last)),
            ..from(offset)
        };
        let read = partition.read(from, 1 << 20, true)?;
        Ok(read.diverging.map(|end| (end.epoch.0, end.end_offset.0)))
    };
    assert_eq!(read(1, 0), Ok(None));
    assert_eq!(read(2, 3), Ok(None));
    assert_eq!(read(2, 0), Ok(Some((0, 1))));
    assert_eq!(read(2, 2), Ok(Some((0, 1))));
    assert_eq!(read(5, 3), Ok(Some((3, 2))));
    let out_of_range = PartitionError::OffsetOutOfRange {
        offset: Offset(1),
        start: Offset(0),
        end: Offset(2),
    };
    assert_eq!(read(1, 4), Err(out_of_range));
}

#[test]
fn a_deleted_partition_answers_who_waits_and_gives_up_its_directory() {
    let world = World::new();
    let partition = world.leader(Durability::Fsync, &[]);
    let hold = world.hold_syncs();
    let wait = park(&partition, &append(&partition, RequiredAcks::All));
    let dir = partition.delete().unwrap().expect("it had a directory");
    assert!(matches!(
        wait.outcome()[..],
        [Some(Err(PartitionError::NotLeader { leader: None, .. }))]
    ));
    assert!(dir.to_string_lossy().ends_with("-delete"), "{}", dir.display());
    assert!(!world.disk.exists("/data/t-0".as_ref()).unwrap());
    drop(hold);

    let never_written = World::new().leader(Durability::Fsync, &[]);
    assert_eq!(never_written.delete(), Ok(None));
}
