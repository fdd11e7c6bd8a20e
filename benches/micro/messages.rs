//! Decoding and encoding of the messages that make up a client's life, at the newest version and at an old one.

use bytes::BytesMut;
use divan::{Bencher, black_box};
use dmq_protocol::compression::Compression;
use dmq_protocol::messages::produce::{PartitionProduceResponse, TopicProduceResponse};
use dmq_protocol::messages::{FetchRequest, FetchResponse, MetadataResponse, ProduceRequest, ProduceResponse};
use dmq_protocol::{Message, StrBytes};

use crate::samples;

fn decode<M: Message>(bencher: Bencher<'_, '_>, message: &M, version: i16) {
    let bytes = message.encode(version).unwrap();
    bencher.bench(|| M::decode(black_box(bytes.clone()), version).unwrap());
}

fn encode<M: Message>(bencher: Bencher<'_, '_>, message: &M, version: i16) {
    bencher.bench(|| {
        let mut out = BytesMut::new();
        message.encode_around(&mut out, version).unwrap();
        out
    });
}

#[divan::bench(args = [13, 8])]
fn produce_request_decode(bencher: Bencher<'_, '_>, version: i16) {
    decode(
        bencher,
        &samples::produce(1, 1, &samples::batch(16, Compression::None)),
        version,
    );
}

#[divan::bench(args = [13, 8])]
fn produce_request_decode_of_30_partitions(bencher: Bencher<'_, '_>, version: i16) {
    decode(
        bencher,
        &samples::produce(30, 1, &samples::batch(1, Compression::None)),
        version,
    );
}

#[divan::bench(args = [13, 8])]
fn produce_response_encode(bencher: Bencher<'_, '_>, version: i16) {
    let partition = PartitionProduceResponse {
        base_offset: 1_000_000,
        ..PartitionProduceResponse::default()
    };
    let response = ProduceResponse {
        responses: vec![TopicProduceResponse {
            name: StrBytes::from("bench"),
            topic_id: samples::TOPIC_ID,
            partition_responses: vec![partition],
        }],
        ..ProduceResponse::default()
    };
    encode(bencher, &response, version);
}

#[divan::bench(args = [18, 11])]
fn fetch_request_decode_of_30_partitions(bencher: Bencher<'_, '_>, version: i16) {
    decode::<FetchRequest>(bencher, &samples::fetch(30), version);
}

#[divan::bench(args = [18, 11])]
fn fetch_response_encode_of_30_partitions(bencher: Bencher<'_, '_>, version: i16) {
    encode::<FetchResponse>(bencher, &samples::fetched(30), version);
}

#[divan::bench(args = [13, 7])]
fn metadata_response_encode_of_100_topics(bencher: Bencher<'_, '_>, version: i16) {
    encode::<MetadataResponse>(bencher, &samples::metadata(100), version);
}

#[divan::bench(args = [13, 7])]
fn metadata_response_decode_of_100_topics(bencher: Bencher<'_, '_>, version: i16) {
    decode::<MetadataResponse>(bencher, &samples::metadata(100), version);
}

#[divan::bench(args = [13, 8])]
fn produce_request_encode(bencher: Bencher<'_, '_>, version: i16) {
    encode::<ProduceRequest>(
        bencher,
        &samples::produce(1, 1, &samples::batch(16, Compression::None)),
        version,
    );
}
