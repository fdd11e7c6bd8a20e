//! The group coordinator, classic groups and committed offsets.

use super::super::setting::settings;
use super::reasons::{COORDINATOR, GROUPS};

settings! {
    /// How long the group coordinator gathers records before it writes them; −1 decides by load.
    Int "group.coordinator.append.linger.ms" = "-1", Medium.at_least(-1).accepted(COORDINATOR);

    /// How many threads do the group coordinator's background work.
    Int "group.coordinator.background.threads" = "2", High.at_least(1).accepted(COORDINATOR);

    /// The largest write buffer that the group coordinator keeps for the next batch.
    Int "group.coordinator.cached.buffer.max.bytes" = "1048588", Medium.at_least(524_288).cluster_wide()
        .accepted(COORDINATOR);

    /// Which kinds of groups the coordinator serves.
    List "group.coordinator.rebalance.protocols" = "classic,consumer,streams", Medium
        .one_of(&["consumer", "classic", "share", "streams"]).accepted(GROUPS);

    /// How many partitions of the offsets topic are loaded at a time.
    Int "group.coordinator.threads" = "4", High.at_least(1);

    /// How long a new classic group waits for more members before its first rebalance.
    Int "group.initial.rebalance.delay.ms" = "3000", Medium;

    /// The longest session timeout that a classic member may ask for.
    Int "group.max.session.timeout.ms" = "1800000", Medium;

    /// How many members a classic group may have.
    Int "group.max.size" = "2147483647", Medium.at_least(1);

    /// The shortest session timeout that a classic member may ask for.
    Int "group.min.session.timeout.ms" = "6000", Medium;

    /// The longest note that a client may store with an offset.
    Int "offset.metadata.max.bytes" = "4096", High;

    /// How long an offset commit may wait for its replicas.
    Int "offsets.commit.timeout.ms" = "5000", High.at_least(1).accepted(COORDINATOR);

    /// How many bytes of the offsets topic are read at a time when groups are loaded.
    Int "offsets.load.buffer.size" = "5242880", High.at_least(1);

    /// How often expired offsets are looked for.
    Long "offsets.retention.check.interval.ms" = "600000", High.at_least(1);

    /// How long offsets are kept after their group has no members left.
    Int "offsets.retention.minutes" = "10080", High.at_least(1);

    /// The codec of the offsets topic, by number: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    Int "offsets.topic.compression.codec" = "0", High;

    /// How many partitions the offsets topic is created with.
    Int "offsets.topic.num.partitions" = "50", High.at_least(1);

    /// How many replicas the offsets topic is created with.
    Short "offsets.topic.replication.factor" = "3", High.at_least(1);

    /// The segment size of the offsets topic.
    Int "offsets.topic.segment.bytes" = "104857600", High.at_least(1);
}
