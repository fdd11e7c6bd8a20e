//! UpdateRaftVoter: changes what is known of a voter of a KRaft log.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;
use crate::uuid::Uuid;

/// The voter.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct UpdateRaftVoterRequest {
    /// The cluster that the request is meant for; null for any.
    #[field(versions = "0+", nullable = "0+")]
    pub cluster_id: Option<StrBytes>,
    /// The leader epoch that the voter knows.
    #[field(versions = "0+")]
    pub current_leader_epoch: i32,
    /// The voter's node id.
    #[field(versions = "0+")]
    pub voter_id: i32,
    /// The voter's directory.
    #[field(versions = "0+")]
    pub voter_directory_id: Uuid,
    /// Where the voter listens.
    #[field(versions = "0+")]
    pub listeners: Vec<Listener>,
    /// The levels of `kraft.version` that the voter supports.
    #[field(versions = "0+")]
    pub kraft_version_feature: KRaftVersionFeature,
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

/// Levels of `kraft.version`.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct KRaftVersionFeature {
    /// The lowest level supported.
    #[field(versions = "0+")]
    pub min_supported_version: i16,
    /// The highest level supported.
    #[field(versions = "0+")]
    pub max_supported_version: i16,
}

/// Whether the change is known.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0", flexible = "0+")]
pub struct UpdateRaftVoterResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was changed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Who leads the partition, if this node does not.
    #[field(versions = "0+", tag = 0, tagged_versions = "0+")]
    pub current_leader: CurrentLeader,
}

/// Who leads a log, and where.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct CurrentLeader {
    /// The leader's node id; −1 if there is none, or it is not known.
    #[field(versions = "0+", default = "-1")]
    pub leader_id: i32,
    /// The leader's epoch; −1 if it is not known.
    #[field(versions = "0+", default = "-1")]
    pub leader_epoch: i32,
    /// The name or address to reach it by.
    #[field(versions = "0+")]
    pub host: StrBytes,
    /// The port to reach it at.
    #[field(versions = "0+")]
    pub port: i32,
}
