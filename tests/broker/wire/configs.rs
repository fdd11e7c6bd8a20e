//! DescribeConfigs, AlterConfigs, IncrementalAlterConfigs, ListConfigResources. What is expected was asked of Kafka 4.4.

use std::collections::BTreeMap;
use std::time::Duration;

use dmq_protocol::messages::alter_configs;
use dmq_protocol::messages::{
    AlterConfigsRequest, ApiVersionsRequest, DescribeConfigsRequest, IncrementalAlterConfigsRequest,
    ListConfigResourcesRequest,
};
use dmq_protocol::{ErrorCode, StrBytes};

use crate::support::batches::batch;
use crate::support::configs::{
    APPEND, BROKER, CLIENT_METRICS, DELETE, GROUP, LOGGER, SET, TOPIC, alter, config, describe, everything_of, set,
    steps, unset, value,
};
use crate::support::{TestBroker, Topic, Wire};

fn some(text: &str, source: i8) -> (Option<String>, i8) {
    (Some(text.to_owned()), source)
}

/// Names, values and sources of a config's synonyms.
fn synonyms(wire: &mut Wire, kind: i8, name: &str, which: &str) -> Vec<(String, String, i8)> {
    let synonyms = config(wire, kind, name, which).synonyms.into_iter();
    let text = |text: Option<StrBytes>| text.map_or_else(|| "null".to_owned(), |text| text.to_string());
    synonyms
        .map(|synonym| (synonym.name.to_string(), text(synonym.value), synonym.source))
        .collect()
}

fn listed(wire: &mut Wire, version: i16, types: &[i8]) -> (ErrorCode, Vec<(String, i8)>) {
    let request = ListConfigResourcesRequest {
        resource_types: types.to_vec(),
    };
    let answer = wire.call(version, &request);
    let resources = answer.config_resources.iter();
    let named = resources.map(|resource| (resource.resource_name.to_string(), resource.resource_type));
    (answer.error_code, named.collect())
}

#[test]
fn a_topic_is_told_with_its_own_values_the_brokers_and_the_defaults() {
    let broker = TestBroker::with(&[("log.segment.bytes", "2000000"), ("log.retention.hours", "1")]);
    let mut wire = broker.connect();
    Topic::create_with(
        &broker,
        "told",
        1,
        &[
            ("cleanup.policy", "delete, compact"),
            ("internal.segment.bytes", "9000"),
        ],
    );
    Topic::create(&broker, "plain", 1);

    assert_eq!(describe(&mut wire, TOPIC, "plain").len(), 37);
    assert_eq!(
        describe(&mut wire, TOPIC, "told").len(),
        38,
        "an internal one that is set is told, too"
    );
    assert_eq!(
        value(&mut wire, TOPIC, "told", "cleanup.policy"),
        some("delete,compact", 1)
    );
    assert_eq!(
        synonyms(&mut wire, TOPIC, "told", "cleanup.policy"),
        [
            ("cleanup.policy".to_owned(), "delete,compact".to_owned(), 1),
            ("log.cleanup.policy".to_owned(), "delete".to_owned(), 5)
        ]
    );
    assert_eq!(value(&mut wire, TOPIC, "told", "segment.bytes"), some("2000000", 4));
    // Kafka tells the source of what only the setting in hours gives as the default.
    assert_eq!(value(&mut wire, TOPIC, "told", "retention.ms"), some("3600000", 5));
    assert_eq!(synonyms(&mut wire, TOPIC, "told", "retention.ms"), []);

    let ratio = config(&mut wire, TOPIC, "told", "min.cleanable.dirty.ratio");
    assert_eq!(
        (ratio.config_type, ratio.read_only, ratio.is_sensitive),
        (6, false, false)
    );
    assert!(ratio.documentation.is_some_and(|text| text.ends_with('.')));
}

