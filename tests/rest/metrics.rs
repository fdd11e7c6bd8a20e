//! The page of metrics: its form, what it says of traffic that is known, and that `docs/metrics.md` lists all of it.
//! To write the page anew: `UPDATE_DOCS=1 cargo test --test rest metrics`.
#![allow(clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dmq::telemetry::metrics::Kind;
use serde_json::{Value, json};

use crate::harness::{Reply, TestBroker};

const INTRODUCTION: &str = "# Metrics

Generated from the code. `GET /metrics` on the REST listener is a page in Prometheus' text format:

    curl localhost:8082/metrics

Where Apache Kafka has the metric, its name is the one that the Prometheus JMX exporter's usual rules make of the MBean
(in lower case, `PerSec` as `_total`), so that dashboards and alerts for Kafka work. Kafka's times are quantiles in
milliseconds; here they are histograms in seconds, and the name ends in `_seconds` instead of `ms`. What Kafka does not
have begins with `dmq_`.

A family with the label `topic` has, as Kafka does, one sample without it that is the sum of all topics, those too that
have no sample of their own because there are more than `metrics.topic.labels.max`. So sum either the samples with
`topic!=\"\"` or those with `topic=\"\"`. Families by partition are bounded by `metrics.partition.labels.max`.

";

async fn scrape(broker: &TestBroker) -> Reply {
    let page = broker.get("/metrics").await;
    assert_eq!(page.status, 200, "{page:?}");
    page
}

/// The value of a sample, written as on the page.
fn value(page: &Reply, sample: &str) -> f64 {
    let line = page
        .text
        .lines()
        .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    let value = line.unwrap_or_else(|| panic!("no {sample} in\n{}", page.text));
    value.parse().unwrap()
}

#[tokio::test]
async fn the_page_counts_what_was_produced_and_consumed() {
    let broker = TestBroker::start().await;
    let three = json!([{"value": "YQ=="}, {"value": "Yg=="}, {"value": "Yw=="}]);
    broker
        .produce(json!({"topic": "orders", "partition": 1, "messages": three}))
        .await;
    broker
        .consume(json!({"topic": "orders", "partition": 1, "offset": 1}))
        .await;
    broker
        .produce(json!({"topic": "orders", "partition": 9, "messages": three}))
        .await;
    let page = scrape(&broker).await;
    assert!(
        page.head
            .contains("content-type: text/plain; version=0.0.4; charset=utf-8"),
        "{}",
        page.head
    );
    let bytes = value(&page, "kafka_log_log_size{topic=\"orders\",partition=\"1\"}");
    assert!(bytes > 61.0);
    for (sample, expected) in [
        ("kafka_server_brokertopicmetrics_messagesin_total", 3.0),
        (
            "kafka_server_brokertopicmetrics_messagesin_total{topic=\"orders\"}",
            3.0,
        ),
        ("kafka_server_brokertopicmetrics_bytesin_total{topic=\"orders\"}", bytes),
        (
            "kafka_server_brokertopicmetrics_bytesout_total{topic=\"orders\"}",
            bytes,
        ),
        (
            "kafka_server_brokertopicmetrics_totalproducerequests_total{topic=\"orders\"}",
            1.0,
        ),
        ("kafka_log_log_logendoffset{topic=\"orders\",partition=\"1\"}", 3.0),
        ("kafka_log_log_logendoffset{topic=\"orders\",partition=\"0\"}", 0.0),
        ("dmq_log_highwatermark{topic=\"orders\",partition=\"1\"}", 3.0),
        ("kafka_server_replicamanager_partitioncount", 2.0),
        ("kafka_server_replicamanager_leadercount", 2.0),
        ("kafka_controller_kafkacontroller_globaltopiccount", 1.0),
        ("dmq_rest_requests_total{endpoint=\"messages\",status=\"200\"}", 1.0),
        ("dmq_rest_requests_total{endpoint=\"messages\",status=\"404\"}", 1.0),
        ("dmq_rest_request_duration_seconds_count{endpoint=\"consume\"}", 1.0),
        ("dmq_rest_requests_under_way", 1.0),
    ] {
        assert_eq!(value(&page, sample), expected, "{sample}");
    }
    assert!(value(&page, "kafka_log_logflushstats_logflushrateandtime_seconds_count") >= 1.0);
    assert!(value(&page, "process_resident_memory_bytes") > 1e6);
}

