//! Frames and headers that are none, and requests that lie about themselves: the connection is closed, and another one
//! on the same broker notices nothing.

use std::io::Write as _;

use bytes::{BufMut, BytesMut};
use dmq_protocol::messages::{ApiVersionsRequest, MetadataRequest};

use crate::support::batches::batch;
use crate::support::topics::values;
use crate::support::wire::request_frame;
use crate::support::{TestBroker, Topic};

/// A broker, a connection that must go on whatever happens to others, and a record that must stay.
struct Bystander {
    broker: TestBroker,
    topic: Topic,
    wire: crate::support::Wire,
}

impl Bystander {
    fn new() -> Bystander {
        let broker = TestBroker::start();
        let topic = Topic::create(&broker, "bystander", 1);
        let mut wire = broker.connect();
        topic.append(&mut wire, 0, batch(&["here"]));
        Bystander { broker, topic, wire }
    }

    /// Sends bytes on a connection of their own, which must then be closed without an answer.
    #[track_caller]
    fn closes(&mut self, what: &str, bytes: &[u8]) {
        let mut wire = self.broker.connect();
        wire.send_bytes(bytes);
        wire.assert_closed(what);
        assert_eq!(values(&self.topic.read_all(&mut self.wire, 0)), ["here"], "{what}");
    }

    /// As [`Bystander::closes`], for a frame that is well delimited.
    #[track_caller]
    fn refuses(&mut self, what: &str, frame: &[u8]) {
        let mut bytes = BytesMut::new();
        bytes.put_i32(i32::try_from(frame.len()).unwrap());
        bytes.put_slice(frame);
        self.closes(what, &bytes);
    }
}

#[test]
fn lengths_that_cannot_be_close_the_connection_before_anything_is_read() {
    let mut bystander = Bystander::new();
    for (what, len) in [
        ("zero", 0),
        ("less than a header", 7),
        ("minus one", -1),
        ("the least", i32::MIN),
        ("2 GiB", i32::MAX),
        ("one over the limit", 104_857_601),
    ] {
        bystander.closes(what, &i32::to_be_bytes(len));
    }
}

#[test]
fn other_protocols_are_turned_away() {
    let mut bystander = Bystander::new();
    bystander.closes("HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    bystander.closes("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    bystander.closes("TLS", &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 7, 7, 7, 7]);
    bystander.closes("SSH", b"SSH-2.0-OpenSSH_9.6\r\n");
    bystander.closes("noise", &[0xff; 64]);
}

