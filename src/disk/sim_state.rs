//! What the simulated disk remembers: the names and bytes as a running process sees them, those on stable storage, and
//! the changes in between, in order.
//!
//! A crash makes the stable side current, after applying whichever of the unsynced changes the power cut is said to
//! have spared. Invariant: applying every pending change to the stable side gives the current side.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::env::{Random, SeededRandom};

/// What a disk writes at once at the least: a torn write ends at a multiple of it.
const SECTOR_BYTES: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Dir,
    File(usize),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Inode {
    pub(super) content: Vec<u8>,
    stable: Vec<u8>,
    pending: Vec<Change>,
    pub(super) modified_ms: i64,
}

#[derive(Debug, Clone)]
enum Change {
    Write { position: usize, bytes: Vec<u8> },
    SetLen(usize),
}

#[derive(Debug, Clone)]
pub(super) enum NameChange {
    Create(PathBuf, Node),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf),
}

/// How much of what was not synced a crash leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// A killed process: the system still has everything that was written.
    Process,
    /// Power loss at its worst: only what was synced is there.
    LoseUnsynced,
    /// Power loss in the middle of write-back: of what was not synced, a random part is there, in whole sectors.
    KeepSome,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) names: BTreeMap<PathBuf, Node>,
    stable_names: BTreeMap<PathBuf, Node>,
    pending_names: Vec<NameChange>,
    pub(super) inodes: Vec<Inode>,
    /// Handles from before the last crash are dead.
    pub(super) generation: u64,
    pub(super) locked: Vec<PathBuf>,
    random: SeededRandom,
}

impl State {
    pub(super) fn new(seed: u64) -> State {
        let root = BTreeMap::from([(PathBuf::from("/"), Node::Dir)]);
        State {
            names: root.clone(),
            stable_names: root,
            pending_names: Vec::new(),
            inodes: Vec::new(),
            generation: 0,
            locked: Vec::new(),
            random: SeededRandom::new(seed),
        }
    }

    /// A copy that decides by another seed what a crash spares.
    pub(super) fn fork(&self, seed: u64) -> State {
        State {
            names: self.names.clone(),
            stable_names: self.stable_names.clone(),
            pending_names: self.pending_names.clone(),
            inodes: self.inodes.clone(),
            generation: self.generation,
            locked: Vec::new(),
            random: SeededRandom::new(seed),
        }
    }

    pub(super) fn create_file(&mut self, path: &Path) -> usize {
        let id = self.inodes.len();
        self.inodes.push(Inode::default());
        self.change_names(NameChange::Create(path.to_owned(), Node::File(id)));
        id
    }

    pub(super) fn change_names(&mut self, change: NameChange) {
        apply_name(&mut self.names, &change);
        self.pending_names.push(change);
    }

    pub(super) fn sync_dir(&mut self, dir: &Path) {
        let concerns = |path: &Path| path.parent() == Some(dir);
        for change in std::mem::take(&mut self.pending_names) {
            let synced = match &change {
                NameChange::Create(path, _) | NameChange::Remove(path) => concerns(path),
                NameChange::Rename(from, to) => concerns(from) || concerns(to),
            };
            if synced {
                apply_name(&mut self.stable_names, &change);
            } else {
                self.pending_names.push(change);
            }
        }
    }

    /// Bytes that all files hold.
    pub(super) fn used(&self) -> u64 {
        let files = self.names.values().filter_map(|node| match node {
            Node::File(id) => self.inodes.get(*id),
            Node::Dir => None,
        });
        files.map(|inode| inode.content.len() as u64).sum()
    }

    pub(super) fn crash(&mut self, crash: Crash) {
        self.generation += 1;
        self.locked.clear();
        if crash == Crash::Process {
            return;
        }
        let pending = std::mem::take(&mut self.pending_names);
        if crash == Crash::KeepSome {
            // A file system's journal keeps the order of name changes: a prefix of them survives.
            let kept = self.random.below(pending.len() as u64 + 1) as usize;
            for change in pending.iter().take(kept) {
                apply_name(&mut self.stable_names, change);
            }
        }
        drop_unreachable(&mut self.stable_names);
        self.names = self.stable_names.clone();
        for inode in &mut self.inodes {
            inode.crash(crash, &self.random);
        }
    }
}

impl Inode {
    pub(super) fn write(&mut self, position: usize, bytes: &[u8], now_ms: i64) {
        self.change(
            Change::Write {
                position,
                bytes: bytes.to_vec(),
            },
            now_ms,
        );
    }

    pub(super) fn set_len(&mut self, len: usize, now_ms: i64) {
        self.change(Change::SetLen(len), now_ms);
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            apply(&mut self.stable, &change);
        }
    }

    fn change(&mut self, change: Change, now_ms: i64) {
        apply(&mut self.content, &change);
        self.pending.push(change);
        self.modified_ms = now_ms;
    }

    fn crash(&mut self, crash: Crash, random: &SeededRandom) {
        let pending = std::mem::take(&mut self.pending);
        if crash == Crash::KeepSome {
            for change in pending {
                if let Some(kept) = spared(change, random) {
                    apply(&mut self.stable, &kept);
                }
            }
        }
        self.content = self.stable.clone();
    }
}

/// Removes what lies in directories whose own names did not survive.
fn drop_unreachable(names: &mut BTreeMap<PathBuf, Node>) {
    let all = std::mem::take(names);
    // Parents come before what is in them.
    for (path, node) in all {
        let is_reachable = path.parent().is_none_or(|parent| names.get(parent) == Some(&Node::Dir));
        if is_reachable {
            names.insert(path, node);
        }
    }
}

/// The part of an unsynced change that the power cut left on the disk.
fn spared(change: Change, random: &SeededRandom) -> Option<Change> {
    match random.below(3) {
        0 => None,
        1 => Some(change),
        _ => match change {
            Change::Write { position, mut bytes } => {
                let sectors = bytes.len().div_ceil(SECTOR_BYTES) as u64;
                let kept = random.below(sectors + 1) as usize * SECTOR_BYTES;
                bytes.truncate(kept.saturating_sub(position % SECTOR_BYTES));
                Some(Change::Write { position, bytes })
            }
            Change::SetLen(len) => Some(Change::SetLen(len)),
        },
    }
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::SetLen(len) => content.resize(*len, 0),
        Change::Write { bytes, .. } if bytes.is_empty() => {}
        Change::Write { position, bytes } => {
            let end = position + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            if let Some(target) = content.get_mut(*position..end) {
                target.copy_from_slice(bytes);
            }
        }
    }
}

fn apply_name(names: &mut BTreeMap<PathBuf, Node>, change: &NameChange) {
    match change {
        NameChange::Create(path, node) => {
            names.insert(path.clone(), *node);
        }
        NameChange::Remove(path) => names.retain(|name, _| !name.starts_with(path)),
        NameChange::Rename(from, to) => {
            let moved: Vec<PathBuf> = names.keys().filter(|name| name.starts_with(from)).cloned().collect();
            for name in moved {
                let below = name.strip_prefix(from).map(Path::to_owned).unwrap_or_default();
                let target = if below.as_os_str().is_empty() {
                    to.clone()
                } else {
                    to.join(below)
                };
                if let Some(node) = names.remove(&name) {
                    names.insert(target, node);
                }
            }
        }
    }
}

pub(super) fn not_found(path: &Path) -> io::Error {
    io::Error::new(
        io::ErrorKind::NotFound,
        format!("{}: no such file or directory", path.display()),
    )
}
