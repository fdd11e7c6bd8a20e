//! A topic's settings as its logs are told them.

use dmq_protocol::compression::Compression;
use dmq_protocol::records::TimestampType;

use crate::config::{BrokerSettings, CompressionType, TimestampType as TimestampSetting, TopicSettings};
use crate::log::{LogConfig, StoredCompression};

/// What the logs of a topic with these settings are to do.
pub fn log_config(broker: &BrokerSettings, topic: &TopicSettings) -> LogConfig {
    LogConfig {
        segment_bytes_max: topic.segment_bytes,
        // Only closed segments are compacted: one must not stay open for longer than records may stay uncompacted.
        segment_ms_max: match topic.cleanup_policy.compact {
            true => topic.segment_ms.min(topic.max_compaction_lag_ms),
            false => topic.segment_ms,
        },
        segment_jitter_ms_max: topic.segment_jitter_ms,
        index_bytes_max: topic.segment_index_bytes as u64,
        index_interval_bytes: topic.index_interval_bytes as u64,
        message_bytes_max: topic.max_message_bytes,
        decompressed_bytes_max: topic.max_decompressed_message_bytes,
        timestamp_type: match topic.message_timestamp_type {
            TimestampSetting::CreateTime => TimestampType::CreateTime,
            TimestampSetting::LogAppendTime => TimestampType::LogAppendTime,
        },
        timestamp_before_ms_max: topic.message_timestamp_before_max_ms,
        timestamp_after_ms_max: topic.message_timestamp_after_max_ms,
        compact: topic.cleanup_policy.compact,
        delete: topic.cleanup_policy.delete,
        delete_retention_ms: topic.delete_retention_ms,
        min_compaction_lag_ms: topic.min_compaction_lag_ms,
        max_compaction_lag_ms: topic.max_compaction_lag_ms,
        min_dirty_ratio: topic.min_cleanable_dirty_ratio,
        compression: stored_compression(topic),
        retention_ms: topic.retention_ms,
        retention_bytes: topic.retention_bytes,
        file_delete_delay_ms: topic.file_delete_delay_ms,
        producer_expiration_ms: broker.producer_id_expiration_ms,
    }
}

fn stored_compression(topic: &TopicSettings) -> StoredCompression {
    let fixed = |codec, level| StoredCompression::Fixed { codec, level };
    match topic.compression_type {
        CompressionType::Producer => StoredCompression::Producer,
        CompressionType::Uncompressed => fixed(Compression::None, None),
        CompressionType::Gzip => fixed(Compression::Gzip, Some(topic.compression_gzip_level)),
        CompressionType::Snappy => fixed(Compression::Snappy, None),
        CompressionType::Lz4 => fixed(Compression::Lz4, Some(topic.compression_lz4_level)),
        CompressionType::Zstd => fixed(Compression::Zstd, Some(topic.compression_zstd_level)),
    }
}
