//! Newtypes for numbers that must not be swapped.
//!
//! All offsets here are *absolute* record offsets in one partition. Ranges are half-open: a log holds the offsets
//! `log_start_offset .. log_end_offset`, a consumer may read `.. high_watermark`.

use std::fmt;

use dmq_protocol::Uuid;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The position of a record in its partition, counted from 0 over the partition's whole life.
    Offset(i64)
}
number! {
    /// How often the leadership of a partition has changed hands; stamped into each batch by the leader that took it.
    LeaderEpoch(i32)
}
number! {
    /// A producer's identity, given out by InitProducerId. Negative: the batch has no producer.
    ProducerId(i64)
}
number! {
    /// Fences earlier incarnations of the same producer id.
    ProducerEpoch(i16)
}
number! {
    /// A record's place in its producer's sequence for one partition; wraps from `i32::MAX` to 0.
    Sequence(i32)
}
number! {
    /// A node of the cluster (`node.id`).
    BrokerId(i32)
}
number! {
    /// A partition's number within its topic.
    PartitionId(i32)
}

impl Offset {
    /// The first offset of a partition.
    pub const ZERO: Offset = Offset(0);
    /// Stands for "no offset" on the wire.
    pub const UNKNOWN: Offset = Offset(-1);

    /// The offset `count` records further on; saturates, since no log reaches `i64::MAX`.
    pub const fn plus(self, count: i64) -> Offset {
        Offset(self.0.saturating_add(count))
    }
}

impl LeaderEpoch {
    /// Stands for "no epoch" on the wire.
    pub const UNKNOWN: LeaderEpoch = LeaderEpoch(-1);
}

impl ProducerId {
    /// A batch without a producer.
    pub const NONE: ProducerId = ProducerId(-1);
}

/// A topic's identity over its whole life; a topic deleted and created again under the same name gets another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TopicId(pub Uuid);

impl TopicId {
    /// Stands for "no id": older requests name topics instead.
    pub const ZERO: TopicId = TopicId(Uuid::ZERO);
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One partition by its topic's name, as people and checkpoint files name it (`orders-3` on disk).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: String,
    /// The partition's number.
    pub partition: PartitionId,
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}
