//! RemoveRaftVoter: takes a voter from a KRaft log.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The voter.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoveRaftVoterRequest {
    /// The cluster that the request is meant for; null for any.
    #[field(versions = "0+", nullable = "0+")]
    pub cluster_id: Option<StrBytes>,
    /// The voter's node id.
    #[field(versions = "0+")]
    pub voter_id: i32,
    /// The voter's directory.
    #[field(versions = "0+")]
    pub voter_directory_id: Uuid,
}

/// Whether it is one no more.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct RemoveRaftVoterResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why it still votes, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+", ignorable)]
    pub error_message: Option<StrBytes>,
}
