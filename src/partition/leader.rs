//! What a leader does with produces and fetches.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::purgatory::CommitWait;
use super::{Directory, Durability, Partition, PartitionError, Role};
use crate::config::TopicSettings;
use crate::disk::{Durability as _, FileRange, Syncable};
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use crate::log::{AbortedTransaction, AppendInfo, AppendOrigin, EpochEnd, LogError, ReadRequest};

/// When a produce is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredAcks {
    /// Never.
    None,
    /// Once the leader has appended.
    Leader,
    /// Once the batch is committed.
    All,
}

impl RequiredAcks {
    /// The meaning of the wire's `acks`; other numbers than 0, 1 and −1 have none.
    pub fn from_wire(acks: i16) -> Option<RequiredAcks> {
        match acks {
            0 => Some(RequiredAcks::None),
            1 => Some(RequiredAcks::Leader),
            -1 => Some(RequiredAcks::All),
            _ => None,
        }
    }
}

/// What a reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Everything below the high watermark.
    ReadUncommitted,
    /// Everything below the last stable offset.
    ReadCommitted,
}

/// An append that is in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Appended {
    /// Where the records went, or where they had gone if this was a repeat.
    pub info: AppendInfo,
    /// The offset that must be committed before `acks=all` is answered.
    pub commit: Offset,
    /// Whether `acks=1` must wait, too: the topic's `flush.messages` demands stable storage.
    pub flush_demanded: bool,
}

/// Where a fetch reads from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchFrom {
    /// The first offset wanted.
    pub offset: Offset,
    /// The leader epoch that the client believes in.
    pub current_leader_epoch: Option<LeaderEpoch>,
    /// The epoch of the last record that the client has.
    pub last_fetched_epoch: Option<LeaderEpoch>,
    /// What it may see.
    pub isolation: Isolation,
}

/// What a fetch found.
#[derive(Debug, Clone)]
pub struct PartitionRead {
    /// The batches, where they lie in the log's files.
    pub records: Option<FileRange>,
    /// The partition's high watermark.
    pub high_watermark: Offset,
    /// The partition's last stable offset.
    pub last_stable_offset: Offset,
    /// The partition's first offset.
    pub log_start_offset: Offset,
    /// For readers of committed transactions: the aborted ones among the records.
    pub aborted: Option<Vec<AbortedTransaction>>,
    /// Where the client's log parted from this one; nothing is returned then.
    pub diverging: Option<EpochEnd>,
}

impl PartitionRead {
    /// How many bytes of records were found.
    pub fn len(&self) -> u64 {
        self.records.as_ref().map_or(0, |range| range.len)
    }

    /// Whether no record was found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Partition {
    /// Appends the batches as the leader. The records are in the log when this returns, not necessarily committed.
    pub fn append(
        &self,
        records: &Bytes,
        acks: RequiredAcks,
        origin: AppendOrigin,
    ) -> Result<Appended, PartitionError> {
        let leadership = self.leadership.lock();
        let (role, settings) = self
            .admit(acks, origin)
            .inspect_err(|error| self.meter.produced(0, Err(error)))?;
        let outcome = self.log.append_as_leader(records, role.leader_epoch, origin);
        drop(leadership);
        self.appended(records.len(), outcome, &settings)
    }

    /// As [`Partition::append`], for a client that has an epoch, to shut out earlier ones, and does not count its records:
    /// `build` makes the batch for the sequence number that comes next. No other append falls in between.
    pub fn append_next<E: From<PartitionError>>(
        &self,
        (id, epoch): (ProducerId, ProducerEpoch),
        acks: RequiredAcks,
        build: impl FnOnce(Sequence) -> Result<Bytes, E>,
    ) -> Result<Appended, E> {
        let leadership = self.leadership.lock();
        let (role, settings) = self
            .admit(acks, AppendOrigin::Client)
            .inspect_err(|error| self.meter.produced(0, Err(error)))?;
        let records = build(self.log.next_sequence(id, epoch))?;
        let outcome = self
            .log
            .append_as_leader(&records, role.leader_epoch, AppendOrigin::Client);
        drop(leadership);
        Ok(self.appended(records.len(), outcome, &settings)?)
    }

