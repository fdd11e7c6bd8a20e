//! Which changes of a broker's settings are allowed while it runs, and for whom.
//!
//! The modes are declared with the settings; here is what follows from them, and Kafka's further conditions: how far a
//! number of threads may move at once, what must fit together. A name that is not declared is accepted and stored, as
//! by Kafka: it may belong to a plug-in.

use std::collections::BTreeSet;

use super::declarations;
use super::effective::{EffectiveSettings, Layer, Scope};
use super::error::SettingError;
use super::setting::{Dynamic, Setting};
use super::value;

const LISTENER: &str = "listener.name.";

/// May be changed for a named listener only: they decide which keys and certificates are used.
const KEY_MATERIAL: [&str; 10] = [
    "ssl.key.password",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.keystore.type",
    "ssl.truststore.certificates",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.type",
];

/// Per listener, and yet allowed for all brokers.
const CLUSTER_WIDE_FOR_LISTENERS: [&str; 3] =
    ["max.connections", "max.connection.creation.rate", "num.network.threads"];

/// Numbers of threads that may at most double or halve at once.
const THREADS: [&str; 5] = [
    "background.threads",
    "num.io.threads",
    "num.network.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
];

const DEFAULT_REPORTER: &str = "org.apache.kafka.common.metrics.JmxReporter";

/// Changes of these would need listeners that open and close while the broker runs.
const FIXED_WHILE_RUNNING: [&str; 2] = ["listeners", "listener.security.protocol.map"];

/// Why settings cannot be changed at run time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DynamicError {
    /// They need a restart.
    #[error("Cannot update these configs dynamically: [{}]", .0.join(", "))]
    ReadOnly(Vec<String>),
    /// They can be changed for a named listener only.
    #[error(
        "These security configs can be dynamically updated only per-listener using the listener prefix: [{}]",
        .0.join(", ")
    )]
    OnlyPerListener(Vec<String>),
    /// They can be changed for one broker only.
    #[error("Cannot update these configs at default cluster level, broker id must be specified: [{}]", .0.join(", "))]
    OnlyPerBroker(Vec<String>),
    /// A value is none.
    #[error(transparent)]
    Value(#[from] SettingError),
    /// The change goes too far, or does not fit the rest.
    #[error("{0}")]
    Refused(String),
}

/// The setting that a name stands for, without the listener that it may be for.
fn without_listener(name: &str) -> Option<&str> {
    let (listener, base) = name.strip_prefix(LISTENER)?.split_once('.')?;
    (!listener.is_empty()).then_some(base)
}

/// The declared setting behind a name that begins with a listener's.
pub fn listener_setting(name: &str) -> Option<&'static Setting> {
    declarations::broker(without_listener(name)?)
}

/// The declared setting behind a name, whichever listener it is for.
pub fn declared(name: &str) -> Option<&'static Setting> {
    declarations::broker_at_run_time(name).or_else(|| listener_setting(name))
}

/// Whether the setting of exactly this name may change at run time.
pub fn is_dynamic(name: &str) -> bool {
    declarations::broker_at_run_time(name).is_some_and(|setting| setting.dynamic != Dynamic::ReadOnly)
}

fn is_read_only(name: &str) -> bool {
    declarations::broker_at_run_time(name).is_some_and(|setting| setting.dynamic == Dynamic::ReadOnly)
}

fn is_per_broker(name: &str) -> bool {
    match without_listener(name) {
        Some(base) => !CLUSTER_WIDE_FOR_LISTENERS.contains(&base),
        None => declarations::broker(name).is_some_and(|setting| setting.dynamic == Dynamic::PerBroker),
    }
}

/// Whether what is stored under this name can be used.
pub(super) fn usable(name: &str, text: &str, scope: Scope) -> Result<(), SettingError> {
    let unusable = |error: DynamicError| SettingError::Conflict(error.to_string());
    let name_only = || vec![name.to_owned()];
    match () {
        () if is_read_only(name) => Err(unusable(DynamicError::ReadOnly(name_only()))),
        () if KEY_MATERIAL.contains(&name) => Err(unusable(DynamicError::OnlyPerListener(name_only()))),
        () if scope == Scope::AllBrokers && is_per_broker(name) => {
            Err(unusable(DynamicError::OnlyPerBroker(name_only())))
        }
        () => declared(name).map_or(Ok(()), |setting| value::parse(setting, text).map(|_| ())),
    }
}