#[test]
fn only_what_is_asked_for_is_told_in_every_version() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let mut request = DescribeConfigsRequest {
        include_synonyms: false,
        include_documentation: false,
        ..everything_of(BROKER, "1")
    };
    request.resources[0].configuration_keys = Some(vec!["node.id".into(), "nope".into()]);
    for version in 1..=4 {
        let result = wire.call(version, &request).results.remove(0);
        let [node_id] = result.configs.as_slice() else {
            panic!("{result:?}");
        };
        assert_eq!((&*node_id.name, node_id.value.as_deref()), ("node.id", Some("1")));
        assert!(node_id.read_only && node_id.synonyms.is_empty());
        assert!(version < 3 || node_id.documentation.is_none());
        assert_eq!(result.error_message.as_deref(), Some(""));
    }
}

#[test]
fn what_cannot_be_described_is_refused_with_kafkas_codes_and_words() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let cases = [
        (TOPIC, "nosuch", ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, ""),
        (
            TOPIC,
            "no such",
            ErrorCode::INVALID_TOPIC_EXCEPTION,
            "Topic name is invalid: 'no such' contains one or more characters other than ASCII alphanumerics, '.', '_' \
             and '-'",
        ),
        (
            BROKER,
            "2",
            ErrorCode::INVALID_REQUEST,
            "Unexpected broker id, expected 1 or empty string, but received 2",
        ),
        (
            BROKER,
            "x",
            ErrorCode::INVALID_REQUEST,
            "Broker id must be an integer, but it is: x",
        ),
        (
            LOGGER,
            "2",
            ErrorCode::INVALID_REQUEST,
            "Unexpected broker id, expected 1 but received 2",
        ),
        (LOGGER, "", ErrorCode::INVALID_REQUEST, "Broker id must not be empty"),
        (
            CLIENT_METRICS,
            "",
            ErrorCode::INVALID_REQUEST,
            "Client metrics subscription name must not be empty",
        ),
        (GROUP, "", ErrorCode::INVALID_REQUEST, "Group name must not be empty"),
        (
            99,
            "x",
            ErrorCode::INVALID_REQUEST,
            "This most likely occurs because of a request being malformed by the client library or the message was sent \
             to an incompatible broker. See the broker logs for more details.",
        ),
    ];
    for (kind, name, code, message) in cases {
        let result = wire.call(4, &everything_of(kind, name)).results.remove(0);
        assert_eq!(
            (result.error_code, result.error_message.as_deref()),
            (code, Some(message))
        );
        assert!(result.configs.is_empty());
    }
}

#[test]
fn a_topics_change_is_in_force_at_once_and_after_a_restart() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let topic = Topic::create(&broker, "changed", 1);
    topic.append(&mut wire, 0, batch(&["fits"]));
    set(&mut wire, TOPIC, "changed", "max.message.bytes", "10");
    let refused = topic.produce(&mut wire, 0, batch(&["too large by now"]));
    assert_eq!(refused.error_code, ErrorCode::MESSAGE_TOO_LARGE);

    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    assert_eq!(value(&mut wire, TOPIC, "changed", "max.message.bytes"), some("10", 1));
    let refused = topic.produce(&mut wire, 0, batch(&["too large still"]));
    assert_eq!(refused.error_code, ErrorCode::MESSAGE_TOO_LARGE);
    unset(&mut wire, TOPIC, "changed", "max.message.bytes");
    topic.append(&mut wire, 0, batch(&["fits again"]));
}

