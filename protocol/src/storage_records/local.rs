//! What brokers keep in files beside the log: aborted transactions, producers, votes.

use dmq_protocol_derive::Message;

use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// An aborted transaction, an entry of a `.txnindex` file. Its version stands before it.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "none")]
pub struct AbortedTxn {
    /// The producer's id.
    #[field(versions = "0+")]
    pub producer_id: i64,
    /// The first offset of the transaction.
    #[field(versions = "0+")]
    pub first_offset: i64,
    /// The offset of the marker that ended it.
    #[field(versions = "0+")]
    pub last_offset: i64,
    /// The offset below which every transaction was decided when it had ended.
    #[field(versions = "0+")]
    pub last_stable_offset: i64,
}

/// A `.snapshot` file of a log: the producers that have written to it. Its version stands before it.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "1", flexible = "none")]
pub struct ProducerSnapshot {
    /// CRC-32C of what follows.
    #[field(versions = "1")]
    pub crc: u32,
    /// The producers.
    #[field(versions = "1")]
    pub producer_entries: Vec<ProducerEntry>,
}

/// A producer.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ProducerEntry {
    /// The producer's id.
    #[field(versions = "1")]
    pub producer_id: i64,
    /// The producer's epoch.
    #[field(versions = "1")]
    pub epoch: i16,
    /// The sequence number of its last record; −1 if it has none.
    #[field(versions = "1")]
    pub last_sequence: i32,
    /// The offset of its last record; −1 if it has none.
    #[field(versions = "1")]
    pub last_offset: i64,
    /// How many offsets its last batch spans, less one.
    #[field(versions = "1")]
    pub offset_delta: i32,
    /// When it wrote last, in milliseconds since 1970.
    #[field(versions = "1")]
    pub timestamp: i64,
    /// The epoch of the coordinator that ended its last transaction; −1 if none has ended.
    #[field(versions = "1")]
    pub coordinator_epoch: i32,
    /// Where its open transaction begins; −1 if there is none.
    #[field(versions = "1")]
    pub current_txn_first_offset: i64,
}

/// A `quorum-state` file of a KRaft log, kept as JSON: what a voter must not forget.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct QuorumStateData {
    /// The cluster; empty, as Kafka has it.
    #[field(versions = "0")]
    pub cluster_id: StrBytes,
    /// The leader's node id; −1 if there is none.
    #[field(versions = "0+", default = "-1")]
    pub leader_id: i32,
    /// The leader's epoch; −1 if it is not known.
    #[field(versions = "0+", default = "-1")]
    pub leader_epoch: i32,
    /// The candidate that the voter has given its vote to; −1 if it has not.
    #[field(versions = "0+", default = "-1")]
    pub voted_id: i32,
    /// The candidate's directory.
    #[field(versions = "1+")]
    pub voted_directory_id: Uuid,
    /// Of no meaning any more.
    #[field(versions = "0")]
    pub applied_offset: i64,
    /// The voters; null if that is not known.
    #[field(versions = "0", nullable = "0")]
    pub current_voters: Option<Vec<Voter>>,
}

/// A voter.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Voter {
    /// The voter's node id.
    #[field(versions = "0")]
    pub voter_id: i32,
}
