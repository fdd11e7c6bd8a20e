//! Produces that are refused: bad batches, bad places, bad manners. Nothing of them is stored, and the connection, other
//! partitions and other connections go on.

use bytes::{BufMut, Bytes, BytesMut};
use dmq_protocol::compression::Compression;
use dmq_protocol::messages::ApiVersionsRequest;
use dmq_protocol::messages::produce::{PartitionProduceData, PartitionProduceResponse};
use dmq_protocol::records::BatchHeader;
use dmq_protocol::{ErrorCode, Uuid};

use crate::support::batches::{
    TIME, batch, builder, compressed, idempotent, timed, with_byte, with_header, with_records,
};
use crate::support::topics::{PRODUCE_LATEST, only, values};
use crate::support::{TestBroker, Topic, Wire};

/// A topic with one good record, a connection, and what must be left at the end.
struct Bench {
    broker: TestBroker,
    topic: Topic,
    wire: Wire,
}

impl Bench {
    fn new(configs: &[(&str, &str)]) -> Bench {
        let broker = TestBroker::start();
        let topic = Topic::create_with(&broker, "refused", 1, configs);
        let mut wire = broker.connect();
        topic.append(&mut wire, 0, batch(&["before"]));
        Bench { broker, topic, wire }
    }

    #[track_caller]
    fn refuses(&mut self, what: &str, records: Bytes, code: ErrorCode) -> PartitionProduceResponse {
        let answer = self.topic.produce(&mut self.wire, 0, records);
        assert_eq!(answer.error_code, code, "{what}: {:?}", answer.error_message);
        assert_eq!((answer.base_offset, answer.log_append_time_ms), (-1, -1), "{what}");
        assert!(answer.error_message.is_some(), "{what}: the reason is told");
        answer
    }

    /// The same connection and a new one still serve, and only what was accepted is there, also after a restart.
    #[track_caller]
    fn assert_unharmed(mut self) {
        assert_eq!(self.topic.append(&mut self.wire, 0, batch(&["after"])), 1);
        let mut other = self.broker.connect();
        assert_eq!(values(&self.topic.read_all(&mut other, 0)), ["before", "after"]);
        let broker = self.broker.restart(&[]);
        assert_eq!(
            values(&self.topic.read_all(&mut broker.connect(), 0)),
            ["before", "after"]
        );
        broker.stop();
    }
}

#[test]
fn a_batch_that_was_changed_on_the_way_is_corrupt() {
    let mut bench = Bench::new(&[]);
    let good = batch(&["one", "two"]);
    // Counts, timestamps, producer, records: everything behind the CRC is covered by it. (The low byte of the attributes
    // is, too, but a batch that seems to be transactional is refused for that first, as by Kafka.)
    for at in BatchHeader::CRC_START + 2..good.len() {
        let changed = with_byte(&good, at, |byte| byte ^ 0x10);
        bench.refuses(&format!("byte {at}"), changed, ErrorCode::CORRUPT_MESSAGE);
    }
    for at in 17..21 {
        let changed = with_byte(&good, at, |byte| byte ^ 1);
        bench.refuses("the CRC itself", changed, ErrorCode::CORRUPT_MESSAGE);
    }
    bench.assert_unharmed();
}

#[test]
fn what_is_no_batch_is_refused() {
    let mut bench = Bench::new(&[]);
    let good = batch(&["one"]);
    // Kafka finds no batch in bytes that end within one.
    for len in [1, 11, 12, 16, 17, 60, 61, good.len() - 1] {
        bench.refuses(&format!("{len} bytes"), good.slice(..len), ErrorCode::INVALID_RECORD);
    }
    bench.refuses("nothing", Bytes::new(), ErrorCode::INVALID_RECORD);
    let two = [good.clone(), good.clone()].concat();
    bench.refuses("two batches", Bytes::from(two), ErrorCode::INVALID_RECORD);
    let length = |length: i32| {
        let mut bytes = BytesMut::from(&good[..]);
        bytes[8..12].copy_from_slice(&length.to_be_bytes());
        bytes.freeze()
    };
    for (what, len) in [("negative", -1), ("zero", 0), ("too short", 13), ("least", i32::MIN)] {
        bench.refuses(what, length(len), ErrorCode::CORRUPT_MESSAGE);
    }
    for (what, len) in [("longer by one", length_of(&good) + 1), ("longest", i32::MAX)] {
        bench.refuses(what, length(len), ErrorCode::INVALID_RECORD);
    }
    bench.assert_unharmed();
}

fn length_of(batch: &Bytes) -> i32 {
    BatchHeader::parse(batch).unwrap().batch_length
}

