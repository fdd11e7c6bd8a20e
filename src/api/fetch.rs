//! Fetch: record batches from any number of partitions, waiting without a thread until there are enough.
//!
//! The batches themselves are not read here: the answer names where they lie in the log's files, and the connection
//! sends them from there.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use dmq_protocol::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchRequest, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch,
    NodeEndpoint, PartitionData,
};
use dmq_protocol::{EncodeError, ErrorCode, FetchRecords, Gap, Message, StrBytes, Uuid};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::errors::{code_of, code_of_session};
use super::reply::Encode;
use super::{Answer, Api, ConnectionInfo, Handles, RequestContext, epoch_from_wire, isolation_from_wire};
use crate::disk::FileRange;
use crate::fetch_session::{
    FetchContext, FetchPosition, PartitionAnswer, PartitionKey, SessionEpoch, SessionId, SessionRequest, TopicKey,
};
use crate::ids::{BrokerId, Offset, PartitionId, TopicId};
use crate::partition::{FetchFrom, Isolation, Partition, PartitionError, PartitionRead};

pub struct Fetch;

/// Fetch names topics by id from this version on.
const FIRST_BY_TOPIC_ID: i16 = 13;

/// A response and the file ranges of its records, in the order of its partitions.
pub struct Fetched {
    /// The response; records are [`FetchRecords::Elsewhere`].
    pub response: FetchResponse,
    /// Where the records lie.
    pub files: Vec<FileRange>,
}

impl Encode for Fetched {
    fn encode_body(self, out: &mut BytesMut, version: i16) -> Result<(Vec<Gap>, Vec<FileRange>), EncodeError> {
        let gaps = self.response.encode_around(out, version)?;
        Ok((gaps, self.files))
    }
}

impl Api for Fetch {
    type Request = FetchRequest;
    type Answer = Fetched;

    fn handle(handles: &Arc<Handles>, context: &RequestContext, request: FetchRequest) -> Answer<Fetched> {
        let plan = Plan::new(handles, context, &request);
        let session = match handles
            .fetch_sessions
            .open(session_request(context.version, request), handles.clock.now_ms())
        {
            Ok(session) => session,
            Err(error) => {
                let error_code = code_of_session(&error);
                let response = FetchResponse {
                    error_code,
                    ..FetchResponse::default()
                };
                return Answer::Now(Fetched {
                    response,
                    files: Vec::new(),
                });
            }
        };
        let wanted = plan.resolve(handles, &session);
        let found = plan.read(&wanted);
        if plan.max_wait.is_zero() || plan.is_enough(&found) {
            return Answer::Now(plan.respond(handles, &session, found));
        }
        let handles = Arc::clone(handles);
        Answer::later(async move {
            let found = plan.wait(&wanted).await;
            plan.respond(&handles, &session, found)
        })
    }
}

/// What a fetch is bound to.
struct Plan {
    connection: Arc<ConnectionInfo>,
    version: i16,
    is_replica: bool,
    max_wait: Duration,
    deadline: Instant,
    min_bytes: u64,
    max_bytes: u64,
    isolation: Isolation,
}

/// A partition of the fetch with what is known of it.
struct Wanted {
    partition: Result<Arc<Partition>, ErrorCode>,
    from: FetchFrom,
    max_bytes: u64,
}

type Found = Result<PartitionRead, PartitionError>;

/// What one partition came to: a read, or the code to answer with.
type Outcome = Result<Found, ErrorCode>;

