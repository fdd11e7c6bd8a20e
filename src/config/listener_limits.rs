//! The limits that a listener may have of its own: `listener.name.<listener>.max.connections` and
//! `listener.name.<listener>.max.connection.creation.rate`, with the listener's name in small letters, as in Kafka.

use super::declarations;
use super::error::SettingError;
use super::listener::Listener;
use super::value::{self, Value};

/// What a listener may set for itself and this broker heeds.
pub(super) const NAMES: [&str; 2] = ["max.connections", "max.connection.creation.rate"];

/// How many connections a listener takes; `None` leaves it to the broker's own limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ListenerLimits {
    /// At once.
    pub connections: Option<usize>,
    /// In a second.
    pub creation_rate: Option<u32>,
}

/// Gives each listener the limits that were set for it.
pub(super) fn assign(
    listeners: &mut [Listener],
    text_of: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Vec<SettingError>> {
    let mut errors = Vec::new();
    for listener in listeners {
        let mut number = |setting: &str| {
            let full_name = format!("listener.name.{}.{setting}", listener.name.to_lowercase());
            let text = text_of(&full_name)?;
            match parse(setting, &full_name, &text) {
                Ok(number) => number,
                Err(error) => {
                    errors.push(error);
                    None
                }
            }
        };
        let [connections, creation_rate] = NAMES.map(&mut number);
        listener.limits = ListenerLimits {
            connections: connections.and_then(|number| usize::try_from(number).ok()),
            creation_rate: creation_rate.and_then(|number| u32::try_from(number).ok()),
        };
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

fn parse(setting: &str, full_name: &str, text: &str) -> Result<Option<i64>, SettingError> {
    let Some(declared) = declarations::broker(setting) else {
        return Ok(None);
    };
    match value::parse(declared, text) {
        Ok(Value::Number(number)) => Ok(Some(number)),
        Ok(_) => Ok(None),
        Err(SettingError::Invalid { value, reason, .. }) => Err(SettingError::Invalid {
            name: full_name.to_owned(),
            value,
            reason,
        }),
        Err(error) => Err(error),
    }
}