#[test]
fn formats_other_than_2_are_refused() {
    let mut bench = Bench::new(&[]);
    for magic in [0, 1] {
        let old = with_byte(&batch(&["one"]), 16, |_| magic);
        bench.refuses("an old format", old, ErrorCode::INVALID_RECORD);
    }
    for magic in [3, 127, 255] {
        let unknown = with_byte(&batch(&["one"]), 16, |_| magic);
        bench.refuses("no format", unknown, ErrorCode::CORRUPT_MESSAGE);
    }
    bench.assert_unharmed();
}

#[test]
fn counts_offsets_and_flags_that_lie_are_refused() {
    let mut bench = Bench::new(&[]);
    let good = batch(&["one", "two", "three"]);
    let mut change = |what: &str, change: &dyn Fn(&mut BatchHeader)| {
        let changed = with_header(&good, change);
        bench.refuses(what, changed, ErrorCode::INVALID_RECORD);
    };
    change("more records than there are", &|header| header.record_count = 4);
    change("fewer records than there are", &|header| header.record_count = 2);
    change("no record", &|header| header.record_count = 0);
    change("less than no record", &|header| header.record_count = -1);
    change("more than there can be", &|header| header.record_count = i32::MAX);
    change("both lie", &|header| {
        header.record_count = i32::MAX;
        header.last_offset_delta = i32::MAX - 1;
    });
    change("both say one more", &|header| {
        header.record_count = 4;
        header.last_offset_delta = 3;
    });
    change("both say one less", &|header| {
        header.record_count = 2;
        header.last_offset_delta = 1;
    });
    change("an offset delta ahead", &|header| header.last_offset_delta = 7);
    change("an offset delta of -1", &|header| header.last_offset_delta = -1);
    change("the least offset delta", &|header| header.last_offset_delta = i32::MIN);
    change("a base offset", &|header| header.base_offset = 1);
    change("a control batch", &|header| {
        header.attributes = header.attributes.with_control(true)
    });
    bench.assert_unharmed();
}

#[test]
fn records_that_do_not_parse_are_refused() {
    let mut bench = Bench::new(&[]);
    let good = batch(&["one", "two"]);
    let records = &good[BatchHeader::LEN..];
    let mut longer = records.to_vec();
    longer[0] = 0x7e;
    let mut skipping = records.to_vec();
    skipping[3] = 4;
    for (what, records) in [
        ("no records", &[][..]),
        ("a half record", &records[..5]),
        ("one and a half", &records[..records.len() - 2]),
        ("more behind them", &[records, &[0]].concat()),
        ("a length beyond the end", &longer),
        ("offset deltas that skip", &skipping),
        ("varints without end", &[0xff; 40]),
    ] {
        bench.refuses(what, with_records(&good, records), ErrorCode::INVALID_RECORD);
    }
    bench.assert_unharmed();
}

#[test]
fn timestamps_out_of_bounds_are_refused_record_by_record() {
    let broker = TestBroker::start();
    let topic = Topic::create_with(&broker, "refused", 1, &[("message.timestamp.before.max.ms", "3600000")]);
    let wire = broker.connect();
    let mut bench = Bench { broker, topic, wire };
    let now = bench.broker.clock_ms();
    let late = now + 3 * 3_600_000;
    let answer = bench.refuses("one ahead", timed(&[now, late, now]), ErrorCode::INVALID_TIMESTAMP);
    let indexes: Vec<i32> = answer.record_errors.iter().map(|error| error.batch_index).collect();
    assert_eq!(indexes, [1]);
    let reason = answer.record_errors[0].batch_index_error_message.as_deref().unwrap();
    assert!(reason.contains(&late.to_string()), "{reason}");
    bench.refuses("one long past", timed(&[now, TIME]), ErrorCode::INVALID_TIMESTAMP);
    bench.refuses("the last moment", timed(&[i64::MAX]), ErrorCode::INVALID_TIMESTAMP);
}

#[test]
fn a_compacted_topic_takes_no_record_without_a_key() {
    let broker = TestBroker::start();
    let topic = Topic::create_with(&broker, "compacted", 1, &[("cleanup.policy", "compact")]);
    let mut wire = broker.connect();
    let mut mixed = builder(Compression::None);
    mixed.append(TIME, Some(b"key"), Some(b"kept"), &[]).unwrap();
    mixed.append(TIME, None, Some(b"keyless"), &[]).unwrap();
    let answer = topic.produce(&mut wire, 0, mixed.build().unwrap());
    assert_eq!(answer.error_code, ErrorCode::INVALID_RECORD);
    assert_eq!(
        answer
            .record_errors
            .iter()
            .map(|error| error.batch_index)
            .collect::<Vec<_>>(),
        [1]
    );
    let mut keyed = builder(Compression::None);
    keyed.append(TIME, Some(b"key"), None, &[]).unwrap();
    assert_eq!(topic.append(&mut wire, 0, keyed.build().unwrap()), 0);
}