impl Plan {
    fn new(handles: &Handles, context: &RequestContext, request: &FetchRequest) -> Plan {
        let replica = if context.version >= 15 {
            request.replica_state.replica_id
        } else {
            request.replica_id
        };
        let max_wait = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0));
        let bytes = |count: i32| u64::try_from(count).unwrap_or(0);
        Plan {
            connection: Arc::clone(&context.connection),
            version: context.version,
            is_replica: replica >= 0,
            max_wait,
            deadline: Instant::now() + max_wait,
            min_bytes: bytes(request.min_bytes),
            max_bytes: bytes(request.max_bytes).min(handles.settings.fetch_max_bytes as u64),
            isolation: isolation_from_wire(request.isolation_level),
        }
    }

    fn resolve(&self, handles: &Handles, session: &FetchContext) -> Vec<Wanted> {
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
                max_bytes: u64::try_from(position.max_bytes).unwrap_or(0),
            }
        });
        wanted.collect()
    }

    fn from(&self, position: &FetchPosition) -> FetchFrom {
        FetchFrom {
            offset: Offset(position.fetch_offset),
            current_leader_epoch: epoch_from_wire(position.current_leader_epoch),
            last_fetched_epoch: epoch_from_wire(position.last_fetched_epoch),
            isolation: self.isolation,
        }
    }

    /// Reads every partition, in order, within the bounds. The first one that has something returns at least a batch, so
    /// that a reader whose limits are smaller than a batch gets on.
    fn read(&self, wanted: &[Wanted]) -> Vec<Outcome> {
        let mut left = self.max_bytes;
        let mut nothing_yet = true;
        let outcomes = wanted.iter().map(|wanted| {
            let partition = wanted.partition.as_ref().map_err(|code| *code)?;
            let found = partition.read(wanted.from, wanted.max_bytes.min(left), nothing_yet);
            if let Ok(read) = &found {
                left = left.saturating_sub(read.len());
                nothing_yet &= read.is_empty();
            }
            Ok(found)
        });
        outcomes.collect()
    }

    /// Whether the client is better answered now than later.
    fn is_enough(&self, found: &[Outcome]) -> bool {
        let mut bytes = 0_u64;
        for outcome in found {
            match outcome {
                Ok(Ok(read)) if read.diverging.is_none() => bytes = bytes.saturating_add(read.len()),
                _ => return true,
            }
        }
        found.is_empty() || bytes >= self.min_bytes
    }

    /// Reads again whenever something happens at one of the partitions, until there is enough or the time is up.
    async fn wait(&self, wanted: &[Wanted]) -> Vec<Outcome> {
        let parked = Parked::at(wanted);
        loop {
            let found = self.read(wanted);
            if self.is_enough(&found) {
                return found;
            }
            let news = parked.news.notified();
            if tokio::time::timeout_at(self.deadline, news).await.is_err() {
                return self.read(wanted);
            }
        }
    }

    fn respond(&self, handles: &Handles, session: &FetchContext, found: Vec<Outcome>) -> Fetched {
        let answers: Vec<PartitionAnswer> = found.iter().map(answer_of).collect();
        let (SessionId(session_id), told) =
            session.settle(&handles.fetch_sessions, handles.clock.now_ms(), &answers, || {
                handles.random.next_u64() as i32
            });
        let mut fetched = Fetched {
            response: FetchResponse {
                session_id,
                ..FetchResponse::default()
            },
            files: Vec::new(),
        };
        for (((key, _), outcome), told) in session.partitions().iter().zip(found).zip(told) {
            if told {
                let data = self.partition_data(key.partition, outcome, &mut fetched.files);
                add(&mut fetched.response, &key.topic, data);
            }
        }
        self.name_leaders(handles, &mut fetched.response);
        fetched
    }

    fn partition_data(&self, number: PartitionId, outcome: Outcome, files: &mut Vec<FileRange>) -> PartitionData {
        let data = PartitionData {
            partition_index: number.0,
            high_watermark: -1,
            records: Some(FetchRecords::default()),
            ..PartitionData::default()
        };
        match outcome {
            Err(error_code) => PartitionData { error_code, ..data },
            Ok(Err(error)) => {
                let current_leader = match &error {
                    PartitionError::NotLeader {
                        leader: Some(BrokerId(leader_id)),
                        leader_epoch,
                    } if self.version >= 12 => LeaderIdAndEpoch {
                        leader_id: *leader_id,
                        leader_epoch: leader_epoch.0,
                    },
                    _ => LeaderIdAndEpoch::default(),
                };
                PartitionData {
                    error_code: code_of(&error),
                    current_leader,
                    ..data
                }
            }
            Ok(Ok(read)) => {
                let aborted = read.aborted.map(|aborted| {
                    let line = aborted.iter().map(|transaction| AbortedTransaction {
                        producer_id: transaction.producer_id.0,
                        first_offset: transaction.first_offset.0,
                    });
                    line.collect()
                });
                let diverging = read.diverging.map(|end| EpochEndOffset {
                    epoch: end.epoch.0,
                    end_offset: end.end_offset.0,
                });
                let records = read.records.map_or_else(FetchRecords::default, |range| {
                    let len = usize::try_from(range.len).unwrap_or(usize::MAX);
                    files.push(range);
                    FetchRecords::Elsewhere(len)
                });
                PartitionData {
                    high_watermark: read.high_watermark.0,
                    last_stable_offset: read.last_stable_offset.0,
                    log_start_offset: read.log_start_offset.0,
                    diverging_epoch: diverging.unwrap_or_default(),
                    aborted_transactions: aborted,
                    records: Some(records),
                    ..data
                }
            }
        }
    }

    /// Adds the addresses of the leaders that were named, for clients that can use them (v16, KIP-951).
    fn name_leaders(&self, handles: &Handles, response: &mut FetchResponse) {
        if self.version < 16 {
            return;
        }
        let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
        let mut leaders: Vec<i32> = partitions
            .map(|data| data.current_leader.leader_id)
            .filter(|id| *id >= 0)
            .collect();
        leaders.sort_unstable();
        leaders.dedup();
        let image = handles.metadata.load();
        let known = leaders
            .into_iter()
            .filter_map(|id| image.cluster.brokers.get(&BrokerId(id)));
        let endpoints = known.filter_map(|broker| {
            let (host, port) = handles.address_of(broker, &self.connection)?;
            let rack = broker.rack.as_ref().map(|rack| StrBytes::from(rack.to_string()));
            Some(NodeEndpoint {
                node_id: broker.id.0,
                host,
                port,
                rack,
            })
        });
        response.node_endpoints = endpoints.collect();
    }
}

