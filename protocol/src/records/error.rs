//! Why bytes are not a record batch, or a batch's records are not records.

/// What is wrong with a batch. The first group makes it impossible to find the next batch; the others concern one batch.
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
}
