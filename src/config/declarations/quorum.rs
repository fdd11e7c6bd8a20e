//! quorum

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::QUORUM;

settings! {
    /// ?
    Int "broker.heartbeat.interval.ms" = "2000", Medium.accepted(QUORUM);

    /// ?
    Int "broker.session.timeout.ms" = "9000", Medium.accepted(QUORUM);

    /// ?
    List "controller.listener.names" = "", High;

    /// ?
    Long "controller.performance.always.log.threshold.ms" = "2000", Medium.at_least(0).internal().accepted(QUORUM);

    /// ?
    Long "controller.performance.sample.period.ms" = "60000", Medium.at_least(100).internal().accepted(QUORUM);

    /// ?
    Int "controller.quorum.append.linger.ms" = "25", Medium.at_least(0).accepted(QUORUM);

    /// ?
    Boolean "controller.quorum.auto.join.enable" = "false", Low.accepted(QUORUM);

    /// ?
    List "controller.quorum.bootstrap.servers" = "", High.rule(Rule::HostPorts).accepted(QUORUM);

    /// ?
    Int "controller.quorum.election.backoff.max.ms" = "1000", High.at_least(0).accepted(QUORUM);

    /// ?
    Int "controller.quorum.election.timeout.ms" = "1000", High.at_least(0).accepted(QUORUM);

    /// ?
    Int "controller.quorum.fetch.max.bytes" = "1048576", Low.at_least(1).accepted(QUORUM);

    /// ?
    Int "controller.quorum.fetch.snapshot.max.bytes" = "1048576", Low.at_least(1).accepted(QUORUM);

    /// ?
    Int "controller.quorum.fetch.timeout.ms" = "2000", High.at_least(0).accepted(QUORUM);

    /// ?
    Int "controller.quorum.request.timeout.ms" = "2000", Medium.at_least(0).accepted(QUORUM);

    /// ?
    Int "controller.quorum.retry.backoff.ms" = "20", Low.at_least(0).accepted(QUORUM);

    /// ?
    List "controller.quorum.voters" = "", High.rule(Rule::QuorumVoters);

    /// ?
    Int "controller.socket.timeout.ms" = "30000", Medium.accepted(QUORUM);

    /// ?
    Int "initial.broker.registration.timeout.ms" = "60000", Medium.accepted(QUORUM);

    /// ?
    Long "internal.metadata.delete.delay.millis" = "60000", Low.internal().accepted(QUORUM);

    /// ?
    Int "internal.metadata.log.segment.bytes" = null, Low.internal().accepted(QUORUM);

    /// ?
    Int "internal.metadata.max.batch.size.in.bytes" = "8388608", Low.internal().accepted(QUORUM);

    /// ?
    String "metadata.log.dir" = null, High;

    /// ?
    Long "metadata.log.max.record.bytes.between.snapshots" = "20971520", High.at_least(1);

    /// ?
    Long "metadata.log.max.snapshot.interval.ms" = "3600000", High.at_least(0).accepted(QUORUM);

    /// ?
    Int "metadata.log.segment.bytes" = "1073741824", High.at_least(8_388_608);

    /// ?
    Long "metadata.log.segment.ms" = "604800000", High;

    /// ?
    Int "metadata.max.idle.interval.ms" = "500", Low.at_least(0).accepted(QUORUM);

    /// ?
    Long "metadata.max.retention.bytes" = "104857600", High.accepted(QUORUM);

    /// ?
    Long "metadata.max.retention.ms" = "604800000", High.accepted(QUORUM);

    /// ?
    Int "node.id" = "1", High.at_least(0);

    /// ?
    List "process.roles" = "broker,controller", High.one_of(&["broker", "controller"]);

    /// ?
    Long "server.max.startup.time.ms" = "9223372036854775807", Medium.at_least(0).internal().accepted(QUORUM);
}
