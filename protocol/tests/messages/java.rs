//! Against Apache Kafka's own classes: they read what this crate writes, hold the same values, and write the same bytes;
//! and the other way round with values that they make from Kafka's schemas.
//!
//! Needs Java and Kafka's jars, and is run by `compat/run.py --parts protocol`: `DMQ_KAFKA_CLASSPATH` is the class path,
//! `DMQ_PEER_SEEDS` says how many values are made of each message and version.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use bytes::Bytes;
use dmq_protocol::messages::MessageVisitor;
use dmq_protocol::{ErrorCode, Message};

use crate::{each_version, visit_everything};

/// The program that holds Kafka's classes.
struct Peer {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// How many values went through both, by message.
    compared: BTreeMap<&'static str, usize>,
    /// What Kafka's jars have no class for.
    unknown: Vec<&'static str>,
    seeds: u64,
}

/// What Kafka's classes have read or made.
struct Theirs {
    bytes: Bytes,
    value: String,
}

impl Peer {
    fn start() -> Peer {
        let classpath = env::var("DMQ_KAFKA_CLASSPATH").expect("DMQ_KAFKA_CLASSPATH is a class path with Kafka's jars");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages/KafkaPeer.java");
        let mut process = Command::new("java")
            .args(["-XX:+UseSerialGC", "-cp", &classpath])
            .arg(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("java is installed");
        Peer {
            questions: process.stdin.take(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
            compared: BTreeMap::new(),
            unknown: Vec::new(),
            seeds: env::var("DMQ_PEER_SEEDS").map_or(4, |seeds| seeds.parse().expect("a number")),
        }
    }

    /// Asks, and gives what Kafka's classes hold; `None` if they have no such message.
    fn ask(&mut self, question: &str) -> Option<Theirs> {
        let questions = self.questions.as_mut().unwrap();
        writeln!(questions, "{question}").unwrap();
        questions.flush().unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        let answer = answer.trim_end_matches('\n');
        if answer == "unknown" {
            return None;
        }
        let (bytes, value) = answer
            .split_once(' ')
            .unwrap_or_else(|| panic!("{question}: {answer:?}"));
        assert!(bytes != "error", "{question}: {value}");
        Some(Theirs {
            bytes: from_hex(bytes),
            value: value.to_owned(),
        })
    }

    /// A value that nobody has set anything in.
    fn new_value<M: Message>(&mut self) {
        let question = format!("new {}", M::NAME);
        let theirs = self.ask(&question).expect("what they can read they can make");
        assert_eq!(plain(&M::default()), theirs.value, "{question}");
    }

    /// Bytes of ours, read and written by them.
    fn read<M: Message>(&mut self, version: i16, ours: &Bytes) -> bool {
        let Some(theirs) = self.ask(&format!("read {} {version} {}", M::NAME, hex(ours))) else {
            return false;
        };
        assert_eq!(theirs.bytes, ours, "{} v{version}", M::NAME);
        let message = M::decode(ours.clone(), version).unwrap();
        assert_eq!(plain(&message), theirs.value, "{} v{version}", M::NAME);
        true
    }

    /// A value of theirs, read and written by us.
    fn make<M: Message>(&mut self, version: i16, seed: u64) {
        let question = format!("make {} {version} {seed}", M::NAME);
        let theirs = self.ask(&question).expect("what they can read they can make");
        let message = M::decode(theirs.bytes.clone(), version).unwrap_or_else(|error| panic!("{question}: {error}"));
        assert_eq!(plain(&message), theirs.value, "{question}");
        assert_eq!(message.encode(version), Ok(theirs.bytes), "{question}");
    }
}

impl MessageVisitor for Peer {
    fn visit<M: Message>(&mut self) {
        for seed in 0..self.seeds {
            let mut known = true;
            each_version::<M>(seed, |version, bytes| {
                known = known && self.read::<M>(version, &Bytes::from(bytes));
                if known {
                    self.make::<M>(version, seed);
                    *self.compared.entry(M::NAME).or_default() += 2;
                }
            });
            if !known {
                self.unknown.push(M::NAME);
                return;
            }
        }
        self.new_value::<M>();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Bytes {
    let digits = text.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
    digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()
}

/// A value in the words of the peer: what `Debug` says, names without underscores, bytes in hexadecimal, error codes
/// as numbers, and without the names of types, `Some` among them.
fn plain<M: Message>(message: &M) -> String {
    let debug = format!("{message:?}");
    if !debug.contains(' ') && debug.chars().all(char::is_alphanumeric) {
        return "{}".to_owned();
    }
    let mut out = String::new();
    let mut rest = debug.as_str();
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let len = quoted(rest);
            out.push_str(&rest[..len]);
            rest = &rest[len..];
        } else if let Some(literal) = rest.strip_prefix('b').filter(|literal| literal.starts_with('"')) {
            let len = quoted(literal);
            out.push('b');
            out.push_str(&hex(&unescaped(&literal[1..len - 1])));
            rest = &literal[len..];
        } else if first.is_alphabetic() {
            let len = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at(len);
            if after.starts_with(':') {
                out.push_str(&word.replace('_', ""));
                rest = after;
            } else if after.starts_with(" {") || after.starts_with('(') {
                rest = &after[1..];
            } else {
                match ErrorCode::all().find(|code| code.name() == word) {
                    Some(code) => out.push_str(&code.0.to_string()),
                    None => out.push_str(word),
                }
                rest = after;
            }
        } else {
            if first != ')' {
                out.push(first);
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// The length of the string literal at the front, quotes included.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    panic!("no end: {text}");
}

/// The bytes of a byte string literal.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next().unwrap() {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'0' => 0,
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => other,
            },
            other => other,
        });
    }
    bytes
}

#[test]
#[ignore = "needs Java and Kafka's jars: compat/run.py --parts protocol"]
fn kafkas_own_classes_read_and_write_the_same_bytes() {
    let mut peer = Peer::start();
    visit_everything(&mut peer);
    drop(peer.questions.take());
    assert!(peer.process.wait().unwrap().success());
    let values: usize = peer.compared.values().sum();
    println!(
        "{} messages, {values} values compared; not among Kafka's classes: {}",
        peer.compared.len(),
        peer.unknown.join(" ")
    );
    assert!(peer.unknown.is_empty(), "{:?}", peer.unknown);
}
