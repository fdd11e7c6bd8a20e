//! Every setting, declared once: Kafka 4.4's for brokers and controllers, Kafka's for topics, and ours.
//!
//! The tables are grouped as Kafka's documentation groups them. Whatever speaks of settings — loading, `dmq config`,
//! the reference page, DescribeConfigs, CreateTopics — reads these tables and has no list of its own. A test holds
//! them against the facts of Kafka 4.4 (`tests/data/kafka-settings.tsv`).

mod client_metrics;
mod differences;
mod group_resources;
mod groups;
mod groups_consumer;
mod groups_share;
mod groups_streams;
mod listeners_sockets;
mod log;
mod log_cleaner;
mod metrics;
mod own;
mod quorum;
mod quotas;
mod reasons;
mod replication;
mod runtime_only;
mod sasl;
mod sasl_oauthbearer;
mod security;
mod server;
mod share_coordinator;
mod tiered_storage;
mod tls;
mod topics;
mod transactions;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::setting::Setting;

pub use differences::{DIFFERENCES, Difference};

/// Settings that belong together, under a heading.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// The settings, in the order of their names.
    pub settings: &'static [Setting],
}

const fn group(title: &'static str, settings: &'static [Setting]) -> Group {
    Group { title, settings }
}

/// The broker's settings, group by group.
pub static BROKER_GROUPS: &[Group] = &[
    group("DMQ's own", own::SETTINGS),
    group("Node and controller quorum", quorum::SETTINGS),
    group("Listeners and sockets", listeners_sockets::SETTINGS),
    group("Server", server::SETTINGS),
    group("Log", log::SETTINGS),
    group("Log cleaner", log_cleaner::SETTINGS),
    group("Replication", replication::SETTINGS),
    group("Groups and offsets", groups::SETTINGS),
    group("Consumer groups", groups_consumer::SETTINGS),
    group("Share groups", groups_share::SETTINGS),
    group("Share coordinator", share_coordinator::SETTINGS),
    group("Streams groups", groups_streams::SETTINGS),
    group("Transactions and producer ids", transactions::SETTINGS),
    group("Quotas", quotas::SETTINGS),
    group("Tiered storage", tiered_storage::SETTINGS),
    group("SASL", sasl::SETTINGS),
    group("SASL/OAUTHBEARER", sasl_oauthbearer::SETTINGS),
    group("TLS", tls::SETTINGS),
    group("Security", security::SETTINGS),
    group("Metrics", metrics::SETTINGS),
];

/// The settings a topic can have of its own.
pub static TOPIC_GROUP: Group = group("Topics", topics::SETTINGS);

/// The settings a group can have of its own.
pub static GROUP_GROUP: Group = group("Groups", group_resources::SETTINGS);

/// What a subscription to clients' metrics consists of.
pub static CLIENT_METRICS_GROUP: Group = group("Client metrics", client_metrics::SETTINGS);

/// What a broker can be told at run time only.
pub static RUNTIME_GROUP: Group = group("Brokers at run time only", runtime_only::SETTINGS);

static BROKER: LazyLock<HashMap<&'static str, &'static Setting>> =
    LazyLock::new(|| all_broker().map(|setting| (setting.name, setting)).collect());
static TOPIC: LazyLock<HashMap<&'static str, &'static Setting>> =
    LazyLock::new(|| all_topic().map(|setting| (setting.name, setting)).collect());
static TOPIC_OF: LazyLock<HashMap<&'static str, &'static Setting>> = LazyLock::new(|| {
    all_topic()
        .flat_map(|setting| setting.synonyms.iter().map(move |synonym| (*synonym, setting)))
        .collect()
});

/// Every setting of a broker, group by group.
pub fn all_broker() -> impl Iterator<Item = &'static Setting> {
    BROKER_GROUPS.iter().flat_map(|group| group.settings)
}

/// Every setting of a topic, by name.
pub fn all_topic() -> impl Iterator<Item = &'static Setting> {
    TOPIC_GROUP.settings.iter()
}

/// The broker's setting of this name.
pub fn broker(name: &str) -> Option<&'static Setting> {
    BROKER.get(name).copied()
}

/// The topic's setting of this name.
pub fn topic(name: &str) -> Option<&'static Setting> {
    TOPIC.get(name).copied()
}

/// The broker settings that together give one value, in order of precedence, this one among them: for
/// `log.retention.hours` the milliseconds, the minutes, the hours. A setting that stands alone is its own only synonym.
pub fn broker_synonyms(setting: &'static Setting) -> Vec<&'static str> {
    match topic_of(setting.name) {
        Some(topic) => topic.synonyms.to_vec(),
        None => vec![setting.name],
    }
}

/// The topic's setting whose default this broker setting gives.
pub fn topic_of(broker_setting: &str) -> Option<&'static Setting> {
    TOPIC_OF.get(broker_setting).copied()
}

/// The group's setting of this name.
pub fn group_resource(name: &str) -> Option<&'static Setting> {
    GROUP_GROUP.settings.iter().find(|setting| setting.name == name)
}

/// The setting of this name of a subscription to clients' metrics.
pub fn client_metrics(name: &str) -> Option<&'static Setting> {
    CLIENT_METRICS_GROUP
        .settings
        .iter()
        .find(|setting| setting.name == name)
}

/// The broker's setting of this name that can be set at run time: one of a file's, or one of those that no file has.
pub fn broker_at_run_time(name: &str) -> Option<&'static Setting> {
    broker(name).or_else(|| RUNTIME_GROUP.settings.iter().find(|setting| setting.name == name))
}
