//! Which partition of an internal topic a key belongs to. Kafka's choice, since clients' groups outlive brokers: Java's hash
//! of the text, made positive, modulo the number of partitions.

use crate::ids::PartitionId;

/// The partition of `key` in a topic of `partitions` partitions, at least one.
pub fn partition_of(key: &str, partitions: i32) -> PartitionId {
    let hash = key
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    let positive = hash.checked_abs().unwrap_or(0);
    PartitionId(positive.checked_rem(partitions).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Java's `Utils.abs("…".hashCode()) % 50`; the third hashes to the lowest number, whose absolute value does not exist.
    #[test]
    fn the_partition_is_the_one_that_kafka_chooses() {
        assert_eq!(partition_of("", 50), PartitionId(0));
        assert_eq!(partition_of("a", 50), PartitionId(97 % 50));
        assert_eq!(partition_of("polygenelubricants", 50), PartitionId(0));
        assert_eq!(partition_of("ab", 50), PartitionId((97 * 31 + 98) % 50));
        assert_eq!(partition_of("\u{1F600}", 50), PartitionId((0xD83D * 31 + 0xDE00) % 50));
    }
}
