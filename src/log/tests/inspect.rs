//! Verifying and repairing a partition's files from outside.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use super::support::*;
use crate::disk::{Crash, Disk, OpenMode};
use crate::ids::Offset;
use crate::log::inspect::{self, Found, PartitionReport, Progress, Severity};
use crate::log::{AppendOrigin, Checkpoint, LogDir, LogError};

#[derive(Default)]
struct Counter(Cell<u64>);

impl Progress for Counter {
    fn read(&self, bytes: u64) {
        self.0.set(self.0.get() + bytes);
    }
}

/// Three segments of five batches each, all below the recovery point, closed in order.
fn written() -> (Setup, Vec<(i64, String)>) {
    let setup = Setup::with(|config| config.index_interval_bytes = 100);
    let log = setup.open();
    for n in 0..15 {
        append_values(&log, &[&format!("value {n} {}", "v".repeat(60))]);
        if n % 5 == 4 && n < 14 {
            log.roll().unwrap();
        }
    }
    append(&log, &producer_batch(7, 0, 0, 1, true));
    log.append_as_leader(&marker(7, 0, false), EPOCH, AppendOrigin::Coordinator)
        .unwrap();
    let expected = contents(&log, 0);
    log.close().unwrap();
    (setup, expected)
}

fn checkpoint(setup: &Setup, log: i64) -> LogDir {
    let dir = LogDir::open(Arc::new(setup.disk.clone()), Path::new("/data")).unwrap();
    let at = setup.request(true).topic_partition;
    dir.write_checkpoint(Checkpoint::RecoveryPoint, &[(at, Offset(log))].into())
        .unwrap();
    dir
}

fn verified(setup: &Setup) -> (Found, PartitionReport) {
    let disk: Arc<dyn Disk> = Arc::new(setup.disk.clone());
    let found = inspect::find(disk.as_ref(), Path::new("/data")).unwrap().remove(0);
    let counter = Counter::default();
    let report = inspect::verify(&disk, &found, &counter).unwrap();
    assert_eq!(counter.0.get(), found.bytes);
    (found, report)
}

fn segment(base: i64, extension: &str) -> String {
    format!("/data/t-0/{base:020}.{extension}")
}

#[test]
fn an_intact_log_has_no_findings_and_is_counted() {
    let (setup, _) = written();
    drop(checkpoint(&setup, 17));
    let (_, report) = verified(&setup);
    assert_eq!(report.findings, []);
    assert_eq!((report.segments, report.batches, report.records), (3, 17, 17));
    assert_eq!((report.first_offset, report.end_offset), (0, 17));
}

/// Damages one batch of the middle segment, verifies, repairs, and recovers as the next start does.
fn repaired(lost: i64) {
    let (mut setup, expected) = written();
    let dir = checkpoint(&setup, 17);
    let path = segment(5, "log");
    let whole = setup.disk.read(path.as_ref(), 1 << 20).unwrap();
    let batch = expected_lens(&setup);
    let position: u64 = batch[..(lost - 5) as usize].iter().sum();
    let bytes = batch[(lost - 5) as usize];
    setup.disk.damage(path.as_ref(), position + 70, &[0xff; 5]).unwrap();
    let (found, report) = verified(&setup);
    let [one] = &report.findings[..] else {
        panic!("{:?}", report.findings)
    };
    assert_eq!(
        (one.severity, one.path.to_str()),
        (Severity::Damage, Some(path.as_str()))
    );
    assert_eq!((one.position, one.bytes), (position, bytes));
    setup.disk.crash(Crash::Process);
    setup.recovery_point = Offset(lost + 1);
    assert!(
        matches!(setup.recover(), Err(LogError::Damaged { .. })),
        "it stays offline until then"
    );

    drop(dir);
    let disk: Arc<dyn Disk> = Arc::new(setup.disk.clone());
    let dir = LogDir::open(Arc::clone(&disk), Path::new("/data")).unwrap();
    let mended = inspect::repair(&disk, &dir, &found, &report, &Counter::default()).unwrap();
    assert_eq!((mended.len(), mended[0].bytes_lost), (1, bytes));
    let kept = mended[0].kept.clone().unwrap();
    assert_eq!(setup.disk.read(&kept, 1 << 20).unwrap().len(), whole.len());
    let points = dir.read_checkpoint(Checkpoint::RecoveryPoint).unwrap();
    setup.recovery_point = *points.values().next().unwrap();
    assert_eq!(setup.recovery_point, Offset(5));
    let log = setup.recover().unwrap();
    let without: Vec<_> = expected.into_iter().filter(|(offset, _)| *offset != lost).collect();
    assert_eq!(contents(&log, 0), without);
    assert_eq!(log.aborted_transactions(Offset(0), Offset(17)).unwrap().len(), 1);
    log.close().unwrap();
    assert_eq!(verified(&setup).1.findings, []);
}