/// Whether one scope's layer may become this one, when `now` is in force.
pub fn check_change(now: &EffectiveSettings, scope: Scope, proposed: &Layer) -> Result<(), DynamicError> {
    let those = |is: &dyn Fn(&str) -> bool| -> Vec<String> {
        let names: BTreeSet<&String> = proposed.keys().filter(|name| is(name)).collect();
        names.into_iter().cloned().collect()
    };
    let refuse = |names: Vec<String>, error: fn(Vec<String>) -> DynamicError| match names.is_empty() {
        true => Ok(()),
        false => Err(error(names)),
    };
    refuse(those(&is_read_only), DynamicError::ReadOnly)?;
    refuse(
        those(&|name| KEY_MATERIAL.contains(&name)),
        DynamicError::OnlyPerListener,
    )?;
    for (name, text) in proposed {
        if let Some(setting) = declared(name) {
            value::parse(setting, text)?;
        }
    }
    if scope == Scope::AllBrokers {
        refuse(those(&is_per_broker), DynamicError::OnlyPerBroker)?;
    }
    let next = now.with(scope, proposed.clone()).map_err(|errors| {
        let first = errors.into_iter().next();
        first.map_or_else(
            || DynamicError::Refused("Invalid dynamic configuration".to_owned()),
            DynamicError::Value,
        )
    })?;
    fixed(now, &next)?;
    reporters(now, &next)?;
    threads(now, &next)?;
    tiered_retention(&next)
}

fn fixed(now: &EffectiveSettings, next: &EffectiveSettings) -> Result<(), DynamicError> {
    let changed = FIXED_WHILE_RUNNING
        .iter()
        .find(|name| now.text(name) != next.text(name));
    match changed {
        Some(name) => Err(DynamicError::Refused(format!(
            "{name} cannot be changed while the broker runs; set it in the broker's configuration and restart"
        ))),
        None => Ok(()),
    }
}

/// A reporter is a class that Kafka would load; the one that it has by default stands for none here.
fn reporters(now: &EffectiveSettings, next: &EffectiveSettings) -> Result<(), DynamicError> {
    const NAME: &str = "metric.reporters";
    let of = |settings: &EffectiveSettings| value::split_list(settings.text(NAME).unwrap_or_default());
    let unknown = of(next)
        .into_iter()
        .find(|class| !of(now).contains(class) && class != DEFAULT_REPORTER);
    match unknown {
        Some(class) => Err(DynamicError::Refused(format!(
            "Validation of dynamic config update of [{NAME}] failed: there is no class {class} in this broker"
        ))),
        None => Ok(()),
    }
}

fn threads(now: &EffectiveSettings, next: &EffectiveSettings) -> Result<(), DynamicError> {
    let refused = |text: String| Err(DynamicError::Refused(text));
    for name in THREADS {
        let (Some(old), Some(new)) = (now.number(name), next.number(name)) else {
            continue;
        };
        let failed = format!("Dynamic thread count update validation failed for {name}={new}");
        if new < old / 2 {
            return refused(format!(
                "{failed}, value should be at least half the current value {old}"
            ));
        }
        if new > old.saturating_mul(2) {
            return refused(format!(
                "{failed}, value should not be greater than double the current value {old}"
            ));
        }
    }
    let cleaners = "log.cleaner.threads";
    match (now.number(cleaners), next.number(cleaners)) {
        (Some(_), Some(new)) if new < 1 => refused("Log cleaner threads should be at least 1".to_owned()),
        (Some(old), Some(new)) if new < old / 2 => refused(format!(
            "Log cleaner threads cannot be reduced to less than half the current value {old}"
        )),
        (Some(old), Some(new)) if new > old.saturating_mul(2) => refused(format!(
            "Log cleaner threads cannot be increased to more than double the current value {old}"
        )),
        _ => Ok(()),
    }
}

/// What a tiered log keeps on local disks may not be more than what it keeps at all.
fn tiered_retention(next: &EffectiveSettings) -> Result<(), DynamicError> {
    let topics = &next.broker().topic_defaults;
    let limits = [
        (
            "log.local.retention.ms",
            "log.retention.ms",
            topics.local_retention_ms,
            topics.retention_ms,
        ),
        (
            "log.local.retention.bytes",
            "log.retention.bytes",
            topics.local_retention_bytes,
            topics.retention_bytes.and_then(|bytes| i64::try_from(bytes).ok()),
        ),
    ];
    for (name, whole_name, local, whole) in limits {
        let Some(whole) = whole.filter(|_| local != -2) else {
            continue;
        };
        let reason = match local {
            -1 => format!("Value must not be -1 as {whole_name} value is set as {whole}."),
            _ if local > whole => format!("Value must not be more than {whole_name} property value: {whole}"),
            _ => continue,
        };
        return Err(DynamicError::Value(SettingError::Invalid {
            name: name.to_owned(),
            value: local.to_string(),
            reason,
        }));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
