//! The checkpoint files of a data directory: an offset for each partition, in lines `topic partition offset`.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::IoContext;
use super::{LogError, text_file};
use crate::disk::Disk;
use crate::ids::{Offset, PartitionId, TopicPartition};

/// One of the files `topic partition offset` of a data directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checkpoint {
    /// `recovery-point-offset-checkpoint`: below it everything is on stable storage.
    RecoveryPoint,
    /// `replication-offset-checkpoint`: high watermarks.
    HighWatermark,
    /// `log-start-offset-checkpoint`: only partitions whose start was moved.
    LogStart,
    /// `cleaner-offset-checkpoint`: what compaction has done.
    Cleaner,
}

impl Checkpoint {
    /// The file's name.
    pub const fn file_name(self) -> &'static str {
        match self {
            Checkpoint::RecoveryPoint => "recovery-point-offset-checkpoint",
            Checkpoint::HighWatermark => "replication-offset-checkpoint",
            Checkpoint::LogStart => "log-start-offset-checkpoint",
            Checkpoint::Cleaner => "cleaner-offset-checkpoint",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Checkpoint::RecoveryPoint => "remove the file to have every log checked from its beginning",
            Checkpoint::HighWatermark => "remove the file; high watermarks are found again from the logs",
            Checkpoint::LogStart => "remove the file; records deleted by DeleteRecords may show again until retention",
            Checkpoint::Cleaner => "remove the file; compaction begins anew",
        }
    }
}

pub(super) fn read(
    disk: &dyn Disk,
    dir: &Path,
    which: Checkpoint,
) -> Result<BTreeMap<TopicPartition, Offset>, LogError> {
    let path = dir.join(which.file_name());
    Ok(text_file::read(disk, &path, which.advice(), parse_line)?
        .into_iter()
        .collect())
}

pub(super) fn write(
    disk: &dyn Disk,
    dir: &Path,
    which: Checkpoint,
    offsets: &BTreeMap<TopicPartition, Offset>,
) -> Result<(), LogError> {
    let lines = offsets
        .iter()
        .map(|(at, offset)| format!("{} {} {offset}", at.topic, at.partition));
    let path = dir.join(which.file_name());
    disk.write_atomically(&path, text_file::render(lines).as_bytes())
        .during("write the checkpoint", &path)
}

fn parse_line(line: &str) -> Result<(TopicPartition, Offset), String> {
    let parse = || {
        let mut fields = line.split_whitespace();
        let (topic, partition, offset) = (fields.next()?, fields.next()?, fields.next()?);
        let partition: i32 = partition.parse().ok().filter(|partition| *partition >= 0)?;
        let offset: i64 = offset.parse().ok().filter(|offset| *offset >= 0)?;
        let at = TopicPartition {
            topic: topic.to_owned(),
            partition: PartitionId(partition),
        };
        fields.next().is_none().then_some((at, Offset(offset)))
    };
    parse().ok_or_else(|| format!("'{line}' is not 'topic partition offset'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{OpenMode, SimDisk};
    use std::io::IoSlice;

    fn disk() -> SimDisk {
        let disk = SimDisk::new(1);
        disk.create_dir_all(Path::new("/d")).unwrap();
        disk
    }

    #[test]
    fn offsets_come_back_and_a_missing_file_has_none() {
        let disk = disk();
        let dir = Path::new("/d");
        assert_eq!(read(&disk, dir, Checkpoint::HighWatermark), Ok(BTreeMap::new()));
        let at = |topic: &str, partition| TopicPartition {
            topic: topic.to_owned(),
            partition: PartitionId(partition),
        };
        let offsets = BTreeMap::from([(at("b", 0), Offset(7)), (at("a-b", 11), Offset(i64::MAX))]);
        write(&disk, dir, Checkpoint::HighWatermark, &offsets).unwrap();
        let text = disk.read(&dir.join("replication-offset-checkpoint"), 1000).unwrap();
        assert_eq!(text, b"0\n2\na-b 11 9223372036854775807\nb 0 7\n");
        assert_eq!(read(&disk, dir, Checkpoint::HighWatermark), Ok(offsets));
    }

    #[test]
    fn garbage_is_named_with_its_file_and_line() {
        let disk = disk();
        let path = Path::new("/d/recovery-point-offset-checkpoint");
        for (garbage, expected) in [
            ("0\n1\nt 0 -5\n", 3),
            ("0\n1\nt 0\n", 3),
            ("\u{0}\u{1}", 1),
            ("0\n1\nt 0 1 2\n", 3),
        ] {
            let file = disk.open(path, OpenMode::Truncate).unwrap();
            file.write_all_at(&[IoSlice::new(garbage.as_bytes())], 0).unwrap();
            match read(&disk, Path::new("/d"), Checkpoint::RecoveryPoint) {
                Err(LogError::BadFile { path: named, line, .. }) => {
                    assert_eq!((named.as_path(), line), (path, expected))
                }
                other => panic!("{garbage:?}: {other:?}"),
            }
        }
    }
}
