//! Two processes as the pair of the REST contract: a controller and a storage service, each killed and started again
//! while the other goes on.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::broker::DataDir;
use crate::support::kafka::{Written, create_topic, producer, read_topic, send_all};
use crate::support::{BrokerProcess, PATIENCE};

const METADATA: &str = "/api/v1/storage/metadata";
const PARTITIONS: i32 = 4;

/// An address that stays, and leads to a process whose address changes with each start.
struct Relay {
    address: SocketAddr,
    target: Arc<Mutex<SocketAddr>>,
    /// Connections that led nowhere.
    refused: Arc<AtomicUsize>,
}

impl Relay {
    fn to(target: SocketAddr) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let target = Arc::new(Mutex::new(target));
        let refused = Arc::new(AtomicUsize::new(0));
        let (led, missed) = (Arc::clone(&target), Arc::clone(&refused));
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let (target, missed) = (*led.lock().unwrap(), Arc::clone(&missed));
                std::thread::spawn(move || {
                    let Ok(far) = TcpStream::connect(target) else {
                        missed.fetch_add(1, Ordering::Relaxed);
                        return;
                    };
                    let (mut from, mut to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Write);
                    });
                    let (mut from, mut to) = (far, near);
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        });
        Relay {
            address,
            target,
            refused,
        }
    }

    fn lead_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }
}

