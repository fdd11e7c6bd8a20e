//! Changes of client quotas: what may be limited for whom, and by how much.
//!
//! The texts of the refusals are Kafka's, because tools show them. Pure, as every decision; whether a host's name has an
//! address was found out before.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use dmq_protocol::StrBytes;
use dmq_protocol::metadata_records::{ClientQuotaRecord, EntityData};

use super::error::ControllerError;
use super::job::{Decision, Situation};
use crate::limits::RECORDS_PER_REQUEST_MAX;
use crate::metadata::{QuotaEntity, QuotaValues, Record};
use crate::quota::{
    CLIENT_ID, CONNECTION_CREATION_RATE, CONSUMER_BYTE_RATE, CONTROLLER_MUTATION_RATE, IP, PRODUCER_BYTE_RATE,
    REQUEST_PERCENTAGE, USER,
};

/// Changes of quotas, each entity accepted or refused alone; the accepted ones hold together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotas {
    /// The changes by entity.
    pub alterations: Vec<QuotaAlteration>,
    /// Only say what would happen.
    pub validate_only: bool,
    /// Names of hosts in the alterations that no address could be found for.
    pub unknown_hosts: BTreeSet<Arc<str>>,
}

/// The changes for one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct QuotaAlteration {
    /// Whom it limits.
    pub entity: QuotaEntity,
    /// The name of each quota with its new limit; `None` removes it.
    pub ops: Vec<(String, Option<f64>)>,
}

/// What became of one entity's changes.
pub type AlterQuotaOutcome = (QuotaEntity, Result<(), QuotaError>);

/// Why an entity's quotas were not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// It names nobody.
    #[error("Invalid empty client quota entity")]
    EmptyEntity,
    /// It is of a kind that has no quotas.
    #[error("Unhandled client quota entity type: {0}")]
    UnknownType(String),
    /// The name of this kind is empty.
    #[error("Empty {0} not supported")]
    EmptyName(String),
    /// An address together with a user or client id.
    #[error("Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId")]
    AddressCombined,
    /// No address, and no host with one.
    #[error("{0} is not a valid IP or resolvable host.")]
    UnknownHost(String),
    /// There is no such quota for this kind of entity.
    #[error("Invalid configuration key {0}")]
    UnknownKey(String),
    /// The limit is infinite, or no number.
    #[error("Quota {0} must be a finite number")]
    NotFinite(String),
    /// The limit would let nothing pass.
    #[error("Quota {0} must be greater than 0")]
    NotPositive(String),
    /// The limit is beyond its type.
    #[error("Proposed value for {key} is too large for {kind}.")]
    TooLarge {
        /// The quota.
        key: String,
        /// The type.
        kind: &'static str,
    },
    /// The limit must be a whole number.
    #[error("{0} cannot be a fractional value.")]
    Fractional(String),
    /// The request names the entity, or one of its quotas, twice.
    #[error("Ignoring duplicate entity {0}")]
    Duplicate(String),
}

