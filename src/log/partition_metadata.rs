//! `partition.metadata`: which topic a directory belongs to, by id, so that a topic deleted and created again under the
//! same name does not find the old one's records.

use std::io::IoSlice;
use std::path::{Path, PathBuf};

use super::error::IoContext;
use super::{LogError, file_names};
use crate::disk::{Disk, OpenMode};
use crate::ids::TopicId;
use crate::limits::CHECKPOINT_FILE_BYTES_MAX;

const ADVICE: &str = "remove the file; it is written again with the topic's id from the metadata";

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(file_names::PARTITION_METADATA)
}

pub(super) fn read(disk: &dyn Disk, dir: &Path) -> Result<Option<TopicId>, LogError> {
    let path = path(dir);
    if !disk.exists(&path).during("look for the file", &path)? {
        return Ok(None);
    }
    let bytes = disk
        .read(&path, CHECKPOINT_FILE_BYTES_MAX)
        .during("read the file", &path)?;
    let text = String::from_utf8_lossy(&bytes);
    parse(&text).map(Some).map_err(|(line, reason)| LogError::BadFile {
        path,
        line,
        reason,
        advice: ADVICE,
    })
}

/// Writes the file. Not durable yet: the first sync of the log makes it so, before it calls any record stable.
pub(super) fn write(disk: &dyn Disk, dir: &Path, id: TopicId) -> Result<(), LogError> {
    let path = path(dir);
    let text = format!("version: 0\ntopic_id: {id}");
    let file = disk.open(&path, OpenMode::Truncate).during("create the file", &path)?;
    file.write_all_at(&[IoSlice::new(text.as_bytes())], 0)
        .during("write the file", &path)
}

/// After a stop that was not in order: a file that a power cut took before it was synced, which leaves nothing or zeros
/// of it, is written again. No record of the log was called stable without it.
pub(super) fn mend_torn(disk: &dyn Disk, dir: &Path, id: Option<TopicId>) -> Result<(), LogError> {
    let path = path(dir);
    if !disk.exists(&path).during("look for the file", &path)? {
        return Ok(());
    }
    let bytes = disk
        .read(&path, CHECKPOINT_FILE_BYTES_MAX)
        .during("read the file", &path)?;
    let is_torn = bytes.iter().all(|byte| *byte == 0);
    match id.filter(|_| is_torn) {
        Some(id) => write(disk, dir, id),
        None => Ok(()),
    }
}

fn parse(text: &str) -> Result<TopicId, (usize, String)> {
    let mut lines = text.lines();
    let version = lines.next().unwrap_or_default();
    if version.strip_prefix("version:").map(str::trim) != Some("0") {
        return Err((1, format!("'{version}' is not 'version: 0'")));
    }
    let id = lines.next().unwrap_or_default();
    let parsed = id.strip_prefix("topic_id:").and_then(|id| id.trim().parse().ok());
    parsed
        .map(TopicId)
        .ok_or_else(|| (2, format!("'{id}' is not 'topic_id: ' and an id")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::SimDisk;
    use dmq_protocol::Uuid;

    #[test]
    fn the_file_is_kafkas_and_comes_back() {
        let (disk, dir) = (SimDisk::new(1), Path::new("/"));
        assert_eq!(read(&disk, dir), Ok(None));
        write(&disk, dir, TopicId(Uuid::METADATA_TOPIC)).unwrap();
        let text = disk.read(&path(dir), 100).unwrap();
        assert_eq!(text, b"version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ");
        assert_eq!(read(&disk, dir), Ok(Some(TopicId(Uuid::METADATA_TOPIC))));
    }

    /// A power cut before the first sync left the file's name and not its text, and the partition offline.
    #[test]
    fn what_a_power_cut_left_of_it_is_written_again_and_nothing_else_is() {
        let (disk, dir) = (SimDisk::new(1), Path::new("/"));
        let id = TopicId(Uuid::METADATA_TOPIC);
        mend_torn(&disk, dir, Some(id)).unwrap();
        assert_eq!(read(&disk, dir), Ok(None));
        for (found, mended) in [(&b""[..], true), (&[0; 40], true), (b"version: 1", false)] {
            disk.write_atomically(&path(dir), found).unwrap();
            mend_torn(&disk, dir, Some(id)).unwrap();
            assert_eq!(read(&disk, dir) == Ok(Some(id)), mended, "{found:?}");
        }
    }

    #[test]
    fn garbage_is_named_with_its_line() {
        for (garbage, line) in [
            ("", 1),
            ("version: 1\n", 1),
            ("version: 0\ntopic_id: ?", 2),
            ("version: 0", 2),
        ] {
            assert_eq!(parse(garbage).map_err(|(line, _)| line), Err(line));
        }
    }
}
