//! Snapshots of the metadata: `<end offset, 20 digits>-<epoch, 10 digits>.checkpoint`.
//!
//! A file of batches: control records (a header, KRaft's own), the metadata records, a footer control record. Offsets
//! in it count from 0 and mean nothing. A file without its footer is damaged. Written beside its name and renamed, so
//! that a name means a whole file.

use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use dmq_protocol::control_records::{ControlRecord, ControlRecordType, SnapshotFooterRecord, SnapshotHeaderRecord};
use dmq_protocol::records::RecordBatch;

use super::batches::{self, Content, Stamp};
use super::kraft::KRaft;
use crate::controller::error::LogFailure;
use crate::disk::Disk;
use crate::ids::{LeaderEpoch, Offset};
use crate::limits::METADATA_SNAPSHOT_BYTES_MAX;
use crate::metadata::Record;

const SUFFIX: &str = ".checkpoint";

/// Which prefix of the log a snapshot stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SnapshotId {
    /// The offset after the last record that the snapshot reflects.
    pub end_offset: Offset,
    /// That record's epoch.
    pub epoch: LeaderEpoch,
}

impl SnapshotId {
    /// The one that holds what the first start shall write.
    pub const BOOTSTRAP: SnapshotId = SnapshotId {
        end_offset: Offset::ZERO,
        epoch: LeaderEpoch(0),
    };

    /// The file's path.
    pub fn path(self, dir: &Path) -> PathBuf {
        dir.join(format!("{:020}-{:010}{SUFFIX}", self.end_offset.0, self.epoch.0))
    }

    fn from_name(name: &str) -> Option<SnapshotId> {
        let (offset, epoch) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(offset, 20) || !digits(epoch, 10) {
            return None;
        }
        Some(SnapshotId {
            end_offset: Offset(offset.parse().ok()?),
            epoch: LeaderEpoch(epoch.parse().ok()?),
        })
    }
}

/// The snapshots in a directory, oldest first.
pub(super) fn list(disk: &dyn Disk, dir: &Path) -> Result<Vec<SnapshotId>, LogFailure> {
    let entries = disk.list(dir).map_err(|error| LogFailure::io("list", dir, &error))?;
    let mut all: Vec<_> = entries
        .iter()
        .filter_map(|entry| SnapshotId::from_name(&entry.name))
        .collect();
    all.sort_unstable();
    Ok(all)
}

/// What a snapshot holds.
#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    /// When the last record that it reflects was appended, in ms since 1970.
    pub last_timestamp_ms: i64,
    /// KRaft's control records.
    pub kraft: KRaft,
    /// The metadata records.
    pub records: Vec<Record>,
}

/// Reads a snapshot whole.
pub(super) fn read(disk: &dyn Disk, dir: &Path, id: SnapshotId) -> Result<Snapshot, LogFailure> {
    let path = id.path(dir);
    let bytes = disk
        .read(&path, METADATA_SNAPSHOT_BYTES_MAX)
        .map_err(|error| LogFailure::io("read", &path, &error))?;
    parse(Bytes::from(bytes)).map_err(|reason| LogFailure::BadSnapshot { path, reason })
}

fn parse(mut bytes: Bytes) -> Result<Snapshot, String> {
    let (mut header, mut footer) = (None::<SnapshotHeaderRecord>, false);
    let (mut kraft, mut records) = (KRaft::default(), Vec::new());
    while !bytes.is_empty() {
        if footer {
            return Err(format!("{} bytes follow the footer", bytes.len()));
        }
        let batch = RecordBatch::split_first(&mut bytes).map_err(|error| error.to_string())?;
        if !batch.verify_crc() {
            return Err(format!("the batch at {} does not match its CRC", batch.base_offset()));
        }
        match batches::read(&batch).map_err(|error| error.to_string())? {
            Content::Control(control) => {
                for (kind, value) in &control {
                    match kind {
                        ControlRecordType::SnapshotHeader => {
                            let read = SnapshotHeaderRecord::from_value(value.clone());
                            header = Some(read.map_err(|error| error.to_string())?);
                        }
                        ControlRecordType::SnapshotFooter => footer = true,
                        _ => {}
                    }
                }
                kraft
                    .note_all(control, batch.base_offset())
                    .map_err(|error| error.to_string())?;
            }
            Content::Records(new) => records.extend(new.into_iter().map(|(_, record)| record)),
        }
        if header.is_none() {
            return Err("it does not begin with a header".to_owned());
        }
    }
    match header {
        Some(header) if footer => Ok(Snapshot {
            last_timestamp_ms: header.last_contained_log_timestamp,
            kraft,
            records,
        }),
        _ => Err("it has no footer".to_owned()),
    }
}

/// Writes a snapshot, durably; gives its length in bytes.
pub(super) fn write(
    disk: &dyn Disk,
    dir: &Path,
    id: SnapshotId,
    (last_timestamp_ms, kraft): (i64, &KRaft),
    records: impl Iterator<Item = Record>,
    stamp: Stamp,
) -> Result<u64, LogFailure> {
    let stamp = Stamp {
        epoch: id.epoch.0,
        ..stamp
    };
    let header = SnapshotHeaderRecord {
        version: 0,
        last_contained_log_timestamp: last_timestamp_ms,
    };
    let mut first = vec![(ControlRecordType::SnapshotHeader, header.to_value()?)];
    first.extend(kraft.to_snapshot()?);
    let mut file = BytesMut::from(&*batches::control(0, &first, stamp)?);
    let from = i64::try_from(first.len()).unwrap_or(i64::MAX);
    let (body, count) = batches::stream(from, records, stamp)?;
    file.extend_from_slice(&body);
    let footer = (
        ControlRecordType::SnapshotFooter,
        SnapshotFooterRecord { version: 0 }.to_value()?,
    );
    file.extend_from_slice(&batches::control(from + count, &[footer], stamp)?);
    let path = id.path(dir);
    disk.write_atomically(&path, &file)
        .map_err(|error| LogFailure::io("write", &path, &error))?;
    Ok(u64::try_from(file.len()).unwrap_or(u64::MAX))
}

/// Removes snapshots older than `oldest_kept`, but the bootstrap one.
pub(super) fn remove_before(disk: &dyn Disk, dir: &Path, oldest_kept: SnapshotId) -> Result<(), LogFailure> {
    for id in list(disk, dir)? {
        if id < oldest_kept && id != SnapshotId::BOOTSTRAP {
            let path = id.path(dir);
            disk.remove_file(&path)
                .map_err(|error| LogFailure::io("remove", &path, &error))?;
        }
    }
    Ok(())
}
