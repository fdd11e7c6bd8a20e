//! Why bytes are not a record batch, or a batch's records are not records.

use nom::error::{ErrorKind, ParseError};

use crate::compression::CompressionError;

/// What is wrong with a batch. The first group makes it impossible to find the next batch; the others concern one
/// batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes end inside a batch: a torn write, or a client that sent less than it declared.
    #[error("a record batch needs {needed} bytes, {available} are there")]
    Truncated {
        /// Bytes from the batch's first byte on that must be there to go on.
        needed: usize,
        /// Bytes that are.
        available: usize,
    },
    /// The length field is negative or smaller than the smallest batch.
    #[error("a record batch cannot have the length {batch_length}")]
    Length {
        /// The field as found: bytes after it.
        batch_length: i32,
    },
    /// Another format than version 2.
    #[error("a record batch of format {magic} is not supported, only 2 is")]
    Magic {
        /// The field as found.
        magic: i8,
    },

    /// The codec bits name no codec.
    #[error("no compression codec has the id {id}")]
    UnknownCodec {
        /// Bits 0–2 of the attributes.
        id: u8,
    },
    /// The records do not decompress, or to more than is allowed.
    #[error(transparent)]
    Compression(#[from] CompressionError),
    /// The header's count is not the number of records.
    #[error("a record batch claims {claimed} records and cannot hold them in its {bytes} bytes")]
    RecordCount {
        /// The count in the header.
        claimed: i32,
        /// Bytes of all records, uncompressed.
        bytes: usize,
    },
    /// Bytes are left after the last record.
    #[error("a record batch has {bytes} bytes after its last record")]
    TrailingBytes {
        /// How many.
        bytes: usize,
    },
    /// The count and the last offset delta of a produced batch disagree.
    #[error("a produced batch of {record_count} records cannot have the last offset delta {last_offset_delta}")]
    OffsetRange {
        /// The count in the header.
        record_count: i32,
        /// The delta in the header.
        last_offset_delta: i32,
    },
    /// One record is not a record.
    #[error("record {index} of its batch is malformed: {fault}")]
    Record {
        /// Place in the batch, from 0.
        index: i32,
        /// What is wrong with it.
        fault: RecordFault,
    },
}

/// What is wrong with one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// The bytes end inside a field.
    #[error("it ends inside a field")]
    Truncated,
    /// A varint has excess bytes or bits.
    #[error("a varint is longer than its type")]
    Varint,
    /// A length or count is negative where that means nothing, or larger than the bytes left.
    #[error("its {field} has the length {length}")]
    Length {
        /// Which field.
        field: &'static str,
        /// The length or count as found.
        length: i32,
    },
    /// Bytes are left after the record's last field.
    #[error("{bytes} bytes are left after its last field")]
    TrailingBytes {
        /// How many.
        bytes: usize,
    },
    /// The offset is outside the batch, not above the one before, or not the next one where there may be no gap.
    #[error("its offset delta is {delta}, at least {least} and at most {most} was expected")]
    OffsetDelta {
        /// The delta as found.
        delta: i32,
        /// The least that is right here.
        least: i64,
        /// The most that is right here.
        most: i32,
    },
    /// The offset or timestamp does not fit 64 bits.
    #[error("its {field} overflows")]
    Overflow {
        /// Which field.
        field: &'static str,
    },
}

impl<I> ParseError<I> for RecordFault {
    fn from_error_kind(_: I, _: ErrorKind) -> RecordFault {
        // The library's own parsers used on records fail in one way only: too few bytes.
        RecordFault::Truncated
    }

    fn append(_: I, _: ErrorKind, other: RecordFault) -> RecordFault {
        other
    }
}
