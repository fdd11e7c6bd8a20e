//! The controller's own directory, `__cluster_metadata-0`, with one file of garbage: the controller starts or says why not.
//!
//! The other files are Kafka's golden ones. Records that decode are applied to the image, so this is also the target of
//! everything that trusts the metadata log.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use dmq::config::Settings;
use dmq::controller::{Controller, StartController};
use dmq::env::{ManualClock, SeededRandom};
use dmq::metadata::DirectoryId;

use super::batches::with_crcs;
use super::logs::disk_with;
use crate::golden;

const DIR: &str = "/data/__cluster_metadata-0";
const GOLDEN: &str = "tests/golden/kafka-4.4/killed/__cluster_metadata-0";
const LOG: &str = "00000000000000000000.log";
/// A snapshot of everything that the golden log holds.
const SNAPSHOT: &str = "00000000000000000122-0000000001.checkpoint";

fn golden_files() -> &'static [(String, Vec<u8>)] {
    static FILES: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| golden::files(GOLDEN, ""))
}

fn settings() -> Arc<Settings> {
    static SETTINGS: OnceLock<Arc<Settings>> = OnceLock::new();
    let make = || Arc::new(Settings::from_pairs([("node.id", "1"), ("log.dirs", "/data")]).expect("settings"));
    Arc::clone(SETTINGS.get_or_init(make))
}

fn start(name: &str, bytes: &[u8]) {
    let others = golden_files().iter().filter(|(other, _)| other != name);
    let files = others.map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let disk = disk_with(DIR, files.chain([(name, bytes)]));
    let started = Controller::start(StartController {
        settings: settings(),
        disk: Arc::new(disk),
        clock: Arc::new(ManualClock::at(1_800_000_000_000)),
        random: Arc::new(SeededRandom::new(1)),
        metadata_dir: PathBuf::from("/data"),
        metadata_directory_id: DirectoryId::UNASSIGNED,
        cluster_id: "AAAAAAAAAAAAAAAAAAAAEg".to_owned(),
        log_dirs: Vec::new(),
        endpoints: Vec::new(),
        previous_broker_epoch: None,
        elects: true,
    });
    match started {
        Ok(controller) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime");
            let _ = runtime.block_on(controller.shutdown());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub fn quorum_state(input: Bytes) {
    start("quorum-state", &input);
}

pub fn quorum_state_seeds() -> Vec<Vec<u8>> {
    let mut seeds = seeds("quorum-state");
    seeds.push(
        br#"{"leaderId":1,"leaderEpoch":3,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAEg","data_version":1}"#
            .to_vec(),
    );
    seeds
}

pub fn metadata_log(input: Bytes) {
    start(LOG, &with_crcs(input));
}

pub fn metadata_log_seeds() -> Vec<Vec<u8>> {
    seeds(LOG)
}

pub fn metadata_snapshot(input: Bytes) {
    start(SNAPSHOT, &with_crcs(input));
}

pub fn metadata_snapshot_seeds() -> Vec<Vec<u8>> {
    let mut seeds = seeds(".checkpoint");
    seeds.extend(
        golden::files("protocol/tests/golden/records", ".batch")
            .into_iter()
            .filter(|(name, _)| name.contains("snapshot"))
            .map(|(_, bytes)| bytes),
    );
    seeds
}

fn seeds(ending: &str) -> Vec<Vec<u8>> {
    golden_files()
        .iter()
        .filter(|(name, _)| name.ends_with(ending))
        .map(|(_, bytes)| bytes.clone())
        .collect()
}
