//! Appending, rolling, and the files that come of it.

use std::path::Path;

use bytes::Bytes;

use super::support::*;
use crate::disk::{Crash, Disk, Fault, OpenMode};
use crate::ids::{LeaderEpoch, Offset};
use crate::log::{AppendOrigin, Log, LogError};

#[test]
fn offsets_are_assigned_and_records_come_back() {
    let setup = Setup::new();
    let log = setup.open();
    let first = append_values(&log, &["a", "b"]);
    assert_eq!(
        (first.first_offset, first.last_offset, first.records),
        (Offset(0), Offset(1), 2)
    );
    assert_eq!(append_values(&log, &["c"]).first_offset, Offset(2));
    assert_eq!(log.log_end_offset(), Offset(3));
    assert_eq!(contents(&log, 0), numbered(&[(0, "a"), (1, "b"), (2, "c")]));
    assert_eq!(contents(&log, 1), numbered(&[(1, "b"), (2, "c")]));
}

#[test]
fn an_empty_log_has_no_files_until_the_first_write() {
    let setup = Setup::new();
    let log = setup.open();
    assert_eq!(log.segment_count(), 0);
    log.flush().unwrap();
    assert!(!setup.disk.exists(&setup.dir()).unwrap());
    append_values(&log, &["a"]);
    assert_eq!(setup.names(), ["00000000000000000000.log"]);
    assert!(contents(&setup.open(), 5).is_empty());
}

#[test]
fn a_clean_stop_leaves_kafkas_files_and_everything_comes_back() {
    let setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["a", "b"]);
    log.close().unwrap();
    assert_eq!(
        log.append_as_leader(&values(&["x"]), EPOCH, AppendOrigin::Client),
        Err(LogError::Closed)
    );
    let names = [
        "00000000000000000000.index",
        "00000000000000000000.log",
        "00000000000000000000.timeindex",
        "00000000000000000002.snapshot",
        "leader-epoch-checkpoint",
    ];
    assert_eq!(setup.names(), names);
    let log = setup.open();
    assert_eq!((log.log_end_offset(), log.stable_offset()), (Offset(2), Offset(2)));
    append_values(&log, &["c"]);
    assert_eq!(contents(&log, 0), numbered(&[(0, "a"), (1, "b"), (2, "c")]));
}

#[test]
fn segments_roll_by_size_and_all_of_them_are_read() {
    let setup = Setup::with(|config| config.segment_bytes_max = 300);
    let log = setup.open();
    let all: Vec<(i64, String)> = (0..20).map(|n| (n, format!("value {n}"))).collect();
    let rolled = all
        .iter()
        .filter(|(_, value)| append_values(&log, &[value]).rolled)
        .count();
    assert_eq!(log.segment_count(), rolled + 1);
    assert!(rolled > 3);
    for from in 0..20 {
        assert_eq!(contents(&log, from), all[from as usize..]);
    }
    log.close().unwrap();
    assert_eq!(contents(&setup.open(), 0), all);
}

#[test]
fn segments_roll_by_the_age_of_their_records() {
    let setup = Setup::with(|config| config.segment_ms_max = 1_000);
    let log = setup.open();
    append(&log, &batch_at(NOW_MS, Default::default(), &["a"]));
    append(&log, &batch_at(NOW_MS + 1_000, Default::default(), &["b"]));
    assert_eq!(log.segment_count(), 1);
    assert!(append(&log, &batch_at(NOW_MS + 1_001, Default::default(), &["c"])).rolled);
    log.close().unwrap();
    let log = setup.open();
    append(&log, &batch_at(NOW_MS + 2_001, Default::default(), &["d"]));
    assert_eq!(
        log.segment_count(),
        2,
        "the age counts from the first record also after a restart"
    );
}

#[test]
fn segments_roll_when_their_index_is_full() {
    let setup = Setup::with(|config| (config.index_interval_bytes, config.index_bytes_max) = (0, 5 * 12));
    let log = setup.open();
    for _ in 0..20 {
        append_values(&log, &["x"]);
    }
    assert!(log.segment_count() > 2);
}

#[test]
fn a_stale_leader_is_refused_and_epochs_are_remembered() {
    let setup = Setup::new();
    let log = setup.open();
    let append = |epoch| log.append_as_leader(&values(&["a", "b"]), LeaderEpoch(epoch), AppendOrigin::Client);
    append(3).unwrap();
    append(5).unwrap();
    assert_eq!(
        append(4),
        Err(LogError::StaleLeaderEpoch {
            current: LeaderEpoch(5),
            got: LeaderEpoch(4)
        })
    );
    let end = |log: &Log, epoch| {
        log.end_offset_for_epoch(LeaderEpoch(epoch))
            .map(|end| (end.epoch.0, end.end_offset.0))
    };
    assert_eq!(
        (end(&log, 3), end(&log, 4), end(&log, 5)),
        (Some((3, 2)), Some((3, 2)), Some((5, 4)))
    );
    log.close().unwrap();
    let log = setup.open();
    assert_eq!(
        (end(&log, 3), end(&log, 5), end(&log, 6)),
        (Some((3, 2)), Some((5, 4)), None)
    );
    assert_eq!(batches_from(&log, 2)[0].partition_leader_epoch(), 5);
}

#[test]
fn too_large_for_a_segment_is_refused() {
    let setup = Setup::with(|config| config.segment_bytes_max = 100);
    let log = setup.open();
    let batch = values(&["0123456789012345678901234567890123456789"]);
    let size = batch.len();
    assert_eq!(
        log.append_as_leader(&batch, EPOCH, AppendOrigin::Client),
        Err(LogError::AppendTooLarge { size, max: 100 })
    );
    assert_eq!(log.log_end_offset(), Offset(0));
}