/// What a limit may be.
#[derive(Clone, Copy)]
enum Kind {
    Whole { max: f64, name: &'static str },
    Any,
}

const LONG: Kind = Kind::Whole {
    max: i64::MAX as f64,
    name: "a LONG",
};
const INT: Kind = Kind::Whole {
    max: i32::MAX as f64,
    name: "an INT",
};

const OF_CLIENTS: &[(&str, Kind)] = &[
    (PRODUCER_BYTE_RATE, LONG),
    (CONSUMER_BYTE_RATE, LONG),
    (REQUEST_PERCENTAGE, Kind::Any),
    (CONTROLLER_MUTATION_RATE, Kind::Any),
];
const OF_ADDRESSES: &[(&str, Kind)] = &[(CONNECTION_CREATION_RATE, INT)];

/// Decides a request to change quotas: one outcome for each entity, in the request's order. An entity that occurs again
/// is answered as a duplicate, and its first changes are made.
pub(super) fn alter(
    situation: &Situation<'_>,
    request: AlterClientQuotas,
) -> Result<Decision<Vec<AlterQuotaOutcome>>, ControllerError> {
    let (mut records, mut outcomes) = (
        Vec::new(),
        BTreeMap::<QuotaEntity, (usize, Result<(), QuotaError>)>::new(),
    );
    for (place, QuotaAlteration { entity, ops }) in request.alterations.into_iter().enumerate() {
        let mut keys = BTreeSet::new();
        let repeats = !ops.iter().all(|(key, _)| keys.insert(key.as_str()));
        let known = outcomes.get(&entity).map(|(place, _)| *place);
        let result = match known {
            None if !repeats => {
                let present = situation.image.client_quotas.of(&entity);
                let changes = changes(present.map(Arc::as_ref), &entity, &ops, &request.unknown_hosts);
                changes.map(|changes| records.extend(changes))
            }
            _ => Err(QuotaError::Duplicate(text_of(&entity))),
        };
        outcomes.insert(entity, (known.unwrap_or(place), result));
    }
    let mut outcomes: Vec<_> = outcomes.into_iter().collect();
    outcomes.sort_by_key(|(_, (place, _))| *place);
    if records.len() > RECORDS_PER_REQUEST_MAX {
        return Err(ControllerError::TooManyChanges);
    }
    if request.validate_only {
        records.clear();
    }
    Ok(Decision {
        records,
        response: outcomes
            .into_iter()
            .map(|(entity, (_, result))| (entity, result))
            .collect(),
    })
}

/// The records that make the changes, without those that would change nothing.
fn changes(
    present: Option<&QuotaValues>,
    entity: &QuotaEntity,
    ops: &[(String, Option<f64>)],
    unknown_hosts: &BTreeSet<Arc<str>>,
) -> Result<Vec<Record>, QuotaError> {
    let keys = keys_of(entity, unknown_hosts)?;
    let current = |key: &str| present.and_then(|values| values.get(key).copied());
    let mut records = Vec::new();
    for (key, value) in ops {
        match *value {
            None if current(key).is_some() => records.push(record(entity, key, None)),
            None => {}
            Some(value) => {
                check(keys, key, value)?;
                if current(key) != Some(value) {
                    records.push(record(entity, key, Some(value)));
                }
            }
        }
    }
    Ok(records)
}

/// The quotas that an entity may have.
fn keys_of(
    entity: &QuotaEntity,
    unknown_hosts: &BTreeSet<Arc<str>>,
) -> Result<&'static [(&'static str, Kind)], QuotaError> {
    for (kind, name) in entity {
        if ![USER, CLIENT_ID, IP].contains(&&**kind) {
            return Err(QuotaError::UnknownType(kind.to_string()));
        }
        if name.as_deref() == Some("") {
            return Err(QuotaError::EmptyName(kind.to_string()));
        }
    }
    match (entity.get(IP), entity.len()) {
        (_, 0) => Err(QuotaError::EmptyEntity),
        (None, _) => Ok(OF_CLIENTS),
        (Some(_), 2..) => Err(QuotaError::AddressCombined),
        (Some(None), _) => Ok(OF_ADDRESSES),
        (Some(Some(host)), _) if host.parse::<IpAddr>().is_err() && unknown_hosts.contains(host) => {
            Err(QuotaError::UnknownHost(host.to_string()))
        }
        (Some(Some(_)), _) => Ok(OF_ADDRESSES),
    }
}

fn check(keys: &[(&'static str, Kind)], key: &str, value: f64) -> Result<(), QuotaError> {
    let named = || key.to_owned();
    let kind = keys.iter().find(|(known, _)| *known == key).map(|(_, kind)| *kind);
    let kind = kind.ok_or_else(|| QuotaError::UnknownKey(named()))?;
    if !value.is_finite() {
        return Err(QuotaError::NotFinite(named()));
    }
    if value <= 0.0 {
        return Err(QuotaError::NotPositive(named()));
    }
    match kind {
        Kind::Whole { max, name } if value > max => Err(QuotaError::TooLarge {
            key: named(),
            kind: name,
        }),
        // Kafka's tolerance for what a decimal number loses in binary.
        Kind::Whole { .. } if value.fract() > 1e-6 => Err(QuotaError::Fractional(named())),
        Kind::Whole { .. } | Kind::Any => Ok(()),
    }
}

fn record(entity: &QuotaEntity, key: &str, value: Option<f64>) -> Record {
    let text = |text: &str| StrBytes::from(text.to_owned());
    let entity = entity.iter().map(|(kind, name)| EntityData {
        entity_type: text(kind),
        entity_name: name.as_deref().map(text),
    });
    Record::ClientQuota(ClientQuotaRecord {
        entity: entity.collect(),
        key: text(key),
        value: value.unwrap_or(0.0),
        remove: value.is_none(),
    })
}

/// An entity as Kafka's messages show it.
fn text_of(entity: &BTreeMap<Arc<str>, Option<Arc<str>>>) -> String {
    let parts: Vec<String> = entity
        .iter()
        .map(|(kind, name)| format!("{kind}={}", name.as_deref().unwrap_or("null")))
        .collect();
    format!("ClientQuotaEntity(entries={{{}}})", parts.join(", "))
}

#[cfg(test)]
mod tests;
