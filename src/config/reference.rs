//! The page `docs/configuration.md`, made of the tables: a test holds the file equal to what this writes.

use std::fmt::Write;

use super::aliases::ALIASES;
use super::declarations::{
    BROKER_GROUPS, CLIENT_METRICS_GROUP, DIFFERENCES, GROUP_GROUP, Group, RUNTIME_GROUP, TOPIC_GROUP,
};
use super::setting::{Effect, Setting};

const INTRODUCTION: &str = "\
<!-- Written by `dmq config reference`; do not edit. -->

# Settings

Every name that Apache Kafka 4.4 knows for brokers and controllers is accepted, with Kafka's type, bounds and default;
a few are DMQ's own. A name that is not known stops the start, with the nearest known one. `dmq config` prints the
settings in effect and where each comes from.

## Where settings come from

Of several values for one setting the later source wins:

1. its default;
2. the file named on the command line: Kafka's `.properties`, or YAML (`.yaml`, `.yml`) with names nested or dotted;
3. environment variables, as Kafka's container image maps them: `KAFKA_LOG_DIRS` is `log.dirs`; `_` stands for `.`,
   `__` for `_`, `___` for `-`. The prefix `DMQ_` does the same and wins over `KAFKA_`. Variables of Kafka's scripts
   (`KAFKA_HEAP_OPTS`, `KAFKA_OPTS`, …) are left alone. `CLUSTER_ID` is `cluster.id`;
4. `--override name=value`.

Relative paths are relative to the working directory. `listener.name.<listener>.<setting>` and the prefixes
`rsm.config.` and `rlmm.config.` are accepted without effect, except `listener.name.<listener>.max.connections`.

Logging is not a setting: `--log-level` or `DMQ_LOG` (`info`, or by module: `info,dmq::net=debug`), `--log-format` or
`DMQ_LOG_FORMAT` (`text`, `json`).
";

/// The whole page.
pub fn markdown() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## Other names\n\n| name | stands for |\n|---|---|\n");
    for alias in ALIASES {
        let note = if alias.name == "server.port" {
            ", as `http://:<port>`"
        } else {
            ""
        };
        let _ = writeln!(page, "| `{}` | `{}`{note} |", alias.name, alias.target);
    }
    page.push_str("\nThese, and every setting, may carry the prefix `dmq.storage.`.\n");
    page.push_str("\n## Defaults that are not Kafka's\n\n| setting | here | Kafka | because |\n|---|---|---|---|\n");
    for difference in DIFFERENCES {
        let ours = super::declarations::broker(difference.name).and_then(|setting| setting.default);
        let ours = ours
            .filter(|text| !text.is_empty())
            .map_or("empty".to_owned(), |text| format!("`{text}`"));
        let kafka = match difference.kafka {
            "required" => "required".to_owned(),
            value => format!("`{value}`"),
        };
        let _ = writeln!(
            page,
            "| `{}` | {ours} | {kafka} | {} |",
            difference.name, difference.why
        );
    }
    page.push_str("\n# Broker\n");
    for group in BROKER_GROUPS {
        write_group(&mut page, group);
    }
    page.push_str("\n# Topics\n\nWhat a topic can have of its own. Its default comes from the broker's settings.\n");
    for setting in TOPIC_GROUP.settings {
        write_setting(&mut page, setting, true);
    }
    for (introduction, group) in RESOURCES {
        let _ = write!(page, "\n# {}\n\n{introduction}\n", group.title);
        for setting in group.settings {
            write_setting(&mut page, setting, true);
        }
    }
    page
}

/// What has settings of its own besides brokers and topics.
static RESOURCES: [(&str, &Group); 3] = [
    (
        "What a broker can be told with `kafka-configs` only; no file has it.",
        &RUNTIME_GROUP,
    ),
    (
        "What a group can have of its own. Its default comes from the broker's settings.",
        &GROUP_GROUP,
    ),
    (
        "What a subscription to clients' metrics consists of.",
        &CLIENT_METRICS_GROUP,
    ),
];

fn write_group(page: &mut String, group: &Group) {
    let _ = writeln!(page, "\n## {}", group.title);
    for setting in group.settings {
        write_setting(page, setting, false);
    }
}

fn write_setting(page: &mut String, setting: &Setting, of_topic: bool) {
    let default = match setting.default {
        None => "unset".to_owned(),
        Some("") => "empty".to_owned(),
        Some(text) => format!("`{text}`"),
    };
    let valid = setting.rule.to_string();
    let valid = if valid.is_empty() {
        String::new()
    } else {
        format!(" · `{valid}`")
    };
    let dynamic = if of_topic {
        String::new()
    } else {
        format!(" · {}", setting.dynamic.name())
    };
    let internal = if setting.internal { " · internal" } else { "" };
    let type_name = setting.value_type.name();
    let _ = write!(page, "\n### `{}`\n\n{}\n\n", setting.name, setting.doc());
    let _ = writeln!(page, "{type_name} · default {default}{valid}{dynamic}{internal}");
    if !setting.synonyms.is_empty() {
        let names: Vec<String> = setting.synonyms.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "\nThe broker's default: {}.", names.join(", else "));
    }
    if let Effect::Accepted { why } = setting.effect {
        let _ = writeln!(page, "\n*Without effect: {why}.*");
    }
}
