//! The wire's primitives: every integer, length and string of the protocol is read and written here and nowhere else.
//!
//! Decoding never panics and never allocates more than the bytes that have arrived justify: a count is refused when the
//! bytes left cannot hold so many of its smallest element, and memory for elements follows their arrival.

mod error;
mod gap;
mod parse;
mod reader;
mod wire;
mod writer;

pub use error::{DecodeError, DecodeReason, EncodeError, EncodeReason};
pub use gap::{FetchRecords, Gap};
pub use reader::Reader;
pub use wire::{Records, Wire};
pub use writer::{TagSection, Writer};

/// The most elements that an array may claim.
pub const ARRAY_LEN_MAX: usize = 1_000_000;
/// The most tagged fields that one struct may carry.
pub const TAGS_MAX: u32 = 10_000;
/// The longest string, in bytes of UTF-8: lengths were once 16 bits, and Kafka keeps to that.
pub const STRING_LEN_MAX: usize = i16::MAX as usize;
