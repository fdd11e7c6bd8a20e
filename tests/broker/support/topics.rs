//! The everyday requests: create a topic, produce a batch, fetch from an offset. Tests change what they are about.

use bytes::Bytes;
use dmq_protocol::messages::create_topics::{CreatableTopic, CreatableTopicConfig};
use dmq_protocol::messages::fetch::{FetchPartition, FetchTopic, PartitionData};
use dmq_protocol::messages::list_offsets::{ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsTopic};
use dmq_protocol::messages::produce::{PartitionProduceData, PartitionProduceResponse, TopicProduceData};
use dmq_protocol::messages::{CreateTopicsRequest, FetchRequest, ListOffsetsRequest, ProduceRequest};
use dmq_protocol::records::{Record, RecordBatch};
use dmq_protocol::{ErrorCode, StrBytes, Uuid};

use super::{TestBroker, Wire};

pub const PRODUCE_LATEST: i16 = 13;
pub const FETCH_LATEST: i16 = 18;

/// A topic that a test has created.
#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    pub name: StrBytes,
    pub id: Uuid,
}

impl Topic {
    pub fn create(broker: &TestBroker, name: &str, partitions: i32) -> Topic {
        Topic::create_with(broker, name, partitions, &[])
    }

    pub fn create_with(broker: &TestBroker, name: &str, partitions: i32, configs: &[(&str, &str)]) -> Topic {
        let request = create_request(name, partitions, configs);
        let mut answer = broker.connect().call(7, &request);
        let result = answer.topics.remove(0);
        assert_eq!(result.error_code, ErrorCode::NONE, "{:?}", result.error_message);
        Topic {
            name: result.name,
            id: result.topic_id,
        }
    }

    /// A request that appends one batch.
    pub fn produce_request(&self, partition: i32, records: Bytes, acks: i16) -> ProduceRequest {
        ProduceRequest {
            acks,
            timeout_ms: 30_000,
            topic_data: vec![TopicProduceData {
                name: self.name.clone(),
                topic_id: self.id,
                partition_data: vec![PartitionProduceData {
                    index: partition,
                    records: Some(records),
                }],
            }],
            ..ProduceRequest::default()
        }
    }

    /// Appends one batch with `acks=all`, whatever comes of it.
    pub fn produce(&self, wire: &mut Wire, partition: i32, records: Bytes) -> PartitionProduceResponse {
        only(wire.call(PRODUCE_LATEST, &self.produce_request(partition, records, -1)))
    }

    /// Appends one batch that must be accepted; its first offset.
    pub fn append(&self, wire: &mut Wire, partition: i32, records: Bytes) -> i64 {
        let answer = self.produce(wire, partition, records);
        assert_eq!(answer.error_code, ErrorCode::NONE, "{:?}", answer.error_message);
        answer.base_offset
    }

    /// What a fetch says of one partition: everything from an offset on.
    pub fn from(&self, partition: i32, fetch_offset: i64) -> FetchTopic {
        FetchTopic {
            topic: self.name.clone(),
            topic_id: self.id,
            partitions: vec![FetchPartition {
                partition,
                fetch_offset,
                partition_max_bytes: 10 << 20,
                ..FetchPartition::default()
            }],
        }
    }

    /// A request for everything there is of one partition from an offset on, without waiting.
    pub fn fetch_request(&self, partition: i32, offset: i64) -> FetchRequest {
        fetch_of(vec![self.from(partition, offset)])
    }

    /// The answer for the one partition.
    pub fn fetch(&self, wire: &mut Wire, partition: i32, offset: i64) -> PartitionData {
        let mut answer = wire.call(FETCH_LATEST, &self.fetch_request(partition, offset));
        assert_eq!(answer.error_code, ErrorCode::NONE);
        answer.responses.remove(0).partitions.remove(0)
    }

    /// Every record of a partition.
    pub fn read_all(&self, wire: &mut Wire, partition: i32) -> Vec<Record> {
        let mut records: Vec<Record> = Vec::new();
        loop {
            let next = records.last().map_or(0, |last| last.offset + 1);
            let data = self.fetch(wire, partition, next);
            assert_eq!(data.error_code, ErrorCode::NONE);
            let fresh = records_of(&data).into_iter().filter(|record| record.offset >= next);
            records.extend(fresh);
            if records.last().map_or(0, |last| last.offset + 1) >= data.high_watermark {
                return records;
            }
        }
    }

    /// The offset at a time or an end of the log, by the newest version.
    pub fn offset_at(&self, wire: &mut Wire, partition: i32, timestamp: i64) -> ListOffsetsPartitionResponse {
        self.offset_at_version(wire, 11, partition, timestamp)
    }

    pub fn offset_at_version(
        &self,
        wire: &mut Wire,
        version: i16,
        partition: i32,
        timestamp: i64,
    ) -> ListOffsetsPartitionResponse {
        let request = ListOffsetsRequest {
            replica_id: -1,
            topics: vec![ListOffsetsTopic {
                name: self.name.clone(),
                partitions: vec![ListOffsetsPartition {
                    partition_index: partition,
                    timestamp,
                    ..ListOffsetsPartition::default()
                }],
            }],
            ..ListOffsetsRequest::default()
        };
        wire.call(version, &request).topics.remove(0).partitions.remove(0)
    }
}

pub fn create_request(name: &str, partitions: i32, configs: &[(&str, &str)]) -> CreateTopicsRequest {
    let config = |(name, value): &(&str, &str)| CreatableTopicConfig {
        name: (*name).to_owned().into(),
        value: Some((*value).to_owned().into()),
    };
    CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: name.to_owned().into(),
            num_partitions: partitions,
            replication_factor: 1,
            configs: configs.iter().map(config).collect(),
            ..CreatableTopic::default()
        }],
        ..CreateTopicsRequest::default()
    }
}

/// A consumer's fetch outside of any session, that does not wait.
pub fn fetch_of(topics: Vec<FetchTopic>) -> FetchRequest {
    FetchRequest {
        max_wait_ms: 0,
        min_bytes: 1,
        max_bytes: 50 << 20,
        topics,
        ..FetchRequest::default()
    }
}

/// The answer for the only partition of a produce.
pub fn only(mut answer: dmq_protocol::messages::ProduceResponse) -> PartitionProduceResponse {
    assert_eq!(answer.responses.len(), 1);
    assert_eq!(answer.responses[0].partition_responses.len(), 1);
    answer.responses.remove(0).partition_responses.remove(0)
}

/// The batches of one partition's answer; each is whole and its CRC is right.
pub fn batches_of(data: &PartitionData) -> Vec<RecordBatch> {
    let records = data.records.as_ref().and_then(|records| records.bytes());
    let mut bytes = records.cloned().unwrap_or_default();
    let mut batches = Vec::new();
    while !bytes.is_empty() {
        let batch = RecordBatch::split_first(&mut bytes).expect("whole batches");
        assert!(batch.verify_crc());
        batches.push(batch);
    }
    batches
}

/// The records of one partition's answer.
pub fn records_of(data: &PartitionData) -> Vec<Record> {
    let records = batches_of(data)
        .into_iter()
        .flat_map(|batch| batch.records(64 << 20).expect("readable records"));
    records.map(|record| record.expect("a readable record")).collect()
}

/// Values of records, as text.
pub fn values(records: &[Record]) -> Vec<&str> {
    records
        .iter()
        .map(|record| std::str::from_utf8(record.value.as_deref().unwrap_or_default()).expect("text"))
        .collect()
}
