//! What Apache Kafka 4.4 has left in its data directory is read and written alike: transactions, producers, aborted
//! transactions.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::{Buf, Bytes};
use dmq_protocol::Message;
use dmq_protocol::coordinator_records::TransactionRecord;
use dmq_protocol::records::RecordBatch;
use dmq_protocol::storage_records::{AbortedTxn, ProducerSnapshot};

/// Every file with this ending that Kafka has left, in a directory whose name begins so.
fn files(directory: &str, ending: &str) -> Vec<(PathBuf, Bytes)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/kafka-4.4");
    let mut found = Vec::new();
    for stop in ["clean", "killed"] {
        for partition in fs::read_dir(root.join(stop)).unwrap() {
            let partition = partition.unwrap().path();
            let name = partition.file_name().unwrap().to_str().unwrap().to_owned();
            if !partition.is_dir() || !name.starts_with(directory) {
                continue;
            }
            let paths = fs::read_dir(partition).unwrap().map(|entry| entry.unwrap().path());
            let paths = paths.filter(|path| path.to_str().unwrap().ends_with(ending));
            found.extend(paths.map(|path| (path.clone(), fs::read(path).unwrap().into())));
        }
    }
    found
}

#[test]
fn the_transaction_coordinators_records_are_read_and_written_alike() {
    let mut read = 0;
    for (path, mut log) in files("__transaction_state", ".log") {
        while let Ok(batch) = RecordBatch::split_first(&mut log) {
            for record in batch.records(1 << 20).unwrap() {
                let record = record.unwrap();
                let (key, value) = (record.key.unwrap(), record.value);
                let decoded = TransactionRecord::decode(key.clone(), value.clone()).unwrap().unwrap();
                let version = value.as_ref().map_or(0, |value| value.clone().get_i16());
                assert_eq!(
                    decoded.encode(version),
                    Ok((key, value)),
                    "{}: {decoded:?}",
                    path.display()
                );
                read += 1;
            }
        }
    }
    assert!(read >= 4, "{read} records");
}

#[test]
fn producer_snapshots_are_read_and_written_alike() {
    let mut producers = 0;
    for (path, mut file) in files("", ".snapshot") {
        let version = file.get_i16();
        let snapshot = ProducerSnapshot::decode(file.clone(), version).unwrap();
        assert_eq!(snapshot.encode(version), Ok(file), "{}", path.display());
        producers += snapshot.producer_entries.len();
    }
    assert!(producers > 0);
}

#[test]
fn aborted_transactions_are_read_and_written_alike() {
    let mut read = 0;
    for (path, mut index) in files("transactions", ".txnindex") {
        while !index.is_empty() {
            let mut entry = index.split_to(34);
            let version = entry.get_i16();
            let aborted = AbortedTxn::decode(entry.clone(), version).unwrap();
            assert_eq!(aborted.encode(version), Ok(entry), "{}", path.display());
            assert!(aborted.first_offset <= aborted.last_offset);
            read += 1;
        }
    }
    assert!(read > 0);
}