#[test]
fn what_is_set_for_brokers_reaches_topics_at_once_this_broker_before_all() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let topic = Topic::create(&broker, "follows", 1);
    let fits = |wire: &mut Wire| topic.produce(wire, 0, batch(&["something"])).error_code == ErrorCode::NONE;
    assert!(fits(&mut wire));
    set(&mut wire, BROKER, "", "message.max.bytes", "10");
    assert!(!fits(&mut wire));
    set(&mut wire, BROKER, "1", "message.max.bytes", "5000");
    assert!(fits(&mut wire));
    assert_eq!(
        synonyms(&mut wire, TOPIC, "follows", "max.message.bytes"),
        [
            ("message.max.bytes".to_owned(), "5000".to_owned(), 2),
            ("message.max.bytes".to_owned(), "10".to_owned(), 3),
            ("message.max.bytes".to_owned(), "1048588".to_owned(), 5)
        ]
    );

    let broker = broker.restart(&[("message.max.bytes", "7000")]);
    let mut wire = broker.connect();
    assert!(fits(&mut wire));
    assert_eq!(value(&mut wire, BROKER, "1", "message.max.bytes"), some("5000", 2));
    unset(&mut wire, BROKER, "1", "message.max.bytes");
    assert!(!fits(&mut wire));
    unset(&mut wire, BROKER, "", "message.max.bytes");
    assert_eq!(value(&mut wire, BROKER, "1", "message.max.bytes"), some("7000", 4));
    assert!(fits(&mut wire));
    assert!(
        describe(&mut wire, BROKER, "")
            .iter()
            .all(|config| &*config.name != "message.max.bytes")
    );
}

#[test]
fn a_change_that_is_only_validated_changes_nothing() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    Topic::create(&broker, "same", 1);
    let request = |value| steps(TOPIC, "same", &[("retention.ms", SET, Some(value))]);
    assert_eq!(alter(&mut wire, request("5"), true), (ErrorCode::NONE, None));
    assert_eq!(value(&mut wire, TOPIC, "same", "retention.ms"), some("604800000", 5));
    assert_eq!(
        alter(&mut wire, request("soon"), true),
        (
            ErrorCode::INVALID_CONFIG,
            Some("Invalid value soon for configuration retention.ms: Not a number of type LONG".to_owned())
        )
    );
}

#[test]
fn of_several_resources_each_is_answered_for_itself_in_order() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    Topic::create(&broker, "one", 1);
    let retention = |kind, name| steps(kind, name, &[("retention.ms", SET, Some("5"))]);
    let request = IncrementalAlterConfigsRequest {
        resources: vec![
            retention(TOPIC, "nosuch"),
            steps(LOGGER, "1", &[("nope", SET, Some("INFO"))]),
            retention(TOPIC, "one"),
            steps(BROKER, "1", &[("node.id", SET, Some("2"))]),
            steps(LOGGER, "2", &[]),
            retention(3, "x"),
        ],
        validate_only: false,
    };
    for version in 0..=1 {
        let answer = wire.call(version, &request);
        let told = answer
            .responses
            .iter()
            .map(|one| (one.error_code, one.error_message.as_deref()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (
                    ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                    Some("The topic 'nosuch' does not exist.")
                ),
                (ErrorCode::INVALID_CONFIG, Some("Logger nope does not exist!")),
                (ErrorCode::NONE, None),
                (
                    ErrorCode::INVALID_REQUEST,
                    Some("Cannot update these configs dynamically: [node.id]")
                ),
                (
                    ErrorCode::INVALID_REQUEST,
                    Some("Unexpected node id. Expected 1, but received 2")
                ),
                (ErrorCode::INVALID_REQUEST, Some("Unknown resource type 3")),
            ]
        );
    }
}

#[test]
fn the_old_request_replaces_all_configs_and_knows_no_loggers() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    Topic::create_with(&broker, "replaced", 1, &[("preallocate", "true")]);
    let resource = |kind, name: &str, configs: &[(&str, Option<&str>)]| alter_configs::AlterConfigsResource {
        resource_type: kind,
        resource_name: StrBytes::from(name.to_owned()),
        configs: configs
            .iter()
            .map(|(name, value)| alter_configs::AlterableConfig {
                name: StrBytes::from((*name).to_owned()),
                value: value.map(|value| StrBytes::from(value.to_owned())),
            })
            .collect(),
    };
    let request = AlterConfigsRequest {
        resources: vec![
            resource(TOPIC, "replaced", &[("retention.ms", Some("5"))]),
            resource(LOGGER, "1", &[("root", Some("INFO"))]),
            resource(BROKER, "1", &[("log.retention.ms", None)]),
        ],
        validate_only: false,
    };
    for version in 0..=2 {
        let answer = wire.call(version, &request);
        let told = answer
            .responses
            .iter()
            .map(|one| (one.error_code, one.error_message.as_deref()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (ErrorCode::NONE, None),
                (ErrorCode::INVALID_REQUEST, Some("Unknown resource type 8")),
                (
                    ErrorCode::INVALID_REQUEST,
                    Some("Null value not supported for : log.retention.ms")
                ),
            ]
        );
    }
    assert_eq!(value(&mut wire, TOPIC, "replaced", "retention.ms"), some("5", 1));
    assert_eq!(value(&mut wire, TOPIC, "replaced", "preallocate"), some("false", 5));
}

