//! A file system in memory that can be crashed and made to fail, for tests and simulations.
//!
//! Writes and new names are volatile until synced, as on a machine that loses power; [`SimDisk::crash`] takes away what
//! was not. [`SimDisk::fail_at`] makes the n-th changing operation fail. The same seed and the same calls give the same
//! history. Paths are absolute and are not normalised.

use std::fmt;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use parking_lot::Mutex;
use rustix::io::Errno;

use super::sim_state::{NameChange, Node, State, not_found};
use super::{DirEntry, Disk, DiskFile, LockGuard, Mapping, OpenMode};

pub use super::sim_state::Crash;

/// How an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The device reports an error (EIO). A failed sync loses what it should have kept.
    Io,
    /// There is no space left (ENOSPC); half of a write's bytes are there.
    Full,
    /// Half of a write's bytes are there, then EIO.
    ShortWrite,
    /// No more files can be opened (EMFILE). Reported by whatever the operation is; nothing of it is done.
    NoHandles,
    /// This and every later operation fails, until [`SimDisk::crash`]: the power is off.
    PowerOff,
}

/// A simulated disk; clones share it.
#[derive(Clone)]
pub struct SimDisk(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Changing operations since the start or the last `fail_at`.
    operations: AtomicU64,
    fault: Mutex<Option<(u64, Fault)>>,
    capacity: AtomicU64,
    now_ms: AtomicI64,
}

impl SimDisk {
    /// An empty disk of unlimited size; `seed` decides what a crash spares.
    pub fn new(seed: u64) -> SimDisk {
        SimDisk(Arc::new(Shared {
            state: Mutex::new(State::new(seed)),
            operations: AtomicU64::new(0),
            fault: Mutex::new(None),
            capacity: AtomicU64::new(u64::MAX),
            now_ms: AtomicI64::new(0),
        }))
    }

    /// Ends every open handle and lock and takes away what the crash does not spare. Faults are off afterwards.
    pub fn crash(&self, crash: Crash) {
        *self.0.fault.lock() = None;
        self.0.state.lock().crash(crash);
    }

    /// Another disk that holds what this one does, and decides by another seed what a crash spares. Without faults, locks
    /// or open handles.
    pub fn fork(&self, seed: u64) -> SimDisk {
        SimDisk(Arc::new(Shared {
            state: Mutex::new(self.0.state.lock().fork(seed)),
            operations: AtomicU64::new(0),
            fault: Mutex::new(None),
            capacity: AtomicU64::new(self.0.capacity.load(Ordering::Relaxed)),
            now_ms: AtomicI64::new(self.now_ms()),
        }))
    }

    /// Makes the `n`-th changing operation from now fail (the first is 1). Counts anew from here.
    pub fn fail_at(&self, n: u64, fault: Fault) {
        self.0.operations.store(0, Ordering::Relaxed);
        *self.0.fault.lock() = Some((n, fault));
    }

    /// No operation fails any more.
    pub fn fail_never(&self) {
        *self.0.fault.lock() = None;
    }

    /// Changing operations (creations, writes, syncs, cuts, renames, removals) since the start or the last `fail_at`.
    pub fn operations(&self) -> u64 {
        self.0.operations.load(Ordering::Relaxed)
    }

    /// Lets the files hold this many bytes in all; writes that would exceed it fail with ENOSPC.
    pub fn set_capacity(&self, bytes: u64) {
        self.0.capacity.store(bytes, Ordering::Relaxed);
    }

    /// The time that files are stamped with when they change (ms).
    pub fn set_time_ms(&self, now_ms: i64) {
        self.0.now_ms.store(now_ms, Ordering::Relaxed);
    }

    /// Overwrites bytes of a file where they lie on stable storage: damage, as a failing medium does it.
    pub fn damage(&self, path: &Path, position: u64, bytes: &[u8]) -> io::Result<()> {
        let file = self.open(path, OpenMode::ReadWrite)?;
        file.write_all_at(&[IoSlice::new(bytes)], position)?;
        file.sync_data()
    }

