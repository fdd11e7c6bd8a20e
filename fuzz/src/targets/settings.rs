//! Settings files of both forms.

use bytes::Bytes;
use dmq::config::{FileText, Inputs, Settings};

use crate::golden;

fn load(path: &str, bytes: &[u8]) {
    let inputs = Inputs {
        file: Some(FileText { path, bytes }),
        ..Inputs::default()
    };
    match Settings::load(inputs) {
        Ok(settings) => drop(settings.without_effect().count()),
        Err(errors) => assert!(!errors.to_string().is_empty(), "an error says what is wrong"),
    }
}

pub fn properties(input: Bytes) {
    load("server.properties", &input);
}

pub fn properties_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = golden::files("config", ".properties")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    seeds.push(
        b"node.id=1\nlisteners = PLAINTEXT://:9092,\\\n  OTHER://[::1]:0\nlog.dirs:/a,/b\n! c\nbroker.rack=\\u0041\n"
            .to_vec(),
    );
    seeds.push(b"log.retention.hours=1\nlog.segment.bytes=1048576\ncompression.type=zstd\nno.such.name=1\n".to_vec());
    seeds
}

pub fn yaml(input: Bytes) {
    load("server.yaml", &input);
}

pub fn yaml_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = golden::files("config", ".yaml")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    seeds.push(b"node.id: 1\nlog:\n  dirs: [/a, /b]\n  retention: {hours: 1}\nx: &a [1, *a]\n".to_vec());
    seeds.push(b"a: !!str 1\n? b\n: |\n  text\n---\nc: ~\n".to_vec());
    seeds
}
