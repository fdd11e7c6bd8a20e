//! The configs that are in effect for a topic, each with its source, as CreateTopics answers them.
//!
//! Precedence is Kafka's: the topic's own, then what is set at run time for this broker, then for all brokers, then the
//! settings the process was started with, then the default.

use std::collections::BTreeMap;

use crate::config::{BrokerSettings, Setting, Settings, Source, TopicSettings, declarations};
use crate::controller::job::Situation;
use crate::controller::topic_request::{EffectiveTopicConfig, TopicConfigSource};
use crate::metadata::{ConfigResource, ConfigsImage};

/// Whether a topic may have these configs, looked at one by one and together; unknown names are told first.
pub fn validate(broker: &BrokerSettings, overrides: &BTreeMap<String, String>) -> Result<(), String> {
    if let Some(name) = overrides.keys().find(|name| declarations::topic(name).is_none()) {
        return Err(format!("Unknown topic config name: {name}"));
    }
    let pairs = overrides.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    match TopicSettings::resolve(broker, pairs) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Every config of a topic that has these of its own, in the order of the names.
pub(super) fn effective(
    settings: &Settings,
    configs: &ConfigsImage,
    overrides: &BTreeMap<String, String>,
) -> Vec<EffectiveTopicConfig> {
    let public = declarations::all_topic().filter(|setting| !setting.internal);
    let mut all: Vec<_> = public
        .map(|setting| one(settings, configs, overrides, setting))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The value that is in effect for one config of a topic that exists.
pub(in crate::controller) fn effective_value(situation: &Situation<'_>, topic: &str, config: &str) -> Option<String> {
    let setting = declarations::topic(config)?;
    let configs = &situation.image.configs;
    let own = configs.of_topic(topic).and_then(|own| own.get(config));
    let own = own.map(|value| (config.to_owned(), value.to_string()));
    one(situation.settings, configs, &own.into_iter().collect(), setting).value
}

fn one(
    settings: &Settings,
    configs: &ConfigsImage,
    overrides: &BTreeMap<String, String>,
    setting: &Setting,
) -> EffectiveTopicConfig {
    let dynamic = |resource: &ConfigResource| {
        let values = configs.of(resource)?;
        setting
            .synonyms
            .iter()
            .find_map(|synonym| values.get(*synonym))
            .map(|value| value.to_string())
    };
    let (value, source) = if let Some(value) = overrides.get(setting.name) {
        (Some(value.clone()), TopicConfigSource::Topic)
    } else if let Some(value) = dynamic(&ConfigResource::broker(settings.broker().node_id)) {
        (Some(value), TopicConfigSource::Broker)
    } else if let Some(value) = dynamic(&ConfigResource::all_brokers()) {
        (Some(value), TopicConfigSource::AllBrokers)
    } else {
        at_start(settings, setting)
    };
    let value = value.filter(|_| !setting.is_secret());
    EffectiveTopicConfig {
        name: setting.name.to_owned(),
        value,
        source,
        is_sensitive: setting.is_secret(),
    }
}

/// What the settings of the process's start say; the first of the setting's synonyms that was set wins.
fn at_start(settings: &Settings, setting: &Setting) -> (Option<String>, TopicConfigSource) {
    let resolved = settings.topic_default(setting);
    match resolved.source {
        Source::Default => (resolved.text, TopicConfigSource::Default),
        _ => (resolved.text, TopicConfigSource::BrokerStart),
    }
}
