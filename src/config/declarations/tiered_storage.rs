//! tiered_storage

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::TIERED_STORAGE;

settings! {
    /// ?
    Int "remote.fetch.max.wait.ms" = "500", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "remote.list.offsets.request.timeout.ms" = "30000", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "remote.log.index.file.cache.total.size.bytes" = "1073741824", Low.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// ?
    Long "remote.log.index.file.cache.ttl.ms" = "900000", Low.at_least(-1).internal().accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.copier.thread.pool.size" = "10", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    Long "remote.log.manager.copy.max.bytes.per.second" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.copy.quota.window.num" = "11", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.copy.quota.window.size.seconds" = "1", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.expiration.thread.pool.size" = "10", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// ?
    Long "remote.log.manager.fetch.max.bytes.per.second" = "9223372036854775807", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.fetch.quota.window.num" = "11", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.fetch.quota.window.size.seconds" = "1", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.follower.thread.pool.size" = "2", Medium.at_least(1).cluster_wide()
        .accepted(TIERED_STORAGE);

    /// ?
    Long "remote.log.manager.task.interval.ms" = "30000", Low.at_least(1).accepted(TIERED_STORAGE);

    /// ?
    Long "remote.log.manager.task.retry.backoff.max.ms" = "30000", Low.at_least(1).internal().accepted(TIERED_STORAGE);

    /// ?
    Long "remote.log.manager.task.retry.backoff.ms" = "500", Low.at_least(1).internal().accepted(TIERED_STORAGE);

    /// ?
    Double "remote.log.manager.task.retry.jitter" = "0.2", Low.rule(Rule::BetweenFractions(0.0, 0.5)).internal()
        .accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.manager.thread.pool.size" = "2", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.metadata.custom.metadata.max.bytes" = "128", Low.at_least(0).accepted(TIERED_STORAGE);

    /// ?
    String "remote.log.metadata.manager.class.name" = "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager", Medium
        .rule(Rule::NotEmpty).accepted(TIERED_STORAGE);

    /// ?
    String "remote.log.metadata.manager.class.path" = null, Medium.accepted(TIERED_STORAGE);

    /// ?
    String "remote.log.metadata.manager.impl.prefix" = "rlmm.config.", Medium.rule(Rule::NotEmpty)
        .accepted(TIERED_STORAGE);

    /// ?
    String "remote.log.metadata.manager.listener.name" = null, Medium.rule(Rule::NotEmpty).accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.reader.max.pending.tasks" = "100", Medium.at_least(1).accepted(TIERED_STORAGE);

    /// ?
    Int "remote.log.reader.threads" = "10", Medium.at_least(1).cluster_wide().accepted(TIERED_STORAGE);

    /// ?
    String "remote.log.storage.manager.class.name" = null, Medium.rule(Rule::NotEmpty).accepted(TIERED_STORAGE);

    /// ?
    String "remote.log.storage.manager.class.path" = null, Medium.accepted(TIERED_STORAGE);

    /// ?
    String "remote.log.storage.manager.impl.prefix" = "rsm.config.", Medium.rule(Rule::NotEmpty)
        .accepted(TIERED_STORAGE);

    /// ?
    Boolean "remote.log.storage.system.enable" = "false", Medium.accepted(TIERED_STORAGE);
}