    /// Whether an append with these acks may be tried. Called under `leadership`.
    fn admit(
        &self,
        acks: RequiredAcks,
        origin: AppendOrigin,
    ) -> Result<(Arc<Role>, Arc<TopicSettings>), PartitionError> {
        let role = self.leading()?;
        if origin == AppendOrigin::Client {
            self.check_space()?;
        }
        let settings = self.settings.load_full();
        if acks == RequiredAcks::All && role.isr < settings.min_insync_replicas {
            let required = settings.min_insync_replicas;
            return Err(PartitionError::NotEnoughReplicas {
                isr: role.isr,
                required,
            });
        }
        Ok((role, settings))
    }

    /// Refuses records where the data directory has too little room. What brokers write to let go of things is let through.
    fn check_space(&self) -> Result<(), PartitionError> {
        let Some(directory) = self.directory.get() else {
            return Ok(());
        };
        let min = directory.free_bytes_min;
        let low = directory.health.low_on_space(min);
        low.map_or(Ok(()), |free| Err(PartitionError::LowOnSpace { free, min }))
    }

    /// What follows an append: durability is asked for, or nothing more is done with files that are in doubt.
    fn appended(
        &self,
        bytes: usize,
        outcome: Result<AppendInfo, LogError>,
        settings: &TopicSettings,
    ) -> Result<Appended, PartitionError> {
        let outcome = outcome.map_err(|error| {
            self.note_failure(&error);
            PartitionError::from(error)
        });
        let messages = |info: &AppendInfo| u64::try_from(info.last_offset.0 - info.first_offset.0 + 1).unwrap_or(0);
        self.meter.produced(bytes, outcome.as_ref().map(messages));
        let info = outcome?;
        if let Some(directory) = self.directory.get() {
            directory.health.spend(info.bytes);
        }
        let flush_messages = u64::try_from(settings.flush_messages).unwrap_or(u64::MAX);
        let flush_demanded = self.log.unflushed_messages() >= flush_messages;
        if self.durability == Durability::Fsync || flush_demanded {
            self.submit_sync();
        }
        if self.durability == Durability::Os {
            self.advance_high_watermark();
        }
        let commit = info.last_offset.plus(1);
        Ok(Appended {
            info,
            commit,
            flush_demanded,
        })
    }

    /// Parks one slot of a request until everything below `appended.commit` is committed.
    pub fn wait_for_commit(&self, appended: &Appended, slot: usize, wait: &Arc<CommitWait>) {
        if appended.flush_demanded {
            self.flushes.park(appended.commit, slot, wait, || self.flushed());
        } else {
            self.commits.park(appended.commit, slot, wait, || self.high_watermark());
        }
        // The failure may have come between the append and the parking.
        if self.has_failed() {
            self.fail_waiting(&PartitionError::StorageFailed);
        }
    }

    /// Resolves once everything below `offset` is committed.
    pub async fn committed(&self, offset: Offset) -> Result<(), PartitionError> {
        let wait = CommitWait::new(1);
        self.commits.park(offset, 0, &wait, || self.high_watermark());
        // The failure may have come before the parking.
        if self.has_failed() {
            self.fail_waiting(&PartitionError::StorageFailed);
        }
        wait.wait().await;
        match wait.outcome().into_iter().next() {
            Some(Some(outcome)) => outcome,
            _ => Ok(()),
        }
    }

    /// Finds at most `max_bytes` of batches for a consumer, whole batches where possible. With `at_least_one`, the
    /// first batch is returned even if it is larger.
    pub fn read(&self, from: FetchFrom, max_bytes: u64, at_least_one: bool) -> Result<PartitionRead, PartitionError> {
        self.check_epoch(from.current_leader_epoch)?;
        let high_watermark = self.high_watermark();
        let last_stable_offset = self.log.last_stable_offset(high_watermark);
        let log_start_offset = self.log.log_start_offset();
        let mut read = PartitionRead {
            records: None,
            high_watermark,
            last_stable_offset,
            log_start_offset,
            aborted: None,
            diverging: None,
        };
        let end = self.log.log_end_offset();
        let out_of_range = PartitionError::OffsetOutOfRange {
            offset: from.offset,
            start: log_start_offset,
            end,
        };
        if let Some(last_fetched) = from.last_fetched_epoch {
            let ours = self
                .log
                .end_offset_for_epoch(last_fetched)
                .ok_or(out_of_range.clone())?;
            if ours.epoch < last_fetched || ours.end_offset < from.offset {
                read.diverging = Some(ours);
                return Ok(read);
            }
        }
        if from.offset < log_start_offset || from.offset > end {
            return Err(out_of_range);
        }
        let upto = match from.isolation {
            Isolation::ReadUncommitted => high_watermark,
            Isolation::ReadCommitted => last_stable_offset,
        };
        if from.offset < upto && (max_bytes > 0 || at_least_one) {
            let request = ReadRequest {
                from: from.offset,
                upto,
                bytes_max: max_bytes,
                min_one_batch: at_least_one,
            };
            let found = self.log.read(request)?;
            if from.isolation == Isolation::ReadCommitted {
                read.aborted = Some(self.log.aborted_transactions(from.offset, found.next_offset)?);
            }
            read.records = found.range;
        } else if from.isolation == Isolation::ReadCommitted {
            read.aborted = Some(Vec::new());
        }
        Ok(read)
    }

