//! All settings of this process: each with its value and where it came from, and the typed view of them.
//!
//! A `Settings` exists only if everything in it is valid and fits together. It is made from assignments — a name, a
//! text, a place — in any number; of several for one name the one from the strongest source wins.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::aliases;
use super::broker::BrokerSettings;
use super::declarations;
use super::dynamic;
use super::error::{SettingError, SettingsErrors};
use super::prefixed;
use super::setting::{Effect, Setting};
use super::sources::Source;
use super::unknown;
use super::value;

/// What a services file says, if the settings do not.
const SERVICE_URL: &str = "metadata.service-url";
const HEARTBEAT_INTERVAL: &str = "metadata.heartbeat-interval-ms";

/// One `name=value` and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The name as it was written.
    pub name: String,
    /// The text of the value.
    pub value: String,
    /// Where it was written.
    pub source: Source,
}

/// A setting's value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The text of the value; `None` is Kafka's `null`.
    pub text: Option<String>,
    /// Where it came from.
    pub source: Source,
    /// The name it was written under, if that was an alias.
    pub alias: Option<String>,
}

/// Every setting's value, valid and fitting together.
#[derive(Debug, Clone)]
pub struct Settings {
    set: BTreeMap<String, Resolved>,
    broker: BrokerSettings,
}

impl Settings {
    /// The settings that these assignments give, or everything that is wrong with them.
    pub fn resolve(assignments: impl IntoIterator<Item = Assignment>) -> Result<Settings, SettingsErrors> {
        Settings::resolve_after(SettingsErrors::default(), assignments)
    }

    /// As [`resolve`](Settings::resolve), when these errors have been found already.
    pub(super) fn resolve_after(
        mut errors: SettingsErrors,
        assignments: impl IntoIterator<Item = Assignment>,
    ) -> Result<Settings, SettingsErrors> {
        let mut set: BTreeMap<String, Resolved> = BTreeMap::new();
        for assignment in assignments {
            let source = assignment.source.clone();
            match accept(assignment) {
                Ok(Some((name, resolved))) => {
                    if let Err(error) = settle(&mut set, name, resolved) {
                        errors.push(source, error);
                    }
                }
                Ok(None) => {}
                Err(error) => errors.push(source, error),
            }
        }
        if !errors.0.is_empty() {
            return Err(errors);
        }
        let text_of = |name: &str| text_in(&set, name).map(str::to_owned);
        match BrokerSettings::from_texts(&text_of) {
            Ok(broker) => Ok(Settings { set, broker }),
            Err(found) => {
                for error in found {
                    errors.push(source_of(&set, &error), error);
                }
                Err(errors)
            }
        }
    }

    /// The settings when only these are set, as if on the command line.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Settings, SettingsErrors> {
        Settings::resolve(pairs.into_iter().map(|(name, value)| Assignment {
            name: name.to_owned(),
            value: value.to_owned(),
            source: Source::CommandLine,
        }))
    }

    /// The typed view.
    pub fn broker(&self) -> &BrokerSettings {
        &self.broker
    }

    /// The same settings with the metadata service that was found in a services file. An interval that was set stays.
    pub fn with_metadata_service(mut self, file: &str, url: String, heartbeat_interval_ms: Option<i64>) -> Settings {
        let interval = heartbeat_interval_ms.filter(|_| !self.set.contains_key(HEARTBEAT_INTERVAL));
        // As if they stood in a settings file: values made at run time are put on top of what is set here.
        let mut keep = |name: &str, text: String| {
            let source = Source::File {
                path: Arc::from(file),
                line: 0,
            };
            let resolved = Resolved {
                text: Some(text),
                source,
                alias: None,
            };
            self.set.insert(name.to_owned(), resolved);
        };
        keep(SERVICE_URL, url.clone());
        if let Some(interval) = interval {
            keep(HEARTBEAT_INTERVAL, interval.to_string());
            self.broker.metadata_heartbeat_interval_ms = interval;
        }
        self.broker.metadata_service_url = Some(url);
        self
    }

    /// The text of a setting's value, its default included; `None` for null and for unknown names.
    pub fn text(&self, name: &str) -> Option<&str> {
        text_in(&self.set, name)
    }

    /// A setting's value and where it came from.
    pub fn get(&self, setting: &Setting) -> Resolved {
        self.set.get(setting.name).cloned().unwrap_or_else(|| Resolved {
            text: setting.default.map(str::to_owned),
            source: Source::Default,
            alias: None,
        })
    }

    /// The text that was set under exactly this name; `None` where nothing was set.
    pub fn set_text(&self, name: &str) -> Option<&str> {
        self.set.get(name)?.text.as_deref()
    }

    /// What was set and is not one of the declared names: settings under a prefix that Kafka hands on.
    pub fn prefixed(&self) -> impl Iterator<Item = (&str, &Resolved)> {
        self.set
            .iter()
            .filter(|(name, _)| declarations::broker(name).is_none())
            .map(|(name, resolved)| (name.as_str(), resolved))
    }

    /// The settings that were set and have no effect, each with the reason.
    pub fn without_effect(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.set.keys().filter_map(|name| match declarations::broker(name) {
            Some(Setting {
                effect: Effect::Accepted { why },
                ..
            }) => Some((name.as_str(), *why)),
            Some(_) => None,
            None => prefixed::why_without_effect(name).map(|why| (name.as_str(), why)),
        })
    }
}

