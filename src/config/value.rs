//! What the text of a value means: parsed by the declared type, checked by the declared rule.
//!
//! Follows Kafka: blanks around a value do not count, a list is split at commas, numbers have the width of their
//! type. Any text gives a value or a reason, never a panic. The reasons are worded as Kafka's are, since tools and
//! people look for them; so is a value's canonical form, which DescribeConfigs shows.

use std::fmt;

use super::error::SettingError;
use super::setting::{Setting, ValueType};

/// A parsed value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Of a BOOLEAN.
    Boolean(bool),
    /// Of a SHORT, INT or LONG, already within the type's width.
    Number(i64),
    /// Of a DOUBLE.
    Fraction(f64),
    /// Of a STRING, PASSWORD or CLASS.
    Text(String),
    /// Of a LIST; blank elements are left out only when the whole list is blank.
    List(Vec<String>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Boolean(boolean) => boolean.fmt(f),
            Value::Number(number) => number.fmt(f),
            Value::Fraction(fraction) => f.write_str(&java_double(*fraction)),
            Value::Text(text) => text.fmt(f),
            Value::List(items) => items.join(",").fmt(f),
        }
    }
}

/// The value of `text` for this setting, or why it is none.
pub fn parse(setting: &Setting, text: &str) -> Result<Value, SettingError> {
    let invalid = |reason: String| SettingError::invalid(setting, text, reason);
    let value = parse_type(setting.value_type, text.trim()).map_err(invalid)?;
    if setting.rule.has_no_blanks()
        && let Value::List(items) = &value
        && items.iter().any(String::is_empty)
    {
        let text = format!("Configuration '{}' values must not be empty.", setting.name);
        return Err(SettingError::Conflict(text));
    }
    if let Err(reason) = setting.rule.check(setting.name, &value) {
        return Err(SettingError::invalid(setting, &setting.rule.culprit(&value), reason));
    }
    Ok(match value {
        Value::List(items) if setting.rule.has_no_blanks() => Value::List(without_repetitions(items)),
        value => value,
    })
}

/// How Kafka shows `text` once it is a value of this setting; as it is if it is none.
pub fn canonical(setting: &Setting, text: &str) -> String {
    parse(setting, text).map_or_else(|_| text.to_owned(), |value| value.to_string())
}

/// Of a list whose elements are words, each counts once.
fn without_repetitions(items: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

/// A fraction as Java writes it: with a decimal point always, and from 10^7 and below 10^-3 with an exponent.
fn java_double(fraction: f64) -> String {
    let size = fraction.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{fraction:?}");
    }
    let text = format!("{fraction:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => format!("{mantissa}E{exponent}"),
        Some((mantissa, exponent)) => format!("{mantissa}.0E{exponent}"),
        None => text,
    }
}

/// The parts of a LIST.
pub fn split_list(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() {
        Vec::new()
    } else {
        text.split(',').map(|part| part.trim().to_owned()).collect()
    }
}

fn parse_type(value_type: ValueType, text: &str) -> Result<Value, String> {
    match value_type {
        ValueType::Boolean if text.eq_ignore_ascii_case("true") => Ok(Value::Boolean(true)),
        ValueType::Boolean if text.eq_ignore_ascii_case("false") => Ok(Value::Boolean(false)),
        ValueType::Boolean => Err("Expected value to be either true or false".to_owned()),
        ValueType::Short => number(text, value_type, i64::from(i16::MIN), i64::from(i16::MAX)),
        ValueType::Int => number(text, value_type, i64::from(i32::MIN), i64::from(i32::MAX)),
        ValueType::Long => number(text, value_type, i64::MIN, i64::MAX),
        ValueType::Double => match text.parse::<f64>() {
            Ok(fraction) if fraction.is_finite() => Ok(Value::Fraction(fraction)),
            _ => Err("Not a number of type DOUBLE".to_owned()),
        },
        ValueType::List => Ok(Value::List(split_list(text))),
        ValueType::String | ValueType::Password | ValueType::Class => Ok(Value::Text(text.to_owned())),
    }
}

fn number(text: &str, value_type: ValueType, min: i64, max: i64) -> Result<Value, String> {
    match text.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(Value::Number(number)),
        _ => Err(format!("Not a number of type {}", value_type.name())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::declarations;

    #[test]
    fn a_number_must_fit_the_width_of_its_type() {
        let node_id = declarations::broker("node.id").unwrap();
        assert_eq!(parse(node_id, " 7 "), Ok(Value::Number(7)));
        let error = parse(node_id, "2147483648").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Invalid value 2147483648 for configuration node.id: Not a number of type INT"
        );
    }

    #[test]
    fn the_value_of_a_password_is_never_shown() {
        let secret = declarations::broker("ssl.keystore.password").unwrap();
        let error = SettingError::invalid(secret, "hunter2", "wrong".to_owned());
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn fractions_are_shown_as_java_shows_them() {
        let shown = [0.5, 1.0, 0.3, 1e-4, f64::MAX, 1e7, 123_456.0, 0.0].map(java_double);
        assert_eq!(
            shown,
            [
                "0.5",
                "1.0",
                "0.3",
                "1.0E-4",
                "1.7976931348623157E308",
                "1.0E7",
                "123456.0",
                "0.0"
            ]
        );
    }

    #[test]
    fn the_canonical_form_is_without_blanks_and_repetitions() {
        let of = |name: &str, text: &str| canonical(declarations::topic(name).unwrap(), text);
        assert_eq!(of("preallocate", " TRUE "), "true");
        assert_eq!(of("segment.bytes", "+2000000"), "2000000");
        assert_eq!(of("cleanup.policy", "delete, compact,delete"), "delete,compact");
        assert_eq!(of("leader.replication.throttled.replicas", "0:1,0:1"), "0:1,0:1");
    }

    #[test]
    fn a_list_of_words_has_no_empty_ones_but_may_have_none_at_all() {
        let policy = declarations::topic("cleanup.policy").unwrap();
        assert_eq!(parse(policy, ""), Ok(Value::List(Vec::new())));
        let error = parse(policy, "delete,,compact").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Configuration 'cleanup.policy' values must not be empty."
        );
        let error = parse(policy, "delete,foo").unwrap_err();
        assert_eq!(
            error.to_string(),
            "Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete"
        );
    }

    proptest! {
        #[test]
        fn any_text_gives_a_value_or_a_reason(text in ".{0,40}", index in 0usize..417) {
            let all: Vec<_> = declarations::all_broker().chain(declarations::all_topic()).collect();
            let setting = all[index % all.len()];
            let _ = parse(setting, &text);
        }
    }
}
