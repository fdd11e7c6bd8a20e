//! A topic's settings as the broker uses them: the broker's defaults with the topic's own on top.
//!
//! Two parts: single values are checked by their declaration, then the whole is checked for values that do not fit
//! together, as Kafka's LogConfig does. Knows nothing of how a topic's settings are kept or changed.

use super::broker::BrokerSettings;
use super::choice::{CleanupPolicy, CompressionType, TimestampType};
use super::declarations;
use super::error::SettingError;
use super::setting::Setting;
use super::typed::{Reader, typed_settings};
use super::unknown;
use super::value::{self, Value};

typed_settings! {
    /// What holds for one topic. Times are milliseconds, sizes are bytes; `None` is "without limit".
    pub struct TopicSettings {
        --
        /// What happens to old records; may be nothing.
        cleanup_policy: CleanupPolicy = "cleanup.policy",
        /// −1: the library's own.
        compression_gzip_level: i32 = "compression.gzip.level",
        compression_lz4_level: i32 = "compression.lz4.level",
        /// Which codec batches are stored with.
        compression_type: CompressionType = "compression.type",
        compression_zstd_level: i32 = "compression.zstd.level",
        /// How long a deletion marker is kept.
        delete_retention_ms: i64 = "delete.retention.ms",
        errors_deadletterqueue_group_enable: bool = "errors.deadletterqueue.group.enable",
        /// How long a removed file stays on disk.
        file_delete_delay_ms: i64 = "file.delete.delay.ms",
        /// After how many records a sync is forced; `i64::MAX`: never.
        flush_messages: i64 = "flush.messages",
        /// After how long a sync is forced; `i64::MAX`: never.
        flush_ms: i64 = "flush.ms",
        follower_replication_throttled_replicas: Vec<String> = "follower.replication.throttled.replicas",
        /// How many bytes lie between two entries of the offset index.
        index_interval_bytes: usize = "index.interval.bytes",
        /// Replaces `segment.bytes` in tests, without its lower bound.
        internal_segment_bytes: Option<u64> = "internal.segment.bytes",
        leader_replication_throttled_replicas: Vec<String> = "leader.replication.throttled.replicas",
        /// −2: as `retention.bytes`.
        local_retention_bytes: i64 = "local.retention.bytes",
        /// −2: as `retention.ms`.
        local_retention_ms: i64 = "local.retention.ms",
        max_compaction_lag_ms: i64 = "max.compaction.lag.ms",
        /// What a batch may inflate to.
        max_decompressed_message_bytes: usize = "max.decompressed.message.bytes",
        /// The largest batch, as it is stored.
        max_message_bytes: usize = "max.message.bytes",
        /// How far a record's time may lie ahead of the broker's.
        message_timestamp_after_max_ms: i64 = "message.timestamp.after.max.ms",
        /// How far a record's time may lie behind the broker's.
        message_timestamp_before_max_ms: i64 = "message.timestamp.before.max.ms",
        message_timestamp_type: TimestampType = "message.timestamp.type",
        min_cleanable_dirty_ratio: f64 = "min.cleanable.dirty.ratio",
        min_compaction_lag_ms: i64 = "min.compaction.lag.ms",
        /// How many in-sync replicas acks=all asks for.
        min_insync_replicas: usize = "min.insync.replicas",
        preallocate: bool = "preallocate",
        remote_copy_lag_bytes: i64 = "remote.copy.lag.bytes",
        remote_copy_lag_ms: i64 = "remote.copy.lag.ms",
        remote_log_copy_disable: bool = "remote.log.copy.disable",
        remote_log_delete_on_disable: bool = "remote.log.delete.on.disable",
        remote_storage_enable: bool = "remote.storage.enable",
        /// How large a partition may grow.
        retention_bytes: Option<u64> = "retention.bytes",
        /// How old a record may grow.
        retention_ms: Option<i64> = "retention.ms",
        /// How large a segment may grow; `internal.segment.bytes` already applied.
        segment_bytes: u64 = "segment.bytes",
        /// The largest offset index of a segment.
        segment_index_bytes: usize = "segment.index.bytes",
        /// By how much rolling by time is spread at most.
        segment_jitter_ms: i64 = "segment.jitter.ms",
        /// After how long a segment is rolled.
        segment_ms: i64 = "segment.ms",
        unclean_leader_election_enable: bool = "unclean.leader.election.enable",
    }
}

impl TopicSettings {
    /// What holds for a topic without settings of its own.
    pub fn defaults(broker: &BrokerSettings) -> TopicSettings {
        broker.topic_defaults.clone()
    }

    /// What holds for a topic with these settings of its own.
    pub fn resolve<'a>(
        broker: &BrokerSettings,
        overrides: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<TopicSettings, SettingError> {
        let mut settings = TopicSettings::defaults(broker);
        for (name, text) in overrides {
            settings.assign(name, Some(value::parse(known(name)?, text)?))?;
        }
        settings.finish()
    }

    /// What holds for a topic that has these settings already, from this version or another: what means nothing here
    /// stays at the broker's default, and is given back as the second part. For settings that were accepted once, so
    /// that a stored value can never keep a partition from opening.
    pub fn adopt<'a>(
        broker: &BrokerSettings,
        overrides: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (TopicSettings, Vec<SettingError>) {
        let mut settings = TopicSettings::defaults(broker);
        let mut left_out = Vec::new();
        for (name, text) in overrides {
            let mut with = settings.clone();
            let assigned = known(name)
                .and_then(|setting| value::parse(setting, text))
                .and_then(|value| with.assign(name, Some(value)));
            match assigned.and_then(|()| with.finish()) {
                Ok(fitting) => settings = fitting,
                Err(error) => left_out.push(error),
            }
        }
        (settings, left_out)
    }

    /// What holds when `text_of` gives each setting's value, by name.
    pub(super) fn read(text_of: &dyn Fn(&Setting) -> Option<String>) -> Result<TopicSettings, Vec<SettingError>> {
        let lookup = |name: &str| {
            let setting = known(name)?;
            text_of(setting).map(|text| value::parse(setting, &text)).transpose()
        };
        let mut reader = Reader::new(&lookup);
        let settings = TopicSettings::read_fields(&mut reader);
        reader.finish(settings)?.finish().map_err(|error| vec![error])
    }

    fn finish(mut self) -> Result<TopicSettings, SettingError> {
        if let Some(bytes) = self.internal_segment_bytes {
            self.segment_bytes = bytes;
        }
        if self.min_compaction_lag_ms > self.max_compaction_lag_ms {
            return Err(SettingError::Conflict(format!(
                "conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms ({})",
                self.min_compaction_lag_ms, self.max_compaction_lag_ms
            )));
        }
        if self.remote_storage_enable {
            return Err(SettingError::Conflict(
                "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage."
                    .to_owned(),
            ));
        }
        Ok(self)
    }
}

impl Default for TopicSettings {
    /// What holds with a broker that nothing is set for.
    fn default() -> Self {
        BrokerSettings::default().topic_defaults
    }
}

/// Whether `value` is valid for the topic's setting `name`, looked at by itself.
pub fn validate_topic_setting(name: &str, value: &str) -> Result<(), SettingError> {
    value::parse(known(name)?, value).map(|_: Value| ())
}

fn known(name: &str) -> Result<&'static Setting, SettingError> {
    declarations::topic(name).ok_or_else(|| unknown::error(name, declarations::all_topic().map(|setting| setting.name)))
}
