//! The files of a data directory itself: identity, checkpoints, the mark of a clean shutdown.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use dmq::disk::Disk;
use dmq::log::{Checkpoint, LogDir};

use super::logs::{disk_with, is_file_name};
use crate::golden;

const DIR: &str = "/data";
const GOLDEN: &str = "tests/golden/kafka-4.4/clean";

fn open(name: &str, bytes: &[u8]) -> Option<LogDir> {
    let disk = disk_with(DIR, [(name, bytes)]);
    match LogDir::open(Arc::new(disk), Path::new(DIR)) {
        Ok(dir) => Some(dir),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// What was read is written, and reads as the same again.
pub fn meta_properties(input: Bytes) {
    let Some(dir) = open("meta.properties", &input) else {
        return;
    };
    let meta = dir.meta().expect("the file is there");
    let disk = disk_with(DIR, []);
    let other = LogDir::open(Arc::new(disk.clone()), Path::new(DIR)).expect("an empty directory");
    other.write_meta(&meta).expect("any identity can be written");
    drop(other);
    let again = LogDir::open(Arc::new(disk), Path::new(DIR)).expect("what was written can be read");
    assert_eq!(again.meta(), Some(meta));
}

pub fn meta_properties_seeds() -> Vec<Vec<u8>> {
    let mut seeds = seeds("meta.properties");
    seeds.push(
        b"version=1\nnode.id=3\ncluster.id=abc\ndirectory.id=AAAAAAAAAAAAAAAAAAAAEg\nother=a\\\n  b\\u0041\n".to_vec(),
    );
    seeds
}

pub fn offset_checkpoint(input: Bytes) {
    let which = Checkpoint::RecoveryPoint;
    let Some(dir) = open(which.file_name(), &input) else {
        return;
    };
    let Ok(offsets) = dir.read_checkpoint(which) else {
        return;
    };
    dir.write_checkpoint(which, &offsets)
        .expect("what was read can be written");
    assert_eq!(dir.read_checkpoint(which), Ok(offsets));
}

pub fn offset_checkpoint_seeds() -> Vec<Vec<u8>> {
    let mut seeds = seeds("-offset-checkpoint");
    seeds.push(b"0\n2\na 0 5\nb-c 12 9223372036854775807\n".to_vec());
    seeds
}

pub fn clean_shutdown(input: Bytes) {
    if let Some(dir) = open(".kafka_cleanshutdown", &input) {
        assert!(dir.was_shut_down_cleanly());
        let _ = dir.previous_broker_epoch();
    }
}

pub fn clean_shutdown_seeds() -> Vec<Vec<u8>> {
    seeds(".kafka_cleanshutdown")
}

/// Directories of any names, one a line.
pub fn partition_dirs(input: Bytes) {
    let text = String::from_utf8_lossy(&input);
    let disk = disk_with(DIR, []);
    for name in text.lines().filter(|name| is_file_name(name)).take(50) {
        disk.create_dir_all(&Path::new(DIR).join(name)).expect("a directory");
    }
    // A directory that bears the name of one of the broker's own files is refused, with a reason.
    let dir = match LogDir::open(Arc::new(disk), Path::new(DIR)) {
        Ok(dir) => dir,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for found in dir.partitions().expect("a list") {
        assert_eq!(dir.partition_path(&found.topic_partition), Ok(found.path));
    }
    for doomed in dir.pending_deletions().expect("a list") {
        dir.remove_deleted(&doomed).expect("what is to be deleted can be");
    }
}

pub fn partition_dirs_seeds() -> Vec<Vec<u8>> {
    vec![
        b"a-0\nb-c-12\n__consumer_offsets-49\na-3.0123456789abcdef0123456789abcdef-delete\na-4.0f-future\nlost+found\n"
            .to_vec(),
    ]
}

fn seeds(ending: &str) -> Vec<Vec<u8>> {
    golden::files(GOLDEN, ending)
        .into_iter()
        .map(|(_, bytes)| bytes)
        .collect()
}
