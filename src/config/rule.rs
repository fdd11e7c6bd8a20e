//! Which values of a setting are valid beyond what its type says.
//!
//! A rule describes itself as Kafka's documentation does (`[1,...,17]`), so that the tables can be held against
//! Kafka's, and gives the reason when a value breaks it. It sees one value at a time: how values must fit together
//! is decided where they become typed ([`broker`](super::broker), [`topic`](super::topic)).

use std::fmt;

use super::value::Value;

/// A condition on one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Whatever the type allows.
    Any,
    /// A number not below this one.
    AtLeast(i64),
    /// A number from the first to the second, both valid.
    Between(i64, i64),
    /// A fraction from the first to the second, both valid.
    BetweenFractions(f64, f64),
    /// The level of gzip: from 1 to 9, or −1 for the library's own.
    GzipLevel,
    /// One of these texts; for a list each element, of which none is empty and each counts once.
    OneOf(&'static [&'static str]),
    /// One of these texts, in any case.
    OneOfIgnoringCase(&'static [&'static str]),
    /// A text of at least one character, or null.
    NotEmpty,
    /// Never null; always so here, where unset has a default.
    NotNull,
    /// A list of `id@host:port`; empty by default.
    QuorumVoters,
    /// A list of `host:port`; empty by default.
    HostPorts,
    /// `http://host:port`, perhaps with a path.
    HttpUrl,
    /// `*`, or a list of `partition:broker`.
    ThrottledReplicas,
    /// `latest`, `earliest`, or `by_duration:` and a duration such as `PT1H`.
    OffsetReset,
}

impl Rule {
    /// Whether a list of this kind consists of words, none of them empty.
    pub(super) const fn has_no_blanks(&self) -> bool {
        matches!(self, Rule::OneOf(_))
    }

    /// What Kafka names as wrong in a value that breaks the rule.
    pub(super) fn culprit(&self, value: &Value) -> String {
        match (self, value) {
            (Rule::OneOf(allowed), Value::List(items)) => {
                let unknown = items.iter().find(|item| !allowed.contains(&item.as_str()));
                unknown.cloned().unwrap_or_default()
            }
            (_, Value::List(items)) => format!("[{}]", items.join(", ")),
            (_, value) => value.to_string(),
        }
    }

    /// The reason why `value` is not valid for the setting `name`, or nothing.
    pub fn check(&self, name: &str, value: &Value) -> Result<(), String> {
        match (self, value) {
            (Rule::Any | Rule::NotNull, _) => Ok(()),
            (Rule::AtLeast(min), Value::Number(n)) => at_least(*n, *min),
            (Rule::Between(min, max), Value::Number(n)) => at_least(*n, *min).and_then(|()| at_most(*n, *max)),
            (Rule::GzipLevel, Value::Number(-1)) => Ok(()),
            (Rule::GzipLevel, Value::Number(n)) => at_least(*n, 1)
                .and_then(|()| at_most(*n, 9))
                .map_err(|_| "Value must be between 1 and 9 or equal to -1".to_owned()),
            (Rule::BetweenFractions(min, _), Value::Fraction(f)) if f < min => {
                Err(format!("Value must be at least {min}"))
            }
            (Rule::BetweenFractions(_, max), Value::Fraction(f)) if f > max => {
                Err(format!("Value must be no more than {max}"))
            }
            (Rule::OneOf(allowed), Value::Text(text)) if !allowed.contains(&text.as_str()) => {
                Err(format!("String must be one of: {}", allowed.join(", ")))
            }
            (Rule::OneOf(allowed), Value::List(items)) => each_of(items, allowed),
            (Rule::OneOfIgnoringCase(allowed), Value::Text(text))
                if !allowed.iter().any(|a| a.eq_ignore_ascii_case(text)) =>
            {
                Err(format!(
                    "String must be one of (case insensitive): {}",
                    allowed.join(", ")
                ))
            }
            (Rule::NotEmpty, Value::Text(text)) if text.is_empty() => Err("String must be non-empty".to_owned()),
            (Rule::QuorumVoters, Value::List(items)) => items.iter().try_for_each(|item| quorum_voter(item)),
            (Rule::HostPorts, Value::List(items)) => items.iter().try_for_each(|item| host_port(item)),
            (Rule::HttpUrl, Value::Text(text)) if !is_http_url(text) => {
                Err("Must be a URL such as http://localhost:9091".to_owned())
            }
            (Rule::ThrottledReplicas, Value::List(items)) => throttled_replicas(name, items),
            (Rule::OffsetReset, Value::Text(text)) => offset_reset(name, text),
            _ => Ok(()),
        }
    }
}

fn at_least(number: i64, min: i64) -> Result<(), String> {
    if number < min {
        Err(format!("Value must be at least {min}"))
    } else {
        Ok(())
    }
}

