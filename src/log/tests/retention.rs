//! What goes by time, size and log start.

use super::support::*;
use crate::disk::Disk;
use crate::ids::Offset;
use crate::log::Log;

fn ten_segments(setup: &Setup) -> Log {
    let log = setup.open();
    for n in 0..10 {
        append(&log, &batch_at(NOW_MS + n * 1_000, Default::default(), &["0123456789"]));
        log.roll().unwrap();
    }
    log
}

#[test]
fn old_segments_go_by_their_newest_record_and_not_beyond_the_high_watermark() {
    let setup = Setup::with(|config| config.retention_ms = Some(5_000));
    let log = ten_segments(&setup);
    setup.clock.set_wall_ms(NOW_MS + 8_500);
    assert!(log.delete_old_segments(Offset(0)).unwrap().is_empty());
    log.delete_old_segments(Offset(2)).unwrap();
    assert_eq!(log.log_start_offset(), Offset(2));
    log.delete_old_segments(Offset(10)).unwrap();
    assert_eq!((log.log_start_offset(), log.log_end_offset()), (Offset(4), Offset(10)));
    assert_eq!(contents(&log, 4).len(), 6);
}

#[test]
fn all_records_may_go_but_the_end_is_kept() {
    let setup = Setup::with(|config| config.retention_ms = Some(1_000));
    let log = setup.open();
    append_values(&log, &["a", "b"]);
    setup.clock.set_wall_ms(NOW_MS + 10_000);
    log.delete_old_segments(Offset(2)).unwrap();
    assert_eq!(
        (log.log_start_offset(), log.log_end_offset(), log.size_bytes()),
        (Offset(2), Offset(2), 0)
    );
    log.close().unwrap();
    assert_eq!(setup.open().log_end_offset(), Offset(2));
}

#[test]
fn segments_beyond_the_size_go_and_files_stay_for_their_delay() {
    let setup = Setup::with(|config| config.retention_bytes = Some(0));
    let log = ten_segments(&setup);
    let size = log.size_bytes() / 10;
    let mut config = setup.config.clone();
    config.retention_bytes = Some(size * 4);
    log.set_config(std::sync::Arc::new(config));
    let renamed = log.delete_old_segments(Offset(10)).unwrap();
    assert_eq!((log.log_start_offset(), log.size_bytes()), (Offset(6), size * 4));
    assert!(
        renamed
            .iter()
            .all(|path| path.to_string_lossy().ends_with(".deleted") && setup.disk.exists(path).unwrap())
    );
    log.remove_deleted().unwrap();
    assert!(setup.disk.exists(&renamed[0]).unwrap());
    setup.clock.set_wall_ms(NOW_MS + 60_000);
    log.remove_deleted().unwrap();
    assert!(!setup.names().iter().any(|name| name.ends_with(".deleted")));
}

#[test]
fn segments_below_the_log_start_go_whatever_the_policy() {
    let setup = Setup::with(|config| config.delete = false);
    let log = ten_segments(&setup);
    assert!(log.delete_old_segments(Offset(10)).unwrap().is_empty());
    log.increment_log_start_offset(Offset(3)).unwrap();
    log.delete_old_segments(Offset(10)).unwrap();
    assert_eq!((log.segment_count(), log.log_start_offset()), (8, Offset(3)));
}

#[test]
fn a_reader_keeps_its_range_when_the_segment_goes() {
    let setup = Setup::with(|config| config.retention_bytes = Some(0));
    let log = ten_segments(&setup);
    let read = log.read(read_request(0, Offset(10))).unwrap();
    log.delete_old_segments(Offset(10)).unwrap();
    setup.clock.set_wall_ms(NOW_MS + 60_000);
    log.remove_deleted().unwrap();
    assert_eq!(read.batches().unwrap().len(), 1);
    assert!(log.read(read_request(0, Offset(10))).is_err());
}
