//! Produce: record batches for any number of partitions, each accepted or refused alone.
//!
//! All batches are in their logs, in the order of the requests, before the handler returns; `acks=all` then waits for
//! what it appended to be committed, together with every other request that waits there. REST enters by [`produce_one`]
//! and [`produce_next`].

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::messages::produce::{
    BatchIndexAndErrorMessage, LeaderIdAndEpoch, NodeEndpoint, PartitionProduceData, PartitionProduceResponse,
    ProduceRequest, ProduceResponse, TopicProduceData, TopicProduceResponse,
};
use dmq_protocol::records::{BatchError, BatchHeader};
use dmq_protocol::{ErrorCode, StrBytes};

use super::errors::code_of;
use super::{Answer, Api, Disconnect, Handles, RequestContext, is_internal};
use crate::ids::{BrokerId, LeaderEpoch, Offset, PartitionId, ProducerEpoch, ProducerId, Sequence, TopicId};
use crate::log::{AppendInfo, AppendOrigin, LogError};
use crate::partition::purgatory::{CommitWait, Commitment};
use crate::partition::{Appended, Partition, PartitionError, RequiredAcks};

/// The API's place in the table.
#[derive(Debug)]
pub struct Produce;

/// Why one partition's batch was refused, or not committed in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Kafka's code.
    pub code: ErrorCode,
    /// What was wrong, for a person.
    pub message: String,
    /// The records at fault, by their place in the batch.
    pub records: Vec<(i32, String)>,
    /// Who leads instead.
    pub leader: Option<(BrokerId, LeaderEpoch)>,
    /// The partition's first offset, where the refusal tells it.
    pub log_start_offset: Option<Offset>,
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Refusal {
        Refusal {
            code,
            message: code.message().to_owned(),
            records: Vec::new(),
            leader: None,
            log_start_offset: None,
        }
    }
}

impl From<PartitionError> for Refusal {
    fn from(error: PartitionError) -> Refusal {
        let mut refusal = Refusal {
            message: error.to_string(),
            ..Refusal::from(code_of(&error))
        };
        match error {
            PartitionError::NotLeader { leader, leader_epoch } => {
                refusal.leader = leader.map(|leader| (leader, leader_epoch));
            }
            PartitionError::Log(LogError::InvalidRecords { record_errors, .. }) => {
                refusal.records = record_errors
                    .into_iter()
                    .map(|error| (error.batch_index, error.message))
                    .collect();
            }
            _ => {}
        }
        refusal
    }
}

impl Api for Produce {
    type Request = ProduceRequest;
    type Answer = ProduceResponse;

    /// Old librdkafka versions look for these in ApiVersions although they send newer ones (KAFKA-18659).
    const ADVERTISED_FROM: Option<i16> = Some(0);
    const PRODUCES: bool = true;

    fn handle(handles: &Arc<Handles>, context: &RequestContext, request: ProduceRequest) -> Answer<ProduceResponse> {
        let acks = RequiredAcks::from_wire(request.acks);
        let timeout = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
        let mut round = Round::default();
        let nameless_transaction = request.transactional_id.is_none() && has_transactional_batch(&request);
        for topic in request
            .topic_data
            .into_iter()
            .filter(|topic| !topic.partition_data.is_empty())
        {
            if nameless_transaction {
                round.refuse_topic(topic, &ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED.into());
            } else {
                round.append_topic(handles, context, acks, topic);
            }
        }
        if acks == Some(RequiredAcks::None) {
            return match round.first_refusal {
                Some(refusal) => Answer::Disconnect(Disconnect::UnansweredProduceFailed {
                    detail: refusal.message,
                }),
                None => Answer::Nothing,
            };
        }
        round.name_leaders(handles, context);
        let Round {
            mut response, waiting, ..
        } = round;
        if waiting.is_empty() {
            return Answer::Now(response);
        }
        let deadline = tokio::time::Instant::now() + timeout;
        let wait = park(&waiting);
        Answer::later(async move {
            let _ = tokio::time::timeout_at(deadline, wait.wait()).await;
            for (parked, outcome) in waiting.iter().zip(wait.outcome()) {
                if let Err(refusal) = committed(outcome) {
                    parked.refuse(&mut response, &refusal);
                }
            }
            response
        })
    }
}

/// Appends one partition's batch and waits as its acks demand.
pub async fn produce_one(
    partition: Arc<Partition>,
    records: Bytes,
    acks: RequiredAcks,
    timeout: Duration,
) -> Result<AppendInfo, Refusal> {
    refuse_internal(&partition)?;
    let appended = partition.append(&records, acks, AppendOrigin::Client)?;
    settle(&partition, appended, acks, timeout).await
}

/// As [`produce_one`], for a producer that has an epoch and does not count its records; see [`Partition::append_next`].
pub async fn produce_next(
    partition: Arc<Partition>,
    producer: (ProducerId, ProducerEpoch),
    build: impl FnOnce(Sequence) -> Result<Bytes, Refusal>,
    acks: RequiredAcks,
    timeout: Duration,
) -> Result<AppendInfo, Refusal> {
    refuse_internal(&partition)?;
    let appended = partition.append_next(producer, acks, build)?;
    settle(&partition, appended, acks, timeout).await
}