/// A fetch's places among the readers of its partitions, given back when it ends.
struct Parked<'a> {
    wanted: &'a [Wanted],
    news: Arc<Notify>,
}

impl<'a> Parked<'a> {
    fn at(wanted: &'a [Wanted]) -> Parked<'a> {
        let news = Arc::new(Notify::new());
        for partition in wanted.iter().filter_map(|wanted| wanted.partition.as_ref().ok()) {
            partition.readers().add(&news);
        }
        Parked { wanted, news }
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        for partition in self.wanted.iter().filter_map(|wanted| wanted.partition.as_ref().ok()) {
            partition.readers().remove(&self.news);
        }
    }
}

fn answer_of(outcome: &Outcome) -> PartitionAnswer {
    match outcome {
        Ok(Ok(read)) => PartitionAnswer {
            is_error: read.diverging.is_some(),
            record_bytes: read.len(),
            high_watermark: read.high_watermark.0,
            log_start_offset: read.log_start_offset.0,
        },
        _ => PartitionAnswer {
            is_error: true,
            record_bytes: 0,
            high_watermark: -1,
            log_start_offset: -1,
        },
    }
}

/// Adds a partition to its topic; partitions of one topic that follow each other share it.
fn add(response: &mut FetchResponse, topic: &TopicKey, data: PartitionData) {
    let (name, id) = match topic {
        TopicKey::Name(name) => (StrBytes::from(name.to_string()), Uuid::ZERO),
        TopicKey::Id(id) => (StrBytes::default(), id.0),
    };
    match response.responses.last_mut() {
        Some(last) if last.topic == name && last.topic_id == id => last.partitions.push(data),
        _ => {
            let topic = FetchableTopicResponse {
                topic: name,
                topic_id: id,
                partitions: vec![data],
            };
            response.responses.push(topic);
        }
    }
}

fn session_request(version: i16, request: FetchRequest) -> SessionRequest {
    let by_topic_id = version >= FIRST_BY_TOPIC_ID;
    let key_of = |name: &StrBytes, id: Uuid| match by_topic_id {
        true => TopicKey::Id(TopicId(id)),
        false => TopicKey::Name(Arc::from(name.as_str())),
    };
    let mut partitions = Vec::new();
    for topic in &request.topics {
        let key = key_of(&topic.topic, topic.topic_id);
        partitions.extend(topic.partitions.iter().map(|partition| {
            let position = FetchPosition {
                fetch_offset: partition.fetch_offset,
                max_bytes: partition.partition_max_bytes,
                current_leader_epoch: partition.current_leader_epoch,
                last_fetched_epoch: partition.last_fetched_epoch,
                log_start_offset: partition.log_start_offset,
            };
            (
                PartitionKey {
                    topic: key.clone(),
                    partition: PartitionId(partition.partition),
                },
                position,
            )
        }));
    }
    let mut forgotten = Vec::new();
    for topic in &request.forgotten_topics_data {
        let key = key_of(&topic.topic, topic.topic_id);
        let numbers = topic.partitions.iter();
        forgotten.extend(numbers.map(|number| PartitionKey {
            topic: key.clone(),
            partition: PartitionId(*number),
        }));
    }
    SessionRequest {
        id: SessionId(request.session_id),
        // Before v7 there were no sessions.
        epoch: if version >= 7 {
            SessionEpoch(request.session_epoch)
        } else {
            SessionEpoch::FINAL
        },
        by_topic_id,
        partitions,
        forgotten,
    }
}
