//! What a consumer is shown of batches that any Kafka producer may have written.

use dmq_protocol::StrBytes;
use dmq_protocol::compression::Compression;
use dmq_protocol::control_records::EndTxnMarker;
use dmq_protocol::records::{BatchBuilder, RecordHeader, TimestampType};
use serde_json::{Value, json};

use super::*;

fn builder(base: i64) -> BatchBuilder {
    BatchBuilder::new(base, Compression::None, TimestampType::CreateTime)
}

fn batch(mut builder: BatchBuilder, values: &[&str]) -> Bytes {
    for value in values {
        builder.append(7, None, Some(value.as_bytes()), &[]).unwrap();
    }
    builder.build().unwrap()
}

fn marker(base: i64, producer: i64, kind: ControlRecordType) -> Bytes {
    let mut builder = builder(base).producer(producer, 0, -1).transactional().control();
    let value = EndTxnMarker { coordinator_epoch: 0 }.to_value();
    builder.append(7, Some(&kind.to_key()), Some(&value), &[]).unwrap();
    builder.build().unwrap()
}

fn wanted(from: i64) -> Wanted<'static> {
    Wanted {
        source: ("orders", 3),
        from: Offset(from),
        upto: Offset(i64::MAX),
        messages_max: 100,
        bytes_max: 1_000_000,
        inflated_max: 1_000_000,
        aborted: Vec::new(),
    }
}

fn offsets(batches: &[Bytes], wanted: Wanted<'_>) -> (Vec<i64>, i64) {
    let taken = take(Bytes::from(batches.concat()), wanted).unwrap();
    let offsets = taken.messages.iter().map(|message| message.offset).collect();
    (offsets, taken.next.0)
}

fn shown(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[(&'static str, Option<&'static [u8]>)]) -> Value {
    let headers: Vec<RecordHeader> = headers
        .iter()
        .map(|(key, value)| RecordHeader {
            key: StrBytes::from(*key),
            value: value.map(Bytes::from_static),
        })
        .collect();
    let mut builder = builder(5);
    builder.append(9, key, value, &headers).unwrap();
    let taken = take(builder.build().unwrap(), wanted(0)).unwrap();
    serde_json::to_value(&taken.messages[0]).unwrap()
}

#[test]
fn a_text_message_has_the_contracts_fields_and_no_others() {
    assert_eq!(
        shown(Some(b"key1"), Some(b"value1"), &[("content-type", Some(b"text/plain"))]),
        json!({"key": "key1", "value": "dmFsdWUx", "topic": "orders", "partition": 3, "offset": 5, "timestamp": 9,
               "headers": {"content-type": "text/plain"}})
    );
    let empty = shown(None, Some(b""), &[]);
    assert_eq!(
        (&empty["key"], &empty["value"], &empty["headers"]),
        (&json!(null), &json!(""), &json!({}))
    );
}

#[test]
fn a_tombstone_has_no_value() {
    let tombstone = shown(Some(b"k"), None, &[]);
    assert_eq!((&tombstone["key"], &tombstone["value"]), (&json!("k"), &json!(null)));
}

#[test]
fn a_binary_key_is_given_in_base64_and_marked() {
    let message = shown(Some(b"\xff\x00"), Some(b"v"), &[]);
    assert_eq!(
        (&message["key"], &message["keyEncoding"]),
        (&json!("/wA="), &json!("base64"))
    );
}

#[test]
fn headers_that_are_no_object_of_strings_are_given_raw() {
    let message = shown(
        None,
        Some(b"v"),
        &[("a", Some(b"1")), ("b", None), ("a", Some(b"2")), ("c", Some(b"\xff"))],
    );
    assert_eq!(message["headers"], json!({"a": "2"}));
    assert_eq!(
        message["rawHeaders"],
        json!([{"key": "a", "value": "MQ=="}, {"key": "b", "value": null}, {"key": "a", "value": "Mg=="},
               {"key": "c", "value": "/w=="}])
    );
}

