//! Every setting of a topic has its effect: which test shows it, or why there is none on one broker.

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use dmq::config::{Effect, declarations};
use dmq_protocol::ErrorCode;
use dmq_protocol::compression::Compression;

use crate::support::batches::{batch, builder, filled, timed};
use crate::support::configs::{BROKER, TOPIC, set, value};
use crate::support::topics::batches_of;
use crate::support::{TestBroker, Topic};

/// Where a setting's effect is shown.
enum Shown {
    /// By a test of this name in this file.
    By(&'static str, &'static str),
    /// Nowhere: it has none, for the reason that its declaration gives.
    Without,
}

use Shown::{By, Without};

const HERE: &str = "tests/broker/topic_settings.rs";
const APPEND: &str = "src/log/tests/append.rs";
const COMPACTION: &str = "src/log/tests/compaction.rs";
const RETENTION: &str = "src/log/tests/retention.rs";
const PRODUCE: &str = "tests/broker/wire/produce.rs";
/// One broker's own topics have one replica; more come with pushed metadata.
const PUSHED: &str = "tests/rest/metadata.rs";
const REFUSED: &str = "tests/broker/wire/produce_refused.rs";

const EFFECTS: [(&str, Shown); 38] = [
    (
        "cleanup.policy",
        By(REFUSED, "a_compacted_topic_takes_no_record_without_a_key"),
    ),
    (
        "compression.gzip.level",
        By(HERE, "a_higher_level_makes_smaller_batches"),
    ),
    ("compression.lz4.level", Without),
    ("compression.type", By(PRODUCE, "a_topics_own_codec_is_what_is_stored")),
    (
        "compression.zstd.level",
        By(HERE, "a_higher_level_makes_smaller_batches"),
    ),
    (
        "delete.retention.ms",
        By(COMPACTION, "a_tombstone_stays_until_its_horizon_and_nothing_comes_back"),
    ),
    ("errors.deadletterqueue.group.enable", Without),
    (
        "file.delete.delay.ms",
        By(RETENTION, "segments_beyond_the_size_go_and_files_stay_for_their_delay"),
    ),
    (
        "flush.messages",
        By(
            "src/partition/tests.rs",
            "flush_messages_has_every_nth_message_wait_for_stable_storage",
        ),
    ),
    (
        "flush.ms",
        By("src/partition/tests/registry.rs", "flush_ms_has_old_appends_synced"),
    ),
    ("follower.replication.throttled.replicas", Without),
    (
        "index.interval.bytes",
        By(HERE, "a_shorter_interval_makes_a_denser_index"),
    ),
    (
        "internal.segment.bytes",
        By(HERE, "the_internal_segment_size_goes_before_the_public_one"),
    ),
    ("leader.replication.throttled.replicas", Without),
    ("local.retention.bytes", Without),
    ("local.retention.ms", Without),
    (
        "max.compaction.lag.ms",
        By(COMPACTION, "lags_decide_what_may_and_what_must_be_cleaned"),
    ),
    (
        "max.decompressed.message.bytes",
        By(REFUSED, "a_decompression_bomb_is_refused_before_it_goes_off"),
    ),
    (
        "max.message.bytes",
        By(
            "tests/broker/wire/configs.rs",
            "a_topics_change_is_in_force_at_once_and_after_a_restart",
        ),
    ),
    (
        "message.timestamp.after.max.ms",
        By(HERE, "how_far_ahead_a_timestamp_may_be_is_the_topics_to_say"),
    ),
    (
        "message.timestamp.before.max.ms",
        By(REFUSED, "timestamps_out_of_bounds_are_refused_record_by_record"),
    ),
    (
        "message.timestamp.type",
        By(PRODUCE, "the_broker_sets_the_time_where_the_topic_says_so"),
    ),
    (
        "min.cleanable.dirty.ratio",
        By(
            "src/partition/tests/compaction.rs",
            "the_dirtiest_compacted_log_comes_first_and_a_clean_one_not_again",
        ),
    ),
    (
        "min.compaction.lag.ms",
        By(COMPACTION, "lags_decide_what_may_and_what_must_be_cleaned"),
    ),
    (
        "min.insync.replicas",
        By(PUSHED, "acks_all_needs_min_insync_replicas_of_the_pushed_isr"),
    ),
    ("preallocate", Without),
    ("remote.copy.lag.bytes", Without),
    ("remote.copy.lag.ms", Without),
    ("remote.log.copy.disable", Without),
    ("remote.log.delete.on.disable", Without),
    ("remote.storage.enable", Without),
    (
        "retention.bytes",
        By(RETENTION, "segments_beyond_the_size_go_and_files_stay_for_their_delay"),
    ),
    (
        "retention.ms",
        By(
            RETENTION,
            "old_segments_go_by_their_newest_record_and_not_beyond_the_high_watermark",
        ),
    ),
    ("segment.bytes", By(PRODUCE, "segments_roll_and_are_read_across")),
    (
        "segment.index.bytes",
        By(APPEND, "segments_roll_when_their_index_is_full"),
    ),
    (
        "segment.jitter.ms",
        By(HERE, "jitter_has_segments_roll_before_their_time"),
    ),
    ("segment.ms", By(APPEND, "segments_roll_by_the_age_of_their_records")),
    ("unclean.leader.election.enable", Without),
];

