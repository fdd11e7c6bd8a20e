//! The answer to a fetch: what the session need not be told is left out, records stay in their files.

use std::sync::Arc;

use bytes::BytesMut;
use dmq_protocol::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchResponse, FetchableTopicResponse, LeaderIdAndEpoch, NodeEndpoint,
    PartitionData,
};
use dmq_protocol::{EncodeError, ErrorCode, FetchRecords, Gap, Message, StrBytes, Uuid, Wire};

use super::FIRST_BY_TOPIC_ID;
use super::plan::{Outcome, Refusal};
use crate::api::errors::code_of;
use crate::api::meter::{Meter, Metered};
use crate::api::reply::Encode;
use crate::api::{ConnectionInfo, Handles, RequestContext};
use crate::disk::FileRange;
use crate::fetch_session::{FetchContext, PartitionAnswer, SessionId, TopicKey};
use crate::ids::{BrokerId, PartitionId};
use crate::partition::{PartitionError, PartitionRead};
use crate::quota::Throttle;

/// Leaders can be named from this version on (KIP-595)…
const FIRST_WITH_LEADER: i16 = 12;
/// … and their addresses from this one (KIP-951).
const FIRST_WITH_ENDPOINTS: i16 = 16;

/// A response, and the file ranges of its records in the order of its partitions.
pub struct Fetched {
    response: FetchResponse,
    files: Vec<FileRange>,
}

impl From<FetchResponse> for Fetched {
    fn from(response: FetchResponse) -> Fetched {
        Fetched {
            response,
            files: Vec::new(),
        }
    }
}

impl Fetched {
    /// How many bytes it has with its length field, without its header.
    fn wire_len(&self, version: i16) -> usize {
        let mut out = BytesMut::new();
        // What cannot be encoded is refused when it is sent.
        let gaps = self.response.encode_around(&mut out, version).unwrap_or_default();
        let records: usize = gaps.iter().map(|gap| gap.len).sum();
        out.len().saturating_add(records).saturating_add(size_of::<i32>())
    }
}

impl Encode for Fetched {
    fn encode_body(self, out: &mut BytesMut, version: i16) -> Result<(Vec<Gap>, Vec<FileRange>), EncodeError> {
        let gaps = self.response.encode_around(out, version)?;
        Ok((gaps, self.files))
    }

    fn charge(&mut self, _: &Metered, _: Throttle) -> Throttle {
        // Charged when it was made: a throttled answer has no records.
        Throttle::from_ms(self.response.throttle_time_ms.into())
    }

    fn error_codes(&self, see: &mut dyn FnMut(ErrorCode)) {
        Wire::error_codes(&self.response, see);
    }
}

/// Who is answered.
pub(super) struct Responder {
    handles: Arc<Handles>,
    connection: Arc<ConnectionInfo>,
    version: i16,
    session: FetchContext,
    meter: Meter,
}

impl Responder {
    pub(super) fn new(handles: &Arc<Handles>, context: &RequestContext, session: FetchContext) -> Responder {
        Responder {
            handles: Arc::clone(handles),
            connection: Arc::clone(&context.connection),
            version: context.version,
            session,
            meter: context.meter.clone(),
        }
    }

    pub(super) fn session(&self) -> &FetchContext {
        &self.session
    }

    /// The answer that says what was found, in the order of the session's partitions.
    pub(super) fn respond(&self, found: Vec<Outcome>) -> Fetched {
        let answers: Vec<PartitionAnswer> = found.iter().map(answer_of).collect();
        match &self.meter {
            None => {
                let (id, told) = self.settle(&answers);
                self.answer(id, found, told)
            }
            Some(metered) => self.respond_within_quota(metered, found, &answers),
        }
    }

