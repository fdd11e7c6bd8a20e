//! What runs beside the requests: compaction, checkpoints, due flushes, expiry, removal of deleted topics' files.
//!
//! Each on its own interval, on threads that may wait for the disk. Nothing here is needed for correctness: a checkpoint
//! that was not written costs recovery time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::BrokerSettings;
use crate::metadata::MetadataPublisher;
use crate::partition::{Compaction, PartitionRegistry};

type Chore = fn(&PartitionRegistry);

/// How often directories of deleted topics are looked through.
const REMOVAL_INTERVAL: Duration = Duration::from_secs(1);

/// How often the data directories are asked for the room that they have.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The chores at work; see [`Upkeep::stop`].
#[derive(Debug)]
pub struct Upkeep {
    chores: JoinSet<()>,
    compaction: Compaction,
    stop: watch::Sender<bool>,
}

impl Upkeep {
    /// Starts every chore.
    pub fn start(settings: &BrokerSettings, partitions: &Arc<PartitionRegistry>) -> Upkeep {
        let mut upkeep = Upkeep {
            chores: JoinSet::new(),
            compaction: Compaction::start(partitions),
            stop: watch::Sender::new(false),
        };
        let ms = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap_or(u64::MAX));
        let chores: [(Duration, Chore); 8] = [
            (
                ms(settings.replica_high_watermark_checkpoint_interval_ms),
                PartitionRegistry::checkpoint_high_watermarks,
            ),
            (
                ms(settings.log_flush_offset_checkpoint_interval_ms),
                PartitionRegistry::checkpoint_recovery_points,
            ),
            (
                ms(settings.log_flush_start_offset_checkpoint_interval_ms),
                PartitionRegistry::checkpoint_log_starts,
            ),
            (flush_interval(settings), PartitionRegistry::flush_due),
            (
                ms(settings.producer_id_expiration_check_interval_ms),
                PartitionRegistry::expire_producers,
            ),
            (ms(settings.log_retention_check_interval_ms), PartitionRegistry::retain),
            (REMOVAL_INTERVAL, PartitionRegistry::remove_doomed),
            (WATCH_INTERVAL, PartitionRegistry::watch_directories),
        ];
        for (interval, chore) in chores {
            upkeep.add(interval, chore, partitions);
        }
        upkeep
    }

    fn add(&mut self, interval: Duration, chore: Chore, partitions: &Arc<PartitionRegistry>) {
        let partitions = Arc::clone(partitions);
        let mut stop = self.stop.subscribe();
        self.chores.spawn(async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(interval) => {}
                    _ = stop.changed() => return,
                }
                if partitions.is_empty() {
                    continue;
                }
                let partitions = Arc::clone(&partitions);
                if tokio::task::spawn_blocking(move || chore(&partitions)).await.is_err() {
                    tracing::error!("a chore of the broker ended in a panic; it is tried again");
                }
            }
        });
    }

    /// What has compaction follow the settings.
    pub fn compaction_publisher(&self) -> Arc<dyn MetadataPublisher> {
        self.compaction.publisher()
    }

    /// Ends the chores; one that is at work is waited for.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.chores.join_next().await.is_some() {}
        let compaction = self.compaction;
        if tokio::task::spawn_blocking(move || compaction.stop()).await.is_err() {
            tracing::error!("the end of compaction was cut off");
        }
    }
}

/// `log.flush.scheduler.interval.ms` is by default "never"; topics with `flush.ms` are then looked at once a second.
fn flush_interval(settings: &BrokerSettings) -> Duration {
    match u64::try_from(settings.log_flush_scheduler_interval_ms) {
        Ok(ms) if settings.log_flush_scheduler_interval_ms < i64::MAX => Duration::from_millis(ms.max(1)),
        _ => Duration::from_secs(1),
    }
}