#[test]
fn every_setting_of_a_topic_has_its_effect_shown_or_says_why_it_has_none() {
    let effects: BTreeMap<&str, &Shown> = EFFECTS.iter().map(|(name, shown)| (*name, shown)).collect();
    let declared: Vec<&str> = declarations::all_topic().map(|setting| setting.name).collect();
    assert_eq!(
        effects.keys().copied().collect::<Vec<_>>(),
        declared,
        "one line for each setting"
    );
    for setting in declarations::all_topic() {
        match (effects[setting.name], setting.effect) {
            (By(file, test), Effect::Effective) => {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
                let text = std::fs::read_to_string(path).unwrap();
                let found = ["#[test]\nfn", "#[tokio::test]\nasync fn"]
                    .iter()
                    .any(|begin| text.contains(&format!("{begin} {test}(")));
                assert!(found, "{}: {file} has no test {test}", setting.name);
            }
            (Without, Effect::Accepted { .. }) => {}
            (_, effect) => panic!("{}: declared as {effect:?}", setting.name),
        }
    }
}

/// Values of a kind that compresses better the harder one tries.
fn compressible() -> Bytes {
    let lines: Vec<String> = (0..2000u64)
        .map(|n| {
            format!(
                "line {n} of {} with {}",
                n * n % 977,
                n.wrapping_mul(0x9E37_79B9) % 4099
            )
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    batch(&lines)
}

#[test]
fn a_higher_level_makes_smaller_batches() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    for (codec, low, high) in [("gzip", "1", "9"), ("zstd", "-50", "15")] {
        let level = format!("compression.{codec}.level");
        let topic = Topic::create_with(&broker, codec, 1, &[("compression.type", codec), (&level, low)]);
        topic.append(&mut wire, 0, compressible());
        set(&mut wire, TOPIC, codec, &level, high);
        topic.append(&mut wire, 0, compressible());
        let sizes: Vec<usize> = batches_of(&topic.fetch(&mut wire, 0, 0))
            .iter()
            .map(|batch| batch.as_bytes().len())
            .collect();
        assert!(sizes[1] < sizes[0], "{codec}: {sizes:?}");
    }
}

/// How many files of a partition end like this, and how long they are together.
fn files(broker_dir: &Path, partition: &str, ending: &str) -> (usize, u64) {
    let entries = std::fs::read_dir(broker_dir.join(partition))
        .unwrap()
        .map(|entry| entry.unwrap());
    let lens: Vec<u64> = entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(ending))
        .map(|entry| entry.metadata().unwrap().len())
        .collect();
    (lens.len(), lens.iter().sum())
}

