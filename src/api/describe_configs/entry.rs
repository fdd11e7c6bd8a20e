//! One config as it is told: its value, its source, its synonyms.

use dmq_protocol::StrBytes;
use dmq_protocol::messages::describe_configs::{DescribeConfigsResourceResult, DescribeConfigsSynonym};

use crate::config::{EffectiveSettings, Scope, Setting, ValueType, declarations};

/// Where a value comes from, by Kafka's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub(super) enum Source {
    Topic = 1,
    ThisBroker = 2,
    AllBrokers = 3,
    Start = 4,
    Default = 5,
    Logger = 6,
    ClientMetrics = 7,
    Group = 8,
}

/// The type of a config's value, by Kafka's number; 0 where it is not known.
fn type_number(setting: Option<&Setting>) -> i8 {
    match setting.map(|setting| setting.value_type) {
        None => 0,
        Some(ValueType::Boolean) => 1,
        Some(ValueType::String) => 2,
        Some(ValueType::Int) => 3,
        Some(ValueType::Short) => 4,
        Some(ValueType::Long) => 5,
        Some(ValueType::Double) => 6,
        Some(ValueType::List) => 7,
        Some(ValueType::Class) => 8,
        Some(ValueType::Password) => 9,
    }
}

/// What is not declared may be a secret of a plug-in.
fn is_secret(setting: Option<&Setting>) -> bool {
    setting.is_none_or(Setting::is_secret)
}

/// A value that might give a config its own.
pub(super) fn synonym(name: &str, value: &str, source: Source) -> DescribeConfigsSynonym {
    DescribeConfigsSynonym {
        name: StrBytes::from(name.to_owned()),
        value: Some(StrBytes::from(value.to_owned())),
        source: source as i8,
    }
}

/// A config with this value; its source is that of the first of its synonyms.
pub(super) fn entry(
    name: &str,
    setting: Option<&'static Setting>,
    value: Option<String>,
    mut synonyms: Vec<DescribeConfigsSynonym>,
) -> DescribeConfigsResourceResult {
    let is_sensitive = is_secret(setting);
    if is_sensitive {
        synonyms.iter_mut().for_each(|synonym| synonym.value = None);
    }
    DescribeConfigsResourceResult {
        name: StrBytes::from(name.to_owned()),
        value: value.filter(|_| !is_sensitive).map(StrBytes::from),
        read_only: false,
        config_source: synonyms.first().map_or(Source::Default as i8, |first| first.source),
        is_sensitive,
        synonyms,
        config_type: type_number(setting),
        documentation: setting.map(|setting| StrBytes::from_static(setting.doc())),
    }
}

/// What the broker's settings of these names say, the strongest first: for this broker, for all, at the start, by
/// default, and in each the names in their order. As in Kafka, what comes before what `own` says is left out.
pub(super) fn broker_synonyms(settings: &EffectiveSettings, own: &str, names: &[&str]) -> Vec<DescribeConfigsSynonym> {
    let dynamic = |scope: Scope, name: &str| settings.layer(scope).get(name).cloned();
    let start = |name: &str| settings.start().set_text(name).map(str::to_owned);
    let default = |name: &str| declarations::broker(name)?.default.map(str::to_owned);
    let mut all = Vec::new();
    for source in [Source::ThisBroker, Source::AllBrokers, Source::Start, Source::Default] {
        for name in names {
            let text = match source {
                Source::ThisBroker => dynamic(Scope::ThisBroker, name),
                Source::AllBrokers => dynamic(Scope::AllBrokers, name),
                Source::Start => start(name),
                _ => default(name),
            };
            all.extend(text.map(|text| synonym(name, &text, source)));
        }
    }
    all.into_iter().skip_while(|synonym| *synonym.name != *own).collect()
}
