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
    let len = wanted.chars().count();
    known
        .filter(|name| can_be_alike(len, name.len()))
        .map(|name| (strsim::normalized_damerau_levenshtein(&wanted, name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}

/// Whether names of these lengths can reach the least likeness. Names are compared character by character in a table of
/// both lengths, and a line of a file that holds no settings at all may have a million.
fn can_be_alike(len: usize, other: usize) -> bool {
    len.min(other) as f64 >= LIKENESS_MIN * len.max(other) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_but_not_another_word() {
        let known = || ["log.retention.hours", "log.retention.ms", "port"].into_iter();
        assert_eq!(
            nearest("log.retenton.hours", known()).as_deref(),
            Some("log.retention.hours")
        );
        assert_eq!(
            nearest("LOG.retention.hour", known()).as_deref(),
            Some("log.retention.hours")
        );
        assert_eq!(nearest("number.of.cats", known()), None);
    }

    /// Fuzzing found that each character of a long line cost 500 bytes for every known name: `dmq some-binary-file` took
    /// gigabytes and minutes to say that it is no settings file.
    #[test]
    fn lengths_too_different_to_be_alike_are_not_compared() {
        assert!(!can_be_alike(1 << 20, 60));
        for len in 0..40 {
            for other in 0..40 {
                let (one, two) = ("x".repeat(len), "x".repeat(other));
                let alike = strsim::normalized_damerau_levenshtein(&one, &two) >= LIKENESS_MIN;
                assert_eq!(can_be_alike(len, other), alike, "lengths {len} and {other}");
            }
        }
    }
}
