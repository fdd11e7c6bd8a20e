//! Bytes that Kafka 4.4 wrote are read and written alike: the newest version of each message, and what no other
//! implementation here knows.

use bytes::Bytes;
use dmq_protocol::Message;
use dmq_protocol::messages::MessageVisitor;

use crate::visit_everything;

/// Bytes of one message at one version.
pub struct Golden {
    pub name: &'static str,
    pub version: i16,
    bytes: Bytes,
}

pub fn golden() -> Vec<Golden> {
    let lines = include_str!("../facts/golden.txt").lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let [name, version, hex] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let bytes = hex.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
            let bytes = bytes.map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
            Golden {
                name,
                version: version.parse().unwrap(),
                bytes,
            }
        })
        .collect()
}

/// Takes out what it knows.
struct Knowing(Vec<Golden>);

impl MessageVisitor for Knowing {
    fn visit<M: Message>(&mut self) {
        let (mine, rest) = self.0.drain(..).partition(|golden| golden.name == M::NAME);
        self.0 = rest;
        let mine: Vec<Golden> = mine;
        for Golden { name, version, bytes } in mine {
            let message =
                M::decode(bytes.clone(), version).unwrap_or_else(|error| panic!("{name} v{version}: {error}"));
            assert_eq!(message.encode(version), Ok(bytes), "{name} v{version}");
        }
    }
}

#[test]
fn what_kafka_wrote_is_read_and_written_alike() {
    let mut golden = Knowing(golden());
    assert!(golden.0.len() > 60);
    visit_everything(&mut golden);
    let unknown: Vec<_> = golden.0.iter().map(|golden| golden.name).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
