//! The records of the metadata log: what the cluster is, one change at a time.
//!
//! A record's value is a frame version (1), the record's type and its version, each an unsigned variable-length
//! integer, and then the record. What the records do to the state of the cluster is not told here.

use bytes::{Bytes, BytesMut};

use crate::message::Message;
use crate::messages::MessageVisitor;
use crate::primitive::{DecodeError, DecodeReason, EncodeError, Reader, Writer};
use crate::version::VersionRange;

mod atomic;
mod brokers;
mod security;
mod settings;
mod topics;

pub use atomic::*;
pub use brokers::*;
pub use security::*;
pub use settings::*;
pub use topics::*;

/// The layout of the frame around a record.
const FRAME_VERSION: u32 = 1;
/// For errors about the frame itself.
const FRAME: &str = "MetadataRecordFrame";

/// A record of the metadata log.
pub trait MetadataRecord: Message + Into<AnyMetadataRecord> {
    /// The number that its frame names it by.
    const TYPE: i16;
}

macro_rules! records {
    ($($type:literal $name:ident($record:ident),)*) => {
        /// Any record of the metadata log.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each is documented with its struct")]
        pub enum AnyMetadataRecord {
            $($name($record)),*
        }

        $(
            impl MetadataRecord for $record {
                const TYPE: i16 = $type;
            }

            impl From<$record> for AnyMetadataRecord {
                fn from(record: $record) -> AnyMetadataRecord {
                    AnyMetadataRecord::$name(record)
                }
            }
        )*

        impl AnyMetadataRecord {
            /// The number that the frame names the record by.
            pub fn record_type(&self) -> i16 {
                match self {
                    $(AnyMetadataRecord::$name(_) => $type),*
                }
            }

            /// Kafka's name for the record.
            pub fn name(&self) -> &'static str {
                match self {
                    $(AnyMetadataRecord::$name(_) => $record::NAME),*
                }
            }

            /// The versions that the record can be written at.
            pub fn versions(&self) -> VersionRange {
                match self {
                    $(AnyMetadataRecord::$name(_) => $record::VERSIONS),*
                }
            }

            fn read(reader: &mut Reader, record_type: u32, version: i16) -> Result<AnyMetadataRecord, DecodeError> {
                match record_type {
                    $($type => $record::read(reader, version).map(AnyMetadataRecord::$name),)*
                    unknown => Err(reader.error(DecodeReason::UnknownRecordType(unknown)).of(FRAME)),
                }
            }

            fn write(&self, writer: &mut Writer<'_>, version: i16) -> Result<(), EncodeError> {
                match self {
                    $(AnyMetadataRecord::$name(record) => record.write(writer, version)),*
                }
            }
        }

        /// Shows every record of this module to `visitor`.
        pub fn visit_all(visitor: &mut impl MessageVisitor) {
            $(visitor.visit::<$record>();)*
        }
    };
}

impl AnyMetadataRecord {
    /// Reads the value of a record of the metadata log.
    pub fn decode(value: Bytes) -> Result<AnyMetadataRecord, DecodeError> {
        let mut reader = Reader::new(value);
        let (record_type, version) = read_frame(&mut reader).map_err(|error| error.of(FRAME))?;
        let record = AnyMetadataRecord::read(&mut reader, record_type, version)?;
        reader.finish().map_err(|error| error.of(record.name()))?;
        Ok(record)
    }

    /// The value of a record of the metadata log. Which version to write follows from the cluster's
    /// `metadata.version`.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut out = BytesMut::new();
        let mut writer = Writer::new(&mut out);
        writer.uvarint(FRAME_VERSION);
        writer.uvarint(self.record_type().unsigned_abs().into());
        writer.uvarint(version.unsigned_abs().into());
        self.write(&mut writer, version)?;
        Ok(out.freeze())
    }
}

/// The record's type and version.
fn read_frame(reader: &mut Reader) -> Result<(u32, i16), DecodeError> {
    match reader.uvarint()? {
        FRAME_VERSION => {}
        unknown => return Err(reader.error(DecodeReason::UnknownFrameVersion(unknown))),
    }
    let record_type = reader.uvarint()?;
    let version = reader.uvarint()?;
    let version = i16::try_from(version).map_err(|_| reader.error(DecodeReason::RecordVersion(version)))?;
    Ok((record_type, version))
}

records! {
    0 RegisterBroker(RegisterBrokerRecord),
    1 UnregisterBroker(UnregisterBrokerRecord),
    2 Topic(TopicRecord),
    3 Partition(PartitionRecord),
    4 Config(ConfigRecord),
    5 PartitionChange(PartitionChangeRecord),
    7 FenceBroker(FenceBrokerRecord),
    8 UnfenceBroker(UnfenceBrokerRecord),
    9 RemoveTopic(RemoveTopicRecord),
    10 DelegationToken(DelegationTokenRecord),
    11 UserScramCredential(UserScramCredentialRecord),
    12 FeatureLevel(FeatureLevelRecord),
    14 ClientQuota(ClientQuotaRecord),
    15 ProducerIds(ProducerIdsRecord),
    17 BrokerRegistrationChange(BrokerRegistrationChangeRecord),
    18 AccessControlEntry(AccessControlEntryRecord),
    19 RemoveAccessControlEntry(RemoveAccessControlEntryRecord),
    20 NoOp(NoOpRecord),
    21 ZkMigrationState(ZkMigrationStateRecord),
    22 RemoveUserScramCredential(RemoveUserScramCredentialRecord),
    23 BeginTransaction(BeginTransactionRecord),
    24 EndTransaction(EndTransactionRecord),
    25 AbortTransaction(AbortTransactionRecord),
    26 RemoveDelegationToken(RemoveDelegationTokenRecord),
    27 RegisterController(RegisterControllerRecord),
    28 ClearElr(ClearElrRecord),
    29 UnregisterController(UnregisterControllerRecord),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::str_bytes::StrBytes;
    use crate::uuid::Uuid;

    #[test]
    fn a_record_is_framed_as_kafka_frames_it() {
        let record = TopicRecord {
            name: StrBytes::from("foo"),
            topic_id: Uuid::from_u128(7),
        };
        let value = AnyMetadataRecord::from(record.clone()).encode(0).unwrap();
        let bytes = [
            1, 2, 0, 4, b'f', b'o', b'o', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0,
        ];
        assert_eq!(value, bytes[..]);
        assert_eq!(AnyMetadataRecord::decode(value), Ok(AnyMetadataRecord::Topic(record)));
    }

    #[test]
    fn frames_that_are_not_kafkas_are_refused_with_the_reason() {
        let reason = |bytes: &'static [u8]| {
            AnyMetadataRecord::decode(Bytes::from_static(bytes)).map_err(|error| error.reason().clone())
        };
        assert_eq!(reason(&[0, 24, 0, 0]), Err(DecodeReason::UnknownFrameVersion(0)));
        assert_eq!(reason(&[1, 6, 0, 0]), Err(DecodeReason::UnknownRecordType(6)));
        assert_eq!(
            reason(&[1, 24, 0xff, 0xff, 3, 0]),
            Err(DecodeReason::RecordVersion(65_535))
        );
        assert_eq!(reason(&[1, 24, 0, 0, 9]), Err(DecodeReason::TrailingBytes(1)));
        assert_eq!(reason(&[1]), Err(DecodeReason::Truncated { left: 0 }));
        assert_eq!(
            reason(&[1, 24, 0, 0]),
            Ok(AnyMetadataRecord::EndTransaction(EndTransactionRecord {}))
        );
    }
}
