//! Requests, responses and the records of the metadata log: what decodes also encodes, to bytes that decode to the same.

use bytes::{BufMut, Bytes};
use dmq_protocol::control_records::{self, ControlRecordType, EndTxnMarker};
use dmq_protocol::header::{RequestHeader, ResponseHeader, request_header_version, response_header_version};
use dmq_protocol::messages::{self, MessageVisitor};
use dmq_protocol::metadata_records::{self, AnyMetadataRecord};
use dmq_protocol::{ApiKey, Message, Reader};

use crate::golden;

/// Decodes a body as the message of this name.
struct Decode<'a> {
    name: &'a str,
    version: i16,
    body: Bytes,
}

impl MessageVisitor for Decode<'_> {
    fn visit<M: Message>(&mut self) {
        if M::NAME == self.name {
            round_trip::<M>(self.body.clone(), self.version);
        }
    }
}

fn round_trip<M: Message>(body: Bytes, version: i16) {
    let Ok(message) = M::decode(body, version) else {
        return;
    };
    let encoded = message
        .encode(version)
        .unwrap_or_else(|error| panic!("{message:?} cannot be encoded: {error}"));
    let again =
        M::decode(encoded, version).unwrap_or_else(|error| panic!("{message:?} cannot be decoded again: {error}"));
    // Not compared by `==`, for which a NaN is not itself.
    assert_eq!(format!("{again:?}"), format!("{message:?}"));
}

/// A request frame as the broker gets it.
pub fn request(frame: Bytes) {
    let mut reader = Reader::new(frame);
    let Ok((key, header)) = RequestHeader::read_first(&mut reader) else {
        return;
    };
    let (name, version) = (format!("{}Request", key.name()), header.request_api_version);
    let body = reader.rest();
    messages::visit_all(&mut Decode {
        name: &name,
        version,
        body,
    });
}

pub fn request_seeds() -> Vec<Vec<u8>> {
    let frames = golden::files("tests/golden/frames", ".request")
        .into_iter()
        .map(|(_, frame)| frame);
    let others = golden::messages().into_iter().filter_map(|(name, version, body)| {
        let key = key_named(name.strip_suffix("Request")?)?;
        let header = RequestHeader {
            request_api_key: key as i16,
            request_api_version: version,
            correlation_id: 7,
            client_id: None,
        };
        let header = header.encode(request_header_version(key, version)?).ok()?;
        Some([&header[..], &body[..]].concat())
    });
    frames.chain(others).collect()
}

fn key_named(name: &str) -> Option<ApiKey> {
    (0..=i16::from(u8::MAX))
        .filter_map(ApiKey::from_i16)
        .find(|key| key.name() == name)
}

/// A key, a version and the frame that answers such a request.
pub fn response(input: Bytes) {
    let Some((key, version)) = RequestHeader::peek(&input) else {
        return;
    };
    let Some((key, header)) = ApiKey::from_i16(key).and_then(|key| Some((key, response_header_version(key, version)?)))
    else {
        return;
    };
    let mut reader = Reader::new(input.slice(4..));
    if ResponseHeader::read(&mut reader, header).is_err() {
        return;
    }
    let name = format!("{}Response", key.name());
    let body = reader.rest();
    messages::visit_all(&mut Decode {
        name: &name,
        version,
        body,
    });
}

pub fn response_seeds() -> Vec<Vec<u8>> {
    let requests = golden::files("tests/golden/frames", ".request");
    let answers = golden::files("tests/golden/frames", ".response");
    // The pairs have the same names but for their endings, so both lists have one order.
    let pairs = requests.into_iter().zip(answers);
    let pairs = pairs.map(|((_, request), (_, answer))| [request.get(..4).unwrap_or_default(), &answer[..]].concat());
    let others = golden::messages().into_iter().filter_map(|(name, version, body)| {
        let key = key_named(name.strip_suffix("Response")?)?;
        let header = ResponseHeader { correlation_id: 7 }
            .encode(response_header_version(key, version)?)
            .ok()?;
        let mut seed = Vec::new();
        seed.put_i16(key as i16);
        seed.put_i16(version);
        seed.put_slice(&header);
        seed.put_slice(&body);
        Some(seed)
    });
    pairs.chain(others).collect()
}

