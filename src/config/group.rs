//! A group's own settings: its values and the bounds that the broker sets to them.
//!
//! Knows nothing of groups; that a group with such a name exists is not asked, as in Kafka.

use std::collections::BTreeMap;

use super::declarations;
use super::effective::EffectiveSettings;
use super::error::SettingError;
use super::setting::Setting;
use super::value::{self, Value, split_list};

/// Settings whose value lies between two of the broker's.
const BETWEEN: [(&str, &str, &str); 12] = [
    (
        "consumer.session.timeout.ms",
        "group.consumer.min.session.timeout.ms",
        "group.consumer.max.session.timeout.ms",
    ),
    (
        "consumer.heartbeat.interval.ms",
        "group.consumer.min.heartbeat.interval.ms",
        "group.consumer.max.heartbeat.interval.ms",
    ),
    (
        "consumer.assignment.interval.ms",
        "group.consumer.min.assignment.interval.ms",
        "group.consumer.max.assignment.interval.ms",
    ),
    (
        "share.session.timeout.ms",
        "group.share.min.session.timeout.ms",
        "group.share.max.session.timeout.ms",
    ),
    (
        "share.heartbeat.interval.ms",
        "group.share.min.heartbeat.interval.ms",
        "group.share.max.heartbeat.interval.ms",
    ),
    (
        "share.assignment.interval.ms",
        "group.share.min.assignment.interval.ms",
        "group.share.max.assignment.interval.ms",
    ),
    (
        "share.record.lock.duration.ms",
        "group.share.min.record.lock.duration.ms",
        "group.share.max.record.lock.duration.ms",
    ),
    (
        "share.delivery.count.limit",
        "group.share.min.delivery.count.limit",
        "group.share.max.delivery.count.limit",
    ),
    (
        "share.partition.max.record.locks",
        "group.share.min.partition.max.record.locks",
        "group.share.max.partition.max.record.locks",
    ),
    (
        "streams.session.timeout.ms",
        "group.streams.min.session.timeout.ms",
        "group.streams.max.session.timeout.ms",
    ),
    (
        "streams.heartbeat.interval.ms",
        "group.streams.min.heartbeat.interval.ms",
        "group.streams.max.heartbeat.interval.ms",
    ),
    (
        "streams.assignment.interval.ms",
        "group.streams.min.assignment.interval.ms",
        "group.streams.max.assignment.interval.ms",
    ),
];

const AT_MOST: [(&str, &str); 2] = [
    ("streams.num.standby.replicas", "group.streams.max.standby.replicas"),
    ("streams.num.warmup.replicas", "group.streams.max.warmup.replicas"),
];

const AT_LEAST: [(&str, &str); 1] = [(
    "streams.task.offset.interval.ms",
    "group.streams.min.task.offset.interval.ms",
)];

/// The value that holds for a group with these settings of its own: its own, else the broker's, else the default.
pub fn resolve(broker: &EffectiveSettings, own: &BTreeMap<String, String>, setting: &Setting) -> Option<String> {
    let from_broker = || {
        setting
            .synonyms
            .iter()
            .find_map(|name| broker.text(name).map(str::to_owned))
    };
    let text = own.get(setting.name).cloned().or_else(from_broker);
    text.or_else(|| setting.default.map(str::to_owned))
}

/// Whether a group may have all of these settings of its own.
pub fn validate(broker: &EffectiveSettings, own: &BTreeMap<String, String>) -> Result<(), SettingError> {
    let conflict = |text: String| Err(SettingError::Conflict(text));
    for name in own.keys() {
        if declarations::group_resource(name).is_none() {
            return conflict(format!("Unknown group config name: {name}"));
        }
    }
    for (name, text) in own {
        if let Some(setting) = declarations::group_resource(name) {
            value::parse(setting, text)?;
        }
    }
    let number = |name: &str| match own.get(name) {
        Some(text) => match value::parse(declarations::group_resource(name)?, text) {
            Ok(Value::Number(number)) => Some(number),
            _ => None,
        },
        None => None,
    };
    for (name, min, max) in BETWEEN {
        if let (Some(value), Some(min), Some(max)) = (number(name), broker.number(min), broker.number(max))
            && !(min..=max).contains(&value)
        {
            return conflict(format!("{name} must be in the range {min} to {max} inclusive."));
        }
    }
    for (name, max) in AT_MOST {
        if let (Some(value), Some(max)) = (number(name), broker.number(max))
            && value > max
        {
            return conflict(format!("{name} must be less than or equal to {max}"));
        }
    }
    for (name, min) in AT_LEAST {
        if let (Some(value), Some(min)) = (number(name), broker.number(min))
            && value < min
        {
            return conflict(format!("{name} must be greater than or equal to {min}"));
        }
    }
    assignor(broker, own)?;
    sessions_outlast_heartbeats(broker, own)
}

