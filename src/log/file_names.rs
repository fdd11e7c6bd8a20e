//! The names of a log's files and directories, as Apache Kafka chose them.
//!
//! A segment's files are named by its base offset in 20 digits. A suffix after the extension marks files in transition:
//! `.deleted` (to be removed), `.cleaned` (compaction's work, unfinished), `.swap` (finished, to replace the originals).

use dmq_protocol::Uuid;

use super::LogError;
use crate::ids::{Offset, PartitionId, TopicPartition};

pub(super) const LOG: &str = "log";
pub(super) const OFFSET_INDEX: &str = "index";
pub(super) const TIME_INDEX: &str = "timeindex";
pub(super) const TXN_INDEX: &str = "txnindex";
pub(super) const SNAPSHOT: &str = "snapshot";

pub(super) const DELETED: &str = ".deleted";
pub(super) const CLEANED: &str = ".cleaned";
pub(super) const SWAP: &str = ".swap";

pub(super) const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";
pub(super) const PARTITION_METADATA: &str = "partition.metadata";

/// Ends the name of a directory that waits for its removal.
pub(super) const DELETE_DIR: &str = "-delete";
/// Ends the name of a directory that a partition is being moved to.
pub(super) const FUTURE_DIR: &str = "-future";
/// Ends the names of directories that hold no partition in use: being moved to another disk, or left behind.
const OTHER_DIRS: [&str; 3] = [DELETE_DIR, FUTURE_DIR, "-stray"];

/// What a file name may have at most.
const NAME_BYTES_MAX: usize = 255;
const OFFSET_DIGITS: usize = 20;

/// The file of one kind that belongs to an offset.
pub(super) fn file_name(offset: Offset, extension: &str) -> String {
    format!("{:020}.{extension}", offset.0)
}

/// The offset and what follows it, of a name `<20 digits>.<extension><suffix>`.
pub(super) fn parse_file_name(name: &str) -> Option<(Offset, &str)> {
    let (digits, extension) = name.split_once('.')?;
    if digits.len() != OFFSET_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((Offset(digits.parse().ok()?), extension))
}

/// The name that a partition's directory gets when it is to be removed. Unique, and cut at the topic to be a legal name.
pub(super) fn delete_dir_name(topic_partition: &TopicPartition, id: Uuid) -> String {
    let suffix = format!("-{}.{:032x}{DELETE_DIR}", topic_partition.partition, id.as_u128());
    let mut topic = topic_partition.topic.as_str();
    while topic.len() + suffix.len() > NAME_BYTES_MAX {
        let cut = topic.char_indices().next_back().map_or(0, |(at, _)| at);
        topic = topic.get(..cut).unwrap_or_default();
    }
    format!("{topic}{suffix}")
}

/// Whether a future replica's directory can be named after this partition.
pub(super) fn has_future_name(topic_partition: &TopicPartition) -> bool {
    const UNIQUE: usize = ".".len() + 32;
    topic_partition.to_string().len() + UNIQUE + FUTURE_DIR.len() <= NAME_BYTES_MAX
}

/// The name of the directory in which a partition's future replica grows.
pub(super) fn future_dir_name(topic_partition: &TopicPartition, id: Uuid) -> Result<String, LogError> {
    let name = partition_dir_name(topic_partition)?;
    if !has_future_name(topic_partition) {
        let reason = "it leaves no room for what marks a future replica";
        return Err(LogError::BadName { name, reason });
    }
    Ok(format!("{name}.{:032x}{FUTURE_DIR}", id.as_u128()))
}

/// The partition whose future replica's directory has this name.
pub(super) fn parse_future_dir(name: &str) -> Option<TopicPartition> {
    let (partition, _unique) = name.strip_suffix(FUTURE_DIR)?.rsplit_once('.')?;
    parse_partition_dir(partition)
}

/// The partition whose directory has this name; none for directories in transition and for foreign ones.
pub(super) fn parse_partition_dir(name: &str) -> Option<TopicPartition> {
    if OTHER_DIRS.iter().any(|suffix| name.ends_with(suffix)) {
        return None;
    }
    let (topic, partition) = name.rsplit_once('-')?;
    let digits_only = !partition.is_empty() && partition.bytes().all(|byte| byte.is_ascii_digit());
    // A number has one directory: nobody makes `t-06`, and a second one for `t-6` would be opened in its place.
    let is_padded = partition.len() > 1 && partition.starts_with('0');
    if topic.is_empty() || !digits_only || is_padded {
        return None;
    }
    let partition = PartitionId(partition.parse().ok()?);
    Some(TopicPartition {
        topic: topic.to_owned(),
        partition,
    })
}

/// The directory name of a partition. Refuses what would leave the data directory or be taken for something else.
pub(super) fn partition_dir_name(topic_partition: &TopicPartition) -> Result<String, LogError> {
    let name = topic_partition.to_string();
    let reason = if name.contains('/') || name.contains('\0') {
        "it has a character that no file name may have"
    } else if name.len() > NAME_BYTES_MAX {
        "it is longer than 255 bytes"
    } else if parse_partition_dir(&name).as_ref() != Some(topic_partition) {
        "it would not be found again under this name"
    } else {
        return Ok(name);
    };
    Err(LogError::BadName { name, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(topic: &str, partition: i32) -> TopicPartition {
        TopicPartition {
            topic: topic.to_owned(),
            partition: PartitionId(partition),
        }
    }

    #[test]
    fn file_names_are_kafkas_and_come_back() {
        assert_eq!(file_name(Offset(42), LOG), "00000000000000000042.log");
        assert_eq!(
            parse_file_name("00000000000000000042.log.deleted"),
            Some((Offset(42), "log.deleted"))
        );
        for foreign in [
            "42.log",
            "0000000000000000004x.log",
            "leader-epoch-checkpoint",
            "99999999999999999999.log",
        ] {
            assert_eq!(parse_file_name(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn partition_directories_are_told_from_others() {
        assert_eq!(parse_partition_dir("a-b-3"), Some(partition("a-b", 3)));
        assert_eq!(parse_partition_dir("a-0"), Some(partition("a", 0)));
        for other in [
            "a-3.5f2c-delete",
            "a-3.5f2c-future",
            "a-3.5f2c-stray",
            "lost+found",
            "-3",
            "a-",
            "a-x",
            "a-+3",
            "a-03",
            "a-00",
        ] {
            assert_eq!(parse_partition_dir(other), None, "{other}");
        }
    }

    #[test]
    fn a_deleted_directory_has_a_legal_name_however_long_its_topic() {
        let id = Uuid::from_u128(0xabc);
        assert_eq!(
            delete_dir_name(&partition("t", 1), id),
            "t-1.00000000000000000000000000000abc-delete"
        );
        let long = delete_dir_name(&partition(&"x".repeat(249), 100), id);
        assert_eq!(long.len(), 255);
        assert_eq!(parse_partition_dir(&long), None);
    }

    #[test]
    fn names_that_leave_the_directory_are_refused() {
        assert_eq!(partition_dir_name(&partition("ok", 0)), Ok("ok-0".to_owned()));
        for bad in ["a/b", "..\0", "", &"y".repeat(254)] {
            assert!(partition_dir_name(&partition(bad, 0)).is_err(), "{bad}");
        }
        assert!(partition_dir_name(&partition("x", -1)).is_err());
    }
}
