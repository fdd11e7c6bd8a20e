//! Why a value, a name or a file of settings is refused.
//!
//! A [`SettingError`] knows nothing of where the text came from: the same one answers an AlterConfigs request and a
//! line of a file. [`SettingsErrors`] is what loading gives back: every problem found, each with its place.

use std::fmt;

use super::setting::Setting;
use super::sources::Source;

/// One thing that is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// The name is not known.
    #[error("Unknown configuration {name}{}", did_you_mean(.nearest))]
    Unknown {
        /// The name as it was written.
        name: String,
        /// A known name that looks like it.
        nearest: Option<String>,
    },
    /// Kafka knew the name once.
    #[error("Unknown configuration {name}: Kafka 4 has dropped it; remove it")]
    Dropped {
        /// The name.
        name: String,
    },
    /// The value is not of the type, or not within the bounds.
    #[error("Invalid value {value} for configuration {name}: {reason}")]
    Invalid {
        /// The setting's name.
        name: String,
        /// The value as it was written; hidden for secrets.
        value: String,
        /// What is wrong with it, or what would be right.
        reason: String,
    },
    /// Two values, each valid, do not fit together.
    #[error("{0}")]
    Conflict(String),
    /// The text could not be read as settings at all.
    #[error("{0}")]
    Syntax(String),
}

impl SettingError {
    /// The value does not suit the setting.
    pub fn invalid(setting: &Setting, value: &str, reason: String) -> SettingError {
        let value = if setting.is_secret() { "[hidden]" } else { value };
        SettingError::Invalid {
            name: setting.name.to_owned(),
            value: value.to_owned(),
            reason,
        }
    }
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!("; did you mean {name}?"))
        .unwrap_or_default()
}

/// A problem and the place where it was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Where the text came from.
    pub source: Source,
    /// What is wrong with it.
    pub error: SettingError,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Default => self.error.fmt(f),
            source => write!(f, "{source}: {}", self.error),
        }
    }
}

/// Everything that is wrong with the settings given, in the order of the sources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettingsErrors(pub Vec<Located>);

impl SettingsErrors {
    /// Notes one more problem.
    pub fn push(&mut self, source: Source, error: SettingError) {
        self.0.push(Located { source, error });
    }
}

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, located) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            located.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsErrors {}
