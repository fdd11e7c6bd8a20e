//! What a broker can be told at run time only: limits of replication, which no file has.

use super::super::setting::settings;
use super::reasons::REPLICATION;

settings! {
    /// How many bytes a second the replicas named by `follower.replication.throttled.replicas` may copy together.
    Long "follower.replication.throttled.rate" = "9223372036854775807", Medium.at_least(0).cluster_wide()
        .accepted(REPLICATION);

    /// How many bytes a second the replicas named by `leader.replication.throttled.replicas` may send together.
    Long "leader.replication.throttled.rate" = "9223372036854775807", Medium.at_least(0).cluster_wide()
        .accepted(REPLICATION);

    /// How many bytes a second moving replicas between log directories may copy.
    Long "replica.alter.log.dirs.io.max.bytes.per.second" = "9223372036854775807", Medium.at_least(0).cluster_wide()
        .accepted(REPLICATION);
}
