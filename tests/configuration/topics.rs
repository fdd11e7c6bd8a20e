//! What holds for a topic: its own values, the broker's, and how they must fit together.

use crate::*;

fn broker(pairs: &[(&str, &str)]) -> BrokerSettings {
    BrokerSettings::from_pairs(pairs.iter().copied()).unwrap()
}

#[test]
fn a_topic_has_its_own_values_else_the_brokers() {
    let broker = broker(&[("log.segment.bytes", "2000000"), ("message.max.bytes", "5000")]);
    let overrides = [
        ("retention.ms", "60000"),
        ("cleanup.policy", "compact,delete"),
        ("max.message.bytes", "7"),
    ];
    let topic = TopicSettings::resolve(&broker, overrides).unwrap();
    assert_eq!(
        (topic.retention_ms, topic.segment_bytes, topic.max_message_bytes),
        (Some(60_000), 2_000_000, 7)
    );
    assert!(topic.cleanup_policy.compact && topic.cleanup_policy.delete);
    assert_eq!(
        TopicSettings::defaults(&broker).max_message_bytes,
        broker.message_max_bytes()
    );
}

#[test]
fn milliseconds_go_before_minutes_and_minutes_before_hours() {
    let retention = |pairs: &[(&str, &str)]| broker(pairs).topic_defaults.retention_ms;
    assert_eq!(retention(&[("log.retention.hours", "2")]), Some(7_200_000));
    assert_eq!(
        retention(&[("log.retention.hours", "2"), ("log.retention.minutes", "3")]),
        Some(180_000)
    );
    assert_eq!(
        retention(&[("log.retention.minutes", "3"), ("log.retention.ms", "4")]),
        Some(4)
    );
    assert_eq!(retention(&[("log.retention.hours", "-1")]), None);
    assert_eq!(broker(&[("log.roll.hours", "1")]).topic_defaults.segment_ms, 3_600_000);
    assert_eq!(
        broker(&[("log.roll.jitter.hours", "1")])
            .topic_defaults
            .segment_jitter_ms,
        3_600_000
    );
    assert_eq!(
        broker(&[("log.flush.scheduler.interval.ms", "9")])
            .topic_defaults
            .flush_ms,
        9
    );
    assert_eq!(broker(&[("log.durability", "os")]).log_durability, Durability::Os);
}

#[test]
fn limits_that_are_no_limits_are_none() {
    let broker = broker(&[("socket.send.buffer.bytes", "-1"), ("queued.max.request.bytes", "-1")]);
    assert_eq!(
        (broker.socket_send_buffer_bytes, broker.queued_max_request_bytes),
        (None, None)
    );
    let topic = TopicSettings::resolve(&broker, [("retention.ms", "-1"), ("retention.bytes", "-1")]).unwrap();
    assert_eq!((topic.retention_ms, topic.retention_bytes), (None, None));
}

#[test]
fn a_wrong_value_is_refused_in_the_words_that_kafka_uses() {
    let message = |name: &str, value: &str| validate_topic_setting(name, value).unwrap_err().to_string();
    assert_eq!(
        message("retention.ms", "-2"),
        "Invalid value -2 for configuration retention.ms: Value must be at least -1"
    );
    assert_eq!(
        message("segment.bytes", "lots"),
        "Invalid value lots for configuration segment.bytes: Not a number of type INT"
    );
    assert_eq!(
        message("preallocate", "yes"),
        "Invalid value yes for configuration preallocate: Expected value to be either true or false"
    );
    assert_eq!(
        message("compression.gzip.level", "0"),
        "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1"
    );
    assert_eq!(
        message("min.cleanable.dirty.ratio", "1.5"),
        "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1"
    );
    assert_eq!(
        message("cleanup.policy", "delete,gone"),
        "Invalid value gone for configuration cleanup.policy: String must be one of: compact, delete"
    );
    for valid in [
        ("leader.replication.throttled.replicas", "*"),
        ("follower.replication.throttled.replicas", "0:1,2:3"),
    ] {
        validate_topic_setting(valid.0, valid.1).unwrap();
    }
    assert!(message("leader.replication.throttled.replicas", "0:1,x").contains("[partitionId]:[brokerId]"));
    let unknown = validate_topic_setting("retention.msx", "1").unwrap_err();
    let nearest = Some("retention.ms".to_owned());
    assert_eq!(
        unknown,
        SettingError::Unknown {
            name: "retention.msx".to_owned(),
            nearest
        }
    );
}

#[test]
fn values_that_do_not_fit_together_are_refused() {
    let resolve = |pairs: &[(&str, &str)]| {
        TopicSettings::resolve(&BrokerSettings::default(), pairs.iter().copied())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        resolve(&[("min.compaction.lag.ms", "60000"), ("max.compaction.lag.ms", "1")]),
        "conflict topic config setting min.compaction.lag.ms (60000) > max.compaction.lag.ms (1)"
    );
    assert!(resolve(&[("remote.storage.enable", "true")]).contains("Tiered Storage functionality is disabled"));
}

#[test]
fn small_segments_for_tests_replace_the_usual_size() {
    let topic = TopicSettings::resolve(&BrokerSettings::default(), [("internal.segment.bytes", "1000")]).unwrap();
    assert_eq!(topic.segment_bytes, 1000);
}

#[test]
fn stored_settings_that_mean_nothing_here_are_left_out_and_named() {
    let stored = [
        ("retention.ms", "5"),
        ("from.the.future", "1"),
        ("remote.storage.enable", "true"),
        ("flush.ms", "x"),
    ];
    let (topic, left_out) = TopicSettings::adopt(&BrokerSettings::default(), stored);
    assert_eq!(topic.retention_ms, Some(5));
    assert!(!topic.remote_storage_enable);
    assert_eq!(left_out.len(), 3);
}