fn at_most(number: i64, max: i64) -> Result<(), String> {
    if number > max {
        Err(format!("Value must be no more than {max}"))
    } else {
        Ok(())
    }
}

fn each_of(items: &[String], allowed: &[&str]) -> Result<(), String> {
    match items.iter().all(|item| allowed.contains(&item.as_str())) {
        true => Ok(()),
        false => Err(format!("String must be one of: {}", allowed.join(", "))),
    }
}

fn host_port(item: &str) -> Result<(), String> {
    let valid = item
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0));
    if valid {
        Ok(())
    } else {
        Err(format!("{item} is not of the form host:port"))
    }
}

fn quorum_voter(item: &str) -> Result<(), String> {
    let valid = item
        .split_once('@')
        .is_some_and(|(id, address)| id.parse::<u32>().is_ok() && host_port(address).is_ok());
    if valid {
        Ok(())
    } else {
        Err(format!("{item} is not of the form id@host:port"))
    }
}

fn is_http_url(text: &str) -> bool {
    text.strip_prefix("http://")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':']))
}

fn throttled_replicas(name: &str, items: &[String]) -> Result<(), String> {
    let wildcard = items.len() == 1 && items.first().is_some_and(|item| item == "*");
    let pair = |item: &String| {
        item.split_once(':')
            .is_some_and(|(partition, broker)| partition.parse::<u32>().is_ok() && broker.parse::<u32>().is_ok())
    };
    if wildcard || items.iter().all(pair) {
        Ok(())
    } else {
        Err(format!(
            "{name} must be the literal '*' or a list of replicas in the following format: \
             [partitionId]:[brokerId],[partitionId]:[brokerId],..."
        ))
    }
}

fn offset_reset(name: &str, text: &str) -> Result<(), String> {
    let duration = text.strip_prefix("by_duration:");
    if matches!(text, "latest" | "earliest") || duration.is_some_and(is_iso_duration) {
        return Ok(());
    }
    Err(format!(
        "Invalid value `{text}` for configuration {name}. The value must be either 'earliest', 'latest' or of the \
         format 'by_duration:<PnDTnHnMn.nS>'."
    ))
}

/// Whether the text is a duration of ISO 8601 that is not negative: days, then after `T` hours, minutes and seconds.
fn is_iso_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['P', 'p']) else {
        return false;
    };
    let (date, time) = match rest.split_once(['T', 't']) {
        Some((_, "")) => return false,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    !rest.is_empty() && counts_in_order(date, "D") && counts_in_order(time, "HMS")
}

/// Whether the text is a run of counts, each before one of the units, in the units' order; seconds may have a fraction.
fn counts_in_order(text: &str, units: &str) -> bool {
    let mut left = text.to_ascii_uppercase();
    for unit in units.chars() {
        let Some((count, after)) = left.split_once(unit) else {
            continue;
        };
        let (whole, fraction) = count.split_once('.').unwrap_or((count, "0"));
        let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        let fits = whole.parse::<i64>().is_ok_and(|count| count >= 0) && fraction.len() <= 9 && digits(fraction);
        if !fits || (count.contains('.') && unit != 'S') {
            return false;
        }
        left = after.to_owned();
    }
    left.is_empty()
}

impl fmt::Display for Rule {
    /// As Kafka's documentation writes it; nothing for [`Rule::Any`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Any => Ok(()),
            Rule::AtLeast(min) => write!(f, "[{min},...]"),
            Rule::Between(min, max) => write!(f, "[{min},...,{max}]"),
            Rule::BetweenFractions(min, max) => write!(f, "[{min},...,{max}]"),
            Rule::GzipLevel => f.write_str("[1,...,9] or -1"),
            Rule::OneOf(allowed) => write!(f, "[{}]", allowed.join(", ")),
            Rule::OneOfIgnoringCase(allowed) => write!(f, "(case insensitive) [{}]", allowed.join(", ")),
            Rule::NotEmpty => f.write_str("non-empty string"),
            Rule::NotNull => f.write_str("non-null string"),
            Rule::QuorumVoters | Rule::HostPorts => f.write_str("non-empty list"),
            Rule::HttpUrl => f.write_str("http://host:port"),
            Rule::ThrottledReplicas => f.write_str("[partitionId]:[brokerId],[partitionId]:[brokerId],..."),
            Rule::OffsetReset => f.write_str("[latest, earliest, by_duration:PnDTnHnMn.nS]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_its_units_in_order() {
        for good in ["PT1H", "P2D", "P1DT2H3M4.5S", "pt5m", "PT0S"] {
            assert!(is_iso_duration(good), "{good}");
        }
        for bad in ["foo", "-PT1H", "P", "PT", "P1DT", "PT1S2H", "PT1.5H", "P1H", "PT-1H"] {
            assert!(!is_iso_duration(bad), "{bad}");
        }
    }
}