async fn settle(
    partition: &Partition,
    appended: Appended,
    acks: RequiredAcks,
    timeout: Duration,
) -> Result<AppendInfo, Refusal> {
    if !must_wait(acks, &appended) {
        return Ok(appended.info);
    }
    let wait = CommitWait::new(1);
    partition.wait_for_commit(&appended, 0, &wait);
    let _ = tokio::time::timeout(timeout, wait.wait()).await;
    committed(wait.outcome().pop().flatten())?;
    Ok(appended.info)
}

/// The records of one partition of a request as the wire demands them: one batch, of a kind that the version may carry.
fn check_shape(version: i16, records: Option<&Bytes>) -> Result<(), Refusal> {
    let refuse = |code: ErrorCode, message: String| Refusal {
        message,
        ..Refusal::from(code)
    };
    let first = records.filter(|records| !records.is_empty()).ok_or_else(|| {
        let message = "a produce request must have one record batch for each partition".to_owned();
        refuse(ErrorCode::INVALID_RECORD, message)
    })?;
    let header = BatchHeader::parse(first).map_err(|error| {
        let refusal = Refusal::from(PartitionError::Log(LogError::InvalidBatch(error.clone())));
        match error {
            // Kafka finds no batch of the only format that may be produced, where other damage makes a batch corrupt.
            BatchError::Truncated { .. } | BatchError::Magic { magic: 0 | 1 } => Refusal {
                code: ErrorCode::INVALID_RECORD,
                ..refusal
            },
            _ => refusal,
        }
    })?;
    if header.size_in_bytes() != first.len() {
        let message = "a produce request must have exactly one record batch for each partition".to_owned();
        return Err(refuse(ErrorCode::INVALID_RECORD, message));
    }
    if version < 7 && header.attributes.compression() == Ok(Compression::Zstd) {
        let message = format!("produce requests of version {version} may not carry zstd");
        return Err(refuse(ErrorCode::UNSUPPORTED_COMPRESSION_TYPE, message));
    }
    if header.attributes.is_transactional() {
        // No transaction coordinator runs on this broker, so no transaction can be open.
        let message = "the batch belongs to a transaction that this broker knows nothing of".to_owned();
        return Err(refuse(ErrorCode::INVALID_TXN_STATE, message));
    }
    Ok(())
}

/// Whether a partition's batch says that it belongs to a transaction. A request whose batches do and that names no
/// transaction is refused as a whole, before any of it is written.
fn has_transactional_batch(request: &ProduceRequest) -> bool {
    let partitions = request.topic_data.iter().flat_map(|topic| &topic.partition_data);
    let mut batches = partitions.filter_map(|data| BatchHeader::parse(data.records.as_ref()?).ok());
    batches.any(|header| header.attributes.is_transactional())
}

fn must_wait(acks: RequiredAcks, appended: &Appended) -> bool {
    match acks {
        RequiredAcks::None => false,
        RequiredAcks::Leader => appended.flush_demanded,
        RequiredAcks::All => true,
    }
}

fn committed(outcome: Option<Commitment>) -> Result<(), Refusal> {
    match outcome {
        Some(commitment) => commitment.map_err(Refusal::from),
        None => Err(Refusal::from(ErrorCode::REQUEST_TIMED_OUT)),
    }
}

fn park(waiting: &[Parked]) -> Arc<CommitWait> {
    let wait = CommitWait::new(waiting.len());
    for (slot, parked) in waiting.iter().enumerate() {
        parked.partition.wait_for_commit(&parked.appended, slot, &wait);
    }
    wait
}

/// A batch that is appended and not yet committed, and where its answer stands.
struct Parked {
    topic: usize,
    place: usize,
    partition: Arc<Partition>,
    appended: Appended,
}

impl Parked {
    fn refuse(&self, response: &mut ProduceResponse, refusal: &Refusal) {
        let answers = response
            .responses
            .get_mut(self.topic)
            .map(|topic| &mut topic.partition_responses);
        if let Some(answer) = answers.and_then(|answers| answers.get_mut(self.place)) {
            refuse(answer, refusal);
        }
    }
}

/// A request's way through its partitions.
#[derive(Default)]
struct Round {
    response: ProduceResponse,
    waiting: Vec<Parked>,
    first_refusal: Option<Refusal>,
}

impl Round {
    fn append_topic(
        &mut self,
        handles: &Handles,
        context: &RequestContext,
        acks: Option<RequiredAcks>,
        topic: TopicProduceData,
    ) {
        let mut answers = Vec::with_capacity(topic.partition_data.len());
        for data in &topic.partition_data {
            let mut answer = PartitionProduceResponse {
                index: data.index,
                base_offset: -1,
                ..PartitionProduceResponse::default()
            };
            match append(handles, context, acks, &topic, data) {
                Ok((partition, appended)) => {
                    answer.base_offset = appended.info.first_offset.0;
                    answer.log_append_time_ms = appended.info.log_append_time_ms.unwrap_or(-1);
                    answer.log_start_offset = appended.info.log_start_offset.0;
                    if acks.is_some_and(|acks| must_wait(acks, &appended)) {
                        let (topic, place) = (self.response.responses.len(), answers.len());
                        self.waiting.push(Parked {
                            topic,
                            place,
                            partition,
                            appended,
                        });
                    }
                }
                Err(refusal) => {
                    refuse(&mut answer, &refusal);
                    self.first_refusal.get_or_insert(refusal);
                }
            }
            answers.push(answer);
        }
        self.response.responses.push(TopicProduceResponse {
            name: topic.name,
            topic_id: topic.topic_id,
            partition_responses: answers,
        });
    }

