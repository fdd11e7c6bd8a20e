//! One sync for all appends before it.
//!
//! A target (a log) is submitted after each append that must become durable. It stands in the queue at most once; a
//! sync thread takes it, and the target's own [`Syncable::sync`] notes how far it is written, syncs, and reports that
//! far to whoever waits. Appends that arrive meanwhile put it into the queue again, behind the others: the longer a
//! sync takes, the more appends the next one covers.
//!
//! [`Durability`] is the seam: whoever appends says "make this durable", and learns of it from the target. A journal in
//! front of the logs would be another implementation. Knows nothing of logs. Threads start on demand and end when idle.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::env::Clock;
use crate::telemetry::metrics::{Collect, Counter, DurationHistogram, Family, Page};

/// Something that has been written to and can be made durable.
pub trait Syncable: Send + Sync {
    /// Makes durable what was written before the call, and reports the outcome to whoever waits for it. Called by one
    /// thread at a time.
    fn sync(&self);

    /// The target's place in the queue; the same one at each call.
    fn ticket(&self) -> &SyncTicket;
}

/// Makes targets durable, some time soon.
pub trait Durability: fmt::Debug + Send + Sync {
    /// Sees to it that everything written to the target before this call becomes durable. Returns at once.
    fn submit(&self, target: &Arc<dyn Syncable>);
}

/// Where a target stands: it is queued at most once, and synced by at most one thread.
#[derive(Debug, Default)]
pub struct SyncTicket(AtomicU8);

const IDLE: u8 = 0;
const QUEUED: u8 = 1;
const SYNCING: u8 = 2;
/// Being synced, and written to again since.
const SYNCING_AND_DIRTY: u8 = 3;

impl SyncTicket {
    /// Whether the caller must put the target into the queue.
    fn on_submit(&self) -> bool {
        let step = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| match state {
                IDLE => Some(QUEUED),
                SYNCING => Some(SYNCING_AND_DIRTY),
                _ => None,
            });
        step == Ok(IDLE)
    }

    fn on_start(&self) {
        self.0.store(SYNCING, Ordering::Release);
    }

    /// Whether the target must go into the queue again.
    fn on_end(&self) -> bool {
        let step = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| match state {
                SYNCING_AND_DIRTY => Some(QUEUED),
                _ => Some(IDLE),
            });
        step == Ok(SYNCING_AND_DIRTY)
    }
}

/// Counters of the syncs done.
#[derive(Debug, Default)]
pub struct SyncMetrics {
    /// How long each took.
    pub took: DurationHistogram,
    /// Submissions that a sync under way or queued already covered.
    pub shared: Counter,
}

static SYNCS: Family = Family::histogram(
    "kafka_log_logflushstats_logflushrateandtime_seconds",
    &[],
    "Syncs of a log to stable storage, and how long they took.",
)
.as_in_kafka("kafka.log:type=LogFlushStats,name=LogFlushRateAndTimeMs");
static SHARED: Family = Family::counter(
    "dmq_log_syncs_shared_total",
    &[],
    "Appends whose durability came with a sync that was asked for already.",
);

const FAMILIES: &[&Family] = &[&SYNCS, &SHARED];

impl Collect for SyncMetrics {
    fn families(&self) -> &'static [&'static Family] {
        FAMILIES
    }

    fn collect(&self, page: &mut Page) {
        page.family(&SYNCS).add_histogram(&[], &self.took.snapshot());
        page.single(&SHARED, self.shared.get());
    }
}

/// How many threads sync, and how long they stay.
#[derive(Debug, Clone, Copy)]
pub struct GroupCommitConfig {
    /// At most this many targets are synced at the same time; at least 1.
    pub threads_max: usize,
    /// A thread without work for this long ends.
    pub thread_idle: Duration,
}

impl Default for GroupCommitConfig {
    fn default() -> GroupCommitConfig {
        GroupCommitConfig {
            threads_max: 4,
            thread_idle: Duration::from_secs(5),
        }
    }
}

/// The sync threads and their queue. Dropping it lets them finish what is queued.
pub struct GroupCommit {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    work: Condvar,
    clock: Arc<dyn Clock>,
    config: GroupCommitConfig,
    metrics: Arc<SyncMetrics>,
}

#[derive(Default)]
struct Queue {
    targets: VecDeque<Arc<dyn Syncable>>,
    threads: usize,
    waiting: usize,
    closed: bool,
}

impl GroupCommit {
    /// A pool without threads yet.
    pub fn new(config: GroupCommitConfig, clock: Arc<dyn Clock>) -> GroupCommit {
        let shared = Shared {
            queue: Mutex::default(),
            work: Condvar::new(),
            clock,
            config,
            metrics: Arc::default(),
        };
        GroupCommit {
            shared: Arc::new(shared),
        }
    }

    /// The counters, which go on counting.
    pub fn metrics(&self) -> Arc<SyncMetrics> {
        Arc::clone(&self.shared.metrics)
    }
}

impl fmt::Debug for GroupCommit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queue = self.shared.queue.lock();
        write!(
            f,
            "GroupCommit({} queued, {} threads)",
            queue.targets.len(),
            queue.threads
        )
    }
}

