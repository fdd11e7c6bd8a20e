//! How the rates that quotas limit are measured.

use super::super::setting::settings;
use super::reasons::{CLASSES, QUOTAS};

settings! {
    /// How many samples the rate of moves between log directories is measured over.
    Int "alter.log.dirs.replication.quota.window.num" = "11", Low.at_least(1).accepted(QUOTAS);

    /// How long each of those samples is.
    Int "alter.log.dirs.replication.quota.window.size.seconds" = "1", Low.at_least(1).accepted(QUOTAS);

    /// A class that decides clients' quotas.
    Class "client.quota.callback.class" = null, Low.accepted(CLASSES);

    /// How many samples the rate of changes to topics is measured over.
    Int "controller.quota.window.num" = "11", Low.at_least(1);

    /// How long each of those samples is.
    Int "controller.quota.window.size.seconds" = "1", Low.at_least(1);

    /// How many samples a client's rates are measured over.
    Int "quota.window.num" = "11", Low.at_least(1);

    /// How long each of those samples is.
    Int "quota.window.size.seconds" = "1", Low.at_least(1);

    /// How many samples the rate of replication is measured over.
    Int "replication.quota.window.num" = "11", Low.at_least(1).accepted(QUOTAS);

    /// How long each of those samples is.
    Int "replication.quota.window.size.seconds" = "1", Low.at_least(1).accepted(QUOTAS);
}
