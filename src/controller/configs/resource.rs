//! What a topic, a group or a subscription to clients' metrics may be told.

use std::collections::BTreeMap;

use crate::config::{ClientMetricsError, validate_client_metrics, validate_group};
use crate::controller::config_request::ConfigError;
use crate::controller::job::Situation;
use crate::controller::topics;
use crate::metadata::{ConfigMap, ConfigResource, ConfigResourceType};

/// All configs of a resource after these changes.
pub(super) fn after(present: &ConfigMap, changes: &[(String, Option<String>)]) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = present
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    for (name, value) in changes {
        match value {
            Some(value) => all.insert(name.clone(), value.clone()),
            None => all.remove(name),
        };
    }
    all
}

/// Whether the resource may have all of these.
pub(super) fn check(
    situation: &Situation<'_>,
    resource: &ConfigResource,
    after: &BTreeMap<String, String>,
) -> Result<(), ConfigError> {
    let config = |error: &dyn std::fmt::Display| ConfigError::InvalidConfig(error.to_string());
    match resource.kind {
        ConfigResourceType::TOPIC => check_topic(situation, &resource.name, after),
        ConfigResourceType::GROUP if resource.name.is_empty() => Err(ConfigError::InvalidRequest(
            "Default group resources are not allowed.".to_owned(),
        )),
        ConfigResourceType::GROUP => validate_group(&situation.effective(), after).map_err(|error| config(&error)),
        _ => validate_client_metrics(&resource.name, after).map_err(|error| match error {
            ClientMetricsError::Request(text) => ConfigError::InvalidRequest(text),
            ClientMetricsError::Value(error) => config(&error),
        }),
    }
}

fn check_topic(situation: &Situation<'_>, name: &str, after: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    if name.is_empty() {
        let text = "Default topic resources are not allowed.";
        return Err(ConfigError::InvalidRequest(text.to_owned()));
    }
    topics::validate_name(name).map_err(ConfigError::InvalidTopicName)?;
    topics::validate_configs(situation.effective().broker(), after).map_err(ConfigError::InvalidConfig)?;
    match situation.image.topics.by_name(name) {
        Some(_) => Ok(()),
        None => Err(ConfigError::UnknownTopic(name.to_owned())),
    }
}
