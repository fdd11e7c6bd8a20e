//! Records of every shape, by every codec and every kind of acknowledgement, over a restart.

use rdkafka::consumer::Consumer;

use crate::support::PATIENCE;
use crate::support::TestBroker;
use crate::support::batches::TIME;
use crate::support::kafka::{Written, create_topic, producer, read_topic, send_all};

/// Records of every shape for `partitions` partitions.
fn shapes(partitions: i32) -> Vec<Written> {
    let header = |key: &str, value: Option<&str>| (key.to_owned(), value.map(|value| value.as_bytes().to_vec()));
    let mut records = Vec::new();
    for partition in 0..partitions {
        let base = Written {
            partition,
            timestamp: Some(TIME + i64::from(partition)),
            ..Written::default()
        };
        for round in 0..20_u8 {
            records.push(Written {
                key: (round % 3 != 0).then(|| vec![round; usize::from(round)]),
                value: (round % 4 != 0).then(|| vec![b'v'; usize::from(round) * 37]),
                timestamp: Some(TIME + i64::from(round) * 1_000),
                ..base.clone()
            });
        }
        records.push(Written {
            value: Some(b"headers".to_vec()),
            headers: vec![
                header("one", Some("1")),
                header("one", Some("again")),
                header("empty", Some("")),
                header("null", None),
                header("ümlaut", Some("ß")),
            ],
            ..base
        });
    }
    records
}

/// What was read, without offsets, in the order of partitions.
fn records_of(read: Vec<Vec<(i64, Written)>>) -> Vec<Written> {
    let mut records = Vec::new();
    for partition in read {
        for (expected, (offset, record)) in (0..).zip(partition) {
            assert_eq!(offset, expected);
            records.push(normal(record));
        }
    }
    records
}

/// librdkafka gives a null payload and an empty one alike where there is no key; so do we here.
fn normal(record: Written) -> Written {
    Written {
        key: record.key.filter(|key| !key.is_empty()),
        value: record.value.filter(|value| !value.is_empty()),
        ..record
    }
}

fn round_trip(broker: TestBroker, name: &str, settings: &[(&str, &str)], restart: &[(&str, &str)]) -> TestBroker {
    create_topic(&broker.bootstrap(), name, 3, &[]);
    let records = shapes(3);
    let producer = producer(&broker.bootstrap(), settings);
    send_all(&producer, name, &records);
    let expected: Vec<Written> = records.into_iter().map(normal).collect();
    let live = records_of(read_topic(&broker.bootstrap(), name, 3));
    assert_eq!(live, expected, "{settings:?}");
    let broker = broker.restart(restart);
    let after = records_of(read_topic(&broker.bootstrap(), name, 3));
    assert_eq!(after, expected, "{settings:?}, after a restart");
    broker
}

#[test]
fn every_codec_keeps_every_shape_of_record() {
    let mut broker = TestBroker::start();
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        broker = round_trip(broker, codec, &[("compression.codec", codec)], &[]);
    }
    broker.stop();
}

#[test]
fn every_kind_of_acknowledgement_and_idempotence_keeps_every_record() {
    let mut broker = TestBroker::start();
    for (name, settings) in [
        ("acks-1", [("acks", "1"), ("enable.idempotence", "false")]),
        ("acks-all", [("acks", "all"), ("enable.idempotence", "false")]),
        ("idempotent", [("acks", "all"), ("enable.idempotence", "true")]),
    ] {
        broker = round_trip(broker, name, &settings, &[]);
    }
    broker.stop();
}

#[test]
fn kafkas_durability_keeps_every_record_too() {
    let mode = [("log.durability", "os")];
    let broker = TestBroker::with(&mode);
    round_trip(broker, "os", &[("enable.idempotence", "true")], &mode).stop();
}

#[test]
fn records_without_acknowledgement_arrive_in_order() {
    let broker = TestBroker::start();
    create_topic(&broker.bootstrap(), "acks-0", 1, &[]);
    let records: Vec<Written> = (0..500).map(|n| Written::value(0, format!("record {n}"))).collect();
    {
        let producer = producer(&broker.bootstrap(), &[("acks", "0")]);
        send_all(&producer, "acks-0", &records);
        // Nothing says when they are stored: an acknowledged record behind them on the same connection does.
        use rdkafka::producer::Producer as _;
        producer.flush(PATIENCE).unwrap();
    }
    let consumer =
        crate::support::kafka::consumer(&broker.bootstrap(), "acks-0", 1, &[("enable.partition.eof", "false")]);
    for record in &records {
        let message = consumer.poll(PATIENCE).expect("a record").expect("no error");
        use rdkafka::Message as _;
        assert_eq!(message.payload(), record.value.as_deref());
    }
}

#[test]
fn records_of_a_megabyte_pass_where_they_are_allowed() {
    let allowed = [("message.max.bytes", "4000000")];
    let broker = TestBroker::with(&allowed);
    create_topic(&broker.bootstrap(), "megabytes", 1, &[]);
    let large = |seed: u8| {
        let noise = (0..1_048_576_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed);
        Written::value(0, noise.collect::<Vec<u8>>())
    };
    let records: Vec<Written> = (0..4).map(large).collect();
    for codec in ["none", "zstd"] {
        let settings = [("message.max.bytes", "4000000"), ("compression.codec", codec)];
        send_all(&producer(&broker.bootstrap(), &settings), "megabytes", &records);
    }
    let broker = broker.restart(&allowed);
    let read = read_topic(&broker.bootstrap(), "megabytes", 1).remove(0);
    assert_eq!(read.len(), 8);
    for ((_, got), sent) in read.iter().zip(records.iter().cycle()) {
        assert!(got.value == sent.value);
    }
    broker.stop();
}

#[test]
fn a_topic_appears_when_it_is_first_written_to() {
    let broker = TestBroker::with(&[("num.partitions", "2")]);
    let producer = producer(&broker.bootstrap(), &[]);
    let records = [Written::value(0, "zero"), Written::value(1, "one")];
    assert_eq!(send_all(&producer, "by-writing", &records), [0, 0]);
    let consumer = crate::support::kafka::consumer(&broker.bootstrap(), "by-writing", 2, &[]);
    let metadata = consumer.fetch_metadata(Some("by-writing"), PATIENCE).unwrap();
    assert_eq!(metadata.topics()[0].partitions().len(), 2);
}

#[test]
fn several_producers_and_partitions_at_once_lose_and_mix_nothing() {
    let broker = TestBroker::start();
    create_topic(&broker.bootstrap(), "many", 4, &[]);
    std::thread::scope(|scope| {
        for who in 0..4 {
            let bootstrap = broker.bootstrap();
            scope.spawn(move || {
                let producer = producer(
                    &bootstrap,
                    &[("enable.idempotence", "true"), ("batch.num.messages", "7")],
                );
                let records: Vec<Written> = (0..300).map(|n| Written::value(n % 4, format!("{who} {n}"))).collect();
                send_all(&producer, "many", &records);
            });
        }
    });
    let read = read_topic(&broker.bootstrap(), "many", 4);
    for who in 0..4 {
        let mut seen = Vec::new();
        for partition in &read {
            let values = partition.iter().map(|(_, record)| {
                let text = String::from_utf8(record.value.clone().unwrap()).unwrap();
                let (by, n) = text.split_once(' ').unwrap();
                (by.parse::<i32>().unwrap(), n.parse::<i32>().unwrap())
            });
            let own: Vec<i32> = values.filter(|(by, _)| *by == who).map(|(_, n)| n).collect();
            assert!(own.is_sorted());
            seen.extend(own);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..300).collect::<Vec<_>>());
    }
}
