//! Kafka's wire protocol: framing, primitives, messages, record batches, compression, error table.
//!
//! No runtime, no files, no clock, no state; usable alone. Decoding is total: any bytes give a value or an error, never
//! a panic, an overflow, or an allocation larger than the input justifies.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

// What the derive macro writes names this crate from outside; its messages are within.
extern crate self as dmq_protocol;

mod api_key;
pub mod compression;
pub mod control_records;
pub mod coordinator_records;
pub mod embedded;
mod error_code;
pub mod frame;
pub mod header;
mod message;
pub mod messages;
pub mod metadata_records;
pub mod primitive;
pub mod records;
pub mod schema;
pub mod storage_records;
mod str_bytes;
mod uuid;
mod version;

pub use api_key::ApiKey;
pub use dmq_protocol_derive::Message;
pub use error_code::ErrorCode;
pub use message::{Message, Request};
pub use primitive::{
    DecodeError, DecodeReason, EncodeError, EncodeReason, FetchRecords, Gap, Reader, Records, Wire, Writer,
};
pub use str_bytes::{NotUtf8, StrBytes};
pub use uuid::{Uuid, UuidParseError};
pub use version::{Format, VersionRange};
