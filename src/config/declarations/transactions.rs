//! transactions

use super::super::setting::settings;
use super::reasons::{PURGATORY, TRANSACTIONS};

settings! {
    /// ?
    Int "add.partitions.to.txn.retry.backoff.max.ms" = "100", High.at_least(0).accepted(TRANSACTIONS);

    /// ?
    Int "add.partitions.to.txn.retry.backoff.ms" = "20", High.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Int "producer.id.expiration.check.interval.ms" = "600000", Low.at_least(1).internal();

    /// ?
    Int "producer.id.expiration.ms" = "86400000", Low.at_least(1).cluster_wide();

    /// ?
    Int "producer.purgatory.purge.interval.requests" = "1000", Medium.accepted(PURGATORY);

    /// ?
    Int "transaction.abort.timed.out.transaction.cleanup.interval.ms" = "10000", Low.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Int "transaction.max.timeout.ms" = "900000", High.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Boolean "transaction.partition.verification.enable" = "true", Low.cluster_wide().accepted(TRANSACTIONS);

    /// ?
    Int "transaction.remove.expired.transaction.cleanup.interval.ms" = "3600000", Low.at_least(1)
        .accepted(TRANSACTIONS);

    /// ?
    Int "transaction.state.log.load.buffer.size" = "5242880", High.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Int "transaction.state.log.min.isr" = "2", High.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Int "transaction.state.log.num.partitions" = "50", High.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Short "transaction.state.log.replication.factor" = "3", High.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Int "transaction.state.log.segment.bytes" = "104857600", High.at_least(1).accepted(TRANSACTIONS);

    /// ?
    Boolean "transaction.two.phase.commit.enable" = "false", Low.accepted(TRANSACTIONS);

    /// ?
    Int "transactional.id.expiration.ms" = "604800000", High.at_least(1).accepted(TRANSACTIONS);
}
