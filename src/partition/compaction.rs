//! Which log is cleaned when, and by whom: Kafka's log cleaner over all replicas of this broker.
//!
//! A few threads of their own, which rest while nothing is dirty enough. Each takes the dirtiest log that is due and that
//! no other has, cleans it (`log::Cleanable`), and writes down how far (`cleaner-offset-checkpoint`). A log that cannot
//! be cleaned is named once and left alone until the next start.
//! Crash story: before a cleaning begins, recovery points are written down, so that recovery never meets the gaps of a
//! cleaned segment above its point; a cleaner checkpoint that lags costs a cleaning, never a record.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::{Partition, PartitionRegistry};
use crate::ids::{PartitionId, TopicId};
use crate::log::{Checkpoint, Cleanable, Cleaned, CleaningError, CleaningLimits, LogDir, LogError, Pace, Throttle};
use crate::metadata::{ConfigResourceType, MetadataChanges, MetadataImage, MetadataPublisher};

/// A cleaning reports at least this often, so that a stop need not wait long.
const WAIT_MAX: Duration = Duration::from_secs(1);
/// Each cleaner thread's map is at most as large as Kafka's may be.
const KEY_MAP_BYTES_MAX: usize = i32::MAX as usize;

type Key = (TopicId, PartitionId);

/// The cleaner threads. Dropping it ends them; [`Compaction::stop`] also waits for that.
pub struct Compaction {
    shared: Arc<Shared>,
}

struct Shared {
    /// For the threads that are still to be started.
    this: Weak<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    partitions: Arc<PartitionRegistry>,
    state: Mutex<State>,
    wake: Condvar,
    throttle: Mutex<Throttle>,
}

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    /// How often the settings have changed; a rest between two cleanings ends with that.
    settings_changes: u64,
    /// The numbers of the threads that run.
    running: BTreeSet<usize>,
    in_progress: HashSet<Key>,
    /// Logs that could not be cleaned.
    given_up: HashSet<Key>,
}

/// A log that a thread has taken.
struct Taken {
    partition: Arc<Partition>,
    dir: Arc<LogDir>,
    cleanable: Cleanable,
}

impl fmt::Debug for Compaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compaction({} threads)", self.threads())
    }
}

impl Compaction {
    /// Starts the threads of `log.cleaner.threads`, if `log.cleaner.enable`.
    pub fn start(partitions: &Arc<PartitionRegistry>) -> Compaction {
        let compaction = Compaction::without_threads(partitions);
        compaction.shared.start_missing_threads();
        compaction
    }

    /// What has the number of threads follow the settings; to be registered after what changes those.
    pub fn publisher(&self) -> Arc<dyn MetadataPublisher> {
        Arc::clone(&self.shared) as _
    }

    /// How many threads run.
    pub fn threads(&self) -> usize {
        self.shared.state.lock().running.len()
    }

    /// For who calls [`Compaction::clean_dirtiest`] without a thread.
    pub(super) fn without_threads(partitions: &Arc<PartitionRegistry>) -> Compaction {
        let world = partitions.world();
        let rate = world.settings.broker().log_cleaner_io_max_bytes_per_second;
        let throttle = Throttle::new(rate, world.clock.monotonic());
        Compaction {
            shared: Arc::new_cyclic(|this| Shared {
                this: Weak::clone(this),
                threads: Mutex::default(),
                partitions: Arc::clone(partitions),
                state: Mutex::default(),
                wake: Condvar::new(),
                throttle: Mutex::new(throttle),
            }),
        }
    }

    /// Cleans the log that needs it most, on this thread; whether one did and could be.
    pub fn clean_dirtiest(&self) -> bool {
        self.shared.clean_dirtiest()
    }

    /// Ends the threads; a cleaning under way is given up.
    pub fn stop(self) {
        self.shared.tell_to_stop();
        let threads = std::mem::take(&mut *self.shared.threads.lock());
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a cleaner thread had ended in a panic");
            }
        }
    }
}

impl Drop for Compaction {
    fn drop(&mut self) {
        self.shared.tell_to_stop();
    }
}

