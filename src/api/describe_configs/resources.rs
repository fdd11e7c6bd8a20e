//! What there is to tell of each kind of resource.

use std::collections::{BTreeMap, BTreeSet};

use dmq_protocol::messages::describe_configs::{
    DescribeConfigsResource, DescribeConfigsResourceResult, DescribeConfigsSynonym,
};

use super::entry::{Source, broker_synonyms, entry, synonym};
use crate::api::Handles;
use crate::config::{
    EffectiveSettings, Scope, Setting, broker_setting, canonical, declarations, group_value, is_dynamic,
    listener_setting,
};
use crate::controller::{ConfigError, validate_topic_name};
use crate::metadata::{ConfigResource, ConfigResourceType};
use crate::telemetry::levels::levels;

/// What a resource was found to have.
pub(super) enum Described {
    /// These configs.
    Configs(Vec<DescribeConfigsResourceResult>),
    /// The topic does not exist.
    NoSuchTopic,
}

type Own = BTreeMap<String, String>;

/// All configs of one resource.
pub(super) fn describe(handles: &Handles, wanted: &DescribeConfigsResource) -> Result<Described, ConfigError> {
    let (kind, name) = (ConfigResourceType(wanted.resource_type), &*wanted.resource_name);
    let settings = handles.live.load();
    let configs = match kind {
        ConfigResourceType::TOPIC => {
            validate_topic_name(name).map_err(ConfigError::InvalidTopicName)?;
            if handles.metadata.load().topics.by_name(name).is_none() {
                return Ok(Described::NoSuchTopic);
            }
            topic(&settings, &own(handles, kind, name))
        }
        ConfigResourceType::BROKER if name.is_empty() => all_brokers(&settings),
        ConfigResourceType::BROKER => {
            check_broker(handles, name, " or empty string,")?;
            broker(&settings)
        }
        ConfigResourceType::BROKER_LOGGER => {
            named(name, "Broker id")?;
            check_broker(handles, name, "")?;
            loggers()
        }
        ConfigResourceType::CLIENT_METRICS => {
            named(name, "Client metrics subscription name")?;
            client_metrics(&own(handles, kind, name))
        }
        _ => {
            named(name, "Group name")?;
            group(&settings, &own(handles, kind, name))
        }
    };
    Ok(Described::Configs(configs))
}

fn named(name: &str, what: &str) -> Result<(), ConfigError> {
    match name.is_empty() {
        true => Err(ConfigError::InvalidRequest(format!("{what} must not be empty"))),
        false => Ok(()),
    }
}

fn check_broker(handles: &Handles, name: &str, or_else: &str) -> Result<(), ConfigError> {
    let expected = handles.broker_id;
    let text = match name.parse::<i32>() {
        Ok(id) if id == expected.0 => return Ok(()),
        Ok(_) => format!("Unexpected broker id, expected {expected}{or_else} but received {name}"),
        Err(_) => format!("Broker id must be an integer, but it is: {name}"),
    };
    Err(ConfigError::InvalidRequest(text))
}

/// What is set for the resource itself.
fn own(handles: &Handles, kind: ConfigResourceType, name: &str) -> Own {
    let resource = ConfigResource {
        kind,
        name: name.into(),
    };
    let image = handles.metadata.load();
    let set = image.configs.of(&resource).into_iter().flat_map(|set| set.iter());
    set.map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// Settings that are told: those of Kafka's documentation, others only where they are set.
fn told<'a>(
    all: impl Iterator<Item = &'static Setting> + 'a,
    own: &'a Own,
) -> impl Iterator<Item = &'static Setting> + 'a {
    all.filter(|setting| !setting.internal || own.contains_key(setting.name))
}

/// What the broker says for a setting of a topic or a group; the first of its names there is its own there.
fn of_broker(settings: &EffectiveSettings, setting: &Setting) -> Vec<DescribeConfigsSynonym> {
    let own = setting.synonyms.first().copied().unwrap_or_default();
    broker_synonyms(settings, own, setting.synonyms)
}