#[test]
fn passwords_and_what_may_be_one_are_never_told() {
    let broker = TestBroker::with(&[("ssl.key.password", "from-a-file")]);
    let mut wire = broker.connect();
    let secrets = [
        ("listener.name.plaintext.ssl.keystore.password", 9),
        ("some.plug.in.password", 0),
    ];
    for (name, kind) in secrets {
        set(&mut wire, BROKER, "1", name, "hunter2");
        let told = config(&mut wire, BROKER, "1", name);
        assert_eq!(
            (told.is_sensitive, told.config_type, told.config_source),
            (true, kind, 2)
        );
    }
    assert!(config(&mut wire, BROKER, "1", "ssl.key.password").is_sensitive);
    let all = format!("{:?}", describe(&mut wire, BROKER, "1"));
    assert!(!all.contains("hunter2") && !all.contains("from-a-file"));
}

#[test]
fn read_only_settings_are_told_as_such_and_the_others_can_be_changed() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let all: BTreeMap<String, bool> = describe(&mut wire, BROKER, "1")
        .into_iter()
        .map(|config| (config.name.to_string(), config.read_only))
        .collect();
    let count = all.values().filter(|read_only| !**read_only).count();
    assert!(count > 90, "{count}");
    for (name, read_only) in [
        ("node.id", true),
        ("num.partitions", true),
        ("log.retention.hours", true),
    ] {
        assert_eq!(all.get(name), Some(&read_only), "{name}");
    }
    for (name, read_only) in [
        ("log.retention.ms", false),
        ("max.connections", false),
        ("num.io.threads", false),
    ] {
        assert_eq!(all.get(name), Some(&read_only), "{name}");
    }
    let refused = alter(
        &mut wire,
        steps(BROKER, "", &[("listeners", SET, Some("PLAINTEXT://:1"))]),
        false,
    );
    let text = "Cannot update these configs at default cluster level, broker id must be specified: [listeners]";
    assert_eq!(refused, (ErrorCode::INVALID_REQUEST, Some(text.to_owned())));
}

