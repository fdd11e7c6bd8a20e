//! Environment variables as settings, named as Kafka's container image names them.
//!
//! `KAFKA_LOG_DIRS` is `log.dirs`: the prefix goes, letters become small, `_` stands for `.`, `__` for `_`, `___` for
//! `-`. `DMQ_` is a prefix of the same meaning, and wins over it. What an environment holds under these prefixes
//! without being a setting — the options of Kafka's own scripts, the addresses that Kubernetes puts there for a
//! service named `kafka` — is left alone.

use super::super::aliases;
use super::super::declarations;
use super::super::prefixed;
use super::super::settings::Assignment;
use super::Source;

/// In the order of their strength.
const PREFIXES: [&str; 2] = ["KAFKA_", "DMQ_"];

/// The container image's variable for the id of a new cluster.
const CLUSTER_ID: &str = "CLUSTER_ID";

/// Variables of Kafka's scripts and image, of clients, and of this command, which are no settings.
const OTHERS: [&str; 19] = [
    "KAFKA_BOOTSTRAP_SERVERS",
    "KAFKA_CLASSPATH",
    "KAFKA_DEBUG",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_HEAP_OPTS",
    "KAFKA_HOME",
    "KAFKA_JMX_HOSTNAME",
    "KAFKA_JMX_OPTS",
    "KAFKA_JMX_PORT",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_LOG4J_CMD_OPTS",
    "KAFKA_LOG4J_LOGGERS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_OPTS",
    "KAFKA_TOOLS_LOG4J_LOGLEVEL",
    "KAFKA_VERSION",
    "DMQ_LOG",
    "DMQ_LOG_FORMAT",
];

/// The settings among these variables.
pub(super) fn assignments(variables: &[(String, String)]) -> Vec<Assignment> {
    let assignment = |variable: &str, name: String, value: &str| Assignment {
        name,
        value: value.to_owned(),
        source: Source::Environment {
            variable: variable.to_owned(),
        },
    };
    let mut found = Vec::new();
    for (variable, value) in variables.iter().filter(|(variable, _)| variable == CLUSTER_ID) {
        found.push(assignment(variable, "cluster.id".to_owned(), value));
    }
    for prefix in PREFIXES {
        for (variable, value) in variables {
            let Some(rest) = variable.strip_prefix(prefix) else {
                continue;
            };
            if !rest.is_empty() && !OTHERS.contains(&variable.as_str()) && !is_service_link(rest, value) {
                found.push(assignment(variable, setting_name(rest), value));
            }
        }
    }
    found
}

/// Kubernetes describes each service of the namespace as `<NAME>_SERVICE_HOST`, `<NAME>_PORT=tcp://…` and the like.
fn is_service_link(rest: &str, value: &str) -> bool {
    let port = rest == "PORT" || rest.starts_with("PORT_");
    rest == "SERVICE_HOST"
        || rest == "SERVICE_PORT"
        || rest.starts_with("SERVICE_PORT_")
        || (port && (value.contains("://") || rest.contains("_TCP") || rest.contains("_UDP")))
}

/// The setting's name; if there is none of exactly this name, one that differs only in `.`, `-` and `_`.
fn setting_name(rest: &str) -> String {
    let name = unfolded(&rest.to_ascii_lowercase());
    let known = |name: &str| {
        declarations::broker(name).is_some() || aliases::names().any(|alias| alias == name) || prefixed::is_known(name)
    };
    if known(&name) {
        return name;
    }
    let folded = folded(&name);
    declarations::all_broker()
        .map(|setting| setting.name)
        .chain(aliases::names())
        .find(|candidate| self::folded(candidate) == folded)
        .map_or(name, str::to_owned)
}

/// Underscores as the image reads them; of a longer run, three at a time.
fn unfolded(lower: &str) -> String {
    let mut name = String::with_capacity(lower.len());
    let mut rest = lower;
    while let Some(c) = rest.chars().next() {
        let (text, taken) = match () {
            () if rest.starts_with("___") => ('-', 3),
            () if rest.starts_with("__") => ('_', 2),
            () if c == '_' => ('.', 1),
            () => (c, c.len_utf8()),
        };
        name.push(text);
        rest = rest.get(taken..).unwrap_or_default();
    }
    name
}

fn folded(name: &str) -> String {
    name.replace(['-', '_'], ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let variables: Vec<_> = variables
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        assignments(&variables).into_iter().map(|a| (a.name, a.value)).collect()
    }

    #[test]
    fn underscores_stand_for_dots_underscores_and_dashes() {
        assert_eq!(unfolded("log_dirs"), "log.dirs");
        assert_eq!(unfolded("a__b___c_d"), "a_b-c.d");
        assert_eq!(
            read(&[("KAFKA_LOG_DIRS", "x")]),
            [("log.dirs".to_owned(), "x".to_owned())]
        );
        assert_eq!(
            read(&[("DMQ_METADATA_SERVICE___URL", "x")])[0].0,
            "metadata.service-url"
        );
    }

    #[test]
    fn single_underscores_also_find_names_with_dashes() {
        assert_eq!(read(&[("DMQ_METADATA_SERVICE_URL", "x")])[0].0, "metadata.service-url");
        assert_eq!(
            read(&[("DMQ_WAL_SEGMENT_SIZE_BYTES", "1")])[0].0,
            "wal.segment-size-bytes"
        );
    }

    #[test]
    fn our_prefix_wins_over_kafkas() {
        let names = read(&[("DMQ_NODE_ID", "2"), ("KAFKA_NODE_ID", "1")]);
        assert_eq!(names.last().map(|(_, value)| value.as_str()), Some("2"));
    }

    #[test]
    fn variables_that_are_no_settings_are_left_alone() {
        let others = [
            ("KAFKA_HEAP_OPTS", "-Xmx1G"),
            ("KAFKA_PORT", "tcp://10.0.0.1:9092"),
            ("KAFKA_PORT_9092_TCP_ADDR", "10.0.0.1"),
            ("KAFKA_SERVICE_HOST", "10.0.0.1"),
            ("KAFKA_SERVICE_PORT_CLIENTS", "9092"),
            ("DMQ_LOG", "debug"),
            ("PATH", "/bin"),
        ];
        assert_eq!(read(&others), []);
    }

    #[test]
    fn a_misspelt_variable_is_still_handed_on_to_be_refused() {
        assert_eq!(read(&[("KAFKA_LOG_DIRZ", "x")])[0].0, "log.dirz");
    }
}
