//! The group coordinator as the settings want it.

use std::sync::Arc;
use std::time::Duration;

use dmq_protocol::compression::Compression;

use crate::config::BrokerSettings;
use crate::coordinator::group::{GroupMachine, GroupSettings, OFFSETS_TOPIC};
use crate::coordinator::{CoordinatorHost, OpenHost};
use crate::env::Clock;
use crate::partition::PartitionRegistry;

const MINUTE_MS: i64 = 60_000;

pub(super) fn settings(broker: &BrokerSettings) -> GroupSettings {
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

/// The machines of the offsets topic. Runs within the runtime that is to wake them.
pub(super) fn host(
    broker: &BrokerSettings,
    settings: &Arc<GroupSettings>,
    partitions: &Arc<PartitionRegistry>,
    clock: &Arc<dyn Clock>,
) -> Arc<CoordinatorHost<GroupMachine>> {
    let settings = Arc::clone(settings);
    CoordinatorHost::start(OpenHost {
        topic: OFFSETS_TOPIC,
        broker_id: broker.node_id,
        partitions: Arc::clone(partitions),
        clock: Arc::clone(clock),
        make: Box::new(move || GroupMachine::new(Arc::clone(&settings))),
        loaders: broker.group_coordinator_threads,
        load_bytes: broker.offsets_load_buffer_size,
        compression: codec(broker.offsets_topic_compression_codec),
        runtime: tokio::runtime::Handle::current(),
    })
}

fn codec(number: i32) -> Compression {
    let codecs = [
        Compression::None,
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ];
    let place = usize::try_from(number).ok();
    place
        .and_then(|place| codecs.get(place))
        .copied()
        .unwrap_or(Compression::None)
}
