//! AddRaftVoter: gives a KRaft log one more voter.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The voter.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct AddRaftVoterRequest {
    /// The cluster that the request is meant for; null for any.
    #[field(versions = "0+", nullable = "0+")]
    pub cluster_id: Option<StrBytes>,
    /// How long to wait for the outcome, in milliseconds.
    #[field(versions = "0+")]
    pub timeout_ms: i32,
    /// The voter's node id.
    #[field(versions = "0+")]
    pub voter_id: i32,
    /// The voter's directory.
    #[field(versions = "0+")]
    pub voter_directory_id: Uuid,
    /// Where the voter listens.
    #[field(versions = "0+")]
    pub listeners: Vec<Listener>,
    /// Whether to answer only once the change is committed.
    #[field(versions = "1+", default = "true")]
    pub ack_when_committed: bool,
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct Listener {
    /// The listener's name.
    #[field(versions = "0+")]
    pub name: StrBytes,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: u16,
}

/// Whether it votes.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-1", flexible = "0+")]
pub struct AddRaftVoterResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why it does not vote, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", ignorable)]
    pub error_message: Option<StrBytes>,
}
