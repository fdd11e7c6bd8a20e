//! What brokers store beside records of clients, metadata and coordinators: state of logs and of voters in files, and
//! what is known of segments in tiered storage.

use bytes::{Bytes, BytesMut};

use crate::message::Message;
use crate::messages::MessageVisitor;
use crate::primitive::{DecodeError, DecodeReason, EncodeError, Reader, Writer};

pub mod local;
pub mod remote_log;

pub use local::{AbortedTxn, ProducerSnapshot, QuorumStateData};
pub use remote_log::{
    RemoteLogSegmentMetadataRecord, RemoteLogSegmentMetadataSnapshotRecord, RemoteLogSegmentMetadataUpdateRecord,
    RemotePartitionDeleteMetadataRecord,
};

/// For errors about the frame around a record of `__remote_log_metadata`.
const FRAME: &str = "RemoteLogMetadataFrame";

macro_rules! remote_log_records {
    ($($type:literal $name:ident($record:ident),)*) => {
        /// Any record of `__remote_log_metadata`. Its value is its type and its version, each an unsigned
        /// variable-length integer, and then the record.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each is documented with its struct")]
        pub enum RemoteLogRecord {
            $($name($record)),*
        }

        $(
            impl From<$record> for RemoteLogRecord {
                fn from(record: $record) -> RemoteLogRecord {
                    RemoteLogRecord::$name(record)
                }
            }
        )*

        impl RemoteLogRecord {
            /// Reads a record's value.
            pub fn decode(value: Bytes) -> Result<RemoteLogRecord, DecodeError> {
                let mut reader = Reader::new(value);
                let (record_type, version) = read_frame(&mut reader).map_err(|error| error.of(FRAME))?;
                let (record, name) = match record_type {
                    $($type => ($record::read(&mut reader, version).map(RemoteLogRecord::$name)?, $record::NAME),)*
                    unknown => return Err(reader.error(DecodeReason::UnknownRecordType(unknown)).of(FRAME)),
                };
                reader.finish().map_err(|error| error.of(name))?;
                Ok(record)
            }

            /// A record's value.
            pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
                let mut out = BytesMut::new();
                let mut writer = Writer::new(&mut out);
                match self {
                    $(RemoteLogRecord::$name(record) => {
                        writer.uvarint($type);
                        writer.uvarint(version.unsigned_abs().into());
                        record.write(&mut writer, version)?;
                    })*
                }
                Ok(out.freeze())
            }
        }

        fn visit_remote_log_records(visitor: &mut impl MessageVisitor) {
            $(visitor.visit::<$record>();)*
        }
    };
}

remote_log_records! {
    0 Segment(RemoteLogSegmentMetadataRecord),
    1 SegmentUpdate(RemoteLogSegmentMetadataUpdateRecord),
    2 PartitionDelete(RemotePartitionDeleteMetadataRecord),
    3 SegmentSnapshot(RemoteLogSegmentMetadataSnapshotRecord),
}

/// The record's type and version.
fn read_frame(reader: &mut Reader) -> Result<(u32, i16), DecodeError> {
    let record_type = reader.uvarint()?;
    let version = reader.uvarint()?;
    let version = i16::try_from(version).map_err(|_| reader.error(DecodeReason::RecordVersion(version)))?;
    Ok((record_type, version))
}

/// Shows every message of this module to `visitor`.
pub fn visit_all(visitor: &mut impl MessageVisitor) {
    visitor.visit::<AbortedTxn>();
    visitor.visit::<ProducerSnapshot>();
    visitor.visit::<QuorumStateData>();
    visit_remote_log_records(visitor);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_its_type_and_its_version() {
        let record = RemoteLogRecord::from(RemotePartitionDeleteMetadataRecord::default());
        let value = record.encode(0).unwrap();
        assert_eq!(value.first_chunk(), Some(&[2, 0]));
        assert_eq!(RemoteLogRecord::decode(value), Ok(record));
        let reason = |bytes: &'static [u8]| {
            let error = RemoteLogRecord::decode(Bytes::from_static(bytes)).unwrap_err();
            error.reason().clone()
        };
        assert_eq!(reason(&[4, 0]), DecodeReason::UnknownRecordType(4));
        assert_eq!(reason(&[0, 0x80, 0x80, 2]), DecodeReason::RecordVersion(32_768));
    }
}
