//! Where settings come from: a file, the environment, the command line — each turned into [`Assignment`]s.
//!
//! Later sources win: default, file, environment, command line. The texts are given; nothing here opens a file or
//! looks at the process's environment. Any bytes give assignments or errors with a line, never a panic.

mod environment;
mod properties;
mod source;
mod yaml;

use std::borrow::Cow;
use std::sync::Arc;

use super::error::{SettingError, SettingsErrors};
use super::settings::{Assignment, Settings};

pub use source::Source;

/// A settings file that has been read.
#[derive(Debug, Clone, Copy)]
pub struct FileText<'a> {
    /// Its path as it was given; `.yaml` and `.yml` are YAML, everything else has Kafka's `.properties` form.
    pub path: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Everything that may hold settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inputs<'a> {
    /// The settings file, if one was named.
    pub file: Option<FileText<'a>>,
    /// The process's environment; variables that are no settings are left alone.
    pub environment: &'a [(String, String)],
    /// `name=value` from the command line, in their order.
    pub overrides: &'a [String],
}

/// What a file's format makes of a text.
#[derive(Debug, Default, PartialEq)]
struct Parsed {
    /// Name, value, line from 1.
    pairs: Vec<(String, String, usize)>,
    /// What could not be read, with its line; 0 when it is not known.
    errors: Vec<(usize, String)>,
}

impl Settings {
    /// The settings that these sources give together, or everything that is wrong in any of them.
    pub fn load(inputs: Inputs<'_>) -> Result<Settings, SettingsErrors> {
        let mut errors = SettingsErrors::default();
        let mut assignments = Vec::new();
        if let Some(file) = inputs.file {
            read_file(file, &mut assignments, &mut errors);
        }
        assignments.extend(environment::assignments(inputs.environment));
        for text in inputs.overrides {
            match text.split_once('=') {
                Some((name, value)) => assignments.push(Assignment {
                    name: name.trim().to_owned(),
                    value: value.to_owned(),
                    source: Source::CommandLine,
                }),
                None => {
                    let error = SettingError::Syntax(format!("{text} is not of the form name=value"));
                    errors.push(Source::CommandLine, error);
                }
            }
        }
        Settings::resolve_after(errors, assignments)
    }
}

fn read_file(file: FileText<'_>, assignments: &mut Vec<Assignment>, errors: &mut SettingsErrors) {
    let path: Arc<str> = Arc::from(file.path);
    let lower = file.path.to_ascii_lowercase();
    let text = decoded(file.bytes);
    let parsed = if lower.ends_with(".yaml") || lower.ends_with(".yml") {
        yaml::parse(&text)
    } else {
        properties::parse(&text)
    };
    let source = |line: usize| Source::File {
        path: Arc::clone(&path),
        line,
    };
    assignments.extend(parsed.pairs.into_iter().map(|(name, value, line)| Assignment {
        name,
        value,
        source: source(line),
    }));
    for (line, message) in parsed.errors {
        errors.push(source(line), SettingError::Syntax(message));
    }
}

/// UTF-8, else Latin-1, which Java reads `.properties` files as and which every byte sequence is.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text.trim_start_matches('\u{feff}')),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_in_a_file_give_settings_or_errors(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            yaml in any::<bool>(),
        ) {
            let path = if yaml { "a.yaml" } else { "a.properties" };
            let _ = Settings::load(Inputs { file: Some(FileText { path, bytes: &bytes }), ..Inputs::default() });
        }

        #[test]
        fn text_that_looks_like_settings_gives_settings_or_errors(
            text in r"([a-z.]{1,6}[:= \\\n\t\[\]{}&*#!|>'-]{1,3}){0,12}",
            yaml in any::<bool>(),
        ) {
            let path = if yaml { "a.yml" } else { "a.properties" };
            let _ = Settings::load(Inputs {
                file: Some(FileText { path, bytes: text.as_bytes() }),
                ..Inputs::default()
            });
        }
    }
}
