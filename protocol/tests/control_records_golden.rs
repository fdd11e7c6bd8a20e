//! Control batches that Apache Kafka wrote (`golden/records/`) hold the keys and values that we would write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use bytes::Bytes;
use dmq_protocol::Uuid;
use dmq_protocol::control_records::{
    ControlRecord, ControlRecordType, EndTxnMarker, Endpoint, KRaftVersionFeature, KRaftVersionRecord,
    LeaderChangeMessage, LeaderChangeVoter, SnapshotFooterRecord, SnapshotHeaderRecord, Voter, VotersRecord,
};
use dmq_protocol::records::RecordBatch;

/// The value of the only record in a control batch, whose key must say `kind`.
fn value_of(name: &str, kind: ControlRecordType) -> Bytes {
    let path = format!(
        "{}/tests/golden/records/control-{name}.batch",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut bytes = Bytes::from(std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")));
    let batch = RecordBatch::split_first(&mut bytes).unwrap();
    let record = batch.records(1 << 20).unwrap().next().unwrap().unwrap();
    assert_eq!(record.key, Some(kind.to_key()), "{name}");
    assert_eq!(
        ControlRecordType::from_key(record.key.unwrap()),
        Ok(Some(kind)),
        "{name}"
    );
    record.value.unwrap()
}

/// The record of the type `kind` that Kafka wrote is `expected`, in both directions.
fn assert_kafkas<R: ControlRecord + PartialEq + std::fmt::Debug>(name: &str, kind: ControlRecordType, expected: R) {
    let value = value_of(name, kind);
    assert_eq!(expected.to_value().as_ref(), Ok(&value), "{name}");
    assert_eq!(R::from_value(value), Ok(expected), "{name}");
}

#[test]
fn transaction_markers_are_kafkas() {
    for (name, kind) in [
        ("commit", ControlRecordType::Commit),
        ("abort", ControlRecordType::Abort),
    ] {
        let value = value_of(name, kind);
        let marker = EndTxnMarker { coordinator_epoch: 12 };
        assert_eq!(marker.to_value(), value);
        assert_eq!(EndTxnMarker::from_value(value), Ok(marker));
    }
}

#[test]
fn records_of_raft_logs_are_kafkas() {
    let voter = |voter_id| LeaderChangeVoter {
        voter_id,
        voter_directory_id: Uuid::ZERO,
    };
    let change = LeaderChangeMessage {
        version: 0,
        leader_id: 1,
        voters: vec![voter(1), voter(2)],
        granting_voters: vec![voter(1)],
    };
    assert_kafkas("leader-change", ControlRecordType::LeaderChange, change);
    let header = SnapshotHeaderRecord {
        version: 0,
        last_contained_log_timestamp: 1_699_999_999_999,
    };
    assert_kafkas("snapshot-header", ControlRecordType::SnapshotHeader, header);
    assert_kafkas(
        "snapshot-footer",
        ControlRecordType::SnapshotFooter,
        SnapshotFooterRecord { version: 0 },
    );
    let version = KRaftVersionRecord {
        version: 0,
        kraft_version: 1,
    };
    assert_kafkas("kraft-version", ControlRecordType::KRaftVersion, version);
    let voter = Voter {
        voter_id: 1,
        voter_directory_id: Uuid::from_u128(0x0123_4567_89ab_cdef_1032_5476_98ba_dcfe),
        endpoints: vec![Endpoint {
            name: "CONTROLLER".into(),
            host: "localhost".into(),
            port: 9093,
        }],
        kraft_version_feature: KRaftVersionFeature {
            min_supported_version: 0,
            max_supported_version: 1,
        },
    };
    assert_kafkas(
        "voters",
        ControlRecordType::KRaftVoters,
        VotersRecord {
            version: 0,
            voters: vec![voter],
        },
    );
}
