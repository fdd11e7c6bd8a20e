//! The node, its roles and the controller quorum.
//!
//! The controller lives in the broker's process, so that what tunes elections and fetches between controllers is known
//! and has no effect.

use super::super::rule::Rule;
use super::super::setting::settings;
use super::reasons::QUORUM;

settings! {
    /// How often a broker tells the controller that it is alive.
    Int "broker.heartbeat.interval.ms" = "2000", Medium.accepted(QUORUM);

    /// How long the controller waits for a broker's heartbeat before it counts the broker as gone.
    Int "broker.session.timeout.ms" = "9000", Medium.accepted(QUORUM);

    /// Names of the listeners that only the controller uses; this broker leaves them closed, because its controller is
    /// in the same process.
    List "controller.listener.names" = "", High;

    /// Controller events that take longer than this are always logged.
    Long "controller.performance.always.log.threshold.ms" = "2000", Medium.at_least(0).internal().accepted(QUORUM);

    /// How often the controller logs how long its events took.
    Long "controller.performance.sample.period.ms" = "60000", Medium.at_least(100).internal().accepted(QUORUM);

    /// How long the controller gathers records before it writes them to disk.
    Int "controller.quorum.append.linger.ms" = "25", Medium.at_least(0).accepted(QUORUM);

    /// Whether a controller adds itself to the set of voters when it starts.
    Boolean "controller.quorum.auto.join.enable" = "false", Low.accepted(QUORUM);

    /// Controllers to ask for the quorum's members first, as `host:port`.
    List "controller.quorum.bootstrap.servers" = "", High.rule(Rule::HostPorts).accepted(QUORUM);

    /// The longest pause between two elections, so that candidates do not block one another.
    Int "controller.quorum.election.backoff.max.ms" = "1000", High.at_least(0).accepted(QUORUM);

    /// How long a candidate waits for votes before it starts another election.
    Int "controller.quorum.election.timeout.ms" = "1000", High.at_least(0).accepted(QUORUM);

    /// The most metadata records that one fetch from the leading controller brings, in bytes.
    Int "controller.quorum.fetch.max.bytes" = "1048576", Low.at_least(1).accepted(QUORUM);

    /// The largest piece of a metadata snapshot that one request brings, in bytes.
    Int "controller.quorum.fetch.snapshot.max.bytes" = "1048576", Low.at_least(1).accepted(QUORUM);

    /// How long a follower goes without an answer from the leading controller before it seeks another.
    Int "controller.quorum.fetch.timeout.ms" = "2000", High.at_least(0).accepted(QUORUM);

    /// How long a request between controllers may take.
    Int "controller.quorum.request.timeout.ms" = "2000", Medium.at_least(0).accepted(QUORUM);

    /// The pause before a failed request between controllers is sent again.
    Int "controller.quorum.retry.backoff.ms" = "20", Low.at_least(0).accepted(QUORUM);

    /// The controllers that vote, as `id@host:port`. Here it may name this node only.
    List "controller.quorum.voters" = "", High.rule(Rule::QuorumVoters);

    /// How long a request from controller to broker may take.
    Int "controller.socket.timeout.ms" = "30000", Medium.accepted(QUORUM);

    /// How long a broker tries to register with the controller before it gives up and stops.
    Int "initial.broker.registration.timeout.ms" = "60000", Medium.accepted(QUORUM);

    /// How long a removed file of the metadata log stays on disk.
    Long "internal.metadata.delete.delay.millis" = "60000", Low.internal().accepted(QUORUM);

    /// Segment size of the metadata log for tests, without the usual lower bound.
    Int "internal.metadata.log.segment.bytes" = null, Low.internal().accepted(QUORUM);

    /// The largest batch of metadata records.
    Int "internal.metadata.max.batch.size.in.bytes" = "8388608", Low.internal().accepted(QUORUM);

    /// The directory of the metadata log. Unset: the first of `log.dirs`.
    String "metadata.log.dir" = null, High;

    /// After how many bytes of new metadata records a snapshot is written.
    Long "metadata.log.max.record.bytes.between.snapshots" = "20971520", High.at_least(1);

    /// The longest time between two metadata snapshots while records arrive; 0 means that time does not count.
    Long "metadata.log.max.snapshot.interval.ms" = "3600000", High.at_least(0).accepted(QUORUM);

    /// How large a segment of the metadata log grows before the next one begins.
    Int "metadata.log.segment.bytes" = "1073741824", High.at_least(8_388_608);

    /// How old a segment of the metadata log grows before the next one begins.
    Long "metadata.log.segment.ms" = "604800000", High;

    /// How often the leading controller writes a no-op record when nothing happens; 0 never.
    Int "metadata.max.idle.interval.ms" = "500", Low.at_least(0).accepted(QUORUM);

    /// How large the metadata log and its snapshots may grow before old ones are removed.
    Long "metadata.max.retention.bytes" = "104857600", High.accepted(QUORUM);

    /// How old a metadata snapshot and the records before it may grow before they are removed.
    Long "metadata.max.retention.ms" = "604800000", High.accepted(QUORUM);

    /// This node's number in the cluster. Kept in the data directory, and checked against it at every start.
    Int "node.id" = "1", High.at_least(0);

    /// What this process does. This version is always both broker and controller.
    List "process.roles" = "broker,controller", High.one_of(&["broker", "controller"]);

    /// How long starting may take before the process gives up.
    Long "server.max.startup.time.ms" = "9223372036854775807", Medium.at_least(0).internal().accepted(QUORUM);
}