impl Durability for GroupCommit {
    fn submit(&self, target: &Arc<dyn Syncable>) {
        if !target.ticket().on_submit() {
            self.shared.metrics.shared.increment();
            return;
        }
        let mut queue = self.shared.queue.lock();
        queue.targets.push_back(Arc::clone(target));
        if queue.waiting > 0 {
            self.shared.work.notify_one();
        }
        // A waiting thread that was woken already may not have taken its target yet.
        if queue.targets.len() > queue.waiting && queue.threads < self.shared.config.threads_max.max(1) {
            queue.threads += 1;
            drop(queue);
            self.start_thread();
        }
    }
}

impl GroupCommit {
    fn start_thread(&self) {
        let shared = Arc::clone(&self.shared);
        let started = std::thread::Builder::new()
            .name("dmq-sync".to_owned())
            .spawn(move || shared.run());
        if started.is_err() {
            // The system gives no more threads: those that run do the work, or else this one does, slowly but surely.
            let mut queue = self.shared.queue.lock();
            queue.threads -= 1;
            if queue.threads == 0 {
                drop(queue);
                self.shared.work_off();
            }
        }
    }
}

impl Drop for GroupCommit {
    fn drop(&mut self) {
        self.shared.queue.lock().closed = true;
        self.shared.work.notify_all();
    }
}

impl Shared {
    fn run(&self) {
        loop {
            self.work_off();
            let mut queue = self.queue.lock();
            if queue.targets.is_empty() && !queue.closed {
                queue.waiting += 1;
                self.work.wait_for(&mut queue, self.config.thread_idle);
                queue.waiting -= 1;
            }
            if queue.targets.is_empty() {
                // Woken by the timeout or the end; a target that comes later finds one thread less and starts another.
                queue.threads -= 1;
                return;
            }
        }
    }

    fn work_off(&self) {
        loop {
            let Some(target) = self.queue.lock().targets.pop_front() else {
                return;
            };
            target.ticket().on_start();
            let start = self.clock.monotonic();
            target.sync();
            self.metrics.took.record(self.clock.monotonic().saturating_sub(start));
            if target.ticket().on_end() {
                self.queue.lock().targets.push_back(target);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicU64;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::env::SystemClock;

    struct Target {
        ticket: SyncTicket,
        written: AtomicU64,
        synced: Mutex<Sender<u64>>,
        gate: Option<Arc<Barrier>>,
    }

    impl Syncable for Target {
        fn sync(&self) {
            let end = self.written.load(Ordering::SeqCst);
            if let Some(gate) = &self.gate {
                gate.wait();
                gate.wait();
            }
            self.synced.lock().send(end).unwrap();
        }

        fn ticket(&self) -> &SyncTicket {
            &self.ticket
        }
    }

    fn target(gate: Option<Arc<Barrier>>) -> (Arc<Target>, Receiver<u64>) {
        let (synced, receiver) = channel();
        let target = Target {
            ticket: SyncTicket::default(),
            written: AtomicU64::new(0),
            synced: Mutex::new(synced),
            gate,
        };
        (Arc::new(target), receiver)
    }

    fn pool(threads_max: usize) -> GroupCommit {
        let config = GroupCommitConfig {
            threads_max,
            thread_idle: Duration::from_millis(1),
        };
        GroupCommit::new(config, Arc::new(SystemClock::new()))
    }

    #[test]
    fn what_is_written_during_a_sync_is_covered_by_exactly_one_more() {
        let gate = Arc::new(Barrier::new(2));
        let (target, synced) = target(Some(Arc::clone(&gate)));
        let pool = pool(4);
        let submitted: Arc<dyn Syncable> = target.clone();
        target.written.store(1, Ordering::SeqCst);
        pool.submit(&submitted);
        gate.wait();
        for n in 2..=100 {
            target.written.store(n, Ordering::SeqCst);
            pool.submit(&submitted);
        }
        gate.wait();
        gate.wait();
        gate.wait();
        assert_eq!((synced.recv().unwrap(), synced.recv().unwrap()), (1, 100));
        let metrics = pool.metrics();
        // A sync is counted once it is over, a moment after its target says so.
        while metrics.took.snapshot().count < 2 {
            std::thread::yield_now();
        }
        assert_eq!((metrics.shared.get(), metrics.took.snapshot().count), (99, 2));
    }

    #[test]
    fn every_target_is_synced_also_by_threads_that_ended_and_started_again() {
        let pool = pool(2);
        let (target, synced) = target(None);
        let submitted: Arc<dyn Syncable> = target.clone();
        for n in 1..=200 {
            target.written.store(n, Ordering::SeqCst);
            pool.submit(&submitted);
            while synced.recv().unwrap() < n {}
        }
    }

    #[test]
    fn what_was_queued_is_synced_before_the_pool_ends() {
        let pool = pool(1);
        let targets: Vec<_> = (0..50).map(|_| target(None)).collect();
        for (target, _) in &targets {
            let target: Arc<dyn Syncable> = target.clone();
            pool.submit(&target);
        }
        drop(pool);
        for (_, synced) in &targets {
            assert_eq!(synced.recv(), Ok(0));
        }
    }
}
