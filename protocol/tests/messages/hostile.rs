//! Bytes that are not what they claim: decoding gives an error, never a panic, and costs no more than they justify.

use bytes::Bytes;
use dmq_protocol::coordinator_records::{GroupRecord, ShareStateRecord, TransactionRecord};
use dmq_protocol::embedded::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, DefaultPrincipalData, Embedded,
};
use dmq_protocol::header::RequestHeader;
use dmq_protocol::messages::fetch::ReplicaState;
use dmq_protocol::messages::{
    ApiVersionsRequest, CreateTopicsRequest, FetchRequest, MessageVisitor, MetadataRequest, ProduceRequest,
};
use dmq_protocol::metadata_records::AnyMetadataRecord;
use dmq_protocol::storage_records::RemoteLogRecord;
use dmq_protocol::{DecodeReason, Message};
use proptest::prelude::*;

use crate::generate::{Random, dense};
use crate::memory::peak_of;
use crate::{each_version, seeds, visit_everything};

/// How much memory a byte of input may cost. The dearest is an empty compact string in an array: a byte that becomes a
/// string of 32, in a vector that holds up to three times its elements while it grows.
const COST_PER_BYTE: usize = 100;
/// The cost of an error, and of the first few elements.
const COST_ONCE: usize = 4096;

fn decode_within_bounds<M: Message>(bytes: Vec<u8>, version: i16) {
    let len = bytes.len();
    let bytes = Bytes::from(bytes);
    let peak = peak_of(|| drop(M::decode(bytes, version)));
    assert!(
        peak <= COST_PER_BYTE * len + COST_ONCE,
        "{} v{version}: {peak} bytes for {len}",
        M::NAME
    );
}

/// Cuts every message short.
struct CutShort {
    seed: u64,
}

impl MessageVisitor for CutShort {
    fn visit<M: Message>(&mut self) {
        each_version::<M>(self.seed, |version, bytes| {
            let bytes = Bytes::from(bytes);
            // All the short beginnings, and some of the long ones.
            for len in (0..bytes.len()).filter(|len| *len < 40 || len % 29 == 0) {
                let cut = M::decode(bytes.slice(..len), version);
                assert!(
                    cut.is_err(),
                    "{} v{version}, seed {}, {len} bytes: {cut:?}",
                    M::NAME,
                    self.seed
                );
            }
        });
    }
}

/// Changes some bytes of every message, to any value or to one that makes a length large.
struct Changed {
    seed: u64,
}

impl MessageVisitor for Changed {
    fn visit<M: Message>(&mut self) {
        let mut random = Random::new(self.seed);
        each_version::<M>(self.seed, |version, bytes| {
            for _ in 0..10 {
                let mut bytes = bytes.clone();
                for _ in 0..random.below(3) + 1 {
                    let Some(place) = bytes.len().checked_sub(1).map(|last| random.below(last + 1)) else {
                        break;
                    };
                    bytes[place] = [random.next() as u8, 0xff, 0x7f, bytes[place] ^ 1][random.below(4)];
                }
                decode_within_bounds::<M>(bytes, version);
            }
        });
    }
}

/// Fills each array of every message with the smallest elements there are.
struct Densest;

impl MessageVisitor for Densest {
    fn visit<M: Message>(&mut self) {
        for version in M::VERSIONS.iter() {
            for bytes in (0..).map_while(|chosen| dense::<M>(version, chosen, 600)) {
                assert!(M::decode(Bytes::copy_from_slice(&bytes), version).is_ok());
                decode_within_bounds::<M>(bytes, version);
            }
        }
    }
}

#[test]
fn the_smallest_elements_cost_no_more_than_they_justify() {
    visit_everything(&mut Densest);
}

