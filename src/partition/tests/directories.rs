//! What becomes of a data directory, and of those beside it, when its disk fails or fills.

use super::registry::*;
use super::*;
use crate::metadata::MetadataImage;

/// Two directories with a topic of two partitions, one in each; the partition in `/one` comes first.
fn on_two_disks() -> (Cluster, Vec<Arc<Partition>>) {
    let mut cluster = Cluster::new(&["/one", "/two"]);
    cluster.load();
    cluster.apply(create(1, 4));
    let partitions: Vec<_> = (0..4).map(|number| cluster.get(1, number).unwrap()).collect();
    for partition in &partitions {
        append(partition, RequiredAcks::Leader);
    }
    let mut sorted = partitions;
    sorted.sort_by_key(|partition| partition.log().dir().to_owned());
    (cluster, sorted)
}

#[test]
fn an_io_error_takes_its_directory_offline_and_no_other() {
    let (cluster, partitions) = on_two_disks();
    let [one, beside, other, _] = &partitions[..] else {
        unreachable!()
    };
    let hold = cluster.world.hold_syncs();
    let appended = append(beside, RequiredAcks::Leader);
    let wait = CommitWait::new(1);
    beside.flushes.park(appended.commit, 0, &wait, || Offset::ZERO);
    cluster.world.disk.fail_at(1, Fault::Io);
    let failed = one.append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Client);
    cluster.world.disk.fail_never();
    assert!(matches!(failed, Err(PartitionError::Log(LogError::Io { .. }))));
    let refused = beside.append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Client);
    assert_eq!(refused, Err(PartitionError::StorageFailed));
    assert!(beside.has_failed() && beside.read(from(0), 1, true).is_err());
    cluster.registry.watch_directories();
    assert_eq!(wait.outcome(), [Some(Err(PartitionError::StorageFailed))]);
    append(other, RequiredAcks::Leader);
    assert!(!other.has_failed() && has_records(other, 0));
    drop(hold);
    // Nothing is claimed of the failed one at the end, and the others close in order.
    cluster.registry.close(1);
    let marked = |dir: &str| {
        cluster
            .world
            .disk
            .exists(format!("{dir}/.kafka_cleanshutdown").as_ref())
            .unwrap()
    };
    assert!(!marked("/one") && marked("/two"));
}

/// Segments are opened by name: the loss shows when the next one is begun.
#[test]
fn a_directory_that_vanishes_is_offline_and_no_other() {
    let (cluster, partitions) = on_two_disks();
    let [one, _, other, _] = &partitions[..] else {
        unreachable!()
    };
    cluster.world.disk.remove_dir_all(one.log().dir()).unwrap();
    let outcome = one.log().roll();
    assert!(matches!(outcome, Err(LogError::Io { .. })), "{outcome:?}");
    let refused = one.append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Client);
    assert!(refused.is_err() && one.has_failed());
    append(other, RequiredAcks::Leader);
    assert!(!cluster.registry.has_no_directory_left());
}

#[test]
fn a_directory_low_on_space_refuses_records_reads_on_and_resumes_by_itself() {
    let world = World::new();
    let min = u64::try_from(world.settings.broker().log_dir_min_free_bytes).unwrap();
    let mut cluster = Cluster::on(world, &["/data"], &Arc::new(MetadataImage::empty("cluster")));
    cluster.load();
    cluster.apply(create(1, 1));
    let partition = cluster.get(1, 0).unwrap();
    append(&partition, RequiredAcks::Leader);
    let disk = cluster.world.disk.clone();
    let used = u64::MAX - disk.free_space("/data".as_ref()).unwrap();
    disk.set_capacity(used + min - 1);
    cluster.registry.watch_directories();
    let refused = partition.append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Client);
    assert_eq!(refused, Err(PartitionError::LowOnSpace { free: min - 1, min }));
    assert!(has_records(&partition, 0) && !partition.has_failed());
    // What coordinators must write to let go of things still has the rest.
    let internal = partition.append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Coordinator);
    assert!(internal.is_ok());
    disk.set_capacity(u64::MAX);
    cluster.registry.watch_directories();
    append(&partition, RequiredAcks::Leader);
}

#[test]
fn too_many_open_files_refuse_one_request_and_end_nothing() {
    let world = World::new();
    let partition = world.leader(Durability::Os, &[("segment.bytes", "1048576")]);
    append(&partition, RequiredAcks::Leader);
    partition.log().roll().unwrap();
    world.disk.fail_at(1, Fault::NoHandles);
    let refused = partition.append(&batch(&["x"]), RequiredAcks::Leader, AppendOrigin::Client);
    world.disk.fail_never();
    assert!(
        matches!(refused, Err(PartitionError::Log(LogError::NoHandles { .. }))),
        "{refused:?}"
    );
    assert!(!partition.has_failed());
    append(&partition, RequiredAcks::Leader);
}

/// Its line used to be left out of the next checkpoint, so that the start after that one took the damage for a torn
/// write and cut off what followed.
#[test]
fn a_damaged_partition_stays_offline_however_often_the_broker_starts() {
    let mut cluster = Cluster::new(&["/data"]);
    cluster.load();
    cluster.apply([create(1, 1), create(2, 1)].concat());
    for _ in 0..3 {
        append(&cluster.get(1, 0).unwrap(), RequiredAcks::Leader);
    }
    cluster.registry.checkpoint_recovery_points();
    let path = "/data/topic-1-0/00000000000000000000.log";
    let whole = cluster.world.disk.read(path.as_ref(), 1 << 20).unwrap();
    cluster.world.disk.damage(path.as_ref(), 64, b"!").unwrap();
    cluster.world.disk.crash(Crash::LoseUnsynced);
    for start in 0..3 {
        cluster = cluster.again(&["/data"]);
        let errors = cluster.load();
        assert!(
            matches!(&errors[..], [one] if matches!(one.error, LogError::Damaged { position: 0, .. })),
            "start {start}: {errors:?}"
        );
        cluster.registry.checkpoint_recovery_points();
        cluster.registry.checkpoint_log_starts();
        if start == 1 {
            cluster.registry.close(1);
        } else {
            cluster.world.disk.crash(Crash::Process);
        }
        assert_eq!(
            cluster.world.disk.read(path.as_ref(), 1 << 20).unwrap().len(),
            whole.len()
        );
    }
}