fn topic(settings: &EffectiveSettings, own: &Own) -> Vec<DescribeConfigsResourceResult> {
    let one = |setting: &'static Setting| {
        let mut synonyms = of_broker(settings, setting);
        let value = match own.get(setting.name) {
            Some(text) => {
                let value = canonical(setting, text);
                synonyms.insert(0, synonym(setting.name, &value, Source::Topic));
                Some(value)
            }
            None => settings.topic_default(setting),
        };
        entry(setting.name, Some(setting), value, synonyms)
    };
    told(declarations::all_topic(), own).map(one).collect()
}

fn group(settings: &EffectiveSettings, own: &Own) -> Vec<DescribeConfigsResourceResult> {
    let one = |setting: &'static Setting| {
        let value = group_value(settings, own, setting).map(|text| canonical(setting, &text));
        let mut synonyms = match setting.synonyms {
            [] => setting
                .default
                .map(|default| synonym(setting.name, default, Source::Default))
                .into_iter()
                .collect(),
            _ => of_broker(settings, setting),
        };
        if let (true, Some(value)) = (own.contains_key(setting.name), &value) {
            synonyms.insert(0, synonym(setting.name, value, Source::Group));
        }
        entry(setting.name, Some(setting), value, synonyms)
    };
    let all = declarations::GROUP_GROUP.settings.iter();
    told(all, own).map(one).collect()
}

fn client_metrics(own: &Own) -> Vec<DescribeConfigsResourceResult> {
    let one = |setting: &'static Setting| {
        let set = own.get(setting.name).map(|text| canonical(setting, text));
        let synonyms = set
            .iter()
            .map(|value| synonym(setting.name, value, Source::ClientMetrics));
        let synonyms = synonyms.collect();
        let value = set.or_else(|| setting.default.map(str::to_owned));
        entry(setting.name, Some(setting), value, synonyms)
    };
    declarations::CLIENT_METRICS_GROUP.settings.iter().map(one).collect()
}

fn loggers() -> Vec<DescribeConfigsResourceResult> {
    let one = |(name, level): (String, crate::telemetry::levels::LogLevel)| DescribeConfigsResourceResult {
        is_sensitive: false,
        value: Some(level.name().into()),
        config_source: Source::Logger as i8,
        ..entry(&name, None, None, Vec::new())
    };
    levels().all().into_iter().map(one).collect()
}

/// The names whose values could give a broker's config its own.
fn synonym_names(name: &str) -> Vec<&str> {
    match (declarations::broker(name), listener_setting(name)) {
        // What another setting falls back to does not fall back to it.
        (Some(setting), _) if setting.name != "log.flush.scheduler.interval.ms" => {
            declarations::broker_synonyms(setting)
        }
        (None, Some(base)) => vec![name, base.name],
        _ => vec![name],
    }
}

fn broker(settings: &EffectiveSettings) -> Vec<DescribeConfigsResourceResult> {
    let start = settings.start();
    let dynamic = [Scope::ThisBroker, Scope::AllBrokers].map(|scope| settings.layer(scope).keys());
    let set: BTreeSet<&str> = dynamic.into_iter().flatten().map(String::as_str).collect();
    let is_set = |name: &str| set.contains(name) || start.set_text(name).is_some();
    let declared = declarations::all_broker().filter(|setting| !setting.internal || is_set(setting.name));
    let mut names: BTreeSet<&str> = declared.map(|setting| setting.name).collect();
    names.extend(start.prefixed().map(|(name, _)| name));
    names.extend(&set);
    let one = |name: &str| {
        let setting = broker_setting(name);
        let text = settings.text(name);
        let value = text.map(|text| setting.map_or_else(|| text.to_owned(), |setting| canonical(setting, text)));
        DescribeConfigsResourceResult {
            read_only: !is_dynamic(name),
            ..entry(
                name,
                setting,
                value,
                broker_synonyms(settings, name, &synonym_names(name)),
            )
        }
    };
    names.into_iter().map(one).collect()
}

/// What is set for all brokers, and nothing else.
fn all_brokers(settings: &EffectiveSettings) -> Vec<DescribeConfigsResourceResult> {
    let one = |(name, text): (&String, &String)| DescribeConfigsResourceResult {
        read_only: !is_dynamic(name),
        ..entry(
            name,
            broker_setting(name),
            Some(text.clone()),
            vec![synonym(name, text, Source::AllBrokers)],
        )
    };
    settings.layer(Scope::AllBrokers).iter().map(one).collect()
}
