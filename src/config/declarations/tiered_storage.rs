//! Tiered storage: older segments in a remote store.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::TIERED_STORAGE;

settings! {
    /// How long a fetch may wait for remote storage.
    Int "remote.fetch.max.wait.ms" = "500", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// How long a ListOffsets request may wait for remote storage.
    Long "remote.list.offsets.request.timeout.ms" = "30000", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// How much local disk the cached indexes of remote segments may take.
    Long "remote.log.index.file.cache.total.size.bytes" = "1073741824", Low.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// How long an unused index of a remote segment stays cached.
    Long "remote.log.index.file.cache.ttl.ms" = "900000", Low.at_least(-1).internal().accepted(TIERED_STORAGE);

    /// How many threads copy segments to remote storage.
    Int "remote.log.manager.copier.thread.pool.size" = "10", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// How fast segments are copied to remote storage at most.
    Long "remote.log.manager.copy.max.bytes.per.second" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// How many samples the rate of copying is measured over.
    Int "remote.log.manager.copy.quota.window.num" = "11", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// How long each of those samples is.
    Int "remote.log.manager.copy.quota.window.size.seconds" = "1", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// How many threads remove expired segments from remote storage.
    Int "remote.log.manager.expiration.thread.pool.size" = "10", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// How fast remote segments are read at most.
    Long "remote.log.manager.fetch.max.bytes.per.second" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// How many samples the rate of remote reads is measured over.
    Int "remote.log.manager.fetch.quota.window.num" = "11", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// How long each of those samples is.
    Int "remote.log.manager.fetch.quota.window.size.seconds" = "1", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// How many threads do the work for partitions that this broker follows.
    Int "remote.log.manager.follower.thread.pool.size" = "2", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// How often a partition is looked at for copying and expiry.
    Long "remote.log.manager.task.interval.ms" = "30000", Low.at_least(1).accepted(TIERED_STORAGE);

    /// The longest pause before a failed remote task is tried again.
    Long "remote.log.manager.task.retry.backoff.max.ms" = "30000", Low.at_least(1).internal().accepted(TIERED_STORAGE);

    /// The first pause before a failed remote task is tried again.
    Long "remote.log.manager.task.retry.backoff.ms" = "500", Low.at_least(1).internal().accepted(TIERED_STORAGE);

    /// By which share those pauses are varied at random.
    Double "remote.log.manager.task.retry.jitter" = "0.2", Low.rule(Rule::BetweenFractions(0.0, 0.5)).internal()
        .accepted(TIERED_STORAGE);

    /// How many threads schedule the work of tiered storage.
    Int "remote.log.manager.thread.pool.size" = "2", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// How many bytes a storage plug-in may keep with each remote segment.
    Int "remote.log.metadata.custom.metadata.max.bytes" = "128", Low.at_least(0).accepted(TIERED_STORAGE);

    /// The class that keeps track of remote segments.
    String "remote.log.metadata.manager.class.name"
        = "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager", Medium
        .rule(Rule::NotEmpty).accepted(TIERED_STORAGE);

    /// Where that class is loaded from.
    String "remote.log.metadata.manager.class.path" = null, Medium.accepted(TIERED_STORAGE);

    /// What the names of that class's own settings begin with.
    String "remote.log.metadata.manager.impl.prefix" = "rlmm.config.", Medium.rule(Rule::NotEmpty)
        .accepted(TIERED_STORAGE);

    /// The listener through which that class connects to the brokers.
    String "remote.log.metadata.manager.listener.name" = null, Medium.rule(Rule::NotEmpty).accepted(TIERED_STORAGE);

    /// How many remote reads may wait for a thread.
    Int "remote.log.reader.max.pending.tasks" = "100", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// How many threads read from remote storage.
    Int "remote.log.reader.threads" = "10", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// The class that stores and reads remote segments.
    String "remote.log.storage.manager.class.name" = null, Medium.rule(Rule::NotEmpty).accepted(TIERED_STORAGE);

    /// Where that class is loaded from.
    String "remote.log.storage.manager.class.path" = null, Medium.accepted(TIERED_STORAGE);

    /// What the names of that class's own settings begin with.
    String "remote.log.storage.manager.impl.prefix" = "rsm.config.", Medium.rule(Rule::NotEmpty)
        .accepted(TIERED_STORAGE);

    /// Whether tiered storage is available to topics.
    Boolean "remote.log.storage.system.enable" = "false", Medium.accepted(TIERED_STORAGE);
}