proptest! {
    #![proptest_config(seeds(8))]

    #[test]
    fn a_message_cut_short_is_an_error(seed: u64) {
        visit_everything(&mut CutShort { seed });
    }

    #[test]
    fn changed_bytes_never_panic_and_never_cost_more_than_they_justify(seed: u64) {
        visit_everything(&mut Changed { seed });
    }

    #[test]
    fn any_bytes_at_all_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        struct Any(Vec<u8>);
        impl MessageVisitor for Any {
            fn visit<M: Message>(&mut self) {
                M::VERSIONS.iter().for_each(|version| decode_within_bounds::<M>(self.0.clone(), version));
            }
        }
        visit_everything(&mut Any(bytes));
    }
}

/// A front that a frame may have, and any bytes after it.
fn framed() -> impl Strategy<Value = Bytes> {
    (0..40u8, 0..6u8, prop::collection::vec(any::<u8>(), 0..100))
        .prop_map(|(first, second, rest)| [&[first, second][..], &rest].concat().into())
}

proptest! {
    #![proptest_config(seeds(2000))]

    #[test]
    fn any_bytes_in_a_frame_are_decoded_or_refused(record_type in 0..30i16, key: Vec<u8>, value in framed()) {
        let key = Bytes::from([&record_type.to_be_bytes()[..], &key].concat());
        let len = key.len() + value.len();
        let peak = peak_of(|| {
            drop(GroupRecord::decode(key.clone(), Some(value.clone())));
            drop(TransactionRecord::decode(key.clone(), Some(value.clone())));
            drop(ShareStateRecord::decode(key, Some(value.clone())));
            drop(RemoteLogRecord::decode(value.clone()));
            drop(AnyMetadataRecord::decode([&[1], &value[..]].concat().into()));
            drop(ConsumerProtocolSubscription::from_bytes(value.clone()));
            drop(ConsumerProtocolAssignment::from_bytes(value.clone()));
            drop(DefaultPrincipalData::from_bytes(value));
        });
        prop_assert!(peak <= COST_PER_BYTE * len + COST_ONCE, "{peak} bytes for {len}");
    }
}

fn reason<M: Message>(bytes: &[u8], version: i16) -> DecodeReason {
    M::decode(Bytes::copy_from_slice(bytes), version)
        .unwrap_err()
        .reason()
        .clone()
}

#[test]
fn four_bytes_that_claim_two_billion_topics_cost_nothing() {
    let bytes = i32::MAX.to_be_bytes();
    let peak = peak_of(|| {
        let count = i32::MAX as usize;
        assert_eq!(
            reason::<MetadataRequest>(&bytes, 0),
            DecodeReason::ArrayTooLong { count, left: 0 }
        );
    });
    assert!(peak < COST_ONCE, "{peak}");
}

#[test]
fn a_count_is_held_against_the_smallest_element() {
    // A topic to create takes ten bytes at least in version 5: ten bytes left are one topic, not two.
    let mut bytes = vec![3];
    bytes.extend([0; 19]);
    assert_eq!(
        reason::<CreateTopicsRequest>(&bytes, 5),
        DecodeReason::ArrayTooLong { count: 2, left: 19 }
    );
    bytes.push(0);
    assert_ne!(
        reason::<CreateTopicsRequest>(&bytes, 5),
        DecodeReason::ArrayTooLong { count: 2, left: 20 }
    );
}

#[test]
fn a_million_elements_are_the_most_whatever_their_size() {
    let mut bytes = 1_000_001i32.to_be_bytes().to_vec();
    bytes.resize(4 + 2 * 1_000_001, 0);
    let left = bytes.len() - 4;
    assert_eq!(
        reason::<MetadataRequest>(&bytes, 0),
        DecodeReason::ArrayTooLong { count: 1_000_001, left }
    );
    bytes[..4].copy_from_slice(&1_000_000i32.to_be_bytes());
    bytes.truncate(4 + 2 * 1_000_000);
    assert_eq!(
        MetadataRequest::decode(bytes.into(), 0).unwrap().topics.unwrap().len(),
        1_000_000
    );
}

