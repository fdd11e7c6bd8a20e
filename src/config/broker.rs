//! The broker's settings as its code uses them: one typed field per setting that decides something.
//!
//! Field names are Kafka's names with underscores. The defaults of topics are part of it, with Kafka's rules of
//! precedence (milliseconds before minutes before hours) already applied. Knows nothing of where values came from.

use std::path::PathBuf;

use super::choice::Durability;
use super::declarations;
use super::error::{SettingError, SettingsErrors};
use super::listener::{self, AdvertisedListener, Listener, ListenerTexts, RestListener};
use super::listener_limits;
use super::requirements;
use super::setting::Setting;
use super::settings::Settings;
use super::topic::TopicSettings;
use super::typed::{Reader, typed_settings};
use super::value::{self, Value, split_list};
use crate::ids::BrokerId;

typed_settings! {
    /// What holds for this broker. Times are milliseconds, sizes are bytes; `None` is "not set" or "without limit".
    pub struct BrokerSettings {
        /// `listeners`, without those of the controller; at least one.
        listeners: Vec<Listener>,
        /// `advertised.listeners`; `None`: each client is told the address that it connected to.
        advertised_listeners: Option<Vec<AdvertisedListener>>,
        /// `rest.listeners`; none: no REST interface.
        rest_listeners: Vec<RestListener>,
        /// `log.dirs`, else `log.dir`; at least one, none twice.
        log_dirs: Vec<PathBuf>,
        /// `max.connections.per.ip.overrides`: an address and how many connections it may have.
        max_connections_per_ip_overrides: Vec<(String, usize)>,
        /// What holds for a topic without settings of its own.
        topic_defaults: TopicSettings,
        --
        node_id: BrokerId = "node.id",
        /// The cluster id for a data directory that has none yet.
        cluster_id: Option<String> = "cluster.id",
        broker_rack: Option<String> = "broker.rack",
        /// Where the metadata log lies; `None`: in the first of the log directories.
        metadata_log_dir: Option<PathBuf> = "metadata.log.dir",
        metadata_log_segment_bytes: u64 = "metadata.log.segment.bytes",
        metadata_log_segment_ms: i64 = "metadata.log.segment.ms",
        /// How much is written to the metadata log before a snapshot lets the beginning of it go.
        metadata_log_max_record_bytes_between_snapshots: u64 = "metadata.log.max.record.bytes.between.snapshots",

        /// `None`: the system's default.
        socket_send_buffer_bytes: Option<usize> = "socket.send.buffer.bytes",
        /// `None`: the system's default.
        socket_receive_buffer_bytes: Option<usize> = "socket.receive.buffer.bytes",
        socket_listen_backlog_size: i32 = "socket.listen.backlog.size",
        /// The longest request, without its length field.
        socket_request_max_bytes: usize = "socket.request.max.bytes",
        /// What the bodies of all requests under way may take together.
        queued_max_request_bytes: Option<usize> = "queued.max.request.bytes",
        max_connections: usize = "max.connections",
        max_connections_per_ip: usize = "max.connections.per.ip",
        /// How long a connection may be silent.
        connections_max_idle_ms: i64 = "connections.max.idle.ms",
        /// How long after it was opened a connection's first request must have arrived.
        connection_first_request_timeout_ms: u64 = "connection.first.request.timeout.ms",
        /// How long a peer may stop in the middle of a request.
        connection_request_stall_timeout_ms: u64 = "connection.request.stall.timeout.ms",

        max_connection_creation_rate: u32 = "max.connection.creation.rate",
        quota_window_num: usize = "quota.window.num",
        quota_window_size_seconds: u64 = "quota.window.size.seconds",
        controller_quota_window_num: usize = "controller.quota.window.num",
        controller_quota_window_size_seconds: u64 = "controller.quota.window.size.seconds",

        num_partitions: i32 = "num.partitions",
        default_replication_factor: i32 = "default.replication.factor",
        auto_create_topics_enable: bool = "auto.create.topics.enable",
        delete_topic_enable: bool = "delete.topic.enable",
        /// The largest fetch response, whatever the client asks for.
        fetch_max_bytes: usize = "fetch.max.bytes",
        max_incremental_fetch_session_cache_slots: usize = "max.incremental.fetch.session.cache.slots",
        /// The most partitions in one DescribeTopicPartitions response.
        max_request_partition_size_limit: i32 = "max.request.partition.size.limit",

        /// When a record counts as stored.
        log_durability: Durability = "log.durability",
        num_recovery_threads_per_data_dir: usize = "num.recovery.threads.per.data.dir",
        log_flush_scheduler_interval_ms: i64 = "log.flush.scheduler.interval.ms",
        log_flush_offset_checkpoint_interval_ms: i64 = "log.flush.offset.checkpoint.interval.ms",
        log_flush_start_offset_checkpoint_interval_ms: i64 = "log.flush.start.offset.checkpoint.interval.ms",
        /// A data directory with fewer bytes free takes no records.
        log_dir_min_free_bytes: i64 = "log.dir.min.free.bytes",
        log_cleaner_enable: bool = "log.cleaner.enable",
        log_cleaner_threads: usize = "log.cleaner.threads",
        /// How long the cleaner rests when nothing is due.
        log_cleaner_backoff_ms: i64 = "log.cleaner.backoff.ms",
        /// Bytes for the maps of keys of all cleaner threads.
        log_cleaner_dedupe_buffer_size: i64 = "log.cleaner.dedupe.buffer.size",
        /// How full such a map may become, as a fraction.
        log_cleaner_io_buffer_load_factor: f64 = "log.cleaner.io.buffer.load.factor",
        /// Bytes for reading and writing of all cleaner threads.
        log_cleaner_io_buffer_size: usize = "log.cleaner.io.buffer.size",
        log_cleaner_io_max_bytes_per_second: f64 = "log.cleaner.io.max.bytes.per.second",
        log_retention_check_interval_ms: i64 = "log.retention.check.interval.ms",
        replica_high_watermark_checkpoint_interval_ms: i64 = "replica.high.watermark.checkpoint.interval.ms",
        /// How long a producer's state is kept after its last batch.
        producer_id_expiration_ms: i64 = "producer.id.expiration.ms",
        producer_id_expiration_check_interval_ms: i64 = "producer.id.expiration.check.interval.ms",
        transactional_id_expiration_ms: i64 = "transactional.id.expiration.ms",
        transaction_max_timeout_ms: i32 = "transaction.max.timeout.ms",

        /// How many groups' partitions are loaded at a time.
        group_coordinator_threads: usize = "group.coordinator.threads",
        group_initial_rebalance_delay_ms: u64 = "group.initial.rebalance.delay.ms",
        group_min_session_timeout_ms: i32 = "group.min.session.timeout.ms",
        group_max_session_timeout_ms: i32 = "group.max.session.timeout.ms",
        group_max_size: usize = "group.max.size",
        offset_metadata_max_bytes: usize = "offset.metadata.max.bytes",
        offsets_load_buffer_size: u64 = "offsets.load.buffer.size",
        offsets_retention_minutes: i64 = "offsets.retention.minutes",
        offsets_retention_check_interval_ms: u64 = "offsets.retention.check.interval.ms",
        /// By number, as batches name it.
        offsets_topic_compression_codec: i32 = "offsets.topic.compression.codec",
        offsets_topic_num_partitions: i32 = "offsets.topic.num.partitions",
        offsets_topic_replication_factor: i16 = "offsets.topic.replication.factor",
        offsets_topic_segment_bytes: i32 = "offsets.topic.segment.bytes",

        /// Whose requests are traced: addresses, client ids, or `*`.
        request_trace: Vec<String> = "request.trace",
        rest_max_connections: usize = "rest.max.connections",
        rest_max_concurrent_requests: usize = "rest.max.concurrent.requests",
        /// What the bodies of all REST requests under way may take together.
        rest_request_memory_bytes: usize = "rest.request.memory.bytes",
        /// How many topics have samples of their own on the page of metrics.
        metrics_topic_labels_max: usize = "metrics.topic.labels.max",
        /// How many partitions have samples of their own on the page of metrics.
        metrics_partition_labels_max: usize = "metrics.partition.labels.max",

        metadata_service_url: Option<String> = "metadata.service-url",
        /// `None`: the default place, if there is a file.
        metadata_services_file: Option<PathBuf> = "metadata.services-file",
        metadata_heartbeat_interval_ms: i64 = "metadata.heartbeat-interval-ms",
    }
}

