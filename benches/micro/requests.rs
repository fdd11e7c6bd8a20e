//! Whole requests through the api layer, from the frame to the answer, without a connection around them.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use dmq::partition::Durability;
use dmq_protocol::StrBytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::messages::metadata::MetadataRequestTopic;
use dmq_protocol::messages::{ApiVersionsRequest, MetadataRequest};

use crate::broker::{Broker, frame};
use crate::samples;

#[divan::bench]
fn api_versions(bencher: Bencher<'_, '_>) {
    let broker = Broker::start(Durability::Os);
    let request = ApiVersionsRequest {
        client_software_name: StrBytes::from("apache-kafka-java"),
        client_software_version: StrBytes::from("4.4.0"),
        ..ApiVersionsRequest::default()
    };
    let frame = frame(&request, 4);
    bencher.bench_local(|| broker.answer(black_box(frame.clone())));
}

/// What a producer asks for: one topic.
#[divan::bench]
fn metadata_of_one_topic(bencher: Bencher<'_, '_>) {
    let broker = Broker::start(Durability::Os);
    broker.create_topic("bench", 3);
    let topic = MetadataRequestTopic {
        name: Some(StrBytes::from("bench")),
        ..MetadataRequestTopic::default()
    };
    let request = MetadataRequest {
        topics: Some(vec![topic]),
        ..MetadataRequest::default()
    };
    let frame = frame(&request, 13);
    bencher.bench_local(|| broker.answer(black_box(frame.clone())));
}

/// What a tool asks for: everything.
#[divan::bench]
fn metadata_of_100_topics(bencher: Bencher<'_, '_>) {
    let broker = Broker::start(Durability::Os);
    for number in 0..100 {
        broker.create_topic(&format!("bench-{number}"), 3);
    }
    let request = MetadataRequest {
        topics: None,
        ..MetadataRequest::default()
    };
    let frame = frame(&request, 13);
    bencher.bench_local(|| broker.answer(black_box(frame.clone())));
}

fn produce(bencher: Bencher<'_, '_>, records: usize, acks: i16, durability: Durability) {
    let broker = Broker::start(durability);
    let id = broker.create_topic("bench", 1);
    let batch = samples::batch(records, Compression::None);
    let mut request = samples::produce(1, acks, &batch);
    request.topic_data[0].topic_id = id;
    let frame = frame(&request, 13);
    bencher
        .counter(BytesCount::new(batch.len()))
        .bench_local(|| broker.answer(black_box(frame.clone())));
}

#[divan::bench(args = [1, 16], sample_count = 100, sample_size = 50)]
fn produce_acks_1(bencher: Bencher<'_, '_>, records: usize) {
    produce(bencher, records, 1, Durability::Os);
}

/// With the wait for a group commit; in memory the sync itself costs nothing.
#[divan::bench(args = [1, 16], sample_count = 100, sample_size = 50)]
fn produce_acks_all(bencher: Bencher<'_, '_>, records: usize) {
    produce(bencher, records, -1, Durability::Fsync);
}

/// The answer names file ranges: the records themselves are not read.
#[divan::bench(args = [1, 30])]
fn fetch(bencher: Bencher<'_, '_>, partitions: i32) {
    let broker = Broker::start(Durability::Os);
    let id = broker.create_topic("bench", partitions);
    let mut request = samples::produce(partitions, 1, &samples::batch(16, Compression::None));
    request.topic_data[0].topic_id = id;
    broker.answer(frame(&request, 13)).unwrap();
    let mut request = samples::fetch(partitions);
    request.topics[0].topic_id = id;
    let frame = frame(&request, 18);
    bencher.bench_local(|| {
        let reply = broker.answer(black_box(frame.clone())).unwrap();
        assert!(reply.len() > 16_000, "there is something to fetch");
        reply
    });
}