    fn refuse_topic(&mut self, topic: TopicProduceData, refusal: &Refusal) {
        let answers = topic.partition_data.iter().map(|data| {
            let mut answer = PartitionProduceResponse {
                index: data.index,
                ..PartitionProduceResponse::default()
            };
            refuse(&mut answer, refusal);
            answer
        });
        self.response.responses.push(TopicProduceResponse {
            name: topic.name,
            topic_id: topic.topic_id,
            partition_responses: answers.collect(),
        });
        self.first_refusal.get_or_insert_with(|| refusal.clone());
    }

    /// Adds the addresses of the leaders that were named, for clients that can use them (v10, KIP-951).
    fn name_leaders(&mut self, handles: &Handles, context: &RequestContext) {
        let answers = self
            .response
            .responses
            .iter_mut()
            .flat_map(|topic| &mut topic.partition_responses);
        if context.version < 10 {
            answers.for_each(|answer| answer.current_leader = LeaderIdAndEpoch::default());
            return;
        }
        let leaders = answers.map(|answer| answer.current_leader.leader_id).collect();
        let nodes = handles.addresses_of(leaders, &context.connection);
        let endpoints = nodes.into_iter().map(|node| NodeEndpoint {
            node_id: node.id.0,
            host: node.host,
            port: node.port,
            rack: node.rack,
        });
        self.response.node_endpoints = endpoints.collect();
    }
}

fn append(
    handles: &Handles,
    context: &RequestContext,
    acks: Option<RequiredAcks>,
    topic: &TopicProduceData,
    data: &PartitionProduceData,
) -> Result<(Arc<Partition>, Appended), Refusal> {
    let number = PartitionId(data.index);
    // Kafka's order: the partition, then its batch, then the acks.
    let version = context.version;
    let partition = match version {
        13.. => handles.partition_by_id(TopicId(topic.topic_id), number)?,
        _ => handles.partition_by_name(&topic.name, number)?,
    };
    check_shape(version, data.records.as_ref())?;
    let acks = acks.ok_or(ErrorCode::INVALID_REQUIRED_ACKS)?;
    let records = data.records.as_ref().ok_or(ErrorCode::INVALID_RECORD)?;
    if !context.is_admin_client {
        refuse_internal(&partition)?;
    }
    match partition.append(records, acks, AppendOrigin::Client) {
        Ok(appended) => Ok((partition, appended)),
        Err(error) => Err(Refusal {
            log_start_offset: tells_log_start(&error).then(|| partition.log_start_offset()),
            ..Refusal::from(error)
        }),
    }
}

/// Keeps clients from writing what coordinators of this broker read back.
fn refuse_internal(partition: &Partition) -> Result<(), Refusal> {
    let topic = &partition.name().topic;
    if !is_internal(topic) {
        return Ok(());
    }
    Err(Refusal {
        message: format!("clients cannot append to the internal topic {topic}"),
        ..Refusal::from(ErrorCode::INVALID_TOPIC_EXCEPTION)
    })
}

/// Whether a refusal tells where the log begins, as Kafka's does: producers ask for it when a sequence is out of order,
/// to see whether what they miss was removed (KIP-360).
fn tells_log_start(error: &PartitionError) -> bool {
    !matches!(
        code_of(error),
        ErrorCode::CORRUPT_MESSAGE
            | ErrorCode::MESSAGE_TOO_LARGE
            | ErrorCode::RECORD_LIST_TOO_LARGE
            | ErrorCode::NOT_LEADER_OR_FOLLOWER
            | ErrorCode::KAFKA_STORAGE_ERROR
    )
}

fn refuse(answer: &mut PartitionProduceResponse, refusal: &Refusal) {
    answer.error_code = refusal.code;
    answer.base_offset = Offset::UNKNOWN.0;
    answer.log_start_offset = refusal.log_start_offset.unwrap_or(Offset::UNKNOWN).0;
    answer.error_message = Some(StrBytes::from(refusal.message.clone()));
    let records = refusal
        .records
        .iter()
        .map(|(batch_index, message)| BatchIndexAndErrorMessage {
            batch_index: *batch_index,
            batch_index_error_message: Some(StrBytes::from(message.clone())),
        });
    answer.record_errors = records.collect();
    if let Some((BrokerId(leader_id), LeaderEpoch(leader_epoch))) = refusal.leader {
        answer.current_leader = LeaderIdAndEpoch {
            leader_id,
            leader_epoch,
        };
    }
}
