//! From the files to the image: the newest snapshot that is whole, then every record of the log after it.
//!
//! A damaged snapshot is passed over when an older one, or the beginning of the log, leads to the same place.

use std::path::Path;

use tracing::{info, warn};

use super::batches::{self, Content};
use super::kraft::KRaft;
use super::snapshot_file::{self, Snapshot, SnapshotId};
use crate::controller::error::LogFailure;
use crate::disk::Disk;
use crate::ids::{LeaderEpoch, Offset};
use crate::log::{Log, ReadRequest};
use crate::metadata::{MetadataDelta, MetadataImage, Provenance, Record};

/// How much of the log is in memory at a time.
const READ_BYTES: u64 = 1 << 20;

/// What the files say.
#[derive(Debug)]
pub struct Loaded {
    /// The effect of everything; may be inside a transaction that never ended.
    pub delta: MetadataDelta,
    /// The last record.
    pub provenance: Provenance,
    /// KRaft's own state.
    pub(super) kraft: KRaft,
    /// Whether no metadata record was ever written.
    pub is_empty: bool,
    /// The records that the first start shall write, when `is_empty`; none if the directory does not say.
    pub bootstrap: Option<Vec<Record>>,
    /// The snapshot that was used.
    pub(super) snapshot: Option<SnapshotId>,
    /// Bytes of the log that no snapshot covers.
    pub(super) bytes_since_snapshot: u64,
}

/// Loads the metadata whose log is `log` and whose snapshots are in `dir`.
pub fn load(disk: &dyn Disk, dir: &Path, log: &Log, cluster_id: &str) -> Result<Loaded, LogFailure> {
    let mut loaded = Loaded {
        delta: MetadataDelta::new(&MetadataImage::empty(cluster_id)),
        provenance: Provenance::NONE,
        kraft: KRaft::default(),
        is_empty: true,
        bootstrap: None,
        snapshot: None,
        bytes_since_snapshot: 0,
    };
    if let Some((id, snapshot)) = newest_usable(disk, dir, log)? {
        loaded.take_snapshot(id, snapshot)?;
    }
    let bootstrap = match loaded.snapshot {
        None if snapshot_file::list(disk, dir)?.contains(&SnapshotId::BOOTSTRAP) => {
            Some(snapshot_file::read(disk, dir, SnapshotId::BOOTSTRAP)?)
        }
        _ => None,
    };
    if let Some(bootstrap) = &bootstrap {
        // Who votes is said here alone until it changes; the metadata records are repeated in the log.
        loaded.kraft = bootstrap.kraft.clone();
    }
    let from = loaded.snapshot.map_or(Offset::ZERO, |id| id.end_offset);
    loaded.replay(log, from)?;
    loaded.bootstrap = bootstrap.map(|bootstrap| bootstrap.records).filter(|_| loaded.is_empty);
    Ok(loaded)
}

fn newest_usable(disk: &dyn Disk, dir: &Path, log: &Log) -> Result<Option<(SnapshotId, Snapshot)>, LogFailure> {
    let log_start = log.log_start_offset();
    let mut damaged = None;
    for id in snapshot_file::list(disk, dir)?.into_iter().rev() {
        if id == SnapshotId::BOOTSTRAP || id.end_offset < log_start {
            continue;
        }
        match snapshot_file::read(disk, dir, id) {
            Ok(snapshot) => {
                if id.end_offset > log.log_end_offset() {
                    info!(snapshot = %id.path(dir).display(), "the metadata log ends before its snapshot: begins anew there");
                    log.truncate_fully_and_start_at(id.end_offset)?;
                }
                return Ok(Some((id, snapshot)));
            }
            Err(error) => {
                warn!(%error, "a metadata snapshot cannot be used; looking for an older one");
                damaged.get_or_insert(error);
            }
        }
    }
    match damaged {
        _ if log_start == Offset::ZERO => Ok(None),
        Some(error) => Err(error),
        None => Err(LogFailure::NoSnapshot { log_start }),
    }
}

impl Loaded {
    fn take_snapshot(&mut self, id: SnapshotId, snapshot: Snapshot) -> Result<(), LogFailure> {
        for record in &snapshot.records {
            let offset = id.end_offset.0;
            self.delta
                .apply(record)
                .map_err(|reason| LogFailure::Inapplicable { offset, reason })?;
        }
        self.kraft = snapshot.kraft;
        self.is_empty = false;
        self.snapshot = Some(id);
        self.provenance = Provenance {
            last_offset: Offset(id.end_offset.0 - 1),
            last_epoch: id.epoch,
            last_timestamp_ms: snapshot.last_timestamp_ms,
        };
        Ok(())
    }

    fn replay(&mut self, log: &Log, from: Offset) -> Result<(), LogFailure> {
        let upto = log.log_end_offset();
        let mut next = from;
        while next < upto {
            let request = ReadRequest {
                from: next,
                upto,
                bytes_max: READ_BYTES,
                min_one_batch: true,
            };
            let read = log.read(request)?;
            for batch in read.batches()? {
                let offset = batch.base_offset();
                if !batch.verify_crc() {
                    return Err(LogFailure::CorruptBatch { offset });
                }
                self.bytes_since_snapshot += u64::try_from(batch.len()).unwrap_or(0);
                match batches::read(&batch)? {
                    Content::Records(records) => self.apply(records, from)?,
                    Content::Control(records) => self.kraft.note_all(records, offset)?,
                }
                self.provenance = Provenance {
                    last_offset: Offset(batch.last_offset()),
                    last_epoch: LeaderEpoch(batch.partition_leader_epoch()),
                    last_timestamp_ms: batch.max_timestamp(),
                };
            }
            // A read that gives nothing would be asked for again for ever.
            next = read.next_offset.max(next.plus(1));
        }
        Ok(())
    }

    fn apply(&mut self, records: Vec<(i64, Record)>, from: Offset) -> Result<(), LogFailure> {
        // A snapshot may end in the middle of a batch.
        for (offset, record) in records.into_iter().filter(|(offset, _)| *offset >= from.0) {
            self.delta
                .apply(&record)
                .map_err(|reason| LogFailure::Inapplicable { offset, reason })?;
            self.is_empty = false;
        }
        Ok(())
    }
}
