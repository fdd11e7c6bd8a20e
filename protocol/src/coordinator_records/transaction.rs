//! Records of `__transaction_state`.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;

/// A transactional id.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct TransactionLogKey {
    /// The transactional id.
    #[field(versions = "0")]
    pub transactional_id: StrBytes,
}

/// A transactional id's producer and its transaction.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "1+")]
pub struct TransactionLogValue {
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The producer id that it had before; −1 if there was none.
    #[field(versions = "1+", default = "-1", tag = 0, tagged_versions = "1+")]
    pub previous_producer_id: i64,
    /// The producer id that it will have once the transaction has ended; −1 if it keeps this one.
    #[field(versions = "1+", default = "-1", tag = 1, tagged_versions = "1+")]
    pub next_producer_id: i64,
    /// The producer's epoch: earlier ones are fenced.
    #[field(versions = "0+")]
    pub producer_epoch: i16,
    /// The epoch that it will have then; −1 if that is not known.
    #[field(versions = "1+", default = "-1", tag = 3, tagged_versions = "1+")]
    pub next_producer_epoch: i16,
    /// How long its transactions may stay open, in milliseconds.
    #[field(versions = "0+")]
    pub transaction_timeout_ms: i32,
    /// The state: 0 empty, 1 ongoing, 2 to be committed, 3 to be aborted, 4 committed, 5 aborted, 6 dead, 7 to be
    /// aborted with the epoch raised.
    #[field(versions = "0+")]
    pub transaction_status: i8,
    /// The partitions that are part of the transaction; null if there is none.
    #[field(versions = "0+", nullable = "0+")]
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    /// When the transaction last changed, in milliseconds since 1970.
    #[field(versions = "0+")]
    pub transaction_last_update_timestamp_ms: i64,
    /// When the transaction began, in milliseconds since 1970; −1 if there is none.
    #[field(versions = "0+")]
    pub transaction_start_timestamp_ms: i64,
    /// The level of `transaction.version` that the client knows.
    #[field(versions = "1+", tag = 2, tagged_versions = "1+")]
    pub client_transaction_version: i16,
}

/// A topic's partitions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct PartitionsSchema {
    /// The topic's name.
    #[field(versions = "0+")]
    pub topic: StrBytes,
    /// The partitions' numbers.
    #[field(versions = "0+")]
    pub partition_ids: Vec<i32>,
}