#[test]
fn a_claim_with_nothing_good_behind_it_costs_no_more_than_its_bytes() {
    // A hundred thousand names are claimed, and there are bytes for them, but the first is broken.
    let mut bytes = 100_000i32.to_be_bytes().to_vec();
    bytes.resize(4 + 200_000, 0x80);
    let len = bytes.len();
    let peak = peak_of(|| {
        assert_eq!(
            reason::<MetadataRequest>(&bytes, 0),
            DecodeReason::NegativeLength(-32_640)
        )
    });
    assert!(peak <= 2 * len + COST_ONCE, "{peak} for {len}");
}

#[test]
fn bytes_after_a_message_are_refused() {
    let bytes = ApiVersionsRequest::default().encode(3).unwrap();
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(reason::<ApiVersionsRequest>(&longer, 3), DecodeReason::TrailingBytes(1));
}

#[test]
fn unknown_tags_are_passed_over_and_disorder_is_not() {
    let decode =
        |tags: &[u8]| ApiVersionsRequest::decode([&[1, 1], tags].concat().into(), 3).map_err(|e| e.reason().clone());
    assert_eq!(decode(&[2, 5, 1, 9, 7, 0]), Ok(ApiVersionsRequest::default()));
    assert_eq!(decode(&[2, 5, 1, 9, 5, 0]), Err(DecodeReason::TagOutOfOrder(5)));
    assert_eq!(decode(&[2, 5, 1, 9, 4, 0]), Err(DecodeReason::TagOutOfOrder(4)));
    assert_eq!(decode(&[2, 5, 1, 9]), Err(DecodeReason::TooManyTags(2)));
    assert_eq!(decode(&[1, 5, 9, 9]), Err(DecodeReason::Truncated { left: 1 }));
    let mut many = vec![0x91, 0x4e];
    many.resize(40_000, 0);
    assert_eq!(decode(&many), Err(DecodeReason::TooManyTags(10_001)));
}

#[test]
fn a_tagged_field_ends_where_its_size_says() {
    // Tag 1 of a Fetch is the replica's state: an int32, an int64 and no tags, 13 bytes in all.
    let decode = |size: u8| {
        let mut bytes = FetchRequest::default().encode(18).unwrap().to_vec();
        assert_eq!(bytes.pop(), Some(0));
        bytes.extend([1, 1, size]);
        bytes.resize(bytes.len() + usize::from(size), 0);
        FetchRequest::decode(bytes.into(), 18).map_err(|error| error.reason().clone())
    };
    let replica_state = ReplicaState {
        replica_id: 0,
        replica_epoch: 0,
    };
    assert_eq!(
        decode(13),
        Ok(FetchRequest {
            replica_state,
            ..FetchRequest::default()
        })
    );
    assert_eq!(decode(12), Err(DecodeReason::Truncated { left: 0 }));
    assert_eq!(decode(14), Err(DecodeReason::TagLeftovers { tag: 1, left: 1 }));
}

#[test]
fn an_error_names_the_message_the_field_and_the_place() {
    // acks, the timeout and the topics follow the transactional id; the topics' count is cut off.
    let error = ProduceRequest::decode(Bytes::from_static(&[0xff, 0xff, 0, 1, 0, 0, 0, 5, 0]), 3).unwrap_err();
    assert_eq!(
        (error.message(), error.field(), error.position(), error.reason()),
        (
            "ProduceRequest",
            "ProduceRequest.topic_data",
            8,
            &DecodeReason::Truncated { left: 1 }
        )
    );
    assert_eq!(
        error.to_string(),
        "ProduceRequest: 1 bytes left are too few at byte 8 (ProduceRequest.topic_data)"
    );
}

#[test]
fn a_clients_id_is_never_compact() {
    let bytes = [0, 18, 0, 3, 0, 0, 0, 7, 0, 2, b'm', b'e', 0];
    let header = RequestHeader::decode(Bytes::copy_from_slice(&bytes), 2).unwrap();
    assert_eq!(header.client_id.as_deref(), Some("me"));
    assert_eq!(header.encode(2).unwrap(), bytes[..]);
}
