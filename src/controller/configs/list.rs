//! Single steps: setting, unsetting, and taking elements into a list and out of it.

use crate::config::{Setting, ValueType, declarations};
use crate::controller::config_request::{ConfigAdjustment, ConfigError, ConfigOperation};
use crate::metadata::{ConfigMap, ConfigResource, ConfigResourceType};

/// The new value of each config that the steps are about.
pub(super) fn adjusted(
    resource: &ConfigResource,
    present: &ConfigMap,
    steps: &[ConfigAdjustment],
) -> Result<Vec<(String, Option<String>)>, ConfigError> {
    let mut changes = Vec::with_capacity(steps.len());
    for step in steps {
        let Some(operation) = ConfigOperation::from_number(step.operation) else {
            let text = format!("Unknown operations type {}", step.operation);
            return Err(ConfigError::InvalidRequest(text));
        };
        let given = step.value.clone().unwrap_or_default();
        let value = match operation {
            ConfigOperation::Set => Some(given),
            ConfigOperation::Delete => None,
            ConfigOperation::Append | ConfigOperation::Subtract => {
                let setting = list_setting(resource, &step.name, operation)?;
                let before = present.get(step.name.as_str()).map(|value| &**value);
                let before = before.or(setting.default).unwrap_or_default();
                Some(with_elements(before, &given, operation))
            }
        };
        changes.push((step.name.clone(), value));
    }
    Ok(changes)
}

fn with_elements(before: &str, given: &str, operation: ConfigOperation) -> String {
    let mut elements: Vec<&str> = before.split(',').filter(|element| !element.is_empty()).collect();
    for element in given.split(',') {
        let place = elements.iter().position(|present| *present == element);
        match (operation, place) {
            (ConfigOperation::Append, None) => elements.push(element),
            (ConfigOperation::Subtract, Some(place)) => {
                elements.remove(place);
            }
            _ => {}
        }
    }
    elements.join(",")
}

/// The list that a step is about; groups and subscriptions have no lists to Kafka's controller.
fn list_setting(
    resource: &ConfigResource,
    name: &str,
    operation: ConfigOperation,
) -> Result<&'static Setting, ConfigError> {
    let is_broker = resource.kind == ConfigResourceType::BROKER;
    let setting = match resource.kind {
        ConfigResourceType::TOPIC => declarations::topic(name),
        ConfigResourceType::BROKER => declarations::broker(name),
        _ => None,
    };
    let text = match setting {
        Some(setting) if setting.value_type == ValueType::List => return Ok(setting),
        None if is_broker => format!("Unknown config name: {name}"),
        Some(_) if is_broker => {
            let operation = operation.name().to_ascii_lowercase();
            format!("Config value {operation} is not allowed for config key: {name}")
        }
        _ => format!("Can't {} to key {name} because its type is not LIST.", operation.name()),
    };
    Err(ConfigError::InvalidConfig(text))
}
