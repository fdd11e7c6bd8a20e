//! Transactions, and the memory of idempotent producers.

use super::super::setting::settings;
use super::reasons::{PURGATORY, TRANSACTIONS};

settings! {
    /// The longest time for which a broker itself retries adding a partition to a transaction.
    Int "add.partitions.to.txn.retry.backoff.max.ms" = "100", High.at_least(0).accepted(TRANSACTIONS);

    /// The pause before a broker retries adding a partition to a transaction.
    Int "add.partitions.to.txn.retry.backoff.ms" = "20", High.at_least(1).accepted(TRANSACTIONS);

    /// How often expired producers are looked for.
    Int "producer.id.expiration.check.interval.ms" = "600000", Low.at_least(1).internal();

    /// How long a partition remembers a producer's last batches after it fell silent, so that repeats are recognised.
    Int "producer.id.expiration.ms" = "86400000", Low.at_least(1).cluster_wide();

    /// After how many requests Kafka looks through its waiting produces.
    Int "producer.purgatory.purge.interval.requests" = "1000", Medium.accepted(PURGATORY);

    /// How often transactions that took too long are looked for and aborted.
    Int "transaction.abort.timed.out.transaction.cleanup.interval.ms" = "10000", Low.at_least(1).accepted(TRANSACTIONS);

    /// The longest timeout that a producer may ask for its transactions.
    Int "transaction.max.timeout.ms" = "900000", High.at_least(1).accepted(TRANSACTIONS);

    /// Whether a partition asks the transaction coordinator before it accepts a transaction's first batch.
    Boolean "transaction.partition.verification.enable" = "true", Low.cluster_wide().accepted(TRANSACTIONS);

    /// How often transactional ids that have expired are removed.
    Int "transaction.remove.expired.transaction.cleanup.interval.ms" = "3600000", Low.at_least(1)
        .accepted(TRANSACTIONS);

    /// How many bytes of the transaction topic are read at a time when it is loaded.
    Int "transaction.state.log.load.buffer.size" = "5242880", High.at_least(1).accepted(TRANSACTIONS);

    /// The `min.insync.replicas` that the transaction topic is created with.
    Int "transaction.state.log.min.isr" = "2", High.at_least(1).accepted(TRANSACTIONS);

    /// How many partitions the transaction topic is created with.
    Int "transaction.state.log.num.partitions" = "50", High.at_least(1).accepted(TRANSACTIONS);

    /// How many replicas the transaction topic is created with.
    Short "transaction.state.log.replication.factor" = "3", High.at_least(1).accepted(TRANSACTIONS);

    /// The segment size of the transaction topic.
    Int "transaction.state.log.segment.bytes" = "104857600", High.at_least(1).accepted(TRANSACTIONS);

    /// Whether producers may keep transactions open for an outside two-phase commit.
    Boolean "transaction.two.phase.commit.enable" = "false", Low.accepted(TRANSACTIONS);

    /// How long a transactional id is remembered after its last use.
    Int "transactional.id.expiration.ms" = "604800000", High.at_least(1).accepted(TRANSACTIONS);
}
