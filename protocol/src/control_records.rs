//! Control records: what brokers and controllers write between the records of clients.
//!
//! A control record's key is a version and a type; its value begins with a version, too, by which the rest is read.
//! Keys and values of newer versions may go on: what is not known is left alone, as Kafka does.

use bytes::{BufMut, Bytes, BytesMut};
use dmq_protocol_derive::Message;

use crate::message::Message;
use crate::messages::MessageVisitor;
use crate::primitive::{DecodeError, DecodeReason, EncodeError, Reader};
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The key of a control record, after its version.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct ControlRecordTypeSchema {
    /// The number of the [`ControlRecordType`].
    #[field(versions = "0+")]
    pub r#type: i16,
}

/// What a control record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum ControlRecordType {
    /// The producer's transaction was aborted; see [`EndTxnMarker`].
    Abort = 0,
    /// The producer's transaction was committed; see [`EndTxnMarker`].
    Commit = 1,
    /// See [`LeaderChangeMessage`].
    LeaderChange = 2,
    /// See [`SnapshotHeaderRecord`].
    SnapshotHeader = 3,
    /// See [`SnapshotFooterRecord`].
    SnapshotFooter = 4,
    /// See [`KRaftVersionRecord`].
    KRaftVersion = 5,
    /// See [`VotersRecord`].
    KRaftVoters = 6,
}

impl ControlRecordType {
    const ALL: [ControlRecordType; 7] = [
        ControlRecordType::Abort,
        ControlRecordType::Commit,
        ControlRecordType::LeaderChange,
        ControlRecordType::SnapshotHeader,
        ControlRecordType::SnapshotFooter,
        ControlRecordType::KRaftVersion,
        ControlRecordType::KRaftVoters,
    ];

    /// The type that a control record's key names; `None` for one that Kafka 4.4 does not have.
    pub fn from_key(key: Bytes) -> Result<Option<ControlRecordType>, DecodeError> {
        let mut reader = Reader::new(key);
        let mut read = || {
            let version = reader.i16()?;
            if version < 0 {
                return Err(reader.error(DecodeReason::NegativeVersion(version)));
            }
            ControlRecordTypeSchema::read(&mut reader, 0).map(|key| key.r#type)
        };
        let number = read().map_err(|error| error.of(ControlRecordTypeSchema::NAME))?;
        Ok(ControlRecordType::ALL.into_iter().find(|known| *known as i16 == number))
    }

    /// The key of a control record of this type.
    pub fn to_key(self) -> Bytes {
        let mut key = BytesMut::with_capacity(4);
        key.put_i16(0);
        key.put_i16(self as i16);
        key.freeze()
    }
}

/// The value of a control record that carries its version as its first field.
pub trait ControlRecord: Message {
    /// The version that the record says it has, which is that of its layout.
    fn version(&self) -> i16;

    /// Reads the value in the version that it names.
    fn from_value(value: Bytes) -> Result<Self, DecodeError> {
        let version = Reader::new(value.clone()).i16().map_err(|error| error.of(Self::NAME))?;
        Self::decode(value, version)
    }

    /// The value, in the record's version.
    fn to_value(&self) -> Result<Bytes, EncodeError> {
        self.encode(self.version())
    }
}

/// How a producer's transaction ended, in a batch with the producer's id and epoch; the key says which way.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct EndTxnMarker {
    /// The epoch of the transaction coordinator that wrote the marker, by which late markers are fenced.
    #[field(versions = "0+")]
    pub coordinator_epoch: i32,
}

impl EndTxnMarker {
    /// Reads a marker's value: a version, then the marker. A newer version is read as far as it is known.
    pub fn from_value(value: Bytes) -> Result<EndTxnMarker, DecodeError> {
        let mut reader = Reader::new(value);
        let version = reader.i16().map_err(|error| error.of(EndTxnMarker::NAME))?;
        if version < 0 {
            return Err(reader
                .error(DecodeReason::NegativeVersion(version))
                .of(EndTxnMarker::NAME));
        }
        EndTxnMarker::read(&mut reader, 0)
    }

    /// A marker's value.
    pub fn to_value(&self) -> Bytes {
        let mut value = BytesMut::with_capacity(6);
        value.put_i16(0);
        value.put_i32(self.coordinator_epoch);
        value.freeze()
    }
}

/// A leader has taken over a KRaft log: the first batch of its epoch.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct LeaderChangeMessage {
    /// The version of this record: 1 with directory ids, which Kafka 4.4 can read but does not write.
    #[field(versions = "0+")]
    pub version: i16,
    /// The new leader's node id.
    #[field(versions = "0+")]
    pub leader_id: i32,
    /// Everyone who may vote.
    #[field(versions = "0+")]
    pub voters: Vec<LeaderChangeVoter>,
    /// Those who voted for the leader.
    #[field(versions = "0+")]
    pub granting_voters: Vec<LeaderChangeVoter>,
}

