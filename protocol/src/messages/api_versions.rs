//! ApiVersions: what a broker speaks, asked first on each connection.
//!
//! A broker that does not know the request's version answers in version 0, which every client can read, so that a newer
//! client learns what it may use.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// Asks for the requests and versions that the broker answers.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct ApiVersionsRequest {
    /// The client library's name.
    #[field(versions = "3+", ignorable)]
    pub client_software_name: StrBytes,
    /// The client library's version.
    #[field(versions = "3+", ignorable)]
    pub client_software_version: StrBytes,
    /// The cluster that the client means to reach; null if it does not know.
    #[field(versions = "5+", nullable = "5+", default = "null", ignorable)]
    pub cluster_id: Option<StrBytes>,
    /// The node that the client means to reach; −1 if it does not know.
    #[field(versions = "5+", default = "-1", ignorable)]
    pub node_id: i32,
}

/// The requests and versions that the broker answers.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-5", flexible = "3+")]
pub struct ApiVersionsResponse {
    /// UNSUPPORTED_VERSION, in a body of version 0, if the request's own version is unknown.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// The requests that the broker answers.
    #[field(versions = "0+")]
    pub api_keys: Vec<ApiVersion>,
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "1+", ignorable)]
    pub throttle_time_ms: i32,
    /// The features that the broker could work with.
    #[field(versions = "3+", tag = 0, tagged_versions = "3+", ignorable)]
    pub supported_features: Vec<SupportedFeatureKey>,
    /// Counts the changes of the cluster's features; −1 if that is not known.
    #[field(versions = "3+", default = "-1", tag = 1, tagged_versions = "3+", ignorable)]
    pub finalized_features_epoch: i64,
    /// The features that the cluster works with.
    #[field(versions = "3+", tag = 2, tagged_versions = "3+", ignorable)]
    pub finalized_features: Vec<FinalizedFeatureKey>,
    /// Whether the broker could take part in a migration from ZooKeeper.
    #[field(versions = "3+", tag = 3, tagged_versions = "3+", ignorable)]
    pub zk_migration_ready: bool,
}

/// One request and its versions.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct ApiVersion {
    /// The request's number.
    #[field(versions = "0+")]
    pub api_key: i16,
    /// The oldest version answered.
    #[field(versions = "0+")]
    pub min_version: i16,
    /// The newest version answered.
    #[field(versions = "0+")]
    pub max_version: i16,
}

/// A feature that the broker could work with.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct SupportedFeatureKey {
    /// The feature's name, such as `metadata.version`.
    #[field(versions = "3+")]
    pub name: StrBytes,
    /// The lowest level supported.
    #[field(versions = "3+")]
    pub min_version: i16,
    /// The highest level supported.
    #[field(versions = "3+")]
    pub max_version: i16,
}

/// A feature that the cluster works with.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct FinalizedFeatureKey {
    /// The feature's name, such as `metadata.version`.
    #[field(versions = "3+")]
    pub name: StrBytes,
    /// The highest level that may be used: the one in force.
    #[field(versions = "3+")]
    pub max_version_level: i16,
    /// The lowest level that may be used.
    #[field(versions = "3+")]
    pub min_version_level: i16,
}
