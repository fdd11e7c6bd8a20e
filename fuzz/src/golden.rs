//! The golden bytes of the repository, as the beginnings of the corpora.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a directory of the repository, all levels down, by name, that end so.
pub fn files(dir: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    collect(&root().join(dir), ending, &mut found);
    found.sort();
    found
}

fn collect(dir: &Path, ending: &str, found: &mut Vec<(String, Vec<u8>)>) {
    let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    for path in entries.map(|entry| entry.expect("a directory entry").path()) {
        if path.is_dir() {
            collect(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((name, fs::read(&path).expect("a golden file")));
        }
    }
}

/// Messages that Kafka's own classes wrote: name, version, bytes.
pub fn messages() -> Vec<(String, i16, Vec<u8>)> {
    let text = fs::read_to_string(root().join("protocol/tests/facts/golden.txt")).expect("the golden messages");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split(' ');
            let name = words.next().expect("a name").to_owned();
            let version = words.next().and_then(|word| word.parse().ok()).expect("a version");
            (name, version, unhex(words.next().unwrap_or_default()))
        })
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect()
}
