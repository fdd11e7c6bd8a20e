//! What to say of a name that is not known: that Kafka has dropped it, or which name was probably meant.

use super::error::SettingError;

/// Below this likeness (0 to 1) a suggestion would only confuse.
const LIKENESS_MIN: f64 = 0.75;

/// Names of older Kafka versions, which files carried along for years still hold. A final `*` is any ending.
const DROPPED: [&str; 20] = [
    "advertised.host.name",
    "advertised.port",
    "broker.id.generation.enable",
    "control.plane.listener.name",
    "controlled.shutdown.max.retries",
    "controlled.shutdown.retry.backoff.ms",
    "delegation.token.master.key",
    "group.coordinator.new.enable",
    "host.name",
    "inter.broker.protocol.version",
    "leader.imbalance.per.broker.percentage",
    "log.message.downconversion.enable",
    "log.message.format.version",
    "log.message.timestamp.difference.max.ms",
    "metadata.log.segment.min.bytes",
    "offsets.commit.required.acks",
    "password.encoder.*",
    "port",
    "reserved.broker.max.id",
    "zookeeper.*",
];

/// The error for `name`, which is none of the `known` names.
pub(super) fn error<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> SettingError {
    let name = name.to_owned();
    if DROPPED.iter().any(|dropped| matches(dropped, &name)) {
        return SettingError::Dropped { name };
    }
    SettingError::Unknown {
        nearest: nearest(&name, known),
        name,
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

/// The name most like `wanted`, if one is like it at all.
fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = wanted.to_ascii_lowercase();
    known
        .map(|name| (strsim::normalized_damerau_levenshtein(&wanted, name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
