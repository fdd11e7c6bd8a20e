//! How `dmq config` shows settings: as blocks for people, as JSON for programs. Secrets are never shown.

use std::fmt::Write;

use serde::Serialize;

use crate::config::{Effect, Resolved, Setting, Settings, Source, declarations};

const WIDTH: usize = 100;
const HIDDEN: &str = "[hidden]";

/// Which settings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Those with an effect, and those that are set.
    Effective,
    /// All of them.
    All,
    /// Those that are set.
    Changed,
}

impl Choice {
    /// What the two flags ask for.
    pub(super) fn of(all: bool, changed: bool) -> Choice {
        match (all, changed) {
            (_, true) => Choice::Changed,
            (true, false) => Choice::All,
            (false, false) => Choice::Effective,
        }
    }

    fn shows(self, setting: &Setting, resolved: &Resolved) -> bool {
        let set = resolved.source != Source::Default;
        match self {
            Choice::All => true,
            Choice::Changed => set,
            Choice::Effective => set || setting.effect == Effect::Effective,
        }
    }
}

/// One setting as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    group: &'static str,
    name: String,
    value: Option<String>,
    source: String,
    default: Option<&'static str>,
    #[serde(rename = "type")]
    value_type: &'static str,
    valid: String,
    dynamic: &'static str,
    #[serde(rename = "withoutEffect", skip_serializing_if = "Option::is_none")]
    without_effect: Option<&'static str>,
    doc: &'static str,
}

/// The chosen settings, group by group.
pub(super) fn rows(settings: &Settings, choice: Choice) -> Vec<Row> {
    let mut rows = Vec::new();
    for group in declarations::BROKER_GROUPS {
        for setting in group.settings {
            let resolved = settings.get(setting);
            if choice.shows(setting, &resolved) {
                rows.push(row(group.title, setting, resolved));
            }
        }
    }
    for (name, resolved) in settings.prefixed() {
        rows.push(Row {
            group: "For one listener or plug-in",
            name: name.to_owned(),
            value: Some(HIDDEN.to_owned()),
            source: resolved.source.to_string(),
            default: None,
            value_type: "STRING",
            valid: String::new(),
            dynamic: "read-only",
            without_effect: settings.without_effect().find(|(n, _)| *n == name).map(|(_, why)| why),
            doc: "A setting under a prefix that Kafka hands on.",
        });
    }
    rows
}

fn row(group: &'static str, setting: &'static Setting, resolved: Resolved) -> Row {
    let value = resolved
        .text
        .map(|text| if setting.is_secret() { HIDDEN.to_owned() } else { text });
    let source = match resolved.alias {
        Some(alias) => format!("{} as {alias}", resolved.source),
        None => resolved.source.to_string(),
    };
    Row {
        group,
        name: setting.name.to_owned(),
        value,
        source,
        default: setting.default,
        value_type: setting.value_type.name(),
        valid: setting.rule.to_string(),
        dynamic: setting.dynamic.name(),
        without_effect: match setting.effect {
            Effect::Effective => None,
            Effect::Accepted { why } => Some(why),
        },
        doc: setting.doc(),
    }
}

/// The rows for a program.
pub(super) fn json(rows: &[Row]) -> String {
    // Texts and names always have a JSON form.
    serde_json::to_string_pretty(rows)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// The rows for people.
pub(super) fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    let mut group = "";
    for row in rows {
        if row.group != group {
            group = row.group;
            let _ = writeln!(out, "# {group}\n");
        }
        let value = match row.value.as_deref() {
            None => "(unset)",
            Some("") => "(empty)",
            Some(text) => text,
        };
        let _ = writeln!(out, "{} = {value}", row.name);
        let default = row.default.unwrap_or("unset");
        let _ = match row.source.as_str() {
            "default" => writeln!(out, "    default"),
            source => writeln!(out, "    from {source}; default {default}"),
        };
        for line in wrapped(row.doc) {
            let _ = writeln!(out, "    {line}");
        }
        if let Some(why) = row.without_effect {
            let _ = writeln!(out, "    Without effect: {why}.");
        }
        out.push('\n');
    }
    out
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(word.chars().count()) < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