/// Status and JSON of one request.
fn http(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

fn metadata(process: &BrokerProcess) -> Value {
    http(process.rest_address(), "GET", METADATA, "").1
}

#[expect(clippy::disallowed_methods, reason = "a deadline of the test's own")]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "it does not come about that {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

struct Pair {
    controller_dir: DataDir,
    storage_dir: DataDir,
    relay: Option<Relay>,
    /// What was acknowledged, by topic and partition.
    acknowledged: BTreeMap<(String, i32), Vec<String>>,
}

impl Pair {
    fn controller(&mut self) -> BrokerProcess {
        let settings = [
            ("node.id", "1"),
            ("cluster.id", "AAAAAAAAAAAAAAAAAAAAAA"),
            ("metadata.heartbeat-interval-ms", "200"),
        ];
        let process = BrokerProcess::start(&self.controller_dir, &settings);
        match &self.relay {
            Some(relay) => relay.lead_to(process.rest_address()),
            None => self.relay = Some(Relay::to(process.rest_address())),
        }
        process
    }

    fn storage(&self) -> BrokerProcess {
        let url = format!("http://{}", self.relay.as_ref().unwrap().address);
        let settings = [
            ("node.id", "101"),
            ("cluster.id", "AAAAAAAAAAAAAAAAAAAAAA"),
            ("metadata.service-url", url.as_str()),
            ("metadata.heartbeat-interval-ms", "100"),
        ];
        BrokerProcess::start(&self.storage_dir, &settings)
    }

    /// Has Kafka's client write to every partition of a topic, wherever it is led, knowing only one address.
    fn produce(&mut self, bootstrap: &BrokerProcess, topic: &str, round: &str) {
        let value = |partition: i32, number: i32| format!("{round} {partition} {number}");
        let each = (0..PARTITIONS).flat_map(|partition| (0..10).map(move |number| (partition, number)));
        let records: Vec<Written> = each.clone().map(|(p, n)| Written::value(p, value(p, n))).collect();
        let producer = producer(
            &bootstrap.bootstrap(),
            &[("acks", "all"), ("enable.idempotence", "true")],
        );
        send_all(&producer, topic, &records);
        for (partition, number) in each {
            let of = self.acknowledged.entry((topic.to_owned(), partition)).or_default();
            of.push(value(partition, number));
        }
    }

    fn check(&self, bootstrap: &BrokerProcess) {
        let topics: std::collections::BTreeSet<&str> =
            self.acknowledged.keys().map(|(topic, _)| topic.as_str()).collect();
        for topic in topics {
            let read = read_topic(&bootstrap.bootstrap(), topic, PARTITIONS);
            for (partition, records) in (0..).zip(read) {
                let values = records
                    .into_iter()
                    .map(|(_, record)| String::from_utf8(record.value.unwrap()).unwrap());
                assert_eq!(
                    &values.collect::<Vec<_>>(),
                    &self.acknowledged[&(topic.to_owned(), partition)]
                );
            }
        }
    }
}

/// Both have the same partitions of this topic, led by both of them.
fn wait_for_topic(controller: &BrokerProcess, storage: &BrokerProcess, topic: &str) -> Vec<(i64, i64)> {
    let of = |process: &BrokerProcess| -> Vec<(i64, i64)> {
        let view = metadata(process);
        let partitions = view["partitions"].as_array().unwrap().iter();
        let of_topic = partitions.filter(|it| it["topic"] == topic);
        let led = of_topic.map(|it| (it["partition"].as_i64().unwrap(), it["leaderId"].as_i64().unwrap()));
        led.collect()
    };
    until("the storage service has the topic", || {
        let there = of(controller);
        there.len() == usize::try_from(PARTITIONS).unwrap() && there == of(storage)
    });
    of(controller)
}

fn is_alive(controller: &BrokerProcess, id: i64) -> bool {
    let view = metadata(controller);
    let brokers = view["brokers"].as_array().unwrap().iter();
    brokers
        .filter(|broker| broker["id"] == id)
        .any(|broker| broker["isAlive"] == true)
}

#[test]
fn a_controller_and_a_storage_service_serve_as_one_through_kills_of_either() {
    let mut pair = Pair {
        controller_dir: DataDir::new(),
        storage_dir: DataDir::new(),
        relay: None,
        acknowledged: BTreeMap::new(),
    };
    let controller = pair.controller();
    let storage = pair.storage();
    until("the storage service is registered", || is_alive(&controller, 101));
    create_topic(&controller.bootstrap(), "first", PARTITIONS, &[]);
    let led = wait_for_topic(&controller, &storage, "first");
    let by = |id: i64| {
        led.iter()
            .filter(|(_, leader)| *leader == id)
            .map(|(partition, _)| *partition)
            .collect::<Vec<_>>()
    };
    assert_eq!((by(1).len(), by(101).len()), (2, 2), "both lead");
    pair.produce(&controller, "first", "whole");
    pair.produce(&storage, "first", "from the other side");

    // The storage service dies: the controller misses it and goes on.
    let dead = storage.kill();
    until("the controller misses it", || !is_alive(&controller, 101));
    let produce = |process: &BrokerProcess, topic: &str, partition: i64| {
        let body = json!({"topic": topic, "partition": partition, "messages": [{"value": "YQ=="}]});
        http(
            process.rest_address(),
            "POST",
            "/api/v1/storage/messages",
            &body.to_string(),
        )
    };
    let alone = |values: &mut Pair, partition: i64| {
        let of = values
            .acknowledged
            .get_mut(&("first".to_owned(), i32::try_from(partition).unwrap()));
        of.unwrap().push("a".to_owned());
    };
    assert_eq!(produce(&controller, "first", by(1)[0]).0, 200);
    alone(&mut pair, by(1)[0]);
    let storage = pair.storage();
    until("it is back", || is_alive(&controller, 101));
    wait_for_topic(&controller, &storage, "first");
    pair.produce(&controller, "first", "after the kill of the storage service");
    pair.check(&storage);

    // The controller dies: the storage service goes on with what it knows.
    let version = metadata(&storage)["version"].as_i64().unwrap();
    let dead_controller = controller.kill();
    let refused = Arc::clone(&pair.relay.as_ref().unwrap().refused);
    until("the storage service misses it", || refused.load(Ordering::Relaxed) >= 2);
    assert_eq!(produce(&storage, "first", by(101)[0]).0, 200);
    alone(&mut pair, by(101)[0]);
    let elsewhere = produce(&storage, "first", by(1)[0]);
    assert_eq!((elsewhere.0, &elsewhere.1["leader"]["id"]), (421, &json!(1)));
    let controller = pair.controller();
    until("the storage service is pushed to again", || {
        metadata(&storage)["version"].as_i64().unwrap() > version
    });
    until("it is registered again", || is_alive(&controller, 101));
    create_topic(&controller.bootstrap(), "second", PARTITIONS, &[]);
    wait_for_topic(&controller, &storage, "second");
    pair.produce(&controller, "first", "after the kill of the controller");
    pair.produce(&storage, "second", "new");
    pair.check(&controller);

    // Both are asked to stop: the storage service says goodbye.
    let stopped = storage.terminate();
    until("it is gone", || !is_alive(&controller, 101));
    let last = controller.terminate();
    assert_eq!((stopped.code, last.code), (Some(0), Some(0)));
    let count = |text: &str, of: &str| text.lines().filter(|line| line.contains(of)).count();
    assert_eq!(
        count(&dead.errors, "Successfully sent heartbeat to controller"),
        1,
        "{}",
        dead.errors
    );
    assert_eq!(
        count(&dead_controller.errors, "has fallen silent"),
        1,
        "{}",
        dead_controller.errors
    );
    assert_eq!(count(&stopped.errors, "takes no heartbeats"), 1, "{}", stopped.errors);
    assert_eq!(count(&last.errors, "a storage service stops"), 1, "{}", last.errors);
}
