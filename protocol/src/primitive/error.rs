//! Why bytes are not a message, or a message cannot be bytes: the reason, the message, the field and the place.
//!
//! The errors are boxed, as they are rare and a `Result` of a small integer should travel in registers.

use crate::version::VersionRange;

/// Bytes that are not the message they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {} at byte {} ({})", .0.message, .0.reason, .0.position, .0.field)]
pub struct DecodeError(Box<Details<DecodeReason>>);

/// A message that cannot be written at the version asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {} ({})", .0.message, .0.reason, .0.field)]
pub struct EncodeError(Box<Details<EncodeReason>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details<R> {
    reason: R,
    message: &'static str,
    field: &'static str,
    position: usize,
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeReason {
    /// The message has no such version.
    #[error("version {version} is not one of {supported}")]
    UnsupportedVersion {
        /// The version asked for.
        version: i16,
        /// The versions there are.
        supported: VersionRange,
    },
    /// The value goes on past the end of the bytes.
    #[error("{left} bytes left are too few")]
    Truncated {
        /// How many bytes there were from the value's start on.
        left: usize,
    },
    /// A variable-length integer has more bytes, or more bits, than its type.
    #[error("a variable-length integer is too long")]
    VarintTooLong,
    /// A length below −1.
    #[error("length {0} is negative")]
    NegativeLength(i32),
    /// Null where the version has a value.
    #[error("null where a value is needed")]
    UnexpectedNull,
    /// A string of more than 32,767 bytes.
    #[error("a string of {0} bytes is too long")]
    StringTooLong(usize),
    /// A string that is not UTF-8.
    #[error("a string is not UTF-8")]
    NotUtf8,
    /// More elements than the bytes left can hold, or than the protocol allows.
    #[error("an array of {count} elements in {left} bytes")]
    ArrayTooLong {
        /// The elements claimed.
        count: usize,
        /// The bytes left.
        left: usize,
    },
    /// More tagged fields than the bytes left can hold, or than the protocol allows.
    #[error("{0} tagged fields are too many")]
    TooManyTags(u32),
    /// Tags must increase; this one does not.
    #[error("tag {0} is out of order")]
    TagOutOfOrder(u32),
    /// A tagged field took fewer bytes than its size says.
    #[error("tagged field {tag} leaves {left} of its bytes")]
    TagLeftovers {
        /// The field's tag.
        tag: u32,
        /// The bytes it should have taken, too.
        left: usize,
    },
    /// Bytes after the end of the message.
    #[error("{0} bytes too many")]
    TrailingBytes(usize),
    /// The frame around a metadata record has another layout.
    #[error("unknown frame version {0}")]
    UnknownFrameVersion(u32),
    /// A record of a type that Kafka 4.4 does not have.
    #[error("unknown record type {0}")]
    UnknownRecordType(u32),
    /// A record version beyond 16 bits.
    #[error("record version {0} is out of range")]
    RecordVersion(u32),
    /// A version below 0.
    #[error("version {0} is negative")]
    NegativeVersion(i16),
    /// An API key that Kafka 4.4 does not have.
    #[error("unknown API key {0}")]
    UnknownApiKey(i16),
}

/// What the message holds that the version cannot say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeReason {
    /// Record data is elsewhere, and the caller has no way to put it in.
    #[error("{0} bytes of records are not in the message")]
    DataElsewhere(usize),
    /// The message has no such version.
    #[error("version {version} is not one of {supported}")]
    UnsupportedVersion {
        /// The version asked for.
        version: i16,
        /// The versions there are.
        supported: VersionRange,
    },
    /// A field with a value of its own, which the version does not have.
    #[error("version {version} has no place for a value other than the default")]
    FieldNotInVersion {
        /// The version asked for.
        version: i16,
    },
    /// Null in a version that needs a value.
    #[error("version {version} cannot say null")]
    NullNotInVersion {
        /// The version asked for.
        version: i16,
    },
    /// Longer than its length field can say.
    #[error("length {0} is too long")]
    TooLong(usize),
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(reason: DecodeReason, field: &'static str, position: usize) -> DecodeError {
        DecodeError(Box::new(Details {
            reason,
            message: "bytes",
            field,
            position,
        }))
    }

    /// The same error, known to be in `message`.
    pub(crate) fn of(mut self, message: &'static str) -> DecodeError {
        self.0.message = message;
        self
    }

    /// What is wrong.
    pub fn reason(&self) -> &DecodeReason {
        &self.0.reason
    }

    /// The message that was being read.
    pub fn message(&self) -> &'static str {
        self.0.message
    }

    /// The struct and field that was being read, as `Struct.field`.
    pub fn field(&self) -> &'static str {
        self.0.field
    }

    /// Where the value begins that is wrong, in bytes from the start of what was to be decoded.
    pub fn position(&self) -> usize {
        self.0.position
    }
}

impl EncodeError {
    #[cold]
    pub(crate) fn new(reason: EncodeReason, field: &'static str) -> EncodeError {
        EncodeError(Box::new(Details {
            reason,
            message: "bytes",
            field,
            position: 0,
        }))
    }

    /// The same error, known to be in `message`.
    pub(crate) fn of(mut self, message: &'static str) -> EncodeError {
        self.0.message = message;
        self
    }

    /// What cannot be said.
    pub fn reason(&self) -> &EncodeReason {
        &self.0.reason
    }

    /// The message that was being written.
    pub fn message(&self) -> &'static str {
        self.0.message
    }

    /// The struct and field that was being written, as `Struct.field`.
    pub fn field(&self) -> &'static str {
        self.0.field
    }
}
