//! The machine's file systems.
//!
//! Plain system calls at positions: no seek pointer, so that handles are shared between threads. Every new name is
//! made durable by an fsync of its directory, either here (rename, create_dir_all) or by the caller (`sync_dir`).

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use parking_lot::Mutex;
use rustix::fs::FlockOperation;
use rustix::io::{Errno, ReadWriteFlags};

use super::{DirEntry, Disk, DiskFile, LockGuard, Mapping, OpenMode};

/// The disk that the operating system gives.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

/// Slices that one `pwritev` takes at most (`IOV_MAX`).
const SLICES_PER_WRITE_MAX: usize = 1024;

/// Lock files that this process holds. A POSIX record lock, the kind Java takes, belongs to the process and is lost when
/// any descriptor of the file is closed: a second attempt from within must not even open it.
static HELD: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

impl RealDisk {
    /// The disk.
    pub fn new() -> RealDisk {
        RealDisk
    }
}

impl Disk for RealDisk {
    #[expect(clippy::disallowed_methods, reason = "this is the module that opens files")]
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true);
        match mode {
            OpenMode::Read => &mut options,
            OpenMode::ReadWrite => options.write(true),
            OpenMode::Create => options.write(true).create(true).truncate(false),
            OpenMode::Truncate => options.write(true).create(true).truncate(true),
        };
        Ok(Arc::new(RealFile(options.open(path)?)))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = path
            .ancestors()
            .take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists())
            .collect();
        fs::create_dir_all(path)?;
        missing.iter().try_for_each(|dir| self.sync_dir(parent(dir)))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            result => result,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that renames")]
    fn rename_unsynced(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename_unsynced(from, to)?;
        self.sync_dir(parent(to))?;
        if parent(from) != parent(to) {
            self.sync_dir(parent(from))?;
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that removes")]
    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            // Follows a link, as whoever opens the name does.
            let metadata = match fs::metadata(entry.path()) {
                Ok(metadata) => metadata,
                // Removed since it was listed, or a dangling link.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let modified = metadata
                .modified()
                .ok()
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            entries.push(DirEntry {
                name: entry.file_name().to_string_lossy().into_owned(),
                is_dir: metadata.is_dir(),
                len: if metadata.is_dir() { 0 } else { metadata.len() },
                modified_ms: modified
                    .and_then(|since| i64::try_from(since.as_millis()).ok())
                    .unwrap_or(0),
            });
        }
        entries.sort();
        Ok(entries)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that opens files")]
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the module that opens files")]
    fn lock(&self, path: &Path) -> io::Result<LockGuard> {
        let path = fs::canonicalize(parent(path))?.join(path.file_name().unwrap_or_default());
        let mut held = HELD.lock();
        if held.contains(&path) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        // The first keeps out Apache Kafka (Java's kind of lock), the second whoever uses flock.
        for attempt in [
            rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive),
            rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive),
        ] {
            match attempt {
                Err(Errno::AGAIN | Errno::ACCESS) => return Err(io::ErrorKind::WouldBlock.into()),
                other => other?,
            }
        }
        held.push(path.clone());
        Ok(Box::new(HeldLock { path, _file: file }))
    }

    fn free_space(&self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn total_space(&self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_blocks.saturating_mul(stat.f_frsize))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }
}

/// The directory that holds a name; the working directory for a bare one.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        Some(_) => Path::new("."),
        None => path,
    }
}

struct HeldLock {
    path: PathBuf,
    // Closing it releases both locks.
    _file: File,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        HELD.lock().retain(|held| *held != self.path);
    }
}

#[derive(Debug)]
struct RealFile(File);