/// The value of a record of the metadata log.
pub fn metadata_record(value: Bytes) {
    let Ok(record) = AnyMetadataRecord::decode(value.clone()) else {
        return;
    };
    // The frame's version and the type's number take a byte each, unless they are written longer than need be.
    let Some(version) = value
        .get(2)
        .copied()
        .map(i16::from)
        .filter(|version| record.versions().contains(*version))
    else {
        return;
    };
    let Ok(encoded) = record.encode(version) else {
        return;
    };
    let again = AnyMetadataRecord::decode(encoded).expect("what was encoded can be decoded");
    let _ = (again.name(), again.record_type());
}

pub fn metadata_seeds() -> Vec<Vec<u8>> {
    let mut types = Types(Vec::new());
    metadata_records::visit_all(&mut types);
    let golden = golden::messages().into_iter().filter_map(|(name, version, body)| {
        let record_type = types.0.iter().find(|(known, _)| *known == name)?.1;
        let mut seed = vec![1, record_type, u8::try_from(version).ok()?];
        seed.put_slice(&body);
        Some(seed)
    });
    golden.collect()
}

/// Names and types of metadata records.
struct Types(Vec<(&'static str, u8)>);

impl MessageVisitor for Types {
    fn visit<M: Message>(&mut self) {
        // A visitor does not learn the type; decoding an empty record of each type tells its name in the error.
        let named = |record_type: u8| {
            let probe = AnyMetadataRecord::decode(Bytes::copy_from_slice(&[1, record_type, 127]));
            probe.is_err_and(|error| error.to_string().contains(M::NAME))
        };
        if let Some(record_type) = (0..128).find(|record_type| named(*record_type)) {
            self.0.push((M::NAME, record_type));
        }
    }
}

/// The key and the value of a control record, after the key's length in a byte.
pub fn control_record(mut input: Bytes) {
    if input.is_empty() {
        return;
    }
    let key_len = usize::from(input.split_to(1)[0]).min(input.len());
    let key = input.split_to(key_len);
    let Ok(Some(kind)) = ControlRecordType::from_key(key) else {
        return;
    };
    if matches!(kind, ControlRecordType::Abort | ControlRecordType::Commit) {
        if let Ok(marker) = EndTxnMarker::from_value(input) {
            assert_eq!(EndTxnMarker::from_value(marker.to_value()), Ok(marker));
        }
        return;
    }
    let version = Reader::new(input.clone()).i16().unwrap_or(-1);
    control_records::visit_all(&mut Decode {
        name: CONTROL_NAMES
            .iter()
            .find(|(known, _)| *known == kind)
            .map_or("", |(_, name)| name),
        version,
        body: input,
    });
}

const CONTROL_NAMES: [(ControlRecordType, &str); 5] = [
    (ControlRecordType::LeaderChange, "LeaderChangeMessage"),
    (ControlRecordType::SnapshotHeader, "SnapshotHeaderRecord"),
    (ControlRecordType::SnapshotFooter, "SnapshotFooterRecord"),
    (ControlRecordType::KRaftVersion, "KRaftVersionRecord"),
    (ControlRecordType::KRaftVoters, "VotersRecord"),
];

pub fn control_seeds() -> Vec<Vec<u8>> {
    let batches = golden::files("protocol/tests/golden/records", ".batch").into_iter();
    let batches = batches.filter(|(name, _)| name.starts_with("control-"));
    let batches =
        batches.filter_map(|(_, bytes)| dmq_protocol::records::RecordBatch::split_first(&mut bytes.into()).ok());
    let records = batches.flat_map(|batch| batch.records(1 << 20).into_iter().flatten().flatten());
    let seed = |key: &[u8], value: &[u8]| [&[key.len() as u8], key, value].concat();
    records
        .map(|record| seed(&record.key.unwrap_or_default(), &record.value.unwrap_or_default()))
        .collect()
}
