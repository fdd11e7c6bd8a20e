//! The settings in force: those of the start with what was set at run time on top.
//!
//! Kafka's precedence: what is set for this broker, then for all brokers, then at the start, then the default. Immutable:
//! a change makes another value of this type. What is stored but means nothing here (a value that another version
//! accepted, a name that only a plug-in would know) is kept to be shown and has no effect.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::broker::{BrokerSettings, in_milliseconds};
use super::declarations;
use super::dynamic;
use super::error::SettingError;
use super::setting::Setting;
use super::settings::Settings;
use super::value;

/// Names and texts that were set at run time for one scope.
pub type Layer = BTreeMap<String, String>;

/// For whom something was set at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// For this broker.
    ThisBroker,
    /// For all brokers that have no value of their own.
    AllBrokers,
}

/// Every broker setting's value and where it comes from.
#[derive(Debug, Clone)]
pub struct EffectiveSettings {
    start: Arc<Settings>,
    this_broker: Layer,
    all_brokers: Layer,
    broker: Arc<BrokerSettings>,
}

impl EffectiveSettings {
    /// What is in force when nothing was set at run time.
    pub fn at_start(start: Arc<Settings>) -> EffectiveSettings {
        let broker = Arc::new(start.broker().clone());
        EffectiveSettings {
            start,
            this_broker: Layer::new(),
            all_brokers: Layer::new(),
            broker,
        }
    }

    /// What is in force with these layers, which were accepted once; what means nothing here stays without effect and
    /// is given back, so that a stored value can never keep a broker from starting.
    pub fn adopt(
        start: Arc<Settings>,
        this_broker: Layer,
        all_brokers: Layer,
    ) -> (EffectiveSettings, Vec<SettingError>) {
        let mut left_out = Vec::new();
        let mut sift = |layer: Layer, scope: Scope| -> Layer {
            let kept = layer
                .into_iter()
                .filter(|(name, text)| match dynamic::usable(name, text, scope) {
                    Ok(()) => true,
                    Err(error) => {
                        left_out.push(error);
                        false
                    }
                });
            kept.collect()
        };
        let this_broker = sift(this_broker, Scope::ThisBroker);
        let all_brokers = sift(all_brokers, Scope::AllBrokers);
        if let Ok(whole) = EffectiveSettings::resolve(&start, this_broker.clone(), all_brokers.clone()) {
            return (whole, left_out);
        }
        // Not all of them fit together: one after the other, those that fit what is there already.
        let mut fitting = EffectiveSettings::at_start(Arc::clone(&start));
        let all = all_brokers.into_iter().map(|pair| (Scope::AllBrokers, pair));
        for (scope, (name, text)) in all.chain(this_broker.into_iter().map(|pair| (Scope::ThisBroker, pair))) {
            let mut layer = fitting.layer(scope).clone();
            layer.insert(name, text);
            match fitting.with(scope, layer) {
                Ok(next) => fitting = next,
                Err(errors) => left_out.extend(errors),
            }
        }
        (fitting, left_out)
    }

    /// What would be in force if one scope's layer were this.
    pub fn with(&self, scope: Scope, layer: Layer) -> Result<EffectiveSettings, Vec<SettingError>> {
        match scope {
            Scope::ThisBroker => EffectiveSettings::resolve(&self.start, layer, self.all_brokers.clone()),
            Scope::AllBrokers => EffectiveSettings::resolve(&self.start, self.this_broker.clone(), layer),
        }
    }

    fn resolve(start: &Arc<Settings>, this_broker: Layer, all_brokers: Layer) -> Result<Self, Vec<SettingError>> {
        let text_of = |name: &str| {
            let dynamic = this_broker.get(name).or_else(|| all_brokers.get(name));
            dynamic
                .map(String::as_str)
                .or_else(|| start.text(name))
                .map(str::to_owned)
        };
        let broker = Arc::new(BrokerSettings::from_texts(&text_of)?);
        Ok(EffectiveSettings {
            start: Arc::clone(start),
            this_broker,
            all_brokers,
            broker,
        })
    }

    /// The typed view.
    pub fn broker(&self) -> &Arc<BrokerSettings> {
        &self.broker
    }

    /// The settings of the process's start.
    pub fn start(&self) -> &Arc<Settings> {
        &self.start
    }

    /// What was set at run time for this scope.
    pub fn layer(&self, scope: Scope) -> &Layer {
        match scope {
            Scope::ThisBroker => &self.this_broker,
            Scope::AllBrokers => &self.all_brokers,
        }
    }

    /// The text of a setting's value, its default included; `None` for null and for unknown names.
    pub fn text(&self, name: &str) -> Option<&str> {
        let dynamic = self.this_broker.get(name).or_else(|| self.all_brokers.get(name));
        dynamic.map(String::as_str).or_else(|| self.start.text(name))
    }

    /// What holds for the topic setting `setting` where a topic does not set it, as Kafka shows it.
    pub fn topic_default(&self, setting: &Setting) -> Option<String> {
        let of = |name: &&str| self.text(name).map(|text| in_milliseconds(name, text.to_owned()));
        let text = setting
            .synonyms
            .iter()
            .find_map(of)
            .or(setting.default.map(str::to_owned))?;
        Some(value::canonical(setting, &text))
    }

    /// A setting's value as a number; `None` where it has none.
    pub fn number(&self, name: &str) -> Option<i64> {
        match value::parse(declarations::broker(name)?, self.text(name)?) {
            Ok(value::Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// `listener.name.<listener>.max.connections`: how many connections one listener may have; `None` without limit.
    pub fn listener_connections_max(&self, listener: &str) -> Option<usize> {
        let name = format!("listener.name.{}.max.connections", listener.to_ascii_lowercase());
        self.text(&name)?.trim().parse().ok()
    }
}