#[test]
fn groups_and_subscriptions_keep_what_they_are_told_and_are_listed() {
    let broker = TestBroker::with(&[("group.consumer.session.timeout.ms", "46000")]);
    let mut wire = broker.connect();
    Topic::create(&broker, "a-topic", 1);
    assert_eq!(describe(&mut wire, GROUP, "g").len(), 21);
    let session = "consumer.session.timeout.ms";
    assert_eq!(value(&mut wire, GROUP, "g", session), some("46000", 4));
    set(&mut wire, GROUP, "g", session, "50000");
    set(&mut wire, CLIENT_METRICS, "m", "interval.ms", "5000");
    let refused = alter(&mut wire, steps(GROUP, "g", &[(session, SET, Some("5"))]), false);
    let text = "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.";
    assert_eq!(refused, (ErrorCode::INVALID_CONFIG, Some(text.to_owned())));
    let refused = alter(
        &mut wire,
        steps(CLIENT_METRICS, "m", &[("match", APPEND, Some("x"))]),
        false,
    );
    let text = "Can't APPEND to key match because its type is not LIST.";
    assert_eq!(refused, (ErrorCode::INVALID_CONFIG, Some(text.to_owned())));

    let broker = broker.restart(&[]);
    let mut wire = broker.connect();
    assert_eq!(value(&mut wire, GROUP, "g", session), some("50000", 8));
    assert_eq!(
        synonyms(&mut wire, GROUP, "g", session),
        [
            (session.to_owned(), "50000".to_owned(), 8),
            (format!("group.{session}"), "45000".to_owned(), 5)
        ]
    );
    assert_eq!(value(&mut wire, CLIENT_METRICS, "m", "interval.ms"), some("5000", 7));
    assert_eq!(value(&mut wire, CLIENT_METRICS, "m", "metrics"), some("", 5));

    let resource = |name: &str, kind: i8| (name.to_owned(), kind);
    let all = [
        resource("g", GROUP),
        resource("m", CLIENT_METRICS),
        resource("1", LOGGER),
        resource("1", BROKER),
        resource("a-topic", TOPIC),
    ];
    assert_eq!(listed(&mut wire, 1, &[]), (ErrorCode::NONE, all.to_vec()));
    let some_kinds = listed(&mut wire, 1, &[GROUP, TOPIC, GROUP]);
    assert_eq!(some_kinds, (ErrorCode::NONE, vec![all[0].clone(), all[4].clone()]));
    assert_eq!(
        listed(&mut wire, 1, &[TOPIC, 99]),
        (ErrorCode::UNSUPPORTED_VERSION, Vec::new())
    );
    assert_eq!(listed(&mut wire, 0, &[]).1, [resource("m", CLIENT_METRICS)]);
    unset(&mut wire, CLIENT_METRICS, "m", "interval.ms");
    assert_eq!(listed(&mut wire, 0, &[]).1, []);
}

#[test]
fn log_levels_are_told_and_changed_but_not_kept() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let all = describe(&mut wire, LOGGER, "1");
    assert!(
        all.iter()
            .all(|logger| logger.config_source == 6 && !logger.read_only && !logger.is_sensitive)
    );
    // Other tests of this process do not look at the levels of this part.
    let logger = "dmq.fetch_session";
    set(&mut wire, LOGGER, "1", logger, "TRACE");
    assert_eq!(value(&mut wire, LOGGER, "1", logger), some("TRACE", 6));
    let validated = alter(&mut wire, steps(LOGGER, "1", &[(logger, SET, Some("WARN"))]), true);
    assert_eq!(validated, (ErrorCode::NONE, None));
    assert_eq!(value(&mut wire, LOGGER, "1", logger), some("TRACE", 6));
    unset(&mut wire, LOGGER, "1", logger);
    assert_ne!(value(&mut wire, LOGGER, "1", logger), some("TRACE", 6));
    let refused = alter(&mut wire, steps(LOGGER, "1", &[("root", DELETE, None)]), false);
    let text = "Removing the log level of the root logger is not allowed";
    assert_eq!(refused, (ErrorCode::INVALID_REQUEST, Some(text.to_owned())));
    let refused = alter(&mut wire, steps(LOGGER, "1", &[("root", APPEND, Some("INFO"))]), false);
    let text = "APPEND operation is not allowed for the BROKER_LOGGER resource";
    assert_eq!(refused, (ErrorCode::INVALID_REQUEST, Some(text.to_owned())));
}

#[test]
fn a_limit_on_connections_holds_for_those_to_come() {
    let broker = TestBroker::start();
    let mut first = broker.connect();
    set(&mut first, BROKER, "1", "max.connections.per.ip", "1");
    broker
        .connect()
        .assert_closed("one connection of this address is there already");
    unset(&mut first, BROKER, "1", "max.connections.per.ip");
    set(&mut first, BROKER, "1", "listener.name.plaintext.max.connections", "1");
    // A full listener takes the next connection when there is room, here because the limit goes.
    let mut waiting = broker.connect();
    waiting.send(0, &ApiVersionsRequest::default());
    assert!(waiting.is_silent_for(Duration::from_millis(100)));
    unset(&mut first, BROKER, "1", "listener.name.plaintext.max.connections");
    waiting.receive::<ApiVersionsRequest>(0);
}