impl BrokerSettings {
    /// The largest batch that a topic without a limit of its own takes (`message.max.bytes`).
    pub fn message_max_bytes(&self) -> usize {
        self.topic_defaults.max_message_bytes
    }

    /// What holds when only these settings are set.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, SettingsErrors> {
        Settings::from_pairs(pairs).map(|settings| settings.broker().clone())
    }

    /// What holds when `text_of` gives each setting's value, by name; valid by itself already.
    pub(super) fn from_texts(text_of: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<SettingError>> {
        let lookup = |name: &str| match (declarations::broker(name), text_of(name)) {
            (Some(setting), Some(text)) => value::parse(setting, &text).map(Some),
            _ => Ok(None::<Value>),
        };
        let mut reader = Reader::new(&lookup);
        let text = |name: &str| text_of(name).unwrap_or_default();
        let (listeners, map, controllers) = (
            text("listeners"),
            text("listener.security.protocol.map"),
            text("controller.listener.names"),
        );
        let advertised = text_of("advertised.listeners");
        let texts = ListenerTexts {
            listeners: &listeners,
            advertised: advertised.as_deref(),
            protocol_map: &map,
            controller_names: &controllers,
        };
        let mut listeners = reader.keep(listener::clients(texts));
        // What is wrong is kept, and nothing is made of it.
        let _: Option<()> = reader.keep_all(listener_limits::assign(&mut listeners, text_of));
        let advertised_listeners = reader.keep(listener::advertised(texts));
        let rest_listeners = reader.keep(listener::rest(&text("rest.listeners")));
        let log_dirs = reader.keep(log_dirs(text_of));
        let overrides = reader.keep(listener::connection_overrides(&text(
            "max.connections.per.ip.overrides",
        )));
        reader.keep(controller_in_process(text_of));
        for error in requirements::check(text_of) {
            reader.keep(Err::<(), _>(error));
        }
        let topic_defaults = reader.keep_all(topic_defaults(text_of));
        let Some(topic_defaults) = topic_defaults else {
            return reader.finish_without();
        };
        let settings = BrokerSettings::read_fields(
            &mut reader,
            listeners,
            advertised_listeners,
            rest_listeners,
            log_dirs,
            overrides,
            topic_defaults,
        );
        reader
            .finish(settings)
            .and_then(|settings| settings.with_request_memory().map_err(|error| vec![error]))
    }

    /// The largest request must fit the memory for all of them, or it would wait for ever. Zero is "not set", as −1.
    fn with_request_memory(mut self) -> Result<Self, SettingError> {
        self.queued_max_request_bytes = self.queued_max_request_bytes.filter(|bytes| *bytes > 0);
        match self.queued_max_request_bytes {
            Some(all) if all < self.socket_request_max_bytes => Err(SettingError::Invalid {
                name: "queued.max.request.bytes".to_owned(),
                value: all.to_string(),
                reason: format!(
                    "Value must be at least socket.request.max.bytes, which is {}",
                    self.socket_request_max_bytes
                ),
            }),
            _ => Ok(self),
        }
    }
}

