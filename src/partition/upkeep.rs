//! What the registry does from time to time, and at the end: checkpoints, due flushes, expiry, closing.
//!
//! Runs on a thread that may wait for the disk. A checkpoint that lags costs recovery time, never data.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Partition, PartitionError, PartitionRegistry};
use crate::ids::Offset;
use crate::log::{Checkpoint, LogDir, LogError, SpaceChange};

impl PartitionRegistry {
    /// Writes down how far consumers may read.
    pub fn checkpoint_high_watermarks(&self) {
        self.write(Checkpoint::HighWatermark, |partition| {
            Ok(Some(partition.high_watermark()))
        });
    }

    /// Writes down below which offset recovery need not look.
    pub fn checkpoint_recovery_points(&self) {
        self.write(Checkpoint::RecoveryPoint, |partition| {
            partition.log().recovery_checkpoint().map(Some)
        });
    }

    /// Writes down which logs no longer begin where their first segment does.
    pub fn checkpoint_log_starts(&self) {
        self.write(Checkpoint::LogStart, |partition| {
            Ok(Some(partition.log_start_offset()).filter(|start| *start > Offset::ZERO))
        });
    }

    /// Looks how much room the data directories have, and ends what waits in those that went offline.
    pub fn watch_directories(&self) {
        for dir in &self.world().dirs {
            let (health, min) = (dir.health(), self.free_bytes_min());
            if health.offline().is_some() {
                for (partition, _) in self.placed().iter().filter(|(_, place)| Arc::ptr_eq(place, dir)) {
                    partition.fail_waiting(&PartitionError::StorageFailed);
                }
                continue;
            }
            let directory = dir.path().display();
            match dir.free_space() {
                Ok(free) => match health.note_free_space(free, min) {
                    Some(SpaceChange::RanLow) => {
                        tracing::error!(%directory, free, min, "too little room: no records are taken until there is more");
                    }
                    Some(SpaceChange::Recovered) => tracing::info!(%directory, free, "there is room again"),
                    None => {}
                },
                Err(error) => tracing::warn!(%directory, %error, "cannot tell how much room is left"),
            }
        }
    }

    /// Has the logs synced whose `flush.ms` is over.
    pub fn flush_due(&self) {
        let now = self.world().clock.monotonic();
        for partition in self.all() {
            let Ok(flush_ms) = u64::try_from(partition.settings().flush_ms) else {
                continue;
            };
            let log = partition.log();
            let since = now.saturating_sub(log.last_flush());
            if log.unflushed_messages() > 0 && since >= Duration::from_millis(flush_ms) {
                partition.submit_sync();
            }
        }
    }

    /// Removes segments that are too old or too many, and files whose delay after that is over.
    pub fn retain(&self) {
        for partition in self.all() {
            let log = partition.log();
            let retained = log.delete_old_segments(partition.high_watermark()).and_then(|removed| {
                if !removed.is_empty() {
                    let start = partition.log_start_offset();
                    tracing::info!(partition = %partition.name(), files = removed.len(), log.start = %start, "retention");
                }
                log.remove_deleted()
            });
            match retained {
                // A partition that is being removed, or whose files have failed, has said so already.
                Ok(()) | Err(LogError::Closed | LogError::Failed { .. }) => {}
                Err(error) => tracing::error!(partition = %partition.name(), %error, "cannot remove old segments"),
            }
        }
    }

    /// Forgets producers that have been idle for too long.
    pub fn expire_producers(&self) {
        for partition in self.all() {
            partition.log().expire_producers();
        }
    }

