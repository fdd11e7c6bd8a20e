//! The records of the coordinators' topics: groups and offsets in `__consumer_offsets`, transactions in
//! `__transaction_state`, share-partitions in `__share_group_state`.
//!
//! A record's key is its type and what it is about; its value is a version and what there is to say, or nothing: then
//! the thing is gone. What the records do to the state of a coordinator is not told here.

use bytes::{BufMut, Bytes, BytesMut};

use crate::message::Message;
use crate::messages::MessageVisitor;
use crate::primitive::{DecodeError, DecodeReason, EncodeError, Reader};
use crate::version::VersionRange;

pub mod classic;
pub mod consumer;
pub mod share;
pub mod share_state;
pub mod streams;
pub mod transaction;

pub use classic::{
    GroupMetadataKey, GroupMetadataValue, LegacyOffsetCommitKey, LegacyOffsetCommitValue, OffsetCommitKey,
    OffsetCommitValue,
};
pub use consumer::{
    ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue, ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue, ConsumerGroupMetadataKey, ConsumerGroupMetadataValue,
    ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue, ConsumerGroupRegularExpressionKey,
    ConsumerGroupRegularExpressionValue, ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue, ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue,
};
pub use share::{
    ShareGroupCurrentMemberAssignmentKey, ShareGroupCurrentMemberAssignmentValue, ShareGroupMemberMetadataKey,
    ShareGroupMemberMetadataValue, ShareGroupMetadataKey, ShareGroupMetadataValue, ShareGroupStatePartitionMetadataKey,
    ShareGroupStatePartitionMetadataValue, ShareGroupTargetAssignmentMemberKey, ShareGroupTargetAssignmentMemberValue,
    ShareGroupTargetAssignmentMetadataKey, ShareGroupTargetAssignmentMetadataValue,
};
pub use share_state::{ShareSnapshotKey, ShareSnapshotValue, ShareUpdateKey, ShareUpdateValue};
pub use streams::{
    StreamsGroupCurrentMemberAssignmentKey, StreamsGroupCurrentMemberAssignmentValue, StreamsGroupMemberMetadataKey,
    StreamsGroupMemberMetadataValue, StreamsGroupMetadataKey, StreamsGroupMetadataValue,
    StreamsGroupTargetAssignmentMemberKey, StreamsGroupTargetAssignmentMemberValue,
    StreamsGroupTargetAssignmentMetadataKey, StreamsGroupTargetAssignmentMetadataValue, StreamsGroupTopologyKey,
    StreamsGroupTopologyValue,
};
pub use transaction::{TransactionLogKey, TransactionLogValue};

/// The version of every key: a key's first field is not its version but its type.
const KEY_VERSION: i16 = 0;

/// The key of a record: what the record is about.
pub trait RecordKey: Message {
    /// The number in front of the key.
    const TYPE: i16;
    /// What a record with this key says.
    type Value: Message;

    /// The record's key.
    fn to_key(&self) -> Result<Bytes, EncodeError> {
        let mut key = BytesMut::new();
        key.put_i16(Self::TYPE);
        self.encode_into(&mut key, KEY_VERSION)?;
        Ok(key.freeze())
    }
}

/// A record's value, with its version in front. Which version to write follows from the features of the cluster, and
/// from what is to be said.
pub fn to_value<V: Message>(value: &V, version: i16) -> Result<Bytes, EncodeError> {
    let mut out = BytesMut::new();
    out.put_i16(version);
    value.encode_into(&mut out, version)?;
    Ok(out.freeze())
}

/// Reads a record's value in the version that it names.
pub fn from_value<V: Message>(value: Bytes) -> Result<V, DecodeError> {
    let mut reader = Reader::new(value);
    let version = first_number(&mut reader).map_err(|error| error.of(V::NAME))?;
    let read = V::read(&mut reader, version)?;
    reader.finish().map_err(|error| error.of(V::NAME))?;
    Ok(read)
}

/// The type of a key, or the version of a value.
fn first_number(reader: &mut Reader) -> Result<i16, DecodeError> {
    let number = reader.i16()?;
    if number < 0 {
        return Err(reader.error(DecodeReason::NegativeVersion(number)));
    }
    Ok(number)
}

