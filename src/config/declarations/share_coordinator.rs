//! The coordinator that keeps the state of share groups.

use super::super::setting::settings;
use super::reasons::{PURGATORY, SHARE_GROUPS};

settings! {
    /// How long the share coordinator gathers records before it writes them; −1 decides by load.
    Int "share.coordinator.append.linger.ms" = "-1", Medium.at_least(-1).accepted(SHARE_GROUPS);

    /// The largest write buffer that the share coordinator keeps for the next batch.
    Int "share.coordinator.cached.buffer.max.bytes" = "1048588", Medium.at_least(524_288).cluster_wide()
        .accepted(SHARE_GROUPS);

    /// How often a snapshot is written for share partitions that saw no change.
    Int "share.coordinator.cold.partition.snapshot.interval.ms" = "300000", Low.at_least(1).internal()
        .accepted(SHARE_GROUPS);

    /// How many bytes of the share state topic are read at a time when it is loaded.
    Int "share.coordinator.load.buffer.size" = "5242880", High.at_least(1).accepted(SHARE_GROUPS);

    /// How many updates of a share partition are written between two snapshots.
    Int "share.coordinator.snapshot.update.records.per.snapshot" = "500", Medium.between(0, 500).accepted(SHARE_GROUPS);

    /// The codec of the share state topic, by number: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    Int "share.coordinator.state.topic.compression.codec" = "0", High.accepted(SHARE_GROUPS);

    /// The `min.insync.replicas` that the share state topic is created with.
    Short "share.coordinator.state.topic.min.isr" = "2", High.at_least(1).accepted(SHARE_GROUPS);

    /// How many partitions the share state topic is created with.
    Int "share.coordinator.state.topic.num.partitions" = "50", High.at_least(1).accepted(SHARE_GROUPS);

    /// How often records of the share state topic that are no longer needed are removed.
    Int "share.coordinator.state.topic.prune.interval.ms" = "300000", Low.at_least(1).internal().accepted(SHARE_GROUPS);

    /// How many replicas the share state topic is created with.
    Short "share.coordinator.state.topic.replication.factor" = "3", High.at_least(1).accepted(SHARE_GROUPS);

    /// The segment size of the share state topic.
    Int "share.coordinator.state.topic.segment.bytes" = "104857600", High.at_least(1).accepted(SHARE_GROUPS);

    /// How many threads the share coordinator has.
    Int "share.coordinator.threads" = "1", Medium.at_least(1).accepted(SHARE_GROUPS);

    /// How long a write of the share coordinator may wait for its replicas.
    Int "share.coordinator.write.timeout.ms" = "5000", High.at_least(1).accepted(SHARE_GROUPS);

    /// After how many requests Kafka looks through its waiting share fetches.
    Int "share.fetch.purgatory.purge.interval.requests" = "1000", Medium.accepted(PURGATORY);
}
