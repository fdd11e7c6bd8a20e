//! Other names of settings: those of the REST storage service that DMQ replaces, still accepted everywhere.
//!
//! Each stands for one Kafka setting; a few say the same in another form and are translated. All of them, and every
//! other setting, may carry the prefix `dmq.storage.`.

use super::error::SettingError;

/// Every name may carry it.
const PREFIX: &str = "dmq.storage.";

/// Another name of a setting.
#[derive(Debug, Clone, Copy)]
pub struct Alias {
    /// The other name.
    pub name: &'static str,
    /// The setting it stands for.
    pub target: &'static str,
    /// How a value is written for that setting; nothing when it says nothing.
    translate: fn(&str) -> Result<Option<String>, String>,
}

fn same(value: &str) -> Result<Option<String>, String> {
    Ok(Some(value.to_owned()))
}

/// Kafka writes −1 where no broker id is set.
fn set_id(value: &str) -> Result<Option<String>, String> {
    Ok(Some(value.to_owned()).filter(|value| value.trim() != "-1"))
}

fn port_to_rest_listener(value: &str) -> Result<Option<String>, String> {
    match value.trim().parse::<u16>() {
        Ok(port) => Ok(Some(format!("http://:{port}"))),
        Err(_) => Err("Must be a port, from 0 to 65535".to_owned()),
    }
}

const fn alias(name: &'static str, target: &'static str) -> Alias {
    Alias {
        name,
        target,
        translate: same,
    }
}

/// Every alias, by name.
pub static ALIASES: &[Alias] = &[
    alias("broker.data-dir", "log.dirs"),
    Alias {
        name: "broker.id",
        target: "node.id",
        translate: set_id,
    },
    alias("replication.fetch-max-bytes", "replica.fetch.max.bytes"),
    alias("replication.fetch-max-wait-ms", "replica.fetch.wait.max.ms"),
    alias("replication.replica-lag-time-max-ms", "replica.lag.time.max.ms"),
    Alias {
        name: "server.port",
        target: "rest.listeners",
        translate: port_to_rest_listener,
    },
    alias("wal.flush-interval-ms", "log.flush.interval.ms"),
    alias("wal.segment-size-bytes", "log.segment.bytes"),
];

/// The names of all aliases.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALIASES.iter().map(|alias| alias.name)
}

/// A name and value in a setting's own terms.
pub(super) struct Target {
    pub(super) name: String,
    pub(super) value: String,
}

/// What an assignment says in the terms of the setting it means; a name that is no alias stays as it is. Nothing if
/// it says that the setting is not set.
pub(super) fn resolve(name: &str, value: &str) -> Result<Option<Target>, SettingError> {
    let bare = name.strip_prefix(PREFIX).unwrap_or(name);
    let Some(alias) = ALIASES.iter().find(|alias| alias.name == bare) else {
        return Ok(Some(Target {
            name: bare.to_owned(),
            value: value.to_owned(),
        }));
    };
    let translated = (alias.translate)(value).map_err(|reason| SettingError::Invalid {
        name: name.to_owned(),
        value: value.to_owned(),
        reason,
    })?;
    Ok(translated.map(|value| Target {
        name: alias.target.to_owned(),
        value,
    }))
}
