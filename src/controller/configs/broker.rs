//! What a broker, or all of them, may be told at run time.

use std::collections::BTreeMap;

use super::invalid;
use crate::config::{Scope, check_change};
use crate::controller::config_request::ConfigError;
use crate::controller::job::Situation;
use crate::metadata::ConfigResource;

/// With this feature the cluster keeps `min.insync.replicas` for all brokers alike.
const ELIGIBLE_LEADER_REPLICAS: &str = "eligible.leader.replicas.version";
const MIN_ISR: &str = "min.insync.replicas";

/// A broker is told by itself: the name must be its own, or empty for all brokers.
pub(super) fn check_name(situation: &Situation<'_>, name: &str) -> Result<(), ConfigError> {
    if name.is_empty() {
        return Ok(());
    }
    let own = situation.settings.broker().node_id;
    match name.parse::<i32>() {
        Ok(id) if id == own.0 => Ok(()),
        Ok(_) => Err(invalid(format!(
            "Unexpected broker id, expected {own}, but received {name}"
        ))),
        Err(_) => Err(invalid(format!("Node id must be an integer, but it is: {name}"))),
    }
}

/// Whether the resource may change like this, to have all of these afterwards.
pub(super) fn check(
    situation: &Situation<'_>,
    resource: &ConfigResource,
    changes: &[(String, Option<String>)],
    after: &BTreeMap<String, String>,
) -> Result<(), ConfigError> {
    let scope = match resource.name.is_empty() {
        true => Scope::AllBrokers,
        false => Scope::ThisBroker,
    };
    check_change(&situation.effective(), scope, after).map_err(|error| invalid(error.to_string()))?;
    if situation.image.features.level(ELIGIBLE_LEADER_REPLICAS) < 1 {
        return Ok(());
    }
    let min_isr = changes.iter().find(|(name, _)| name == MIN_ISR);
    let text = match (scope, min_isr) {
        (Scope::ThisBroker, Some(_)) => "Broker-level min.insync.replicas cannot be altered while ELR is enabled.",
        (Scope::AllBrokers, Some((_, None))) => {
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."
        }
        _ => return Ok(()),
    };
    Err(ConfigError::InvalidConfig(text.to_owned()))
}
