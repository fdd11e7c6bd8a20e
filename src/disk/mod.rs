//! The only module that opens files.
//!
//! Everything above names files by path through a [`Disk`] and holds them as [`DiskFile`]s, so that the same code runs
//! on the machine's file systems ([`RealDisk`]) and on a simulated one ([`SimDisk`]) that tears writes, loses what was
//! not synced and fails the n-th operation. How bytes become durable is here too ([`GroupCommit`]): fdatasync on the
//! file, fsync on its directory for new names and renames.
//! Knows nothing of logs, offsets or partitions. Invariant: no `std::fs` outside this directory.

mod file_range;
mod group_commit;
mod mapping;
mod real;
mod sim;
mod sim_state;

use std::any::Any;
use std::fmt;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::io::Errno;

pub use file_range::{FileRange, send_to};
pub use group_commit::{Durability, GroupCommit, GroupCommitConfig, SyncMetrics, SyncTicket, Syncable};
pub use mapping::Mapping;
pub use real::RealDisk;
pub use sim::{Crash, Fault, SimDisk};

/// How a file is opened. Every mode reads; all but `Read` write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// An existing file, for reading alone.
    Read,
    /// An existing file.
    ReadWrite,
    /// An existing file, or else a new one. The name is durable only after [`Disk::sync_dir`].
    Create,
    /// A file with this content length of zero: new, or emptied. The name is durable only after [`Disk::sync_dir`].
    Truncate,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The name, without its directory. Names that are not UTF-8 are shown with replacement characters.
    pub name: String,
    /// Whether it is a directory.
    pub is_dir: bool,
    /// The length of a file in bytes; 0 for a directory.
    pub len: u64,
    /// When a file's content last changed (ms since 1970); 0 where that is unknown.
    pub modified_ms: i64,
}

/// Whether an operation failed because this process, or the machine, may open no more files.
pub fn is_out_of_handles(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

/// Keeps an exclusive lock file locked; dropping it unlocks.
pub type LockGuard = Box<dyn Any + Send + Sync>;

/// A file system.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>>;

    /// Creates a directory and its missing parents, and makes their names durable.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;

    /// Creates a directory whose parent exists; nothing happens if it is there. Durable after [`Disk::sync_dir`] of the
    /// parent.
    fn create_dir(&self, path: &Path) -> io::Result<()>;

    /// Renames a file or directory, replacing a file of the new name. Durable after [`Disk::sync_dir`].
    fn rename_unsynced(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Renames a file or directory, replacing a file of the new name, and makes the change durable: after an error the
    /// old name, the new one, but never neither, is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file's name; handles that are open keep their content. Durable after [`Disk::sync_dir`].
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes a directory and everything in it.
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;

    /// What a directory holds, sorted by name.
    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;

    /// Makes the names in a directory durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Locks a file for this process, creating it if missing. `WouldBlock`: another process, or another part of this
    /// one, holds it. The lock is one that Apache Kafka respects, and respects Apache Kafka's.
    fn lock(&self, path: &Path) -> io::Result<LockGuard>;

    /// Bytes that may still be written to the file system that holds `path`.
    fn free_space(&self, path: &Path) -> io::Result<u64>;

    /// Bytes that the file system that holds `path` has room for, used or not.
    fn total_space(&self, path: &Path) -> io::Result<u64>;

    /// Whether there is a file or directory of this name.
    fn exists(&self, path: &Path) -> io::Result<bool>;

    /// Replaces a whole small file so that, whatever happens, either the old content is there or the new: written
    /// beside it under the name with `.tmp`, synced, renamed.
    fn write_atomically(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".tmp");
        let beside = Path::new(&beside);
        let file = self.open(beside, OpenMode::Truncate)?;
        file.write_all_at(&[IoSlice::new(bytes)], 0)?;
        file.sync_data()?;
        self.rename(beside, path)
    }

    /// A whole small file. `FileTooLarge`: it is longer than `len_max` bytes and was not read.
    fn read(&self, path: &Path, len_max: u64) -> io::Result<Vec<u8>> {
        let file = self.open(path, OpenMode::Read)?;
        let len = file.len()?;
        if len > len_max {
            let message = format!("{} has {len} bytes, at most {len_max} are read", path.display());
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut bytes, 0)?;
        Ok(bytes)
    }
}

/// An open file. Positions and lengths are bytes.
#[expect(clippy::len_without_is_empty, reason = "`len` asks the file system and may fail")]
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Reads at a position; fewer bytes than asked for are there, or 0 at the end.
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize>;

    /// As [`DiskFile::read_at`], but only from memory: `WouldBlock` where the disk would have to be waited for.
    fn read_at_nowait(&self, buffer: &mut [u8], position: u64) -> io::Result<usize>;

    /// Writes all slices one after the other from a position on, with as few calls as the system allows. After an error
    /// any part of them may be there.
    fn write_all_at(&self, slices: &[IoSlice<'_>], position: u64) -> io::Result<()>;

    /// Returns when everything written to this file so far is on stable storage. After an error nothing may be assumed
    /// about any write since the last success, and asking again proves nothing.
    fn sync_data(&self) -> io::Result<()>;

    /// Cuts or extends (with zeros) the file.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Sets when the content is said to have changed last (ms since 1970).
    fn set_modified_ms(&self, modified_ms: i64) -> io::Result<()>;

    /// The file's length.
    fn len(&self) -> io::Result<u64>;

    /// Maps the first `len` bytes, which must be there, for reading. Whoever shortens the file drops the mapping first.
    fn map(&self, len: usize) -> io::Result<Mapping>;

    /// The descriptor for `sendfile`; none on a simulated disk.
    fn as_fd(&self) -> Option<BorrowedFd<'_>>;

    /// Fills the buffer from a position on, or fails with `UnexpectedEof`.
    fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> io::Result<()> {
        let mut rest = buffer;
        let mut position = position;
        while !rest.is_empty() {
            match self.read_at(rest, position) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    rest = rest.split_at_mut_checked(count).map_or(&mut [], |(_, tail)| tail);
                    position += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
