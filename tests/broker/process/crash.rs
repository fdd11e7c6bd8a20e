//! Kills under load: whatever was acknowledged is there afterwards, once, in order. `DMQ_KILLS=1000` for as many.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rdkafka::producer::{FutureProducer, FutureRecord};

use crate::process::lifecycle::create;
use crate::support::BrokerProcess;
use crate::support::batches::{TIME, batch};
use crate::support::broker::DataDir;
use crate::support::kafka::{create_topic, producer, read_topic, runtime};
use crate::support::topics::{batches_of, values};

const PARTITIONS: i32 = 3;

/// What was acknowledged: the value and where it is.
pub type Acknowledged = Vec<(i32, i64, String)>;

/// How a producer asks to be acknowledged.
pub const IDEMPOTENT: [(&str, &str); 2] = [("enable.idempotence", "true"), ("acks", "all")];
const LEADER_ONLY: [(&str, &str); 2] = [("enable.idempotence", "false"), ("acks", "1")];

/// Produces until the broker is killed beneath it, which comes after `count_min` acknowledgements and what `before` does.
pub fn produce_until(
    process: BrokerProcess,
    topic: &str,
    acks: [(&str, &str); 2],
    cycle: usize,
    count_min: usize,
    before: impl FnOnce(),
) -> Acknowledged {
    let producer = producer(
        &process.bootstrap(),
        &[
            acks[0],
            acks[1],
            ("batch.num.messages", "10"),
            ("message.timeout.ms", "60000"),
        ],
    );
    let acknowledged = Mutex::new(Acknowledged::new());
    let (count, killed) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (producer, acknowledged, count, killed) = (&producer, &acknowledged, &count, &killed);
            scope.spawn(move || {
                runtime().block_on(async {
                    for n in 0.. {
                        if killed.load(Ordering::Relaxed) {
                            return;
                        }
                        let value = format!("{cycle} {worker} {n}");
                        let Some(place) = send(producer, topic, killed, &value).await else {
                            return;
                        };
                        acknowledged.lock().unwrap().push((place.0, place.1, value));
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            });
        }
        while count.load(Ordering::Relaxed) < count_min {
            std::thread::yield_now();
        }
        before();
        process.kill();
        killed.store(true, Ordering::Relaxed);
    });
    acknowledged.into_inner().unwrap()
}

/// Where the record went; none once the broker is gone.
async fn send(producer: &FutureProducer, topic: &str, killed: &AtomicBool, value: &str) -> Option<(i32, i64)> {
    let record = FutureRecord::<(), str>::to(topic).payload(value);
    let delivery = producer.send_result(record).ok()?;
    tokio::pin!(delivery);
    loop {
        match tokio::time::timeout(std::time::Duration::from_millis(20), &mut delivery).await {
            Ok(Ok(Ok(place))) => return Some((place.partition, place.offset)),
            Ok(_) => return None,
            Err(_) if killed.load(Ordering::Relaxed) => return None,
            Err(_) => {}
        }
    }
}

#[test]
fn every_acknowledged_record_survives_a_kill_once_and_in_its_place() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    create_topic(
        &process.bootstrap(),
        "crash",
        PARTITIONS,
        &[("segment.bytes", "1048576")],
    );
    process.terminate();
    let mut acknowledged = Acknowledged::new();
    let cycles = std::env::var("DMQ_KILLS").map_or(20, |text| text.parse().unwrap());
    for cycle in 0..cycles {
        let process = BrokerProcess::start(&dir, &[]);
        // A killed process leaves the page cache: what only the leader acknowledged must be there, too.
        let acks = if cycle % 2 == 0 { IDEMPOTENT } else { LEADER_ONLY };
        let count_min = 20 + cycle * 37 % 120;
        acknowledged.extend(produce_until(process, "crash", acks, cycle, count_min, || {}));
    }
    println!("{cycles} kills, {} records acknowledged", acknowledged.len());
    let process = BrokerProcess::start(&dir, &[]);
    let read = read_topic(&process.bootstrap(), "crash", PARTITIONS);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (expected, (offset, record)) in read.iter().flat_map(|partition| (0..).zip(partition)) {
        assert_eq!(*offset, expected);
        let value = String::from_utf8(record.value.clone().unwrap()).unwrap();
        *seen.entry(value).or_default() += 1;
    }
    for (partition, offset, value) in &acknowledged {
        let place = &read[usize::try_from(*partition).unwrap()];
        let found = &place[usize::try_from(*offset).unwrap()].1;
        assert_eq!(
            found.value.as_deref(),
            Some(value.as_bytes()),
            "partition {partition}, offset {offset}"
        );
    }
    assert!(seen.values().all(|count| *count == 1), "a record is there twice");
    assert!(acknowledged.len() >= cycles * 20);
    assert_eq!(process.terminate().code, Some(0));
}

#[test]
fn a_torn_tail_is_cut_and_what_was_acknowledged_stays() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    let topic = create(&process, "torn");
    topic.append(&mut process.connect(), 0, batch(&["a", "b"]));
    process.kill();
    let path = dir.path().join("torn-0").join("00000000000000000000.log");
    let whole = std::fs::read(&path).unwrap();
    let half = batch(&["half a batch that the machine did not finish"]);
    for tail in [&half[..30], &half[..half.len() - 1], &[0; 4096], &[0xff; 100]] {
        std::fs::write(&path, [&whole[..], tail].concat()).unwrap();
        let process = BrokerProcess::start(&dir, &[]);
        let mut wire = process.connect();
        assert_eq!(values(&topic.read_all(&mut wire, 0)), ["a", "b"]);
        process.kill();
        assert_eq!(std::fs::read(&path).unwrap(), whole);
    }
    let process = BrokerProcess::start(&dir, &[]);
    assert_eq!(topic.append(&mut process.connect(), 0, batch(&["c"])), 2);
    process.terminate();
}

#[test]
fn indexes_that_are_lost_or_garbage_are_made_anew() {
    for clean in [true, false] {
        let dir = DataDir::new();
        let process = BrokerProcess::start(&dir, &[("log.index.interval.bytes", "100")]);
        let topic = create(&process, "indexes");
        let mut wire = process.connect();
        for n in 0..50 {
            topic.append(&mut wire, 0, batch(&[&format!("{n}")]));
        }
        assert_eq!(process.terminate().code, Some(0));
        if !clean {
            std::fs::remove_file(dir.path().join(".kafka_cleanshutdown")).unwrap();
        }
        let partition = dir.path().join("indexes-0");
        std::fs::remove_file(partition.join("00000000000000000000.index")).unwrap();
        std::fs::write(partition.join("00000000000000000000.timeindex"), [7; 120]).unwrap();
        let process = BrokerProcess::start(&dir, &[]);
        let mut wire = process.connect();
        assert_eq!(topic.read_all(&mut wire, 0).len(), 50);
        assert_eq!(topic.offset_at(&mut wire, 0, TIME).offset, 0);
        for offset in [0, 25, 49] {
            let data = topic.fetch(&mut wire, 0, offset);
            assert_eq!(batches_of(&data)[0].base_offset(), offset);
        }
        assert_eq!(process.terminate().code, Some(0));
    }
}
