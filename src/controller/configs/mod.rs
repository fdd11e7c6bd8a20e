//! Decides changes of configs: of topics, brokers, groups and subscriptions to clients' metrics.
//!
//! A pure function of the situation. Each resource is decided alone; within one everything changes or nothing.

mod broker;
mod list;
mod resource;

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::ConfigRecord;

use super::config_request::{AlterConfigs, AlterResource, ConfigChange, ConfigError};
use super::error::ControllerError;
use super::job::{Decision, Situation};
use crate::metadata::{ConfigMap, ConfigResource, ConfigResourceType, Record};

/// One outcome for each resource, in the request's order.
pub(super) fn alter(
    situation: &Situation<'_>,
    request: AlterConfigs,
) -> Result<Decision<Vec<Result<(), ConfigError>>>, ControllerError> {
    let twice = request.named_twice();
    let (mut records, mut outcomes) = (Vec::new(), Vec::new());
    for resource in &request.resources {
        let outcome = if twice.contains(&(resource.kind, resource.name.clone())) {
            Err(ConfigError::named_twice())
        } else {
            alter_one(situation, resource)
        };
        outcomes.push(outcome.map(|new| records.extend(new)));
    }
    if request.validate_only {
        records.clear();
    }
    Ok(Decision {
        records,
        response: outcomes,
    })
}

fn invalid(text: impl Into<String>) -> ConfigError {
    ConfigError::InvalidRequest(text.into())
}

fn alter_one(situation: &Situation<'_>, wanted: &AlterResource) -> Result<Vec<Record>, ConfigError> {
    wanted.change.check_form()?;
    match wanted.kind {
        ConfigResourceType::BROKER => broker::check_name(situation, &wanted.name)?,
        ConfigResourceType::TOPIC | ConfigResourceType::CLIENT_METRICS | ConfigResourceType::GROUP => {}
        ConfigResourceType(other) => return Err(invalid(format!("Unknown resource type {other}"))),
    }
    let resource = ConfigResource {
        kind: wanted.kind,
        name: wanted.name.as_str().into(),
    };
    let nothing = ConfigMap::new();
    let present = situation.image.configs.of(&resource).map_or(&nothing, |set| set);
    let changes = match &wanted.change {
        ConfigChange::Replace(all) => replaced(present, all),
        ConfigChange::Adjust(steps) => list::adjusted(&resource, present, steps)?,
    };
    let after = resource::after(present, &changes);
    match wanted.kind {
        ConfigResourceType::BROKER => broker::check(situation, &resource, &changes, &after)?,
        _ => resource::check(situation, &resource, &after)?,
    }
    // A broker's are written even when nothing differs, as Kafka does: it is how files are read anew.
    let written = |(name, value): &(String, Option<String>)| {
        wanted.kind == ConfigResourceType::BROKER
            || present.get(name.as_str()).map(|value| &**value) != value.as_deref()
    };
    let records = changes.iter().filter(|change| written(change)).map(|(name, value)| {
        Record::Config(ConfigRecord {
            resource_type: resource.kind.0,
            resource_name: StrBytes::from(resource.name.to_string()),
            name: StrBytes::from(name.clone()),
            value: value.clone().map(StrBytes::from),
        })
    });
    Ok(records.collect())
}

/// What changes when all configs become these.
fn replaced(present: &ConfigMap, all: &[(String, Option<String>)]) -> Vec<(String, Option<String>)> {
    let gone = present
        .keys()
        .filter(|name| !all.iter().any(|(kept, _)| kept.as_str() == &***name))
        .map(|name| (name.to_string(), None));
    all.iter().cloned().chain(gone).collect()
}

#[cfg(test)]
mod tests;
