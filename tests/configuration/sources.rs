//! Files, environment and command line: precedence, other names, and errors with their places.

use crate::*;

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let file = Some((
        "a.properties",
        "num.partitions=2\nlog.segment.bytes=2000000\nnode.id=5\n",
    ));
    let settings = load(
        file,
        &[("KAFKA_NUM_PARTITIONS", "3"), ("KAFKA_LOG_SEGMENT_BYTES", "3000000")],
        &["num.partitions=4"],
    )
    .unwrap();
    let broker = settings.broker();
    assert_eq!((broker.num_partitions, broker.node_id.0), (4, 5));
    assert_eq!(broker.topic_defaults.segment_bytes, 3_000_000);
    let source = |name: &str| settings.get(declarations::broker(name).unwrap()).source;
    assert_eq!(source("num.partitions"), Source::CommandLine);
    let variable = Source::Environment {
        variable: "KAFKA_LOG_SEGMENT_BYTES".to_owned(),
    };
    assert_eq!(source("log.segment.bytes"), variable);
    assert_eq!(
        source("node.id"),
        Source::File {
            path: "a.properties".into(),
            line: 3
        }
    );
    assert_eq!(source("log.dirs"), Source::Default);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_each_with_its_place() {
    let error = load(
        Some((
            "bad.properties",
            "log.dris=x\nnode.id=-4\nok\\u12=1\nzookeeper.connect=z:2181\n",
        )),
        &[("KAFKA_NUM_PARTITIONZ", "3")],
        &["log.durability=maybe", "nonsense"],
    )
    .unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    let expected = [
        "bad.properties:3: \\u must be followed by four hexadecimal digits of a character",
        "--override: nonsense is not of the form name=value",
        "bad.properties:1: Unknown configuration log.dris; did you mean log.dirs?",
        "bad.properties:2: Invalid value -4 for configuration node.id: Value must be at least 0",
        "bad.properties:4: Unknown configuration zookeeper.connect: Kafka 4 has dropped it; remove it",
        "environment variable KAFKA_NUM_PARTITIONZ: Unknown configuration num.partitionz; did you mean \
         num.partitions?",
        "--override: Invalid value maybe for configuration log.durability: String must be one of: fsync, os",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn values_that_do_not_fit_together_are_all_named_with_their_places() {
    let error = load(
        Some((
            "a.yaml",
            "listeners: [SSL://:9093]\nlog.dirs: [a, a]\nprocess.roles: [broker]\n",
        )),
        &[("KAFKA_ADVERTISED_LISTENERS", "SSL://0.0.0.0:9093")],
        &[],
    )
    .unwrap_err();
    assert_eq!(error.lines().count(), 4, "{error}");
    assert!(error.contains("a.yaml:1: Invalid value SSL://:9093 for configuration listeners: SSL would be SSL"));
    assert!(error.contains("KAFKA_ADVERTISED_LISTENERS: Invalid value SSL://0.0.0.0:9093"));
    assert!(error.contains("a.yaml:2: Invalid value a,a for configuration log.dirs: a directory occurs twice"));
    assert!(error.contains("a.yaml:3: Invalid value broker for configuration process.roles"));
}

#[test]
fn the_names_of_the_storage_service_stand_for_kafkas() {
    let text = "server.port: 9999\nbroker.id: 3\nbroker.data-dir: ./d\nwal.segment-size-bytes: 2097152\n\
                wal.flush-interval-ms: 250\nreplication.fetch-max-bytes: 4\nreplication.fetch-max-wait-ms: 5\n\
                replication.replica-lag-time-max-ms: 6\nmetadata.service-url: http://localhost:8080\n\
                metadata.heartbeat-interval-ms: 7\n";
    let nested = text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    let nested = format!("dmq:\n  storage:\n{nested}");
    for text in [text, &nested] {
        let settings = load(Some(("old.yml", text)), &[], &[]).unwrap();
        let broker = settings.broker();
        assert_eq!((broker.rest_listeners[0].port, broker.node_id.0), (9999, 3));
        assert_eq!(broker.log_dirs, [Path::new("./d")]);
        assert_eq!(broker.topic_defaults.segment_bytes, 2_097_152);
        assert_eq!(broker.topic_defaults.flush_ms, 250);
        assert_eq!(settings.text("replica.fetch.max.bytes"), Some("4"));
        assert_eq!(settings.text("replica.fetch.wait.max.ms"), Some("5"));
        assert_eq!(settings.text("replica.lag.time.max.ms"), Some("6"));
        assert_eq!(broker.metadata_service_url.as_deref(), Some("http://localhost:8080"));
        assert_eq!(broker.metadata_heartbeat_interval_ms, 7);
    }
}

#[test]
fn every_name_of_the_storage_service_is_accepted_flat_with_its_prefix() {
    for (name, value, target) in [
        ("server.port", "9999", ("rest.listeners", "http://:9999")),
        ("broker.id", "3", ("node.id", "3")),
        ("broker.data-dir", "./d", ("log.dirs", "./d")),
        ("wal.segment-size-bytes", "2097152", ("log.segment.bytes", "2097152")),
        ("wal.flush-interval-ms", "250", ("log.flush.interval.ms", "250")),
        ("replication.fetch-max-bytes", "4", ("replica.fetch.max.bytes", "4")),
        ("replication.fetch-max-wait-ms", "5", ("replica.fetch.wait.max.ms", "5")),
        (
            "replication.replica-lag-time-max-ms",
            "6",
            ("replica.lag.time.max.ms", "6"),
        ),
        (
            "metadata.service-url",
            "http://a:1",
            ("metadata.service-url", "http://a:1"),
        ),
        (
            "metadata.heartbeat-interval-ms",
            "7",
            ("metadata.heartbeat-interval-ms", "7"),
        ),
        ("metadata.services-file", "s.json", ("metadata.services-file", "s.json")),
    ] {
        for prefix in ["", "dmq.storage."] {
            let file = format!("{prefix}{name}={value}\n");
            let settings = load(Some(("a.properties", &file)), &[], &[]).unwrap();
            assert_eq!(settings.text(target.0), Some(target.1), "{file}");
            let settings = load(None, &[], &[file.trim()]).unwrap();
            assert_eq!(settings.text(target.0), Some(target.1), "{file}");
        }
    }
}

#[test]
fn two_names_of_one_setting_in_one_place_must_agree() {
    let error = load(Some(("a.properties", "broker.id=1\nnode.id=2\n")), &[], &[]).unwrap_err();
    assert_eq!(
        error,
        "a.properties:2: broker.id and node.id are the same setting and have different values"
    );
    let agree = load(Some(("a.properties", "broker.id=2\nnode.id=2\n")), &[], &[]).unwrap();
    assert_eq!(agree.broker().node_id.0, 2);
    let stronger = load(Some(("a.properties", "broker.id=1\n")), &[], &["node.id=2"]).unwrap();
    assert_eq!(stronger.broker().node_id.0, 2);
    let unset = load(Some(("a.properties", "broker.id=-1\nnode.id=2\n")), &[], &[]).unwrap();
    assert_eq!(unset.broker().node_id.0, 2);
}

#[test]
fn a_single_node_of_kafkas_container_image_starts_here_unchanged() {
    let settings = load(
        None,
        &[
            ("KAFKA_NODE_ID", "1"),
            ("KAFKA_PROCESS_ROLES", "broker,controller"),
            ("KAFKA_LISTENERS", "PLAINTEXT://:9092,CONTROLLER://:9093"),
            (
                "KAFKA_ADVERTISED_LISTENERS",
                "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
            ),
            (
                "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            ),
            ("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER"),
            ("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093"),
            ("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1"),
            ("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0"),
            ("KAFKA_HEAP_OPTS", "-Xmx1G"),
            ("CLUSTER_ID", "4L6g3nShT-eMCtK--X86sw"),
        ],
        &[],
    )
    .unwrap();
    let broker = settings.broker();
    let names: Vec<_> = broker.listeners.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["PLAINTEXT://:9092"]);
    let advertised = broker.advertised_listeners.as_ref().unwrap();
    assert_eq!(
        advertised.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["PLAINTEXT://localhost:9092"]
    );
    assert_eq!(broker.cluster_id.as_deref(), Some("4L6g3nShT-eMCtK--X86sw"));
    let without_effect: Vec<_> = settings.without_effect().map(|(name, _)| name).collect();
    assert_eq!(without_effect, Vec::<&str>::new());
}

#[test]
fn a_node_that_was_meant_to_join_others_does_not_start_alone() {
    let voters = "controller.quorum.voters=1@a:9093,2@b:9093,3@c:9093";
    let error = load(None, &[], &[voters]).unwrap_err();
    assert!(
        error.starts_with("--override: Invalid value 1@a:9093,2@b:9093,3@c:9093"),
        "{error}"
    );
}

#[test]
fn settings_for_one_listener_or_plug_in_are_accepted_and_others_of_their_kind_are_not() {
    let settings = load(
        None,
        &[],
        &[
            "listener.name.client.ssl.keystore.location=/k",
            "listener.name.client.plain.sasl.jaas.config=secret",
            "rsm.config.bucket=b",
        ],
    )
    .unwrap();
    assert_eq!(settings.prefixed().count(), 3);
    assert_eq!(settings.without_effect().count(), 3);
    for name in [
        "listener.name.client.nonsense",
        "listener.name..ssl.protocol",
        "listener.name.x",
        "confluent.a",
    ] {
        let error = load(None, &[], &[&format!("{name}=x")]).unwrap_err();
        assert!(error.contains("Unknown configuration"), "{error}");
    }
}

#[test]
fn the_largest_request_must_fit_the_memory_for_all_of_them() {
    let error = load(None, &[], &["queued.max.request.bytes=1000"]).unwrap_err();
    assert!(
        error.starts_with("--override: Invalid value 1000 for configuration queued.max.request.bytes"),
        "{error}"
    );
    let settings = load(
        None,
        &[],
        &["queued.max.request.bytes=1000", "socket.request.max.bytes=1000"],
    )
    .unwrap();
    assert_eq!(settings.broker().queued_max_request_bytes, Some(1000));
    assert_eq!(
        load(None, &[], &["queued.max.request.bytes=0"])
            .unwrap()
            .broker()
            .queued_max_request_bytes,
        None
    );
}

#[test]
fn log_dirs_go_before_log_dir() {
    let dirs = |overrides: &[&str]| load(None, &[], overrides).unwrap().broker().log_dirs.clone();
    assert_eq!(dirs(&[]), [Path::new("./data/broker-1")]);
    assert_eq!(dirs(&["log.dir=one"]), [Path::new("one")]);
    assert_eq!(
        dirs(&["log.dir=one", "log.dirs=two, three"]),
        [Path::new("two"), Path::new("three")]
    );
}
