//! The tables against Kafka's facts, against the code that uses them, and against the files made of them.

use crate::*;

const FACTS: &str = include_str!("../data/kafka-settings.tsv");

/// A declaration in the columns of the facts.
fn columns(scope: &str, setting: &Setting) -> String {
    let dynamic = if scope == "topic" { "" } else { setting.dynamic.name() };
    [
        scope,
        setting.name,
        setting.value_type.name(),
        setting.default.unwrap_or("null"),
        setting.importance.name(),
        &setting.rule.to_string(),
        if setting.internal { "internal" } else { "public" },
        dynamic,
        &setting.synonyms.join(" "),
    ]
    .join("\t")
}

#[test]
fn every_setting_of_kafka_is_declared_as_kafka_declares_it() {
    let differences: BTreeMap<_, _> = DIFFERENCES.iter().map(|d| (d.name, d.kafka)).collect();
    let mut count = 0;
    for fact in FACTS.lines().filter(|line| !line.starts_with('#')) {
        let mut fields: Vec<&str> = fact.split('\t').collect();
        let (scope, name) = (fields[0], fields[1]);
        let setting = match scope {
            "topic" => declarations::topic(name),
            _ => declarations::broker(name),
        };
        let setting = setting.unwrap_or_else(|| panic!("{name} is missing"));
        if let Some(kafka) = differences.get(name).filter(|_| scope == "broker") {
            assert_eq!(fields[3], *kafka, "{name}: what the list of differences says of Kafka");
            assert_ne!(setting.default, Some(*kafka), "{name}: no difference");
            fields[3] = setting.default.unwrap_or("null");
        }
        assert_eq!(columns(scope, setting), fields.join("\t"));
        count += 1;
    }
    assert_eq!(count, 379 + 38);
}

#[test]
fn what_kafka_does_not_have_is_in_our_own_group() {
    let facts: BTreeSet<&str> = FACTS.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    for group in declarations::BROKER_GROUPS {
        for setting in group.settings {
            assert_eq!(
                facts.contains(setting.name),
                group.title != "DMQ's own",
                "{}",
                setting.name
            );
        }
    }
}

#[test]
fn every_setting_says_what_it_is_for_and_settings_without_effect_say_why() {
    for setting in declarations::all_broker().chain(declarations::all_topic()) {
        assert!(
            setting.doc().ends_with('.') && setting.doc().len() > 20,
            "{}",
            setting.name
        );
        if let Effect::Accepted { why } = setting.effect {
            assert!(!why.is_empty() && !why.ends_with('.'), "{}", setting.name);
        }
    }
}

#[test]
fn an_effective_setting_reaches_the_code_and_a_typed_field_is_declared() {
    let mut reached: BTreeSet<&str> = BrokerSettings::NAMES.iter().copied().collect();
    for name in BrokerSettings::NAMES {
        assert!(declarations::broker(name).is_some(), "{name}");
    }
    // Read where they become listeners, directories, or a check at start.
    reached.extend([
        "listeners",
        "advertised.listeners",
        "listener.security.protocol.map",
        "rest.listeners",
    ]);
    reached.extend([
        "controller.listener.names",
        "controller.quorum.voters",
        "process.roles",
        "broker.id",
    ]);
    reached.extend(["log.dir", "log.dirs", "max.connections.per.ip.overrides"]);
    for setting in declarations::all_broker().filter(|setting| setting.effect == Effect::Effective) {
        let of_topic = declarations::topic_of(setting.name);
        if let Some(topic) = of_topic {
            assert_eq!(topic.effect, Effect::Effective, "{}", setting.name);
        }
        assert!(
            of_topic.is_some() || reached.contains(setting.name),
            "{} has no effect",
            setting.name
        );
    }
    let topic: BTreeSet<_> = TopicSettings::NAMES.iter().copied().collect();
    assert_eq!(topic, declarations::all_topic().map(|setting| setting.name).collect());
}

#[test]
fn settings_are_found_by_name_with_their_synonyms_in_order() {
    let retention = declarations::topic("retention.ms").unwrap();
    assert_eq!(
        retention.synonyms,
        ["log.retention.ms", "log.retention.minutes", "log.retention.hours"]
    );
    let hours = declarations::broker("log.retention.hours").unwrap();
    assert_eq!(declarations::broker_synonyms(hours), retention.synonyms);
    let node_id = declarations::broker("node.id").unwrap();
    assert_eq!(declarations::broker_synonyms(node_id), ["node.id"]);
    assert_eq!(node_id.dynamic, Dynamic::ReadOnly);
    assert_eq!(node_id.rule, Rule::AtLeast(0));
}

#[test]
fn the_reference_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = std::fs::read_to_string(path).unwrap();
    assert!(
        page == reference::markdown(),
        "write it again: cargo run -- config reference > docs/configuration.md"
    );
}

#[test]
fn the_sample_files_show_the_defaults() {
    for name in ["dmq.properties", "dmq.yaml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
        let text = std::fs::read_to_string(path).unwrap();
        // A line that shows a default is "#name=value"; one with a space after the sign is a sentence.
        let shown: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if rest.starts_with(|c: char| c.is_ascii_lowercase()) => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .filter(|line| !line.starts_with("advertised.listeners"))
            .collect();
        let settings = load(Some((name, &shown)), &[], &[]).unwrap();
        assert_eq!(settings.broker(), Settings::default().broker(), "{name}");
        for setting in declarations::all_broker() {
            let resolved = settings.get(setting);
            let is_default = resolved.text.as_deref() == setting.default || setting.name == "log.dirs";
            assert!(is_default, "{name}: {} is not the default", setting.name);
        }
        assert_eq!(settings.without_effect().next(), None, "{name}");
    }
}