    /// Closes every log and marks each directory whose logs all closed as cleanly shut down.
    pub fn close(&self, broker_epoch: i64) {
        let _one_writer = self.checkpointing.lock();
        let placed = self.placed();
        for dir in &self.world().dirs {
            let here = placed
                .iter()
                .filter(|(_, place)| Arc::ptr_eq(place, dir))
                .map(|(partition, _)| partition);
            let here: Vec<&Arc<Partition>> = here.collect();
            let closed = close_all(&here, self.world().settings.broker().num_recovery_threads_per_data_dir);
            self.checkpoint_before_the_end(dir, &here);
            if !closed || self.has_offline() {
                continue;
            }
            if let Err(error) = dir.mark_clean_shutdown(broker_epoch) {
                tracing::error!(directory = %dir.path().display(), %error, "cannot mark the clean shutdown");
            }
        }
    }

    /// After closing, all of a log is durable: its end is its recovery point.
    fn checkpoint_before_the_end(&self, dir: &LogDir, here: &[&Arc<Partition>]) {
        self.write_to(dir, Checkpoint::RecoveryPoint, here, |partition| {
            Ok(Some(partition.log().stable_offset()))
        });
        self.write_to(dir, Checkpoint::HighWatermark, here, |partition| {
            Ok(Some(partition.high_watermark()))
        });
        self.write_to(dir, Checkpoint::LogStart, here, |partition| {
            Ok(Some(partition.log_start_offset()).filter(|start| *start > Offset::ZERO))
        });
    }

    fn write(&self, which: Checkpoint, offset_of: impl Fn(&Partition) -> Result<Option<Offset>, LogError>) {
        let _one_writer = self.checkpointing.lock();
        let placed = self.placed();
        for dir in &self.world().dirs {
            let here = placed.iter().filter(|(_, place)| Arc::ptr_eq(place, dir));
            let here: Vec<&Arc<Partition>> = here.map(|(partition, _)| partition).collect();
            self.write_to(dir, which, &here, &offset_of);
        }
    }

    /// Writes a checkpoint file. A partition that has failed, or could not be opened, keeps its line: without its recovery
    /// point the next start would take damage for a torn write, and cut it off.
    fn write_to(
        &self,
        dir: &LogDir,
        which: Checkpoint,
        here: &[&Arc<Partition>],
        offset_of: impl Fn(&Partition) -> Result<Option<Offset>, LogError>,
    ) {
        if dir.health().offline().is_some() {
            return;
        }
        let mut unknown = dir.read_checkpoint(which).unwrap_or_default();
        let mut offsets = BTreeMap::new();
        for partition in here {
            let name = partition.name();
            let stays = unknown.remove(name);
            let offset = match partition.has_failed() {
                true => stays,
                false => offset_of(partition).unwrap_or_else(|error| {
                    tracing::warn!(partition = %name, %error, "its line in a checkpoint file stays as it is");
                    stays
                }),
            };
            offset.map(|offset| offsets.insert(name.clone(), offset));
        }
        let disk = &self.world().disk;
        unknown.retain(|name, _| {
            dir.partition_path(name)
                .is_ok_and(|path| disk.exists(&path).unwrap_or(true))
        });
        offsets.extend(unknown);
        if let Err(error) = dir.write_checkpoint(which, &offsets) {
            tracing::error!(directory = %dir.path().display(), ?which, %error, "cannot write a checkpoint file");
        }
    }
}

/// Closes logs on several threads, since each close waits for the disk; whether all of them closed in order.
fn close_all(partitions: &[&Arc<Partition>], threads: usize) -> bool {
    let share = partitions.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = partitions
            .chunks(share)
            .map(|partitions| {
                scope.spawn(move || {
                    // Counted, not asked for `all`: whatever comes of one, the others are closed too.
                    partitions.iter().filter(|partition| !close_one(partition)).count()
                })
            })
            .collect();
        let left_open = workers.into_iter().map(|worker| worker.join().unwrap_or(usize::MAX));
        left_open.fold(0, usize::saturating_add) == 0
    })
}

/// Whether the log closed in order.
fn close_one(partition: &Partition) -> bool {
    match partition.close() {
        Ok(()) => !partition.has_failed(),
        Err(error) => {
            tracing::error!(partition = %partition.name(), %error, "cannot close a log in order");
            false
        }
    }
}