    fn now_ms(&self) -> i64 {
        self.0.now_ms.load(Ordering::Relaxed)
    }

    /// Counts a changing operation; the fault that it is to fail with.
    fn operation(&self) -> Option<Fault> {
        let number = self.0.operations.fetch_add(1, Ordering::Relaxed) + 1;
        match *self.0.fault.lock() {
            Some((n, fault)) if n == number || (fault == Fault::PowerOff && number >= n) => Some(fault),
            _ => None,
        }
    }

    /// Counts an operation that has no half-way state.
    fn whole_operation(&self) -> io::Result<()> {
        self.operation().map_or(Ok(()), |fault| Err(fault.error()))
    }
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.state.lock().names.len();
        write!(f, "SimDisk({names} names)")
    }
}

impl Fault {
    fn error(self) -> io::Error {
        match self {
            Fault::Full => Errno::NOSPC.into(),
            Fault::NoHandles => Errno::MFILE.into(),
            Fault::Io | Fault::ShortWrite | Fault::PowerOff => Errno::IO.into(),
        }
    }
}

impl Disk for SimDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let found = self.0.state.lock().names.get(path).copied();
        let creates = matches!(mode, OpenMode::Create | OpenMode::Truncate);
        let id = match found {
            Some(Node::Dir) => return Err(Errno::ISDIR.into()),
            Some(Node::File(id)) => {
                if mode == OpenMode::Truncate {
                    self.whole_operation()?;
                    let now_ms = self.now_ms();
                    if let Some(inode) = self.0.state.lock().inodes.get_mut(id) {
                        inode.set_len(0, now_ms);
                    }
                }
                id
            }
            None if creates => {
                let parent = path.parent().unwrap_or(path);
                if self.0.state.lock().names.get(parent) != Some(&Node::Dir) {
                    return Err(not_found(parent));
                }
                self.whole_operation()?;
                self.0.state.lock().create_file(path)
            }
            None => return Err(not_found(path)),
        };
        let generation = self.0.state.lock().generation;
        Ok(Arc::new(SimFile {
            disk: self.clone(),
            id,
            generation,
            path: path.to_owned(),
        }))
    }

    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let mut ancestors: Vec<&Path> = path.ancestors().collect();
        ancestors.reverse();
        for dir in ancestors {
            if self.exists(dir)? {
                continue;
            }
            self.create_dir(dir)?;
            self.sync_dir(dir.parent().unwrap_or(dir))?;
        }
        Ok(())
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let parent = path.parent().unwrap_or(path);
        match (self.exists(path)?, self.exists(parent)? || parent == path) {
            (true, _) => Ok(()),
            (false, false) => Err(not_found(parent)),
            (false, true) => {
                self.whole_operation()?;
                let created = NameChange::Create(path.to_owned(), Node::Dir);
                self.0.state.lock().change_names(created);
                Ok(())
            }
        }
    }

    fn rename_unsynced(&self, from: &Path, to: &Path) -> io::Result<()> {
        if !self.exists(from)? {
            return Err(not_found(from));
        }
        self.whole_operation()?;
        let renamed = NameChange::Rename(from.to_owned(), to.to_owned());
        self.0.state.lock().change_names(renamed);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.rename_unsynced(from, to)?;
        self.sync_dir(to.parent().unwrap_or(to))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        if !self.exists(path)? {
            return Err(not_found(path));
        }
        self.whole_operation()?;
        self.0.state.lock().change_names(NameChange::Remove(path.to_owned()));
        Ok(())
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        self.remove_file(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let state = self.0.state.lock();
        if state.names.get(dir) != Some(&Node::Dir) {
            return Err(not_found(dir));
        }
        let children = state.names.iter().filter(|(path, _)| path.parent() == Some(dir));
        let entries = children.map(|(path, node)| {
            let inode = match node {
                Node::File(id) => state.inodes.get(*id),
                Node::Dir => None,
            };
            DirEntry {
                name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                is_dir: *node == Node::Dir,
                len: inode.map_or(0, |inode| inode.content.len() as u64),
                modified_ms: inode.map_or(0, |inode| inode.modified_ms),
            }
        });
        Ok(entries.collect())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.whole_operation()?;
        self.0.state.lock().sync_dir(dir);
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<LockGuard> {
        self.open(path, OpenMode::Create)?;
        let mut state = self.0.state.lock();
        if state.locked.iter().any(|held| held == path) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        state.locked.push(path.to_owned());
        Ok(Box::new(SimLock {
            disk: self.clone(),
            path: path.to_owned(),
            generation: state.generation,
        }))
    }

    fn free_space(&self, _path: &Path) -> io::Result<u64> {
        Ok(self
            .0
            .capacity
            .load(Ordering::Relaxed)
            .saturating_sub(self.0.state.lock().used()))
    }

    fn total_space(&self, _path: &Path) -> io::Result<u64> {
        Ok(self.0.capacity.load(Ordering::Relaxed))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(self.0.state.lock().names.contains_key(path))
    }
}

struct SimLock {
    disk: SimDisk,
    path: PathBuf,
    generation: u64,
}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut state = self.disk.0.state.lock();
        if state.generation == self.generation {
            state.locked.retain(|held| *held != self.path);
        }
    }
}

