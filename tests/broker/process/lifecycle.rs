//! Start and stop: ports, the banner, signals, the lock, settings that are wrong.

use std::net::TcpListener;

use rustix::process::Signal;

use crate::support::batches::batch;
use crate::support::broker::DataDir;
use crate::support::topics::{create_request, only, values};
use crate::support::{BrokerProcess, Topic};

/// Creates a topic on a broker process.
pub fn create(process: &BrokerProcess, name: &str) -> Topic {
    let result = process
        .connect()
        .call(7, &create_request(name, 1, &[]))
        .topics
        .remove(0);
    assert_eq!(result.error_code.0, 0, "{:?}", result.error_message);
    Topic {
        name: result.name,
        id: result.topic_id,
    }
}

#[test]
fn port_0_takes_a_free_port_and_prints_it() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    assert_ne!(process.kafka_address().port(), 0);
    assert_ne!(process.rest_address().port(), 0);
    let topic = create(&process, "printed");
    topic.append(&mut process.connect(), 0, batch(&["x"]));
    for expected in ["DMQ ", "cluster", dir.text(), "durability", "kcat"] {
        assert!(process.banner.contains(expected), "{expected}:\n{}", process.banner);
    }
    assert_eq!(process.terminate().code, Some(0));
}

#[test]
fn sigterm_and_sigint_stop_in_order_and_leave_the_marker() {
    for signal in [Signal::TERM, Signal::INT] {
        let dir = DataDir::new();
        let process = BrokerProcess::start(&dir, &[]);
        let topic = create(&process, "kept");
        topic.append(&mut process.connect(), 0, batch(&["acknowledged"]));
        process.signal(signal);
        let outcome = process.wait();
        assert_eq!((outcome.code, outcome.signal), (Some(0), None), "{}", outcome.errors);
        let marker = dir.path().join(".kafka_cleanshutdown");
        assert!(marker.exists());

        let process = BrokerProcess::start(&dir, &[]);
        assert!(
            !marker.exists(),
            "the marker of the last stop says nothing about the next"
        );
        assert_eq!(values(&topic.read_all(&mut process.connect(), 0)), ["acknowledged"]);
        process.kill();
        assert!(!marker.exists());
    }
}

#[test]
fn a_stop_answers_what_was_asked() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    let topic = create(&process, "asked");
    let mut wire = process.connect();
    for _ in 0..20 {
        wire.send(13, &topic.produce_request(0, batch(&["x"]), -1));
    }
    // The first answer shows that the broker has read what was sent before it.
    let first = only(wire.receive::<dmq_protocol::messages::ProduceRequest>(13));
    assert_eq!(first.base_offset, 0);
    process.signal(Signal::TERM);
    let mut answered = 1;
    while let Some(frame) = wire.receive_frame() {
        let answer = crate::support::wire::decode_answer::<dmq_protocol::messages::ProduceRequest>(frame, 13).1;
        assert_eq!(only(answer).base_offset, answered);
        answered += 1;
    }
    assert_eq!(process.wait().code, Some(0));
    let process = BrokerProcess::start(&dir, &[]);
    let there = i64::try_from(topic.read_all(&mut process.connect(), 0).len()).unwrap();
    assert!(there >= answered, "{answered} answered, {there} there");
    process.terminate();
}

#[test]
fn a_second_instance_is_refused_by_name_of_the_lock() {
    let dir = DataDir::new();
    let first = BrokerProcess::start(&dir, &[]);
    let outcome = BrokerProcess::try_start(&dir, &[])
        .err()
        .expect("the directory is taken");
    assert_eq!(outcome.code, Some(1));
    let lock = dir.path().join(".lock").display().to_string();
    assert!(outcome.errors.contains(&lock), "{}", outcome.errors);
    // The first one did not notice.
    create(&first, "still-here");
    assert_eq!(first.terminate().code, Some(0));
    BrokerProcess::start(&dir, &[]).terminate();
}

#[test]
fn a_port_in_use_is_told_and_the_directory_stays_as_it_was() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let dir = DataDir::new();
    let listeners = format!("PLAINTEXT://{address}");
    let outcome = BrokerProcess::try_start(&dir, &[("listeners", &listeners)])
        .err()
        .expect("the port is taken");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.errors.contains(&address), "{}", outcome.errors);
    assert!(outcome.errors.contains("listeners"), "{}", outcome.errors);

    let rest = format!("http://{address}");
    let outcome = BrokerProcess::try_start(&dir, &[("rest.listeners", &rest)])
        .err()
        .expect("the port is taken");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.errors.contains(&address), "{}", outcome.errors);
    drop(taken);
    BrokerProcess::start(&dir, &[]).terminate();
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_known_name() {
    let dir = DataDir::new();
    let outcome = BrokerProcess::try_start(&dir, &[("num.partition", "3")])
        .err()
        .expect("no such setting");
    assert_eq!(outcome.code, Some(2));
    for expected in ["num.partition", "num.partitions"] {
        assert!(outcome.errors.contains(expected), "{}", outcome.errors);
    }
    let outcome = BrokerProcess::try_start(&dir, &[("num.partitions", "many")])
        .err()
        .expect("no number");
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.errors.contains("num.partitions") && outcome.errors.contains("many"),
        "{}",
        outcome.errors
    );
}

#[test]
fn bad_input_is_logged_with_the_peer_and_the_reason() {
    let dir = DataDir::new();
    let process = BrokerProcess::start(&dir, &[]);
    let mut peers = Vec::new();
    let mut send = |bytes: &[u8]| {
        let mut wire = process.connect();
        peers.push(wire.stream.local_addr().unwrap().to_string());
        wire.send_bytes(bytes);
        wire.assert_closed("bad input");
    };
    send(b"GET / HTTP/1.1\r\n\r\n");
    send(&[0x7f, 0xff, 0xff, 0xff]);
    send(&[0, 0, 0, 10, 0, 95, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
    send(&[0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let rest = process.rest_address().to_string();
    let outcome = process.terminate();
    let reasons = ["HTTP", "longer than", "unknown API key 95", "malformed Metadata"];
    for (peer, reason) in peers.iter().zip(reasons) {
        let lines: Vec<&str> = outcome.errors.lines().filter(|line| line.contains(peer)).collect();
        assert_eq!(lines.len(), 1, "one line for {peer}:\n{}", outcome.errors);
        assert!(lines[0].contains(reason), "{reason}: {}", lines[0]);
    }
    assert!(
        outcome.errors.contains(&rest),
        "HTTP at the wrong port is told the right one"
    );
}
