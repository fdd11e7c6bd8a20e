//! What a log is told about its topic: sizes, times and rules, already resolved from topic and broker settings.
//!
//! Values are Kafka's of the same names; `None` stands for "no limit". Knows nothing of setting names or parsing.

use dmq_protocol::compression::Compression;
use dmq_protocol::records::TimestampType;

/// The settings of one log. Shared by all logs with the same ones.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// A segment file is closed before it would exceed this (`segment.bytes`).
    pub segment_bytes_max: u64,
    /// A segment is closed when its records span more than this (`segment.ms`).
    pub segment_ms_max: i64,
    /// At most this is taken off `segment_ms_max`, at random, lest all partitions roll at once (`segment.jitter.ms`).
    pub segment_jitter_ms_max: i64,
    /// An offset index file is full at this length (`segment.index.bytes`).
    pub index_bytes_max: u64,
    /// One index entry for each so many bytes of records (`index.interval.bytes`).
    pub index_interval_bytes: u64,
    /// A batch is at most so long (`max.message.bytes`).
    pub message_bytes_max: usize,
    /// A batch's records are at most so long when decompressed (`max.decompressed.message.bytes`).
    pub decompressed_bytes_max: usize,
    /// Who sets the timestamps (`message.timestamp.type`).
    pub timestamp_type: TimestampType,
    /// A record's timestamp is at most so much before now (`message.timestamp.before.max.ms`).
    pub timestamp_before_ms_max: i64,
    /// A record's timestamp is at most so much after now (`message.timestamp.after.max.ms`).
    pub timestamp_after_ms_max: i64,
    /// Whether records need keys, and older ones of a key go (`cleanup.policy` holds `compact`).
    pub compact: bool,
    /// Whether old segments go by time and size (`cleanup.policy` holds `delete`).
    pub delete: bool,
    /// A tombstone or idle marker stays at least this long after the cleaning that met it (`delete.retention.ms`).
    pub delete_retention_ms: i64,
    /// Records younger than this are not compacted (`min.compaction.lag.ms`).
    pub min_compaction_lag_ms: i64,
    /// Records older than this are compacted soon; `i64::MAX`: no such limit (`max.compaction.lag.ms`).
    pub max_compaction_lag_ms: i64,
    /// The log is compacted when more than this share of it is dirty (`min.cleanable.dirty.ratio`).
    pub min_dirty_ratio: f64,
    /// How records are stored (`compression.type` and its level).
    pub compression: StoredCompression,
    /// Records older than this go, if `delete` (`retention.ms`).
    pub retention_ms: Option<i64>,
    /// Segments beyond this size go, if `delete` (`retention.bytes`).
    pub retention_bytes: Option<u64>,
    /// A removed file stays so long under its `.deleted` name (`file.delete.delay.ms`).
    pub file_delete_delay_ms: i64,
    /// An idle producer's state is forgotten after this (`producer.id.expiration.ms`).
    pub producer_expiration_ms: i64,
}

/// The codec of stored batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredCompression {
    /// The one that the producer chose.
    Producer,
    /// This one; batches that come otherwise are stored anew.
    Fixed {
        /// The codec.
        codec: Compression,
        /// The codec's own scale; `None` for its default.
        level: Option<i32>,
    },
}

impl Default for LogConfig {
    /// Kafka's defaults.
    fn default() -> LogConfig {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        LogConfig {
            segment_bytes_max: 1 << 30,
            segment_ms_max: 7 * DAY_MS,
            segment_jitter_ms_max: 0,
            index_bytes_max: 10 * 1024 * 1024,
            index_interval_bytes: 4096,
            message_bytes_max: 1_048_588,
            decompressed_bytes_max: 2_147_483_639,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_ms_max: i64::MAX,
            timestamp_after_ms_max: 60 * 60 * 1000,
            compact: false,
            delete: true,
            delete_retention_ms: DAY_MS,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            min_dirty_ratio: 0.5,
            compression: StoredCompression::Producer,
            retention_ms: Some(7 * DAY_MS),
            retention_bytes: None,
            file_delete_delay_ms: 60_000,
            producer_expiration_ms: DAY_MS,
        }
    }
}
