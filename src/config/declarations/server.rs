//! What does not belong to a part of its own: defaults of new topics, limits of requests, thread pools.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::{
    CLASSES, CLIENT_TELEMETRY, CORDONED, LZ4_LEVEL, PURGATORY, REPLICATION, RUNTIME, SHARE_GROUPS, SHUTDOWN, UNSTABLE,
};

settings! {
    /// A class that may refuse changes of configurations.
    Class "alter.config.policy.class.name" = null, Low.accepted(CLASSES);

    /// Whether asking for a topic that does not exist creates it, where the client allows that.
    Boolean "auto.create.topics.enable" = "true", High;

    /// Whether leadership moves back to preferred replicas by itself.
    Boolean "auto.leader.rebalance.enable" = "true", High.accepted(REPLICATION);

    /// How many threads Kafka gives to background work.
    Int "background.threads" = "10", High.at_least(1).cluster_wide().accepted(RUNTIME);

    /// The gzip level when the broker compresses; −1 is the library's own.
    Int "compression.gzip.level" = "-1", Medium.rule(Rule::GzipLevel).cluster_wide();

    /// The lz4 level when the broker compresses.
    Int "compression.lz4.level" = "9", Medium.between(1, 17).cluster_wide().accepted(LZ4_LEVEL);

    /// Which codec batches are stored with; `producer` keeps the one they came with.
    String "compression.type" = "producer", High.one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])
        .cluster_wide();

    /// The zstd level when the broker compresses.
    Int "compression.zstd.level" = "3", Medium.between(-131_072, 22).cluster_wide();

    /// Sources that values such as `${file:…}` are looked up in.
    List "config.providers" = "", Low.cluster_wide().accepted(CLASSES);

    /// Whether a broker hands over its partitions before it stops.
    Boolean "controlled.shutdown.enable" = "true", Medium.accepted(SHUTDOWN);

    /// Log directories that get no new partitions.
    List "cordoned.log.dirs" = "", Medium.per_broker().accepted(CORDONED);

    /// A class that may refuse the creation of topics.
    Class "create.topic.policy.class.name" = null, Low.accepted(CLASSES);

    /// How many replicas a topic gets when its creation does not say.
    Int "default.replication.factor" = "1", Medium;

    /// After how many requests Kafka looks through its waiting DeleteRecords requests.
    Int "delete.records.purgatory.purge.interval.requests" = "1", Medium.accepted(PURGATORY);

    /// Whether topics can be deleted.
    Boolean "delete.topic.enable" = "true", High;

    /// Whether a share group's dead-letter topic is created when it is first needed.
    Boolean "errors.deadletterqueue.auto.create.topics.enable" = "false", Medium.cluster_wide().accepted(SHARE_GROUPS);

    /// What the name of a dead-letter topic must begin with.
    String "errors.deadletterqueue.topic.name.prefix" = "dlq.", Medium.cluster_wide().accepted(SHARE_GROUPS);

    /// The largest answer to a fetch, whatever the client asks for; the first batch is returned even if it is larger.
    Int "fetch.max.bytes" = "57671680", Medium.at_least(1024);

    /// After how many requests Kafka looks through its waiting fetches.
    Int "fetch.purgatory.purge.interval.requests" = "1000", Medium.accepted(PURGATORY);

    /// How often Kafka looks for leaders that are not the preferred replica.
    Long "leader.imbalance.check.interval.seconds" = "300", High.at_least(1).accepted(REPLICATION);

    /// The most that a batch may inflate to; a larger one is refused.
    Int "max.decompressed.message.bytes" = "2147483639", Medium.between(1, 2_147_483_639).cluster_wide();

    /// How many fetch sessions are remembered at once. Clients without one send full fetches.
    Int "max.incremental.fetch.session.cache.slots" = "1000", Medium.at_least(0);

    /// The most partitions in one answer to DescribeTopicPartitions.
    Int "max.request.partition.size.limit" = "2000", Medium.at_least(1);

    /// The largest batch that is accepted, as it is stored; a topic may have its own limit.
    Int "message.max.bytes" = "1048588", High.at_least(0).cluster_wide();

    /// How many in-sync replicas must have a record before acks=all is answered.
    Int "min.insync.replicas" = "1", High.at_least(1).cluster_wide();

    /// How many threads Kafka gives to requests.
    Int "num.io.threads" = "8", High.at_least(1).cluster_wide().accepted(RUNTIME);

    /// How many partitions a topic gets when its creation does not say.
    Int "num.partitions" = "1", Medium.at_least(1);

    /// How many logs of one directory are recovered at the same time after a crash.
    Int "num.recovery.threads.per.data.dir" = "2", High.at_least(1).cluster_wide();

    /// The largest push of metrics that a client may send.
    Int "telemetry.max.bytes" = "1048576", Low.at_least(1).accepted(CLIENT_TELEMETRY);

    /// Whether a replica that may lack records can become leader when no other is left.
    Boolean "unclean.leader.election.enable" = "false", High.cluster_wide().accepted(REPLICATION);

    /// How often the controller looks for partitions that need such an election.
    Long "unclean.leader.election.interval.ms" = "300000", Medium.at_least(1).internal().accepted(REPLICATION);

    /// Whether versions of APIs that are still being made are served.
    Boolean "unstable.api.versions.enable" = "false", High.internal().accepted(UNSTABLE);

    /// Whether features that are still being made can be switched on.
    Boolean "unstable.feature.versions.enable" = "false", High.internal().accepted(UNSTABLE);
}