macro_rules! records {
    ($(#[$doc:meta])* $any:ident $visit:ident: $($type:literal $name:ident($key:ident, $value:ident),)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each is documented with its structs")]
        pub enum $any {
            $($name($key, Option<$value>)),*
        }

        $(
            impl RecordKey for $key {
                const TYPE: i16 = $type;
                type Value = $value;
            }

            impl From<($key, Option<$value>)> for $any {
                fn from((key, value): ($key, Option<$value>)) -> $any {
                    $any::$name(key, value)
                }
            }
        )*

        impl $any {
            /// Reads a record. `None` if it is of a type that Kafka 4.4 does not have: readers pass over those.
            pub fn decode(key: Bytes, value: Option<Bytes>) -> Result<Option<$any>, DecodeError> {
                let mut reader = Reader::new(key);
                let record_type = first_number(&mut reader).map_err(|error| error.of(stringify!($any)))?;
                match record_type {
                    $($type => {
                        let key = $key::read(&mut reader, KEY_VERSION)?;
                        reader.finish().map_err(|error| error.of($key::NAME))?;
                        Ok(Some($any::$name(key, value.map(from_value).transpose()?)))
                    })*
                    _ => Ok(None),
                }
            }

            /// The record's key and value. A record without a value does without a version.
            pub fn encode(&self, version: i16) -> Result<(Bytes, Option<Bytes>), EncodeError> {
                match self {
                    $($any::$name(key, value) => {
                        let value = value.as_ref().map(|value| to_value(value, version)).transpose()?;
                        Ok((key.to_key()?, value))
                    })*
                }
            }

            /// The number in front of the key.
            pub fn record_type(&self) -> i16 {
                match self {
                    $($any::$name(..) => $type),*
                }
            }

            /// The versions that the value can be written at.
            pub fn versions(&self) -> VersionRange {
                match self {
                    $($any::$name(..) => $value::VERSIONS),*
                }
            }
        }

        fn $visit(visitor: &mut impl MessageVisitor) {
            $(
                visitor.visit::<$key>();
                visitor.visit::<$value>();
            )*
        }
    };
}

records! {
    /// A record of `__consumer_offsets`.
    GroupRecord visit_group_records:
    0 LegacyOffsetCommit(LegacyOffsetCommitKey, LegacyOffsetCommitValue),
    1 OffsetCommit(OffsetCommitKey, OffsetCommitValue),
    2 GroupMetadata(GroupMetadataKey, GroupMetadataValue),
    3 ConsumerGroupMetadata(ConsumerGroupMetadataKey, ConsumerGroupMetadataValue),
    4 ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue),
    5 ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue),
    6 ConsumerGroupTargetAssignmentMetadata(
        ConsumerGroupTargetAssignmentMetadataKey,
        ConsumerGroupTargetAssignmentMetadataValue
    ),
    7 ConsumerGroupTargetAssignmentMember(
        ConsumerGroupTargetAssignmentMemberKey,
        ConsumerGroupTargetAssignmentMemberValue
    ),
    8 ConsumerGroupCurrentMemberAssignment(
        ConsumerGroupCurrentMemberAssignmentKey,
        ConsumerGroupCurrentMemberAssignmentValue
    ),
    10 ShareGroupMemberMetadata(ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue),
    11 ShareGroupMetadata(ShareGroupMetadataKey, ShareGroupMetadataValue),
    12 ShareGroupTargetAssignmentMetadata(
        ShareGroupTargetAssignmentMetadataKey,
        ShareGroupTargetAssignmentMetadataValue
    ),
    13 ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberKey, ShareGroupTargetAssignmentMemberValue),
    14 ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentKey, ShareGroupCurrentMemberAssignmentValue),
    15 ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataKey, ShareGroupStatePartitionMetadataValue),
    16 ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue),
    17 StreamsGroupMetadata(StreamsGroupMetadataKey, StreamsGroupMetadataValue),
    19 StreamsGroupMemberMetadata(StreamsGroupMemberMetadataKey, StreamsGroupMemberMetadataValue),
    20 StreamsGroupTargetAssignmentMetadata(
        StreamsGroupTargetAssignmentMetadataKey,
        StreamsGroupTargetAssignmentMetadataValue
    ),
    21 StreamsGroupTargetAssignmentMember(
        StreamsGroupTargetAssignmentMemberKey,
        StreamsGroupTargetAssignmentMemberValue
    ),
    22 StreamsGroupCurrentMemberAssignment(
        StreamsGroupCurrentMemberAssignmentKey,
        StreamsGroupCurrentMemberAssignmentValue
    ),
    23 StreamsGroupTopology(StreamsGroupTopologyKey, StreamsGroupTopologyValue),
}

