//! A response whose record batches come from elsewhere is, with them put in place, the response that holds them.

use bytes::{Bytes, BytesMut};
use dmq_protocol::messages::FetchResponse;
use dmq_protocol::messages::fetch::{EpochEndOffset, FetchableTopicResponse, PartitionData};
use dmq_protocol::{EncodeReason, Message};

const EMPTY: &[u8] = b"";

fn response(records: &[&'static [u8]]) -> FetchResponse {
    let partition = |records: &&'static [u8]| PartitionData {
        records: Some(Bytes::from_static(records)),
        diverging_epoch: EpochEndOffset {
            epoch: 3,
            end_offset: 7,
        },
        ..PartitionData::default()
    };
    let topics = records.chunks(2).map(|records| FetchableTopicResponse {
        partitions: records.iter().map(partition).collect(),
        ..FetchableTopicResponse::default()
    });
    FetchResponse {
        responses: topics.collect(),
        ..FetchResponse::default()
    }
}

#[test]
fn contents_put_in_their_places_make_the_whole_response() {
    let records: [&[u8]; 5] = [b"first batch", b"", b"second", &[7; 300], b"last"];
    let lengths = records.map(<[u8]>::len);
    for version in 12..=18 {
        let mut around = BytesMut::from("before");
        let places = response(&[EMPTY; 5])
            .encode_around(&mut around, version, &lengths)
            .unwrap();
        let mut whole = Vec::new();
        let mut sent = 0;
        for (place, content) in places.into_iter().zip(records) {
            whole.extend_from_slice(&around[sent..place]);
            whole.extend_from_slice(content);
            sent = place;
        }
        whole.extend_from_slice(&around[sent..]);
        assert_eq!(
            whole.strip_prefix(b"before").unwrap(),
            response(&records).encode(version).unwrap(),
            "v{version}"
        );
    }
}

#[test]
fn more_lengths_than_fields_are_refused() {
    let mut out = BytesMut::new();
    let error = response(&[EMPTY]).encode_around(&mut out, 12, &[1, 2, 3]).unwrap_err();
    assert_eq!(error.reason(), &EncodeReason::TooManyLengths(2));
    assert!(out.is_empty());
}