impl MetadataPublisher for Shared {
    fn name(&self) -> &'static str {
        "compaction"
    }

    fn publish(&self, _: &Arc<MetadataImage>, _: &Arc<MetadataImage>, changes: &MetadataChanges) {
        let mut changed = changes.configs_changed.iter();
        if changed.any(|resource| resource.kind == ConfigResourceType::BROKER) {
            self.start_missing_threads();
            // Those that rest between two cleanings look at the settings anew.
            self.state.lock().settings_changes += 1;
            self.wake.notify_all();
        }
    }
}

impl Pace for Shared {
    fn spend(&self, bytes: u64) -> bool {
        let now = self.partitions.world().clock.monotonic();
        let rate = self
            .partitions
            .world()
            .settings
            .broker()
            .log_cleaner_io_max_bytes_per_second;
        let wait = {
            let mut throttle = self.throttle.lock();
            throttle.set_rate(rate);
            throttle.spend(bytes, now)
        };
        self.rest(wait)
    }
}

impl Shared {
    /// How many threads the settings ask for.
    fn wanted_threads(&self) -> usize {
        let settings = self.partitions.world().settings.broker();
        match settings.log_cleaner_enable {
            true => settings.log_cleaner_threads,
            false => 0,
        }
    }

    fn start_missing_threads(&self) {
        let mut state = self.state.lock();
        for number in 0..self.wanted_threads() {
            let Some(shared) = self.this.upgrade().filter(|_| !state.stopping) else {
                return;
            };
            if !state.running.insert(number) {
                continue;
            }
            let started = std::thread::Builder::new()
                .name(format!("dmq-cleaner-{number}"))
                .spawn(move || shared.run(number));
            match started {
                Ok(thread) => self.threads.lock().push(thread),
                Err(error) => {
                    state.running.remove(&number);
                    tracing::error!(%error, "no thread for compaction: logs are cleaned more slowly or not");
                }
            }
        }
    }

    /// Whether the thread of this number is one too many by now; it then counts no longer.
    fn is_surplus(&self, number: usize) -> bool {
        let mut state = self.state.lock();
        let surplus = number >= self.wanted_threads();
        if surplus {
            state.running.remove(&number);
        }
        surplus
    }

    fn run(&self, number: usize) {
        while !self.is_surplus(number) {
            let backoff_ms = self.partitions.world().settings.broker().log_cleaner_backoff_ms;
            let backoff = Duration::from_millis(u64::try_from(backoff_ms).unwrap_or(0));
            let wait = if self.clean_dirtiest() { Duration::ZERO } else { backoff };
            if !self.rest_unless_changed(wait) {
                return;
            }
        }
    }

    /// Waits, unless the end comes first; whether to go on.
    fn rest(&self, wait: Duration) -> bool {
        let mut state = self.state.lock();
        let mut left = wait;
        while !state.stopping && left > Duration::ZERO {
            let step = left.min(WAIT_MAX);
            self.wake.wait_for(&mut state, step);
            left -= step;
        }
        !state.stopping
    }

    /// As [`Shared::rest`]; other settings end it early.
    fn rest_unless_changed(&self, wait: Duration) -> bool {
        let mut state = self.state.lock();
        let (mut left, before) = (wait, state.settings_changes);
        while !state.stopping && state.settings_changes == before && left > Duration::ZERO {
            let step = left.min(WAIT_MAX);
            self.wake.wait_for(&mut state, step);
            left -= step;
        }
        !state.stopping
    }

    fn tell_to_stop(&self) {
        self.state.lock().stopping = true;
        self.wake.notify_all();
    }

    fn clean_dirtiest(&self) -> bool {
        let Some(taken) = self.take_dirtiest() else {
            return false;
        };
        let key = key_of(&taken.partition);
        let outcome = self.clean(&taken);
        let mut state = self.state.lock();
        state.in_progress.remove(&key);
        match outcome {
            Ok(done) => {
                drop(state);
                report(&taken.partition, &done);
                self.partitions.checkpoint_cleaned(&taken.dir);
                true
            }
            Err(error) => {
                if is_lasting(&error) {
                    state.given_up.insert(key);
                }
                drop(state);
                complain(&taken.partition, &error);
                false
            }
        }
    }