    /// As [`Responder::respond`], unless the client has to be held back: then nothing is told but that, and the session
    /// stays as it is. To know the answer's length, it is made before it is settled.
    fn respond_within_quota(&self, metered: &Metered, found: Vec<Outcome>, answers: &[PartitionAnswer]) -> Fetched {
        metered.resume();
        let mut fetched = self.answer(SessionId::NONE, found, self.session.news(answers));
        let throttle = metered.charge_fetched(fetched.wire_len(self.version));
        if !throttle.is_none() {
            return Fetched::from(FetchResponse {
                throttle_time_ms: throttle.ms(),
                session_id: self.session.present_id().0,
                ..FetchResponse::default()
            });
        }
        fetched.response.session_id = self.settle(answers).0.0;
        fetched
    }

    fn settle(&self, answers: &[PartitionAnswer]) -> (SessionId, Vec<bool>) {
        let Handles { clock, random, .. } = &*self.handles;
        let sessions = &self.handles.fetch_sessions;
        self.session
            .settle(sessions, clock.now_ms(), answers, || random.next_u64() as i32)
    }

    /// The answer with what the client must be told.
    fn answer(&self, id: SessionId, found: Vec<Outcome>, told: Vec<bool>) -> Fetched {
        let mut fetched = Fetched::from(FetchResponse {
            session_id: id.0,
            ..FetchResponse::default()
        });
        for (((key, _), outcome), told) in self.session.partitions().iter().zip(found).zip(told) {
            if told {
                let data = self.partition_data(key.partition, outcome, &mut fetched.files);
                add(&mut fetched.response, &key.topic, data);
            }
        }
        self.name_leaders(&mut fetched.response);
        fetched
    }

    /// The refusal of a whole request. Clients of the versions without topic ids look at the partitions' errors.
    pub(super) fn refuse(&self, error_code: ErrorCode) -> Fetched {
        let mut response = FetchResponse {
            error_code,
            ..FetchResponse::default()
        };
        if self.version < FIRST_BY_TOPIC_ID {
            for (key, _) in self.session.partitions() {
                let refused = PartitionData {
                    partition_index: key.partition.0,
                    error_code,
                    high_watermark: -1,
                    records: Some(FetchRecords::default()),
                    ..PartitionData::default()
                };
                add(&mut response, &key.topic, refused);
            }
        }
        Fetched::from(response)
    }

    fn partition_data(&self, number: PartitionId, outcome: Outcome, files: &mut Vec<FileRange>) -> PartitionData {
        let data = PartitionData {
            partition_index: number.0,
            high_watermark: -1,
            records: Some(FetchRecords::default()),
            ..PartitionData::default()
        };
        match outcome {
            Ok(read) => found(data, read, files),
            Err(Refusal::Code(error_code)) => PartitionData { error_code, ..data },
            Err(Refusal::Partition(error)) => {
                let current_leader = match &error {
                    PartitionError::NotLeader {
                        leader: Some(BrokerId(leader_id)),
                        leader_epoch,
                    } if self.version >= FIRST_WITH_LEADER => LeaderIdAndEpoch {
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
        }
    }

    fn name_leaders(&self, response: &mut FetchResponse) {
        if self.version < FIRST_WITH_ENDPOINTS {
            return;
        }
        let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
        let leaders = partitions.map(|data| data.current_leader.leader_id).collect();
        let nodes = self.handles.addresses_of(leaders, &self.connection);
        let endpoints = nodes.into_iter().map(|node| NodeEndpoint {
            node_id: node.id.0,
            host: node.host,
            port: node.port,
            rack: node.rack,
        });
        response.node_endpoints = endpoints.collect();
    }
}

fn found(data: PartitionData, read: PartitionRead, files: &mut Vec<FileRange>) -> PartitionData {
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

fn answer_of(outcome: &Outcome) -> PartitionAnswer {
    match outcome {
        Ok(read) => PartitionAnswer {
            is_error: read.diverging.is_some(),
            record_bytes: read.len(),
            high_watermark: read.high_watermark.0,
            log_start_offset: read.log_start_offset.0,
        },
        Err(_) => PartitionAnswer {
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
        _ => response.responses.push(FetchableTopicResponse {
            topic: name,
            topic_id: id,
            partitions: vec![data],
        }),
    }
}