struct SimFile {
    disk: SimDisk,
    id: usize,
    generation: u64,
    path: PathBuf,
}

impl fmt::Debug for SimFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimFile({})", self.path.display())
    }
}

impl SimFile {
    fn with<R>(&self, work: impl FnOnce(&mut super::sim_state::Inode) -> R) -> io::Result<R> {
        let mut state = self.disk.0.state.lock();
        if state.generation != self.generation {
            return Err(io::Error::other("this handle is from before the crash"));
        }
        state
            .inodes
            .get_mut(self.id)
            .map(work)
            .ok_or_else(|| not_found(&self.path))
    }
}

impl DiskFile for SimFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.with(|inode| {
            let from = usize::try_from(position).unwrap_or(usize::MAX).min(inode.content.len());
            let source = inode.content.get(from..).unwrap_or_default();
            let count = source.len().min(buffer.len());
            for (target, byte) in buffer.iter_mut().zip(source) {
                *target = *byte;
            }
            count
        })
    }

    fn read_at_nowait(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.read_at(buffer, position)
    }

    fn write_all_at(&self, slices: &[IoSlice<'_>], position: u64) -> io::Result<()> {
        let fault = self.disk.operation();
        let mut bytes: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
        let mut result = Ok(());
        if let Some(fault) = fault {
            bytes.truncate(match fault {
                Fault::ShortWrite | Fault::Full => bytes.len() / 2,
                Fault::Io | Fault::NoHandles | Fault::PowerOff => 0,
            });
            result = Err(fault.error());
        }
        let free = self.disk.free_space(&self.path)?;
        let now_ms = self.disk.now_ms();
        self.with(|inode| {
            let position = usize::try_from(position).unwrap_or(usize::MAX);
            let room = inode
                .content
                .len()
                .saturating_add(usize::try_from(free).unwrap_or(usize::MAX));
            if position.saturating_add(bytes.len()) > room {
                bytes.truncate(room.saturating_sub(position));
                result = Err(Errno::NOSPC.into());
            }
            inode.write(position, &bytes, now_ms);
        })?;
        result
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.whole_operation()?;
        self.with(|inode| inode.sync())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.whole_operation()?;
        let now_ms = self.disk.now_ms();
        self.with(|inode| inode.set_len(usize::try_from(len).unwrap_or(usize::MAX), now_ms))
    }

    fn set_modified_ms(&self, modified_ms: i64) -> io::Result<()> {
        self.with(|inode| inode.modified_ms = modified_ms)
    }

    fn len(&self) -> io::Result<u64> {
        self.with(|inode| inode.content.len() as u64)
    }

    fn map(&self, len: usize) -> io::Result<Mapping> {
        let mut bytes = vec![0; len];
        self.read_exact_at(&mut bytes, 0)?;
        Ok(Mapping::copied(bytes.into_boxed_slice()))
    }

    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

#[cfg(test)]
mod tests;
