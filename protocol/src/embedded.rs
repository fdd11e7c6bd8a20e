//! What travels as plain bytes inside of other messages.

use bytes::{BufMut, Bytes, BytesMut};
use dmq_protocol_derive::Message;

use crate::message::Message;
use crate::messages::MessageVisitor;
use crate::primitive::{DecodeError, EncodeError, Reader};
use crate::str_bytes::StrBytes;

/// What a consumer of a classic group wants: the metadata of a protocol in JoinGroup.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-3", flexible = "none")]
pub struct ConsumerProtocolSubscription {
    /// The topics' names.
    #[field(versions = "0+")]
    pub topics: Vec<StrBytes>,
    /// What the assignor adds; null for nothing.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub user_data: Option<Bytes>,
    /// The partitions that the consumer has.
    #[field(versions = "1+", ignorable)]
    pub owned_partitions: Vec<OwnedTopicPartition>,
    /// The generation in which it got them; −1 if that is not known.
    #[field(versions = "2+", default = "-1", ignorable)]
    pub generation_id: i32,
    /// The consumer's rack; null if it has none.
    #[field(versions = "3+", nullable = "3+", default = "null", ignorable)]
    pub rack_id: Option<StrBytes>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct OwnedTopicPartition {
    /// The topic's name.
    #[field(versions = "1+")]
    pub topic: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "1+")]
    pub partitions: Vec<i32>,
}

/// What a consumer of a classic group has: the assignment in SyncGroup.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-3", flexible = "none")]
pub struct ConsumerProtocolAssignment {
    /// The partitions.
    #[field(versions = "0+")]
    pub assigned_partitions: Vec<AssignedTopicPartition>,
    /// What the assignor adds; null for nothing.
    #[field(versions = "0+", nullable = "0+", default = "null")]
    pub user_data: Option<Bytes>,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct AssignedTopicPartition {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partitions: Vec<i32>,
}

/// Who a client is: the principal in an Envelope.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct DefaultPrincipalData {
    /// The principal's kind: `User`.
    #[field(versions = "0+")]
    pub r#type: StrBytes,
    /// The principal's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// Whether the client has authenticated by a delegation token.
    #[field(versions = "0+")]
    pub token_authenticated: bool,
}

/// Bytes that begin with the version of what follows.
///
/// Kafka's consumers read a version that they do not know as the newest that they do, and leave what is left of it.
pub trait Embedded: Message {
    /// The message, with its version in front.
    fn to_bytes(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut out = BytesMut::new();
        out.put_i16(version);
        self.encode_into(&mut out, version)?;
        Ok(out.freeze())
    }

    /// Reads the version, and the message as far as it is known.
    fn from_bytes(bytes: Bytes) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.i16().map_err(|error| error.of(Self::NAME))?;
        Self::read(&mut reader, version.min(Self::VERSIONS.max))
    }
}

impl Embedded for ConsumerProtocolSubscription {}
impl Embedded for ConsumerProtocolAssignment {}
impl Embedded for DefaultPrincipalData {}

/// Shows every message of this module to `visitor`.
pub fn visit_all(visitor: &mut impl MessageVisitor) {
    visitor.visit::<ConsumerProtocolSubscription>();
    visitor.visit::<ConsumerProtocolAssignment>();
    visitor.visit::<DefaultPrincipalData>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_is_read_as_far_as_it_is_known() {
        let assignment = ConsumerProtocolAssignment {
            user_data: Some(Bytes::from_static(b"x")),
            ..ConsumerProtocolAssignment::default()
        };
        let bytes = assignment.to_bytes(3).unwrap();
        assert_eq!(bytes, [0, 3, 0, 0, 0, 0, 0, 0, 0, 1, b'x'][..]);
        assert_eq!(
            ConsumerProtocolAssignment::from_bytes(bytes.clone()),
            Ok(assignment.clone())
        );
        let newer = [&[0, 9], &bytes[2..], b"more"].concat();
        assert_eq!(ConsumerProtocolAssignment::from_bytes(newer.into()), Ok(assignment));
        assert!(ConsumerProtocolAssignment::from_bytes(Bytes::from_static(&[0xff, 0xff, 0])).is_err());
    }
}