records! {
    /// A record of `__transaction_state`.
    TransactionRecord visit_transaction_records:
    0 Transaction(TransactionLogKey, TransactionLogValue),
}

records! {
    /// A record of `__share_group_state`.
    ShareStateRecord visit_share_state_records:
    0 Snapshot(ShareSnapshotKey, ShareSnapshotValue),
    1 Update(ShareUpdateKey, ShareUpdateValue),
}

/// Shows every key and value of this module to `visitor`.
pub fn visit_all(visitor: &mut impl MessageVisitor) {
    visit_group_records(visitor);
    visit_transaction_records(visitor);
    visit_share_state_records(visitor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::str_bytes::StrBytes;

    fn offset(partition: i32) -> OffsetCommitKey {
        OffsetCommitKey {
            group: StrBytes::from("g"),
            topic: StrBytes::from("t"),
            partition,
        }
    }

    #[test]
    fn a_record_is_written_as_kafka_writes_it() {
        let value = OffsetCommitValue {
            offset: 7,
            leader_epoch: 2,
            metadata: StrBytes::from("m"),
            commit_timestamp: 9,
            ..OffsetCommitValue::default()
        };
        let record = GroupRecord::from((offset(3), Some(value)));
        let (key, bytes) = record.encode(3).unwrap();
        assert_eq!(key, [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 3][..]);
        let value = [
            0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 2, 0, 1, b'm', 0, 0, 0, 0, 0, 0, 0, 9,
        ];
        assert_eq!(bytes.as_deref(), Some(&value[..]));
        assert_eq!(GroupRecord::decode(key, bytes), Ok(Some(record)));
    }

    /// Kafka writes null for every consumer of the new kind, as a zero: a tagged struct has not the byte −1 for null that
    /// others have, and bytes that have it cannot be read by Kafka.
    #[test]
    fn a_member_of_the_new_kind_has_no_classic_metadata() {
        let member = ConsumerGroupMemberMetadataValue {
            classic_member_metadata: None,
            ..ConsumerGroupMemberMetadataValue::default()
        };
        let value = to_value(&member, 0).unwrap();
        assert_eq!(
            value,
            [0, 0, 1, 1, 1, 1, 1, 1, 0xff, 0xff, 0xff, 0xff, 1, 1, 0, 1, 0][..]
        );
        assert_eq!(from_value(value), Ok(member));
    }

    #[test]
    fn a_key_alone_says_that_the_thing_is_gone() {
        let record = GroupRecord::from((offset(0), None));
        let (key, value) = record.encode(99).unwrap();
        assert_eq!(value, None);
        assert_eq!(GroupRecord::decode(key, None), Ok(Some(record)));
    }

    #[test]
    fn a_type_that_is_not_known_is_no_error_and_a_version_that_is_not_known_is_one() {
        let decode = |key: &[u8], value: Option<&[u8]>| {
            GroupRecord::decode(Bytes::copy_from_slice(key), value.map(Bytes::copy_from_slice))
        };
        assert_eq!(decode(&[0, 9, 0, 1, b'g'], Some(&[9])), Ok(None));
        assert_eq!(decode(&[0, 99], None), Ok(None));
        let reason = |result: Result<_, DecodeError>| result.unwrap_err().reason().clone();
        assert_eq!(reason(decode(&[0xff, 0xff], None)), DecodeReason::NegativeVersion(-1));
        assert_eq!(
            reason(decode(&[0, 3, 0, 1, b'g'], Some(&[0, 1, 0, 0, 0, 0, 0]))),
            DecodeReason::UnsupportedVersion {
                version: 1,
                supported: VersionRange::new(0, 0)
            }
        );
        assert_eq!(
            reason(decode(&[0, 3, 0, 1, b'g', 0], None)),
            DecodeReason::TrailingBytes(1)
        );
    }
}
