//! Files that an interrupted compaction, deletion or rewrite left behind, as Apache Kafka treats them.
//!
//! `.deleted` and `.cleaned` files go. `.swap` files are finished: they replace the segments whose offsets they cover,
//! unless a `.cleaned` file at or below them shows that not all of their kind were finished. `.tmp` files of atomic
//! rewrites go. Done before anything else of the directory is looked at; doing it twice does no harm.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::LogError;
use super::error::IoContext;
use super::file_names::{CLEANED, DELETED, LOG, OFFSET_INDEX, SWAP, TIME_INDEX, TXN_INDEX, parse_file_name};
use super::scan::Scan;
use super::segment_files::remove_if_there;
use crate::disk::{DirEntry, Disk, OpenMode};
use crate::ids::Offset;

const TMP: &str = ".tmp";

/// A file of a segment: base offset, extension with suffix, path.
struct Found {
    base: Offset,
    extension: String,
    path: PathBuf,
}

/// What a partition's directory holds, once it is cleaned up.
pub(super) fn resolve(disk: &Arc<dyn Disk>, dir: &Path) -> Result<Vec<DirEntry>, LogError> {
    let list = || disk.list(dir).during("list the partition's directory", dir);
    let names = list()?;
    let in_transition = |entry: &DirEntry| {
        [DELETED, CLEANED, SWAP, TMP]
            .iter()
            .any(|suffix| entry.name.ends_with(suffix))
    };
    if !names.iter().any(in_transition) {
        return Ok(names);
    }
    let mut files = Vec::new();
    for entry in names.iter().filter(|entry| !entry.is_dir) {
        let path = dir.join(&entry.name);
        if let Some((base, extension)) = parse_file_name(&entry.name) {
            files.push(Found {
                base,
                extension: extension.to_owned(),
                path,
            });
        } else if entry.name == format!("{}{TMP}", super::file_names::LEADER_EPOCHS) {
            remove_if_there(disk.as_ref(), &path)?;
        }
    }
    let ends = |found: &&Found, suffix: &str| found.extension.ends_with(suffix);
    let first_cleaned = files
        .iter()
        .filter(|found| ends(found, CLEANED))
        .map(|found| found.base)
        .min();
    for found in &files {
        let unfinished = ends(&found, SWAP) && first_cleaned.is_some_and(|first| found.base >= first);
        if unfinished || [DELETED, CLEANED, TMP].iter().any(|suffix| ends(&found, suffix)) {
            remove_if_there(disk.as_ref(), &found.path)?;
        }
    }
    let finished = |found: &&Found| ends(found, SWAP) && first_cleaned.is_none_or(|first| found.base < first);
    let swaps: Vec<&Found> = files.iter().filter(finished).collect();
    if !swaps.is_empty() {
        replace(disk, dir, &files, &swaps)?;
    }
    list()
}

fn replace(disk: &Arc<dyn Disk>, dir: &Path, files: &[Found], swaps: &[&Found]) -> Result<(), LogError> {
    let mut covered: Option<(Offset, Offset)> = None;
    for swap in swaps.iter().filter(|swap| swap.extension == format!("{LOG}{SWAP}")) {
        let end = end_of(disk, swap)?;
        let (from, to) = covered.unwrap_or((swap.base, end));
        covered = Some((from.min(swap.base), to.max(end)));
    }
    // Without records among them an earlier attempt renamed those already, and removed the originals before.
    let (from, to) = covered.unwrap_or((Offset::ZERO, Offset::ZERO));
    let replaced = |base: Offset| base >= from && (base < to || base == from);
    let settled = |found: &&Found| {
        covered.is_some()
            && [LOG, OFFSET_INDEX, TIME_INDEX, TXN_INDEX].contains(&found.extension.as_str())
            && replaced(found.base)
    };
    for found in files.iter().filter(settled) {
        remove_if_there(disk.as_ref(), &found.path)?;
    }
    // The originals are gone, durably, before the first replacement takes a name.
    disk.sync_dir(dir).during("sync the partition's directory", dir)?;
    for swap in swaps {
        let name = swap.path.to_string_lossy();
        let target = PathBuf::from(name.strip_suffix(SWAP).unwrap_or(&name));
        disk.rename(&swap.path, &target).during("rename the file", &swap.path)?;
    }
    Ok(())
}

fn end_of(disk: &Arc<dyn Disk>, swap: &Found) -> Result<Offset, LogError> {
    let file = disk
        .open(&swap.path, OpenMode::Read)
        .during("open the file", &swap.path)?;
    let len = file.len().during("measure the file", &swap.path)?;
    let mut end = swap.base;
    for found in Scan::headers(&*file, 0, len) {
        end = Offset(found.map_err(|fault| fault.damage(&swap.path))?.header.next_offset());
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use bytes::Bytes;
    use dmq_protocol::compression::Compression;
    use dmq_protocol::records::{BatchBuilder, TimestampType};

    use super::*;
    use crate::disk::SimDisk;

    fn batch(base: i64) -> Bytes {
        let mut builder = BatchBuilder::new(base, Compression::None, TimestampType::CreateTime);
        builder.append(1, None, Some(b"x"), &[]).unwrap();
        builder.build().unwrap()
    }

    fn after(files: &[(&str, &[u8])]) -> Vec<String> {
        let disk = SimDisk::new(1);
        let dir = Path::new("/t-0");
        disk.create_dir_all(dir).unwrap();
        for (name, content) in files {
            let file = disk.open(&dir.join(name), OpenMode::Create).unwrap();
            file.write_all_at(&[IoSlice::new(content)], 0).unwrap();
        }
        let disk: Arc<dyn Disk> = Arc::new(disk);
        resolve(&disk, dir).unwrap();
        resolve(&disk, dir).unwrap();
        disk.list(dir).unwrap().into_iter().map(|entry| entry.name).collect()
    }

    #[test]
    fn deleted_and_unfinished_files_go_and_foreign_ones_stay() {
        let names = after(&[
            ("00000000000000000000.log", b""),
            ("00000000000000000000.log.deleted", b""),
            ("00000000000000000005.index.cleaned", b""),
            ("00000000000000000005.log.swap", b""),
            ("00000000000000000007.snapshot.tmp", b""),
            ("00000000000000000100-0000000001.checkpoint.deleted", b""),
            ("leader-epoch-checkpoint.tmp", b""),
            ("notes.txt", b""),
        ]);
        let kept = [
            "00000000000000000000.log",
            "00000000000000000100-0000000001.checkpoint.deleted",
            "notes.txt",
        ];
        assert_eq!(names, kept);
    }

    #[test]
    fn a_finished_swap_replaces_the_segments_that_it_covers() {
        let swap = [batch(0), batch(9)].concat();
        let names = after(&[
            ("00000000000000000000.log", b"old"),
            ("00000000000000000000.index", b"old"),
            ("00000000000000000005.log", b"old"),
            ("00000000000000000010.log", b"next"),
            ("00000000000000000000.log.swap", &swap),
            ("00000000000000000000.index.swap", b""),
        ]);
        let kept = [
            "00000000000000000000.index",
            "00000000000000000000.log",
            "00000000000000000010.log",
        ];
        assert_eq!(names, kept);
    }
}
