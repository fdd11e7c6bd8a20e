//! What a fetch wants, within which bounds, and the reading of it: at once, or when there is enough.

use std::sync::Arc;
use std::time::Duration;

use dmq_protocol::ErrorCode;
use dmq_protocol::messages::fetch::FetchRequest;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::api::{Handles, RequestContext, isolation_from_wire};
use crate::fetch_session::{FetchContext, FetchPosition, TopicKey};
use crate::ids::{LeaderEpoch, Offset};
use crate::partition::{FetchFrom, Isolation, Partition, PartitionError, PartitionRead};

/// The bounds of a fetch.
pub(super) struct Plan {
    is_replica: bool,
    deadline: Option<Instant>,
    bytes_min: u64,
    bytes_max: u64,
    isolation: Result<Isolation, ErrorCode>,
}

/// A partition of the fetch with what is known of it.
pub(super) struct Wanted {
    partition: Result<Arc<Partition>, ErrorCode>,
    from: FetchFrom,
    bytes_max: u64,
}

/// Why one partition has no records to give.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    /// It is not here.
    Code(ErrorCode),
    /// It is here, and refuses.
    Partition(PartitionError),
}

/// What one partition came to.
pub(super) type Outcome = Result<PartitionRead, Refusal>;

impl Plan {
    pub(super) fn new(handles: &Handles, context: &RequestContext, request: &FetchRequest) -> Plan {
        let replica = match context.version {
            15.. => request.replica_state.replica_id,
            _ => request.replica_id,
        };
        let positive = |number: i32| u64::try_from(number).unwrap_or(0);
        let wait = Duration::from_millis(positive(request.max_wait_ms));
        // What the client's quota forbids at once is not waited for: it could never be sent.
        let quota = context
            .meter
            .as_ref()
            .map_or(u64::MAX, |metered| metered.fetched_bytes_max());
        let bytes_max = positive(request.max_bytes)
            .min(handles.settings.fetch_max_bytes as u64)
            .min(quota);
        Plan {
            is_replica: replica >= 0,
            deadline: (!wait.is_zero()).then(|| Instant::now() + wait),
            bytes_min: positive(request.min_bytes).min(bytes_max),
            bytes_max,
            isolation: isolation_from_wire(request.isolation_level),
        }
    }

    /// Whether the answer must not wait.
    pub(super) fn is_due(&self) -> bool {
        self.deadline.is_none()
    }

    /// Why nothing of it can be read, where there would be something to read.
    pub(super) fn is_refused(&self, wanted: &[Wanted]) -> Option<ErrorCode> {
        let reads = wanted.iter().any(|wanted| wanted.partition.is_ok());
        self.isolation.err().filter(|_| reads)
    }

    pub(super) fn resolve(&self, handles: &Handles, session: &FetchContext) -> Vec<Wanted> {
        let wanted = session.partitions().iter().map(|(key, position)| {
            let partition = match &key.topic {
                // No replica of another broker is assigned to partitions of this one.
                _ if self.is_replica => Err(ErrorCode::NOT_LEADER_OR_FOLLOWER),
                TopicKey::Name(name) => handles.partition_by_name(name, key.partition),
                TopicKey::Id(id) => handles.partition_by_id(*id, key.partition),
            };
            Wanted {
                partition,
                from: self.from(position),
                bytes_max: u64::try_from(position.max_bytes).unwrap_or(0),
            }
        });
        wanted.collect()
    }

    fn from(&self, position: &FetchPosition) -> FetchFrom {
        FetchFrom {
            offset: Offset(position.fetch_offset),
            current_leader_epoch: known_epoch(position.current_leader_epoch),
            last_fetched_epoch: known_epoch(position.last_fetched_epoch),
            isolation: self.isolation.unwrap_or(Isolation::ReadUncommitted),
        }
    }

    /// Reads every partition, in order, within the bounds. The first one that has something gives at least a batch, so
    /// that a reader whose bounds are smaller than a batch gets on.
    pub(super) fn read(&self, wanted: &[Wanted]) -> Vec<Outcome> {
        let mut left = self.bytes_max;
        let mut nothing_yet = true;
        let outcomes = wanted.iter().map(|wanted| {
            let partition = wanted.partition.as_ref().map_err(|code| Refusal::Code(*code))?;
            let read = partition.read(wanted.from, wanted.bytes_max.min(left), nothing_yet);
            let read = read.map_err(Refusal::Partition)?;
            left = left.saturating_sub(read.len());
            nothing_yet &= read.is_empty();
            Ok(read)
        });
        outcomes.collect()
    }

    /// Counts what the answer brings to the client.
    pub(super) fn count(wanted: &[Wanted], found: &[Outcome]) {
        for (wanted, outcome) in wanted.iter().zip(found) {
            let Ok(partition) = &wanted.partition else {
                continue;
            };
            match outcome {
                Ok(read) => partition.meter().fetched(Ok(read.len())),
                Err(Refusal::Partition(error)) => partition.meter().fetched(Err(error)),
                Err(Refusal::Code(_)) => {}
            }
        }
    }

    /// Whether the client is better answered now than later: there is enough, or something to tell beside records.
    pub(super) fn is_enough(&self, found: &[Outcome]) -> bool {
        let mut bytes = 0_u64;
        for outcome in found {
            match outcome {
                Ok(read) if read.diverging.is_none() => bytes = bytes.saturating_add(read.len()),
                _ => return true,
            }
        }
        found.is_empty() || bytes >= self.bytes_min
    }

    /// Reads again whenever something happens at one of the partitions, until there is enough or the time is up.
    pub(super) async fn wait(&self, wanted: &[Wanted]) -> Vec<Outcome> {
        let parked = Parked::at(wanted);
        loop {
            let found = self.read(wanted);
            let deadline = match self.deadline {
                Some(deadline) if !self.is_enough(&found) => deadline,
                _ => return found,
            };
            if tokio::time::timeout_at(deadline, parked.news.notified()).await.is_err() {
                return self.read(wanted);
            }
        }
    }
}

/// An epoch as this request carries it: below zero none is known.
fn known_epoch(epoch: i32) -> Option<LeaderEpoch> {
    (epoch >= 0).then_some(LeaderEpoch(epoch))
}

/// A fetch's places among the readers of its partitions, given back when it ends.
struct Parked<'a> {
    wanted: &'a [Wanted],
    news: Arc<Notify>,
}

impl<'a> Parked<'a> {
    fn at(wanted: &'a [Wanted]) -> Parked<'a> {
        let parked = Parked {
            wanted,
            news: Arc::new(Notify::new()),
        };
        parked
            .partitions()
            .for_each(|partition| partition.readers().add(&parked.news));
        parked
    }

    fn partitions(&self) -> impl Iterator<Item = &Arc<Partition>> {
        self.wanted.iter().filter_map(|wanted| wanted.partition.as_ref().ok())
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        self.partitions()
            .for_each(|partition| partition.readers().remove(&self.news));
    }
}
