//! Kafka's wire protocol: framing, primitives, messages, record batches, compression, error table.
//!
//! No runtime, no files, no clock, no state; usable alone. Decoding is total: any bytes give a value or an error, never
//! a panic, an overflow, or an allocation larger than the input justifies.
#![forbid(unsafe_code)]

pub mod compression;
pub mod records;
mod uuid;

pub use uuid::{Uuid, UuidParseError};