    /// The log with the largest share of dirty bytes among those that are due and free.
    fn take_dirtiest(&self) -> Option<Taken> {
        let mut state = self.state.lock();
        let placed = self.partitions.placed();
        state
            .given_up
            .retain(|(topic, number)| self.partitions.get(*topic, *number).is_some());
        let free = |partition: &Partition| {
            let key = key_of(partition);
            !state.in_progress.contains(&key) && !state.given_up.contains(&key)
        };
        let due = placed.into_iter().filter_map(|(partition, dir)| {
            let config = partition.log().config();
            if !config.compact || partition.has_failed() || !free(&partition) {
                return None;
            }
            match partition.log().cleanable(partition.last_stable_offset()) {
                Ok(found) => {
                    let cleanable = found.filter(|cleanable| cleanable.is_due(config.min_dirty_ratio))?;
                    Some(Taken {
                        partition,
                        dir,
                        cleanable,
                    })
                }
                Err(LogError::Closed | LogError::Failed { .. }) => None,
                Err(error) => {
                    complain(&partition, &CleaningError::Log(error));
                    None
                }
            }
        });
        let dirtiest = due.max_by(|one, other| {
            let (one, other) = (one.cleanable.dirty_ratio(), other.cleanable.dirty_ratio());
            one.total_cmp(&other)
        })?;
        state.in_progress.insert(key_of(&dirtiest.partition));
        Some(dirtiest)
    }

    fn clean(&self, taken: &Taken) -> Result<Cleaned, CleaningError> {
        let settings = self.partitions.world().settings.broker();
        let threads = settings.log_cleaner_threads.max(1);
        let key_map_bytes = usize::try_from(settings.log_cleaner_dedupe_buffer_size).unwrap_or(0);
        let limits = CleaningLimits {
            key_map_bytes_max: (key_map_bytes / threads).min(KEY_MAP_BYTES_MAX),
            key_map_load_max: settings.log_cleaner_io_buffer_load_factor,
            // One half to read, one to write.
            io_bytes: settings.log_cleaner_io_buffer_size / threads / 2,
        };
        self.partitions.checkpoint_recovery_points();
        taken.partition.log().clean(&taken.cleanable, &limits, self)
    }
}

impl PartitionRegistry {
    /// Writes down how far the logs of a directory are cleaned.
    pub(super) fn checkpoint_cleaned(&self, dir: &Arc<LogDir>) {
        let mut offsets = BTreeMap::new();
        for (partition, place) in self.placed() {
            if let Some(offset) = partition.log().cleaned_upto().filter(|_| Arc::ptr_eq(&place, dir)) {
                offsets.insert(partition.name().clone(), offset);
            }
        }
        if let Err(error) = dir.write_checkpoint(Checkpoint::Cleaner, &offsets) {
            tracing::error!(directory = %dir.path().display(), %error, "cannot write down what was compacted");
        }
    }
}

fn key_of(partition: &Partition) -> Key {
    (partition.topic_id(), partition.name().partition)
}

/// Whether another attempt would end the same way.
fn is_lasting(error: &CleaningError) -> bool {
    match error {
        CleaningError::Stopped | CleaningError::Overtaken => false,
        CleaningError::MapTooSmall { .. } => true,
        CleaningError::Log(error) => {
            !error.is_passing() && !matches!(error, LogError::Closed | LogError::Failed { .. })
        }
    }
}

fn report(partition: &Partition, done: &Cleaned) {
    tracing::info!(
        partition = %partition.name(), from = %done.from, upto = %done.upto, bytes.read = done.bytes_read,
        bytes.written = done.bytes_written, records.read = done.records_read, records.kept = done.records_kept,
        keys = done.keys, "compacted"
    );
}

fn complain(partition: &Partition, error: &CleaningError) {
    let name = partition.name();
    match error {
        CleaningError::Stopped | CleaningError::Log(LogError::Closed | LogError::Failed { .. }) => {}
        CleaningError::Overtaken => tracing::info!(partition = %name, "compaction begins anew: {error}"),
        CleaningError::Log(error) if error.is_passing() => {
            tracing::warn!(partition = %name, %error, "cannot compact now; it is tried again");
        }
        _ => {
            if let CleaningError::Log(error @ LogError::Io { .. }) = error {
                partition.note_failure(error);
            }
            tracing::error!(partition = %name, %error, "cannot be compacted, and is left as it is until the next start");
        }
    }
}