fn assignor(broker: &EffectiveSettings, own: &BTreeMap<String, String>) -> Result<(), SettingError> {
    let Some(name) = own.get("streams.assignor.name") else {
        return Ok(());
    };
    let known = split_list(broker.text("group.streams.assignors").unwrap_or_default());
    match known.iter().any(|assignor| assignor == name.trim()) {
        true => Ok(()),
        false => Err(SettingError::Conflict(format!(
            "streams.assignor.name '{name}' is not a registered task assignor. Registered assignors are: [{}].",
            known.join(", ")
        ))),
    }
}

fn sessions_outlast_heartbeats(broker: &EffectiveSettings, own: &BTreeMap<String, String>) -> Result<(), SettingError> {
    for kind in ["consumer", "share", "streams"] {
        let (session, heartbeat) = (
            format!("{kind}.session.timeout.ms"),
            format!("{kind}.heartbeat.interval.ms"),
        );
        let number = |name: &str| {
            let text = resolve(broker, own, declarations::group_resource(name)?)?;
            text.trim().parse::<i64>().ok()
        };
        if let (Some(session_ms), Some(heartbeat_ms)) = (number(&session), number(&heartbeat))
            && session_ms <= heartbeat_ms
        {
            let text = format!("{session} must be greater than {heartbeat}");
            return Err(SettingError::Conflict(text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::Settings;

    fn refusal(name: &str, text: &str) -> String {
        let broker = EffectiveSettings::at_start(Arc::new(Settings::default()));
        let own = BTreeMap::from([(name.to_owned(), text.to_owned())]);
        validate(&broker, &own).map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn a_group_stays_within_the_brokers_bounds() {
        let cases = [
            ("consumer.session.timeout.ms", "50000", ""),
            (
                "consumer.session.timeout.ms",
                "5",
                "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.",
            ),
            (
                "share.delivery.count.limit",
                "1",
                "Invalid value 1 for configuration share.delivery.count.limit: Value must be at least 2",
            ),
            (
                "share.delivery.count.limit",
                "11",
                "share.delivery.count.limit must be in the range 2 to 10 inclusive.",
            ),
            (
                "streams.num.standby.replicas",
                "5",
                "streams.num.standby.replicas must be less than or equal to 2",
            ),
            (
                "streams.task.offset.interval.ms",
                "5",
                "streams.task.offset.interval.ms must be greater than or equal to 15000",
            ),
            (
                "streams.assignor.name",
                "foo",
                "streams.assignor.name 'foo' is not a registered task assignor. Registered assignors are: [sticky].",
            ),
            ("nope", "1", "Unknown group config name: nope"),
            ("share.auto.offset.reset", "by_duration:PT1H", ""),
            (
                "share.auto.offset.reset",
                "never",
                "Invalid value never for configuration share.auto.offset.reset: Invalid value `never` for configuration \
                 share.auto.offset.reset. The value must be either 'earliest', 'latest' or of the format \
                 'by_duration:<PnDTnHnMn.nS>'.",
            ),
        ];
        for (name, text, expected) in cases {
            assert_eq!(refusal(name, text), expected, "{name}={text}");
        }
    }

    #[test]
    fn a_group_without_its_own_value_has_the_brokers() {
        let settings = Settings::from_pairs([("group.consumer.session.timeout.ms", "46000")]).unwrap();
        let broker = EffectiveSettings::at_start(Arc::new(settings));
        let of = |name: &str| resolve(&broker, &BTreeMap::new(), declarations::group_resource(name).unwrap());
        assert_eq!(of("consumer.session.timeout.ms").as_deref(), Some("46000"));
        assert_eq!(of("streams.assignor.name").as_deref(), Some("sticky"));
        assert_eq!(of("share.isolation.level").as_deref(), Some("read_uncommitted"));
    }
}
