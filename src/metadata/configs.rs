//! The dynamic configs of an image: what ConfigRecords set for topics, brokers, groups and client metrics.
//!
//! Holds names and values as the records say them; what they mean and whether they are legal is `config`'s to say.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use imbl::OrdMap;

use crate::config::{EffectiveSettings, Layer, SettingError, Settings};

/// The kind of thing that a config belongs to, by Kafka's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResourceType(pub i8);

impl ConfigResourceType {
    /// A topic; the resource's name is the topic's.
    pub const TOPIC: ConfigResourceType = ConfigResourceType(2);
    /// A broker by its id in decimal, or all of them by the empty name.
    pub const BROKER: ConfigResourceType = ConfigResourceType(4);
    /// A broker's log levels.
    pub const BROKER_LOGGER: ConfigResourceType = ConfigResourceType(8);
    /// A client metrics subscription.
    pub const CLIENT_METRICS: ConfigResourceType = ConfigResourceType(16);
    /// A group.
    pub const GROUP: ConfigResourceType = ConfigResourceType(32);
}

/// What a config belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    /// The kind of resource.
    pub kind: ConfigResourceType,
    /// The resource's name.
    pub name: Arc<str>,
}

impl ConfigResource {
    /// A topic's configs.
    pub fn topic(name: &str) -> ConfigResource {
        ConfigResource {
            kind: ConfigResourceType::TOPIC,
            name: Arc::from(name),
        }
    }

    /// One broker's own configs.
    pub fn broker(id: crate::ids::BrokerId) -> ConfigResource {
        ConfigResource {
            kind: ConfigResourceType::BROKER,
            name: Arc::from(id.to_string()),
        }
    }

    /// The configs that all brokers share.
    pub fn all_brokers() -> ConfigResource {
        ConfigResource {
            kind: ConfigResourceType::BROKER,
            name: Arc::from(""),
        }
    }
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.0, self.name)
    }
}

/// The values set for one resource, by config name.
pub type ConfigMap = BTreeMap<Arc<str>, Arc<str>>;

/// All configs that were set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConfigsImage {
    by_resource: OrdMap<ConfigResource, Arc<ConfigMap>>,
}

impl ConfigsImage {
    /// What is set for `resource`; none when nothing is.
    pub fn of(&self, resource: &ConfigResource) -> Option<&Arc<ConfigMap>> {
        self.by_resource.get(resource)
    }

    /// What is set for the topic of this name; none when nothing is.
    pub fn of_topic(&self, name: &str) -> Option<&Arc<ConfigMap>> {
        self.of(&ConfigResource::topic(name))
    }

    /// The broker settings in force for the process that was started with `start`: its own and everybody's on top.
    /// What is set and means nothing here is left out and given back.
    pub fn effective(&self, start: &Arc<Settings>) -> (EffectiveSettings, Vec<SettingError>) {
        let layer = |resource: ConfigResource| -> Layer {
            let set = self.of(&resource).into_iter().flat_map(|values| values.iter());
            set.map(|(name, value)| (name.to_string(), value.to_string())).collect()
        };
        EffectiveSettings::adopt(
            Arc::clone(start),
            layer(ConfigResource::broker(start.broker().node_id)),
            layer(ConfigResource::all_brokers()),
        )
    }

    /// Everything that is set.
    pub fn iter(&self) -> impl Iterator<Item = (&ConfigResource, &Arc<ConfigMap>)> {
        self.by_resource.iter()
    }

    /// Sets (or with `None` unsets) one value.
    pub(super) fn set(&mut self, resource: &ConfigResource, name: &str, value: Option<&str>) {
        let mut values = self
            .by_resource
            .get(resource)
            .map(|set| ConfigMap::clone(set))
            .unwrap_or_default();
        match value {
            Some(value) => values.insert(Arc::from(name), Arc::from(value)),
            None => values.remove(name),
        };
        if values.is_empty() {
            self.by_resource.remove(resource);
        } else {
            self.by_resource.insert(resource.clone(), Arc::new(values));
        }
    }

    /// Unsets all values of a resource that is gone; whether there were any.
    pub(super) fn remove(&mut self, resource: &ConfigResource) -> bool {
        self.by_resource.remove(resource).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_brokers_values_go_before_everybodys_and_others_do_not_count() {
        let mut configs = ConfigsImage::default();
        let id = crate::ids::BrokerId;
        configs.set(&ConfigResource::all_brokers(), "message.max.bytes", Some("10"));
        configs.set(&ConfigResource::all_brokers(), "log.retention.bytes", Some("20"));
        configs.set(&ConfigResource::broker(id(1)), "message.max.bytes", Some("30"));
        configs.set(&ConfigResource::broker(id(2)), "log.retention.bytes", Some("40"));
        let (effective, left_out) = configs.effective(&Arc::new(Settings::default()));
        assert_eq!(left_out, []);
        assert_eq!(effective.broker().node_id, id(1));
        assert_eq!(effective.broker().message_max_bytes(), 30);
        assert_eq!(effective.broker().topic_defaults.retention_bytes, Some(20));
    }

    #[test]
    fn unsetting_the_last_value_forgets_the_resource() {
        let mut configs = ConfigsImage::default();
        let orders = ConfigResource::topic("orders");
        configs.set(&orders, "retention.ms", Some("1"));
        assert_eq!(configs.of_topic("orders").map(|set| set.len()), Some(1));
        configs.set(&orders, "retention.ms", None);
        assert_eq!(configs, ConfigsImage::default());
    }
}
