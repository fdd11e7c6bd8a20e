//! Records of the coordinators' topics and of tiered storage, and what consumers embed in other messages.

use bytes::Bytes;
use dmq_protocol::coordinator_records::{self, GroupRecord, ShareStateRecord, TransactionRecord};
use dmq_protocol::embedded::{
    ConsumerProtocolAssignment, ConsumerProtocolSubscription, DefaultPrincipalData, Embedded,
};
use dmq_protocol::messages::MessageVisitor;
use dmq_protocol::storage_records::RemoteLogRecord;
use dmq_protocol::{EncodeError, Message};

use crate::golden;

/// The version in front of a value, or after the type of a framed one.
fn version(value: &Option<Bytes>) -> i16 {
    let front = value.as_ref().and_then(|value| value.first_chunk::<2>());
    front.map_or(0, |front| i16::from_be_bytes(*front))
}

/// What was decoded, encoded at the version it was read at and decoded again, is the same.
fn same<T: std::fmt::Debug>(
    record: &T,
    encoded: Result<(Bytes, Option<Bytes>), EncodeError>,
    again: impl FnOnce(Bytes, Option<Bytes>) -> T,
) {
    let (key, value) = encoded.unwrap_or_else(|error| panic!("{record:?} cannot be encoded: {error}"));
    assert_eq!(format!("{:?}", again(key, value)), format!("{record:?}"));
}

/// A topic, the length of a key, the key and the value; without more bytes than the key there is no value.
pub fn record(mut input: Bytes) {
    if input.len() < 2 {
        return;
    }
    let front = input.split_to(2);
    let key = input.split_to(usize::from(front[1]).min(input.len()));
    let value = (!input.is_empty()).then_some(input);
    let version = version(&value);
    match front[0] % 4 {
        0 => {
            if let Ok(Some(record)) = GroupRecord::decode(key, value) {
                same(&record, record.encode(version), |key, value| {
                    GroupRecord::decode(key, value)
                        .expect("decoded before")
                        .expect("a known type")
                });
            }
        }
        1 => {
            if let Ok(Some(record)) = TransactionRecord::decode(key, value) {
                same(&record, record.encode(version), |key, value| {
                    TransactionRecord::decode(key, value)
                        .expect("decoded before")
                        .expect("a known type")
                });
            }
        }
        2 => {
            if let Ok(Some(record)) = ShareStateRecord::decode(key, value) {
                same(&record, record.encode(version), |key, value| {
                    ShareStateRecord::decode(key, value)
                        .expect("decoded before")
                        .expect("a known type")
                });
            }
        }
        _ => {
            if let Ok(record) = RemoteLogRecord::decode(value.unwrap_or_default()) {
                let again = record.encode(0).map(RemoteLogRecord::decode);
                assert_eq!(again, Ok(Ok(record)));
            }
        }
    }
}

pub fn record_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Seeds {
        golden: golden::messages(),
        key: None,
        seeds: Vec::new(),
    };
    coordinator_records::visit_all(&mut seeds);
    seeds.seeds
}

/// Puts each golden key before the golden values of the message that is shown after it.
struct Seeds {
    golden: Vec<(String, i16, Vec<u8>)>,
    key: Option<(&'static str, Vec<u8>)>,
    seeds: Vec<Vec<u8>>,
}

impl MessageVisitor for Seeds {
    fn visit<M: Message>(&mut self) {
        let mine = self.golden.iter().filter(|(name, ..)| name == M::NAME);
        if M::NAME.ends_with("Key") {
            self.key = mine.last().map(|(_, _, bytes)| (M::NAME, bytes.clone()));
            return;
        }
        let Some((name, key)) = &self.key else { return };
        let topic = match *name {
            "TransactionLogKey" => 1,
            "ShareSnapshotKey" | "ShareUpdateKey" => 2,
            _ => 0,
        };
        // The type is not to be had from the name: each of the few there are is tried.
        for record_type in 0..24u8 {
            let key = [&[0, record_type], &key[..]].concat();
            self.seeds.extend(mine.clone().map(|(_, version, value)| {
                [&[topic, key.len() as u8], &key[..], &version.to_be_bytes(), &value[..]].concat()
            }));
        }
    }
}

/// What consumers and brokers embed: one of three messages, with its version in front.
pub fn embedded(mut input: Bytes) {
    fn check<M: Embedded>(bytes: Bytes) {
        let version = version(&Some(bytes.clone())).min(M::VERSIONS.max);
        if let Ok(message) = M::from_bytes(bytes) {
            let again = message.to_bytes(version).map(M::from_bytes);
            assert_eq!(again, Ok(Ok(message)));
        }
    }
    if input.is_empty() {
        return;
    }
    match input.split_to(1)[0] % 3 {
        0 => check::<ConsumerProtocolSubscription>(input),
        1 => check::<ConsumerProtocolAssignment>(input),
        _ => check::<DefaultPrincipalData>(input),
    }
}

pub fn embedded_seeds() -> Vec<Vec<u8>> {
    let kinds = [
        ConsumerProtocolSubscription::NAME,
        ConsumerProtocolAssignment::NAME,
        DefaultPrincipalData::NAME,
    ];
    let golden = golden::messages().into_iter().filter_map(|(name, version, body)| {
        let kind = kinds.iter().position(|kind| *kind == name)? as u8;
        Some([&[kind], &version.to_be_bytes()[..], &body[..]].concat())
    });
    golden.collect()
}
