//! Records that bracket others which count only together.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;

/// The records from here on count only if an EndTransactionRecord follows.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct BeginTransactionRecord {
    /// What it is for; null if that is not said.
    #[field(versions = "0+", nullable = "0+", default = "null", tag = 0, tagged_versions = "0+")]
    pub name: Option<StrBytes>,
}

/// The records since the BeginTransactionRecord count.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct EndTransactionRecord {}

/// The records since the BeginTransactionRecord do not count.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct AbortTransactionRecord {
    /// Why; null if that is not said.
    #[field(versions = "0+", nullable = "0+", default = "null", tag = 0, tagged_versions = "0+")]
    pub reason: Option<StrBytes>,
}