#[test]
fn headers_that_are_none_close_the_connection() {
    let mut bystander = Bystander::new();
    bystander.refuses("an unknown key", &[0, 95, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    bystander.refuses("a negative key", &[0xff, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    bystander.refuses(
        "a known API that is not served",
        &[0, 11, 0, 9, 0, 0, 0, 1, 0xff, 0xff, 0],
    );
    bystander.refuses("a version of the future", &[0, 3, 0, 99, 0, 0, 0, 1, 0xff, 0xff, 0]);
    bystander.refuses("a negative version", &[0, 3, 0xff, 0xff, 0, 0, 0, 1, 0xff, 0xff, 0]);
    bystander.refuses("a version of the past", &[0, 1, 0, 3, 0, 0, 0, 1, 0xff, 0xff, 0, 0]);
    bystander.refuses("no client id", &[0, 3, 0, 1, 0, 0, 0, 1]);
    bystander.refuses(
        "a client id that is too long",
        &[0, 3, 0, 1, 0, 0, 0, 1, 0x7f, 0xff, b'x'],
    );
    bystander.refuses(
        "a client id of length -2",
        &[0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xfe, 0, 0, 0, 0],
    );
    bystander.refuses(
        "a client id that is no text",
        &[0, 3, 0, 1, 0, 0, 0, 1, 0, 1, 0xff, 0, 0, 0, 0],
    );
}

#[test]
fn lengths_within_a_request_that_lie_close_the_connection() {
    let mut bystander = Bystander::new();
    let header = [0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff];
    let flexible = [0, 3, 0, 12, 0, 0, 0, 1, 0xff, 0xff, 0];
    let with = |header: &[u8], body: &[u8]| [header, body].concat();
    // An array of 2³¹−1 topics: this one kills brokers that believe it.
    bystander.refuses("an array that is too long", &with(&header, &[0x7f, 0xff, 0xff, 0xff]));
    bystander.refuses("an array of a million", &with(&header, &[0, 0x0f, 0x42, 0x40]));
    bystander.refuses("an array of length -2", &with(&header, &[0xff, 0xff, 0xff, 0xfe]));
    bystander.refuses(
        "a string that is too long",
        &with(&header, &[0, 0, 0, 1, 0x7f, 0xff, b'a']),
    );
    bystander.refuses("a name of length -1", &with(&header, &[0, 0, 0, 1, 0xff, 0xff]));
    bystander.refuses(
        "a compact array of 2³²−2",
        &with(&flexible, &[0xff, 0xff, 0xff, 0xff, 0x0f]),
    );
    bystander.refuses("a varint without end", &with(&flexible, &[0xff; 12]));
    bystander.refuses("a name that is no text", &with(&header, &[0, 0, 0, 1, 0, 1, 0xff]));
    let tags = [1, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f];
    bystander.refuses("2³² tags", &with(&flexible, &tags));
    bystander.refuses("a tag beyond the end", &with(&flexible, &[1, 0, 1, 1, 0, 0x7f, 0]));
}

#[test]
fn every_shortening_and_lengthening_of_a_request_closes_the_connection() {
    let mut bystander = Bystander::new();
    let whole = request_frame(
        12,
        1,
        &MetadataRequest {
            topics: None,
            ..MetadataRequest::default()
        },
    );
    for len in 8..whole.len() {
        bystander.refuses(&format!("{len} of {} bytes", whole.len()), &whole[..len]);
    }
    for more in [1, 2, 100] {
        let longer = [&whole[..], &vec![0; more]].concat();
        bystander.refuses(&format!("{more} bytes too many"), &longer);
    }
}

#[test]
fn a_request_that_comes_byte_by_byte_is_a_request() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let frame = request_frame(0, 77, &ApiVersionsRequest::default());
    let mut bytes = BytesMut::new();
    bytes.put_i32(i32::try_from(frame.len()).unwrap());
    bytes.put_slice(&frame);
    for byte in &bytes {
        wire.stream.write_all(&[*byte]).unwrap();
    }
    assert_eq!(wire.receive_with_id::<ApiVersionsRequest>(0).0, 77);
}

#[test]
fn what_was_asked_before_the_nonsense_is_still_answered() {
    let broker = TestBroker::start();
    let topic = Topic::create(&broker, "before", 1);
    let mut wire = broker.connect();
    for _ in 0..5 {
        wire.send(13, &topic.produce_request(0, batch(&["x"]), -1));
    }
    wire.send_bytes(&[0xff; 8]);
    for offset in 0..5 {
        let answer = wire.receive::<dmq_protocol::messages::ProduceRequest>(13);
        assert_eq!(crate::support::topics::only(answer).base_offset, offset);
    }
    wire.assert_closed("nonsense after requests");
}

#[test]
fn half_a_frame_disturbs_nobody_and_ends_with_its_time() {
    let broker = TestBroker::with(&[
        ("connection.request.stall.timeout.ms", "200"),
        ("connection.first.request.timeout.ms", "200"),
    ]);
    let topic = Topic::create(&broker, "halves", 1);
    let mut silent = broker.connect();
    let mut first_half = broker.connect();
    let frame = request_frame(13, 1, &topic.produce_request(0, batch(&["whole"]), -1));
    let mut bytes = BytesMut::new();
    bytes.put_i32(i32::try_from(frame.len()).unwrap());
    bytes.put_slice(&frame);
    first_half.send_bytes(&bytes[..bytes.len() / 2]);
    // A request first, then half a one: this one has shown that it can speak.
    let mut second_half = broker.connect();
    second_half.call(0, &ApiVersionsRequest::default());
    second_half.send_bytes(&bytes[..6]);
    let mut other = broker.connect();
    topic.append(&mut other, 0, batch(&["mine"]));
    silent.assert_closed("a connection without a first request");
    first_half.assert_closed("half a first request");
    second_half.assert_closed("half a second request");
    assert_eq!(values(&topic.read_all(&mut broker.connect(), 0)), ["mine"]);
}

#[test]
fn a_smaller_request_limit_is_held() {
    let broker = TestBroker::with(&[("socket.request.max.bytes", "10000")]);
    let topic = Topic::create(&broker, "small", 1);
    let mut wire = broker.connect();
    topic.append(&mut wire, 0, batch(&[&"x".repeat(9_000)]));
    wire.send(13, &topic.produce_request(0, batch(&[&"x".repeat(11_000)]), -1));
    wire.assert_closed("a request over the limit");
    assert_eq!(topic.offset_at(&mut broker.connect(), 0, -1).offset, 1);
}

#[test]
fn connections_beyond_the_limit_are_turned_away_and_those_within_go_on() {
    let broker = TestBroker::with(&[("max.connections.per.ip", "3")]);
    let mut allowed: Vec<_> = (0..3).map(|_| broker.connect()).collect();
    for wire in &mut allowed {
        wire.call(0, &ApiVersionsRequest::default());
    }
    let mut fourth = broker.connect();
    fourth.send(0, &ApiVersionsRequest::default());
    fourth.assert_closed("one connection too many");
    for wire in &mut allowed {
        wire.call(0, &ApiVersionsRequest::default());
    }
}