impl Default for Settings {
    /// The settings when nothing is set.
    fn default() -> Self {
        match Settings::resolve([]) {
            Ok(settings) => settings,
            // The declared defaults are valid by construction, and tests hold them so.
            Err(errors) => unreachable!("the declared defaults are not valid: {errors}"),
        }
    }
}

fn text_in<'a>(set: &'a BTreeMap<String, Resolved>, name: &str) -> Option<&'a str> {
    match set.get(name) {
        Some(resolved) => resolved.text.as_deref(),
        None => declarations::broker(name).and_then(|setting| setting.default),
    }
}

/// The assignment under its setting's own name, its value checked; nothing if it says that nothing is set.
fn accept(assignment: Assignment) -> Result<Option<(String, Resolved)>, SettingError> {
    let Assignment { name, value, source } = assignment;
    let Some(target) = aliases::resolve(&name, &value)? else {
        return Ok(None);
    };
    let alias = (target.name != name).then(|| name.clone());
    if let Some(setting) = declarations::broker(&target.name) {
        value::parse(setting, &target.value).map_err(|error| under_alias(error, alias.as_deref()))?;
    } else if let Some(setting) = dynamic::listener_setting(&target.name) {
        value::parse(setting, &target.value)?;
    } else if !prefixed::is_known(&target.name) {
        let known = declarations::all_broker()
            .map(|setting| setting.name)
            .chain(aliases::names());
        return Err(unknown::error(&name, known));
    }
    let resolved = Resolved {
        text: Some(target.value),
        source,
        alias,
    };
    Ok(Some((target.name, resolved)))
}

/// The error with the name that the value was written under.
fn under_alias(error: SettingError, alias: Option<&str>) -> SettingError {
    match (error, alias) {
        (SettingError::Invalid { name, value, reason }, Some(alias)) => SettingError::Invalid {
            name: format!("{alias} ({name})"),
            value,
            reason,
        },
        (error, _) => error,
    }
}

/// Puts the value in, unless a stronger source has given one. Two names for one setting in the same place must agree:
/// nothing says which of them was meant.
fn settle(set: &mut BTreeMap<String, Resolved>, name: String, new: Resolved) -> Result<(), SettingError> {
    if let Some(old) = set.get(&name) {
        let (old_layer, new_layer) = (old.source.layer(), new.source.layer());
        if old_layer > new_layer {
            return Ok(());
        }
        if old_layer == new_layer && old.alias != new.alias && old.text != new.text {
            let written = |resolved: &Resolved| resolved.alias.clone().unwrap_or_else(|| name.clone());
            return Err(SettingError::Conflict(format!(
                "{} and {} are the same setting and have different values",
                written(old),
                written(&new)
            )));
        }
    }
    set.insert(name, new);
    Ok(())
}

/// The place of the setting that an error is about.
fn source_of(set: &BTreeMap<String, Resolved>, error: &SettingError) -> Source {
    match error {
        SettingError::Invalid { name, .. } => set
            .get(name)
            .map_or(Source::Default, |resolved| resolved.source.clone()),
        _ => Source::Default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_defaults_are_valid_and_fit_together() {
        let settings = Settings::default();
        assert_eq!(settings.broker().num_partitions, 1);
        assert_eq!(settings.broker().topic_defaults.retention_ms, Some(604_800_000));
    }
}