#[test]
fn a_follower_keeps_offsets_and_refuses_what_it_has() {
    let setup = Setup::new();
    let leader = setup.open();
    append_values(&leader, &["a", "b"]);
    append_values(&leader, &["c"]);
    let read = leader.read(read_request(0, Offset(3))).unwrap().bytes().unwrap();
    let follower = Setup::new().open();
    let cut = read.slice(..read.len() - 1);
    assert_eq!(
        follower.append_as_follower(&cut).unwrap().last_offset,
        Offset(1),
        "the cut-off batch is left out"
    );
    assert_eq!(
        follower.append_as_follower(&read),
        Err(LogError::UnexpectedOffset {
            expected: Offset(2),
            got: Offset(0)
        })
    );
    let rest = leader.read(read_request(2, Offset(3))).unwrap().bytes().unwrap();
    follower.append_as_follower(&rest).unwrap();
    assert_eq!(contents(&follower, 0), contents(&leader, 0));
    assert_eq!(follower.latest_epoch(), Some(EPOCH));
    assert!(follower.append_as_follower(&Bytes::new()).is_err());
}

#[test]
fn a_full_disk_refuses_the_append_and_leaves_the_log_in_use() {
    let setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["a"]);
    setup.disk.fail_at(1, Fault::Full);
    let refused = log
        .append_as_leader(&values(&["b"]), EPOCH, AppendOrigin::Client)
        .unwrap_err();
    assert!(matches!(refused, LogError::DiskFull { .. }), "{refused}");
    setup.disk.fail_never();
    append_values(&log, &["c"]);
    assert_eq!(contents(&log, 0), numbered(&[(0, "a"), (1, "c")]));
    log.close().unwrap();
    assert_eq!(contents(&setup.open(), 0), numbered(&[(0, "a"), (1, "c")]));
}

#[test]
fn an_io_error_ends_the_log() {
    for fault in [Fault::Io, Fault::ShortWrite] {
        let setup = Setup::new();
        let log = setup.open();
        append_values(&log, &["a"]);
        setup.disk.fail_at(1, fault);
        let error = log
            .append_as_leader(&values(&["b"]), EPOCH, AppendOrigin::Client)
            .unwrap_err();
        assert!(matches!(error, LogError::Io { .. }), "{error}");
        let later = log
            .append_as_leader(&values(&["c"]), EPOCH, AppendOrigin::Client)
            .unwrap_err();
        assert!(matches!(later, LogError::Failed { .. }), "{later}");
        assert!(log.failure().is_some());
        setup.disk.crash(Crash::Process);
        assert_eq!(contents(&setup.recover().unwrap(), 0), numbered(&[(0, "a")]));
    }
}

#[test]
fn a_failed_sync_is_never_taken_back() {
    let setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["a"]);
    setup.disk.fail_at(1, Fault::Io);
    assert!(matches!(log.flush(), Err(LogError::Io { .. })));
    setup.disk.fail_never();
    assert!(matches!(log.flush(), Err(LogError::Failed { .. })));
    assert_eq!(log.stable_offset(), Offset(0));
}

#[test]
fn the_topics_id_is_written_with_the_first_record() {
    let setup = Setup::new();
    let id = crate::ids::TopicId(dmq_protocol::Uuid::METADATA_TOPIC);
    let log = Log::open(crate::log::OpenLog {
        topic_id: Some(id),
        ..setup.request(true)
    })
    .unwrap();
    assert_eq!(log.topic_id(), Ok(None));
    append_values(&log, &["a"]);
    log.flush().unwrap();
    setup.disk.crash(Crash::LoseUnsynced);
    assert_eq!(setup.recover().unwrap().topic_id(), Ok(Some(id)));
}

#[test]
fn a_deleted_log_is_renamed_and_gone_under_its_name() {
    let setup = Setup::new();
    let log = setup.open();
    append_values(&log, &["a"]);
    let renamed = log.rename_for_deletion().unwrap().unwrap();
    assert!(renamed.to_string_lossy().ends_with("-delete"));
    assert!(setup.disk.exists(&renamed).unwrap() && !setup.disk.exists(&setup.dir()).unwrap());
    assert_eq!(log.read(read_request(0, Offset(1))).map(drop), Err(LogError::Closed));
    log.flush().unwrap();
    assert_eq!(setup.open().log_end_offset(), Offset(0));
    assert_eq!(Setup::new().open().rename_for_deletion(), Ok(None));
}

#[test]
fn a_missing_or_wrong_index_is_made_again() {
    let setup = Setup::with(|config| config.index_interval_bytes = 100);
    let log = setup.open();
    let all: Vec<(i64, String)> = (0..50).map(|n| (n, format!("value {n}"))).collect();
    for (_, value) in &all {
        append_values(&log, &[value]);
    }
    log.close().unwrap();
    let index = setup.dir().join("00000000000000000000.index");
    let good = setup.disk.read(&index, 10_000).unwrap();
    assert!(good.len() > 20 * 8);
    for damage in [&[0; 8][..], &[255; 800], &[]] {
        setup.disk.remove_file(&index).unwrap();
        if !damage.is_empty() {
            let file = setup.disk.open(&index, OpenMode::Create).unwrap();
            file.write_all_at(&[std::io::IoSlice::new(damage)], 0).unwrap();
        }
        let log = setup.open();
        assert_eq!(contents(&log, 17), all[17..]);
        log.close().unwrap();
    }
    assert!(
        setup
            .disk
            .exists(Path::new("/data/t-0/00000000000000000000.index"))
            .unwrap()
    );
}
