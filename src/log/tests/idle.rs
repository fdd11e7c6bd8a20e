//! What a log costs that nobody uses.

use std::sync::Arc;

use super::support::*;
use crate::disk::RealDisk;
use crate::ids::{Offset, PartitionId};
use crate::log::segment::Segment;
use crate::log::{Log, OpenLog};

#[test]
fn a_log_that_was_closed_in_order_is_opened_without_keeping_a_file_open() {
    let temp = tempfile::tempdir().unwrap();
    let setup = Setup::with(|config| config.index_interval_bytes = 100);
    let open = |number: i32| {
        let mut request = setup.request(true);
        request.topic_partition.partition = PartitionId(number);
        Log::open(OpenLog {
            disk: Arc::new(RealDisk::new()),
            dir: temp.path().join(format!("t-{number}")),
            ..request
        })
        .unwrap()
    };
    for number in 0..40 {
        let log = open(number);
        for n in 0..10 {
            append(&log, &produced(7, 0, n, 1));
        }
        log.close().unwrap();
    }
    let logs: Vec<Log> = (0..40).map(open).collect();
    let held = |log: &Log| {
        let links = std::fs::read_dir("/proc/self/fd").unwrap();
        let targets = links.filter_map(|link| std::fs::read_link(link.unwrap().path()).ok());
        targets.filter(|target| target.starts_with(log.dir())).count()
    };
    assert_eq!(logs.iter().map(held).sum::<usize>(), 0);
    for log in &logs {
        assert_eq!((log.log_end_offset(), contents(log, 0).len()), (Offset(10), 10));
        assert!(append(log, &produced(7, 0, 9, 1)).duplicate);
    }
}

/// The struct and its one segment; what they point to when idle (the directory's path, the lists) is some 200 bytes more.
#[test]
fn an_idle_log_takes_little_memory() {
    let bytes = size_of::<Log>() + size_of::<Segment>();
    assert!(bytes < 1_500, "{bytes} bytes");
}
