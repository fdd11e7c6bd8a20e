//! The settings that group coordinators go by.

use std::time::Duration;

use crate::config::BrokerSettings;

const MINUTE_MS: i64 = 60_000;

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

impl GroupSettings {
    /// As the broker is set.
    pub fn of(broker: &BrokerSettings) -> GroupSettings {
        GroupSettings {
            session_timeout_min_ms: broker.group_min_session_timeout_ms,
            session_timeout_max_ms: broker.group_max_session_timeout_ms,
            initial_rebalance_delay: Duration::from_millis(broker.group_initial_rebalance_delay_ms),
            members_max: broker.group_max_size,
            offset_metadata_bytes_max: broker.offset_metadata_max_bytes,
            offsets_retention_ms: broker.offsets_retention_minutes.saturating_mul(MINUTE_MS),
            offsets_retention_check_interval: Duration::from_millis(broker.offsets_retention_check_interval_ms),
        }
    }
}