    /// Refuses clients that believe in another leadership than the one in force.
    pub fn check_epoch(&self, requested: Option<LeaderEpoch>) -> Result<(), PartitionError> {
        let role = self.leading()?;
        let current = role.leader_epoch;
        match requested {
            Some(requested) if requested < current => Err(PartitionError::FencedLeaderEpoch { current, requested }),
            Some(requested) if requested > current => Err(PartitionError::UnknownLeaderEpoch { current, requested }),
            _ => Ok(()),
        }
    }

    /// Takes note of how far the log is on stable storage, or that it will not get there.
    pub(super) fn on_synced(&self, outcome: Result<Offset, LogError>) {
        match outcome {
            Ok(_) => self.advance_high_watermark(),
            Err(error) => self.note_failure(&error),
        }
    }

    /// Moves the high watermark to what is committed, and settles and wakes who waited for that.
    pub(super) fn advance_high_watermark(&self) {
        let committed = match self.durability {
            Durability::Fsync => self.log.stable_offset(),
            Durability::Os => self.log.log_end_offset(),
        };
        let before = self.high_watermark.fetch_max(committed.0, Ordering::AcqRel);
        if committed.0 > before {
            self.log.on_high_watermark(committed);
            self.commits.advance(self.high_watermark());
            self.readers.wake();
        }
        self.flushes.advance(self.flushed());
    }

    /// Tells whoever waits that it waits in vain.
    pub(super) fn fail_waiting(&self, error: &PartitionError) {
        self.commits.fail(error);
        self.flushes.fail(error);
        self.readers.wake();
    }

    /// How far the log is both committed and, whatever `log.durability` says, on stable storage.
    fn flushed(&self) -> Offset {
        self.high_watermark().min(self.log.stable_offset())
    }

    pub(super) fn leading(&self) -> Result<Arc<Role>, PartitionError> {
        let role = self.role.load_full();
        if self.has_failed() {
            return Err(PartitionError::StorageFailed);
        }
        if !role.is_leader {
            return Err(PartitionError::NotLeader {
                leader: role.leader,
                leader_epoch: role.leader_epoch,
            });
        }
        Ok(role)
    }

    /// Asks for everything appended so far to be made durable.
    pub(super) fn submit_sync(&self) {
        let log: Arc<dyn Syncable> = Arc::clone(&self.log) as _;
        self.group_commit.submit(&log);
    }

    /// Takes the partition, and with it its data directory, out of service after an error that leaves files in doubt. A
    /// full disk does not, nor a lack of file handles: nothing of the append is in the log, and it may go better next time.
    /// Damage in one file is that partition's alone.
    pub(super) fn note_failure(&self, error: &LogError) {
        if !error.is_storage() || error.is_passing() {
            return;
        }
        if let (Some(directory), LogError::Io { .. }) = (self.directory.get(), error)
            && directory.health.take_offline(&error.to_string())
        {
            let directory = self.log.dir().parent().unwrap_or(self.log.dir()).display();
            tracing::error!(%directory, %error, "the data directory is offline: none of its partitions is served any more");
        }
        if !self.failed.swap(true, Ordering::AcqRel) {
            tracing::error!(partition = %self.name, %error, "partition is out of service");
            self.fail_waiting(&PartitionError::StorageFailed);
        }
    }

    /// Whether the files failed; nothing is read from or written to them any more.
    pub fn has_failed(&self) -> bool {
        let is_offline = |directory: &Directory| directory.health.offline().is_some();
        self.failed.load(Ordering::Acquire) || self.directory.get().is_some_and(is_offline)
    }
}