/// Bytes of each batch of the middle segment.
fn expected_lens(setup: &Setup) -> Vec<u64> {
    let log = setup.open();
    let batches = batches_from(&log, 5);
    batches.iter().take(5).map(|batch| batch.len() as u64).collect()
}

#[test]
fn damage_is_named_repaired_and_everything_else_survives() {
    for lost in 5..10 {
        repaired(lost);
    }
}

#[test]
fn a_torn_tail_is_no_damage_and_is_left_to_recovery() {
    let (setup, _) = written();
    drop(checkpoint(&setup, 16));
    let path = segment(10, "log");
    let len = setup.disk.read(path.as_ref(), 1 << 20).unwrap().len() as u64;
    setup
        .disk
        .open(path.as_ref(), OpenMode::ReadWrite)
        .unwrap()
        .set_len(len - 3)
        .unwrap();
    let (_, report) = verified(&setup);
    let severities: Vec<Severity> = report.findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities[..1], [Severity::Torn], "{:?}", report.findings);
    assert!(!report.is_damaged());
}

#[test]
fn indexes_and_snapshots_that_are_wrong_are_made_again() {
    for (file, at) in [("index", 4), ("timeindex", 0), ("txnindex", 10)] {
        let (mut setup, expected) = written();
        let dir = checkpoint(&setup, 17);
        let path = segment(10, file);
        setup.disk.damage(path.as_ref(), at, &[0x7f; 6]).unwrap();
        let (found, report) = verified(&setup);
        assert!(
            report.findings.iter().any(|finding| finding.path == Path::new(&path)),
            "{file}: {report:?}"
        );
        let disk: Arc<dyn Disk> = Arc::new(setup.disk.clone());
        inspect::repair(&disk, &dir, &found, &report, &Counter::default()).unwrap();
        setup.recovery_point = *dir
            .read_checkpoint(Checkpoint::RecoveryPoint)
            .unwrap()
            .values()
            .next()
            .unwrap();
        let log = setup.recover().unwrap();
        assert_eq!(contents(&log, 0), expected, "{file}");
        assert_eq!(
            log.aborted_transactions(Offset(0), Offset(17)).unwrap().len(),
            1,
            "{file}"
        );
        log.close().unwrap();
        assert_eq!(verified(&setup).1.findings, [], "{file}");
    }
}

#[test]
fn a_segment_is_shown_batch_by_batch_with_its_damage() {
    let (setup, _) = written();
    let path = segment(0, "log");
    setup.disk.damage(path.as_ref(), 70, &[0xff; 5]).unwrap();
    let disk: Arc<dyn Disk> = Arc::new(setup.disk.clone());
    let mut lines = Vec::new();
    let shown = inspect::dump_segment(&disk, path.as_ref(), true, 1 << 20, &Counter::default(), |line| {
        lines.push(line);
        Ok(())
    });
    shown.unwrap();
    assert_eq!(lines.len(), 5);
    let bytes = match &lines[..] {
        [
            inspect::BatchLine::Damage { position: 0, bytes, .. },
            inspect::BatchLine::Batch {
                base_offset: 1,
                records,
                ..
            },
            ..,
        ] => {
            assert!(records[0].value.as_deref().unwrap().starts_with("value 1"));
            *bytes
        }
        other => panic!("{other:?}"),
    };
    assert!(bytes > 100);
}