impl Default for BrokerSettings {
    /// What holds when nothing is set.
    fn default() -> Self {
        Settings::default().broker().clone()
    }
}

fn log_dirs(text_of: &dyn Fn(&str) -> Option<String>) -> Result<Vec<PathBuf>, SettingError> {
    let set = |name: &str| text_of(name).filter(|text| !text.trim().is_empty());
    let text = set("log.dirs").or_else(|| set("log.dir")).unwrap_or_default();
    let wrong = |reason: &str| SettingError::Invalid {
        name: "log.dirs".to_owned(),
        value: text.clone(),
        reason: reason.to_owned(),
    };
    let dirs: Vec<PathBuf> = split_list(&text).into_iter().map(PathBuf::from).collect();
    let twice = dirs
        .iter()
        .enumerate()
        .any(|(index, dir)| dirs.iter().take(index).any(|before| before == dir));
    match () {
        () if dirs.is_empty() => Err(wrong("at least one directory is needed")),
        () if dirs.iter().any(|dir| dir.as_os_str().is_empty()) => Err(wrong("an element is empty")),
        () if twice => Err(wrong("a directory occurs twice")),
        () => Ok(dirs),
    }
}

/// The broker is its own controller. A configuration that says otherwise is refused: nodes that were meant to form
/// one cluster would each form their own.
fn controller_in_process(text_of: &dyn Fn(&str) -> Option<String>) -> Result<(), SettingError> {
    let roles = split_list(&text_of("process.roles").unwrap_or_default());
    if !["broker", "controller"]
        .iter()
        .all(|role| roles.iter().any(|r| r == role))
    {
        return Err(SettingError::Invalid {
            name: "process.roles".to_owned(),
            value: roles.join(","),
            reason: "this version is broker and controller in one process; set broker,controller".to_owned(),
        });
    }
    let node_id = text_of("node.id").unwrap_or_default();
    let voters = split_list(&text_of("controller.quorum.voters").unwrap_or_default());
    let others = voters
        .iter()
        .any(|voter| voter.split_once('@').is_none_or(|(id, _)| id != node_id.trim()));
    if others {
        return Err(SettingError::Invalid {
            name: "controller.quorum.voters".to_owned(),
            value: voters.join(","),
            reason: format!("this version cannot join other controllers; only this node ({node_id}) may be named"),
        });
    }
    Ok(())
}

/// Each topic setting takes the first of its broker settings that has a value, else its own default.
fn topic_defaults(text_of: &dyn Fn(&str) -> Option<String>) -> Result<TopicSettings, Vec<SettingError>> {
    TopicSettings::read(&|setting: &Setting| {
        setting
            .synonyms
            .iter()
            .find_map(|synonym| text_of(synonym).map(|text| in_milliseconds(synonym, text)))
            .or_else(|| setting.default.map(str::to_owned))
    })
}

/// A topic's times are milliseconds; its broker settings may be hours or minutes.
pub(super) fn in_milliseconds(name: &str, text: String) -> String {
    let factor: i64 = match name.rsplit('.').next() {
        Some("hours") => 3_600_000,
        Some("minutes") => 60_000,
        // Here every negative number is "for ever".
        _ if name == "log.retention.ms" => 1,
        _ => return text,
    };
    match text.trim().parse::<i64>() {
        Ok(negative) if negative < 0 => "-1".to_owned(),
        Ok(count) => count.saturating_mul(factor).to_string(),
        Err(_) => text,
    }
}
