//! What may change at run time, and what is refused in which words.

use std::sync::Arc;

use super::*;
use crate::config::Settings;

const PLAIN: &str = "PLAINTEXT:PLAINTEXT,SECOND:PLAINTEXT";

fn now() -> EffectiveSettings {
    EffectiveSettings::at_start(Arc::new(Settings::default()))
}

fn layer(pairs: &[(&str, &str)]) -> Layer {
    pairs
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

fn refusal(scope: Scope, pairs: &[(&str, &str)]) -> String {
    check_change(&now(), scope, &layer(pairs)).unwrap_err().to_string()
}

#[test]
fn each_mode_refuses_in_kafkas_words() {
    use Scope::{AllBrokers, ThisBroker};
    let cases = [
        (
            ThisBroker,
            "node.id",
            "1",
            "Cannot update these configs dynamically: [node.id]",
        ),
        (
            ThisBroker,
            "advertised.listeners",
            "PLAINTEXT://other:1",
            "Cannot update these configs dynamically: [advertised.listeners]",
        ),
        (
            ThisBroker,
            "ssl.keystore.type",
            "JKS",
            "These security configs can be dynamically updated only per-listener using the listener prefix: \
             [ssl.keystore.type]",
        ),
        (
            AllBrokers,
            "listeners",
            "PLAINTEXT://:9092",
            "Cannot update these configs at default cluster level, broker id must be specified: [listeners]",
        ),
        (
            AllBrokers,
            "listener.name.plaintext.ssl.keystore.password",
            "secret",
            "Cannot update these configs at default cluster level, broker id must be specified: \
             [listener.name.plaintext.ssl.keystore.password]",
        ),
        (
            ThisBroker,
            "listener.name.plaintext.max.connections",
            "many",
            "Invalid value many for configuration max.connections: Not a number of type INT",
        ),
        (
            ThisBroker,
            "log.segment.bytes",
            "5",
            "Invalid value 5 for configuration log.segment.bytes: Value must be at least 1048576",
        ),
        (
            AllBrokers,
            "leader.replication.throttled.rate",
            "-100",
            "Invalid value -100 for configuration leader.replication.throttled.rate: Value must be at least 0",
        ),
    ];
    for (scope, name, text, expected) in cases {
        assert_eq!(refusal(scope, &[(name, text)]), expected);
    }
}

#[test]
fn what_does_not_fit_the_rest_is_refused() {
    use Scope::ThisBroker;
    let cases: [(&[(&str, &str)], &str); 11] = [
        (
            &[("num.io.threads", "100")],
            "Dynamic thread count update validation failed for num.io.threads=100, value should not be greater than \
             double the current value 8",
        ),
        (
            &[("num.io.threads", "3")],
            "Dynamic thread count update validation failed for num.io.threads=3, value should be at least half the \
             current value 8",
        ),
        (
            &[("log.cleaner.threads", "100")],
            "Log cleaner threads cannot be increased to more than double the current value 1",
        ),
        (
            &[("log.retention.ms", "0")],
            "log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
        ),
        (
            &[("metric.reporters", "foo.Bar")],
            "Validation of dynamic config update of [metric.reporters] failed: there is no class foo.Bar in this broker",
        ),
        (
            &[
                ("listeners", "PLAINTEXT://:9092,SECOND://:9093"),
                ("listener.security.protocol.map", PLAIN),
            ],
            "listeners cannot be changed while the broker runs; set it in the broker's configuration and restart",
        ),
        (
            &[("log.roll.ms", "0")],
            "log.roll.ms must be greater than or equal to 1",
        ),
        (
            &[("max.connections.per.ip", "0")],
            "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.",
        ),
        (
            &[("log.cleaner.dedupe.buffer.size", "100")],
            "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.",
        ),
        (
            &[("cordoned.log.dirs", "/nowhere")],
            "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : /nowhere",
        ),
        (
            &[("log.local.retention.bytes", "5"), ("log.retention.bytes", "4")],
            "Invalid value 5 for configuration log.local.retention.bytes: Value must not be more than \
             log.retention.bytes property value: 4",
        ),
    ];
    for (pairs, expected) in cases {
        assert_eq!(refusal(ThisBroker, pairs), expected);
    }
}

#[test]
fn what_may_change_changes_and_this_broker_goes_before_all_brokers() {
    let all = now()
        .with(
            Scope::AllBrokers,
            layer(&[("log.retention.ms", "2000"), ("message.max.bytes", "7")]),
        )
        .unwrap();
    let both = all
        .with(Scope::ThisBroker, layer(&[("log.retention.ms", "1000")]))
        .unwrap();
    assert_eq!(both.broker().topic_defaults.retention_ms, Some(1000));
    assert_eq!(both.broker().message_max_bytes(), 7);
    let for_ever = both
        .with(Scope::ThisBroker, layer(&[("log.retention.ms", "-2")]))
        .unwrap();
    assert_eq!(for_ever.broker().topic_defaults.retention_ms, None);
    let mine_gone = both.with(Scope::ThisBroker, Layer::new()).unwrap();
    assert_eq!(mine_gone.broker().topic_defaults.retention_ms, Some(2000));
}

#[test]
fn names_that_only_a_plug_in_would_know_are_accepted_and_kept() {
    let proposed = layer(&[("my.plug.in", "x"), ("listener.name.nosuch.foo", "y")]);
    assert_eq!(check_change(&now(), Scope::ThisBroker, &proposed), Ok(()));
    let (kept, left_out) = EffectiveSettings::adopt(Arc::new(Settings::default()), proposed.clone(), Layer::new());
    assert_eq!((kept.layer(Scope::ThisBroker), left_out), (&proposed, Vec::new()));
}

#[test]
fn stored_values_that_mean_nothing_here_are_left_out_and_the_others_hold() {
    let stored = layer(&[
        ("node.id", "9"),
        ("log.segment.bytes", "never"),
        ("log.cleaner.min.compaction.lag.ms", "10"),
        ("log.cleaner.max.compaction.lag.ms", "5"),
        ("log.retention.bytes", "77"),
    ]);
    let (settings, left_out) = EffectiveSettings::adopt(Arc::new(Settings::default()), Layer::new(), stored);
    assert_eq!(left_out.len(), 3, "{left_out:?}");
    assert_eq!(settings.broker().topic_defaults.retention_bytes, Some(77));
    assert_eq!(settings.broker().topic_defaults.min_compaction_lag_ms, 0);
}

#[test]
fn a_listeners_own_limit_is_found_whatever_its_case() {
    let settings = now()
        .with(
            Scope::ThisBroker,
            layer(&[("listener.name.plaintext.max.connections", " 5 ")]),
        )
        .unwrap();
    assert_eq!(settings.listener_connections_max("PLAINTEXT"), Some(5));
    assert_eq!(settings.listener_connections_max("OTHER"), None);
}