#[test]
fn every_codec_is_returned_decompressed() {
    for codec in Compression::ALL {
        let builder = BatchBuilder::new(0, codec, TimestampType::CreateTime);
        let taken = take(batch(builder, &["v", "w"]), wanted(0)).unwrap();
        let values: Vec<_> = taken.messages.iter().map(|message| message.value.as_deref()).collect();
        assert_eq!(values, [Some("dg=="), Some("dw==")], "{codec:?}");
    }
}

#[test]
fn a_batch_that_inflates_beyond_its_bound_is_an_error() {
    let builder = BatchBuilder::new(0, Compression::Zstd, TimestampType::CreateTime);
    let bomb = batch(builder, &[&"0".repeat(2_000_000)]);
    assert!(bomb.len() < 1_000);
    assert!(matches!(take(bomb, wanted(0)), Err(BatchError::Compression(_))));
}

#[test]
fn messages_begin_at_the_offset_within_a_batch_and_end_where_reading_must() {
    let batches = [batch(builder(10), &["a", "b", "c"]), batch(builder(13), &["d", "e"])];
    assert_eq!(offsets(&batches, wanted(11)), (vec![11, 12, 13, 14], 15));
    let upto = Offset(13);
    assert_eq!(offsets(&batches, Wanted { upto, ..wanted(0) }), (vec![10, 11, 12], 13));
}

#[test]
fn no_more_messages_or_bytes_are_given_than_wanted_but_always_one() {
    let batches = [batch(builder(0), &["a", "b"]), batch(builder(2), &["c", "d"])];
    let messages_max = 3;
    assert_eq!(
        offsets(
            &batches,
            Wanted {
                messages_max,
                ..wanted(0)
            }
        ),
        (vec![0, 1, 2], 3)
    );
    // A record of one byte without key takes eight.
    for (bytes_max, expected) in [(0, 1), (8, 1), (15, 1), (16, 2), (24, 3)] {
        let (offsets, next) = offsets(&batches, Wanted { bytes_max, ..wanted(0) });
        assert_eq!((offsets.len(), next), (expected, expected as i64), "{bytes_max}");
    }
}

#[test]
fn a_batch_cut_off_at_the_end_is_left_out_but_not_the_only_one() {
    let (first, second) = (batch(builder(0), &["a"]), batch(builder(1), &["b"]));
    let cut = second.slice(..second.len() - 1);
    assert_eq!(offsets(&[first, cut.clone()], wanted(0)), (vec![0], 1));
    assert!(matches!(take(cut, wanted(1)), Err(BatchError::Truncated { .. })));
}

#[test]
fn markers_are_passed_over() {
    let batches = [marker(0, 5, ControlRecordType::Commit), batch(builder(1), &["a"])];
    assert_eq!(offsets(&batches, wanted(0)), (vec![1], 2));
    assert_eq!(offsets(&batches[..1], wanted(0)), (vec![], 1));
}

#[test]
fn records_of_aborted_transactions_are_hidden_until_their_marker_and_no_further() {
    let transactional = |base: i64, id: i64| builder(base).producer(id, 0, 0).transactional();
    let batches = [
        batch(transactional(0, 1), &["committed"]),
        batch(transactional(1, 2), &["aborted"]),
        batch(builder(2), &["plain"]),
        batch(transactional(3, 2), &["aborted too"]),
        marker(4, 1, ControlRecordType::Commit),
        marker(5, 2, ControlRecordType::Abort),
        batch(transactional(6, 2), &["a new transaction"]),
        batch(transactional(7, 1), &["aborted later"]),
        marker(8, 1, ControlRecordType::Abort),
        batch(builder(9).producer(2, 0, 1), &["idempotent"]),
    ];
    let aborted = vec![(Offset(7), ProducerId(1)), (Offset(1), ProducerId(2))];
    assert_eq!(
        offsets(&batches, Wanted { aborted, ..wanted(0) }),
        (vec![0, 2, 6, 9], 10)
    );
    assert_eq!(offsets(&batches, wanted(0)), (vec![0, 1, 2, 3, 6, 7, 9], 10));
}
