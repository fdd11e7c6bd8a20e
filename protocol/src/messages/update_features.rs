//! UpdateFeatures: sets the levels of the cluster's features, `metadata.version` among them.

use dmq_protocol_derive::Message;

use crate::error_code::ErrorCode;
use crate::str_bytes::StrBytes;

/// The new levels.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct UpdateFeaturesRequest {
    /// How long to wait for the outcome, in milliseconds.
    #[field(versions = "0+", default = "60000")]
    pub timeout_ms: i32,
    /// The features to change.
    #[field(versions = "0+")]
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// Only check whether it could be done.
    #[field(versions = "1+")]
    pub validate_only: bool,
}

/// A feature to change.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct FeatureUpdateKey {
    /// The feature's name.
    #[field(versions = "0+")]
    pub feature: StrBytes,
    /// The new level; below 1 to drop the feature.
    #[field(versions = "0+")]
    pub max_version_level: i16,
    /// Whether the level may sink.
    #[field(versions = "0")]
    pub allow_downgrade: bool,
    /// 1 only upwards, 2 downwards if nothing is lost, 3 downwards even if something is.
    #[field(versions = "1+", default = "1")]
    pub upgrade_type: i8,
}

/// What became of each.
#[derive(Debug, Clone, PartialEq, Message)]
#[message(versions = "0-2", flexible = "0+")]
pub struct UpdateFeaturesResponse {
    /// How long the client was, or should be, held back by a quota, in milliseconds.
    #[field(versions = "0+")]
    pub throttle_time_ms: i32,
    /// Why nothing was changed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
    /// What became of each feature.
    #[field(versions = "0-1", ignorable)]
    pub results: Vec<UpdatableFeatureResult>,
}

/// What became of one feature.
#[derive(Debug, Clone, PartialEq, Message)]
pub struct UpdatableFeatureResult {
    /// The feature's name.
    #[field(versions = "0+")]
    pub feature: StrBytes,
    /// Why the feature was not changed, if so.
    #[field(versions = "0+")]
    pub error_code: ErrorCode,
    /// Why, in words.
    #[field(versions = "0+", nullable = "0+")]
    pub error_message: Option<StrBytes>,
}