/// A voter, as [`LeaderChangeMessage`] names it.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct LeaderChangeVoter {
    /// The voter's node id.
    #[field(versions = "0+")]
    pub voter_id: i32,
    /// The voter's directory.
    #[field(versions = "1+")]
    pub voter_directory_id: Uuid,
}

/// The first record of a snapshot of the metadata log.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct SnapshotHeaderRecord {
    /// The version of this record: 0.
    #[field(versions = "0+")]
    pub version: i16,
    /// When the last record in the snapshot was appended to the log, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub last_contained_log_timestamp: i64,
}

/// The last record of a snapshot of the metadata log: without it the snapshot is not whole.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct SnapshotFooterRecord {
    /// The version of this record: 0.
    #[field(versions = "0+")]
    pub version: i16,
}

/// The level of the feature `kraft.version`.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct KRaftVersionRecord {
    /// The version of this record: 0.
    #[field(versions = "0+")]
    pub version: i16,
    /// The level: 1 with voters that can change.
    #[field(versions = "0+")]
    pub kraft_version: i16,
}

/// Everyone who may vote in a KRaft log from here on.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct VotersRecord {
    /// The version of this record: 0.
    #[field(versions = "0+")]
    pub version: i16,
    /// The voters.
    #[field(versions = "0+")]
    pub voters: Vec<Voter>,
}

/// A voter, with what is needed to reach it.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Voter {
    /// The voter's node id.
    #[field(versions = "0+")]
    pub voter_id: i32,
    /// The voter's directory.
    #[field(versions = "0+")]
    pub voter_directory_id: Uuid,
    /// Where the voter listens.
    #[field(versions = "0+")]
    pub endpoints: Vec<Endpoint>,
    /// The levels of `kraft.version` that the voter supports.
    #[field(versions = "0+")]
    pub kraft_version_feature: KRaftVersionFeature,
}

/// Where a voter listens.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Endpoint {
    /// The listener's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: u16,
}

/// The levels of `kraft.version` that a voter supports.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct KRaftVersionFeature {
    /// The lowest.
    #[field(versions = "0+")]
    pub min_supported_version: i16,
    /// The highest.
    #[field(versions = "0+")]
    pub max_supported_version: i16,
}

macro_rules! versioned {
    ($($record:ident),*) => {
        $(
            impl ControlRecord for $record {
                fn version(&self) -> i16 {
                    self.version
                }
            }
        )*

        /// Shows every message of this module to `visitor`.
        pub fn visit_all(visitor: &mut impl MessageVisitor) {
            visitor.visit::<ControlRecordTypeSchema>();
            visitor.visit::<EndTxnMarker>();
            $(visitor.visit::<$record>();)*
        }
    };
}

versioned!(
    LeaderChangeMessage,
    SnapshotHeaderRecord,
    SnapshotFooterRecord,
    KRaftVersionRecord,
    VotersRecord
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_their_types_and_unknown_types_are_no_error() {
        for kind in ControlRecordType::ALL {
            assert_eq!(ControlRecordType::from_key(kind.to_key()), Ok(Some(kind)));
        }
        assert_eq!(ControlRecordType::from_key(Bytes::from_static(&[0, 0, 0, 7])), Ok(None));
        assert_eq!(
            ControlRecordType::from_key(Bytes::from_static(&[0, 9, 0, 1, 5])),
            Ok(Some(ControlRecordType::Commit))
        );
        assert!(ControlRecordType::from_key(Bytes::from_static(&[0, 0, 0])).is_err());
        assert!(ControlRecordType::from_key(Bytes::from_static(&[0xff, 0xff, 0, 0])).is_err());
    }

    #[test]
    fn markers_are_a_version_and_an_epoch() {
        let marker = EndTxnMarker { coordinator_epoch: 5 };
        assert_eq!(marker.to_value(), [0, 0, 0, 0, 0, 5][..]);
        assert_eq!(EndTxnMarker::from_value(marker.to_value()), Ok(marker.clone()));
        assert_eq!(
            EndTxnMarker::from_value(Bytes::from_static(&[0, 1, 0, 0, 0, 5, 9])),
            Ok(marker)
        );
    }

    #[test]
    fn a_record_is_read_in_the_version_it_names() {
        let voter = LeaderChangeVoter {
            voter_id: 1,
            voter_directory_id: Uuid::from_u128(9),
        };
        let record = LeaderChangeMessage {
            version: 1,
            leader_id: 1,
            voters: vec![voter],
            granting_voters: vec![],
        };
        let value = record.to_value().unwrap();
        assert_eq!(value.len(), 2 + 4 + 1 + (4 + 16 + 1) + 1 + 1);
        assert_eq!(LeaderChangeMessage::from_value(value), Ok(record));
    }
}