#[test]
fn unknown_codecs_and_what_does_not_decompress_are_refused() {
    let mut bench = Bench::new(&[]);
    for codec in [5, 6, 7] {
        let unknown = with_header(&batch(&["one"]), |header| header.attributes.0 |= codec);
        // Kafka runs into an exception of its own and answers -1; the code that exists for it says more.
        bench.refuses("an unknown codec", unknown, ErrorCode::UNSUPPORTED_COMPRESSION_TYPE);
    }
    for codec in [
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let good = compressed(codec, &["one"]);
        let garbage = with_records(&good, &[0x5a; 64]);
        let answer = bench.topic.produce(&mut bench.wire, 0, garbage);
        assert_ne!(answer.error_code, ErrorCode::NONE, "{codec:?}");
        let cut = with_records(&good, &good[BatchHeader::LEN..good.len() - 3]);
        let answer = bench.topic.produce(&mut bench.wire, 0, cut);
        assert_ne!(answer.error_code, ErrorCode::NONE, "{codec:?}, cut off");
        let plain = with_header(&batch(&["one"]), |header| {
            header.attributes = header.attributes.with_compression(codec);
        });
        let answer = bench.topic.produce(&mut bench.wire, 0, plain);
        assert_ne!(answer.error_code, ErrorCode::NONE, "{codec:?}, not compressed at all");
    }
    bench.assert_unharmed();
}

#[test]
fn a_decompression_bomb_is_refused_before_it_goes_off() {
    let mut bench = Bench::new(&[("max.decompressed.message.bytes", "1048576")]);
    let zeroes = "0".repeat(64 << 20);
    for codec in [
        Compression::Gzip,
        Compression::Lz4,
        Compression::Zstd,
        Compression::Snappy,
    ] {
        let bomb = compressed(codec, &[&zeroes]);
        if bomb.len() > 1_000_000 {
            // Snappy compresses too little for a bomb within the size limit.
            continue;
        }
        let answer = bench.topic.produce(&mut bench.wire, 0, bomb);
        assert_ne!(answer.error_code, ErrorCode::NONE, "{codec:?}");
    }
    bench.assert_unharmed();
}

#[test]
fn a_batch_larger_than_the_topic_takes_is_too_large() {
    let mut bench = Bench::new(&[("max.message.bytes", "1000")]);
    let fits = |len: usize| batch(&[&"x".repeat(len)]);
    let overhead = fits(900).len() - 900;
    bench.refuses("by one byte", fits(1001 - overhead), ErrorCode::MESSAGE_TOO_LARGE);
    bench.refuses("by far", fits(100_000), ErrorCode::MESSAGE_TOO_LARGE);
    assert_eq!(fits(1000 - overhead).len(), 1000);
    let Bench { topic, mut wire, .. } = bench;
    assert_eq!(topic.append(&mut wire, 0, fits(1000 - overhead)), 1);
}

#[test]
fn unknown_topics_partitions_and_ids_are_told_apart() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "known", 1);
    let mut wire = broker.connect();
    let code = |wire: &mut Wire, version: i16, topic: &Topic, partition: i32| {
        only(wire.call(version, &topic.produce_request(partition, batch(&["x"]), -1))).error_code
    };
    let absent = Topic {
        name: "absent".into(),
        id: Uuid::from_u128(0x1234_5678),
    };
    assert_eq!(code(&mut wire, 12, &absent, 0), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(code(&mut wire, 13, &absent, 0), ErrorCode::UNKNOWN_TOPIC_ID);
    for partition in [1, -1, i32::MAX, i32::MIN] {
        assert_eq!(
            code(&mut wire, 12, &topic, partition),
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        );
        assert_eq!(
            code(&mut wire, 13, &topic, partition),
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        );
    }
    let nameless = Topic {
        name: "".into(),
        id: Uuid::ZERO,
    };
    assert_ne!(code(&mut wire, 12, &nameless, 0), ErrorCode::NONE);
    assert_ne!(code(&mut wire, 13, &nameless, 0), ErrorCode::NONE);
}

#[test]
fn acks_must_be_0_1_or_all() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "acks", 1);
    let mut wire = broker.connect();
    for acks in [2, -2, i16::MAX, i16::MIN] {
        let answer = only(wire.call(PRODUCE_LATEST, &topic.produce_request(0, batch(&["x"]), acks)));
        assert_eq!(answer.error_code, ErrorCode::INVALID_REQUIRED_ACKS, "{acks}");
    }
    assert_eq!(topic.offset_at(&mut wire, 0, -1).offset, 0);
}

