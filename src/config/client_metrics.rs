//! Whether a subscription to clients' metrics may be as it is asked for (KIP-714).

use std::collections::BTreeMap;

use super::declarations;
use super::error::SettingError;
use super::value::{self, split_list};

/// The bounds of `interval.ms`: a tenth of a second and an hour.
const INTERVAL_MS: std::ops::RangeInclusive<i64> = 100..=3_600_000;

/// What a client can be selected by.
const SELECTORS: [&str; 7] = [
    "client_instance_id",
    "client_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
    "client_transactional_id",
];

/// Why a subscription is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientMetricsError {
    /// The request makes no sense.
    #[error("{0}")]
    Request(String),
    /// A value is none.
    #[error(transparent)]
    Value(#[from] SettingError),
}

/// Whether the subscription of this name may consist of these settings.
pub fn validate(subscription: &str, own: &BTreeMap<String, String>) -> Result<(), ClientMetricsError> {
    if subscription.is_empty() {
        return Err(ClientMetricsError::Request(
            "Subscription name can't be empty".to_owned(),
        ));
    }
    for (name, text) in own {
        let Some(setting) = declarations::client_metrics(name) else {
            return Err(ClientMetricsError::Request(format!(
                "Unknown client metrics configuration: {name}"
            )));
        };
        match value::parse(setting, text)? {
            value::Value::Number(ms) if name == "interval.ms" && !INTERVAL_MS.contains(&ms) => {
                return Err(ClientMetricsError::Request(format!(
                    "Invalid value {ms} for interval.ms, interval must be between 100 and 3600000 (1 hour)"
                )));
            }
            _ => {}
        }
        if name == "match" {
            matching(text)?;
        }
    }
    Ok(())
}

fn matching(text: &str) -> Result<(), SettingError> {
    for pattern in split_list(text).iter().filter(|pattern| !pattern.is_empty()) {
        let selector = pattern.split_once('=').filter(|(_, regex)| !regex.contains('='));
        let legal = selector.is_some_and(|(name, regex)| SELECTORS.contains(&name.trim()) && is_regex(regex.trim()));
        if !legal {
            return Err(SettingError::Conflict(format!(
                "Illegal client matching pattern: {pattern}"
            )));
        }
    }
    Ok(())
}

/// Whether brackets, groups and repetitions of a regular expression are whole. Java's own parser knows more; what this
/// lets through and that refuses can only be a pattern that selects nobody.
fn is_regex(regex: &str) -> bool {
    let (mut groups, mut in_class, mut escaped, mut repeatable) = (0usize, false, false, false);
    for c in regex.chars() {
        if std::mem::take(&mut escaped) {
            repeatable = true;
            continue;
        }
        match c {
            '\\' => escaped = true,
            ']' if in_class => (in_class, repeatable) = (false, true),
            _ if in_class => {}
            '[' => in_class = true,
            '(' => (groups, repeatable) = (groups + 1, false),
            ')' if groups == 0 => return false,
            ')' => (groups, repeatable) = (groups - 1, true),
            '*' | '+' | '?' if !repeatable && groups == 0 => return false,
            '|' => repeatable = false,
            _ => repeatable = true,
        }
    }
    groups == 0 && !in_class && !escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str, text: &str) -> Option<String> {
        let own = BTreeMap::from([(name.to_owned(), text.to_owned())]);
        validate("m", &own).err().map(|error| error.to_string())
    }

    #[test]
    fn a_subscription_is_checked_as_kafka_checks_it() {
        assert_eq!(refusal("interval.ms", "5000"), None);
        assert_eq!(refusal("match", "client_id=a.*,client_software_name=x"), None);
        assert_eq!(refusal("metrics", "*"), None);
        assert_eq!(
            refusal("interval.ms", "50").as_deref(),
            Some("Invalid value 50 for interval.ms, interval must be between 100 and 3600000 (1 hour)")
        );
        for wrong in ["foo=a.*", "client_id=[", "client_id", "client_id=(a", "client_id=*"] {
            let expected = format!("Illegal client matching pattern: {wrong}");
            assert_eq!(refusal("match", wrong), Some(expected));
        }
        assert_eq!(
            refusal("nope", "1").as_deref(),
            Some("Unknown client metrics configuration: nope")
        );
        let nameless = validate("", &BTreeMap::new()).unwrap_err();
        assert_eq!(nameless.to_string(), "Subscription name can't be empty");
    }
}