#[test]
fn a_shorter_interval_makes_a_denser_index() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    for (name, interval) in [("dense", "1"), ("sparse", "100000")] {
        let topic = Topic::create(&broker, name, 1);
        set(&mut wire, TOPIC, name, "index.interval.bytes", interval);
        for _ in 0..50 {
            topic.append(&mut wire, 0, batch(&["some value"]));
        }
    }
    let dir = broker.stop();
    let (_, dense) = files(dir.path(), "dense-0", ".index");
    let (_, sparse) = files(dir.path(), "sparse-0", ".index");
    assert!(dense > 40 * 8 && sparse < 3 * 8, "{dense} and {sparse} bytes");
}

#[test]
fn the_internal_segment_size_goes_before_the_public_one() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let topic = Topic::create(&broker, "small", 1);
    let value = "v".repeat(1000);
    let append = |wire: &mut _| topic.append(wire, 0, filled(builder(Compression::None), &[&value]));
    for _ in 0..5 {
        append(&mut wire);
    }
    assert_eq!(files(broker.dir.path(), "small-0", ".log").0, 1);
    set(&mut wire, TOPIC, "small", "internal.segment.bytes", "3000");
    for _ in 0..10 {
        append(&mut wire);
    }
    assert!(files(broker.dir.path(), "small-0", ".log").0 >= 5);
}

#[test]
fn how_far_ahead_a_timestamp_may_be_is_the_topics_to_say() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let topic = Topic::create(&broker, "ahead", 1);
    let ahead = broker.clock_ms() + 3 * 3_600_000;
    let refused = topic.produce(&mut wire, 0, timed(&[ahead]));
    assert_eq!(refused.error_code, ErrorCode::INVALID_TIMESTAMP);
    set(&mut wire, TOPIC, "ahead", "message.timestamp.after.max.ms", "86400000");
    topic.append(&mut wire, 0, timed(&[ahead]));
}

#[test]
fn jitter_has_segments_roll_before_their_time() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let segments = |jitter: &str| {
        let name = format!("jitter-{jitter}");
        let configs = [("segment.ms", "1000"), ("segment.jitter.ms", jitter)];
        let topic = Topic::create_with(&broker, &name, 1, &configs);
        let mut wire = broker.connect();
        let begin = broker.clock_ms() - 100_000;
        for step in 0..200 {
            topic.append(&mut wire, 0, timed(&[begin + step * 100]));
        }
        files(broker.dir.path(), &format!("{name}-0"), ".log").0
    };
    let (without, with) = (segments("0"), segments("1000"));
    // Half of the time on average; that 18 dice in a row fall on their highest number does not happen.
    assert!(with > without, "{with} and {without} segments");
    assert_eq!(value(&mut wire, TOPIC, "jitter-0", "segment.ms").1, 1);
}

/// A valid value of a broker's setting that is not its default.
fn other_value(name: &str) -> &'static str {
    match name {
        "log.cleanup.policy" => "compact",
        "compression.type" => "lz4",
        "log.message.timestamp.type" => "LogAppendTime",
        "log.cleaner.min.cleanable.ratio" => "0.75",
        "log.preallocate" | "unclean.leader.election.enable" => "true",
        "log.segment.bytes" => "2097152",
        "compression.gzip.level" | "compression.lz4.level" | "compression.zstd.level" => "4",
        "log.local.retention.ms" | "log.local.retention.bytes" => "-2",
        _ => "86399999",
    }
}

#[test]
fn every_default_of_topics_that_kafka_changes_at_run_time_reaches_topics_at_once_and_after_a_restart() {
    let mut broker = TestBroker::start();
    Topic::create(&broker, "follows", 1);
    let defaults = || {
        declarations::all_topic().filter_map(|setting| {
            let first = setting.synonyms.first()?;
            (*first != "min.insync.replicas").then_some((setting.name, *first))
        })
    };
    let mut wire = broker.connect();
    for (_, from) in defaults() {
        set(&mut wire, BROKER, "1", from, other_value(from));
    }
    for round in 0..2 {
        for (name, from) in defaults() {
            let expected = (Some(other_value(from).to_owned()), 2);
            assert_eq!(
                value(&mut wire, TOPIC, "follows", name),
                expected,
                "{name}, round {round}"
            );
        }
        broker = broker.restart(&[]);
        wire = broker.connect();
    }
}
