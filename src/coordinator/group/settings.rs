//! The settings that group coordinators go by.

use std::time::Duration;

/// What holds for all groups of this broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSettings {
    /// `group.min.session.timeout.ms`
    pub session_timeout_min_ms: i32,
    /// `group.max.session.timeout.ms`
    pub session_timeout_max_ms: i32,
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for more members.
    pub initial_rebalance_delay: Duration,
    /// `group.max.size`
    pub members_max: usize,
    /// `offset.metadata.max.bytes`
    pub offset_metadata_bytes_max: usize,
    /// `offsets.retention.minutes`: how long offsets are kept without a consumer.
    pub offsets_retention_ms: i64,
    /// `offsets.retention.check.interval.ms`
    pub offsets_retention_check_interval: Duration,
}

/// A member that joins for the first time, and does not know its id yet, is forgotten after this time if it does not ask
/// again: its connection may be gone, which nobody notices while the request waits. Kafka's own figure.
pub const NEW_MEMBER_JOIN_TIMEOUT: Duration = Duration::from_secs(300);
