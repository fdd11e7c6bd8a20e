//! What can be asked of the controller about configs, and why it refuses.
//!
//! The refusals' texts are Kafka's, because tools and tests show them; which Kafka code each gets is the api layer's.

use std::collections::BTreeSet;

use super::topic_request::InvalidTopicName;
use crate::metadata::ConfigResourceType;

/// Configs to change: each resource's all together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlterConfigs {
    /// The resources.
    pub resources: Vec<AlterResource>,
    /// Only say what would happen.
    pub validate_only: bool,
}

impl AlterConfigs {
    /// Kinds and names that occur more than once.
    pub fn named_twice(&self) -> BTreeSet<(ConfigResourceType, String)> {
        let mut seen = BTreeSet::new();
        let names = self
            .resources
            .iter()
            .map(|resource| (resource.kind, resource.name.clone()));
        names.filter(|name| !seen.insert(name.clone())).collect()
    }
}

/// What to change about one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterResource {
    /// The kind of resource, by Kafka's number.
    pub kind: ConfigResourceType,
    /// Its name; empty for all brokers.
    pub name: String,
    /// The change.
    pub change: ConfigChange,
}

/// How a resource's configs change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// These and no others are set afterwards.
    Replace(Vec<(String, Option<String>)>),
    /// Only these change.
    Adjust(Vec<ConfigAdjustment>),
}

impl ConfigChange {
    /// What is wrong with a change whatever it is a change of: a name that occurs twice, a value that is missing.
    pub fn check_form(&self) -> Result<(), ConfigError> {
        let (names, nulls): (Vec<&str>, Vec<&str>) = match self {
            ConfigChange::Replace(all) => (
                all.iter().map(|(name, _)| name.as_str()).collect(),
                all.iter()
                    .filter(|(_, value)| value.is_none())
                    .map(|(name, _)| name.as_str())
                    .collect(),
            ),
            ConfigChange::Adjust(steps) => (
                steps.iter().map(|step| step.name.as_str()).collect(),
                steps
                    .iter()
                    .filter(|step| step.value.is_none())
                    .filter(|step| ConfigOperation::from_number(step.operation) != Some(ConfigOperation::Delete))
                    .map(|step| step.name.as_str())
                    .collect(),
            ),
        };
        let invalid = |text: String| Err(ConfigError::InvalidRequest(text));
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
            return invalid("Error due to duplicate config keys".to_owned());
        }
        if !nulls.is_empty() {
            return invalid(format!("Null value not supported for : {}", nulls.join(", ")));
        }
        Ok(())
    }
}

/// One step of a [`ConfigChange::Adjust`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigAdjustment {
    /// The config's name.
    pub name: String,
    /// What to do with it, by Kafka's number: see [`ConfigOperation`].
    pub operation: i8,
    /// With what.
    pub value: Option<String>,
}

/// What can be done with a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigOperation {
    /// Give it this value.
    Set,
    /// Leave it to its default.
    Delete,
    /// Add elements to a list.
    Append,
    /// Take elements out of a list.
    Subtract,
}

impl ConfigOperation {
    /// By Kafka's number.
    pub fn from_number(number: i8) -> Option<ConfigOperation> {
        match number {
            0 => Some(ConfigOperation::Set),
            1 => Some(ConfigOperation::Delete),
            2 => Some(ConfigOperation::Append),
            3 => Some(ConfigOperation::Subtract),
            _ => None,
        }
    }

    /// Kafka's name for it, in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            ConfigOperation::Set => "SET",
            ConfigOperation::Delete => "DELETE",
            ConfigOperation::Append => "APPEND",
            ConfigOperation::Subtract => "SUBTRACT",
        }
    }
}

/// Why a resource's configs were not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A name or a value is not one. (INVALID_CONFIG)
    #[error("{0}")]
    InvalidConfig(String),
    /// The request makes no sense. (INVALID_REQUEST)
    #[error("{0}")]
    InvalidRequest(String),
    /// (INVALID_TOPIC_EXCEPTION)
    #[error("Topic name is invalid: {0}")]
    InvalidTopicName(InvalidTopicName),
    /// (UNKNOWN_TOPIC_OR_PARTITION)
    #[error("The topic '{0}' does not exist.")]
    UnknownTopic(String),
}

impl ConfigError {
    /// The resource occurs more than once in its request.
    pub fn named_twice() -> ConfigError {
        ConfigError::InvalidRequest("Each resource must appear at most once.".to_owned())
    }
}
