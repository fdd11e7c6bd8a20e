//! quotas

use super::super::setting::settings;
use super::reasons::{CLASSES, QUOTAS};

settings! {
    /// ?
    Int "alter.log.dirs.replication.quota.window.num" = "11", Low.at_least(1).accepted(QUOTAS);

    /// ?
    Int "alter.log.dirs.replication.quota.window.size.seconds" = "1", Low.at_least(1).accepted(QUOTAS);

    /// ?
    Class "client.quota.callback.class" = null, Low.accepted(CLASSES);

    /// ?
    Int "controller.quota.window.num" = "11", Low.at_least(1).accepted(QUOTAS);

    /// ?
    Int "controller.quota.window.size.seconds" = "1", Low.at_least(1).accepted(QUOTAS);

    /// ?
    Int "quota.window.num" = "11", Low.at_least(1).accepted(QUOTAS);

    /// ?
    Int "quota.window.size.seconds" = "1", Low.at_least(1).accepted(QUOTAS);

    /// ?
    Int "replication.quota.window.num" = "11", Low.at_least(1).accepted(QUOTAS);

    /// ?
    Int "replication.quota.window.size.seconds" = "1", Low.at_least(1).accepted(QUOTAS);
}
