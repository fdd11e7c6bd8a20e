//! Sends the recorded requests in their order and collects what is answered otherwise.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use dmq_protocol::header::{RequestHeader, ResponseHeader, request_header_version, response_header_version};
use dmq_protocol::messages::{
    ApiVersionsRequest, CreateTopicsRequest, DeleteTopicsRequest, DescribeClusterRequest,
    DescribeTopicPartitionsRequest, FetchRequest, InitProducerIdRequest, ListOffsetsRequest, MetadataRequest,
    OffsetForLeaderEpochRequest, ProduceRequest,
};
use dmq_protocol::{Message, Reader, Request, Uuid};
use serde_json::Value;

use super::compare::{Alike, DIFFERENT, Seen};
use crate::support::{TestBroker, Topic, Wire};

/// The topic that the recorded conversation is about.
const GOLDEN: &str = "golden";

/// Where partition 0 of it ends once everything is produced.
const GOLDEN_END: i64 = 31;

/// One recorded exchange.
struct Pair {
    name: String,
    api: String,
    version: i16,
    response_version: i16,
    request: Bytes,
    response: Bytes,
}

fn recorded() -> Vec<Pair> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/frames");
    let read = |name: String| Bytes::from(fs::read(dir.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}")));
    let index = fs::read_to_string(dir.join("index.jsonl")).unwrap();
    let pairs = index.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| line[field].as_str().unwrap().to_owned();
        let number = |field: &str| i16::try_from(line[field].as_i64().unwrap()).unwrap();
        let name = text("name");
        Pair {
            request: read(format!("{name}.request")),
            response: read(format!("{name}.response")),
            api: text("api"),
            version: number("version"),
            response_version: number("response_version"),
            name,
        }
    });
    pairs.collect()
}

/// The id that Kafka had given the golden topic.
fn kafkas_id(pairs: &[Pair]) -> Uuid {
    let pair = pairs.iter().find(|pair| pair.name == "Metadata.v13").unwrap();
    let answer = body_of::<MetadataRequest>(&pair.response, 13);
    answer.topics[0].topic_id
}

fn body_of<R: Request>(frame: &Bytes, version: i16) -> R::Response {
    let mut reader = Reader::new(frame.clone());
    ResponseHeader::read(&mut reader, response_header_version(R::KEY, version).unwrap()).unwrap();
    R::Response::decode(reader.rest(), version).unwrap()
}

/// A conversation under way.
struct Replay {
    wire: Wire,
    kafkas_topic: Uuid,
    our_topic: Uuid,
    /// Our sessions by Kafka's.
    sessions: HashMap<i32, i32>,
    differences: Vec<String>,
    compared: usize,
}

impl Replay {
    fn exchange<R: Request>(&mut self, pair: &Pair)
    where
        R::Response: Alike,
    {
        let request = self.ours::<R>(pair);
        self.wire.send_frame(&request);
        let Some(frame) = self.wire.receive_frame() else {
            panic!("{}: the connection was closed", pair.name);
        };
        assert_eq!(frame[..4], pair.response[..4], "{}: correlation id", pair.name);
        let kafkas = body_of::<R>(&pair.response, pair.response_version);
        let ours = body_of::<R>(&frame, pair.response_version);
        self.note_session(&kafkas, &ours);
        self.compared += 1;
        let (mut one, mut two) = (Seen::default(), Seen::default());
        let (kafkas, ours) = (kafkas.normal(&mut one), ours.normal(&mut two));
        if kafkas != ours {
            self.differences
                .push(format!("{}\n  Kafka {kafkas:?}\n  DMQ   {ours:?}", pair.name));
        }
    }

    /// The request with our ids.
    fn ours<R: Request>(&self, pair: &Pair) -> BytesMut {
        let mut frame = replaced(&pair.request, &self.kafkas_topic.0, &self.our_topic.0);
        if pair.api == "Fetch" {
            let mut reader = Reader::new(frame.freeze());
            let header_version = request_header_version(R::KEY, pair.version).unwrap();
            let header = RequestHeader::read(&mut reader, header_version).unwrap();
            let mut body = FetchRequest::decode(reader.rest(), pair.version).unwrap();
            if let Some(ours) = self.sessions.get(&body.session_id) {
                body.session_id = *ours;
            }
            frame = BytesMut::new();
            header.encode_into(&mut frame, header_version).unwrap();
            body.encode_into(&mut frame, pair.version).unwrap();
        }
        frame
    }

    fn note_session<M: Alike>(&mut self, kafkas: &M, ours: &M) {
        if let (Some(theirs), Some(own)) = (kafkas.session(), ours.session()) {
            self.sessions.insert(theirs, own);
        }
    }
}

fn replaced(frame: &[u8], from: &[u8], to: &[u8]) -> BytesMut {
    let mut bytes = BytesMut::from(frame);
    for at in 0..bytes.len().saturating_sub(from.len() - 1) {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn every_recorded_request_is_answered_as_kafka_answered_it() {
    let pairs = recorded();
    let broker = TestBroker::with(&[("auto.create.topics.enable", "true")]);
    let topic = Topic::create(&broker, GOLDEN, 3);
    let mut replay = Replay {
        wire: broker.connect(),
        kafkas_topic: kafkas_id(&pairs),
        our_topic: topic.id,
        sessions: HashMap::new(),
        differences: Vec::new(),
        compared: 0,
    };
    let mut excused = Vec::new();
    for pair in &pairs {
        let before = replay.differences.len();
        match pair.api.as_str() {
            "ApiVersions" => replay.exchange::<ApiVersionsRequest>(pair),
            "CreateTopics" => replay.exchange::<CreateTopicsRequest>(pair),
            "DeleteTopics" => replay.exchange::<DeleteTopicsRequest>(pair),
            "Metadata" => replay.exchange::<MetadataRequest>(pair),
            "DescribeCluster" => replay.exchange::<DescribeClusterRequest>(pair),
            "DescribeTopicPartitions" => replay.exchange::<DescribeTopicPartitionsRequest>(pair),
            "InitProducerId" => replay.exchange::<InitProducerIdRequest>(pair),
            "Produce" => replay.exchange::<ProduceRequest>(pair),
            "Fetch" => replay.exchange::<FetchRequest>(pair),
            "ListOffsets" => replay.exchange::<ListOffsetsRequest>(pair),
            "OffsetForLeaderEpoch" => replay.exchange::<OffsetForLeaderEpochRequest>(pair),
            other => panic!("{other} is recorded and not compared"),
        }
        if pair.name == "Produce.v13.acks-1" {
            // Acknowledged before it is on stable storage, and visible only then; what follows reads it.
            while topic.offset_at(&mut replay.wire, 0, -1).offset < GOLDEN_END {
                std::thread::yield_now();
            }
        }
        let on_purpose = DIFFERENT.iter().find(|(name, _)| *name == pair.name);
        if let (Some((name, _)), true) = (on_purpose, replay.differences.len() > before) {
            replay.differences.truncate(before);
            excused.push(*name);
        }
    }
    assert_eq!(replay.compared, pairs.len());
    let stale: Vec<&str> = DIFFERENT
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !excused.contains(name))
        .collect();
    assert!(
        stale.is_empty(),
        "answered as Kafka does, and listed as different: {stale:?}"
    );
    assert!(
        replay.differences.is_empty(),
        "{} of {} answers differ:\n{}",
        replay.differences.len(),
        pairs.len(),
        replay.differences.join("\n")
    );
}