impl DiskFile for RealFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.0.read_at(buffer, position)
    }

    fn read_at_nowait(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        let slices = &mut [IoSliceMut::new(buffer)];
        match rustix::io::preadv2(&self.0, slices, position, ReadWriteFlags::NOWAIT) {
            // A file system that cannot tell: the caller goes the way that may wait.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => Err(io::ErrorKind::WouldBlock.into()),
            result => Ok(result?),
        }
    }

    fn write_all_at(&self, slices: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        let mut owned: Vec<IoSlice<'_>>;
        let mut rest = slices;
        let mut position = position;
        loop {
            let group = rest.get(..SLICES_PER_WRITE_MAX).unwrap_or(rest);
            let total: usize = group.iter().map(|slice| slice.len()).sum();
            if total == 0 {
                match rest.get(SLICES_PER_WRITE_MAX..) {
                    Some(tail) if !tail.is_empty() => rest = tail,
                    _ => return Ok(()),
                }
                continue;
            }
            let written = match rustix::io::pwritev(&self.0, group, position) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => written,
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            position += written as u64;
            if written == total {
                rest = rest.get(SLICES_PER_WRITE_MAX..).unwrap_or_default();
            } else {
                // Rare: the rest is tried once more, and the system then says why it stopped (a full disk mostly).
                owned = unwritten(rest, written);
                return self.write_rest(&mut owned, position);
            }
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        if cfg!(feature = "planted-skipped-fsync") {
            return Ok(());
        }
        self.0.sync_data()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn set_modified_ms(&self, modified_ms: i64) -> io::Result<()> {
        let since = Duration::from_millis(u64::try_from(modified_ms).unwrap_or(0));
        self.0.set_modified(UNIX_EPOCH + since)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn map(&self, len: usize) -> io::Result<Mapping> {
        Mapping::of_file(&self.0, len)
    }

    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }
}

impl RealFile {
    fn write_rest(&self, slices: &mut [IoSlice<'_>], position: u64) -> io::Result<()> {
        let mut position = position;
        for slice in slices {
            self.0.write_all_at(slice, position)?;
            position += slice.len() as u64;
        }
        Ok(())
    }
}

/// The slices without their first `written` bytes.
fn unwritten<'a>(slices: &[IoSlice<'a>], written: usize) -> Vec<IoSlice<'a>> {
    let mut owned = slices.to_vec();
    let mut rest = owned.as_mut_slice();
    IoSlice::advance_slices(&mut rest, written);
    rest.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_slices_are_written_in_order_also_beyond_what_one_call_takes() {
        let dir = tempfile::tempdir().unwrap();
        let file = RealDisk.open(&dir.path().join("f"), OpenMode::Create).unwrap();
        let pieces: Vec<Vec<u8>> = (0..2_500u32).map(|n| n.to_be_bytes().to_vec()).collect();
        let slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        file.write_all_at(&slices, 3).unwrap();
        let mut got = vec![0; 10_000];
        file.read_exact_at(&mut got, 3).unwrap();
        assert_eq!(got, pieces.concat());
        assert_eq!(file.len().unwrap(), 10_003);
    }

    #[test]
    fn a_partly_written_group_of_slices_goes_on_where_it_stopped() {
        let slices = [IoSlice::new(b"abc"), IoSlice::new(b""), IoSlice::new(b"defg")];
        let rest: Vec<Vec<u8>> = unwritten(&slices, 4).iter().map(|slice| slice.to_vec()).collect();
        assert_eq!(rest.concat(), b"efg");
    }

    #[test]
    fn a_lock_is_exclusive_within_the_process_and_free_after_its_guard() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".lock");
        let guard = RealDisk.lock(&path).unwrap();
        assert_eq!(
            RealDisk.lock(&path).err().map(|error| error.kind()),
            Some(io::ErrorKind::WouldBlock)
        );
        drop(guard);
        RealDisk.lock(&path).unwrap();
    }

    #[test]
    fn replacing_a_file_leaves_no_other_name_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        RealDisk.write_atomically(&path, b"one").unwrap();
        RealDisk.write_atomically(&path, b"two").unwrap();
        assert_eq!(RealDisk.read(&path, 100).unwrap(), b"two");
        assert_eq!(RealDisk.read(&path, 2).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        let names: Vec<String> = RealDisk
            .list(dir.path())
            .unwrap()
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        assert_eq!(names, ["checkpoint"]);
    }

    #[test]
    fn directories_are_created_with_their_parents() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c");
        RealDisk.create_dir_all(&path).unwrap();
        RealDisk.create_dir_all(&path).unwrap();
        assert!(RealDisk.exists(&path).unwrap());
        let (free, total) = (
            RealDisk.free_space(&path).unwrap(),
            RealDisk.total_space(&path).unwrap(),
        );
        assert!(0 < free && free <= total);
    }

    #[test]
    fn a_read_from_memory_gives_bytes_or_would_block_but_never_other_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let file = RealDisk.open(&dir.path().join("f"), OpenMode::Create).unwrap();
        file.write_all_at(&[IoSlice::new(b"hello")], 0).unwrap();
        let mut buffer = [0; 5];
        match file.read_at_nowait(&mut buffer, 0) {
            Ok(count) => assert_eq!(&buffer[..count], &b"hello"[..count]),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
        }
    }
}