#[tokio::test]
async fn topics_and_partitions_beyond_the_settings_are_in_the_sums_alone() {
    let limits = [("metrics.topic.labels.max", "1"), ("metrics.partition.labels.max", "3")];
    let broker = TestBroker::start_with(&limits).await;
    broker.create_topic("later", 2, &[]).await;
    for topic in ["orders", "later"] {
        broker
            .produce(json!({"topic": topic, "partition": 0, "messages": [{"value": "YQ=="}]}))
            .await;
    }
    let page = scrape(&broker).await;
    assert_eq!(value(&page, "kafka_server_brokertopicmetrics_messagesin_total"), 2.0);
    assert_eq!(
        value(
            &page,
            "kafka_server_brokertopicmetrics_messagesin_total{topic=\"orders\"}"
        ),
        1.0
    );
    assert!(!page.text.contains("messagesin_total{topic=\"later\"}"));
    let logs = page.text.lines().filter(|line| line.starts_with("kafka_log_log_size{"));
    assert_eq!(logs.count(), 3);
    assert_eq!(value(&page, "kafka_server_replicamanager_partitioncount"), 4.0);
}

/// The families of a page: name and type; and the names of its samples without what a histogram adds.
fn families(text: &str) -> (BTreeMap<&str, &str>, BTreeSet<&str>) {
    let types = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let types: BTreeMap<&str, &str> = types.collect();
    let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let name = line.split(['{', ' ']).next().unwrap();
        ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| {
                name.strip_suffix(suffix)
                    .filter(|base| types.get(base) == Some(&"histogram"))
            })
            .unwrap_or(name)
    });
    let samples = samples.collect();
    (types, samples)
}

#[tokio::test]
async fn every_family_stands_under_one_header_and_its_samples_follow_it() {
    let broker = TestBroker::start().await;
    let page = scrape(&broker).await;
    let (types, samples) = families(&page.text);
    assert_eq!(
        types.len(),
        page.text.matches("# TYPE ").count(),
        "a header stands twice"
    );
    for sample in samples {
        assert!(types.contains_key(sample), "{sample} has no header");
    }
    let declared: BTreeSet<&str> = broker
        .broker
        .metrics()
        .families()
        .iter()
        .map(|family| family.name)
        .collect();
    assert_eq!(declared, types.into_keys().collect());
}

#[tokio::test]
async fn the_documentation_lists_exactly_what_there_is() {
    let broker = TestBroker::start().await;
    let text = format!("{INTRODUCTION}{}", broker.broker.metrics().reference());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        text,
        "see the head of this file"
    );
}

/// The names of metrics in a query.
fn names(query: &str) -> Vec<&str> {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_ours = |word: &&str| {
        ["kafka_", "dmq_", "process_"]
            .iter()
            .any(|prefix| word.starts_with(prefix))
    };
    words.filter(is_ours).collect()
}

#[tokio::test]
async fn the_dashboard_asks_for_nothing_that_is_not_there() {
    let broker = TestBroker::start().await;
    let families = broker.broker.metrics().families();
    let is_there = |name: &str| {
        families.iter().any(|family| match family.kind {
            Kind::Histogram => ["_bucket", "_sum", "_count"]
                .iter()
                .any(|suffix| name.strip_suffix(suffix) == Some(family.name)),
            Kind::Counter | Kind::Gauge => family.name == name,
        })
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/grafana-dashboard.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array()).flatten();
    let mut asked = 0;
    for query in targets.map(|target| target["expr"].as_str().unwrap()) {
        let names = names(query);
        assert!(!names.is_empty(), "{query} asks for nothing");
        for name in names {
            assert!(is_there(name), "{name} in {query} is no metric of the broker");
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");
}

#[tokio::test]
async fn the_link_to_a_metadata_service_is_on_the_page_where_there_is_one() {
    let alone = scrape(&TestBroker::start().await).await;
    assert!(
        !alone
            .text
            .lines()
            .any(|line| line.starts_with("dmq_controller_connected "))
    );
    let controlled = TestBroker::start_with(&[("metadata.service-url", "http://127.0.0.1:9")]).await;
    let page = scrape(&controlled).await;
    assert_eq!(value(&page, "dmq_controller_connected"), 0.0);
    assert_eq!(value(&page, "dmq_controller_heartbeats_total{outcome=\"taken\"}"), 0.0);
}
