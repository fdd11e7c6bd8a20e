//! The `dmq` command as a user meets it, run in this process.

use crate::*;

#[test]
fn config_shows_value_place_and_meaning_and_hides_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("broker.properties");
    std::fs::write(&path, "# mine\nnum.partitions=3\nssl.key.password=hunter2\n").unwrap();
    let file = path.to_str().unwrap();
    let (status, output, errors, served) = dmq(
        &["config", file, "--override", "broker.id=4", "--changed"],
        &[("KAFKA_LOG_ROLL_MS", "10")],
    );
    assert_eq!((status, errors.as_str(), served.is_none()), (0, "", true));
    assert!(
        output.contains(&format!(
            "num.partitions = 3\n    from {file}:2; default 1\n    How many"
        )),
        "{output}"
    );
    assert!(
        output.contains("node.id = 4\n    from --override as broker.id; default 1\n"),
        "{output}"
    );
    assert!(
        output.contains("log.roll.ms = 10\n    from environment variable KAFKA_LOG_ROLL_MS"),
        "{output}"
    );
    assert!(
        output.contains("ssl.key.password = [hidden]\n") && !output.contains("hunter2"),
        "{output}"
    );
    assert!(
        output.contains("Without effect: TLS is not served by this version."),
        "{output}"
    );
    assert!(!output.contains("log.dirs"), "{output}");
}

#[test]
fn config_shows_settings_without_effect_only_when_asked() {
    let (_, some, _, _) = dmq(&["config"], &[]);
    assert!(some.contains("\nlog.dir = ./data/broker-1\n") && !some.contains("\nssl.protocol"));
    let (_, all, _, _) = dmq(&["config", "--all"], &[]);
    assert!(all.contains("\nssl.protocol = TLSv1.3\n") && all.contains("\nlog.dirs = (unset)\n"));
}

#[test]
fn config_speaks_json() {
    let (status, output, _, _) = dmq(&["config", "--all", "--json"], &[("DMQ_NODE_ID", "9")]);
    assert_eq!(status, 0);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&output).unwrap();
    assert_eq!(rows.len(), declarations::all_broker().count());
    let row = rows.iter().find(|row| row["name"] == "node.id").unwrap();
    assert_eq!((row["value"].as_str(), row["default"].as_str()), (Some("9"), Some("1")));
    assert_eq!(row["source"], "environment variable DMQ_NODE_ID");
}

#[test]
fn wrong_settings_end_with_status_2_before_anything_starts() {
    let (status, output, errors, served) = dmq(&["--override", "node.id=x", "--override", "a.b=c"], &[]);
    assert_eq!((status, output.as_str(), served.is_none()), (2, "", true));
    assert_eq!(
        errors,
        "dmq: 2 settings are wrong\n  --override: Invalid value x for configuration node.id: Not a number of \
         type INT\n  --override: Unknown configuration a.b\n"
    );
    let (status, _, errors, _) = dmq(&["no/such/file.properties"], &[]);
    assert!(
        status == 2 && errors.starts_with("dmq: cannot read no/such/file.properties: "),
        "{errors}"
    );
    let (status, _, errors, _) = dmq(&["--nonsense"], &[]);
    assert!(status == 2 && errors.contains("--nonsense"), "{errors}");
}

#[test]
fn a_broker_that_cannot_start_ends_with_status_1_and_its_reason() {
    let (status, _, errors, served) = dmq(&["--log-level", "error", "--override", "node.id=3"], &[]);
    assert_eq!((status, errors.as_str()), (1, "dmq: no server in this test\n"));
    assert_eq!(served.unwrap().broker().node_id.0, 3);
}

#[test]
fn help_and_version_are_answers() {
    let (status, output, errors, _) = dmq(&["--help"], &[]);
    assert_eq!((status, errors.as_str()), (0, ""));
    assert!(
        output.contains("kcat -P -b localhost:9092") && output.contains("Exit status"),
        "{output}"
    );
    let (status, output, _, _) = dmq(&["--version"], &[]);
    assert_eq!((status, output), (0, format!("dmq {}\n", env!("CARGO_PKG_VERSION"))));
    let (status, output, _, _) = dmq(&["config", "reference"], &[]);
    assert_eq!((status, output), (0, reference::markdown()));
}