#[test]
fn a_refused_produce_with_acks_0_closes_its_connection_and_no_other() {
    let mut bench = Bench::new(&[]);
    let mut silent = bench.broker.connect();
    // What was asked before is still answered.
    silent.send(0, &ApiVersionsRequest::default());
    let bad = with_byte(&batch(&["x"]), 40, |byte| byte ^ 1);
    silent.send(PRODUCE_LATEST, &bench.topic.produce_request(0, bad, 0));
    silent.receive::<ApiVersionsRequest>(0);
    silent.assert_closed("a refused produce that nobody can be told of");
    assert!(bench.topic.offset_at(&mut bench.wire, 0, -1).offset == 1);
    bench.assert_unharmed();
}

#[test]
fn zstd_needs_a_version_that_knows_it() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "zstd", 1);
    let mut wire = broker.connect();
    for (version, code) in [
        (3, ErrorCode::UNSUPPORTED_COMPRESSION_TYPE),
        (6, ErrorCode::UNSUPPORTED_COMPRESSION_TYPE),
        (7, ErrorCode::NONE),
    ] {
        let request = topic.produce_request(0, compressed(Compression::Zstd, &["x"]), -1);
        assert_eq!(only(wire.call(version, &request)).error_code, code, "v{version}");
    }
}

#[test]
fn transactions_that_were_never_begun_are_refused() {
    let mut bench = Bench::new(&[]);
    let transactional = with_header(&idempotent(1, 0, 0, &["x"]), |header| {
        header.attributes = header.attributes.with_transactional(true);
    });
    let mut request = bench.topic.produce_request(0, transactional, -1);
    request.transactional_id = Some("never begun".into());
    let answer = bench.wire.call(PRODUCE_LATEST, &request);
    assert_eq!(only(answer).error_code, ErrorCode::INVALID_TXN_STATE);
    let half_named = with_header(&batch(&["x"]), |header| header.producer_id = 5);
    bench.refuses("an id without a sequence", half_named, ErrorCode::INVALID_RECORD);
    bench.assert_unharmed();
}

#[test]
fn a_batch_in_a_request_that_ends_early_closes_the_connection() {
    let bench = Bench::new(&[]);
    let request = bench.topic.produce_request(0, batch(&["x"]), -1);
    let whole = crate::support::wire::request_frame(PRODUCE_LATEST, 1, &request);
    for len in [whole.len() - 1, whole.len() - 30, whole.len() / 2, 30] {
        let mut wire = bench.broker.connect();
        wire.send_frame(&whole[..len]);
        wire.assert_closed("a request that ends early");
    }
    let mut longer = BytesMut::from(&whole[..]);
    longer.put_u8(0);
    let mut wire = bench.broker.connect();
    wire.send_frame(&longer);
    wire.assert_closed("bytes behind the request");
    bench.assert_unharmed();
}

#[test]
fn what_is_wrong_is_found_in_kafkas_order_partition_batch_acks() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "ordered", 1);
    let mut wire = broker.connect();
    let mut code = |partition: i32, records: Bytes, acks: i16| {
        let answer = wire.call(PRODUCE_LATEST, &topic.produce_request(partition, records, acks));
        only(answer).error_code
    };
    let good = batch(&["a"]);
    assert_eq!(code(7, Bytes::new(), 5), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(code(0, Bytes::new(), 5), ErrorCode::INVALID_RECORD);
    assert_eq!(code(0, good, 5), ErrorCode::INVALID_REQUIRED_ACKS);
}

#[test]
fn a_transactional_batch_without_a_transaction_refuses_its_whole_request() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "nameless", 2);
    let mut wire = broker.connect();
    let mut request = topic.produce_request(0, batch(&["plain"]), -1);
    let transactional = with_header(&batch(&["transactional"]), |header| {
        header.attributes = header.attributes.with_transactional(true);
    });
    request.topic_data[0].partition_data.push(PartitionProduceData {
        index: 1,
        records: Some(transactional),
    });
    let answer = wire.call(PRODUCE_LATEST, &request);
    let codes = answer.responses[0]
        .partition_responses
        .iter()
        .map(|answer| answer.error_code);
    assert_eq!(
        codes.collect::<Vec<_>>(),
        [ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED; 2]
    );
    assert_eq!(topic.offset_at(&mut wire, 0, -1).offset, 0);
}

#[test]
fn topics_without_partitions_are_not_answered() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "empty", 1);
    let mut wire = broker.connect();
    let mut request = topic.produce_request(0, batch(&["a"]), -1);
    request.topic_data[0].partition_data.clear();
    assert!(wire.call(PRODUCE_LATEST, &request).responses.is_empty());
}
