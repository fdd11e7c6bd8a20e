//! What a group can have of its own, whatever its kind.
//!
//! `synonyms` names the broker setting that gives the default. The broker's minimum and maximum are held in
//! [`group`](super::super::group), where values become a group's.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::{GROUPS, SHARE_GROUPS, STREAMS_GROUPS};

settings! {
    /// The least time between two assignments of a consumer group.
    Int "consumer.assignment.interval.ms" = "1000", Medium.at_least(0)
        .synonyms(&["group.consumer.assignment.interval.ms"]).accepted(GROUPS);

    /// Whether a consumer group's assignments are computed outside the coordinator's own thread.
    Boolean "consumer.assignor.offload.enable" = "true", Medium.internal()
        .synonyms(&["group.consumer.assignor.offload.enable"]).accepted(GROUPS);

    /// How often a consumer group's member sends its heartbeat.
    Int "consumer.heartbeat.interval.ms" = "5000", Medium.at_least(1)
        .synonyms(&["group.consumer.heartbeat.interval.ms"]).accepted(GROUPS);

    /// How long a consumer group's member may be silent before it is removed.
    Int "consumer.session.timeout.ms" = "45000", Medium.at_least(1)
        .synonyms(&["group.consumer.session.timeout.ms"]).accepted(GROUPS);

    /// Whether undeliverable records are copied whole to the dead-letter topic, not only referred to.
    Boolean "errors.deadletterqueue.copy.record.enable" = "false", Medium.accepted(SHARE_GROUPS);

    /// The topic that takes a share group's undeliverable records; empty for none.
    String "errors.deadletterqueue.topic.name" = "", Medium.accepted(SHARE_GROUPS);

    /// The least time between two assignments of a share group.
    Int "share.assignment.interval.ms" = "1000", Medium.at_least(0)
        .synonyms(&["group.share.assignment.interval.ms"]).accepted(SHARE_GROUPS);

    /// Whether a share group's assignments are computed outside the coordinator's own thread.
    Boolean "share.assignor.offload.enable" = "true", Medium.internal()
        .synonyms(&["group.share.assignor.offload.enable"]).accepted(SHARE_GROUPS);

    /// Where a share group begins in a partition that it has not read: `latest`, `earliest`, or `by_duration:` and how
    /// far back, as in `by_duration:PT1H`.
    String "share.auto.offset.reset" = "latest", Medium.rule(Rule::OffsetReset).accepted(SHARE_GROUPS);

    /// How often a record is delivered before it counts as undeliverable.
    Int "share.delivery.count.limit" = "5", Medium.at_least(2)
        .synonyms(&["group.share.delivery.count.limit"]).accepted(SHARE_GROUPS);

    /// How often a share group's member sends its heartbeat.
    Int "share.heartbeat.interval.ms" = "5000", Medium.at_least(1)
        .synonyms(&["group.share.heartbeat.interval.ms"]).accepted(SHARE_GROUPS);

    /// Whether a share group reads records of transactions that are not committed.
    String "share.isolation.level" = "read_uncommitted", Medium.one_of(&["read_committed", "read_uncommitted"])
        .accepted(SHARE_GROUPS);

    /// How many records of a partition may be with a share group's consumers at once.
    Int "share.partition.max.record.locks" = "2000", Medium.at_least(100)
        .synonyms(&["group.share.partition.max.record.locks"]).accepted(SHARE_GROUPS);

    /// How long a delivered record is kept from a share group's other consumers.
    Int "share.record.lock.duration.ms" = "30000", Medium.at_least(1000)
        .synonyms(&["group.share.record.lock.duration.ms"]).accepted(SHARE_GROUPS);

    /// Whether a consumer may ask for more time with a record.
    Boolean "share.renew.acknowledge.enable" = "true", Medium.accepted(SHARE_GROUPS);

    /// How long a share group's member may be silent before it is removed.
    Int "share.session.timeout.ms" = "45000", Medium.at_least(1)
        .synonyms(&["group.share.session.timeout.ms"]).accepted(SHARE_GROUPS);

    /// How far behind a task's copy may be to count as caught up.
    Long "streams.acceptable.recovery.lag" = "10000", Medium.at_least(0).internal()
        .synonyms(&["group.streams.acceptable.recovery.lag"]).accepted(STREAMS_GROUPS);

    /// The least time between two assignments of a streams group.
    Int "streams.assignment.interval.ms" = "1000", Medium.at_least(0)
        .synonyms(&["group.streams.assignment.interval.ms"]).accepted(STREAMS_GROUPS);

    /// The strategy by which a streams group's tasks are assigned.
    String "streams.assignor.name" = null, Medium.synonyms(&["group.streams.assignors"]).accepted(STREAMS_GROUPS);

    /// Whether a streams group's assignments are computed outside the coordinator's own thread.
    Boolean "streams.assignor.offload.enable" = "true", Medium.internal()
        .synonyms(&["group.streams.assignor.offload.enable"]).accepted(STREAMS_GROUPS);

    /// How often a streams group's member sends its heartbeat.
    Int "streams.heartbeat.interval.ms" = "5000", Medium.at_least(1)
        .synonyms(&["group.streams.heartbeat.interval.ms"]).accepted(STREAMS_GROUPS);

    /// How long a new streams group waits for further members before the first assignment.
    Int "streams.initial.rebalance.delay.ms" = "3000", Medium.at_least(0)
        .synonyms(&["group.streams.initial.rebalance.delay.ms"]).accepted(STREAMS_GROUPS);

    /// How many copies of each task's state are kept ready.
    Int "streams.num.standby.replicas" = "0", Medium.at_least(0)
        .synonyms(&["group.streams.num.standby.replicas"]).accepted(STREAMS_GROUPS);

    /// How many more copies are made at a time to move tasks.
    Int "streams.num.warmup.replicas" = "2", Medium.at_least(0).internal()
        .synonyms(&["group.streams.num.warmup.replicas"]).accepted(STREAMS_GROUPS);

    /// The client tags that copies of a task should differ in.
    List "streams.rack.aware.assignment.tags" = "", Low
        .synonyms(&["group.streams.rack.aware.assignment.tags"]).accepted(STREAMS_GROUPS);

    /// How long a streams group's member may be silent before it is removed.
    Int "streams.session.timeout.ms" = "45000", Medium.at_least(1)
        .synonyms(&["group.streams.session.timeout.ms"]).accepted(STREAMS_GROUPS);

    /// How often members tell how far their tasks' copies are.
    Int "streams.task.offset.interval.ms" = "60000", Medium.at_least(1).internal()
        .synonyms(&["group.streams.task.offset.interval.ms"]).accepted(STREAMS_GROUPS);
}
