//! `dmq log` over a directory that Apache Kafka wrote, as a user runs it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::*;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn kafkas_directory() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/kafka-4.4/clean"),
        &data,
    );
    (dir, data)
}

#[test]
fn an_intact_directory_is_said_to_be_and_its_records_are_shown() {
    let (_dir, data) = kafkas_directory();
    let (status, output, errors, served) = dmq(&["log", "verify", data.to_str().unwrap()], &[]);
    assert_eq!((status, errors.as_str(), served.is_none()), (0, "", true));
    assert!(output.lines().count() >= 9, "{output}");
    assert!(output.lines().all(|line| line.contains(": intact")), "{output}");
    let codecs = data.join("codecs-0");
    let (status, output, _, _) = dmq(&["log", "dump", "--records", "--json", codecs.to_str().unwrap()], &[]);
    assert_eq!(status, 0);
    let batches: Vec<serde_json::Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codec_names: Vec<&str> = batches.iter().map(|batch| batch["codec"].as_str().unwrap()).collect();
    assert_eq!(codec_names[..5], ["none", "gzip", "snappy", "lz4", "zstd"]);
    assert_eq!(batches[1]["records"][0]["key"], "key");
}

#[test]
fn damage_is_told_with_file_and_byte_and_repaired_on_demand() {
    let (_dir, data) = kafkas_directory();
    let file = data.join("segments-1/00000000000000000003.log");
    let mut bytes = fs::read(&file).unwrap();
    bytes[200] ^= 0xff;
    fs::write(&file, &bytes).unwrap();
    let path = data.to_str().unwrap();
    let (status, output, _, _) = dmq(&["log", "verify", path], &[]);
    assert_eq!(status, 1);
    let named = format!("{}, byte 78 (145 bytes)", file.display());
    assert!(
        output.contains(&named) && output.contains("segments-1: DAMAGED"),
        "{output}"
    );
    let (status, output, _, _) = dmq(&["log", "repair", "--json", path], &[]);
    let mended: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!((status, mended["bytesLost"].as_u64()), (0, Some(145)));
    assert_eq!(fs::read(mended["kept"].as_str().unwrap()).unwrap(), bytes);
    let (status, output, _, _) = dmq(&["log", "verify", path], &[]);
    assert!(status == 0 && !output.contains("DAMAGED"), "{output}");
    assert_eq!(dmq(&["log", "repair", path], &[]).1, "nothing to repair\n");
}

#[test]
fn a_directory_without_partitions_or_one_in_use_is_refused() {
    let empty = tempfile::tempdir().unwrap();
    let (status, _, errors, _) = dmq(&["log", "verify", empty.path().to_str().unwrap()], &[]);
    assert!(
        status == 2 && errors.contains("holds no partition's directory"),
        "{errors}"
    );
    let (status, _, errors, _) = dmq(&["log", "dump", "/no/such/directory"], &[]);
    assert!(status == 1 && errors.contains("/no/such/directory"), "{errors}");
}
