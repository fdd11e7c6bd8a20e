//! What the benches work on: batches and messages of the sizes that clients send.

use bytes::Bytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, FetchableTopicResponse, PartitionData,
};
use dmq_protocol::messages::metadata::{
    MetadataResponse, MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use dmq_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use dmq_protocol::records::{BatchBuilder, TimestampType};
use dmq_protocol::{FetchRecords, StrBytes, Uuid};

/// Bytes of a record's value.
pub const VALUE_BYTES: usize = 1024;
/// 2023, so that timestamps have their usual length.
pub const TIME_MS: i64 = 1_700_000_000_000;

pub const TOPIC_ID: Uuid = Uuid([7; 16]);

/// Text that compresses about as logs do: words of a small vocabulary in no order.
pub fn text(len: usize, seed: u64) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "broker ",
        "offset=",
        "partition ",
        "INFO ",
        "request ",
        "latency_ms=",
        "client ",
        "2023-11-14T22:13:20 ",
        "topic ",
        "leader ",
        "epoch=",
        "fetch ",
        "4711 ",
        "produce ",
        "0.93 ",
        "consumer-group-17 ",
    ];
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut text = Vec::with_capacity(len + 32);
    while text.len() < len {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.extend_from_slice(WORDS[(state % 16) as usize].as_bytes());
        text.extend_from_slice(format!("{:x} ", state >> 52).as_bytes());
    }
    text.truncate(len);
    text
}

/// A batch of records of a kilobyte each.
pub fn batch(records: usize, codec: Compression) -> Bytes {
    let mut builder = BatchBuilder::new(0, codec, TimestampType::CreateTime);
    for number in 0..records {
        let (key, value) = (format!("key-{number}"), text(VALUE_BYTES, number as u64));
        builder
            .append(TIME_MS + number as i64, Some(key.as_bytes()), Some(&value), &[])
            .unwrap();
    }
    builder.build().unwrap()
}

/// A request with one batch for each of so many partitions.
pub fn produce(partitions: i32, acks: i16, records: &Bytes) -> ProduceRequest {
    let data = |index| PartitionProduceData {
        index,
        records: Some(records.clone()),
    };
    ProduceRequest {
        transactional_id: None,
        acks,
        timeout_ms: 30_000,
        topic_data: vec![TopicProduceData {
            name: StrBytes::from("bench"),
            topic_id: TOPIC_ID,
            partition_data: (0..partitions).map(data).collect(),
        }],
    }
}

/// A request for so many partitions, outside any session.
pub fn fetch(partitions: i32) -> FetchRequest {
    let wanted = |partition| FetchPartition {
        partition,
        fetch_offset: 0,
        partition_max_bytes: 1 << 20,
        ..FetchPartition::default()
    };
    FetchRequest {
        max_wait_ms: 500,
        min_bytes: 1,
        max_bytes: 50 << 20,
        topics: vec![FetchTopic {
            topic: StrBytes::from("bench"),
            topic_id: TOPIC_ID,
            partitions: (0..partitions).map(wanted).collect(),
        }],
        ..FetchRequest::default()
    }
}

/// The answer to [`fetch`], its records to be sent from a file.
pub fn fetched(partitions: i32) -> FetchResponse {
    let data = |partition_index| PartitionData {
        partition_index,
        high_watermark: 1_000_000,
        last_stable_offset: 1_000_000,
        log_start_offset: 0,
        records: Some(FetchRecords::Elsewhere(1 << 20)),
        ..PartitionData::default()
    };
    FetchResponse {
        responses: vec![FetchableTopicResponse {
            topic: StrBytes::from("bench"),
            topic_id: TOPIC_ID,
            partitions: (0..partitions).map(data).collect(),
        }],
        ..FetchResponse::default()
    }
}

/// A cluster of three brokers with so many topics of three partitions and replicas.
pub fn metadata(topics: usize) -> MetadataResponse {
    let broker = |node_id| MetadataResponseBroker {
        node_id,
        host: StrBytes::from(format!("kafka-{node_id}.example.com")),
        port: 9092,
        rack: None,
    };
    let partition = |partition_index| MetadataResponsePartition {
        partition_index,
        leader_id: 1 + partition_index,
        leader_epoch: 5,
        replica_nodes: vec![1, 2, 3],
        isr_nodes: vec![1, 2, 3],
        ..MetadataResponsePartition::default()
    };
    let topic = |number| MetadataResponseTopic {
        name: Some(StrBytes::from(format!("orders.by-region.{number}"))),
        topic_id: TOPIC_ID,
        partitions: (0..3).map(partition).collect(),
        ..MetadataResponseTopic::default()
    };
    MetadataResponse {
        brokers: (1..=3).map(broker).collect(),
        cluster_id: Some(StrBytes::from("AAAAAAAAAAAAAAAAAAAAEg")),
        controller_id: 1,
        topics: (0..topics).map(topic).collect(),
        ..MetadataResponse::default()
    }
}
